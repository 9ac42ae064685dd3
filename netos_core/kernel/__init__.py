"""The ground of the core: money, clock, errors, context, operation, page, redaction, database.

Plain modules with no feature knowledge. Nothing here imports another folder of the core.
"""
