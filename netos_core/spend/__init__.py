"""Spend: what circuits will cost month by month, what leaving would cost then, and what they cost at each month before.

Owns the projection, the snapshots of months and what these show to have changed. Does not own the rates and fees of
contracts (`contracts`), what is decided about terms (`renewals`), or what a month came to in the books (`finance`).
"""
