"""Contracts: agreements, the orders under them and their amendments; terms, notice clauses, governed circuits.

Owns what the paper says, when notice under it is due and what leaving early costs (`rules.etf`). Does not own the
renewal ladder, the decisions taken on it or their alarms (`renewals`), or the scanned paper (`documents`).
"""
