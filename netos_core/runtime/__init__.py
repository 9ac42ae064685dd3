"""Starts and stops what the product runs on, and knows where it lives on disk.

Owns the settings, the home folder and its lock, the embedded PostgreSQL and Valkey, the migrations
and the one supervisor behind `netos up`. Owns no rule of the trade and no table: it is the top of the
core, nothing in the core imports it, and the programs it starts are handed to it as data.
"""
