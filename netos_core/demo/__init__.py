"""Sample data: an invented Indiana ISP with believable circuits, loaded through the write path and removable.

Owns the demo people and what is loaded for them. Does not own any rule: what a record may be is decided
by the plans of its feature, and every stage is a proposal that one demo person makes and another approves.
"""
