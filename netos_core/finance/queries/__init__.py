"""Reads of what months rest on, and of months that are closed."""
