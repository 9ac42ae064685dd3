"""Reports against PostgreSQL: what is in one, who sees what of it, what changed since the last, and whom it is told."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Forbidden
from netos_core.notices.channels import html_of, text_of
from netos_core.notices.sending import values_of
from netos_core.renewals.model import Transition
from netos_core.renewals.operations import get_pipeline
from netos_core.renewals.schemas import GetPipeline
from netos_core.reports import paper, records, telling
from netos_core.reports.model import Report
from netos_core.reports.operations import get_report, list_reports, preview_report, run_report
from netos_core.reports.queries.kept import ReportNotFound
from netos_core.reports.queries.making import PastReport
from netos_core.reports.rules.checking import Block, BlockKind, Part
from netos_core.reports.schemas import GetReport, ListReports, PreviewReport, ReportContent, RunReport
from netos_core.reports.writing import Written
from tests.core.notices.outbox import messages
from tests.core.reports.making import Deadlines, make_deadlines, stand
from tests.factories import NOW, POLICY, apply, make_ctx, make_person

READERS = dataclasses.replace(POLICY, report_roles=frozenset({"exec", "finance", "noc"}))
WRITTEN = dataclasses.replace(READERS, writes_reports=True)


@pytest.fixture
def deadlines(session: Session) -> Deadlines:
    return make_deadlines(session, NOW)


def finance(session: Session, now: datetime = NOW, **more: Any) -> Context:
    return make_ctx(session, Role.FINANCE, now=now, **{"policy": READERS, **more})


def by_section(content: ReportContent) -> dict[str, list[str]]:
    return {one.name: [line.contract for line in content.lines if line.section == one.name] for one in content.sections}


def kept(ctx: Context, week: str | None = None) -> Report:
    made = records.keep(ctx, week=week)
    assert made is not None
    return made


def test_each_contract_stands_in_its_section_with_what_silence_commits(session: Session, deadlines: Deadlines) -> None:
    content = preview_report(finance(session), PreviewReport())
    assert by_section(content) == {
        "missed": [deadlines.missed], "critical": [deadlines.critical], "upcoming": [deadlines.coming],
        "undone": [deadlines.undone], "unknown": [deadlines.unknown],
    }  # fmt: skip
    lines = {line.contract: line for line in content.lines}
    assert lines[deadlines.critical].at_risk == Decimal("84000.00")
    assert lines[deadlines.critical].days_left == 11
    assert (lines[deadlines.undone].choice, lines[deadlines.undone].alarm) == ("terminate", "critical")
    assert "no end date" in lines[deadlines.unknown].why.lower() or lines[deadlines.unknown].why
    assert content.at_risk == {"EUR": Decimal("500.00"), "USD": Decimal("85800.00")}
    assert content.headline == "1 missed, 1 critical, 1 upcoming, 1 undone, 1 unknown"
    assert content.contracts == 5


def test_a_report_says_what_the_board_says(session: Session, deadlines: Deadlines) -> None:
    content = preview_report(finance(session), PreviewReport())
    board = get_pipeline(finance(session), GetPipeline())
    columns = {column.state: column for column in board.columns}
    sections = {one.name: one for one in content.sections}
    assert content.at_risk == board.at_risk
    for name, states in (("missed", ["overdue"]), ("critical", ["critical"]), ("undone", ["decided"])):
        assert sections[name].contracts == sum(columns[state].contracts for state in states)
        assert sections[name].at_risk == columns[states[0]].at_risk
    assert sections["upcoming"].contracts == columns["active"].contracts + columns["watch"].contracts


def test_who_sees_no_money_has_the_same_report_without_a_single_amount(session: Session, deadlines: Deadlines) -> None:
    ref = run_report(finance(session), RunReport()).ref
    ctx = make_ctx(session, Role.NOC, policy=READERS)
    view = get_report(ctx, GetReport(ref=ref))
    assert [line.contract for line in view.lines] == [
        line.contract for line in get_report(finance(session), GetReport()).lines
    ]
    for amount in ("84000", "85800", "500.00", "1200"):
        assert amount not in view.model_dump_json()
        assert amount not in text_in(paper.printed(view))
    assert view.at_risk == {}
    assert all(line.at_risk is None for line in view.lines)
    assert all(one.uncosted is None for one in view.sections)


def text_in(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_a_report_is_printed_with_every_contract_and_its_amount(session: Session, deadlines: Deadlines) -> None:
    view = get_report(finance(session), GetReport(ref=run_report(finance(session), RunReport()).ref))
    told = text_in(paper.printed(view, ("Xiber LLC",)))
    for said in ("Xiber LLC", view.ref, "84,000.00 USD", "500.00 EUR + 85,800.00 USD", *dataclasses.astuple(deadlines)):
        assert said in told
    assert "page 1 of" in told


def test_a_text_no_typeface_has_is_printed_with_question_marks(session: Session) -> None:
    make_deadlines(session, NOW, critical="Vertrag 契約 <0>")
    view = run_report(finance(session), RunReport())
    assert "Vertrag ??" in text_in(paper.printed(view))


def test_a_day_to_come_is_walked_to_and_nothing_is_kept(session: Session, deadlines: Deadlines) -> None:
    before = session.query(Transition).count()
    later = preview_report(finance(session), PreviewReport(as_of=finance(session).today + timedelta(days=70)))
    assert deadlines.missed not in by_section(later)["missed"], "its term was renewed in silence"
    silent = next(change for change in later.changes if change.contract == deadlines.missed and change.missed)
    assert silent.missed_cost == Decimal("1200.00")
    assert deadlines.critical in by_section(later)["missed"]
    assert later.missed_cost == {"USD": Decimal("1200.00")}
    assert session.query(Transition).count() == before
    assert list_reports(finance(session), ListReports()).total == 0


def test_a_day_that_is_over_is_refused(session: Session) -> None:
    with pytest.raises(PastReport):
        preview_report(finance(session), PreviewReport(as_of=finance(session).today - timedelta(days=1)))


def test_changes_are_told_once_from_report_to_report(session: Session, deadlines: Deadlines) -> None:
    first = kept(finance(session), "2026-W23")
    assert first.content["changed"] == 0, "what is put on file is no change"
    week = NOW + timedelta(days=7)
    quiet = kept(finance(session, week), "2026-W24")
    assert quiet.content["changed"] == 0
    then = week + timedelta(days=7)
    apply(finance(session, then), "decision", "create", contract=deadlines.critical, choice="negotiate")
    stand(finance(session, then))
    third = kept(finance(session, then + timedelta(minutes=1)), "2026-W25")
    moved = ReportContent.model_validate(third.content).changes
    assert (deadlines.critical, "critical", "decided") in [(one.contract, one.from_state, one.state) for one in moved]
    fourth = kept(finance(session, then + timedelta(minutes=2)), "2026-W26")
    assert fourth.content["changed"] == 0, "the steps of its last minutes were told by the one before"


def test_a_step_that_was_committed_late_is_told_by_the_next_report(session: Session, deadlines: Deadlines) -> None:
    kept(finance(session), "2026-W23")
    apply(finance(session), "decision", "create", contract=deadlines.coming, choice="port")
    stand(finance(session, NOW - timedelta(minutes=2)))  # it began before the report and ended after it
    late = kept(finance(session, NOW + timedelta(days=7)), "2026-W24")
    assert [change["contract"] for change in late.content["changes"]] == [deadlines.coming]


def test_a_week_has_one_report(session: Session, deadlines: Deadlines) -> None:
    assert records.keep(finance(session), week="2026-W23") is not None
    assert records.keep(finance(session), week="2026-W23") is None
    assert list_reports(finance(session), ListReports(weekly=True)).total == 1
    run_report(finance(session), RunReport())
    listed = list_reports(finance(session), ListReports())
    assert [(row.week, row.missed, row.critical) for row in listed.rows] == [(None, 1, 1), ("2026-W23", 1, 1)]
    assert list_reports(finance(session), ListReports(query="w23")).total == 1


@pytest.mark.parametrize("role", [Role.ENGINEERING, Role.NOC, Role.SALES, Role.FIELD, Role.AUDITOR])
def test_who_does_not_run_reports_can_look_and_make_none(session: Session, role: Role) -> None:
    ctx = make_ctx(session, role)
    preview_report(ctx, PreviewReport())
    with pytest.raises(Forbidden):
        run_report(ctx, RunReport())


def test_a_ref_nobody_knows_is_not_found(session: Session) -> None:
    for ref in ("latest", "RPT-9"):
        with pytest.raises(ReportNotFound):
            get_report(finance(session), GetReport(ref=ref))


def test_its_readers_are_told_once_each_as_their_roles_allow(session: Session, deadlines: Deadlines) -> None:
    for role in (Role.EXEC, Role.FINANCE, Role.NOC, Role.SALES):
        make_person(session, role)
    report = kept(finance(session), "2026-W23")
    assert telling.tell_of(finance(session), report) == 4, "both executives, finance and the NOC"
    assert telling.tell_of(finance(session), report) == 0
    told = {row.recipient.partition(".")[0]: row for row in messages(session, f"report:{report.ref}:")}
    assert set(told) == {"exec", "erin", "finance", "noc"}
    assert told["noc"].money is None
    assert told["exec"].title.endswith("1 missed, 1 critical, 1 upcoming, 1 undone, 1 unknown")
    for reader, sees in (("exec", True), ("noc", False)):
        values = values_of(told[reader], sees_money=sees)
        plain = text_of("report", values, "https://netos.example")
        laid_out = html_of(
            "report", {**values, "title": told[reader].title, "link": "https://x", "repeat": None}, "https://x"
        )
        assert laid_out is not None
        for text in (plain, laid_out):
            assert deadlines.critical in text
            assert ("84,000.00 USD" in text) is sees


def test_who_asked_for_a_report_is_told_and_nobody_else(session: Session, deadlines: Deadlines) -> None:
    make_person(session, Role.EXEC)
    report = kept(finance(session, policy=WRITTEN))
    assert report.state == "writing"
    claimed = records.claim(session, NOW, timedelta(minutes=9))
    assert claimed is not None
    done = records.finish(session, claimed, Written(note="Claude is overloaded."), NOW)
    assert done is not None
    telling.tell_of(finance(session), done)
    assert [row.recipient for row in messages(session, "report:")] == ["finance.person@isp.example"]


def test_hostile_words_stand_in_a_mail_as_words(session: Session) -> None:
    make_deadlines(session, NOW, critical="<img src=x onerror=alert(1)>{{ 7 * 7 }}")
    make_person(session, Role.EXEC)
    report = kept(finance(session), "2026-W23")
    telling.tell_of(finance(session), report)
    (row, *_) = messages(session, f"report:{report.ref}:")
    around = {"title": row.title, "link": None, "repeat": None}
    laid_out = html_of("report", {**values_of(row, sees_money=True), **around}, "https://netos.example")
    assert laid_out is not None
    assert "<img" not in laid_out
    assert "&lt;img" in laid_out
    assert "{{ 7 * 7 }}" in laid_out


def test_a_text_must_name_no_more_contracts_than_an_answer_surely_shows(session: Session, deadlines: Deadlines) -> None:
    report = kept(finance(session, policy=WRITTEN), "2026-W23")
    lines = [{**report.content["lines"][0], "contract": f"CTR-{number}"} for number in range(60)]
    session.execute(update(Report).values(content={**report.content, "lines": lines}))
    claimed = records.claim(session, NOW, timedelta(minutes=9))
    assert claimed is not None
    assert claimed.must_name == tuple(f"CTR-{number}" for number in range(records.MOST_NAMED))


def test_a_claim_is_one_workers_until_it_runs_out(session: Session, deadlines: Deadlines) -> None:
    kept(finance(session, policy=WRITTEN), "2026-W23")
    hold = timedelta(minutes=9)
    first = records.claim(session, NOW, hold)
    assert first is not None
    assert set(first.must_name) == {deadlines.missed, deadlines.critical}
    assert records.claim(session, NOW + hold - timedelta(seconds=1), hold) is None
    second = records.claim(session, NOW + hold, hold)
    assert second is not None
    assert second.tries == 2
    assert records.finish(session, first, Written(), NOW) is None, "another worker has it"
    block = Block(BlockKind.PARAGRAPH, (Part("All is said."),))
    assert records.finish(session, second, Written(blocks=(block,), model="claude-opus-4-7"), NOW) is not None
    assert records.finish(session, second, Written(), NOW) is None, "it is finished"
    view = get_report(finance(session), GetReport())
    assert (view.written_by, view.text[0].parts[0].text, view.model) == ("claude", "All is said.", "claude-opus-4-7")
    assert get_report(make_ctx(session, Role.NOC), GetReport()).text == []
