"""Reads that join features: one module per noun of the table of contents."""
