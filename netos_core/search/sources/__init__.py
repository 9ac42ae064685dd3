"""What the index holds of each kind of record, by the table whose row is indexed."""

from __future__ import annotations

from collections.abc import Mapping

from netos_core.search.sources.frame import Source
from netos_core.search.sources.inventory import INVENTORY
from netos_core.search.sources.network import NETWORK
from netos_core.search.sources.offers import OFFERS
from netos_core.search.sources.papers import PAPERS
from netos_core.search.sources.plant import PLANT
from netos_core.search.sources.remarks import OWNERS, REMARKS

SOURCES: Mapping[str, Source] = {**INVENTORY, **PLANT, **NETWORK, **OFFERS, **PAPERS, **REMARKS}

__all__ = ["OWNERS", "SOURCES", "Source"]
