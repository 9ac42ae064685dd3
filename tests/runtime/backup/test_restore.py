"""Everything comes back: records, numbers, the trail, documents, from one moment and from older releases."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import psycopg
import pytest

from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import SearchAudit
from netos_core.demo.people import DANA
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.runtime import migrate
from netos_core.runtime.backup import files
from netos_core.runtime.backup.files import TargetHoldsData
from netos_core.runtime.backup.take import Taken, take
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home
from netos_core.runtime.settings import Settings
from netos_core.search.operations import search
from netos_core.search.schemas import Search
from netos_core.tables import metadata
from tests.database import TestServer
from tests.factories import index_everything, make_ctx, make_provider
from tests.runtime.backup.making import (
    PATIENCE,
    connect,
    content,
    everything,
    marked,
    put_back,
    stalled,
    url_of,
    wait_until_held_up,
    without,
)


def test_everything_comes_back_as_it_was(core: Core, home: Home, folder: Path, empty_db: str) -> None:
    before = everything(url_of(core))
    backup = take(core, home, folder / "netos.tar.gz", utc_now())
    done = put_back(backup.path, folder / "new", empty_db)
    after = everything(empty_db)
    assert sum(map(len, before.values())) == backup.manifest.rows
    assert after.pop("written") != before.pop("written")  # no answer that was kept before is shown after
    assert without(after, "restore") == marked(before)
    assert (done.left_out, done.revision) == ((), migrate.head())
    assert done.trail.holds
    assert done.trail.seals == 1
    assert content(folder / "new") == content(home.path)
    assert "documents/elsewhere" not in content(folder / "new")
    assert not (folder / "new" / "outbox" / ".half.new").exists()
    assert not (folder / "new" / files.STAGED).exists()
    assert migrate.differences(empty_db) == []


def test_new_records_take_the_next_numbers_after_a_restore(core: Core, home: Home, folder: Path, empty_db: str) -> None:
    put_back(take(core, home, folder / "netos.tar.gz", utc_now()).path, folder / "new", empty_db)
    for name in metadata.tables["audit"].metadata._sequences:
        with connect(url_of(core)) as source, connect(empty_db) as restored:
            query = f"select nextval('{name}')"
            assert restored.execute(query).fetchone() == source.execute(query).fetchone(), name


def test_search_and_the_write_path_work_on_what_was_restored(backup: Taken, folder: Path, empty_db: str) -> None:
    put_back(backup.path, folder / "new", empty_db)
    core = Core(Settings(database_url=empty_db))
    with contextlib.closing(core):
        index_everything(core)
        found = core.call(search, Search(query="lumen"), core.principal(DANA.email), Channel.AGENT)
        assert found.total > 0
        with core.session() as session:
            assert make_provider(session).startswith("PRV-")


def test_the_trail_stays_append_only_and_tells_of_backup_and_restore(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    put_back(take(core, home, folder / "netos.tar.gz", utc_now()).path, folder / "new", empty_db)
    with connect(empty_db) as connection:
        for statement in ("update audit set ref = ''", "delete from audit_seal", "truncate approval"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(statement)
    restored = Core(Settings(database_url=empty_db))
    with contextlib.closing(restored):
        for one, action in ((core, "backup"), (restored, "restore")):
            with one.session() as session:
                auditor = make_ctx(session, Role.AUDITOR)
                entry = search_audit(auditor, SearchAudit(entity="installation", limit=5)).entries[0]
            assert (entry.action, entry.ref, entry.person) == (action, "netos.tar.gz", "NetOS")
        with restored.session() as session:
            audit.seal(session, utc_now())
            assert audit.verify(session).holds


def test_a_backup_is_of_one_moment_whatever_is_committed_meanwhile(
    core: Core, database_server: TestServer, home: Home, folder: Path, empty_db: str
) -> None:
    """The provider is read before the circuits, the terminations after: between them both change together."""
    url = url_of(core)
    taken: list[Taken] = []
    taking = threading.Thread(target=lambda: taken.append(take(core, home, folder / "netos.tar.gz", utc_now())))
    with stalled(url, "circuit", mode="access exclusive"):
        taking.start()
        wait_until_held_up(url, "circuit")
        with connect(url) as writer, writer.transaction():
            writer.execute("update provider set version = version + 100")
            writer.execute("update termination set version = version + 100")
    taking.join(PATIENCE)
    assert taken
    put_back(taken[0].path, folder / "new", empty_db)
    with connect(empty_db) as connection:
        for table in ("provider", "termination"):
            assert connection.execute(f"select count(*) from {table} where version > 100").fetchone() == (0,)
    with connect(url) as connection:
        assert connection.execute("select count(*) from provider where version > 100").fetchone() != (0,)


@pytest.mark.parametrize("target", ["empty", "migrated"])
def test_a_backup_of_the_first_release_reaches_todays_schema_with_its_data(
    core: Core, database_server: TestServer, home: Home, folder: Path, empty_db: str, target: str
) -> None:
    url = url_of(core)
    migrate.downgrade(url, "0001")
    with connect(url) as connection:
        columns = "id, ref, provider_id, mrc, search_text"
        before = connection.execute(f"select {columns} from circuit order by id").fetchall()
    backup = take(core, home, folder / "old.tar.gz", utc_now())
    assert (backup.manifest.revision, backup.recorded) == ("0001", False)
    if target == "migrated":
        migrate.upgrade(empty_db)
    done = put_back(backup.path, folder / "new", empty_db)
    assert done.manifest.revision == "0001"
    assert migrate.current(empty_db) == done.revision == migrate.head()
    assert migrate.differences(empty_db) == []
    assert done.trail.holds
    with connect(empty_db) as connection:
        assert connection.execute(f"select {columns} from circuit order by id").fetchall() == before
        assert len(before) > 50


def test_rows_that_only_a_migration_put_there_do_not_fill_a_target(
    backup: Taken, folder: Path, database_server: TestServer
) -> None:
    """No migration inserts rows yet, so one row more than it put there is already somebody's."""
    with database_server.clone() as url:
        with connect(url) as connection:
            connection.execute(
                "insert into outbox (id, delivery_key, kind, channel, recipient, title, payload)"
                " values (gen_random_uuid(), 'k', 'decided', 'mail', 'a', 't', '{}')"
            )
        with pytest.raises(TargetHoldsData, match="1 rows in outbox"):
            put_back(backup.path, folder / "new", url)
        with connect(url) as connection:
            assert connection.execute("select delivery_key from outbox").fetchall() == [("k",)]
            connection.execute("truncate outbox")
        assert put_back(backup.path, folder / "new", url).manifest.rows == backup.manifest.rows


def test_a_table_that_is_none_of_ours_is_named_and_left_out(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    with connect(url_of(core)) as connection:
        connection.execute("create table scratch as select 1 as x")
        connection.execute("create sequence scratch_number")
    backup = take(core, home, folder / "netos.tar.gz", utc_now())
    assert put_back(backup.path, folder / "new", empty_db).left_out == ("scratch", "scratch_number")
