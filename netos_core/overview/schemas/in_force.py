"""What holds under a contract on a day, each value with the paper that says so."""

from __future__ import annotations

from datetime import date

from netos_core.kernel.redaction import Clause, Sensitive, View
from netos_core.overview.schemas.parts import Money


class PaperLine(View):
    """A paper that has a say: what is amended, or an amendment, from the day it takes effect."""

    ref: str
    title: str
    kind: str
    since: date | None
    counts: bool


class HeldValue(View):
    """One value, the paper that says so and since when; where `value`, `amount` and `clause` are none it is unknown.

    `change` recorded it. `document`, `page` and `quote` are its proof, where it was read out of a document and no later
    change set another.
    """

    name: str
    value: str | None
    amount: Sensitive[Money] | None
    clause: Clause[list[str]] | None
    source: str | None
    since: date | None
    note: str | None
    change: str | None
    document: str | None
    page: int | None
    quote: Sensitive[str] | None


class RateLine(View):
    """A rate from a day on, what made it, and the paper that says so; without one it is the price on file."""

    since: date | None
    mrc: Money
    basis: str
    source: str | None
    estimated: bool


class InForce(View):
    """The terms on a day, put together from a contract and its amendments, and its rates before and after."""

    on: date
    why: str
    papers: list[PaperLine]
    values: list[HeldValue]
    rates: Sensitive[list[RateLine]]
    rates_note: Sensitive[str] | None
