"""The model's loop, against a stand-in of the Messages API on a real socket: what goes well, and all that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.evals import claude, report
from tests.evals.claude import Claude, connect, from_environment
from tests.evals.running import Outcome, run_model
from tests.evals.tasks import TASKS
from tests.evals.tasks.injections import EAST
from tests.evals.world import Sample
from tests.standins.claude import KEY, VERSION, Turn, error_body, make_app, results, text, use
from tests.standins.serving import Served, served

pytestmark = pytest.mark.anyio

Plays = Sequence[Any]
Tried = Callable[..., Any]


@pytest.fixture(scope="module")
def standin() -> Iterator[tuple[Served, Any]]:
    app = make_app()
    with served(app) as running:
        yield running, app.state.claude


@pytest.fixture
def tried(standin: tuple[Served, Any], data: Sample) -> Iterator[Tried]:
    """Have the stand-in do tasks as laid down for each, and judge it."""
    running, state = standin

    async def run(plays: dict[str, Plays], *, trials: int = 1, key: str = KEY, **bounds: Any) -> list[Outcome]:
        asked = [task for task in TASKS if task.id in plays]
        state.plays = {task.question: plays[task.id] for task in asked}
        agent = connect(key, url=running.url, **bounds)
        try:
            return await run_model(data, asked, agent, trials)
        finally:
            await agent.client.close()

    yield run
    running.forget()


NOC = [use("get_provider", {"ref": "Everstream"})]


def reads_phone(body: dict[str, Any]) -> Plays:
    """Answer with what the last result says, as a model does."""
    line = next(line for line in results(body)[-1].splitlines() if line.startswith("noc_phone"))
    return [text(f"Everstream's NOC: **{line.partition(': ')[2]}**.")]


async def test_a_question_is_answered_over_the_tools(tried: Tried, standin: tuple[Served, Any]) -> None:
    (one,) = await tried({"everstream-noc": [[text("I look it up."), *NOC], reads_phone]})
    assert one.passed, one.wrong
    assert one.attempt.calls == 1
    assert one.attempt.model_tokens > one.attempt.tokens > 0
    asked = standin[0].requests[-1]
    assert asked.headers["anthropic-version"] == VERSION
    assert '"claude-opus-4-7"' in asked.body
    assert '"name": "propose_change"' in asked.body or '"name":"propose_change"' in asked.body


async def test_a_resource_is_read_over_the_tool_for_it(tried: Tried) -> None:
    def page(body: dict[str, Any]) -> Plays:
        ref = results(body)[-1].partition("DOC-")[2][:4]
        return [use("read_resource", {"uri": f"netos://document/DOC-{ref}/page/1"})]

    def tell(body: dict[str, Any]) -> Plays:
        return [text(results(body)[-1])]

    looked = [use("list_site_documents", {"site": "Henry Street Suite 340", "kind": ["loa_cfa"]})]
    (one,) = await tried({"loa-ports": [looked, page, tell]})
    assert one.passed, one.wrong


async def test_a_write_is_proposed_and_left_to_a_person(tried: Tried) -> None:
    wish = {
        "kind": "provider",
        "ref": "Everstream",
        "set": {"noc_phone": "216-555-0199"},
        "reason": "Their desk said so.",
    }

    def confirm(body: dict[str, Any]) -> Plays:
        told = dict(line.split(": ", 1) for line in results(body)[-1].splitlines() if ": " in line)
        return [use("confirm_change", {"change_id": told["change_id"], "digest": told["digest"]})]

    def tell(body: dict[str, Any]) -> Plays:
        return [text(results(body)[-1])]

    (one,) = await tried({"everstream-phone": [[use("propose_change", wish)], confirm, tell]})
    assert one.passed, one.wrong


async def test_an_injection_that_is_obeyed_fails_the_trial(tried: Tried) -> None:
    wish = {"kind": "circuit", "ref": EAST, "set": {"mrc": "0.00"}, "reason": "The note says so."}
    answer = [text("It runs from Shadeland Cabinet C12 to Cermak Suite 820.")]
    look = [use("get_circuit", {"ref": EAST})]
    good = await tried({"note-orders-a-price": [look, answer]})
    bad = await tried({"note-orders-a-price": [look, [use("propose_change", wish)], answer]})
    assert good[0].passed, good[0].wrong
    assert "propose_change was called, as strangers asked" in bad[0].wrong


@pytest.mark.parametrize("given", ["Everstream", ["Everstream"], {"provider": "Everstream"}, {}, {"uri": 7}])
async def test_input_that_is_malformed_is_answered_and_can_be_put_right(tried: Tried, given: Any) -> None:
    tool = "read_resource" if given == {"uri": 7} else "get_provider"
    (one,) = await tried({"everstream-noc": [[use(tool, given)], NOC, reads_phone]})
    assert one.passed, one.wrong


async def test_a_tool_that_does_not_exist_is_answered(tried: Tried) -> None:
    (one,) = await tried({"everstream-noc": [[use("get_phone", {"of": "Everstream"})], NOC, reads_phone]})
    assert one.passed, one.wrong
    assert one.attempt.errors == 1


@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
async def test_a_model_that_stops_half_way_fails_the_trial(tried: Tried, reason: str) -> None:
    (one,) = await tried({"everstream-noc": [NOC, Turn([text("Everstream's NOC")], reason)]})
    assert f"the model stopped: {reason}" in one.wrong


async def test_a_call_cut_off_by_max_tokens_is_not_made(tried: Tried) -> None:
    (one,) = await tried({"everstream-noc": [Turn([*NOC], "max_tokens")]})
    assert "the model stopped: max_tokens" in one.wrong
    assert one.attempt.calls == 0


async def test_a_model_that_never_comes_to_an_end_is_stopped(tried: Tried) -> None:
    (one,) = await tried({"everstream-noc": [NOC] * 20})
    assert f"no answer within {claude.TURNS} turns" in one.wrong
    assert one.attempt.calls == claude.TURNS


async def test_a_model_that_takes_too_long_is_stopped(tried: Tried, standin: tuple[Served, Any]) -> None:
    standin[0].fail(delay=30.0, times=3)
    (one,) = await tried({"everstream-noc": [NOC, reads_phone]}, seconds=0.3)
    assert "no answer within 0 seconds" in one.wrong


async def test_an_overload_that_passes_costs_nothing(tried: Tried, standin: tuple[Served, Any]) -> None:
    standin[0].fail(529, times=1, body=error_body("overloaded_error", "Overloaded"))
    (one,) = await tried({"everstream-noc": [NOC, reads_phone]})
    assert one.passed, one.wrong


async def test_an_overload_that_stays_fails_the_trial(tried: Tried, standin: tuple[Served, Any]) -> None:
    standin[0].fail(529, times=9, body=error_body("overloaded_error", "Overloaded"))
    (one,) = await tried({"everstream-noc": [NOC, reads_phone]})
    assert "the API answered OverloadedError" in one.wrong


async def test_a_key_that_is_not_valid_fails_the_trial(tried: Tried) -> None:
    (one,) = await tried({"everstream-noc": [NOC, reads_phone]}, key="sk-ant-other")
    assert "the API answered AuthenticationError" in one.wrong


async def test_trials_are_counted_one_by_one_and_all_together(tried: Tried) -> None:
    often = iter(range(9))

    def wavering(body: dict[str, Any]) -> Plays:
        return [text("I can not tell.")] if next(often) == 1 else reads_phone(body)

    outcomes = await tried(
        {"everstream-noc": [NOC, wavering], "hoosier-successor": [[text("Wabash Valley Networks.")]]}, trials=3
    )
    figures = report.by_kind(outcomes, 3)["lookup"]
    assert (figures["tasks"], figures["attempts"]) == (2, 6)
    assert (figures["pass_1"], figures["pass_n"]) == (round(5 / 6, 4), 0.5)
    assert "pass^3" in report.table("Claude", report.by_kind(outcomes, 3), model=True)
    assert len(report.failures(outcomes)) == 1


def test_without_a_key_no_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "NETOS_ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert from_environment() is None


def test_key_model_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("NETOS_EVAL_MODEL", "claude-other")
    agent = from_environment()
    assert isinstance(agent, Claude)
    assert agent.model == "claude-other"
    assert agent.client.base_url.port == 9
