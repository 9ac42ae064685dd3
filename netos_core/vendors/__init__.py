"""The outside systems: one file for each, with its paths, its shapes and what its refusals mean.

Owns the one HTTP client they share and the errors it raises. Owns no rule of the trade: a caller hands
over values and gets values back, and what it does when a system is away is the caller's business.
"""
