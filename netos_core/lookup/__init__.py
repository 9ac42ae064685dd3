"""Lookup: what lies around an address: how the place is known, what is near, whether service is there, what it costs.

Owns no table and writes nothing. A place nobody has recorded stays unknown; no coordinates are made up for it.
"""
