"""The one way in for a wish to change something: it picks the plan of the kind and hands it to `changes`.

Owns the list of kinds that can be changed. Does not own what a sensible change is (the plans of each
feature), nor its approval and commit (`changes`).
"""
