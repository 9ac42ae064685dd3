"""What a field of an extraction may become, and whether it is decided."""
