"""Geometry of the timeline: one row for each contract, x in percent, y in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from netos_core.overview.schemas.timeline import Timeline, TimelineRow
from web_min.format import day, words

AXIS, ROW = 28, 26
BAR_BELOW, MIDDLE = 7, 13


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the axis with its label; a year stands out."""

    x: float
    text: str
    year: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """A contract on the drawing. What is None is not drawn."""

    row: TimelineRow
    top: int
    state: str
    title: str
    term: Stretch | None
    notice: Stretch | None
    following: Stretch | None
    act_by: float | None
    installed: Sequence[float]
    text_x: float
    text: str


@dataclass(frozen=True, slots=True)
class Band:
    """The heading of a provider's contracts."""

    provider: str
    count: int
    top: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Chart:
    bands: Sequence[Band]
    ticks: Sequence[Tick]
    today: float
    height: int
    label: str


def chart(found: Timeline) -> Chart:
    """Lay a page of the timeline out."""
    scale = _Scale(found.start, found.end)
    bands: list[Band] = []
    top = AXIS
    for provider, rows in groupby(found.rows, key=lambda row: row.provider):
        listed = list(rows)
        lines = [_line(row, top + ROW * (place + 1), scale) for place, row in enumerate(listed)]
        bands.append(Band(provider, len(listed), top, lines))
        top += ROW * (len(listed) + 1)
    label = f"{found.shown} contracts from {day(found.start)} to {day(found.end)}; today is {day(found.as_of)}"
    return Chart(bands, _ticks(found, scale), scale.at(found.as_of), top, label)


@dataclass(frozen=True, slots=True)
class _Scale:
    start: date
    end: date

    def at(self, when: date) -> float:
        share = 100 * (when - self.start).days / (self.end - self.start).days
        return round(min(max(share, 0), 100), 2)

    def stretch(self, first: date | None, last: date | None) -> Stretch | None:
        """Return what is seen of a stretch of days; an open end runs to the edge."""
        left = self.at(first) if first else 0.0
        right = self.at(last) if last else 100.0
        return Stretch(left, round(right - left, 2)) if right > left else None

    def inside(self, when: date) -> bool:
        return self.start <= when <= self.end


def _line(row: TimelineRow, top: int, scale: _Scale) -> Line:
    state = row.alarm or row.state
    evergreen = row.state == "evergreen"
    known = row.term_end_date is not None and not evergreen
    act_by = f"act by {day(row.act_by)}" if row.act_by else "no deadline"
    said = {"evergreen": "month to month, no deadline", "unknown": "the paper does not say"}.get(row.state, act_by)
    after = row.term_end_date if known else row.term_start_date
    return Line(
        row=row,
        top=top,
        state=state,
        title=f"{row.ref}, {row.provider}, {words(row.state).lower()}, {said}",
        term=scale.stretch(row.term_start_date, row.term_end_date) if known else None,
        notice=scale.stretch(row.notice_deadline, row.term_end_date) if known and row.notice_deadline else None,
        following=scale.stretch(after, row.next_end_date) if row.next_end_date or row.goes_on else None,
        act_by=scale.at(row.act_by) if row.act_by and scale.inside(row.act_by) else None,
        installed=[scale.at(when) for when in row.installed if scale.inside(when)],
        text_x=max(scale.at(row.term_start_date) if row.term_start_date else 0.0, 0.4),
        text=said,
    )


def _ticks(found: Timeline, scale: _Scale) -> list[Tick]:
    """Mark the quarters; over many years only the years."""
    step = 3 if (found.end - found.start).days < 4 * 365 else 12
    ticks = []
    months = found.start.year * 12 + found.start.month - 1
    while (when := date(months // 12, months % 12 + 1, 1)) < found.end:
        if when.month == 1 or step == 3:  # noqa: PLR2004
            year = when.month == 1
            ticks.append(Tick(scale.at(when), str(when.year) if year else f"{when:%b}", year))
        months += 1 if months % 3 else 3
    return ticks
