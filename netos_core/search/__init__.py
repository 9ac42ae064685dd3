"""One search over everything: which records answer to some words. Owns ranking across kinds, not the lists."""
