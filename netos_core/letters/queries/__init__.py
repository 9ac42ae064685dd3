"""Reads of letters: looked up for planning, gathered for their text, listed, and one whole."""
