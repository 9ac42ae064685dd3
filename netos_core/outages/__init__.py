"""Outages: what took a circuit down or put it at risk, when, for how long, and the availability left.

Owns outage and maintenance events. Does not own the circuits, what a contract promises about them (`contracts`),
nor which circuits protect each other (`network`).
"""
