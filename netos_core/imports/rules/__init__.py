"""The pure half of imports: bytes in, typed rows and problems out.

`sheet` reads, `header` finds the header, `mapping` names the columns, `preview` types the rows.
"""
