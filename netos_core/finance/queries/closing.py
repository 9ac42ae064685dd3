"""A month as a closing keeps it: every counted line of every circuit, and what nobody bears of shared costs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.finance.queries.facts import facts_of
from netos_core.finance.rules.books import SHARE, Books, books_of
from netos_core.finance.rules.facts import Facts
from netos_core.finance.rules.profit import Component, Line, counted_and_not
from netos_core.kernel.context import Context
from netos_core.kernel.money import Basis

REVENUE, MODELED, COST = "revenue", "modeled_revenue", "cost"


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of a circuit, or of a site; else of the customer of the line, or of nothing that is known."""

    circuit_id: UUID | None
    site_id: UUID | None
    line: Line


@dataclass(frozen=True, slots=True)
class Closing:
    """The lines, the digest that names them, and what they come to by currency."""

    kept: str
    lines: tuple[Placed, ...]
    totals: dict[str, dict[str, str]]


def planned(month: date) -> tuple[str, date]:
    """Name what a plan leaves in its session for the keeping of it, so that a month is worked out once."""
    return ("closing", month)


def closing(ctx: Context, month: date) -> Closing:
    """Work a whole month out, as it is on file now."""
    return closing_by(facts_of(ctx, month, month, roots=None, circuits=None, priced=None), month)


def closing_by(facts: Facts, month: date) -> Closing:
    """Work a month out from the facts of the whole plant."""
    lines = tuple(placed(facts, books_of(facts, month)))
    hasher = hashlib.sha256(month.isoformat().encode())
    sums: dict[str, dict[str, Decimal]] = {}
    for one in lines:
        line = one.line
        told = (one.circuit_id or one.site_id, line.component, line.amount, line.currency, line.basis, line.source,
                line.item, line.how, *([line.customer_id] if line.customer_id else ()))  # fmt: skip
        hasher.update("\x1f".join(str(part) for part in told).encode() + b"\n")
        of_currency = sums.setdefault(line.currency, dict.fromkeys((REVENUE, MODELED, COST), Decimal(0)))
        modeled = MODELED if line.basis is Basis.MODELED else REVENUE
        of_currency[modeled if line.component is Component.REVENUE else COST] += line.amount
    totals = {code: {name: format(value, "f") for name, value in of.items()} for code, of in sorted(sums.items())}
    return Closing(hasher.hexdigest(), lines, totals)


def placed(facts: Facts, books: Books) -> Iterable[Placed]:
    """Give every counted line of a month; together they are all of it."""
    for circuit in sorted(facts.circuits.values(), key=lambda one: one.ref):
        for line in counted_and_not(books.lines.get(circuit.id, ()))[0]:
            yield Placed(circuit.id, None, line)
    for pool in books.pools:
        if pool.supplier is None and pool.allocation.unallocated:
            ref = facts.sites[pool.site_id].ref
            yield Placed(
                None,
                pool.site_id,
                Line(
                    books.month, SHARE[pool.component], pool.allocation.unallocated, pool.currency, pool.basis, ref,
                    f"{pool.component}", pool.allocation.why,
                ),
            )  # fmt: skip
    for one in books.apart:
        yield Placed(None, one.site_id, one.line)
