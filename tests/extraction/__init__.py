"""Measures what is read out of contracts: against labels made by lawyers, and against orders of our own."""
