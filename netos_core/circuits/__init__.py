"""Circuits: what we buy between an A and a Z end, its ends, customers and life.

Owns circuit, termination, customer link and lifecycle event rows and the status transition table.
Does not own terms and deadlines (contracts) nor outage arithmetic (outages).
"""
