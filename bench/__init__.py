"""The benchmark table: each figure of an issue beside a floor measured in the same run (`python -m bench`).

It makes its own data set, home and servers, speaks to them over the loopback, and ends what it started.
It asserts nothing: a machine that is busy makes a slow run, not a failing one.
"""
