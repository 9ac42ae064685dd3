"""`netos import` as a person types it: in a process of its own, with and without a database."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.changes.model import Proposal
from netos_core.changes.operations import approve_change, reject_change
from netos_core.changes.schemas import Decide
from netos_core.demo.people import DEMO_PEOPLE
from netos_core.kernel.clock import utc_now
from netos_core.kernel.db import make_engine, new_id
from netos_core.runtime import embedded
from netos_mcp.cli import main
from tests.factories import approver, rows_of

REPOSITORY = Path(__file__).parents[2]
REAL = REPOSITORY / "../shared/data/import-sheets"
PROGRAM = "import sys; from netos_mcp.cli import main; sys.exit(main())"
HEADER = "Circuit ID,Carrier,Service,Bandwidth,A Location,Z Location,MRC,Status\n"
ROW = "12/KFGS/204481//LUM,Lumen,DIA,1 Gig,Keystone,Internet,1200.00,active\n"
PROMISED = {"sheet", "header_row", "mapping", "rows", "errors", "counts", "sample"}


def started(*arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "import", *map(str, arguments)],
        env=environment | {"PYTHONPATH": str(REPOSITORY)} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1, "one object and nothing else"
        told: dict[str, Any] = json.loads(self.out)
        return told

    @property
    def refusal(self) -> dict[str, str]:
        assert (self.code, self.out) == (1, "")
        assert self.err.count("\n") == 1, self.err
        told: dict[str, str] = json.loads(self.err)
        assert list(told) == ["code", "message", "field", "fix"]
        assert "Traceback" not in self.err
        return told


def netos(*arguments: str | Path, **settings: str) -> Ran:
    with started(*arguments, **settings) as process:
        out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)


NOWHERE = ("--json", "--home", "/proc/no-home")


def preview(path: Path, *options: str) -> Ran:
    """Preview with nothing to attach to, and a home nothing could be started in; here, as a process would."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["import", "preview", str(path), *NOWHERE, *options])
    return Ran(code, out.getvalue(), err.getvalue())


def sheet(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# Preview, with no database anywhere


def test_a_preview_is_one_object_of_the_promised_shape(tmp_path: Path) -> None:
    path = sheet(tmp_path, HEADER + ROW + ROW.replace("204481", "2").replace("1200.00", "much"))
    ran = netos("preview", path, *NOWHERE)
    assert ran == preview(path)
    told = ran.json
    assert set(told) >= PROMISED
    assert told["counts"] == {"create": 1, "update": 0, "unchanged": 0, "invalid": 1}
    assert told["mapping"][0] == {
        "header": "Circuit ID",
        "field": "provider_circuit_id",
        "score": 1.0,
        "why": "Named “circuit id”; the values fit.",
    }
    assert (told["sheet"], told["header_row"], told["rows"], told["kind"]) == ("a.csv", 1, 2, "circuits")
    (error,) = told["errors"]
    assert (error["row"], error["column"]) == (3, "MRC")
    assert told["sample"][0]["values"]["mrc"] == "1200.00", "an amount is text, so no cent is lost"
    assert not told["compared"]


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/import-sheets is not on this machine")
@pytest.mark.parametrize("file", ["netbox-circuits.csv", "lit-buildings-2.csv", "city-contracts-commodities.csv"])
def test_real_sheets_are_previewed(file: str) -> None:
    assert preview(REAL / file).json["counts"]["create"] >= 10


def test_a_preview_for_people_is_readable(tmp_path: Path) -> None:
    ran = netos("preview", sheet(tmp_path, HEADER + ROW), "--home", tmp_path / "none")
    assert "1 new, 0 updated, 0 unchanged, 0 with problems." in ran.out
    assert "Carrier -> provider (1.00)" in ran.out
    assert not (tmp_path / "none").exists(), "a preview leaves nothing behind"


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (400 << 20))
    return out.getvalue()


def test_a_large_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    refusal = preview(path).refusal
    assert refusal["message"] == "The file has 200 MB; a sheet may have 50 MB."


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = sheet(tmp_path, zip_bomb(), "rows.xlsx")
    began = time.monotonic()
    assert "unpacks to more" in preview(path).refusal["message"]
    assert time.monotonic() - began < 20


JUNK = ",".join(f"zq{n}x" for n in range(40)) + "\n" + (",".join("?" * 40) + "\n") * 5


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("nothing.csv", b"", "invalid_argument", "0 bytes"),
        ("a.csv", b"%PDF-1.7 ...", "invalid_argument", "PDF"),
        ("a.xlsx", b"PK\x03\x04 and nothing more", "invalid_argument", "damaged"),
        ("a.csv", bytes(range(256)) * 20, "invalid_argument", "not text"),
        ("junk.csv", JUNK.encode(), "invalid_argument", "columns do not tell"),
        ("long.csv", (HEADER + ROW * 20_001).encode(), "invalid_argument", "more than 20,000 rows"),
        ("wide.csv", (",".join(["Circuit ID"] * 201) + "\n").encode(), "invalid_argument", "more than 200 columns"),
        ("head.csv", HEADER.encode(), "invalid_argument", "no rows"),
    ],
)
def test_what_is_no_sheet_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, code: str, said: str
) -> None:
    refusal = preview(sheet(tmp_path, content, name)).refusal
    assert refusal["code"] == code
    assert said in refusal["message"]
    assert refusal["fix"]


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    assert preview(tmp_path / "absent.csv").refusal["code"] == "not_found"
    assert preview(tmp_path).refusal["message"].endswith("is a folder.")
    if os.geteuid() != 0:
        closed = sheet(tmp_path, HEADER)
        closed.chmod(0)
        assert preview(closed).refusal["message"].startswith("You may not read")


def test_a_wrong_sheet_or_kind_names_the_valid_ones(tmp_path: Path) -> None:
    path = sheet(tmp_path, workbook([["Circuit ID", "Carrier"], ["A-1", "Lumen"]]), "a.xlsx")
    assert "Valid: Sheet." in str(preview(path, "--sheet", "Sheat").refusal["fix"])
    assert netos("preview", path, "--kind", "cables").code == 2


def test_the_files_name_is_not_believed(tmp_path: Path) -> None:
    assert preview(sheet(tmp_path, HEADER + ROW, "rows.xlsx")).json["counts"]["create"] == 1
    assert preview(sheet(tmp_path, workbook([["Circuit ID", "Carrier"], ["A-1", "Lumen"]]), "a.csv")).json["rows"] == 1


def test_latin_1_is_read_and_said(tmp_path: Path) -> None:
    told = preview(sheet(tmp_path, (HEADER + ROW.replace("Keystone", "Orléans")).encode("latin-1"))).json
    assert told["sample"][0]["values"]["a_site"] == "Orléans"
    assert any("not UTF-8" in note for note in told["notes"])


def test_formulas_are_text_and_run_nowhere(tmp_path: Path) -> None:
    told = preview(sheet(tmp_path, HEADER + ROW + ROW.replace("1200.00", "=1+1").replace("204481", "2"))).json
    assert [(e["row"], e["column"]) for e in told["errors"]] == [(3, "MRC")]
    book = workbook([["Circuit ID", "Carrier", "MRC"], ["A-1", "Lumen", 5], ["A-2", "Lumen", "=SUM(C2:C2)"]])
    told = preview(sheet(tmp_path, book, "a.xlsx")).json
    assert "mrc" not in told["sample"][1]["values"], "a formula nobody worked out has no value"


def test_one_circuit_twice_is_told_on_the_second_row(tmp_path: Path) -> None:
    told = preview(sheet(tmp_path, HEADER + ROW + ROW.replace("/", " "))).json
    assert [(e["row"], e["code"]) for e in told["errors"]] == [(3, "duplicate")]
    assert told["counts"] == {"create": 1, "update": 0, "unchanged": 0, "invalid": 1}


def test_20_000_rows_are_previewed(tmp_path: Path) -> None:
    rows = "".join(f"C-{n},Lumen,DIA,1G,K,Internet,5,active\n" for n in range(20_000))
    assert preview(sheet(tmp_path, HEADER + rows)).json["counts"]["create"] == 20_000


# Run, on a database of its own


@dataclass(frozen=True)
class Plant:
    """A database with the demo people, as `NETOS_DATABASE_URL` names it."""

    settings: dict[str, str]
    engine: Engine

    def run(self, *arguments: str | Path) -> Ran:
        return netos("run", *arguments, **self.settings)


@pytest.fixture
def plant(fresh_db: str, tmp_path: Path) -> Iterator[Plant]:
    engine = make_engine(fresh_db)
    with Session(engine) as session, session.begin():
        for one in DEMO_PEOPLE:
            session.add(Person(id=new_id(), email=one.email, name=one.name, roles=[str(r) for r in one.roles]))
    settings = {
        "NETOS_DATABASE_URL": fresh_db.replace("+psycopg", ""), "NETOS_REDIS_URL": "redis://127.0.0.1:1",
        "NETOS_DEMO": "true", "NETOS_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    yield Plant(settings, engine)
    engine.dispose()


def test_a_run_makes_one_proposal_and_applies_nothing(plant: Plant, tmp_path: Path) -> None:
    path = sheet(tmp_path, HEADER + ROW)
    told = plant.run(path, "--json").json
    assert told["change_id"].startswith("CHG-")
    assert told["import"].startswith("IMP-")
    assert told["approve_url"].endswith(f"/approvals/{told['change_id']}")
    assert (told["status"], told["risk"], told["rows"]["create"]) == ("open", "high", 1)
    assert {"digest", "expires_at", "warnings", "counts"} <= set(told)
    assert any(line["field"] == "mrc" and line["new"] == "1200.00" for line in told["diff"])
    assert plant.run(path, "--json").json["change_id"] == told["change_id"], "asked twice, proposed once"
    with Session(plant.engine) as session:
        assert not rows_of(session, "circuit")


def test_a_run_for_people_prints_the_page_and_takes_no_answer(plant: Plant, tmp_path: Path) -> None:
    ran = plant.run(sheet(tmp_path, HEADER + ROW))
    assert ran.code == 0
    assert "/approvals/CHG-" in ran.out
    assert "A terminal answer approves nothing." in ran.out


def decide(plant: Plant, change_id: str, *, yes: bool) -> None:
    with Session(plant.engine) as session, session.begin():
        proposal = session.scalar(select(Proposal).where(Proposal.ref == change_id))
        assert proposal is not None
        decided = Decide(change_id=change_id, digest=proposal.digest, comment=None)
        (approve_change if yes else reject_change)(approver(session, now=utc_now()), decided)


def test_what_is_there_already_proposes_nothing(plant: Plant, tmp_path: Path) -> None:
    path = sheet(tmp_path, HEADER + ROW)
    decide(plant, plant.run(path, "--json").json["change_id"], yes=True)
    told = plant.run(path, "--json").json
    assert (told["change_id"], told["rows"]["unchanged"]) == (None, 1)
    ran = plant.run(path)
    assert "Nothing to propose." in ran.out
    assert ran.code == 0


def test_several_files_make_a_proposal_each_and_one_mistake_makes_none(plant: Plant, tmp_path: Path) -> None:
    one = sheet(tmp_path, HEADER + ROW, "one.csv")
    two = sheet(tmp_path, "Provider,NOC phone\nZayo,+1 800 555 0100\n", "two.csv")
    bad = sheet(tmp_path, JUNK, "junk.csv")
    refusal = plant.run(one, bad, "--json").refusal
    assert refusal["message"].startswith("junk.csv: ")
    with Session(plant.engine) as session:
        assert session.scalar(select(Proposal).limit(1)) is None
    proposals = plant.run(one, two, "--json").json["proposals"]
    assert [p["file"] for p in proposals] == ["one.csv", "two.csv"]
    assert len({p["change_id"] for p in proposals}) == 2


def test_a_sheet_without_a_valid_row_is_refused_with_the_first_reason(plant: Plant, tmp_path: Path) -> None:
    refusal = plant.run(sheet(tmp_path, "Circuit ID,MRC\nA-1,5\n"), "--kind", "circuits", "--json").refusal
    assert "None of the 1 rows can be imported; row 1: No column is mapped to provider." in refusal["message"]


def test_a_run_that_waits_tells_how_it_was_decided(plant: Plant, tmp_path: Path) -> None:
    path = sheet(tmp_path, HEADER + ROW)
    with started("run", path, "--wait", "--json", **plant.settings) as process:
        assert process.stderr is not None
        waits = process.stderr.readline()
        threading.Timer(0.5, decide, (plant, waits.split()[0]), {"yes": True}).start()
        out, _ = process.communicate(timeout=60)
    told = json.loads(out)
    assert (process.returncode, told["status"], told["ended_by"]) == (0, "committed", "Erin Exec")
    other = sheet(tmp_path, HEADER + ROW.replace("1200", "1300"))
    with started("run", other, "--wait", "--json", **plant.settings) as process:
        assert process.stderr is not None
        decide(plant, process.stderr.readline().split()[0], yes=False)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["status"]) == (1, "rejected")


def test_a_wait_ends_in_time_and_leaves_the_proposal_open(plant: Plant, tmp_path: Path) -> None:
    with started(
        "run", sheet(tmp_path, HEADER + ROW), "--wait", "--timeout", "0", "--json", **plant.settings
    ) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert json.loads(err.splitlines()[-1])["message"].endswith("still waits and stays open.")


def test_a_person_nobody_knows_is_refused(plant: Plant, tmp_path: Path) -> None:
    refusal = plant.run(sheet(tmp_path, HEADER + ROW), "--as", "nobody@isp.example", "--json").refusal
    assert refusal["code"] == "forbidden_scope"
    field = plant.run(sheet(tmp_path, HEADER + ROW), "--as", "will.hoskins@xiber.example", "--json").refusal
    assert "run:imports" in field["message"]


@pytest.mark.processes
def test_a_run_starts_its_own_services_and_leaves_none_running(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="netos-t-") as folder:
        home = Path(folder) / "home"
        refusal = netos("run", sheet(tmp_path, HEADER + ROW), "--home", home, "--json", NETOS_DEMO="true").refusal
        assert "netos demo load" in refusal["fix"]
        waiting = netos("run", sheet(tmp_path, HEADER + ROW), "--home", home, "--wait", NETOS_DEMO="true").refusal
        assert "netos up" in waiting["fix"]
        data = embedded.data_folder(home)
        assert not (data / "postmaster.pid").exists()
