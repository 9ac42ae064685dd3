"""What should be done: every finding with its money, its clock and its evidence, ranked by money a day.

Owns the findings and their order. Does not own what finds them: a feature says what is open about a record, and takes
it back when it is done.
"""
