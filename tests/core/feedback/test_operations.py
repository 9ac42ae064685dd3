"""Bugs and wishes: filed by people and agents, moved along and told of, at low risk."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import confirm_change
from netos_core.changes.schemas import ConfirmChange
from netos_core.feedback.operations import get_feedback, list_feedback
from netos_core.feedback.schemas import GetFeedback, ListFeedback
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.search.operations import search
from netos_core.search.schemas import Search
from tests.factories import apply, make_ctx, propose, rows_of, undo


def agent(session: Session) -> Context:
    return make_ctx(session, Role.FIELD, "claude")


def file(ctx: Context, **fields: str) -> str:
    change = propose(ctx, "feedback", "create", **fields)
    done = confirm_change(ctx, ConfirmChange(change_id=change.change_id, digest=change.digest))
    assert (change.risk, done.status) == ("low", "committed")
    return change.diff[0].ref


def test_an_agent_files_a_report_with_its_second_call(session: Session) -> None:
    ref = file(agent(session), kind="bug", title="get_site shows no floor", source="get_site", text="It is empty.")
    view = get_feedback(agent(session), GetFeedback(ref=ref))
    assert (view.status, view.priority, view.source) == ("new", "normal", "get_site")
    assert (view.author, view.agent) == ("Field Person", "claude")
    found = search(agent(session), Search(query="no floor"))
    assert [(hit.kind, hit.ref) for hit in found.hits] == [("feedback", ref)]


def test_comments_tell_the_progress_and_are_not_rewritten(session: Session) -> None:
    ref = file(agent(session), title="Slow export")
    noc = make_ctx(session, Role.NOC)
    apply(noc, "feedback", ref=ref, status="in_progress", priority="high")
    apply(noc, "feedback_comment", "create", feedback=ref, text="Found it.")
    view = get_feedback(noc, GetFeedback(ref=ref))
    assert (view.status, [(c.text, c.author) for c in view.comments]) == ("in_progress", [("Found it.", "Noc Person")])
    with pytest.raises(Invalid, match="not rewritten"):
        propose(noc, "feedback_comment", ref=view.comments[0].id, text="Never said.")


def test_reports_are_listed_by_state_urgency_and_words(session: Session) -> None:
    ctx = agent(session)
    low = file(ctx, title="Dark colors", kind="feature", priority="low")
    urgent = file(ctx, title="Wrong portal", priority="urgent")
    done = file(ctx, title="Two markets")
    apply(make_ctx(session, Role.NOC), "feedback", ref=done, status="done")

    def refs(**asked: object) -> list[str]:
        return [row.ref for row in list_feedback(ctx, ListFeedback.model_validate(asked)).rows]

    assert refs() == [done, urgent, low]
    assert refs(open=True, sort="priority") == [urgent, low]
    assert refs(status=["done"]) == refs(open=False) == [done]
    assert refs(kind=["feature"]) == refs(query="colors") == [low]
    assert refs(author="field.person@isp.example") == [done, urgent, low]
    with pytest.raises(Invalid, match="column"):
        list_feedback(ctx, ListFeedback(sort="mood"))


def test_a_report_leaves_with_its_comments_and_comes_back(session: Session) -> None:
    noc = make_ctx(session, Role.NOC)
    ref = file(noc, title="Twice filed")
    apply(noc, "feedback_comment", "create", feedback=ref, text="See the other.")
    apply(noc, "tag", "create", on=ref, name="double")
    gone = apply(noc, "feedback", "retire", ref=ref)
    assert gone.risk == "low"
    assert all(row["retired_at"] for table in ("feedback", "feedback_comment") for row in rows_of(session, table))
    undo(noc, gone)
    assert get_feedback(noc, GetFeedback(ref=ref)).comments[0].text == "See the other."


def test_a_report_needs_a_title(session: Session) -> None:
    with pytest.raises(Invalid, match="A report needs its title"):
        propose(agent(session), "feedback", "create", text="It broke.")
