"""The dated facts that a month is worked out from, as they stand on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from netos_core.electrical.rules import Bill
from netos_core.finance.rules.allocation import Method
from netos_core.finance.rules.months import Proration
from netos_core.links.rules import overlap
from netos_core.sites.rules import Cadence


class Shared(StrEnum):
    """What of an asset is shared among circuits: the place, its power, and what brings the network there."""

    FACILITY = "facility"
    POWER = "power"
    TRANSPORT = "transport"


@dataclass(frozen=True, slots=True)
class Rated:
    """An MRC from a day on, and the record that says so; without a day from the first."""

    since: date | None
    mrc: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class CircuitFact:
    """A circuit: what it costs from which day on, and the days it is billed; None is open.

    `billed` is false where the carrier bills nothing that is known: not installed yet, or ended on no known day.
    """

    id: UUID
    ref: str
    provider: str
    provider_ref: str
    market: str | None
    service_type: str
    mbps: Decimal | None
    currency: str
    rates: Sequence[Rated]
    billed: bool
    billed_from: date | None
    billed_until: date | None


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer on a circuit and what we bill for it."""

    circuit_id: UUID
    customer_id: UUID
    ref: str
    name: str
    mrr: Decimal | None
    currency: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class BilledFact:
    """What a service earns a month for some days, and what it is of in these: of nothing where no id is given.

    `lone` is true where its attribution names no circuit, so that the one circuit of its customer is meant.
    """

    service: str
    name: str
    mrr: Decimal
    currency: str
    starts_on: date
    ends_on: date | None
    circuit_id: UUID | None = None
    site_id: UUID | None = None
    customer_id: UUID | None = None
    customer: str | None = None
    lone: bool = False


@dataclass(frozen=True, slots=True)
class CustomerCircuit:
    """A circuit of a customer, when it is theirs and in service, and the sites it ends at."""

    circuit_id: UUID
    starts_on: date | None
    ends_on: date | None
    billed: bool
    billed_from: date | None
    billed_until: date | None
    sites: frozenset[UUID]


def in_service(circuit: CircuitFact | CustomerCircuit, first: date, last: date) -> bool:
    return circuit.billed and overlap((circuit.billed_from, circuit.billed_until), (first, last))


@dataclass(frozen=True, slots=True)
class Presence:
    """A circuit at a site: it ends there, or hangs off it in a role for some days."""

    site_id: UUID
    circuit_id: UUID
    role: str | None
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class SiteFact:
    id: UUID
    ref: str
    name: str
    kind: str
    parent_id: UUID | None
    market: str | None


@dataclass(frozen=True, slots=True)
class CostFact:
    """A recorded cost of a site in the cadence it is billed, or what a radio link costs a month.

    `circuit_id` is the circuit that alone bears it: the one a radio link carries.
    """

    site_id: UUID
    component: Shared
    what: str
    amount: Decimal
    currency: str
    cadence: Cadence
    starts_on: date | None
    ends_on: date | None
    source: str
    circuit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PowerFact:
    """An electrical account of a site and its bills."""

    site_id: UUID
    ref: str
    starts_on: date | None
    ends_on: date | None
    bills: Sequence[Bill]


@dataclass(frozen=True, slots=True)
class RuleFact:
    """How a shared cost of a site is divided, in whole months; `shares` are percentages by ref of a circuit."""

    id: UUID
    site_id: UUID
    component: Shared
    method: Method
    shares: Mapping[str, Decimal]
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of some circuits and sites. A site is there with every site inside it.

    `theirs` are the circuits of each customer that something without a circuit is billed to.
    """

    proration: Proration
    circuits: Mapping[UUID, CircuitFact] = field(default_factory=dict)
    customers: Sequence[CustomerFact] = ()
    sites: Mapping[UUID, SiteFact] = field(default_factory=dict)
    presences: Sequence[Presence] = ()
    costs: Sequence[CostFact] = ()
    power: Sequence[PowerFact] = ()
    rules: Sequence[RuleFact] = ()
    billed: Sequence[BilledFact] = ()
    theirs: Mapping[UUID, Sequence[CustomerCircuit]] = field(default_factory=dict)
