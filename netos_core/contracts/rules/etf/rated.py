"""The course of a contract's rate, laid out from what its papers say and from the price on file today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.contracts.rules.etf.course import Course, RateBasis, Stretch
from netos_core.contracts.rules.etf.rates import DatedRates, Escalator, escalator_of
from netos_core.contracts.rules.papers import Held, Paper, Papers, amended, held_on, line_of, turning_days

FIRST = date.min


def course_of(papers: Papers, paper_id: UUID, *, price: Decimal | None, today: date) -> Course | None:
    """Lay out the rate of a contract, or of what it amends, over time; None where nothing says one.

    A paper's amount holds from its day and moves by the escalator that holds. The price on file is what is paid today:
    it goes on from today, unless an amendment has said another amount before. Dated amounts end with an amendment that
    states an amount and no others.

    Args:
        papers: The contract's papers.
        paper_id: Its id.
        price: What its circuits cost together, where each has a price.
        today: The day the price is known of.
    """
    root = amended(papers, paper_id)
    ranks = {paper.id: rank for rank, paper in enumerate((root, *line_of(papers, paper_id)))}
    stretches: list[Stretch] = []
    said: tuple[Paper | None, Paper | None] = (None, None)
    for day in sorted({FIRST, today, *turning_days(papers, paper_id)}):
        held = held_on(papers, paper_id, day)
        source, rises = held.get("mrc"), held.get("escalator")
        if (source, rises) != said:
            made = _of_paper(held, root, ranks) if source is not said[0] or not stretches else None
            if made is None and stretches:
                made = _moved(held, stretches[-1].on(day).mrc, day, ranks)
            stretches += [made] if made else []
            said = (source, rises)
        if day == today and price is not None and (source is None or source is root):
            now = Course(tuple(stretches)).on(today).mrc if stretches else None
            if now != price:
                escalator = escalator_of(rises.row["escalator"]) if rises else None
                stretches.append(
                    Stretch(today, price, RateBasis.ON_FILE, None, escalator, _ref(rises), _start(held))
                )  # fmt: skip
    return Course(tuple(stretches)) if stretches else None


def _of_paper(held: Held, root: Paper, ranks: Mapping[UUID, int]) -> Stretch | None:
    """Begin with the amount a paper states; without one, with the first of dated amounts."""
    source, rises, escalator = held.get("mrc"), held.get("escalator"), _moves(held, ranks)
    if source is None:
        if rises is None or not isinstance(escalator, DatedRates):
            return None
        first = escalator.rates[0]
        return Stretch(first.from_date, first.mrc, RateBasis.DATED, rises.ref, escalator, rises.ref, _start(held))
    basis = RateBasis.PAPER if source is root else RateBasis.AMENDMENT
    return Stretch(source.since, source.row["mrc"], basis, source.ref, escalator, _ref(rises), _start(held))


def _moved(held: Held, mrc: Decimal, day: date, ranks: Mapping[UUID, int]) -> Stretch:
    rises = held.get("escalator")
    return Stretch(day, mrc, RateBasis.ESCALATOR, _ref(rises), _moves(held, ranks), _ref(rises), _start(held))


def _moves(held: Held, ranks: Mapping[UUID, int]) -> Escalator | None:
    """Give how the rate moves; dated amounts of a paper before the one that states the amount are replaced by it."""
    source, rises = held.get("mrc"), held.get("escalator")
    if rises is None:
        return None
    escalator = escalator_of(rises.row["escalator"])
    older = source is not None and ranks.get(rises.id, -1) < ranks[source.id]
    return None if older and isinstance(escalator, DatedRates) else escalator


def _start(held: Held) -> date | None:
    paper = held.get("term_start_date")
    start: date | None = paper.row["term_start_date"] if paper else None
    return start


def _ref(paper: Paper | None) -> str | None:
    return paper.ref if paper else None
