"""Reads of network detail: for planning, for lists, for the pages of records, for search."""
