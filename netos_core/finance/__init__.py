"""Finance: what circuits and assets earn and cost by month, how shared costs are divided, and closed months.

Owns allocation rules, accounting periods and the lines a closed one keeps. Every amount is read from dated facts of the
features below (prices, papers, customers, costs, bills); it keeps no second copy of an open month.
"""
