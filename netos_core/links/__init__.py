"""What ties sites together and to papers: RF links, circuits that hang off an asset, leases.

Owns those three, each with the days it holds. Does not own the sites, circuits and contracts they tie, nor where a
circuit ends (circuits).
"""
