"""What a month comes to: every line of every circuit, and every shared cost of a site with its division.

The lines of circuits and what of the shared costs nobody bears are, together, all that was earned and spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from netos_core.electrical.rules import averages
from netos_core.finance.rules.allocation import Allocation, Receiver, allocate
from netos_core.finance.rules.billed import Billed, billed_in
from netos_core.finance.rules.facts import (
    CircuitFact,
    CustomerFact,
    Facts,
    PowerFact,
    Presence,
    RuleFact,
    Shared,
    in_service,
)
from netos_core.finance.rules.months import last_of, of_month, prorated
from netos_core.finance.rules.profit import Component, Line
from netos_core.kernel.money import Basis, split_to_the_cent, to_the_cent
from netos_core.links.rules import SubtendRole, overlap

SHARE = {
    Shared.FACILITY: Component.FACILITY_SHARE,
    Shared.POWER: Component.POWER_SHARE,
    Shared.TRANSPORT: Component.TRANSPORT_SHARE,
}
NO_RULE = "No rule divides it."
BEFORE = "until what is billed is known"
COUNTED = "counted there, as agreed"


@dataclass(frozen=True, slots=True)
class Pool:
    """A shared cost of a site on one basis, and who bears it.

    With a `supplier` it is the MRC of a circuit that serves the site: that circuit's own cost, which others bear as far
    as it is divided, and no cost of the site beside it.
    """

    site_id: UUID
    component: Shared
    currency: str
    basis: Basis
    amount: Decimal
    sources: tuple[str, ...]
    supplier: UUID | None
    rule: RuleFact | None
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Apart:
    """Revenue of no circuit: of a site, else of the customer of the line, else of nothing that is known."""

    site_id: UUID | None
    line: Line


@dataclass(frozen=True, slots=True)
class Books:
    """A month: the lines of each circuit, the shared costs of sites, and revenue of no circuit."""

    month: date
    lines: Mapping[UUID, Sequence[Line]]
    pools: Sequence[Pool]
    apart: Sequence[Apart]


@dataclass(slots=True)
class _Month:
    facts: Facts
    month: date
    last: date
    lines: dict[UUID, list[Line]] = field(default_factory=dict)
    customers: dict[UUID, int] = field(default_factory=dict)
    apart: list[Apart] = field(default_factory=list)

    def add(
        self, circuit_id: UUID, component: Component, amount: Decimal, currency: str, basis: Basis, source: str,
        item: str = "", how: str = "",
    ) -> None:  # fmt: skip
        line = Line(self.month, component, amount, currency, basis, source, item, how)
        self.lines.setdefault(circuit_id, []).append(line)

    def has(self, starts_on: date | None, ends_on: date | None) -> bool:
        return overlap((starts_on, ends_on), (self.month, self.last))


def books_of(facts: Facts, month: date) -> Books:
    """Work a month out."""
    now = _Month(facts, month, last_of(month))
    for circuit in facts.circuits.values():
        _carrier(now, circuit)
    _revenue(now)
    _carried(now)
    pools = list(_pools(now))
    for pool in pools:
        _bear(now, pool)
    return Books(month, now.lines, pools, now.apart)


def _owed(circuit: CircuitFact, facts: Facts, month: date) -> list[tuple[Decimal, str]]:
    """Give what the carrier is owed for a month: an amount for each record that says so, in the order of their days."""
    last = last_of(month)
    if not circuit.rates or not in_service(circuit, month, last):
        return []
    first, until = max(circuit.billed_from or month, month), min(circuit.billed_until or last, last)
    found: dict[str, Decimal] = {}
    ends = [*((rate.since or month) - timedelta(days=1) for rate in circuit.rates[1:]), date.max]
    for place, (rate, end) in enumerate(zip(circuit.rates, ends, strict=True)):
        begins = max((rate.since or first) if place else first, first)
        stops = min(end, until)
        if begins <= stops:
            amount = prorated(rate.mrc, begins, stops, month, facts.proration)
            found[rate.source] = found.get(rate.source, Decimal(0)) + amount
    return [(amount, source) for source, amount in found.items()]


def _carrier(now: _Month, circuit: CircuitFact) -> None:
    for amount, source in _owed(circuit, now.facts, now.month):
        now.add(circuit.id, Component.CARRIER, amount, circuit.currency, Basis.CONTRACTED, source)


def _revenue(now: _Month) -> None:
    """Write what is billed into the books, and what was agreed; the billed stands for the agreed from its first day."""
    on: dict[UUID, set[tuple[UUID, str]]] = {}
    for one in now.facts.customers:
        if now.has(one.starts_on, one.ends_on):
            now.customers[one.circuit_id] = now.customers.get(one.circuit_id, 0) + 1
            on.setdefault(one.circuit_id, set()).add((one.customer_id, one.ref))
    sole = {row_id: next(iter(theirs)) for row_id, theirs in on.items() if len(theirs) == 1}
    billed = billed_in(now.facts, now.month, sole)
    for earning in billed.earnings:
        whose = earning.whose
        # Where it is not told which customer is billed, all that is agreed for the circuit gives way.
        item = whose.customer if whose.circuit_id is None or billed.told(whose.circuit_id) else ""
        line = Line(
            now.month, Component.REVENUE, earning.amount, earning.currency, Basis.ACTUAL, earning.source, item,
            whose.how, whose.customer_id,
        )  # fmt: skip
        if whose.circuit_id is not None:
            now.lines.setdefault(whose.circuit_id, []).append(line)
        else:
            now.apart.append(Apart(whose.site_id, line))
    for one in now.facts.customers:
        _agreed(now, one, billed)


def _agreed(now: _Month, one: CustomerFact, billed: Billed) -> None:
    """Write the MRR of a customer on a circuit; a part that what is billed replaces shares its item.

    What the customer is billed for no circuit has the MRR of its circuits in it: there it is taken off again.
    """
    if one.mrr is None:
        return
    item = one.ref if billed.told(one.circuit_id) else ""
    first, last = max(one.starts_on or now.month, now.month), min(one.ends_on or now.last, now.last)
    if first > last:
        _mrr(now, one, Decimal(0), item, "not billed in this month")
        return
    whole, proration = to_the_cent(one.mrr), now.facts.proration
    replaced = billed.from_day(one.circuit_id, one.customer_id)
    until = min(last, replaced - timedelta(days=1))
    if until < last:
        _mrr(now, one, prorated(whole, max(first, replaced), last, now.month, proration), item, "")
    if first <= until:
        partly = until < last
        amount = prorated(whole, first, until, now.month, proration)
        _mrr(now, one, amount, f"{one.ref} before" if partly else item, BEFORE if partly else "")
    apart = max(first, billed.apart_from(one.customer_id))
    if apart <= until and (circuit := now.facts.circuits.get(one.circuit_id)):
        amount = -prorated(whole, apart, until, now.month, proration)
        now.apart.append(
            Apart(None, Line(
                now.month, Component.REVENUE, amount, one.currency, Basis.CONTRACTED, circuit.ref, circuit.ref,
                COUNTED, one.customer_id,
            ))
        )  # fmt: skip


def _mrr(now: _Month, one: CustomerFact, amount: Decimal, item: str, how: str) -> None:
    now.lines.setdefault(one.circuit_id, []).append(
        Line(
            now.month, Component.REVENUE, amount, one.currency, Basis.CONTRACTED, f"{one.ref} {one.name}", item, how,
            one.customer_id,
        )
    )  # fmt: skip


def _carried(now: _Month) -> None:
    """Charge a radio link that carries a circuit to that circuit alone."""
    for cost in now.facts.costs:
        if cost.circuit_id in now.facts.circuits and cost.circuit_id is not None:
            amount = of_month(cost.amount, cost.cadence, cost.starts_on, cost.ends_on, now.month, now.facts.proration)
            if amount is not None:
                now.add(
                    cost.circuit_id, Component.TRANSPORT_SHARE, amount, cost.currency, Basis.CONTRACTED, cost.source,
                    cost.source, f"{cost.what}, which carries it",
                )  # fmt: skip


def _pools(now: _Month) -> Iterable[Pool]:
    """Gather the shared costs of each site and divide them by the rule that holds in the month."""
    facts = now.facts
    at: dict[UUID, list[Presence]] = {}
    for one in facts.presences:
        if now.has(one.starts_on, one.ends_on):
            at.setdefault(one.site_id, []).append(one)
    inside: dict[UUID | None, list[UUID]] = {}
    for site in facts.sites.values():
        inside.setdefault(site.parent_id, []).append(site.id)
    rules = {(r.site_id, r.component): r for r in facts.rules if now.has(r.starts_on, r.ends_on)}
    receivers: dict[UUID, list[UUID]] = {}
    for cost in _costs(now, rules):
        rule = rules.get((cost.site_id, cost.component))
        if rule is None:
            made = Allocation((), cost.amount, NO_RULE)
        else:
            if cost.site_id not in receivers:
                receivers[cost.site_id] = _there(now, cost.site_id, at, inside)
            there = [_receiver(now, row_id, cost.currency) for row_id in receivers[cost.site_id]]
            made = allocate(cost.amount, rule.method, there, rule.shares)
        yield Pool(
            cost.site_id, cost.component, cost.currency, cost.basis, cost.amount, tuple(sorted(cost.sources)),
            cost.supplier, rule, made,
        )  # fmt: skip


@dataclass(slots=True)
class _Cost:
    site_id: UUID
    component: Shared
    currency: str
    basis: Basis
    supplier: UUID | None = None
    amount: Decimal = Decimal(0)
    sources: set[str] = field(default_factory=set)


def _costs(now: _Month, rules: Mapping[tuple[UUID, Shared], RuleFact]) -> list[_Cost]:
    """Add up what is shared of each site; what is recorded as its power gives way to what its utility bills."""
    facts = now.facts
    found: dict[tuple[UUID, Shared, str, Basis, UUID | None], _Cost] = {}

    def add(
        site_id: UUID, component: Shared, currency: str, basis: Basis, amount: Decimal, source: str,
        supplier: UUID | None = None,
    ) -> None:  # fmt: skip
        key = (site_id, component, currency, basis, supplier)
        cost = found.setdefault(key, _Cost(*key))
        cost.amount += amount
        cost.sources.add(source)

    metered: set[UUID] = set()
    for account in facts.power:
        for currency, amount, basis in _power(now, account):
            metered.add(account.site_id)
            add(account.site_id, Shared.POWER, currency, basis, amount, account.ref)
    for cost in facts.costs:
        if cost.circuit_id is not None or cost.site_id not in facts.sites:
            continue
        if cost.component is Shared.POWER and cost.site_id in metered:
            continue
        part = of_month(cost.amount, cost.cadence, cost.starts_on, cost.ends_on, now.month, facts.proration)
        if part is not None:
            add(cost.site_id, cost.component, cost.currency, Basis.CONTRACTED, part, cost.source)
    for site_id, circuit, amount in _supplied(now):
        if (site_id, Shared.TRANSPORT) in rules:
            add(site_id, Shared.TRANSPORT, circuit.currency, Basis.CONTRACTED, amount, circuit.ref, circuit.id)
    order = {row_id: circuit.ref for row_id, circuit in facts.circuits.items()}
    return sorted(
        found.values(),
        key=lambda c: (
            facts.sites[c.site_id].ref, c.component, c.currency, c.basis, order[c.supplier] if c.supplier else "",
        ),
    )  # fmt: skip


def _power(now: _Month, account: PowerFact) -> list[tuple[str, Decimal, Basis]]:
    """Give what an account billed for the month; else, while it runs, the average of the twelve months before."""
    billed = [(bill.currency, bill.amount, Basis.ACTUAL) for bill in account.bills if bill.month == now.month]
    if billed or not now.has(account.starts_on, account.ends_on):
        return billed
    return [(mean.currency, mean.amount, Basis.MODELED) for mean in averages(account.bills, now.month)]


def _supplied(now: _Month) -> Iterable[tuple[UUID, CircuitFact, Decimal]]:
    """Give the MRC of each circuit that brings the network to sites: to several of them in equal parts."""
    serves: dict[UUID, set[UUID]] = {}
    for one in now.facts.presences:
        if one.role == SubtendRole.BACKHAUL and now.has(one.starts_on, one.ends_on):
            serves.setdefault(one.circuit_id, set()).add(one.site_id)
    for circuit_id, sites in serves.items():
        carrier = (line for line in now.lines.get(circuit_id, ()) if line.component is Component.CARRIER)
        if owed := sum((line.amount for line in carrier), Decimal(0)):
            ordered = sorted(sites)
            parts = split_to_the_cent(owed, [Decimal(1)] * len(ordered))
            yield from (
                (site_id, now.facts.circuits[circuit_id], part)
                for site_id, part in zip(ordered, parts, strict=True)
                if site_id in now.facts.sites
            )


def _there(
    now: _Month, site_id: UUID, at: Mapping[UUID, Sequence[Presence]], inside: Mapping[UUID | None, Sequence[UUID]]
) -> list[UUID]:
    """List the circuits in service at a site or inside it; one that serves any of these bears nothing there."""
    found: dict[UUID, None] = {}
    serving: set[UUID] = set()
    waiting = [site_id]
    while waiting:
        here = waiting.pop()
        waiting += inside.get(here, ())
        for one in at.get(here, ()):
            if one.role == SubtendRole.BACKHAUL:
                serving.add(one.circuit_id)
            found[one.circuit_id] = None
    circuits = now.facts.circuits
    return [
        row_id
        for row_id in found
        if row_id not in serving and row_id in circuits and in_service(circuits[row_id], now.month, now.last)
    ]


def _receiver(now: _Month, circuit_id: UUID, currency: str) -> Receiver:
    circuit = now.facts.circuits[circuit_id]
    mine = [
        line
        for line in now.lines.get(circuit_id, ())
        if line.component is Component.REVENUE and line.currency == currency
    ]
    billed = {line.item for line in mine if line.basis is Basis.ACTUAL}
    counted = (line.amount for line in mine if line.basis is Basis.ACTUAL or line.item not in billed)
    revenue = sum(counted, Decimal(0))
    return Receiver(circuit_id, circuit.ref, circuit.mbps, now.customers.get(circuit_id, 0), revenue)


def _bear(now: _Month, pool: Pool) -> None:
    """Write the shares of a cost into the books of who bears it, and out of those of who passes it on."""
    if pool.rule is None or not pool.allocation.shares:
        return
    component, site = SHARE[pool.component], now.facts.sites[pool.site_id].ref
    supplier = now.facts.circuits[pool.supplier] if pool.supplier else None
    item = " ".join(str(part) for part in (site, pool.basis, supplier.ref if supplier else "") if part)
    source = supplier.ref if supplier else site
    what = f"{pool.component} of {site} by {pool.rule.method}"
    for share in pool.allocation.shares:
        now.add(share.id, component, share.amount, pool.currency, pool.basis, source, item, f"{what}: {share.how}")
    if supplier is not None:
        borne = sum((share.amount for share in pool.allocation.shares), Decimal(0))
        count = len(pool.allocation.shares)
        now.add(
            supplier.id, component, -borne, pool.currency, pool.basis, site, item,
            f"passed on to {count} circuit{'' if count == 1 else 's'} at {site}",
        )  # fmt: skip
