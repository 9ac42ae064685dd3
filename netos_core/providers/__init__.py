"""Carriers we buy from: names they go by, who succeeded whom, accounts, contacts, escalation.

Owns provider, alias, billing account (BAN) and contact rows. Does not own contracts or circuits.
"""
