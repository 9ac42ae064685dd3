"""As a deadline nears, its owner hears of it first and more people later; each step once, and never what is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.notices.rules.delivery import MessageState
from netos_core.renewals import records
from netos_core.renewals.operations import replay_renewals
from netos_core.renewals.schemas import ReplayRenewals
from netos_core.renewals.telling import MOST_APART
from tests.core.notices.outbox import messages
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_person

AUTO = {
    "term_end_date": "2027-03-31", "end_of_term": "auto_renew", "renewal_term_months": 12, "notice_count": 90,
    "notice_unit": "days",
}  # fmt: skip


def night(session: Session, day: str) -> records.Advance:
    now = datetime.fromisoformat(f"{day}T18:00:00").replace(tzinfo=UTC)
    return records.advance(replace(make_ctx(session, Role.FINANCE), now=now))


def heard(session: Session, *, beginning: str = "renewal") -> list[tuple[str, str]]:
    """List who was told what, by mail, in the order it was written."""
    return [(m.recipient, m.title) for m in messages(session, beginning) if m.channel == "mail"]


def titles(session: Session) -> list[str]:
    return list(dict.fromkeys(title for _, title in heard(session)))


def test_the_ladder_is_told_step_by_step_with_reminders_and_to_more_people_the_later_it_is(session: Session) -> None:
    finance, boss = make_person(session, Role.FINANCE), make_person(session, Role.EXEC)
    admin = make_person(session, Role.ADMIN)
    ref = make_contract(session, **AUTO)
    day = datetime(2026, 6, 1, tzinfo=UTC)
    while day < datetime(2027, 1, 3, tzinfo=UTC):
        night(session, day.date().isoformat())
        day += timedelta(days=1)
    assert titles(session) == [
        f"{ref} is watch: act by 2026-12-31",
        f"{ref} is active: act by 2026-12-31",
        f"{ref} is critical: act by 2026-12-31",
        f"{ref} 14 days left: act by 2026-12-31",
        f"{ref} 7 days left: act by 2026-12-31",
        f"{ref} 3 days left: act by 2026-12-31",
        f"{ref} 1 day left: act by 2026-12-31",
        f"{ref} today is the notice deadline",
        f"{ref} is overdue: its notice deadline was 2026-12-31",
    ]
    told = heard(session)
    assert len(told) == len(set(told))
    by_person = {person.email: [title for to, title in told if to == person.email] for person in (finance, boss, admin)}
    assert [len(by_person[person.email]) for person in (finance, boss, admin)] == [9, 7, 1]
    urgent = [m.title for m in messages(session, "renewal") if m.urgent]
    assert set(urgent) == {f"{ref} today is the notice deadline"}


def test_an_owner_is_told_in_place_of_finance_and_amounts_go_to_who_sees_them(session: Session) -> None:
    owner, other, boss = (make_person(session, role) for role in (Role.SALES, Role.FINANCE, Role.EXEC))
    circuit = make_circuit(session, mrc="250.00")
    ref = make_contract(session, circuits=[circuit], **AUTO)
    apply(
        make_ctx(session, Role.FINANCE), "decision", "create", contract=ref, choice="terminate", owner=owner.email,
        decided_date="2026-06-01",
    )  # fmt: skip
    night(session, "2026-12-05")
    people = {to for to, _ in heard(session)}
    assert {owner.email, boss.email} <= people
    assert other.email not in people
    assert titles(session) == [f"{ref} is decided, but not carried out: act by 2026-12-31"]
    money = {m.recipient: m.money for m in messages(session, "renewal") if m.channel == "mail"}
    assert money[boss.email] == {"at_risk": "3,000.00 USD", "missed_cost": None}


def test_a_step_that_a_missed_night_skipped_is_kept_and_the_place_of_today_is_told(session: Session) -> None:
    make_person(session, Role.FINANCE)
    ref = make_contract(session, **AUTO)
    night(session, "2026-06-01")
    assert len(night(session, "2027-04-02").fresh) == 5
    assert titles(session) == [f"{ref} renewed in silence until 2028-03-31: nobody acted in time"]
    again = night(session, "2027-04-02")
    assert (again.fresh, again.notices) == ([], 0)


def test_what_is_carried_out_is_not_nagged_about_any_more(session: Session) -> None:
    make_person(session, Role.FINANCE)
    ref = make_contract(session, **AUTO)
    night(session, "2026-12-05")
    apply(
        make_ctx(session, Role.FINANCE), "decision", "create", contract=ref, choice="renew", decided_date="2026-12-06"
    )
    night(session, "2026-12-07")
    assert {m.state for m in messages(session, "renewal") if m.channel == "mail"} == {MessageState.WITHDRAWN}
    assert night(session, "2026-12-30").notices == 0


def test_many_contracts_that_move_at_once_are_told_of_together(session: Session) -> None:
    finance = make_person(session, Role.FINANCE)
    refs = [make_contract(session, **AUTO) for _ in range(MOST_APART + 2)]
    night(session, "2026-12-05")
    [(to, title)] = [one for one in heard(session) if one[0] == finance.email]
    assert (to, title) == (finance.email, f"{len(refs)} contracts have moved: less than 30 days are left to act")
    [told] = [m for m in messages(session, "renewals") if m.recipient == finance.email and m.channel == "mail"]
    assert [line["contract"] for line in told.payload["values"]["lines"]] == refs


def test_reading_as_of_another_day_tells_nobody(session: Session) -> None:
    make_person(session, Role.FINANCE)
    make_contract(session, **AUTO)
    assert replay_renewals(make_ctx(session, Role.FINANCE), ReplayRenewals(as_of="2026-12-20")).transitions
    assert not messages(session, "renewal")
