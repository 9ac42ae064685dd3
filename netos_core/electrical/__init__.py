"""Electrical service at a site: the utility's account and meter, and what it billed month by month.

Owns accounts and their bills. Does not own the utility (a provider) nor the rent and power a landlord bills (sites).
"""
