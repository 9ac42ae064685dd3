"""Reads of months to come and of months gone by."""
