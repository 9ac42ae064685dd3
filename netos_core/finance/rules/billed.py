"""What billed services come to in a month and whose it is: a circuit's, a site's, a customer's, or nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from netos_core.finance.rules.facts import BilledFact, Facts, in_service
from netos_core.finance.rules.months import last_of, prorated
from netos_core.links.rules import overlap

ENDED = "not billed in this month"
SOLE = "billed to its customer, whose one circuit in service it is"
SOLE_THERE = "billed to its customer at this site, whose one circuit in service there it is"
ZERO = Decimal("0.00")

Sole = Mapping[UUID, tuple[UUID, str]]
"""The one customer of a circuit in the month, with their ref."""


class Whose(NamedTuple):
    """A circuit; else a site, else a customer; else nobody. The customer is that of the circuit or site too."""

    circuit_id: UUID | None
    site_id: UUID | None
    customer_id: UUID | None
    customer: str
    how: str


@dataclass(slots=True)
class Earning:
    """What a service earns in the month; zero where it did until before."""

    whose: Whose
    amount: Decimal
    currency: str
    source: str


Payer = tuple[UUID | None, UUID | None]
"""A circuit and its customer; without a circuit a customer as a whole, without a customer one that is not told."""


@dataclass(frozen=True, slots=True)
class Billed:
    """The earnings of a month, and from which day on something billed is known of whom."""

    earnings: Iterable[Earning]
    since: Mapping[Payer, date]

    def told(self, circuit_id: UUID) -> bool:
        """Say whether all that is billed for a circuit tells its customer."""
        return (circuit_id, None) not in self.since

    def from_day(self, circuit_id: UUID, customer_id: UUID) -> date:
        """Give the day from which what is billed stands in the place of what was agreed; the last of all if none."""
        known = (self.since.get((circuit_id, customer_id)), self.since.get((circuit_id, None)))
        return min((day for day in known if day is not None), default=date.max)

    def apart_from(self, customer_id: UUID) -> date:
        """Give the day from which a customer is billed for something of no circuit."""
        return self.since.get((None, customer_id), date.max)


def billed_in(facts: Facts, month: date, sole: Sole) -> Billed:
    """Work out what services earn in a month, and whose it is.

    A service that was of a circuit and is billed no more earns nothing there, which is known.
    """
    last = last_of(month)
    earnings: dict[str, list[Earning]] = {}
    since: dict[Payer, date] = {}
    paid: set[Payer] = set()
    ended: dict[Payer, Earning] = {}
    for one in facts.billed:
        if one.starts_on > last:
            continue
        whose = _whose(one, facts, month, last, sole)
        payer = _payer(whose)
        first, until = max(one.starts_on, month), min(one.ends_on or last, last)
        if first <= until:
            amount = prorated(one.mrr, first, until, month, facts.proration)
            _earn(earnings.setdefault(one.service, []), Earning(whose, amount, one.currency, _source(one)))
        if payer is not None:
            since[payer] = min(one.starts_on, since.get(payer, date.max))
            if first <= until:
                paid.add(payer)
            elif payer[0] is not None:
                ended[payer] = Earning(whose._replace(how=ENDED), ZERO, one.currency, _source(one))
    known = [earning for of_service in earnings.values() for earning in of_service]
    return Billed([*known, *(one for payer, one in ended.items() if payer not in paid)], since)


def _earn(of_service: list[Earning], earning: Earning) -> None:
    """Put what a service earns for some days to what it earns for others, where it is the same one's."""
    for other in of_service:
        if (other.whose, other.currency) == (earning.whose, earning.currency):
            other.amount += earning.amount
            return
    of_service.append(earning)


def _source(one: BilledFact) -> str:
    return f"{one.service} {one.name}"


def _payer(whose: Whose) -> Payer | None:
    """Say for whom it replaces what was agreed: what is of a site or of nothing replaces nothing."""
    if whose.circuit_id is not None:
        return (whose.circuit_id, whose.customer_id)
    if whose.site_id is None and whose.customer_id is not None:
        return (None, whose.customer_id)
    return None


def _whose(one: BilledFact, facts: Facts, month: date, last: date, sole: Sole) -> Whose:
    if one.circuit_id is not None:
        if one.customer_id is None and one.circuit_id in sole:
            return Whose(one.circuit_id, None, *sole[one.circuit_id], "")
        return Whose(one.circuit_id, None, one.customer_id, one.customer or "", "")
    if one.lone and one.customer_id is not None:
        found = {
            theirs.circuit_id
            for theirs in facts.theirs.get(one.customer_id, ())
            if (one.site_id is None or one.site_id in theirs.sites)
            and overlap((theirs.starts_on, theirs.ends_on), (month, last))
            and in_service(theirs, month, last)
        }
        if len(found) == 1:
            how = SOLE if one.site_id is None else SOLE_THERE
            return Whose(found.pop(), None, one.customer_id, one.customer or "", how)
    return Whose(None, one.site_id, one.customer_id, one.customer or "", "")
