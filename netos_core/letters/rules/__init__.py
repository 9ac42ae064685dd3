"""What a letter is and may become, what stands in its way, and the words our own sentences put into it."""
