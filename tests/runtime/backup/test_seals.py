"""The seals outside of the database, beside a restore."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import SearchAudit
from netos_core.kernel.clock import utc_now
from netos_core.runtime import seals
from netos_core.runtime.backup.take import Taken, take
from netos_core.runtime.calls import Core
from netos_core.runtime.health import Finding, findings
from netos_core.runtime.home import Home, Runtime, open_home
from netos_core.runtime.settings import Settings
from tests.factories import make_ctx, make_provider
from tests.runtime.backup.making import connect, has_no_tables, put_back


def about_seals(url: str, home: Home) -> Finding:
    runtime = Runtime(home=home.path, pid=1, started=utc_now(), database_url=url, redis_url="redis://127.0.0.1:9")
    told = findings(runtime, Settings(database_url=url), worker_expected=False, trail=True)
    return next(finding for finding in told if finding.check == "seals")


def seal_more(core: Core, home: Home, times: int = 1) -> None:
    for _ in range(times):
        with core.session() as session:
            make_provider(session)
        with core.session() as session:
            assert audit.seal(session, utc_now())
    seals.export(core, home)


def test_a_restore_into_a_new_home_is_told_where_seals_are_kept(backup: Taken, folder: Path, empty_db: str) -> None:
    home = open_home(folder / "new")
    put_back(backup.path, home.path, empty_db)
    assert "0 of 1 seals are kept" in about_seals(empty_db, home).found
    with contextlib.closing(Core(Settings(database_url=empty_db))) as core:
        seal_more(core, home)
    found = about_seals(empty_db, home)
    assert found.holds
    assert "2 of 2 seals are kept" in found.found
    assert "from netos.tar.gz, the backup of" in found.found
    assert "later seals" not in found.found


def test_an_older_backup_beside_newer_seals_is_told_as_what_it_is(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    seal_more(core, home)
    backup = take(core, home, folder / "old.tar.gz", utc_now())
    seal_more(core, home, 3)
    before = seals.file_of(home).read_bytes()
    done = put_back(backup.path, home.path, empty_db)
    assert done.later_seals == 3
    with contextlib.closing(Core(Settings(database_url=empty_db))) as restored:
        seal_more(restored, home)
        with restored.session() as session:
            entry = search_audit(make_ctx(session, Role.AUDITOR), SearchAudit(entity="installation", limit=1)).entries[
                0
            ]
        assert (entry.action, entry.ref) == ("restore", "old.tar.gz")
    found = about_seals(empty_db, home)
    assert found.holds, found
    assert "3 of 3 seals are kept" in found.found
    assert "from old.tar.gz, the backup of" in found.found
    assert "later seals, which it does not have, stay in the file: 3." in found.found
    assert seals.file_of(home).read_bytes().startswith(before)


def test_what_is_rewritten_after_a_restore_is_found_all_the_same(backup: Taken, folder: Path, empty_db: str) -> None:
    home = open_home(folder / "new")
    put_back(backup.path, home.path, empty_db)
    with contextlib.closing(Core(Settings(database_url=empty_db))) as core:
        seal_more(core, home)
    with connect(empty_db) as connection:
        connection.execute("alter table audit_seal disable trigger append_only")
        connection.execute("update audit_seal set at = at - interval '1 day' where id = 1")
    assert not about_seals(empty_db, home).holds


def test_a_line_cut_short_before_a_restore_is_quoted_and_stays(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    backup = take(core, home, folder / "old.tar.gz", utc_now())
    seal_more(core, home, 2)
    path = seals.file_of(home)
    half = path.read_bytes()[:-30]
    path.write_bytes(half)
    put_back(backup.path, home.path, empty_db)
    with contextlib.closing(Core(Settings(database_url=empty_db))) as restored:
        seal_more(restored, home)
    assert path.read_bytes().startswith(half + b"\n")
    assert about_seals(empty_db, home).holds


@pytest.mark.parametrize("content", ["rubbish\n", None])
def test_nothing_is_restored_beside_seals_that_contradict_it(
    core: Core, home: Home, backup: Taken, folder: Path, empty_db: str, content: str | None
) -> None:
    seal_more(core, home)
    target = open_home(folder / "new")
    kept = target.folder("audit") / seals.FILE
    kept.write_text(content or seals.file_of(home).read_text().replace('"rows": ', '"rows": 1'))
    before = kept.read_bytes()
    with pytest.raises(seals.SealsOfAnotherTrail, match=r"is no seal|is not the one in line 1") as refused:
        put_back(backup.path, target.path, empty_db)
    assert "move that file elsewhere and keep it" in str(refused.value.fix)
    assert has_no_tables(empty_db)
    assert kept.read_bytes() == before
    assert [p for p in (target.path / "documents").rglob("*") if p.is_file()] == []
    kept.rename(folder / "aside.jsonl")
    put_back(backup.path, target.path, empty_db)
    assert about_seals(empty_db, target).holds
