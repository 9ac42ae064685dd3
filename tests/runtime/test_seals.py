"""The seals outside of the database: what an administrator of the database rewrites is found all the same."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text

from jobs.audit import seal as seal_job
from netos_core.changes import audit
from netos_core.kernel.clock import utc_now
from netos_core.runtime import seals
from netos_core.runtime.calls import Core
from netos_core.runtime.health import KEPT_WITHIN, Finding, findings
from netos_core.runtime.home import Home, Runtime, open_home
from netos_core.runtime.settings import Settings
from tests.factories import NOW, make_circuit, make_provider

REPOSITORY = Path(__file__).parents[2]
UNPRIVILEGED = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write every file")


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def path(core: Core, home: Home) -> Path:
    """A file with three seals."""
    for _ in range(3):
        sealed(core)
    assert seals.export(core, home) == 3
    return seals.file_of(home)


def sealed(core: Core) -> None:
    with core.session() as session:
        make_provider(session)
    with core.session() as session:
        assert audit.seal(session, NOW) > 0


def told(core: Core, home: Home, *, worker_expected: bool = False) -> Finding:
    """Ask the doctor about the seals outside of the database."""
    url = str(core.settings.database_url)
    runtime = Runtime(home=home.path, pid=1, started=utc_now(), database_url=url, redis_url="redis://127.0.0.1:9")
    found = {f.check: f for f in findings(runtime, core.settings, worker_expected=worker_expected, trail=True)}
    return found["seals"]


def as_superuser(core: Core, *statements: str) -> None:
    with core.session() as session:
        for table in ("audit", "audit_seal"):
            session.execute(text(f"alter table {table} disable trigger append_only"))
        for statement in statements:
            session.execute(text(statement))


def ids(path: Path) -> list[int]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_every_seal_is_appended_once(core: Core, home: Home) -> None:
    assert "keeps no seal outside of the database yet" in told(core, home).found
    sealed(core)
    assert (seals.export(core, home), seals.export(core, home)) == (1, 0)
    sealed(core)
    found = told(core, home)
    assert found.holds
    assert found.found == f"1 of 2 seals are kept in {seals.file_of(home)}, and agree."
    assert seals.export(core, home) == 1
    assert ids(seals.file_of(home)) == [1, 2]
    assert seals.file_of(home).stat().st_mode & 0o777 == 0o600


# What was rewritten in the database


def test_rows_and_seals_rewritten_together_are_found(core: Core, home: Home) -> None:
    sealed(core)
    seals.export(core, home)
    as_superuser(core, "update audit set reason = 'nothing happened'", "delete from audit_seal")
    with core.session() as session:
        make_circuit(session)
    with core.session() as session:
        audit.seal(session, NOW)
        assert audit.verify(session).holds, "the database alone tells nothing"
    found = told(core, home)
    assert not found.holds
    assert f"Seal 1, kept in line 1 of {seals.file_of(home)}, is not in the database." in found.found


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update audit_seal set at = at + interval '1 second' where id = 2", "Seal 2 of the database is not the one"),
        ("update audit_seal set at = at + interval '1 second' where id = 2", "other: at."),
        ("update audit_seal set first_id = first_id - 1 where id = 2", "other: first_id."),
        ("update audit_seal set last_id = last_id + 100 where id = 3", "other: last_id."),
        ("update audit_seal set rows = 1000 where id = 1", "other: rows."),
        ("update audit_seal set sha256 = repeat('0', 64) where id = 1", "other: sha256."),
        ("delete from audit_seal where id = 2", "Seal 2, kept in line 2"),
        ("delete from audit_seal where id = 3", "Seal 3, kept in line 3"),
        (
            "insert into audit_seal overriding system value values (0, 0, 0, 1, 'x', now())",
            "Seal 0 of the database is missing before line 1",
        ),
    ],
)
def test_a_seal_altered_taken_or_added_in_the_database_is_named(
    core: Core, home: Home, path: Path, statement: str, said: str
) -> None:
    before = path.read_bytes()
    as_superuser(core, statement)
    found = told(core, home)
    assert (found.holds, bool(found.fix)) == (False, True)
    assert said in found.found
    assert path.read_bytes() == before


def test_numbers_a_database_left_out_after_a_crash_are_no_finding(core: Core, home: Home, path: Path) -> None:
    with core.session() as session:
        session.execute(text("alter table audit_seal alter column id restart with 36"))
    sealed(core)
    assert seals.export(core, home) == 1
    assert ids(path) == [1, 2, 3, 36]
    assert told(core, home).holds


# What was done to the file

Lines = list[bytes]


@pytest.mark.parametrize(
    ("rewrite", "said"),
    [
        (lambda x: x[1:], "Seal 1 of the database is missing before line 1"),
        (lambda x: [x[0], x[2]], "Seal 2 of the database is missing before line 2"),
        (lambda x: [x[0], x[2], x[1]], "Line 3 of {path}, seal 2, does not follow the line before it."),
        (lambda x: [x[0], x[1], x[1], x[2]], "Line 3 of {path}, seal 2, does not follow the line before it."),
        (lambda x: [x[0], x[1].replace(b"15:00:00", b"15:00:01"), x[2]], "line 2 of {path}; other: at."),
        (lambda x: [x[0], x[1].replace(b'"id": 2', b'"id": 3'), x[2]], "Line 3 of {path}, seal 3, does not follow"),
        (lambda x: [x[0], b"rubbish\n", x[1], x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], b"\n", x[1], x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], b"\xff\xfe\n", x[1], x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], b"[1, 2]\n", x[1], x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], b"[" * 100_000 + b"\n", x[1], x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], x[1].replace(b'"id": 2', b'"id": "2"'), x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], x[1].replace(b'"id": 2', b'"id": true'), x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], x[1].replace(b'"id": 2', b'"id": 2, "by": 1'), x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], x[1].replace(b'"id": 2, ', b""), x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [x[0], x[1].replace(b"+00:00", b""), x[2]], "Line 2 of {path} is no seal."),
        (lambda x: [*x, b"rubbish\n"], "Line 4 of {path} is no seal."),
        (lambda x: [*x, b'{"restored": {}}\n'], "Line 4 of {path} is no seal."),
        (lambda x: [*x, b'{"id": 9'], "The last line of {path} is cut short, and it does not begin the seal"),
        (lambda x: [*x, b"\0\0\0"], "The last line of {path} is cut short, and it does not begin the seal"),
    ],
)
def test_a_file_that_was_tampered_with_is_said_by_its_line_and_left_as_it_is(
    core: Core, home: Home, path: Path, rewrite: Callable[[Lines], Lines], said: str
) -> None:
    path.write_bytes(b"".join(rewrite(path.read_bytes().splitlines(keepends=True))))
    found = told(core, home)
    assert (found.holds, bool(found.fix)) == (False, True)
    assert said.format(path=path) in found.found
    before = path.read_bytes()
    sealed(core)
    with contextlib.suppress(seals.SealsNotKept):
        seals.export(core, home)
    assert path.read_bytes().startswith(before)
    assert not told(core, home).holds


def test_a_line_that_is_not_of_the_next_seal_stays_as_evidence(core: Core, home: Home, path: Path) -> None:
    half = path.read_bytes() + b'{"id": 4, "first_id": 1, '
    path.write_bytes(half)
    sealed(core)
    with pytest.raises(seals.SealsNotKept, match="cut short, and it does not begin the seal that is next"):
        seals.export(core, home)
    assert path.read_bytes() == half


def test_a_file_set_aside_is_begun_anew_with_every_seal(core: Core, home: Home, path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    path.rename(path.with_suffix(".aside"))
    assert seals.export(core, home) == 3
    assert told(core, home).holds


# Crashes, full disks, and two at once


@pytest.mark.parametrize("cut", [1, 20, 150])
def test_a_line_cut_short_by_a_crash_is_completed(core: Core, home: Home, path: Path, cut: int) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    found = told(core, home)
    assert found.holds
    assert "cut short by a crash; the worker completes it" in found.found
    assert seals.export(core, home) == 1
    assert path.read_bytes() == whole


def test_a_first_line_cut_short_is_completed(core: Core, home: Home, path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:30])
    assert seals.export(core, home) == 3
    assert path.read_bytes() == whole


def test_a_disk_that_is_full_loses_nothing(core: Core, home: Home, path: Path) -> None:
    before = path.read_bytes()
    sealed(core)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, most))
    try:
        with pytest.raises(seals.SealsNotKept, match=f"{path} cannot be written: file too large") as refused:
            seals.export(core, home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert "none is lost" in str(refused.value.fix)
    assert len(path.read_bytes()) == len(before) + 40
    assert seals.export(core, home) == 1
    assert ids(path) == [1, 2, 3, 4]
    assert path.read_bytes().startswith(before)
    assert told(core, home).holds


def test_two_workers_at_once_write_every_seal_once(core: Core, home: Home) -> None:
    for _ in range(5):
        sealed(core)
    workers = [threading.Thread(target=seals.export, args=(core, home)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ids(seals.file_of(home)) == [1, 2, 3, 4, 5]


KILLED = """
import os, signal, sys
from pathlib import Path
from netos_core.runtime import seals
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home
from netos_core.runtime.settings import Settings
seals.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
seals.export(Core(Settings(database_url=sys.argv[1])), Home(Path(sys.argv[2])))
"""


def test_a_worker_killed_before_the_disk_has_it_leaves_a_file_that_goes_on(core: Core, home: Home, path: Path) -> None:
    sealed(core)
    command = [sys.executable, "-c", KILLED, str(core.settings.database_url), str(home.path)]
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    sealed(core)
    assert seals.export(core, home) == 1
    assert ids(path) == [1, 2, 3, 4, 5]
    assert told(core, home).holds


@UNPRIVILEGED
def test_a_file_that_may_not_be_read_or_written_is_said(core: Core, home: Home, path: Path) -> None:
    path.chmod(0)
    assert f"{path} cannot be read: permission denied." in told(core, home).found
    with pytest.raises(seals.SealsNotKept, match="cannot be written: permission denied"):
        seals.export(core, home)


def test_what_is_no_file_is_said(core: Core, home: Home) -> None:
    seals.file_of(home).mkdir(parents=True)
    assert f"{seals.file_of(home)} cannot be read: is a directory." in told(core, home).found
    with pytest.raises(seals.SealsNotKept, match="cannot be written: is a directory"):
        seals.export(core, home)


def test_the_job_says_once_what_stops_it_and_goes_on_by_itself(
    core: Core, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "jobs.audit")
    worker = {"core": core, "home": home}
    seals.file_of(home).mkdir(parents=True)
    sealed(core)
    for _ in range(3):
        anyio.run(seal_job, worker)
    seals.file_of(home).rmdir()
    anyio.run(seal_job, worker)
    assert [record.message for record in caplog.records] == ["seals are not kept", "seals are kept again"]
    assert told(core, home).found.startswith("1 of 1 seals are kept")


def test_seals_that_wait_too_long_are_missed_where_a_worker_runs(core: Core, home: Home, path: Path) -> None:
    with core.session() as session:
        make_provider(session)
    with core.session() as session:
        audit.seal(session, utc_now() - 2 * KEPT_WITHIN)
    assert path.exists()
    assert told(core, home).holds
    found = told(core, home, worker_expected=True)
    assert not found.holds
    assert "3 of 4 seals" in found.found
    assert "1 wait since" in found.found
