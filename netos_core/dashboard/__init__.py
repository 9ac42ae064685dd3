"""The whole plant on one page: figures, each with the list that it is the number or the sum of.

Owns which figures there are. Does not own what they count: a figure is what its list says it comes to.
"""
