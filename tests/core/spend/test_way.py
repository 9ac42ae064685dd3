"""The way of a contract from today: on what each stretch stands, what ends it, and what was only meant to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from netos_core.contracts.rules import EndOfTerm, Notice, NoticeUnit, Terms
from netos_core.renewals.rules import Choice, Decided
from netos_core.spend.rules.way import Ending, Footing, Settled, Span, Way, joined, way_of
from tests.core.renewals.making import USUAL

TODAY, UNTIL = date(2026, 6, 1), date(2029, 5, 31)
F = Footing
EVERGREEN = replace(USUAL, evergreen=True, term_end_date=None, term_months=None, notice=Notice(30, NoticeUnit.DAYS))


def walk(terms: Terms, *about: Settled) -> Way:
    return way_of(terms, {one.decided.term_end_date: one for one in about}, TODAY, UNTIL)


def settled(
    choice: Choice, end: date | None, *, executed: bool = True, succeeded: bool = False, served: date | None = None
) -> Settled:
    return Settled("DEC-1", Decided(end, choice, TODAY, executed, succeeded), served, None)


def spans(way: Way) -> list[tuple[str, Footing]]:
    return [(str(span.first), span.footing) for span in way.spans]


START, END = "0001-01-01", date(2027, 3, 31)


def test_silence_opens_term_after_term() -> None:
    assert spans(walk(USUAL)) == [(START, F.COMMITTED), ("2027-04-01", F.SILENCE), ("2028-04-01", F.SILENCE),
                                  ("2029-04-01", F.SILENCE)]  # fmt: skip


def test_a_term_that_can_no_longer_be_avoided_or_was_chosen_binds() -> None:
    late = replace(USUAL, term_start_date=date(2023, 8, 1), term_end_date=date(2026, 7, 31))
    assert spans(walk(late))[:2] == [(START, F.COMMITTED), ("2026-08-01", F.COMMITTED)]
    chosen = walk(USUAL, settled(Choice.RENEW, END))
    assert spans(chosen)[:3] == [(START, F.COMMITTED), ("2027-04-01", F.COMMITTED), ("2028-04-01", F.SILENCE)]


def test_the_term_in_force_is_the_one_that_runs_today() -> None:
    over = replace(USUAL, term_start_date=date(2022, 1, 1), term_months=24, term_end_date=date(2023, 12, 31))
    assert walk(over).term.term_end_date == date(2026, 12, 31)


def test_before_its_first_day_a_term_does_not_bind() -> None:
    ahead = replace(USUAL, term_start_date=date(2026, 9, 1), term_end_date=None)
    assert spans(walk(ahead))[:2] == [(START, F.OPEN), ("2026-09-01", F.COMMITTED)]


@pytest.mark.parametrize(
    "terms", [replace(USUAL, term_end_date=None, term_months=None), replace(USUAL, term_end_date=date(2020, 1, 1))]
)
def test_a_term_without_an_end_or_that_contradicts_itself_is_no_footing(terms: Terms) -> None:
    assert spans(walk(terms)) == [(START, F.OPEN)]


def test_what_ended_before_today_and_is_in_service_goes_on_without_a_term() -> None:
    past = {"term_start_date": date(2023, 1, 1), "term_months": 36, "term_end_date": date(2025, 12, 31)}
    off = walk(replace(USUAL, **past, end_of_term=EndOfTerm.AUTO_DISCONNECT))
    assert (off.ends_on, spans(off)[-1]) == (None, ("2026-01-01", F.OPEN))
    left = walk(replace(USUAL, **past), settled(Choice.TERMINATE, date(2025, 12, 31)))
    assert (left.ends_on, spans(left)[-1]) == (None, ("2026-01-01", F.OPEN))


def test_what_ends_it_is_named() -> None:
    assert (walk(USUAL, settled(Choice.PORT, END)).ends_on, walk(USUAL, settled(Choice.PORT, END)).ending) == (
        END, Ending.LEFT,
    )  # fmt: skip
    off = walk(replace(USUAL, end_of_term=EndOfTerm.AUTO_DISCONNECT))
    assert (off.ends_on, off.ending) == (END, Ending.AUTO_DISCONNECT)
    followed = walk(USUAL, settled(Choice.RENEW, END, succeeded=True))
    assert (followed.ends_on, followed.ending, followed.decision) == (END, None, "DEC-1")


def test_a_decision_to_leave_that_is_not_carried_out_is_only_meant() -> None:
    way = walk(USUAL, settled(Choice.TERMINATE, END, executed=False))
    assert (way.ends_on, way.leaves_after, way.undone) == (None, END, "DEC-1")
    assert spans(way)[1] == ("2027-04-01", F.SILENCE)


def test_month_to_month_ends_when_the_notice_that_was_served_takes_effect() -> None:
    assert spans(walk(EVERGREEN)) == [(START, F.MONTH_TO_MONTH)]
    assert walk(EVERGREEN, settled(Choice.RENEW, None)).ends_on is None
    served = walk(EVERGREEN, settled(Choice.TERMINATE, None, served=date(2026, 5, 20)))
    assert (served.ends_on, served.ending) == (date(2026, 6, 19), Ending.LEFT)
    meant = walk(EVERGREEN, settled(Choice.TERMINATE, None, executed=False))
    assert (meant.ends_on, meant.leaves_after) == (None, date(2026, 7, 1))
    old = walk(EVERGREEN, settled(Choice.TERMINATE, None, served=date(2026, 1, 20)))
    assert (old.ends_on, spans(old)[-1]) == (None, ("2026-02-20", F.OPEN))
    silent = walk(replace(EVERGREEN, notice=None), settled(Choice.TERMINATE, None, served=date(2026, 6, 3)))
    assert silent.ends_on == date(2026, 6, 3)


def test_an_amendment_to_come_sets_another_term_unless_the_service_has_ended() -> None:
    longer = replace(USUAL, term_start_date=date(2026, 10, 1), term_end_date=date(2029, 9, 30))
    since = date(2026, 10, 1)
    whole = joined([(date.min, walk(USUAL)), (since, walk(longer))])
    assert spans(whole) == [(START, F.COMMITTED), ("2026-10-01", F.COMMITTED)]
    ended = Way((Span(date.min, F.COMMITTED),), USUAL, date(2026, 8, 31), Ending.LEFT)
    assert joined([(date.min, ended), (since, walk(longer))]) is ended
