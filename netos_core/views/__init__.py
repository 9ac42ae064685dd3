"""Saved views: the filters, order and columns of a list under a name, for oneself or for everybody.

Owns saved_view rows, which are preferences of people and no records of the plant: they are written at once, by a
person on a page, and are in the trail. A view keeps the arguments of its list's operation, so a page, a map and an
agent mean the same by it.
"""
