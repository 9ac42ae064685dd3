"""From a contract's PDF to a proposed contract: read, looked at field by field, proposed with its proof.

Owns the queue of what is to be read, what people decide of each field, and the plan of the contract that comes of it.
Does not own how a PDF is read (`documents.rules.extraction`), its file (`documents`) nor what a contract is.
"""
