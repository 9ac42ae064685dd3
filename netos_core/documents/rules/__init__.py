"""What a file is by its own bytes, what may be read from it, and who may see it: pure functions on bytes."""
