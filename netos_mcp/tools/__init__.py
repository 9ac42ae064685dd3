"""What agents are offered, one file per feature: that it is published, and what an agent is told of it."""

from __future__ import annotations

from netos_mcp.answers import Published
from netos_mcp.tools import (
    changes,
    circuits,
    contracts,
    documents,
    outages,
    overview,
    parties,
    quotes,
    renewals,
    search,
    sites,
    work,
)

PUBLISHED: tuple[Published, ...] = (
    *search.PUBLISHED,
    *circuits.PUBLISHED,
    *outages.PUBLISHED,
    *sites.PUBLISHED,
    *documents.PUBLISHED,
    *parties.PUBLISHED,
    *contracts.PUBLISHED,
    *renewals.PUBLISHED,
    *quotes.PUBLISHED,
    *overview.PUBLISHED,
    *changes.PUBLISHED,
    *work.PUBLISHED,
)
"""In the order they are listed, which never varies."""
