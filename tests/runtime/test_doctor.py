"""`netos doctor`: it says what is wrong with its fix, and nothing where nothing is."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import text, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from netos_core.access.rules import RIGHTS, Role
from netos_core.changes import audit
from netos_core.finance import records
from netos_core.finance.model import MoneyTouch
from netos_core.kernel.clock import utc_now
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import tell
from netos_core.runtime import valkey
from netos_core.runtime.backup.take import take
from netos_core.runtime.calls import Core
from netos_core.runtime.health import WORKER_KEY
from netos_core.runtime.home import Home
from netos_core.runtime.settings import Settings, load_settings
from netos_core.work import records as work
from netos_core.work.rules import STRANDED_AFTER
from netos_mcp import probes
from netos_mcp.cli import main
from tests.core.notices.outbox import DECIDED
from tests.factories import make_circuit, make_contract, make_ctx, make_person, make_provider
from tests.standins import availability
from tests.standins.serving import served

pytestmark = pytest.mark.processes
Doctor = Callable[..., tuple[int, dict[str, Any]]]
CHECKER = "Availability checker"


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="netos-d-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


@pytest.fixture
def doctor(
    core: Core, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Doctor]:
    """Call the doctor on external services with a worker that reports; returns exit code and what it said."""
    server = valkey.start(home / "valkey")
    monkeypatch.setenv("NETOS_DATABASE_URL", str(core.settings.database_url))
    monkeypatch.setenv("NETOS_REDIS_URL", server.url)
    with Redis.from_url(server.url) as queue:
        queue.set(WORKER_KEY, "alive")

    def call(*options: str) -> tuple[int, dict[str, Any]]:
        code = main(["doctor", "--json", "--home", str(home), *options])
        told = json.loads(capsys.readouterr().out)
        found = {one["check"]: one for one in told.get("findings", ())}
        asked = {one["system"]: one for one in told.get("integrations", ())}
        return code, found | asked | {"settings": told.get("settings")}

    yield call
    valkey.stop(server)


def test_a_sound_installation_is_called_sound(core: Core, doctor: Doctor, home: Path) -> None:
    with core.session() as session:
        make_contract(session, term_start_date="2026-01-01", term_months=36, notice_count=60, notice_unit="days")
    with core.session() as session:
        audit.seal(session, utc_now())
    take(core, Home(home), home / "netos.tar.gz", utc_now())
    code, found = doctor("--audit")
    assert code == 0, found
    assert set(found) == {
        "home", "keys", "places", "queue", "worker", "database", "models", "outbox", "jobs", "deadlines", "months",
        "people", "systems", "backup", "audit", "seals", "settings",
    }  # fmt: skip
    assert "exec" in found["people"]["found"]
    assert (found["settings"]["database_url"], found["settings"]["redis_url"]) == ("set", "set")


def test_months_that_fall_behind_are_called_so(core: Core, doctor: Doctor) -> None:
    with core.itself() as ctx:
        records.refresh(ctx)
        make_circuit(ctx.session, mrc="10.00")
    code, found = doctor()
    assert "2 open months are kept as worked out at" in found["months"]["found"]
    assert found["months"]["holds"], code
    with core.session() as session:
        session.execute(update(MoneyTouch).values(at=utc_now() - timedelta(hours=2)))
    code, found = doctor()
    assert (code, found["months"]["holds"]) == (1, False)
    assert found["months"]["fix"]


def broken(found: dict[str, Any]) -> set[str]:
    assert all(f["fix"] for name, f in found.items() if name != "settings" and not f["holds"])
    return {name for name, f in found.items() if name != "settings" and not f["holds"]}


def test_what_is_wrong_is_said_with_its_fix(core: Core, doctor: Doctor) -> None:
    with core.session() as session:
        ref = make_contract(session, term_start_date="2026-01-01", term_months=36, notice_count=60, notice_unit="days",
                            end_of_term="auto_renew")  # fmt: skip
        ctx = make_ctx(session, Role.ADMIN)
        tell(ctx, DECIDED, [make_person(session, Role.ADMIN)])
        session.execute(update(OutboxMessage).where(OutboxMessage.kind == "decided").values(state="dead"))
        job = work.enqueue(ctx, "verify_trail", {})
        work.claim(session, job.id, utc_now() - 2 * STRANDED_AFTER)
        session.execute(text("update contract set act_by = act_by + 1 where ref = :ref"), {"ref": ref})
        session.execute(text("alter table site drop column clli cascade"))
        audit.seal(session, utc_now())
        session.execute(text("alter table audit disable trigger append_only"))
        session.execute(text("delete from audit where id = 1"))
    code, found = doctor("--audit")
    assert code == 1
    assert broken(found) == {"models", "outbox", "jobs", "deadlines", "backup", "audit"}
    assert ref in found["deadlines"]["found"]
    assert "Seal 1 does not match" in found["audit"]["found"]


def test_a_worker_that_is_silent_is_missed(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    with Redis.from_url(f"unix://{home / 'valkey' / 'valkey.sock'}") as queue:
        queue.flushall()
    assert broken(doctor()[1]) == {"worker"}
    monkeypatch.setenv("NETOS_REDIS_URL", f"unix://{home / 'nobody.sock'}")
    assert broken(doctor()[1]) == {"queue"}


def test_a_database_that_is_away_or_behind_is_said(core: Core, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with core.session() as session:
        session.execute(text("update alembic_version set version_num = '0000'"))
    code, found = doctor()
    assert (code, broken(found)) == (1, {"database"})
    assert found["database"]["fix"] == "Run `netos migrate`."
    monkeypatch.setenv("NETOS_DATABASE_URL", "postgresql://netos@127.0.0.1:1/netos")
    assert broken(doctor()[1]) == {"database"}


def test_the_page_reads_in_a_terminal(doctor: Doctor, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--home", str(home)]) == 0
    page = capsys.readouterr().out
    assert page.startswith("ok      home")
    assert "NETOS_TIMEZONE" in page


def test_a_checker_that_refuses_us_degrades_and_takes_nothing_down(
    core: Core, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(availability.make_app()) as checker:
        monkeypatch.setenv("NETOS_AVAILABILITY_URL", checker.url)
        monkeypatch.setenv("NETOS_AVAILABILITY_TOKEN", "expired")
        code, told = doctor("--integrations")
        assert (code, told[CHECKER]["holds"]) == (1, False)
        assert told[CHECKER]["fix"] == "Correct NETOS_AVAILABILITY_TOKEN."
        degraded = [{"system": CHECKER, "state": "credentials_invalid", "setting": "NETOS_AVAILABILITY_TOKEN"}]
        assert ready() == (200, degraded)
        monkeypatch.setenv("NETOS_AVAILABILITY_TOKEN", availability.TOKEN)
        _, told = doctor("--integrations")
        assert told[CHECKER]["holds"]
        assert ready() == (200, [])
        monkeypatch.setenv("NETOS_AVAILABILITY_TOKEN", "expired again")
        doctor("--integrations")
        assert ready()[1] == degraded
        monkeypatch.delenv("NETOS_AVAILABILITY_URL")
        assert ready() == (200, []), "who no longer asks it is not degraded by it"


def ready() -> tuple[int, list[dict[str, str | None]]]:
    """Ask a fresh web process whether it is ready, and what degrades it."""
    core = Core(load_settings())
    answer = TestClient(Starlette(routes=probes.routes(core))).get("/readyz")
    core.close()
    return answer.status_code, answer.json()["degraded"]


def test_the_rights_are_printed_without_any_service(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--rights"]) == 0
    assert set(json.loads(capsys.readouterr().out)["roles"]) == set(RIGHTS)


def test_sample_data_is_loaded_and_removed_from_the_command_line(
    core: Core, doctor: Doctor, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def demo(action: str) -> str:
        assert main(["demo", action, "--home", str(home)]) == 0
        return capsys.readouterr().out

    assert demo("remove") == "There is no sample data to remove.\n"
    assert demo("load").startswith("Loaded ")
    assert demo("load") == "The sample data is loaded already.\n"
    assert doctor("--audit")[0] == 0
    with core.session() as session:
        make_provider(session, successor="Zayo")
    told = demo("remove")
    assert told.startswith("Retired ")
    assert "1 stay because something real needs them:" in told
    assert "a provider refers to it" in told
