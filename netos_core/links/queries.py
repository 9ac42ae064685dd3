"""Reads of RF links and ties that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, fill, nearest
from netos_core.links.model import ContractSite, RfLink, SiteCircuit

RF_LINK = RfLink.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look RF links up by ref, name or call sign."""
    found = Names("RF link", "search {kind: rf_link}", lambda key: nearest(ctx.session, RF_LINK, key))
    fill(ctx.session, found, RF_LINK, list(keys), by=[RF_LINK.c.name, RF_LINK.c.call_sign])
    return found


def get_rf_link_id(ctx: Context, ref: str) -> Named:
    """Return the RF link a ref, name or call sign means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have it.
    """
    return names(ctx, [ref]).get(ref, "ref")


def ties_of(
    ctx: Context, model: type[SiteCircuit | ContractSite], ends: tuple[str, str], pairs: Iterable[tuple[UUID, UUID]]
) -> list[Mapping[str, Any]]:
    """Return the live ties between any of these pairs of records; `ends` names the two columns."""
    table = model.__table__
    one, other = table.c[ends[0]], table.c[ends[1]]
    wanted: list[ColumnElement[bool]] = [and_(one == a, other == b) for a, b in set(pairs)]
    if not wanted:
        return []
    rows = ctx.session.execute(select(table).where(or_(*wanted), table.c.retired_at.is_(None)))
    return [dict(row) for row in rows.mappings()]
