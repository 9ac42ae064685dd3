"""One module for each family of pages: handlers that make one visit, and the routes that lead to them."""
