"""What money of a month comes to: pure rules, one module a question."""
