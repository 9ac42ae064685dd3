"""Endpoints and infrastructure assets."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        overview.search_sites,
        "List sites by kind, place, owner or tag, with circuit counts. "
        'With a name or ref, use get_site. Example: {"city": "Fort Wayne", "kind": ["pop"]}.',
        words=LIST_WORDS,
    ),
    Published(
        overview.get_site,
        'Show one site: address, what it is inside of, costs, and the circuits that end there. Example: {"ref": '
        '"SIT-1007"}.',
    ),
)
