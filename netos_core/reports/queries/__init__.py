"""Reports that are made of where contracts stand, and those that were kept."""
