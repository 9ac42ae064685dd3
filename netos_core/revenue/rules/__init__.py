"""Pure rules of revenue: what a service earns a month, since when, and whose it may be."""
