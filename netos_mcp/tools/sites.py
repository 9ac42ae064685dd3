"""Endpoints and infrastructure assets."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        overview.search_sites,
        "List sites by kind, place, distance, owner or tag, with circuit counts. "
        'With a name or ref, use get_site. Example: {"near": "41.08,-85.14", "radius_km": 20, "kind": ["pop"]}.',
        words={**LIST_WORDS, "near": "Site or lat,lon.", "radius_km": "", "polygon": "GeoJSON."},
    ),
    Published(
        overview.get_site,
        'Show one site: address, what it is inside of, costs, and the circuits that end there. Example: {"ref": '
        '"SIT-1007"}.',
    ),
)
