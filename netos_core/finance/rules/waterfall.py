"""An asset's money from its circuits down to what is left: its own, and that of everything inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.finance.rules.books import Apart, Books
from netos_core.finance.rules.facts import Facts, Shared
from netos_core.finance.rules.months import last_of
from netos_core.finance.rules.profit import Component, Line, counted_and_not
from netos_core.kernel.money import Basis
from netos_core.links.rules import overlap

ZERO = Decimal(0)


@dataclass(slots=True)
class Sums:
    """Money of one currency. Modeled revenue stands apart; `modeled_cost` is the part of the costs that is modeled."""

    revenue: Decimal = ZERO
    modeled_revenue: Decimal = ZERO
    carrier: Decimal = ZERO
    facility: Decimal = ZERO
    transport: Decimal = ZERO
    power: Decimal = ZERO
    modeled_cost: Decimal = ZERO

    @property
    def cost(self) -> Decimal:
        return self.carrier + self.facility + self.transport + self.power

    @property
    def contribution(self) -> Decimal:
        """What is billed less what is spent; without modeled revenue."""
        return self.revenue - self.cost

    def add(self, other: Sums) -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


NAMES = ("revenue", "modeled_revenue", "carrier", "facility", "transport", "power", "modeled_cost")
COLUMN = {
    Component.CARRIER: "carrier",
    Component.FACILITY_SHARE: "facility",
    Component.TRANSPORT_SHARE: "transport",
    Component.POWER_SHARE: "power",
}
ByCurrency = dict[str, Sums]


@dataclass(slots=True)
class Node:
    """A site in the tree of an asset.

    `direct` is of its own circuits and costs, `whole` with all that is inside it. A circuit at several sites of the
    tree is of the one nearest to the asset, and of two equally near that with the lower ref.
    """

    site_id: UUID
    depth: int
    direct: ByCurrency = field(default_factory=dict)
    whole: ByCurrency = field(default_factory=dict)
    circuits: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The tree, what each circuit in it comes to with its shares, and what no circuit bears or earns."""

    nodes: Mapping[UUID, Node]
    circuits: Mapping[UUID, ByCurrency]
    unallocated: ByCurrency
    earned: Sequence[Apart]


def waterfall(facts: Facts, months: Sequence[Books], root: UUID) -> Waterfall:
    """Add months up over the tree of an asset.

    The circuits with their shares and what is of no circuit make the whole: `direct` and `whole` take a cost where it
    arises, the circuits where it is borne.
    """
    inside: dict[UUID | None, list[UUID]] = {}
    for site in sorted(facts.sites.values(), key=lambda one: one.ref):
        inside.setdefault(site.parent_id, []).append(site.id)
    nodes = {root: Node(root, 0)}
    for site_id in (order := [root]):
        for below in inside.get(site_id, ()):
            if below not in nodes:
                nodes[below] = Node(below, nodes[site_id].depth + 1)
                order.append(below)
    first, last = months[0].month, last_of(months[-1].month)
    _place(facts, nodes, order, first, last)
    circuits: dict[UUID, ByCurrency] = {}
    unallocated: ByCurrency = {}
    for books in months:
        _add_month(books, nodes, circuits, unallocated)
    for site_id in reversed(order):
        node = nodes[site_id]
        add(node.whole, node.direct)
        parent = facts.sites[site_id].parent_id
        if site_id != root and parent is not None:
            add(nodes[parent].whole, node.whole)
    earned = [one for books in months for one in books.apart if one.site_id in nodes]
    return Waterfall(nodes, circuits, unallocated, earned)


def _place(facts: Facts, nodes: Mapping[UUID, Node], order: Iterable[UUID], first: date, last: date) -> None:
    at: dict[UUID, set[UUID]] = {}
    for one in facts.presences:
        if one.circuit_id in facts.circuits and overlap((one.starts_on, one.ends_on), (first, last)):
            at.setdefault(one.site_id, set()).add(one.circuit_id)
    placed: set[UUID] = set()
    for site_id in order:
        mine = at.get(site_id, set()) - placed
        nodes[site_id].circuits = sorted(mine, key=lambda row_id: facts.circuits[row_id].ref)
        placed |= mine


def _add_month(
    books: Books, nodes: Mapping[UUID, Node], circuits: dict[UUID, ByCurrency], unallocated: ByCurrency
) -> None:
    for node in nodes.values():
        for row_id in node.circuits:
            lines, _ = counted_and_not(books.lines.get(row_id, ()))
            mine = circuits.setdefault(row_id, {})
            for line in lines:
                count(mine, line)
                # A share of a common cost counts at the site where that arises; what a circuit alone bears, here.
                if line.component in (Component.REVENUE, Component.CARRIER) or not _shared(line):
                    count(node.direct, line)
    for pool in books.pools:
        if pool.supplier is None and pool.site_id in nodes:
            sums = Sums()
            setattr(sums, COLUMN_OF[pool.component], pool.amount)
            sums.modeled_cost = pool.amount if pool.basis is Basis.MODELED else ZERO
            nodes[pool.site_id].direct.setdefault(pool.currency, Sums()).add(sums)
            if pool.allocation.unallocated:
                left = Sums()
                setattr(left, COLUMN_OF[pool.component], pool.allocation.unallocated)
                left.modeled_cost = pool.allocation.unallocated if pool.basis is Basis.MODELED else ZERO
                unallocated.setdefault(pool.currency, Sums()).add(left)
    for one in books.apart:
        if one.site_id is not None and one.site_id in nodes:
            count(nodes[one.site_id].direct, one.line)
            count(unallocated, one.line)


COLUMN_OF = {Shared.FACILITY: "facility", Shared.POWER: "power", Shared.TRANSPORT: "transport"}


def _shared(line: Line) -> bool:
    return line.component is not Component.TRANSPORT_SHARE or line.item != line.source


def count(sums: ByCurrency, line: Line) -> None:
    """Add a line to sums."""
    own = sums.get(line.currency)
    if own is None:
        own = sums[line.currency] = Sums()
    if line.component is Component.REVENUE:
        name = "modeled_revenue" if line.basis is Basis.MODELED else "revenue"
    else:
        name = COLUMN[line.component]
        if line.basis is Basis.MODELED:
            own.modeled_cost += line.amount
    setattr(own, name, getattr(own, name) + line.amount)


def add(to: ByCurrency, other: ByCurrency) -> None:
    """Add sums to others, currency by currency."""
    for currency, sums in other.items():
        to.setdefault(currency, Sums()).add(sums)
