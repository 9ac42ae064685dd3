"""Reads of a look-up: where a place is, what lies around it, and all of it together."""

from netos_core.lookup.queries.around import look_up

__all__ = ["look_up"]
