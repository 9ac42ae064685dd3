"""Finding a record by whatever is known of it."""

from __future__ import annotations

from netos_core.search import operations as search
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        search.search,
        "Find any record by id, name, place or words; spelling may be off. Start here when the kind is unknown, then "
        'call its get_ tool. Lists no amounts. Example: {"query": "KXGS 204118"}.',
    ),
)
