"""One quote whole, and the quotes it stands against."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, or_, select
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import notes_on, tags_of
from netos_core.changes.queries import open_changes
from netos_core.circuits.model import Circuit
from netos_core.kernel.context import Context
from netos_core.providers.model import Provider
from netos_core.quotes.model import Quote
from netos_core.quotes.queries import names, orders
from netos_core.quotes.queries.lists import state_on
from netos_core.quotes.rules.states import LIVE, QuoteState
from netos_core.quotes.schemas import QuoteTermView, QuoteView
from netos_core.sites.model import Site

ASite, ZSite = aliased(Site), aliased(Site)
MOST_RIVALS = 19
_OWN = (
    "ref", "version", "provider", "provider_ref", "number", "a_site", "a_site_ref", "a_place", "z_site", "z_site_ref",
    "z_place", "service_type", "bandwidth_mbps", "level", "received_date", "valid_until", "serviceability", "currency",
    "replaces", "replaces_mrc", "requested_by", "source", "description", "updated_at",
)  # fmt: skip
_TERM = (
    "term_months", "mrc", "nrc", "special_build", "tax_monthly", "escalator_percent", "install_days", "etf",
    "etf_terms", "currency",
)  # fmt: skip


def rows(ctx: Context, ids: list[UUID]) -> list[RowMapping]:
    """Read quotes with the words for what they point to, in the order of the ids."""
    query = (
        select(
            Quote.__table__,
            state_on(ctx.today).label("shown_state"),
            Provider.name.label("provider"),
            Provider.ref.label("provider_ref"),
            ASite.name.label("a_site"),
            ASite.ref.label("a_site_ref"),
            ZSite.name.label("z_site"),
            ZSite.ref.label("z_site_ref"),
            Circuit.ref.label("replaces"),
            Circuit.mrc.label("replaces_mrc"),
            Circuit.currency.label("replaces_currency"),
        )
        .join(Provider, Provider.id == Quote.provider_id)
        .outerjoin(ASite, ASite.id == Quote.a_site_id)
        .outerjoin(ZSite, ZSite.id == Quote.z_site_id)
        .outerjoin(Circuit, Circuit.id == Quote.replaces_id)
        .where(Quote.id.in_(ids))
    )
    found = {row["id"]: row for row in ctx.session.execute(query).mappings()}
    return [found[row_id] for row_id in ids]


def quote(ctx: Context, ref: str) -> QuoteView:
    """Read one quote whole."""
    named = names.get_quote_id(ctx, ref)
    (row,) = rows(ctx, [named.id])
    return QuoteView(
        **{name: row[name] for name in _OWN},
        state=row["shown_state"],
        recorded_state=row["state"],
        terms=[_term(term) for term in names.terms_of(ctx, [named.id])],
        orders=orders.of_quote(ctx, named.id),
        rivals=_rivals(ctx, row),
        tags=tags_of(ctx, "quote", named.id),
        notes=notes_on(ctx, "quote", named.id),
        open_changes=open_changes(ctx, row["ref"], named.id),
    )


def _term(row: dict[str, Any]) -> QuoteTermView:
    return QuoteTermView(id=str(row["id"]), **{name: row[name] for name in _TERM})


def _rivals(ctx: Context, row: RowMapping) -> list[str]:
    """List quotes that answer the same question and can still be had: for the circuit, or for the same ends."""
    same = []
    if row["replaces_id"] is not None:
        same.append(Quote.replaces_id == row["replaces_id"])
    if row["a_site_id"] is not None:
        far = Quote.z_site_id == row["z_site_id"] if row["z_site_id"] else Quote.z_site_id.is_(None)
        same.append(and_(Quote.a_site_id == row["a_site_id"], far, Quote.service_type == row["service_type"]))
    if not same:
        return []
    query = (
        select(Quote.ref)
        .where(
            or_(*same),
            Quote.id != row["id"],
            Quote.retired_at.is_(None),
            state_on(ctx.today).in_([*sorted(LIVE), QuoteState.ACCEPTED]),
        )
        .order_by(Quote.id.desc())
        .limit(MOST_RIVALS)
    )
    return list(ctx.session.scalars(query))
