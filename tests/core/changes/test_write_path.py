"""Propose, decide, commit, undo on a real database: what was shown is what is written, once, by whom it may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes import operations, upkeep
from netos_core.changes.model import AuditRow, Proposal
from netos_core.changes.operations import Declined, Expired, ForeignDigest, NeedsApproval
from netos_core.changes.records import Stale
from netos_core.changes.schemas import ChangeView, ConfirmChange, Decide, GetChange, ListChanges, Undo
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.records import itself
from tests.factories import AGENT, NOW, POLICY, apply, approve, approver, make_circuit, make_ctx, propose, row_of, undo


def decide(proposed: ChangeView, comment: str | None = None) -> Decide:
    return Decide(change_id=proposed.change_id, digest=proposed.digest, comment=comment)


def confirm(ctx: Context, proposed: ChangeView) -> operations.ChangeResult:
    return operations.confirm_change(ctx, ConfirmChange(change_id=proposed.change_id, digest=proposed.digest))


def status(ctx: Context, proposed: ChangeView) -> str:
    return operations.get_change(ctx, GetChange(change_id=proposed.change_id)).status


def repriced(session: Session, mrc: str = "1250.00", **of: object) -> tuple[str, ChangeView]:
    ref = make_circuit(session, mrc="1200.00")
    return ref, propose(make_ctx(session, Role.FINANCE, AGENT), "circuit", ref=ref, mrc=mrc, **of)


def test_nothing_is_written_until_the_last_approval_and_then_at_once(session: Session) -> None:
    ref, proposed = repriced(session)
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1200.00")
    assert proposed.risk == "high"
    assert [(d.field, d.old, d.new) for d in proposed.diff] == [("mrc", "1200.00", "1250.00")]
    done = approve(session, proposed)
    assert (done.status, done.already_applied, done.refs) == ("committed", False, [ref])
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1250.00")
    trail = session.scalars(select(AuditRow).where(AuditRow.ref == ref).order_by(AuditRow.id.desc())).first()
    assert trail is not None
    assert (trail.before, trail.after, trail.agent) == ({"mrc": "1200.00"}, {"mrc": "1250.00"}, AGENT)
    assert trail.person_id != trail.proposed_by
    assert trail.approved_by == [str(trail.person_id)]


def test_approving_or_confirming_again_does_nothing_twice(session: Session) -> None:
    ref, proposed = repriced(session)
    approve(session, proposed)
    version = row_of(session, "circuit", ref)["version"]
    assert approve(session, proposed).already_applied
    assert confirm(make_ctx(session, Role.FINANCE, AGENT), proposed).already_applied
    assert row_of(session, "circuit", ref)["version"] == version


def test_the_proposer_is_shut_out_where_four_eyes_are_wanted(session: Session) -> None:
    _, proposed = repriced(session)
    own = make_ctx(session, Role.FINANCE, channel=Channel.PAGE)
    with pytest.raises(Forbidden, match="An agent proposed it for you; money needs a second person"):
        operations.approve_change(own, decide(proposed))
    assert not operations.get_change(own, GetChange(change_id=proposed.change_id)).may_approve


def test_an_agent_never_approves_and_learns_whom_to_ask(session: Session) -> None:
    _, proposed = repriced(session)
    agent = make_ctx(session, Role.EXEC, AGENT)
    with pytest.raises(Forbidden, match="signed-in person"):
        operations.approve_change(agent, decide(proposed))
    with pytest.raises(NeedsApproval) as refused:
        confirm(make_ctx(session, Role.FINANCE, AGENT), proposed)
    assert not refused.value.relay
    assert f"/approvals/{proposed.change_id}" in (refused.value.fix or "")
    assert "admin, exec, finance" in refused.value.message


def test_low_risk_needs_only_the_second_call_of_the_proposers_agent(session: Session) -> None:
    ref = make_circuit(session)
    agent = make_ctx(session, Role.NOC, AGENT)
    proposed = propose(agent, "note", "create", on=ref, text="Key at the desk.")
    stranger = make_ctx(session, Role.NOC, AGENT, name="Other Noc")
    with pytest.raises(NeedsApproval):
        confirm(stranger, proposed)
    assert confirm(agent, proposed).status == "committed"


def test_a_scheduled_agent_never_confirms(session: Session) -> None:
    ref = make_circuit(session)
    agent = make_ctx(session, Role.NOC, AGENT)
    scheduled = replace(agent, principal=replace(agent.principal, scheduled=True))
    proposed = propose(scheduled, "note", "create", on=ref, text="Key at the desk.")
    with pytest.raises(Forbidden, match="never confirms"):
        confirm(scheduled, proposed)


def test_medium_risk_takes_the_persons_own_answer_once(session: Session) -> None:
    ref = make_circuit(session)
    agent = make_ctx(session, Role.NOC, AGENT)
    proposed = propose(agent, "circuit", ref=ref, market="North")
    with pytest.raises(NeedsApproval) as refused:
        confirm(agent, proposed)
    assert refused.value.relay
    asked = ConfirmChange(change_id=proposed.change_id, digest=proposed.digest)
    nonce = operations.ask_through_client(agent, asked)
    other = make_ctx(session, Role.NOC, AGENT, name="Other Noc")
    with pytest.raises(Forbidden, match="does not belong to a question"):
        operations.relay_answer(other, asked, nonce, "accept")
    with pytest.raises(NeedsApproval):
        operations.relay_answer(agent, asked, nonce, "cancel")
    with pytest.raises(Forbidden, match="does not belong to a question"):
        operations.relay_answer(agent, asked, nonce, "accept")
    fresh = operations.ask_through_client(agent, asked)
    assert operations.relay_answer(agent, asked, fresh, "accept").status == "committed"
    assert operations.relay_answer(agent, asked, fresh, "accept").already_applied


def test_a_question_is_answered_in_time_or_not_at_all(session: Session) -> None:
    agent = make_ctx(session, Role.NOC, AGENT)
    proposed = propose(agent, "circuit", ref=make_circuit(session), market="North")
    asked = ConfirmChange(change_id=proposed.change_id, digest=proposed.digest)
    nonce = operations.ask_through_client(agent, asked)
    late = replace(agent, now=NOW + timedelta(minutes=11))
    with pytest.raises(Forbidden):
        operations.relay_answer(late, asked, nonce, "accept")


def test_no_in_the_client_closes_the_proposal(session: Session) -> None:
    agent = make_ctx(session, Role.NOC, AGENT)
    proposed = propose(agent, "circuit", ref=make_circuit(session), market="North")
    asked = ConfirmChange(change_id=proposed.change_id, digest=proposed.digest)
    nonce = operations.ask_through_client(agent, asked)
    assert operations.relay_answer(agent, asked, nonce, "decline").status == "rejected"
    with pytest.raises(Declined):
        confirm(agent, proposed)


def test_strict_installations_want_the_page_for_medium_risk_too(session: Session) -> None:
    agent = make_ctx(session, Role.NOC, AGENT, policy=replace(POLICY, medium_needs_page=True))
    proposed = propose(agent, "circuit", ref=make_circuit(session), market="North")
    with pytest.raises(NeedsApproval) as refused:
        confirm(agent, proposed)
    assert not refused.value.relay


def test_a_large_amount_needs_two_people(session: Session) -> None:
    policy = replace(POLICY, second_approval_from=Decimal("50.00"))
    ref = make_circuit(session, mrc="1200.00")
    finance = make_ctx(session, Role.FINANCE, AGENT, policy=policy)
    small = propose(finance, "circuit", ref=ref, mrc="1249.99")
    large = propose(finance, "circuit", ref=ref, mrc="1250.00")
    assert (small.people_needed, large.people_needed) == (1, 2)
    first = replace(approver(session), policy=policy)
    waiting = operations.approve_change(first, decide(large))
    assert (waiting.status, [n.aspect for n in waiting.needs]) == ("open", ["second person"])
    with pytest.raises(Forbidden, match="approved it already"):
        operations.approve_change(first, decide(large))
    second = make_ctx(session, Role.ADMIN, channel=Channel.PAGE, policy=policy)
    assert operations.approve_change(second, decide(large)).status == "committed"


def test_a_digest_of_something_else_is_refused(session: Session) -> None:
    _, proposed = repriced(session)
    with pytest.raises(ForeignDigest):
        operations.approve_change(approver(session), Decide(change_id=proposed.change_id, digest="0" * 64))
    with pytest.raises(NotFound):
        operations.get_change(approver(session), GetChange(change_id="CHG-1"))


def test_a_row_that_moved_makes_the_proposal_stale_and_nothing_is_written(session: Session) -> None:
    ref, proposed = repriced(session)
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=ref, market="North")
    assert operations.get_change(approver(session), GetChange(change_id=proposed.change_id)).stale_refs == [ref]
    with pytest.raises(Stale, match=f"{ref} changed after"):
        approve(session, proposed)
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1200.00")


def test_stored_changes_that_were_tampered_with_are_not_committed(session: Session) -> None:
    ref, proposed = repriced(session)
    session.execute(text('update proposal_change set after = \'{"mrc": "1.00"}\' where ref = :ref'), {"ref": ref})
    with pytest.raises(Stale, match="not the ones its digest names"):
        approve(session, proposed)


def test_a_proposal_of_another_schema_is_not_committed(session: Session) -> None:
    _, proposed = repriced(session)
    session.execute(update(Proposal).where(Proposal.ref == proposed.change_id).values(schema_revision="0000"))
    with pytest.raises(Stale, match="earlier version"):
        approve(session, proposed)


def test_a_rule_of_the_records_holds_at_commit(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    first = propose(ctx, "customer", "create", name="Riverbend Health", city="Carmel")
    second = propose(ctx, "customer", "create", name="Riverbend Health", city="Fishers")
    approve(session, first)
    with pytest.raises(Conflict, match="Another customer already has that name"):
        approve(session, second)


def test_a_rejected_change_stays_rejected_and_a_committed_one_applied(session: Session) -> None:
    _, proposed = repriced(session)
    with pytest.raises(Forbidden, match="do not decide"):
        operations.reject_change(make_ctx(session, Role.SALES, channel=Channel.PAGE), decide(proposed))
    exec_ = approver(session)
    assert operations.reject_change(exec_, decide(proposed, "Too dear.")).status == "rejected"
    with pytest.raises(Declined):
        approve(session, proposed)
    _, other = repriced(session)
    approve(session, other)
    with pytest.raises(Conflict, match="applied already"):
        operations.reject_change(exec_, decide(other))


def test_the_proposer_may_withdraw(session: Session) -> None:
    _, proposed = repriced(session)
    assert operations.reject_change(make_ctx(session, Role.FINANCE, AGENT), decide(proposed)).status == "rejected"


def test_an_undo_is_a_change_and_can_be_undone(session: Session) -> None:
    ref, proposed = repriced(session)
    approve(session, proposed)
    ctx = make_ctx(session, Role.FINANCE)
    back = undo(ctx, proposed)
    assert (back.risk, back.undoes) == ("high", proposed.change_id)
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1200.00")
    again = undo(ctx, back)
    assert again.title.startswith(f"Undo {back.change_id}: Undo {proposed.change_id}")
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1250.00")
    assert operations.get_change(ctx, GetChange(change_id=proposed.change_id)).undone_by == back.change_id


def test_only_what_was_applied_can_be_undone(session: Session) -> None:
    _, proposed = repriced(session)
    with pytest.raises(Conflict, match="nothing to undo"):
        operations.undo_change(make_ctx(session, Role.FINANCE), Undo(change_id=proposed.change_id, reason="a mistake"))


def test_what_a_role_may_not_see_is_withheld_from_the_diff(session: Session) -> None:
    _, proposed = repriced(session)
    seen = operations.get_change(make_ctx(session, Role.NOC), GetChange(change_id=proposed.change_id))
    assert [(d.field, d.old, d.new, d.withheld) for d in seen.diff] == [("mrc", None, None, True)]


def test_a_proposal_nobody_decides_expires(session: Session) -> None:
    _, proposed = repriced(session)
    later = NOW + timedelta(days=POLICY.proposal_days)
    with pytest.raises(Expired):
        approve(session, proposed, approver(session, now=later))
    assert status(make_ctx(session, Role.FINANCE, now=later), proposed) == "expired"
    unasked = replace(approver(session, now=later), principal=itself(session), channel=Channel.JOB)
    assert upkeep.expire_due(unasked) >= 1
    assert upkeep.expire_due(unasked) == 0
    ended = session.scalars(select(Proposal).where(Proposal.ref == proposed.change_id)).one()
    assert (ended.status, ended.ended_reason) == ("expired", "nobody decided in time")
    rows = session.scalars(select(AuditRow).where(AuditRow.ref == proposed.change_id, AuditRow.action == "expire"))
    assert [r.person_id for r in rows] == [unasked.principal.person_id]


def test_lists_show_what_waits_for_whom(session: Session) -> None:
    _, proposed = repriced(session)
    for role, mine in ((Role.EXEC, True), (Role.FINANCE, False), (Role.NOC, False)):
        found = operations.list_changes(make_ctx(session, role), ListChanges(mine=True))
        assert (proposed.change_id in [c.change_id for c in found.changes]) is mine
    pages = []
    cursor = None
    repriced(session)
    while True:
        page = operations.list_changes(make_ctx(session, Role.EXEC), ListChanges(limit=1, cursor=cursor))
        pages += [c.change_id for c in page.changes]
        if (cursor := page.next_cursor) is None:
            break
    assert len(pages) == len(set(pages)) == page.total
    with pytest.raises(Invalid, match="cursor"):
        operations.list_changes(make_ctx(session, Role.EXEC), ListChanges(status="rejected", cursor="x"))


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


def test_of_two_that_commit_the_same_row_at_once_exactly_one_wins(core: Core) -> None:
    for _ in range(5):
        with core.session() as session:
            ref = make_circuit(session, mrc="1200.00")
            ctx = make_ctx(session, Role.FINANCE, AGENT)
            rivals = [propose(ctx, "circuit", ref=ref, mrc=mrc) for mrc in ("1300.00", "1400.00")]
            approver(session)
        outcomes: list[str] = []
        ready = threading.Barrier(2)

        def commit(proposed: ChangeView, outcomes: list[str] = outcomes, ready: threading.Barrier = ready) -> None:
            ready.wait()
            try:
                with core.session() as session:
                    outcomes.append(approve(session, proposed).status)
            except Conflict as refused:
                outcomes.append(refused.code)

        threads = [threading.Thread(target=commit, args=(proposed,)) for proposed in rivals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["committed", "stale"]
        with core.session() as session:
            row = row_of(session, "circuit", ref)
            assert (row["version"], row["mrc"] in (Decimal(1300), Decimal(1400))) == (2, True)
            trail = session.scalars(select(AuditRow).where(AuditRow.ref == ref, AuditRow.action == "update")).all()
            assert len(trail) == 1
