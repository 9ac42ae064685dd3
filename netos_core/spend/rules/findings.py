"""When a provider's spend is to be looked at: it changed by much, or a market hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.contracts.rules.etf import spelled
from netos_core.kernel.money import to_the_cent
from netos_core.spend.rules.moves import Move
from netos_core.worklist.rules import Finding, FindingKind

YEAR = 12
TENTH = Decimal("0.1")
HUNDRED = 100
MOST_NAMED = 5
WORDS = {"added": "added", "ended": "ended", "rerated": "re-rated", "moved": "moved"}


@dataclass(frozen=True, slots=True)
class Sum:
    """What a provider costs a month in a market and currency, and in how many circuits."""

    provider_id: UUID
    market: str
    currency: str
    circuits: int
    mrc: Decimal


def is_anomaly(was: Decimal, now: Decimal, least: Decimal) -> bool:
    """Whether spend changed by more than a tenth, and by more than an amount."""
    return abs(now - was) > max(to_the_cent(was * TENTH), least)


def anomaly(
    was: Decimal, now: Decimal, currency: str, month: date, moves: Sequence[Move], refs: Mapping[UUID, str]
) -> Finding:  # fmt: skip
    """Say what changed and which circuits make it; over a year it is so much."""
    rose = "rose" if now > was else "fell"
    told = f"Spend {rose} from {spelled(was, currency)} to {spelled(now, currency)} a month as of {month}: "
    return Finding(FindingKind.SPEND_ANOMALY, told + _driven(moves, refs, currency), abs(now - was) * YEAR, None)


def _driven(moves: Sequence[Move], refs: Mapping[UUID, str], currency: str) -> str:
    parts = []
    for what, words in WORDS.items():
        mine = [one for one in moves if one.what == what]
        if mine:
            total = sum((one.difference for one in mine), Decimal(0))
            named = ", ".join(
                f"{refs[one.line.circuit_id]} {_signed(one.difference, currency)}" for one in mine[:MOST_NAMED]
            )
            more = f" and {len(mine) - MOST_NAMED} more" if len(mine) > MOST_NAMED else ""
            parts.append(f"{len(mine)} {words}, {_signed(total, currency)} ({named}{more})")
    return "; ".join(parts) + "."


def _signed(amount: Decimal, currency: str) -> str:
    return ("+" if amount > 0 else "") + spelled(amount, currency)


@dataclass(frozen=True, slots=True)
class Concentration:
    """A provider with more of a market's spend than is wanted."""

    provider_id: UUID
    market: str
    currency: str
    mrc: Decimal
    whole: Decimal
    circuits: int

    @property
    def percent(self) -> int:
        return int(self.mrc * HUNDRED / self.whole)


def concentrations(sums: Sequence[Sum], percent: int, circuits: int) -> Iterator[Concentration]:
    """List who has more than so many percent of a market of at least so many circuits; the market has a name."""
    whole: dict[tuple[str, str], tuple[Decimal, int]] = {}
    own: dict[tuple[UUID, str, str], tuple[Decimal, int]] = {}
    for one in sums:
        if one.market:
            mrc, count = whole.get((one.market, one.currency), (Decimal(0), 0))
            whole[one.market, one.currency] = (mrc + one.mrc, count + one.circuits)
            mrc, count = own.get((one.provider_id, one.market, one.currency), (Decimal(0), 0))
            own[one.provider_id, one.market, one.currency] = (mrc + one.mrc, count + one.circuits)
    for (provider_id, market, currency), (mrc, count) in sorted(own.items(), key=lambda pair: pair[0][1:]):
        total, there = whole[market, currency]
        if there >= circuits and mrc * HUNDRED > total * percent:
            yield Concentration(provider_id, market, currency, mrc, total, count)


def concentration(found: Sequence[Concentration], percent: int) -> Finding:
    """Say of one provider which markets hang on it, the dearest first; at risk is a year of its spend there."""
    ordered = sorted(found, key=lambda one: (-one.mrc, one.market))
    told = "; ".join(
        f"{one.percent} % of {one.market}, {spelled(one.mrc, one.currency)} a month in {one.circuits} circuits"
        for one in ordered[:MOST_NAMED]
    )
    more = f"; and {len(ordered) - MOST_NAMED} more markets" if len(ordered) > MOST_NAMED else ""
    amount = sum((one.mrc for one in ordered if one.currency == ordered[0].currency), Decimal(0)) * YEAR
    why = f"It has more than {percent} % of a market's spend: {told}{more}."
    return Finding(FindingKind.CONCENTRATION, why, amount, None)
