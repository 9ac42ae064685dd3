"""Rules of notices: how people are told, whom a deadline reaches, how a message fares. Tables, no database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from netos_core.access.rules import Role, rights_of
from netos_core.notices.rules.delivery import (
    KEPT_TRYING,
    LONGEST_ASKED,
    LONGEST_REST,
    MessageState,
    Verdict,
    rest_after,
    state_after,
    verdict_on,
)
from netos_core.notices.rules.kinds import CHOSEN, KINDS, LADDER, SHARED, NoticeKind, Step, Way, escalate, reached
from netos_core.notices.rules.wishes import Preferences, Quiet, Route, Timing, Wish, digest_day, quiet_until, routes
from netos_core.vendors import errors

ZONE = ZoneInfo("America/Indiana/Indianapolis")
BOTH = frozenset({"mail", "slack_direct"})
MAIL_ONLY = frozenset({"mail"})


@pytest.mark.parametrize(
    ("failures", "asked", "seconds"),
    [
        (0, None, 30), (1, None, 30), (2, None, 60), (5, None, 480), (7, None, 1920), (8, None, 3600),
        (400, None, 3600),
        (1, 0, 1), (1, 7, 7), (5, 90, 90), (6, 7, 960), (9, 7, 3600), (9, 7200, 7200), (1, 10**9, 86400),
    ],
)  # fmt: skip
def test_a_rest_is_longer_each_time_up_to_an_hour_and_a_system_is_taken_at_its_word(
    failures: int, asked: float | None, seconds: int
) -> None:
    assert rest_after(failures, asked) == timedelta(seconds=seconds)
    assert rest_after(failures, asked) <= max(LONGEST_REST, LONGEST_ASKED)


@pytest.mark.parametrize(
    ("verdict", "waited", "state"),
    [
        (Verdict.REFUSED, timedelta(0), MessageState.DEAD),
        (Verdict.LATER, timedelta(days=1), MessageState.WAITING),
        (Verdict.AWAY, timedelta(days=1), MessageState.WAITING),
        (Verdict.SHUT, KEPT_TRYING - timedelta(seconds=1), MessageState.WAITING),
        (Verdict.AWAY, KEPT_TRYING, MessageState.DEAD),
        (Verdict.LATER, KEPT_TRYING, MessageState.DEAD),
    ],
)
def test_only_a_refusal_or_a_week_ends_a_message(verdict: Verdict, waited: timedelta, state: MessageState) -> None:
    assert state_after(verdict, waited) is state


def test_every_error_of_an_outside_system_has_its_verdict() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.VendorError)]
    codes = {kind.code for kind in kinds} - {errors.VendorError.code}
    assert codes == set(verdicts())
    assert verdict_on("internal") is Verdict.LATER


def verdicts() -> dict[str, Verdict]:
    from netos_core.notices.rules.delivery import VERDICTS

    return dict(VERDICTS)


def set_to(*ways: Way, timing: Timing = Timing.NOW, kind: NoticeKind = NoticeKind.RENEWAL) -> Preferences:
    return Preferences({kind: Wish(ways, timing)})


MAIL, DIRECT, CENTRE = Way.MAIL, Way.DIRECT, Way.CENTRE


@pytest.mark.parametrize(
    ("wishes", "urgent", "usable", "wanted"),
    [
        (Preferences(), False, BOTH, [Route(MAIL)]),
        (set_to(MAIL, DIRECT), False, BOTH, [Route(MAIL), Route(DIRECT)]),
        (set_to(DIRECT), False, BOTH, [Route(DIRECT)]),
        (set_to(DIRECT), False, MAIL_ONLY, [Route(MAIL)]),  # Slack has gone since: nothing is lost
        (set_to(MAIL, timing=Timing.DIGEST), False, BOTH, [Route(MAIL, held=True)]),
        (set_to(MAIL, DIRECT, timing=Timing.DIGEST), False, BOTH, [Route(MAIL, held=True), Route(DIRECT, held=True)]),
        (set_to(DIRECT, timing=Timing.DIGEST), False, MAIL_ONLY, [Route(MAIL, held=True)]),
        (set_to(), False, BOTH, [Route(CENTRE)]),
        (set_to(timing=Timing.DIGEST), False, BOTH, [Route(CENTRE)]),
        (set_to(MAIL, timing=Timing.DIGEST), True, BOTH, [Route(MAIL)]),  # what can not wait is not held
        (set_to(), True, BOTH, [Route(MAIL)]),  # and not silent
        (set_to(DIRECT), True, BOTH, [Route(DIRECT)]),
    ],
)
def test_a_notice_becomes_the_messages_its_reader_wants(
    wishes: Preferences, urgent: bool, usable: frozenset[str], wanted: list[Route]
) -> None:
    assert list(routes(wishes, NoticeKind.RENEWAL, urgent=urgent, usable=usable)) == wanted


@pytest.mark.parametrize("kind", [kind for kind, policy in KINDS.items() if not policy.chosen])
def test_some_kinds_nobody_puts_off(kind: NoticeKind) -> None:
    wishes = Preferences({kind: Wish((), Timing.DIGEST)})
    assert routes(wishes, kind, urgent=False, usable=BOTH) == (Route(MAIL),)


def test_approvals_are_not_held_for_a_digest_unless_somebody_wants_it() -> None:
    assert routes(Preferences(), NoticeKind.APPROVAL, urgent=False, usable=BOTH) == (Route(MAIL),)


NIGHT, NOON = Quiet(time(20), time(7)), Quiet(time(12), time(13, 30))


def at(text: str) -> datetime:
    """An instant by the clock of the business."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (None, "2026-06-01T03:00", None),
        (NIGHT, "2026-06-01T19:59", None),
        (NIGHT, "2026-06-01T20:00", "2026-06-02T07:00"),
        (NIGHT, "2026-06-01T23:59", "2026-06-02T07:00"),
        (NIGHT, "2026-06-02T00:00", "2026-06-02T07:00"),
        (NIGHT, "2026-06-02T06:59", "2026-06-02T07:00"),
        (NIGHT, "2026-06-02T07:00", None),
        (NIGHT, "2026-12-31T22:00", "2027-01-01T07:00"),
        (NIGHT, "2026-03-07T22:00", "2026-03-08T07:00"),  # the clocks go forward that night
        (NIGHT, "2026-10-31T22:00", "2026-11-01T07:00"),  # and back
        (NOON, "2026-06-01T11:59", None),
        (NOON, "2026-06-01T12:00", "2026-06-01T13:30"),
        (NOON, "2026-06-01T13:30", None),
        (Quiet(time(9), time(9)), "2026-06-01T09:00", None),
    ],
)
def test_quiet_hours_are_of_the_business_clock(quiet: Quiet | None, now: str, until: str | None) -> None:
    assert quiet_until(quiet, at(now).astimezone(UTC), ZONE) == (at(until) if until else None)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-06-01T06:59", None),
        ("2026-06-01T07:00", date(2026, 6, 1)),
        ("2026-06-01T23:59", date(2026, 6, 1)),
        ("2026-06-02T00:01", None),
    ],
)
def test_a_digest_is_due_from_its_hour_on(now: str, day: date | None) -> None:
    assert digest_day(time(7), at(now).astimezone(UTC), ZONE) == day


@pytest.mark.parametrize(
    ("step", "owned", "told"),
    [
        (Step.COMING, True, {"owner"}),
        (Step.COMING, False, {Role.FINANCE}),
        (Step.CRITICAL, True, {"owner", Role.EXEC}),
        (Step.CRITICAL, False, {Role.FINANCE, Role.EXEC}),
        (Step.OVERDUE, True, {"owner", Role.EXEC, Role.ADMIN}),
        (Step.OVERDUE, False, {Role.FINANCE, Role.EXEC, Role.ADMIN}),
    ],
)
def test_more_people_hear_of_a_renewal_as_its_deadline_nears(step: Step, owned: bool, told: set[str]) -> None:
    wanted = escalate(NoticeKind.RENEWAL, step)
    people = {role: frozenset({str(role)}) for role in Role}
    found: set[str] = {role for role, roles in people.items() if reached(wanted, roles, owner=False, owned=owned)}
    if owned:
        assert reached(wanted, frozenset({"noc"}), owner=True, owned=True)
        found |= {"owner"}
    assert found == told


def test_a_ladder_never_loses_anybody_on_the_way_up() -> None:
    for steps in LADDER.values():
        assert set(steps) == set(Step)
        for below, above in zip(Step, list(Step)[1:], strict=False):
            assert steps[below].also <= steps[above].also
            assert steps[below].in_place_of_owner <= steps[above].in_place_of_owner | steps[above].also


def test_the_table_of_kinds_is_whole() -> None:
    assert set(KINDS) == set(NoticeKind)
    held = {right for role in Role for right in rights_of([role])}
    assert {policy.right for policy in KINDS.values()} <= held
    assert NoticeKind.DIGEST not in CHOSEN
    assert set(CHOSEN) >= SHARED
