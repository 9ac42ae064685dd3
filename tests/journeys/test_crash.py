"""Killed in the middle: after a restart an import is whole or not there at all, and its proposal can be approved."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
import pytest

from netos_core.access.model import Person
from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import ChangeView, Decide
from netos_core.demo.people import DANA, DEMO_PEOPLE, ELENA
from netos_core.imports.operations import propose_import, stage_import
from netos_core.imports.schemas import ImportView, ProposeImport, StageImport
from netos_core.kernel.context import Channel
from netos_core.kernel.db import new_id
from netos_core.runtime import embedded, migrate
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.standins.serving import free_port

pytestmark = pytest.mark.processes
REPOSITORY = Path(__file__).parents[2]
ROWS = 2_000
PATIENCE = 60.0
SHEET = "Circuit ID,Carrier,Service,Bandwidth,A Location,Z Location,MRC,Status,Term (months)\n" + "".join(
    f"CK/{n:06d}//X,Carrier {n % 9},Wave,10G,Site {n % 300},Site {n % 700},{n % 900 + 1}.50,active,36\n"
    for n in range(ROWS)
)
STAGE = """
import sys
from pathlib import Path
from netos_core.imports.operations import stage_import
from netos_core.imports.schemas import StageImport
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import load_settings
core = Core(load_settings())
content = Path(sys.argv[1]).read_bytes()
core.call(stage_import, StageImport(file_name="big.csv", content=content), core.principal(sys.argv[2]), Channel.AGENT)
"""
APPROVE = """
import sys
from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import Decide
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import load_settings
core = Core(load_settings())
core.call(approve_change, Decide(change_id=sys.argv[1], digest=sys.argv[2]), core.principal(sys.argv[3]), Channel.PAGE)
"""


def settled(url: str) -> Core:
    """Make a core on a new database with the demo people in it."""
    core = Core(Settings(database_url=url, demo=True, log_level="error"))
    with core.session() as session:
        for one in DEMO_PEOPLE:
            session.add(Person(id=new_id(), email=one.email, name=one.name, roles=[str(r) for r in one.roles]))
    return core


def stage(core: Core) -> ImportView:
    request = StageImport(file_name="big.csv", content=SHEET.encode())
    return core.call(stage_import, request, core.principal(DANA.email), Channel.AGENT)


def propose(core: Core, view: ImportView) -> ChangeView:
    return core.call(propose_import, ProposeImport(ref=view.ref), core.principal(DANA.email), Channel.AGENT)


def environment(url: str, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    return kept | {
        "PYTHONPATH": str(REPOSITORY), "NETOS_DATABASE_URL": url.replace("+psycopg", ""), "NETOS_HOME": str(home),
        "NETOS_REDIS_URL": "redis://127.0.0.1:9", "NETOS_DEMO": "true", "NETOS_LOG_LEVEL": "error",
    }  # fmt: skip


def child(program: str, url: str, home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=environment(url, home), stderr=subprocess.DEVNULL)


def connect(url: str) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@contextmanager
def stalled(url: str, table: str) -> Iterator[psycopg.Connection[tuple[int]]]:
    """Hold up everyone who writes a table, so that the kill comes in the middle of the transaction."""
    with psycopg.connect(url.replace("+psycopg", "")) as holder:
        holder.execute(f"lock table {table} in exclusive mode")
        yield holder


def wait_until_held_up(url: str, table: str) -> None:
    end = time.monotonic() + PATIENCE
    with connect(url) as watcher:
        while time.monotonic() < end:
            waiting = watcher.execute(
                "select count(*) from pg_locks l join pg_class c on c.oid = l.relation"
                " where c.relname = %s and not l.granted and l.database = "
                "(select oid from pg_database where datname = current_database())",
                [table],
            ).fetchone()
            if waiting and waiting[0]:
                return
            time.sleep(0.02)
    pytest.fail(f"nobody came to write {table}")


def wait_until_rolled_back(url: str) -> None:
    """Wait until the database has noticed that the killed process is gone."""
    others = "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null"
    end = time.monotonic() + PATIENCE
    while count(url, f"{others} and pid <> pg_backend_pid()"):
        assert time.monotonic() < end
        time.sleep(0.05)


def count(url: str, query: str) -> int:
    with connect(url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def nothing_of_it_is_there(url: str, change: ChangeView) -> None:
    for table in ("circuit", "termination", "site", "provider", "contract", "contract_circuit"):
        assert count(url, f"select count(*) from {table}") == 0, table
    assert count(url, "select count(*) from audit where action in ('create', 'approve')") == 0
    assert count(url, f"select count(*) from proposal where ref = '{change.change_id}' and status = 'open'") == 1
    assert count(url, "select count(*) from approval") == 0


def all_of_it_is_there(url: str, change: ChangeView) -> None:
    assert count(url, "select count(*) from circuit") == ROWS
    assert count(url, "select reltuples::int from pg_class where relname = 'circuit'") == ROWS, (
        "reads are planned for it"
    )
    assert count(url, "select count(*) from termination") == 2 * ROWS
    assert count(url, "select count(*) from contract_circuit where governs") == ROWS
    assert count(url, "select count(*) from audit where action = 'create'") == change.counts["create"]
    assert count(url, f"select count(*) from proposal where ref = '{change.change_id}' and status = 'committed'") == 1


class Web:
    """The real web server in a process of its own, and a browser that is signed in to it."""

    def __init__(self, url: str, home: Path, **settings: str) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "netos_mcp.app:app", "--port", str(port)],
            env=environment(url, home)
            | {f"NETOS_{name.upper()}": value for name, value in settings.items()}
            | {"NETOS_PORT": str(port)},
            stderr=subprocess.DEVNULL,
        )
        self.cookies = http.cookiejar.CookieJar()
        keeper = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(keeper, urllib.request.ProxyHandler({}))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.get("/sign-in")
            except OSError:
                time.sleep(0.05)
            else:
                break
        self.send("/sign-in", "/sign-in", person=ELENA.email, next="/")

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def form(self, page: str, **fields: str) -> bytes:
        token = re.search(r'name="csrf" value="([^"]+)"', self.get(page))
        assert token is not None
        return urllib.parse.urlencode({"csrf": token[1], **fields}).encode()

    def send(self, path: str, page: str, **fields: str) -> str:
        with self.opener.open(self.base + path, self.form(page, **fields), timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def test_the_web_server_is_killed_while_an_approved_import_is_written(fresh_db: str, tmp_path: Path) -> None:
    core = settled(fresh_db)
    change = propose(core, stage(core))
    page = f"/approvals/{change.change_id}"
    with Web(fresh_db, tmp_path) as web, stalled(fresh_db, "termination"):
        body = web.form(page, digest=change.digest)
        sending = child(_SEND, fresh_db, tmp_path, web.base + page + "/approve", body.decode(), web.cookie())
        wait_until_held_up(fresh_db, "termination")
        web.kill()
        assert sending.wait(timeout=PATIENCE) != 0, "whoever approved got no answer"
    wait_until_rolled_back(fresh_db)
    nothing_of_it_is_there(fresh_db, change)
    with Web(fresh_db, tmp_path) as web:
        assert "Waiting for approval" in web.get(page)
        web.send(f"{page}/approve", page, digest=change.digest)
        all_of_it_is_there(fresh_db, change)
    core.close()


_SEND = """
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"cookie": sys.argv[3]})
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
except OSError:
    sys.exit(1)
"""


def test_the_process_is_killed_while_it_stages_a_sheet(fresh_db: str, tmp_path: Path) -> None:
    core = settled(fresh_db)
    path = tmp_path / "big.csv"
    path.write_text(SHEET)
    with stalled(fresh_db, "import_row"):
        staging = child(STAGE, fresh_db, tmp_path, str(path), DANA.email)
        wait_until_held_up(fresh_db, "import_row")
        staging.kill()
        staging.wait()
    wait_until_rolled_back(fresh_db)
    assert count(fresh_db, "select count(*) from import_batch") == 0
    assert count(fresh_db, "select count(*) from import_row") == 0
    assert stage(core).counts["create"] == ROWS
    core.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder anyone may pass through: as root the database runs as another user."""
    path = Path(tempfile.mkdtemp(prefix="netos-t-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def test_the_database_is_killed_while_it_stages_and_while_it_writes(folder: Path) -> None:
    server = embedded.start(folder / "pg")
    try:
        url = embedded.ensure_database(server, "netos")
        migrate.upgrade(url)
        core = settled(url)
        path = folder / "big.csv"
        path.write_text(SHEET)
        server = _killed_meanwhile(server, url, "import_row", STAGE, folder, str(path), DANA.email)
        assert count(url, "select count(*) from import_batch") == 0
        core.close()
        core = Core(Settings(database_url=url, demo=True, log_level="error"))
        change = propose(core, stage(core))
        arguments = (change.change_id, change.digest, ELENA.email)
        server = _killed_meanwhile(server, url, "termination", APPROVE, folder, *arguments)
        nothing_of_it_is_there(url, change)
        core.close()
        core = Core(Settings(database_url=url, demo=True, log_level="error"))
        decided = Decide(change_id=change.change_id, digest=change.digest, comment=None)
        assert core.call(approve_change, decided, core.principal(ELENA.email), Channel.PAGE).status == "committed"
        all_of_it_is_there(url, change)
        core.close()
    finally:
        embedded.stop(server)


def _killed_meanwhile(
    server: embedded.Postgres, url: str, table: str, program: str, home: Path, *arguments: str
) -> embedded.Postgres:
    """Kill the database while a child of ours is held up in a table, and start it again."""
    holder = psycopg.connect(url.replace("+psycopg", ""))
    holder.execute(f"lock table {table} in exclusive mode")  # type: ignore[arg-type]
    work = child(program, url, home, *arguments)
    wait_until_held_up(url, table)
    server.process.kill()
    server.process.wait()
    assert work.wait(timeout=PATIENCE) != 0
    holder.close()
    return embedded.start(server.data)
