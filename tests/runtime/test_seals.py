"""The seals outside of the database: what an administrator of the database rewrites is found all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from netos_core.changes import audit
from netos_core.runtime import seals
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.settings import Settings
from tests.factories import NOW, make_circuit, make_provider


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def sealed(core: Core) -> None:
    with core.session() as session:
        make_provider(session)
    with core.session() as session:
        assert audit.seal(session, NOW) > 0


def other(core: Core, home: Home) -> int | None:
    with core.session() as session:
        return audit.rewritten(session, seals.exported(home) or ())


def test_every_seal_is_appended_once(core: Core, home: Home) -> None:
    assert seals.exported(home) is None
    sealed(core)
    assert (seals.export(core, home), seals.export(core, home)) == (1, 0)
    sealed(core)
    assert seals.export(core, home) == 1
    kept = seals.exported(home)
    assert kept is not None
    assert [seal.id for seal in kept] == [1, 2]
    assert seals.file_of(home).stat().st_mode & 0o777 == 0o600
    assert other(core, home) is None


def test_rows_and_seals_rewritten_together_are_found(core: Core, home: Home) -> None:
    sealed(core)
    seals.export(core, home)
    with core.session() as session:
        for table in ("audit", "audit_seal"):
            session.execute(text(f"alter table {table} disable trigger append_only"))
        session.execute(text("update audit set reason = 'nothing happened'"))
        session.execute(text("delete from audit_seal"))
    with core.session() as session:
        make_circuit(session)
    with core.session() as session:
        audit.seal(session, NOW)
        assert audit.verify(session).holds, "the database alone tells nothing"
    assert other(core, home) == 1


def test_a_line_cut_short_by_a_crash_is_written_again(core: Core, home: Home) -> None:
    sealed(core)
    seals.export(core, home)
    sealed(core)
    seals.export(core, home)
    path = seals.file_of(home)
    path.write_bytes(path.read_bytes()[:-20])
    assert seals.export(core, home) == 1
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [1, 2]
    assert other(core, home) is None
