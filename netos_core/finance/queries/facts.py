"""Read the dated facts of circuits and sites, one statement for each kind however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    cast,
    null,
    or_,
    select,
    true,
    union_all,
)  # fmt: skip

from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.circuits.rules import is_billed
from netos_core.contracts.queries.rates import courses_of
from netos_core.customers.model import Customer
from netos_core.electrical.model import ElectricalAccount
from netos_core.electrical.queries import bills_of
from netos_core.finance.model import AllocationRule
from netos_core.finance.queries.billed import billed_facts, circuits_of
from netos_core.finance.rules.allocation import Method
from netos_core.finance.rules.facts import (
    CircuitFact,
    CostFact,
    CustomerFact,
    Facts,
    PowerFact,
    Presence,
    Rated,
    RuleFact,
    Shared,
    SiteFact,
)
from netos_core.finance.rules.months import Proration, first_of, last_of
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.links.model import RfLink, SiteCircuit
from netos_core.links.rules import RfStatus, SubtendRole
from netos_core.providers.model import Provider
from netos_core.sites.model import Site, SiteCost
from netos_core.sites.rules import Cadence, CostKind

Ids = Collection[UUID] | None
"""Some records, or all where it is None."""


def facts_of(ctx: Context, first: date, last: date, *, roots: Ids, circuits: Ids, priced: Ids) -> Facts:
    """Read what months rest on.

    Args:
        ctx: The call.
        first: The first month.
        last: The last month.
        roots: Sites, each read with every site inside it.
        circuits: Circuits, beside those at these sites.
        priced: Circuits whose rates are needed, beside those that serve a site; the others are only borne shares by.
    """
    sites = _sites(ctx, roots)
    inside = None if roots is None else set(sites)
    presences = presences_of(ctx, inside)
    there = None if circuits is None else {*circuits, *(one.circuit_id for one in presences)}
    serving = {one.circuit_id for one in presences if one.role == SubtendRole.BACKHAUL}
    if inside:
        presences += _served_elsewhere(ctx, serving, inside)
    known, customers = _circuits(ctx, there)
    billed = billed_facts(ctx, first, last_of(last), there, inside, {one.customer_id for one in customers})
    needed = None if priced is None else {*priced, *serving}
    return Facts(
        Proration(ctx.policy.proration),
        _facts_of_circuits(ctx, known, needed, last_of(last)),
        customers,
        sites,
        presences,
        [*_site_costs(ctx, inside, sites), *_radio(ctx, inside, there)],
        _power(ctx, inside),
        _rules(ctx, inside, first, last_of(last)),
        billed,
        circuits_of(ctx, billed),
    )


def ruled_sites(ctx: Context, circuits: Collection[UUID], first: date, last: date) -> list[UUID]:
    """List the sites that divide a cost in these months and that circuits end at, hang off or are inside."""
    own = union_all(
        select(Termination.site_id.label("id")).where(
            among(Termination.circuit_id, circuits), Termination.retired_at.is_(None), Termination.site_id.is_not(None)
        ),
        select(SiteCircuit.site_id).where(among(SiteCircuit.circuit_id, circuits), SiteCircuit.retired_at.is_(None)),
    ).subquery()
    up = select(own.c.id).cte("up", recursive=True)
    up = up.union(select(Site.parent_id).join(up, Site.id == up.c.id).where(Site.parent_id.is_not(None)))
    ruling = select(AllocationRule.site_id).where(AllocationRule.site_id.in_(select(up.c.id)), *_holds(first, last))
    return list(ctx.session.scalars(ruling.distinct()))


def _holds(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        AllocationRule.retired_at.is_(None),
        or_(AllocationRule.starts_on.is_(None), AllocationRule.starts_on <= last_of(last)),
        or_(AllocationRule.ends_on.is_(None), AllocationRule.ends_on >= first),
    )


def of_some(column: Any, ids: Ids) -> ColumnElement[bool]:
    return true() if ids is None else among(column, ids)


def _sites(ctx: Context, roots: Ids) -> dict[UUID, SiteFact]:
    if roots is not None and not roots:
        return {}
    wanted = select(Site.id, Site.ref, Site.name, Site.kind, Site.parent_id, Site.market).where(
        Site.retired_at.is_(None)
    )
    if roots is not None:
        tree = select(Site.id).where(of_some(Site.id, roots)).cte("tree", recursive=True)
        tree = tree.union(select(Site.id).join(tree, Site.parent_id == tree.c.id).where(Site.retired_at.is_(None)))
        wanted = wanted.where(Site.id.in_(select(tree.c.id)))
    return {row.id: SiteFact(*row) for row in ctx.session.execute(wanted)}


def presences_of(ctx: Context, sites: Ids) -> list[Presence]:
    """Read which circuits end at or hang off these sites."""
    if sites is not None and not sites:
        return []
    ends = select(
        Termination.site_id, Termination.circuit_id, null().label("role"), cast(null(), Date), cast(null(), Date)
    ).where(Termination.retired_at.is_(None), Termination.site_id.is_not(None), of_some(Termination.site_id, sites))
    hangs = _hanging().where(of_some(SiteCircuit.site_id, sites))
    rows: Iterable[Any] = ctx.session.execute(union_all(ends, hangs))
    return [Presence(*row) for row in rows]


def _hanging() -> Select[UUID, UUID, str, date | None, date | None]:
    return select(
        SiteCircuit.site_id, SiteCircuit.circuit_id, SiteCircuit.role, SiteCircuit.starts_on, SiteCircuit.ends_on
    ).where(SiteCircuit.retired_at.is_(None))


def _served_elsewhere(ctx: Context, circuits: Collection[UUID], sites: Collection[UUID]) -> list[Presence]:
    """Read which other sites circuits serve: their MRC is in parts for each of them."""
    if not circuits:
        return []
    rows = ctx.session.execute(
        _hanging().where(among(SiteCircuit.circuit_id, circuits), SiteCircuit.role == SubtendRole.BACKHAUL)
    )
    return [Presence(*row) for row in rows if row.site_id not in sites]


_CIRCUIT = (
    select(
        Circuit.id, Circuit.ref, Provider.name.label("provider"), Provider.ref.label("provider_ref"), Circuit.market,
        Circuit.service_type, Circuit.bandwidth_mbps, Circuit.currency, Circuit.mrc, Circuit.status,
        Circuit.contract_id, Circuit.billing_start_date, Circuit.install_date, Circuit.disconnect_date,
        CircuitCustomer.customer_id, Customer.ref.label("customer"), Customer.name.label("customer_name"),
        CircuitCustomer.mrr, CircuitCustomer.currency.label("mrr_currency"), CircuitCustomer.starts_on,
        CircuitCustomer.ends_on,
    )
    .join(Provider, Provider.id == Circuit.provider_id)
    .outerjoin(
        CircuitCustomer, and_(CircuitCustomer.circuit_id == Circuit.id, CircuitCustomer.retired_at.is_(None))
    )
    .outerjoin(Customer, Customer.id == CircuitCustomer.customer_id)
    .where(Circuit.retired_at.is_(None))
    .order_by(Customer.name, Customer.ref)
)  # fmt: skip
"""A row for each customer of a circuit, and one for a circuit without any."""


def _circuits(ctx: Context, ids: Ids) -> tuple[list[Mapping[str, Any]], list[CustomerFact]]:
    if ids is not None and not ids:
        return [], []
    known: dict[UUID, Mapping[str, Any]] = {}
    customers = []
    for row in ctx.session.execute(_CIRCUIT.where(of_some(Circuit.id, ids))).mappings():
        if row["id"] not in known:
            known[row["id"]] = dict(row)
        if row["customer_id"] is not None:
            customers.append(
                CustomerFact(
                    row["id"], row["customer_id"], row["customer"], row["customer_name"], row["mrr"],
                    row["mrr_currency"], row["starts_on"], row["ends_on"],
                )
            )  # fmt: skip
    return list(known.values()), customers


def _facts_of_circuits(
    ctx: Context, rows: Collection[Mapping[str, Any]], priced: Ids, until: date
) -> dict[UUID, CircuitFact]:
    """Read rates too, where they are needed. A price on file is that of the whole month that runs."""
    needed = rows if priced is None else [row for row in rows if row["id"] in priced]
    courses = courses_of(ctx, needed, first_of(ctx.today))
    rates: dict[UUID, tuple[Rated, ...]] = {}
    for row in needed:
        course = courses.get(row["id"])
        if course is not None:
            steps = course.steps(until)
            rates[row["id"]] = tuple(Rated(step.since, step.mrc, step.source or row["ref"]) for step in steps)
        elif row["mrc"] is not None:
            rates[row["id"]] = (Rated(None, row["mrc"], row["ref"]),)
    return {row["id"]: _circuit(row, rates.get(row["id"], ())) for row in rows}


def _circuit(row: Mapping[str, Any], rates: tuple[Rated, ...]) -> CircuitFact:
    return CircuitFact(
        row["id"], row["ref"], row["provider"], row["provider_ref"], row["market"], row["service_type"],
        row["bandwidth_mbps"], row["currency"], rates,
        billed=is_billed(row["status"], row["billing_start_date"], row["disconnect_date"]),
        billed_from=row["billing_start_date"] or row["install_date"],
        billed_until=row["disconnect_date"],
    )  # fmt: skip


def _site_costs(ctx: Context, sites: Ids, known: Mapping[UUID, SiteFact]) -> list[CostFact]:
    if sites is not None and not sites:
        return []
    rows = ctx.session.execute(
        select(
            SiteCost.site_id, SiteCost.kind, SiteCost.amount, SiteCost.currency, SiteCost.cadence, SiteCost.starts_on,
            SiteCost.ends_on,
        ).where(SiteCost.retired_at.is_(None), of_some(SiteCost.site_id, sites))
    )  # fmt: skip
    return [
        CostFact(
            row.site_id, Shared.POWER if row.kind == CostKind.POWER else Shared.FACILITY, row.kind, row.amount,
            row.currency, Cadence(row.cadence), row.starts_on, row.ends_on, known[row.site_id].ref,
        )
        for row in rows
        if row.site_id in known
    ]  # fmt: skip


def _radio(ctx: Context, sites: Ids, circuits: Ids) -> list[CostFact]:
    """Read what radio links cost: at their A end, or of the circuit they carry."""
    if circuits is not None and not (sites or circuits):
        return []
    carried = case((Circuit.retired_at.is_(None), Circuit.id))
    mine = or_(of_some(RfLink.a_site_id, sites), of_some(RfLink.circuit_id, circuits))
    rows = ctx.session.execute(
        select(
            RfLink.a_site_id, RfLink.name, RfLink.monthly_cost, RfLink.currency, RfLink.starts_on, RfLink.ends_on,
            RfLink.ref, carried.label("circuit_id"),
        )
        .outerjoin(Circuit, Circuit.id == RfLink.circuit_id)
        .where(
            RfLink.retired_at.is_(None), RfLink.monthly_cost.is_not(None), mine,
            or_(RfLink.status.not_in((RfStatus.PLANNED, RfStatus.DECOMMISSIONED)), RfLink.ends_on.is_not(None)),
        )
    )  # fmt: skip
    return [
        CostFact(
            row.a_site_id, Shared.TRANSPORT, row.name, row.monthly_cost, row.currency, Cadence.MONTHLY, row.starts_on,
            row.ends_on, row.ref, row.circuit_id,
        )
        for row in rows
    ]  # fmt: skip


def _power(ctx: Context, sites: Ids) -> list[PowerFact]:
    if sites is not None and not sites:
        return []
    accounts = ctx.session.execute(
        select(
            ElectricalAccount.id, ElectricalAccount.site_id, ElectricalAccount.ref, ElectricalAccount.starts_on,
            ElectricalAccount.ends_on,
        )
        .where(ElectricalAccount.retired_at.is_(None), of_some(ElectricalAccount.site_id, sites))
        .order_by(ElectricalAccount.ref)
    ).all()  # fmt: skip
    bills = bills_of(ctx, [row.id for row in accounts]) if accounts else {}
    return [
        PowerFact(row.site_id, row.ref, row.starts_on, row.ends_on, bills[row.id])
        for row in accounts
        if row.id in bills
    ]


def _rules(ctx: Context, sites: Ids, first: date, last: date) -> list[RuleFact]:
    if sites is not None and not sites:
        return []
    rows = ctx.session.execute(
        select(
            AllocationRule.id, AllocationRule.site_id, AllocationRule.component, AllocationRule.method,
            AllocationRule.shares, AllocationRule.starts_on, AllocationRule.ends_on,
        ).where(of_some(AllocationRule.site_id, sites), *_holds(first, last))
    )  # fmt: skip
    return [
        RuleFact(
            row.id, row.site_id, Shared(row.component), Method(row.method),
            {key: Decimal(percent) for key, percent in (row.shares or {}).items()}, row.starts_on, row.ends_on,
        )
        for row in rows
    ]  # fmt: skip
