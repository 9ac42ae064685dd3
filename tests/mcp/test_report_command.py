"""`netos report` as an operator types it, and reports as an agent reads them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.db import make_engine
from netos_core.reports.model import Report
from netos_mcp.cli import main
from netos_mcp.tokens import CEILING
from tests.factories import POLICY
from tests.mcp.conftest import MODES, TOM, Plant, answered, connected

TODAY = business_day(utc_now(), POLICY.zone)


@pytest.fixture
def home(sample_db: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NETOS_DATABASE_URL", sample_db)
    monkeypatch.setenv("NETOS_REDIS_URL", "redis://127.0.0.1:9")
    return sample_db


def kept(url: str) -> int:
    engine = make_engine(url)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(Report))
    engine.dispose()
    return count or 0


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["report", *arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_dry_run_and_a_day_to_come_show_and_keep_nothing(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = kept(home)
    today = ran(capsys, "run", "--dry-run")
    assert (today["ref"], today["kept"], today["as_of"]) == (None, False, TODAY.isoformat())
    later = ran(capsys, "run", "--as-of", (TODAY + timedelta(days=180)).isoformat())
    assert later["changed"] > today["changed"]
    assert later["missed_cost"]["USD"]
    assert kept(home) == before


def test_a_run_is_kept_and_shown_again(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = kept(home)
    made = ran(capsys, "run")
    assert kept(home) == before + 1
    again = ran(capsys, "show", made["ref"])
    assert {name: again[name] for name in made} == made
    assert main(["report", "show"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{made['ref']}, as of {TODAY}: {made['contracts']} contracts; {made['headline']}.")
    assert made["lines"][0]["contract"] in said


@pytest.mark.parametrize("day", ["soon", "2020-01-01"])
def test_a_day_that_is_none_or_over_is_refused(home: str, capsys: pytest.CaptureFixture[str], day: str) -> None:
    assert main(["report", "run", "--as-of", day]) == 1
    assert "That is no day." in (told := capsys.readouterr().err) or "a day that is over" in told


@pytest.mark.anyio
@pytest.mark.parametrize("mode", MODES)
async def test_an_agent_reads_a_report_as_its_person_may(plant: Plant, mode: str) -> None:
    async with connected(plant.server("priya.raman@xiber.example"), mode) as client:
        made = await answered(client, "run_report")
        read = (await client.read_resource(f"netos://report/{made['ref']}"))[0].text
        assert read == (await client.call_tool_mcp("get_report", {"ref": made["ref"]})).content[0].text
        assert (await client.read_resource("netos://report/latest"))[0].text.count(made["ref"])
        assert len(read) / 3 < CEILING
    async with connected(plant.server(TOM), mode) as client:
        blind = await answered(client, "get_report", ref=made["ref"])
        assert "at_risk" in blind["withheld"]
        refused = await client.call_tool_mcp("run_report", {})
        assert refused.is_error
        assert "forbidden_scope" in refused.content[0].text
