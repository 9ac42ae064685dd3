"""Tags and notes on any record. Owns what people add to a record, never the record itself."""
