"""Reads of sites that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, chain_from, fill, nearest
from netos_core.sites.model import Site, SiteCost

SITE = Site.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look sites up by any of the words they are known by."""
    found = Names("site", "search_sites", lambda key: nearest(ctx.session, SITE, key))
    table = SITE
    fill(ctx.session, found, table, list(keys), by=[table.c.name, table.c.external_id, table.c.clli])
    return found


def get_site_id(ctx: Context, ref: str, field: str = "site") -> Named:
    """Return the site a ref or name means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have it.
    """
    return names(ctx, [ref]).get(ref, field)


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live site rows, for planning."""
    table = SITE
    rows = ctx.session.execute(select(table).where(table.c.id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def parents_from(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Return the parent of each of these sites, of their parents, and so on to the root."""
    return chain_from(ctx.session, Site.parent_id, ids)


def children_of(ctx: Context, ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live sites right under these."""
    rows = ctx.session.execute(select(SITE).where(SITE.c.parent_id.in_(list(ids)), SITE.c.retired_at.is_(None)))
    return [dict(row) for row in rows.mappings()]


def within(site_id: UUID) -> Select[UUID]:
    """Select the ids of a site and of every live site inside it, at whatever depth."""
    tree = select(SITE.c.id).where(SITE.c.id == site_id).cte(recursive=True)
    tree = tree.union(select(SITE.c.id).join(tree, SITE.c.parent_id == tree.c.id).where(SITE.c.retired_at.is_(None)))
    return select(tree.c.id)


def owners_of(ctx: Context, external_ids: Iterable[str]) -> dict[str, Named]:
    """Find the live sites that have any of these external ids."""
    rows = ctx.session.execute(
        select(Site.external_id, Site.id, Site.ref, Site.name).where(
            Site.external_id.in_(list(external_ids)), Site.retired_at.is_(None)
        )
    )
    return {row.external_id: Named(row.id, row.ref, row.name) for row in rows}


def costs_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return live cost rows with the `site_ref` and `site_name` they are for."""
    return {row["id"]: row for row in _costs(ctx, "id", ids)}


def costs_of(ctx: Context, site_ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live costs of many sites, oldest first."""
    return _costs(ctx, "site_id", site_ids)


def _costs(ctx: Context, column: str, ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    table = SiteCost.__table__
    rows = ctx.session.execute(
        select(table, SITE.c.ref.label("site_ref"), SITE.c.name.label("site_name"))
        .join(SITE, SITE.c.id == table.c.site_id)
        .where(table.c[column].in_(list(ids)), table.c.retired_at.is_(None))
        .order_by(table.c.id)
    )
    return [dict(row) for row in rows.mappings()]
