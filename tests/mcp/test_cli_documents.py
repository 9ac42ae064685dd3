"""`netos documents extract`: one JSON object, a table for people, refusals on standard error; no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from netos_core.work.model import ModelCall
from netos_mcp.cli import main
from tests.extraction.agreements import prose_agreement
from tests.standins import claude
from tests.standins.claude import KEY, text
from tests.standins.serving import Served, served

SHAPE = {"name", "value", "confidence", "page", "quote", "box"}


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETOS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    path = tmp_path / "order.pdf"
    path.write_bytes(prose_agreement().content)
    return path


def test_the_result_is_one_json_object_of_the_promised_shape(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "extract", str(paper), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"pages", "ocr_pages", "fields", "problems"}
    assert (told["pages"], told["ocr_pages"], told["problems"]) == (1, [], [])
    fields = {field["name"]: field for field in told["fields"]}
    assert all(set(field) - {"items", "counted"} == SHAPE for field in told["fields"])
    assert len(fields) == len(told["fields"])
    assert fields["mrc"]["value"] == "2400.00"
    assert fields["expiration_date"]["value"] == "2024-02-02"
    assert fields["notice_days"]["value"] == 90
    assert fields["auto_renews"]["value"] is True
    assert fields["parties"]["value"][0] == "Corvus Transit Corporation"
    assert len(fields["mrc"]["box"]) == 4


def test_people_get_a_table_with_quotes(paper: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["documents", "extract", str(paper)]) == 0
    told = capsys.readouterr().out
    assert "What is not listed the document does not say." in told
    assert "governing_law" in told
    assert "Kansas" in told


@pytest.mark.parametrize(("content", "code"), [(None, "not_found"), (b"no pdf", "invalid_argument")])
def test_a_refusal_is_json_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: str
) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    assert main(["documents", "extract", str(path), "--json"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err)["code"] == code


@pytest.fixture
def app() -> Any:
    return claude.make_app()


@pytest.fixture
def standin(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A key is set, and Claude reads one thing."""
    said = {"name": "mrc", "value": "2400.00", "confidence": 0.9, "page": 1, "quote": "$2,400.00"}
    app.state.claude.readings = [[text(json.dumps({"fields": [said]}))]]
    with served(app) as running:
        monkeypatch.setenv("NETOS_ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("NETOS_ANTHROPIC_URL", running.url)
        yield running


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["documents", "extract", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def names(told: dict[str, Any]) -> set[str]:
    return {field["name"] for field in told["fields"]}


def codes(told: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in told["problems"]]


def test_with_a_key_both_read_it_and_no_database_is_needed(
    paper: Path, standin: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETOS_DATABASE_URL")
    told = printed(capsys, str(paper))
    assert (len(standin.requests), codes(told)) == (1, [])
    assert {"mrc", "notice_days"} <= names(told)


def test_claude_alone_reads_where_that_is_asked(
    paper: Path, standin: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETOS_DATABASE_URL")
    assert names(printed(capsys, str(paper), "--extractor", "claude")) == {"mrc"}


def test_people_are_shown_both_readings_of_what_the_two_read_differently(
    paper: Path, app: Any, standin: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETOS_DATABASE_URL")
    quote = "upon one hundred twenty (120) days' written notice"
    said = {"name": "notice_days", "value": "120", "confidence": 0.9, "page": 1, "quote": quote}
    app.state.claude.readings = [[text(json.dumps({"fields": [said]}))]]
    assert main(["documents", "extract", str(paper)]) == 0
    assert (
        "Problem: The rules and Claude read notice_days differently; the surer of both was taken. Read: 90 / 120."
        in (capsys.readouterr().out)
    )


def test_the_rules_alone_send_nothing(paper: Path, standin: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(printed(capsys, str(paper), "--extractor", "rules")) == []
    assert standin.requests == []


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("NETOS_ANTHROPIC_API_KEY", "", "No key of Claude is set"),
        ("NETOS_CLAUDE_DOCUMENTS", "invoice", "Contracts may not be sent to Claude"),
        ("NETOS_CLAUDE_MONTHLY_LIMIT", "0.01", "limit of 0.01 USD"),
        ("NETOS_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "which counts what Claude costs"),
    ],
)
def test_what_keeps_claude_from_it_is_told_and_the_rules_read_it(
    paper: Path,
    standin: Served,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str,
    why: str,
) -> None:
    monkeypatch.delenv("NETOS_DATABASE_URL")
    monkeypatch.setenv(setting, value)
    told = printed(capsys, str(paper), "--extractor", "both")
    assert (codes(told), standin.requests) == (["read_by_rules_alone"], [])
    assert why in told["problems"][0]["message"]
    assert "notice_days" in names(told)


def test_with_a_database_a_call_is_counted_there_and_the_same_file_not_asked_about_twice(
    paper: Path, standin: Served, fresh_db: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETOS_DATABASE_URL", fresh_db)
    assert printed(capsys, str(paper)) == printed(capsys, str(paper))
    assert len(standin.requests) == 1
    engine = create_engine(fresh_db, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.scalars(select(ModelCall.outcome)).all() == ["answered"]


def test_without_a_key_nothing_of_claude_or_the_database_is_loaded(paper: Path) -> None:
    program = (
        f"import sys; from netos_mcp.cli import main; main(['documents', 'extract', {str(paper)!r}]); "
        "sys.exit(' '.join({'sqlalchemy', 'anthropic', 'pydantic'} & set(sys.modules)))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == ""
