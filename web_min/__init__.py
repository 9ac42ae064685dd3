"""The web pages: plain HTML on the operations of the core, rendered on the server.

Owns sessions' cookies, forms, words and figures as people read them. Does not own any rule of the trade.
"""
