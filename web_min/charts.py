"""Geometry of the few drawings: x in percent, so pages need no style and no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from netos_core.finance.schemas import PlLine
from netos_core.overview.schemas import Count, TermView
from netos_core.overview.schemas.electrical import BillView
from netos_core.overview.schemas.etf import EtfPreview
from web_min.format import day, short_day

LEFT, RIGHT = 12.0, 86.0  # the first and last mark, so that their labels fit beside them
NEAR = 24.0  # labels closer than this step aside
ACTIVE_FROM, CRITICAL_FROM = timedelta(days=90), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the line: where, what it says, and how its label leans."""

    x: float
    text: str
    lean: str
    top: bool
    today: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the line in the colour of a state."""

    x: float
    width: float
    state: str


@dataclass(frozen=True, slots=True)
class Timeline:
    marks: Sequence[Mark]
    bands: Sequence[Band]
    label: str


def notice_timeline(term: TermView, today: date) -> Timeline | None:
    """Draw the way to a notice deadline; nothing where a date of it is not known."""
    if term.act_by is None or term.notice_deadline is None or term.term_end_date is None:
        return None
    days = {
        "today": today,
        "act": term.act_by,
        "received": term.notice_deadline,
        "end": term.term_end_date,
        "warn": min(term.act_by - ACTIVE_FROM, today),
    }
    first, last = min(days.values()), max(days.values())
    whole = max((last - first).days, 1)

    def at(when: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (when - first).days / whole, 2)

    now, act, received, end = (at(days[name]) for name in ("today", "act", "received", "end"))
    active, critical = at(max(term.act_by - ACTIVE_FROM, first)), at(max(term.act_by - CRITICAL_FROM, first))
    bands = [
        Band(active, round(critical - active, 2), "active"),
        Band(critical, round(act - critical, 2), "critical"),
        Band(act, round(max(received - act, 0), 2), "overdue"),
    ]
    leans = _apart(now, act), _apart(received, end)
    marks = (
        Mark(now, "today", leans[0][0], top=True, today=True),
        Mark(act, f"act by {short_day(term.act_by)}", leans[0][1], top=True),
        Mark(received, f"received by {short_day(term.notice_deadline)}", leans[1][0], top=False),
        Mark(end, f"term ends {short_day(term.term_end_date)}", leans[1][1], top=False),
    )
    label = (
        f"Act by {day(term.act_by)}, notice must be received by {day(term.notice_deadline)}, "
        f"term ends {day(term.term_end_date)}; today is {day(today)}"
    )
    return Timeline(marks, [b for b in bands if b.width > 0], label)


def _apart(one: float, other: float) -> tuple[str, str]:
    """Lean two labels of one line away from each other where they would meet."""
    if abs(one - other) >= NEAR:
        return "mid", "mid"
    return ("end", "start") if one <= other else ("start", "end")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a panel with its bar: width in percent of the longest, share in percent of the whole."""

    count: Count
    width: float
    share: Decimal | None


def bars(counts: Iterable[Count], *, by_money: bool) -> list[Bar]:
    rows = list(counts)

    def size(row: Count) -> Decimal:
        return (row.mrc or Decimal(0)) if by_money else Decimal(row.count)

    most = max((size(row) for row in rows), default=Decimal(0)) or Decimal(1)
    whole = sum((size(row) for row in rows), Decimal(0))
    return [
        Bar(row, round(float(size(row) / most * 100), 1), size(row) / whole * 100 if whole else None) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """A line of profit and loss as a step down from revenue: where its bar starts and how long it is."""

    component: str
    amount: Decimal | None
    currency: str
    basis: str
    source: str
    x: float
    width: float
    good: bool
    how: str | None


def pl_steps(lines: Sequence[PlLine]) -> list[Step]:
    """Lay the lines of a month out under each other; a cost takes its part from what is left."""
    amounts = [abs(line.amount or Decimal(0)) for line in lines]
    revenue = sum((a for a, line in zip(amounts, lines, strict=True) if line.component == "revenue"), Decimal(0))
    cost = sum(amounts, Decimal(0)) - revenue
    scale = max(revenue, cost) or Decimal(1)
    earned, spent = Decimal(0), Decimal(0)
    steps = []
    for line, size in zip(lines, amounts, strict=True):
        good = line.component == "revenue" or (line.amount or 0) < 0
        if good:
            x, earned = earned, earned + size
        else:
            spent += size
            x = (revenue or scale) - spent if revenue >= cost else scale - spent
        signed = None if line.amount is None else (line.amount if line.component == "revenue" else -line.amount)
        steps.append(
            Step(
                line.component, signed, line.currency, line.basis, line.source,
                round(float(x / scale * 100), 2), round(float(size / scale * 100), 2), good, line.how,
            )
        )  # fmt: skip
    return steps


@dataclass(frozen=True, slots=True)
class Column:
    """A month of outage minutes."""

    x: float
    width: float
    y: float
    height: float
    minutes: int
    label: str
    middle: float


CHART_BASE, CHART_HEIGHT = 38.0, 26.0


def outage_columns(minutes_by_month: Mapping[str, int]) -> list[Column]:
    """Draw minutes a month as columns; a month without any is a flat line."""
    months = sorted(minutes_by_month)[-12:]
    most = max((minutes_by_month[m] for m in months), default=0) or 1
    slot = 100 / max(len(months), 1)
    made = []
    for place, month in enumerate(months):
        lost = minutes_by_month[month]
        height = 2 if not lost else round(2 + (CHART_HEIGHT - 2) * lost / most, 1)
        label = date.fromisoformat(f"{month[:7]}-01").strftime("%b")
        x = place * slot + slot * 0.1
        made.append(
            Column(
                round(x, 2), round(slot * 0.8, 2), CHART_BASE - height, height, lost, label,
                round(x + slot * 0.4, 2),
            )
        )  # fmt: skip
    return made


def kwh_columns(bills: Sequence[BillView]) -> list[Column]:
    """Draw the kilowatt-hours of the last twelve months that are known; a month without a bill is left out."""
    return outage_columns({f"{bill.month:%Y-%m}": int(bill.kwh) for bill in bills if bill.kwh is not None})


@dataclass(frozen=True, slots=True)
class ExitColumn:
    """The fee with one last day of service; the cheapest exit and the ones without a fee stand out."""

    x: float
    width: float
    y: float
    height: float
    last_day: date
    known: bool
    state: str
    label: str
    middle: float


EXIT_BASE, EXIT_HEIGHT = 76.0, 64.0
EXIT_LABELS = 6  # so many columns from one label to the next


def etf_columns(preview: EtfPreview) -> list[ExitColumn]:
    """Draw the fee of each exit of the horizon as a column, as high as it is dear."""
    shown = preview.by_month
    most = max((one.etf or Decimal(0) for one in shown), default=Decimal(0)) or Decimal(1)
    slot = 100 / max(len(shown), 1)
    made = []
    for place, one in enumerate(shown):
        share = float((one.etf or Decimal(0)) / most)
        height = round(max(EXIT_HEIGHT * share, 2), 1)
        best = one.last_day == preview.cheapest.last_day
        made.append(
            ExitColumn(
                round(place * slot + slot * 0.1, 2), round(slot * 0.8, 2), round(EXIT_BASE - height, 1), height,
                one.last_day, one.etf is not None, "stable" if best else "", one.last_day.strftime("%b %y"),
                round(place * slot + slot * 0.5, 2),
            )
        )  # fmt: skip
    return made
