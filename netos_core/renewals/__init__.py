"""Renewals: where each term stands on the ladder, what was decided for it, and whether that was carried out.

Owns states, their transitions and the cost of saying nothing. Does not own the terms or the dates counted from
them (`contracts`), nor who is told of a transition (`notices`).
"""
