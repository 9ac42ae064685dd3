"""Documents and photos on any record: what they are, where their bytes lie, what they show and to whom.

Owns the table of documents, the facts read from a file's bytes, and the order in which bytes are staged, scanned,
stored and pictured. Does not own the object store or the virus scanner (`vendors`), nor what a contract says.
"""
