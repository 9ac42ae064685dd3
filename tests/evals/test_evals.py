"""The gate: scripts do every task within its budget, and all of them within the baseline."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.evals import report
from tests.evals.running import ERAS, Outcome, run_scripted
from tests.evals.task import Kind
from tests.evals.tasks import TASKS
from tests.evals.world import Sample

pytestmark = pytest.mark.anyio

AT_LEAST = {Kind.LOOKUP: 20, Kind.MULTI_HOP: 15, Kind.WRITE: 12, Kind.REFUSAL: 6, Kind.INJECTION: 7}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def outcomes(data: Sample) -> list[Outcome]:
    return await run_scripted(data, TASKS)


def test_there_are_tasks_enough_of_every_kind() -> None:
    assert len(TASKS) >= 60
    assert len({task.id for task in TASKS}) == len(TASKS)
    counted = Counter(task.kind for task in TASKS)
    assert not {kind: counted[kind] for kind, least in AT_LEAST.items() if counted[kind] < least}


def test_every_kind_of_person_asks() -> None:
    assert len({task.who.roles for task in TASKS}) >= 7


def test_no_question_names_a_reference_or_a_tool() -> None:
    told = [
        task.id for task in TASKS if any(word in task.question for word in ("CTR-", "CHG-", "SIT-", "search_", "get_"))
    ]
    assert not told


async def test_scripts_do_every_task_within_its_budget(outcomes: list[Outcome]) -> None:
    assert not report.failures(outcomes)


async def test_all_together_take_no_more_than_the_baseline_allows(outcomes: list[Outcome]) -> None:
    assert not report.grown(outcomes)
    assert set(json.loads(report.BASELINE.read_text())) == {"all", *(task.id for task in TASKS)}, "record it: --record"


async def test_every_kind_is_also_done_in_the_older_era(outcomes: list[Outcome]) -> None:
    assert {one.task.kind for one in outcomes if one.era == ERAS[1]} == set(Kind)


async def test_growth_past_the_baseline_is_named(outcomes: list[Outcome], tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    report.record(outcomes, file)
    assert not report.grown(outcomes, file)
    kept = json.loads(file.read_text())
    kept["address-owner"]["tokens"] -= kept["all"]["tokens"] // 10
    file.write_text(json.dumps(kept))
    (told,) = report.grown(outcomes, file)
    assert "tokens where the baseline has" in told
    assert "address-owner" in told


async def test_the_report_has_a_row_of_each_kind_and_of_all(outcomes: list[Outcome]) -> None:
    shown = report.table("Scripts", report.by_kind(outcomes, 1), model=False).splitlines()
    assert [line.split()[0] for line in shown[2:]] == [*Kind, "all"]
    told = report.as_json(outcomes, [], 1, None)
    assert len(told["scripted"]["attempts"]) == len(outcomes)
    json.dumps(told)
