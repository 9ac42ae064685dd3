"""Contracts: agreements, the orders under them and their amendments; terms, notice clauses, governed circuits.

Owns what the paper says and when notice under it is due. Does not own the renewal ladder, the decisions taken
on it or their alarms (`renewals`), what leaving early costs (`finance`), or the scanned paper (`documents`).
"""
