"""Places: customer endpoints and the eight kinds of infrastructure assets, their tree and their costs.

Owns site and site cost rows. Does not own what terminates there (circuits) nor leases as contracts.
"""
