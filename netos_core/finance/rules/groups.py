"""A month's lines put under customers and under assets, so that the parts make the whole to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from netos_core.finance.rules.profit import Component, Line
from netos_core.finance.rules.waterfall import ByCurrency, count
from netos_core.kernel.money import split_to_the_cent


class Beside(StrEnum):
    """What is under none of the records that lines are put under."""

    SHARED = "shared costs that no rule divides"
    SITES = "billed services of sites, of no circuit"
    CUSTOMERS = "billed services of customers, of no circuit"
    NOTHING = "billed, attributed to nothing"
    NO_CUSTOMER = "circuits without a customer"
    NO_ASSET = "circuits at no asset that costs anything"
    TWICE = "counted at more than one asset"


Key: TypeAlias = UUID | Beside
Found: TypeAlias = tuple[UUID | None, UUID | None, Line]
"""A line of a circuit, or of a site; else of the line's customer, or of nothing."""


def beside(site_id: UUID | None, line: Line) -> Beside:
    """Say what a line of no circuit is."""
    if line.component is not Component.REVENUE:
        return Beside.SHARED
    if site_id is not None:
        return Beside.SITES
    return Beside.NOTHING if line.customer_id is None else Beside.CUSTOMERS


def by_customer(lines: Iterable[Found], linked: Mapping[UUID, Collection[UUID]]) -> dict[Key, ByCurrency]:
    """Put lines under customers.

    What a circuit of several customers costs is divided by what they bring in the month and currency; where none
    brings anything, in equal parts. So is revenue that is of none of them alone.

    Args:
        lines: All of a month.
        linked: The customers of each circuit in the month.
    """
    groups: dict[Key, ByCurrency] = defaultdict(dict)
    of_circuits: dict[UUID, list[Line]] = defaultdict(list)
    for circuit_id, site_id, line in lines:
        if circuit_id is not None:
            of_circuits[circuit_id].append(line)
        else:
            count(groups[line.customer_id or beside(site_id, line)], line)
    for circuit_id, mine in of_circuits.items():
        _divide(groups, mine, set(linked.get(circuit_id, ())))
    return groups


def _divide(groups: dict[Key, ByCurrency], lines: Sequence[Line], customers: set[UUID]) -> None:
    brought: dict[str, dict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        if line.component is Component.REVENUE and line.customer_id is not None and line.amount:
            customers.add(line.customer_id)
            brought[line.currency][line.customer_id] += line.amount
    for line in lines:
        if line.component is Component.REVENUE and line.customer_id is not None:
            count(groups[line.customer_id], line)
            continue
        weights = {row_id: amount for row_id, amount in brought[line.currency].items() if amount > 0}
        weights = weights or dict.fromkeys(customers, Decimal(1))
        if not weights:
            count(groups[Beside.NO_CUSTOMER], line)
            continue
        ordered = sorted(weights)
        parts = split_to_the_cent(line.amount, [weights[row_id] for row_id in ordered])
        for row_id, part in zip(ordered, parts, strict=True):
            count(groups[row_id], replace(line, amount=part))


def by_asset(
    lines: Sequence[Found], parents: Mapping[UUID, UUID | None], refs: Mapping[str, UUID],
    at: Mapping[UUID, Collection[UUID]],
) -> dict[Key, ByCurrency]:  # fmt: skip
    """Put lines under the assets they are at: each what its waterfall tells.

    An asset is a site that costs or earns something itself and is inside no other that does. What a circuit at
    several of them earns and costs is in each, and once too often is taken off beside them.

    Args:
        lines: All of a month.
        parents: The site that each site is inside.
        refs: Sites by their refs.
        at: The sites each circuit is at in the month.
    """
    arises = {site_id for _, site_id, _ in lines if site_id} | {
        refs[ref] for circuit_id, _, line in lines if circuit_id and (ref := _pool_of(line)) and ref in refs
    }
    top = {site_id: _top(site_id, parents, arises) for site_id in parents}
    assets = {
        row_id: {found for site_id in sites if (found := top.get(site_id)) is not None} for row_id, sites in at.items()
    }
    groups: dict[Key, ByCurrency] = defaultdict(dict)
    for circuit_id, site_id, line in lines:
        if circuit_id is None:
            count(groups[(top.get(site_id) if site_id else None) or beside(site_id, line)], line)
            continue
        pool = _pool_of(line)
        if pool is None:
            mine = sorted(assets.get(circuit_id, ()))
            for row_id in mine:
                count(groups[row_id], line)
            if not mine:
                count(groups[Beside.NO_ASSET], line)
            elif len(mine) > 1:
                count(groups[Beside.TWICE], replace(line, amount=-line.amount * (len(mine) - 1)))
        elif not _passed_on(line):
            count(groups[(top.get(refs[pool]) if pool in refs else None) or Beside.NO_ASSET], line)
    return groups


def _top(site_id: UUID, parents: Mapping[UUID, UUID | None], arises: Collection[UUID]) -> UUID | None:
    """Find the asset a site belongs to: the outermost site around it that costs or earns something."""
    found: UUID | None = None
    seen: set[UUID] = set()
    here: UUID | None = site_id
    while here is not None and here not in seen:
        seen.add(here)
        found = here if here in arises else found
        here = parents.get(here)
    return found


def _pool_of(line: Line) -> str | None:
    """Give the ref of the site whose cost a line is a share of, as its item begins with it."""
    if line.component in (Component.REVENUE, Component.CARRIER) or line.item == line.source:
        return None
    return line.item.partition(" ")[0]


def _passed_on(line: Line) -> bool:
    """Tell the share of what another circuit costs, which is counted where that circuit is."""
    return len(line.item.split(" ")) > len(("site", "basis"))
