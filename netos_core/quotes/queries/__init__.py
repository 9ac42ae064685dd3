"""Reads of quotes, drafts and orders."""
