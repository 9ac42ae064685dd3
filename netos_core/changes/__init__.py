"""The one write path: change set, proposal, approval, commit, inverse, audit.

Owns how a change is shown, stored, decided, committed, undone and remembered. Does not own what a
sensible change is (the plans of each feature) nor who may approve it (`access`).
"""
