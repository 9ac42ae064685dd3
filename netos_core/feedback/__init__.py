"""What people and agents report of NetOS itself: bugs and wishes, their state, and how they progress.

Owns reports and the comments on them. Does not own notes on records of the plant (annotations).
"""
