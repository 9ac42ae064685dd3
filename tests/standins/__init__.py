"""Servers that speak as the outside systems do, on a loopback address; `python -m tests.standins <system>` runs one.

Each system is a module with `make_app()`. A stand-in is trusted only where the vendor's own client
library, if there is one, passes against it.
"""
