"""`netos revenue`: a file where there is no Sonar, read once or again, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_mcp.cli import main
from tests.standins import sonar
from tests.standins.serving import served

HEAD = "Service ID,Account Number,Account,Service,MRR,Address,City,State,Postal Code\n"
ROWS = "".join(f"S{n},A{n % 5},Customer {n % 5},Line {n},{n}.50,{n} Main St,Gary,IN,46402\n" for n in range(1, 31))


@pytest.fixture
def run(fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("NETOS_DATABASE_URL", fresh_db)
    monkeypatch.setenv("NETOS_REDIS_URL", "redis://127.0.0.1:9")
    monkeypatch.setenv("NETOS_HOME", str(tmp_path / "home"))

    def call(*arguments: str) -> tuple[int, str]:
        code = main(["revenue", *arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def load(run: Any, tmp_path: Path, rows: str, *more: str) -> tuple[int, str]:
    path = tmp_path / "revenue.csv"
    path.write_text(HEAD + rows)
    code, told = run("load", str(path), *more)
    return code, told


def history(fresh_db: str, key: str) -> list[Any]:
    core = Core(Settings(database_url=fresh_db))
    with core.session() as session:
        found = session.execute(
            text(
                "select p.mrr::text, p.starts_on::text, p.ends_on::text from revenue_price p"
                " join revenue_service s on s.id = p.service_id where s.key = :key order by p.starts_on"
            ),
            {"key": key},
        ).all()
    core.close()
    return [tuple(row) for row in found]


def test_a_file_is_mirrored_and_keeps_history(run: Any, tmp_path: Path, fresh_db: str) -> None:
    assert run("status") == (0, "Nothing was read yet.\n")
    code, told = load(run, tmp_path, ROWS, "--as-of", "2026-01-01")
    assert code == 0
    assert told.startswith("file, as of 2026-01-01: 30 services of 5 accounts read, 0 gone, 30 with another amount")
    changed = ROWS.replace("Line 7,7.50", "Line 7,8.00").replace(
        "S9,A4,Customer 4,Line 9,9.50,9 Main St,Gary,IN,46402\n", ""
    )
    code, told = load(run, tmp_path, changed, "--as-of", "2026-02-01", "--json")
    assert code == 0
    (one,) = json.loads(told)["sources"]
    assert (one["services"], one["gone"], one["repriced"]) == (29, 1, 2)
    assert history(fresh_db, "S7") == [("7.50", "2026-01-01", "2026-01-31"), ("8.00", "2026-02-01", None)]
    assert history(fresh_db, "S9") == [("9.50", "2026-01-01", "2026-01-31")]
    code, told = load(run, tmp_path, ROWS, "--as-of", "2026-01-15")
    assert (code, "known as of 2026-02-01 already" in told) == (1, True)


def test_a_file_that_lost_most_of_it_is_not_believed(run: Any, tmp_path: Path, fresh_db: str) -> None:
    load(run, tmp_path, ROWS, "--as-of", "2026-01-01")
    few = "".join(ROWS.splitlines(keepends=True)[:5])
    code, told = load(run, tmp_path, few, "--as-of", "2026-02-01")
    assert (code, "25 of 30 services are not there any more" in told) == (1, True)
    assert history(fresh_db, "S30") == [("30.50", "2026-01-01", None)]
    code, told = load(run, tmp_path, ROWS.replace("30.50", "31.00"), "--as-of", "2026-02-01")
    assert (code, "30 services of 5 accounts read, 0 gone, 1 with" in told) == (0, True), "the better file is read anew"
    code, told = load(run, tmp_path, few, "--as-of", "2026-03-01", "--accept-losses")
    assert (code, "25 gone" in told) == (0, True)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("S1,A1,One,Line,abc,,,,\n", "Row 2: mrr is no amount."),
        ("S1,A1,One,Line,1.005,,,,\n", "Row 2: mrr is no amount."),
        ("S1,,One,Line,1.00,,,,\n", "Row 2: service_id, account_number and account are needed."),
        ("S1,A1,One,L,1.00,,,,\nS1,A1,One,L,2.00,,,,\n", "Row 3: the service_id of another row."),
    ],
)
def test_a_file_with_a_wrong_row_is_not_read(run: Any, tmp_path: Path, rows: str, problem: str) -> None:
    code, told = load(run, tmp_path, rows)
    assert (code, problem in told) == (1, True)
    assert run("status") == (0, "Nothing was read yet.\n")


def test_what_is_no_such_file_is_refused(run: Any, tmp_path: Path) -> None:
    assert "can not be read" in run("load", str(tmp_path / "none.csv"))[1]
    path = tmp_path / "x.csv"
    path.write_text("Service ID,Colour\nS1,red\n")
    assert "service_id" in run("load", str(path))[1]
    path.write_text("Service ID,Account\nS1,One\n")
    assert "lacks the columns account_number, mrr" in run("load", str(path))[1]
    assert "NETOS_SONAR_URL" in run("sync")[1]


def test_sonar_takes_over_from_files(run: Any, tmp_path: Path, fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load(run, tmp_path, ROWS, "--as-of", "2026-01-01")
    app = sonar.make_app()
    app.state.sonar.fill(40)
    with served(app) as there:
        monkeypatch.setenv("NETOS_SONAR_URL", there.url)
        monkeypatch.setenv("NETOS_SONAR_TOKEN", sonar.TOKEN)
        code, told = run("sync")
    assert (code, "40 services of 40 accounts read" in told) == (0, True)
    assert history(fresh_db, "S30")[0][2] is not None, "nothing is earned twice"
    assert "would count twice" in load(run, tmp_path, ROWS)[1]
