"""Our client of Claude against a stand-in of the Messages API on a real socket; Anthropic's own client is inside it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic

from netos_core.reports.writing import Ended, Told, ToolWords
from netos_core.vendors.claude import Claude
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorNotFound,
    VendorUnavailable,
)
from tests.standins import claude
from tests.standins.claude import KEY, VERSION, Turn, error_body, text, use
from tests.standins.serving import Served, served

MODEL = "claude-opus-4-7"
ASKED = "How many?"
TOOL = ToolWords("count_them", "Count.", {"type": "object", "properties": {}})


@pytest.fixture(scope="module")
def app() -> Any:
    return claude.make_app()


@pytest.fixture
def state(app: Any) -> claude.State:
    app.state.claude.plays = {}
    app.state.claude.keys = {KEY}
    return app.state.claude


@pytest.fixture(scope="module")
def standin(app: Any) -> Iterator[Served]:
    with served(app) as running:
        yield running


@pytest.fixture
def rests() -> list[float]:
    return []


@pytest.fixture
def model(standin: Served, state: claude.State, rests: list[float]) -> Iterator[Claude]:
    made = Claude(standin.url, lambda _: KEY, MODEL, sleep=rests.append)
    yield made
    made.close()
    standin.forget()


def said(model: Claude, within: float = 60.0) -> Any:
    return model.begin("Be brief.", [TOOL]).say(ASKED, within=within)


def test_the_vendors_own_client_passes_against_the_stand_in(standin: Served, state: claude.State) -> None:
    state.plays = {ASKED: [[text("Two.")]]}
    with Anthropic(api_key=KEY, base_url=standin.url, max_retries=0) as theirs:
        answer = theirs.messages.create(model=MODEL, max_tokens=10, messages=[{"role": "user", "content": ASKED}])
        assert (answer.stop_reason, answer.content[0].type) == ("end_turn", "text")
        assert theirs.models.retrieve(MODEL).id == MODEL
    headers = standin.requests[-1].headers
    assert headers["authorization"] == f"Bearer {KEY}", "since version 2026-10-21; x-api-key came before"
    assert headers["anthropic-version"] == VERSION
    standin.forget()


def test_a_conversation_goes_from_a_call_to_its_answer_to_a_text(
    model: Claude, state: claude.State, standin: Served
) -> None:
    state.plays = {ASKED: [[text("I count."), use("count_them", {"all": True})], [text("Two.")]]}
    talk = model.begin("Be brief.", [TOOL])
    first = talk.say(ASKED, within=60)
    assert (first.ended, first.calls[0].tool, first.calls[0].arguments) == (Ended.CALLS, "count_them", {"all": True})
    second = talk.tell([Told(first.calls[0].id, "2", wrong=False)], within=60)
    assert (second.ended, second.text) == (Ended.SAID, "Two.")
    assert second.tokens_in > first.tokens_in > 0
    sent = json.loads(standin.requests[-1].body)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert [tool["name"] for tool in sent["tools"]] == ["count_them"]


@pytest.mark.parametrize("given", [["Everstream"], "Everstream", None, 7])
def test_a_call_whose_input_is_no_object_is_told_as_it_is_and_sent_back_as_an_empty_one(
    model: Claude, state: claude.State, given: Any
) -> None:
    state.plays = {ASKED: [[use("count_them", given)], [text("Two.")]]}
    talk = model.begin("", [TOOL])
    turn = talk.say(ASKED, within=60)
    assert turn.calls[0].arguments == given
    assert talk.tell([Told(turn.calls[0].id, "An object.", wrong=True)], within=60).ended is Ended.SAID


@pytest.mark.parametrize(
    ("reason", "ended"),
    [
        ("max_tokens", Ended.CUT),
        ("refusal", Ended.DECLINED),
        ("stop_sequence", Ended.SAID),
        ("pause_turn", Ended.CUT),
        ("tool_use", Ended.CUT),  # and asks for none
        ("something_new", Ended.CUT),
    ],
)
def test_why_a_turn_ended_is_told(model: Claude, state: claude.State, reason: str, ended: Ended) -> None:
    state.plays = {ASKED: [Turn([text("Two")], reason)]}
    assert said(model).ended is ended


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", Rejected),
        (401, "authentication_error", CredentialsInvalid),
        (402, "billing_error", PermissionDenied),
        (403, "permission_error", PermissionDenied),
        (404, "not_found_error", VendorNotFound),
        (413, "request_too_large", Rejected),
        (429, "rate_limit_error", RateLimited),
        (500, "api_error", VendorUnavailable),
        (529, "overloaded_error", VendorUnavailable),
    ],
)
def test_a_refusal_is_one_of_ours_and_says_nothing_of_theirs(
    model: Claude, standin: Served, status: int, kind: str, error: type[VendorError]
) -> None:
    standin.fail(status, times=9, body=error_body(kind, f"their words, and {KEY}"))
    with pytest.raises(error) as refused:
        said(model)
    assert "their words" not in str(refused.value.as_dict())
    assert (refused.value.status, refused.value.system) == (status, "Claude")


@pytest.mark.parametrize("body", ["<html>", {"surprise": True}, [], {"content": None, "usage": {}}])
def test_an_answer_that_is_none_is_a_bad_response(model: Claude, standin: Served, body: Any) -> None:
    standin.fail(200, times=9, body=body)
    with pytest.raises(BadResponse):
        said(model)


def test_what_passes_is_waited_for_as_long_as_they_ask(
    model: Claude, state: claude.State, standin: Served, rests: list[float]
) -> None:
    state.plays = {ASKED: [[text("Two.")]]}
    standin.fail(429, times=2, retry_after=7, body=error_body("rate_limit_error", "Slow down"))
    assert said(model).text == "Two."
    assert rests == [7.0, 7.0]


def test_nobody_waits_longer_than_there_is_time(model: Claude, standin: Served, rests: list[float]) -> None:
    standin.fail(429, times=9, retry_after=3600, body=error_body("rate_limit_error", "Slow down"))
    with pytest.raises(RateLimited) as refused:
        said(model)
    assert (refused.value.retry_after, rests, len(standin.requests)) == (3600.0, [], 1)


def test_a_silent_server_is_given_up_when_the_time_is_over(model: Claude, standin: Served) -> None:
    standin.fail(delay=30.0, times=9)
    started = time.monotonic()
    with pytest.raises(VendorUnavailable):
        said(model, within=1.0)
    assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_unavailable(rests: list[float]) -> None:
    away = Claude("http://127.0.0.1:9", lambda _: KEY, MODEL, sleep=rests.append)
    with pytest.raises(VendorUnavailable):
        said(away)
    away.close()


def test_a_key_that_was_rotated_where_it_is_kept_is_read_anew_once(state: claude.State, standin: Served) -> None:
    state.keys = {"sk-ant-new"}
    state.plays = {ASKED: [[text("Two.")]]}
    model = Claude(standin.url, lambda fresh: "sk-ant-new" if fresh else KEY, MODEL)
    assert said(model).text == "Two."
    model.close()
    standin.forget()


def test_doctor_asks_whether_the_key_and_the_model_are_good(
    model: Claude, standin: Served, state: claude.State
) -> None:
    model.check()
    wrong = Claude(standin.url, lambda _: KEY, "claude-none")
    with pytest.raises(VendorNotFound) as refused:
        wrong.check()
    wrong.close()
    assert refused.value.setting == "NETOS_ANTHROPIC_MODEL"
    state.keys = set()
    with pytest.raises(CredentialsInvalid):
        model.check()
