"""Work that runs by itself. Each file starts one family of it; what is done is the core's."""

from netos_core.runtime.garbage import look_seldom

look_seldom()  # before the rest is loaded, as in `netos_mcp`
