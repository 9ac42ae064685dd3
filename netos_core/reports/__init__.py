"""Renewal reports: what is missed, critical, upcoming, undone or unknown, what it puts at risk, and what has changed.

Owns the kept reports, the rules that make one, and the check that each figure of one written by Claude stands in a
tool result. Does not own where contracts stand (`renewals`), who is told by which way (`notices`), the model
(`vendors`), nor how its tools are called (`jobs`).
"""
