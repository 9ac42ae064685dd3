"""What agents are offered, one file per feature: that it is published, and what an agent is told of it."""

from __future__ import annotations

from collections.abc import Mapping

from netos_mcp.answers import Published
from netos_mcp.tools import (
    changes,
    circuits,
    contracts,
    documents,
    finance,
    imports,
    network,
    outages,
    overview,
    parties,
    people,
    plant,
    quotes,
    renewals,
    search,
    sites,
    work,
    workspace,
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

TOOLSETS: Mapping[str, tuple[Published, ...]] = {
    "network": network.TOOLSET,
    "documents": documents.TOOLSET,
    "parties": parties.TOOLSET,
    "changes": changes.TOOLSET,
    "finance": finance.TOOLSET,
    "imports": imports.TOOLSET,
    "people": people.TOOLSET,
    "plant": plant.TOOLSET,
    "renewals": renewals.TOOLSET,
    "quotes": quotes.TOOLSET,
    "workspace": workspace.TOOLSET,
}
"""Tools listed only where their toolset is asked for; they answer to their names all the same."""

EVERY: tuple[Published, ...] = (*PUBLISHED, *(one for toolset in TOOLSETS.values() for one in toolset))
BY_NAME: Mapping[str, Published] = {one.name: one for one in EVERY}
