"""Which circuits cost more than they bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from netos_core.finance.rules.profit import Component, Line
from netos_core.kernel.money import Basis


@dataclass(frozen=True, slots=True)
class Loss:
    """What a circuit loses in one currency, and which of its costs is the largest."""

    circuit_id: UUID
    currency: str
    amount: Decimal
    dearest: Component


def losses(lines: Mapping[UUID, Iterable[Line]]) -> list[Loss]:
    """Find circuits whose known revenue is less than their known cost, the greatest loss first.

    What is modeled counts on neither side, and a circuit whose revenue is not known loses nothing that is known. One
    that loses in two currencies is named once, by the greater number.
    """
    found: dict[UUID, Loss] = {}
    for circuit_id, mine in lines.items():
        earned: dict[str, Decimal] = {}
        costs: dict[str, dict[Component, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for line in mine:
            if line.basis is Basis.MODELED:
                continue
            if line.component is Component.REVENUE:
                earned[line.currency] = earned.get(line.currency, Decimal(0)) + line.amount
            else:
                costs[line.currency][line.component] += line.amount
        for currency, revenue in earned.items():
            parts = costs.get(currency, {})
            lost = sum(parts.values(), Decimal(0)) - revenue
            known = found.get(circuit_id)
            if parts and lost > 0 and (known is None or known.amount < lost):
                found[circuit_id] = Loss(circuit_id, currency, lost, max(parts, key=lambda part: parts[part]))
    return sorted(found.values(), key=lambda one: (-one.amount, one.circuit_id))
