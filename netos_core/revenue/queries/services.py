"""Services looked up, listed with what they earn and are of, and one with its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.customers.model import Customer
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Forbidden
from netos_core.kernel.lookup import Named, Names, like, words_of
from netos_core.kernel.page import columns_of, order_of
from netos_core.revenue.model import (
    RevenueAccount,
    RevenueAttribution,
    RevenuePrice,
    RevenueProduct,
    RevenueService,
    RevenueSync,
)
from netos_core.revenue.queries import suggesting
from netos_core.revenue.rules.suggest import Suggestion
from netos_core.revenue.schemas import AttributionView, ListRevenue, PriceView, RevenueList, RevenueRow, RevenueView
from netos_core.sites.model import Site

CONCISE = ("ref", "service", "account", "mrr", "circuit", "site", "customer", "suggested", "why")
NAME = func.coalesce(RevenueService.name, RevenueProduct.name, RevenueService.key)


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look services up by ref; one that is gone answers too, for its past can be attributed."""
    found = Names("service", "list_revenue")
    wanted = sorted({key.strip().upper() for key in keys})
    if wanted:
        rows = ctx.session.execute(select(RevenueService.id, RevenueService.ref).where(RevenueService.ref.in_(wanted)))
        for row in rows:
            found.add(row.ref, Named(row.id, row.ref, row.ref))
    return found


def held(ctx: Context, of: Any = RevenueAttribution) -> ColumnElement[bool]:
    """Match attributions that hold today."""
    return and_(
        of.retired_at.is_(None),
        or_(of.starts_on.is_(None), of.starts_on <= ctx.today),
        or_(of.ends_on.is_(None), of.ends_on >= ctx.today),
    )


def rows(ctx: Context) -> Select[*tuple[Any, ...]]:
    """Select services with what they earn now and are of today."""
    circuit, site, customer = aliased(Circuit), aliased(Site), aliased(Customer)
    s, a = RevenueService, RevenueAccount
    return (
        select(
            s.id, s.ref, NAME.label("service"), a.name.label("account"), a.number.label("account_number"),
            RevenuePrice.mrr, func.coalesce(RevenuePrice.currency, ctx.policy.currency).label("currency"),
            circuit.ref.label("circuit"), site.ref.label("site"), customer.ref.label("customer"),
            RevenueAttribution.basis, a.line1, a.city, a.state, a.postal_code, s.source, s.key, s.gone_at,
        )
        .outerjoin(a, and_(a.source == s.source, a.key == s.account_key))
        .outerjoin(RevenueProduct, and_(RevenueProduct.source == s.source, RevenueProduct.key == s.product_key))
        .outerjoin(RevenuePrice, and_(RevenuePrice.service_id == s.id, RevenuePrice.ends_on.is_(None)))
        .outerjoin(RevenueAttribution, and_(RevenueAttribution.service_id == s.id, held(ctx)))
        .outerjoin(circuit, circuit.id == RevenueAttribution.circuit_id)
        .outerjoin(site, site.id == RevenueAttribution.site_id)
        .outerjoin(customer, customer.id == RevenueAttribution.customer_id)
    )  # fmt: skip


def unattributed() -> ColumnElement[bool]:
    """Match services that earn or cost something a month and are of nothing today."""
    return and_(RevenuePrice.mrr != 0, RevenueAttribution.id.is_(None), RevenueService.gone_at.is_(None))


def _filters(request: ListRevenue) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        RevenueService.gone_at.is_not(None) if request.gone else RevenueService.gone_at.is_(None)
    ]
    if request.attributed is not None:
        wanted.append(RevenueAttribution.id.is_not(None) if request.attributed else unattributed())
    if request.source:
        wanted.append(RevenueService.source == request.source)
    told = func.lower(func.concat_ws(" ", RevenueService.ref, NAME, RevenueAccount.name, RevenueAccount.number))
    return [*wanted, *(told.like(like(word)) for word in words_of(request.query or ""))]


def list_revenue(ctx: Context, request: ListRevenue) -> RevenueList:
    """Return one page of services, each that is of nothing with what is suggested."""
    columns = columns_of(request, RevenueRow, CONCISE)
    sortable: dict[str, listing.Column] = {
        "ref": RevenueService.id,
        "service": func.lower(NAME),
        "account": func.lower(func.coalesce(RevenueAccount.name, "")),
    }
    if ctx.principal.may("see:money"):
        sortable["mrr"] = func.coalesce(RevenuePrice.mrr, 0)
    elif request.sort and request.sort.lstrip("-") == "mrr":
        raise Forbidden("Your roles do not show amounts, so a list can not be sorted by them.", field="sort")
    order_of(request.sort, "ref", list(sortable))
    query, wanted = rows(ctx), _filters(request)
    source = listing.ListSource("revenue", query, sortable, RevenueService.id, "ref")
    found = listing.page(ctx, source, request, wanted)
    shown = [listing.plain(row) for row in found.rows]
    ideas = suggesting.of_services(ctx, [row["id"] for row in shown if row["basis"] is None])
    sync = ctx.session.execute(
        select(func.max(RevenueSync.done_at), func.max(RevenueSync.problem).filter(RevenueSync.done_at.is_(None)))
    ).one()
    hint = None
    if not found.total:
        hint = "Nothing is billed here. Connect Sonar, or read a file with `netos revenue load`."
    return RevenueList(
        as_of=ctx.today,
        total=found.total,
        shown=len(shown),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        mrr_total=_total(ctx, query.where(*wanted)),
        synced_at=sync[0],
        sync_problem=sync[1],
        rows=[_row(row, ideas.get(row["id"])) for row in shown],
    )


def _total(ctx: Context, query: Select[*tuple[Any, ...]]) -> dict[str, Decimal]:
    listed = query.subquery()
    sums = ctx.session.execute(
        select(listed.c.currency, func.sum(listed.c.mrr).label("total"))
        .where(listed.c.mrr.is_not(None))
        .group_by(listed.c.currency)
    )
    return {row.currency: row.total for row in sums}


def _row(row: Mapping[str, Any], idea: Suggestion | None) -> RevenueRow:
    named = [ref for ref in (idea.circuit, idea.site, idea.customer) if ref] if idea else []
    address = ", ".join(part for part in (row["line1"], row["city"], row["state"], row["postal_code"]) if part)
    taken = {name: row[name] for name in RevenueRow.model_fields if name in row}
    return RevenueRow(
        **taken, suggested=", ".join(named) or None, why=idea.reason if idea else None, address=address or None
    )


def revenue(ctx: Context, ref: str) -> RevenueView:
    """Read one service with its history.

    Raises:
        NotFound: None has that ref.
    """
    named = names(ctx, [ref]).get(ref, "ref")
    row = ctx.session.execute(rows(ctx).where(RevenueService.id == named.id)).mappings().one()
    prices = ctx.session.scalars(
        select(RevenuePrice).where(RevenuePrice.service_id == named.id).order_by(RevenuePrice.starts_on.desc())
    )
    ideas = suggesting.of_services(ctx, [named.id]) if row["basis"] is None else {}
    return RevenueView(
        ref=named.ref,
        service=_row(dict(row), ideas.get(named.id)),
        gone_at=row["gone_at"],
        prices=[PriceView(mrr=p.mrr, currency=p.currency, starts_on=p.starts_on, ends_on=p.ends_on) for p in prices],
        attributions=_attributions(ctx, named),
    )


def _attributions(ctx: Context, service: Named) -> list[AttributionView]:
    a = RevenueAttribution
    found = ctx.session.execute(
        select(
            a.id, Circuit.ref.label("circuit"), Site.ref.label("site"), Customer.ref.label("customer"),
            a.starts_on, a.ends_on, a.basis, a.reason,
        )
        .outerjoin(Circuit, Circuit.id == a.circuit_id)
        .outerjoin(Site, Site.id == a.site_id)
        .outerjoin(Customer, Customer.id == a.customer_id)
        .where(a.service_id == service.id, a.retired_at.is_(None))
        .order_by(a.starts_on.desc().nulls_last(), a.id)
    )  # fmt: skip
    return [AttributionView(**row) for row in found.mappings()]


def waiting(ctx: Context, refs: Sequence[str], after: Any, limit: int) -> list[Any]:
    """Return the ids and refs of services that are of nothing, in the order of ids."""
    s = RevenueService
    wanted = [unattributed(), *([s.ref.in_(list(refs))] if refs else []), *([s.id > after] if after else [])]
    query = (
        select(s.id, s.ref)
        .outerjoin(RevenuePrice, and_(RevenuePrice.service_id == s.id, RevenuePrice.ends_on.is_(None)))
        .outerjoin(RevenueAttribution, and_(RevenueAttribution.service_id == s.id, held(ctx)))
        .where(*wanted)
        .order_by(s.id)
        .limit(limit)
    )
    return list(ctx.session.execute(query))
