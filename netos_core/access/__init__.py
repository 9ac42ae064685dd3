"""People, the eight roles, the one rights table and the approval policy.

Owns who may read, see, propose and approve what. Does not own how a change is stored or committed.
"""
