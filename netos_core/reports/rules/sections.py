"""What a report says of a contract where it stands, and the sums of a section: by currency, never over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netos_core.kernel.money import Amount, sum_by_currency
from netos_core.renewals.rules import Place, RenewalState

MOST_LINES = 25
"""Contracts named in one section; all are counted, and their money is added up."""

LAST_DAY = date(9999, 12, 31)


class SectionName(StrEnum):
    """The parts of a report, the most pressing first."""

    MISSED = "missed"
    CRITICAL = "critical"
    UPCOMING = "upcoming"
    UNDONE = "undone"
    UNKNOWN = "unknown"


SECTIONS: Mapping[SectionName, str] = {
    SectionName.MISSED: "The notice deadline has passed, and nothing was decided.",
    SectionName.CRITICAL: "Fewer than 30 days are left to act.",
    SectionName.UPCOMING: "Between 30 and 180 days are left to act.",
    SectionName.UNDONE: "Decided and not carried out, while the days run.",
    SectionName.UNKNOWN: "No deadline is known; the reason is given.",
}

OF_STATE: Mapping[RenewalState, SectionName] = {
    RenewalState.OVERDUE: SectionName.MISSED,
    RenewalState.CRITICAL: SectionName.CRITICAL,
    RenewalState.ACTIVE: SectionName.UPCOMING,
    RenewalState.WATCH: SectionName.UPCOMING,
    RenewalState.UNKNOWN: SectionName.UNKNOWN,
}


def section_of(place: Place) -> SectionName | None:
    """Say in which section a contract stands; None where nothing is to be said of it."""
    if place.state is RenewalState.DECIDED:
        return None if place.alarm is None else SectionName.UNDONE
    return OF_STATE.get(place.state)


@dataclass(frozen=True, slots=True)
class Entry:
    """One contract in a section.

    Args:
        contract: Its ref.
        title: Its provider and what it is.
        section: Where it stands in the report.
        state: Its state on the ladder.
        alarm: The rung on which it alarms though decided.
        act_by: Last day to send notice.
        notice_deadline: Last day for notice to count.
        term_end_date: Last day of the term.
        why: The reason for the deadline, or for there being none.
        currency: Of the contract.
        at_risk: What silence commits; None where it commits nothing or that is not known.
        uncosted: Whether it renews by itself for an amount nobody knows.
    """

    contract: str
    title: str
    section: SectionName
    state: RenewalState
    alarm: RenewalState | None
    act_by: date | None
    notice_deadline: date | None
    term_end_date: date | None
    why: str
    currency: str
    at_risk: Amount | None
    uncosted: bool

    @property
    def order(self) -> tuple[date, str]:
        return self.act_by or LAST_DAY, self.contract


@dataclass(slots=True)
class Section:
    """The sums of one section, and its soonest entries."""

    name: SectionName
    total: int = 0
    at_risk: dict[str, Decimal] = field(default_factory=dict)
    uncosted: int = 0
    lines: list[Entry] = field(default_factory=list)

    def add(self, entries: Iterable[Entry]) -> None:
        """Count entries in; of all that were ever added the soonest stay as lines."""
        given = list(entries)
        self.total += len(given)
        self.uncosted += sum(entry.uncosted for entry in given)
        amounts = [(one.currency, one.value) for entry in given if (one := entry.at_risk)]
        self.at_risk = sum_by_currency([*self.at_risk.items(), *amounts])
        self.lines = sorted([*self.lines, *given], key=lambda entry: entry.order)[:MOST_LINES]


def empty_sections() -> dict[SectionName, Section]:
    return {name: Section(name) for name in SectionName}


def add_all(sections: Mapping[SectionName, Section], entries: Iterable[Entry]) -> None:
    """Sort entries into their sections."""
    piles: dict[SectionName, list[Entry]] = {}
    for entry in entries:
        piles.setdefault(entry.section, []).append(entry)
    for name, pile in piles.items():
        sections[name].add(pile)


def money_at_risk(sections: Mapping[SectionName, Section]) -> dict[str, Decimal]:
    """Add the money of all sections up, each currency by itself."""
    return dict(sorted(sum_by_currency(pair for one in sections.values() for pair in one.at_risk.items()).items()))


def headline(totals: Mapping[SectionName, int]) -> str:
    """Say a report in one line, without amounts."""
    said = [f"{totals[name]} {name}" for name in SectionName if totals[name]]
    return ", ".join(said) if said else "nothing presses"
