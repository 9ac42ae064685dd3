"""Where an order stands, from the days recorded of it."""

from __future__ import annotations

from datetime import date

import pytest

from netos_core.quotes.rules.progress import Step, business_days_after, progress
from netos_core.quotes.rules.states import OrderStage as S
from netos_core.quotes.rules.states import QuoteState, shown_state

TODAY = date(2026, 6, 1)  # a Monday


def day(of_june: int) -> date:
    return date(2026, 6, of_june)


def may(of_may: int) -> date:
    return date(2026, 5, of_may)


def test_an_order_stands_at_the_furthest_step_that_happened() -> None:
    steps = [Step(S.DELIVERED, day(20), None), Step(S.FOC, may(10), may(9)), Step(S.ORDERED, None, may(1))]
    at = progress(steps, TODAY)
    assert (at.stage, at.next_stage, at.next_date, at.days_late, at.held) == (S.FOC, S.DELIVERED, day(20), None, False)


def test_an_order_without_any_day_stands_nowhere() -> None:
    at = progress([], TODAY)
    assert (at.stage, at.next_stage, at.days_late, at.flags) == (None, None, None, ())


@pytest.mark.parametrize(("planned", "late"), [(day(1), None), (may(31), 1), (may(1), 31)])
def test_an_order_is_late_from_the_day_after_its_planned_day(planned: date, late: int | None) -> None:
    assert progress([Step(S.FOC, planned, None)], TODAY).days_late == late


def test_a_step_that_was_passed_over_is_not_late() -> None:
    steps = [Step(S.SPECIAL_BUILD, may(2), None), Step(S.DELIVERED, may(20), may(20))]
    assert progress(steps, TODAY).days_late is None


def test_a_hold_lasts_until_it_is_released_and_is_late_after_its_planned_end() -> None:
    held = progress([Step(S.ORDERED, None, may(1)), Step(S.HELD, may(30), may(10))], TODAY)
    assert (held.stage, held.held, held.days_late) == (S.ORDERED, True, 2)
    freed = progress([Step(S.ORDERED, None, may(1)), Step(S.HELD, may(30), may(10), may(12))], TODAY)
    assert (freed.held, freed.days_late) == (False, None)
    open_end = progress([Step(S.HELD, None, may(10))], TODAY)
    assert (open_end.held, open_end.days_late) == (True, None)


def test_the_acceptance_clock_counts_business_days_from_the_connection_notice() -> None:
    friday = [Step(S.DELIVERED, None, may(29))]
    assert progress(friday, TODAY, 2).accept_by == day(2)
    assert progress(friday, TODAY).accept_by is None
    assert progress([*friday, Step(S.ACCEPTED, None, may(30))], TODAY, 2).accept_by is None
    assert progress(friday, day(3), 2).flags == (
        "The acceptance clock ran out on 2026-06-02: the provider may take it as accepted.",
    )


@pytest.mark.parametrize(
    ("accepted", "flags"),
    [
        (None, ("Billing started on 2026-05-20, though it is not accepted.",)),
        (may(25), ("Billing started on 2026-05-20, before its acceptance on 2026-05-25.",)),
        (may(20), ()),
    ],
)
def test_billing_before_acceptance_is_flagged(accepted: date | None, flags: tuple[str, ...]) -> None:
    steps = [Step(S.BILLING_START, None, may(20)), Step(S.ACCEPTED, None, accepted)]
    assert progress(steps, TODAY).flags == flags


def test_no_business_day_is_the_day_itself() -> None:
    assert business_days_after(may(29), 0) == may(29)


@pytest.mark.parametrize(
    ("state", "valid_until", "shown"),
    [
        (QuoteState.ANSWERED, TODAY, QuoteState.ANSWERED),
        (QuoteState.ANSWERED, may(31), QuoteState.EXPIRED),
        (QuoteState.ANSWERED, None, QuoteState.ANSWERED),
        (QuoteState.ACCEPTED, may(1), QuoteState.ACCEPTED),
        (QuoteState.DECLINED, may(1), QuoteState.DECLINED),
    ],
)
def test_a_quote_expires_the_day_after_its_last(state: QuoteState, valid_until: date | None, shown: QuoteState) -> None:
    assert shown_state(state, valid_until, TODAY) is shown
