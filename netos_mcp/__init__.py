"""The server and the commands: MCP over HTTP and stdio, health, and what joins them with the pages."""

from netos_core.runtime.garbage import look_seldom

look_seldom()  # before the rest is loaded: a tenth of the time that takes went into looking for garbage there is not
