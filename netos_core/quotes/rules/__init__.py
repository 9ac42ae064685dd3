"""Rules of quotes: what proves a value, what an offer costs, where an order stands."""
