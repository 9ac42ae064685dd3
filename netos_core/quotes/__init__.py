"""Vendor quotes: drafts that wait for a person, the history, comparison over one horizon, and orders under way.

Owns quote, quote term, circuit order and order step rows, and the drafts. Does not own contracts nor circuits.
"""
