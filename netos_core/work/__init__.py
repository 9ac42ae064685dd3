"""Work that runs later: one row per job in PostgreSQL, which is the truth; the queue carries only ids."""
