"""`netos documents extract`: one JSON object, a table for people, refusals on standard error; no database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netos_mcp.cli import main
from tests.extraction.papers import prose_agreement

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
