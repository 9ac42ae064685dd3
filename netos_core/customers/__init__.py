"""Customers we bill: who they are and where they are reached. Which circuits serve them is circuits'."""
