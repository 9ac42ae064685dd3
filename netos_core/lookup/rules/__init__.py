"""What may be said about an address without asking anybody: its parts, what its surroundings mean, what they cost."""
