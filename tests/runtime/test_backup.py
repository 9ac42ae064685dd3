"""Backup and restore: everything comes back, a bad file changes nothing, and half a restore is none."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from netos_core.access.model import Person
from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import SearchAudit
from netos_core.demo.load import load
from netos_core.demo.people import DANA
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Invalid, NetosError, Unavailable
from netos_core.runtime import embedded, migrate, seals
from netos_core.runtime.backup import archive, files
from netos_core.runtime.backup.archive import BackupDamaged, BackupRefused
from netos_core.runtime.backup.files import TargetHoldsData
from netos_core.runtime.backup.restore import Restored, restore
from netos_core.runtime.backup.take import BackupFileExists, Taken, take
from netos_core.runtime.calls import Core
from netos_core.runtime.health import Finding, findings
from netos_core.runtime.home import Home, HomeBusy, Runtime, hold, open_home
from netos_core.runtime.settings import Settings
from netos_core.search.operations import search
from netos_core.search.schemas import Search
from netos_core.tables import metadata
from netos_core.work import records as work
from netos_mcp.cli import main
from tests.database import TestServer
from tests.factories import index_everything, make_ctx, make_provider

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0
AWKWARD = "Tab\there, a \\. and a\nnew line; naïve €"
SECRET = "ab" * 32
_numbers = count()

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def empty_db(database_server: TestServer) -> Iterator[str]:
    """A database without a single table."""
    name = f"empty_{next(_numbers)}"
    database_server.execute(f"create database {name}")
    yield database_server.postgres.url(name)
    database_server.execute(f"drop database {name} with (force)")


def filled(url: str) -> Core:
    """Load the sample data, sealed, with text that is hard to quote and a value larger than a piece of a table."""
    core = Core(Settings(database_url=url))
    load(core)
    with core.session() as session:
        session.add(Person(id=new_id(), email="awkward@isp.example", name=AWKWARD, roles=[]))
        session.flush()
        work.enqueue(make_ctx(session, Role.ADMIN), "verify_trail", {"text": "é\\\t" * 1_500_000})
        work.itself(session)
    with core.session() as session:
        assert audit.seal(session, utc_now())
    return core


def furnished(path: Path) -> Home:
    """Make a home with keys, documents and a mail, and with what a backup leaves alone."""
    home = open_home(path)
    home.key_file.write_text(SECRET)
    home.key_file.chmod(0o600)
    shelf = home.folder("documents") / "ab"
    shelf.mkdir(mode=0o700)
    (shelf / "order.pdf").write_bytes(os.urandom(700_000))
    (shelf / "order.pdf").chmod(0o640)
    (shelf / "empty.txt").touch(0o600)
    (home.path / "documents" / ("Vertrag März " + "x" * 150 + ".pdf")).write_bytes(b"long name")
    (home.folder("outbox") / "renewal+7.eml").write_bytes(b"Subject: act\r\n\r\n")
    (home.path / "outbox" / ".half.new").write_bytes(b"not whole yet")
    (home.path / "documents" / "elsewhere").symlink_to("/etc/hostname")
    home.log("web").write_text("not kept")
    return home


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = filled(fresh_db)
    yield core
    core.close()


@pytest.fixture
def home(folder: Path) -> Home:
    return furnished(folder / "home")


@pytest.fixture(scope="module")
def backup(database_server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """A backup whose source is gone."""
    place = tmp_path_factory.mktemp("backup")
    with database_server.clone() as url, contextlib.closing(filled(url)) as core:
        return take(core, furnished(place / "home"), place / "netos.tar.gz", utc_now())


def url_of(core: Core) -> str:
    return str(core.settings.database_url)


def connect(url: str, user: str = "netos") -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("+psycopg", "").replace("//netos@", f"//{user}@"), autocommit=True)


def everything(url: str) -> Rows:
    """Read every row of every table, generated columns too."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def without(rows: Rows, action: str) -> Rows:
    """Leave out of the trail what the backup or restore itself wrote."""
    at = [c.name for c in metadata.tables["audit"].columns].index("action")
    return rows | {"audit": [row for row in rows["audit"] if row[at] != action]}


def has_no_tables(url: str) -> bool:
    with connect(url) as connection:
        found = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    return found == (0,)


def put_back(path: Path, home: Path, url: str) -> Restored:
    return restore(path, open_home(home), Settings(database_url=url), utc_now())


def content(home: Path) -> dict[str, tuple[bytes, int]]:
    """Read what a backup keeps of a home: bytes and modes."""
    tops = (home / "keys", home / "documents", home / "outbox")
    paths = [p for top in tops for p in (top, *top.rglob("*")) if p.is_file() and not p.is_symlink()]
    kept = [p for p in paths if not p.name.startswith(".")]
    return {str(p.relative_to(home)): (p.read_bytes(), stat.S_IMODE(p.stat().st_mode)) for p in kept}


# Everything comes back


def test_everything_comes_back_as_it_was(core: Core, home: Home, folder: Path, empty_db: str) -> None:
    before = everything(url_of(core))
    backup = take(core, home, folder / "netos.tar.gz", utc_now())
    done = put_back(backup.path, folder / "new", empty_db)
    after = everything(empty_db)
    assert without(after, "restore") == before
    assert sum(map(len, before.values())) == backup.manifest.rows
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
                "insert into outbox (id, delivery_key, channel, recipient, payload, state, tries, created_at,"
                " next_try_at) values (gen_random_uuid(), 'k', 'mail', 'a', '{}', 'waiting', 0, now(), now())"
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


# What is refused


def test_a_database_with_data_stays_as_it_is(core: Core, backup: Taken, folder: Path) -> None:
    before = everything(url_of(core))
    core.engine.dispose()
    with pytest.raises(TargetHoldsData, match="not empty"):
        put_back(backup.path, folder / "new", url_of(core))
    assert everything(url_of(core)) == before
    assert content(folder / "new") == {}


def test_a_home_with_keys_or_documents_of_its_own_is_refused(backup: Taken, folder: Path, empty_db: str) -> None:
    new = open_home(folder / "new")
    new.key_file.write_text("cd" * 32)
    with pytest.raises(TargetHoldsData, match="keys of its own"):
        put_back(backup.path, new.path, empty_db)
    assert new.key_file.read_text() == "cd" * 32
    new.key_file.unlink()
    (new.folder("documents") / "other.pdf").write_bytes(b"mine")
    with pytest.raises(TargetHoldsData, match="documents"):
        put_back(backup.path, new.path, empty_db)
    assert has_no_tables(empty_db)


def test_a_home_that_holds_the_same_files_already_is_fine(backup: Taken, folder: Path, empty_db: str) -> None:
    home = folder / "new"
    shutil.copytree(backup.path.with_name("home"), home, symlinks=True)
    before = content(home)
    put_back(backup.path, home, empty_db)
    assert content(home) == before


def test_nothing_is_restored_where_netos_runs(backup: Taken, folder: Path, empty_db: str) -> None:
    new = open_home(folder / "new")
    with hold(new), pytest.raises(HomeBusy, match="uses"):
        put_back(backup.path, new.path, empty_db)
    with connect(empty_db), pytest.raises(HomeBusy, match="1 connections"):
        put_back(backup.path, new.path, empty_db)
    assert has_no_tables(empty_db)


def test_a_home_that_cannot_take_the_files_gets_none_and_the_database_no_rows(
    backup: Taken, folder: Path, empty_db: str
) -> None:
    new = open_home(folder / "new").path
    (new / "documents").write_text("in the way")
    with pytest.raises(Unavailable, match=r"Nothing was restored, because of .*documents"):
        put_back(backup.path, new, empty_db)
    assert has_no_tables(empty_db)
    assert not (new / "keys").exists()
    assert not (new / files.STAGED).exists()


def test_a_database_that_does_not_answer_is_named(backup: Taken, folder: Path) -> None:
    with pytest.raises(migrate.DatabaseUnavailable):
        put_back(backup.path, folder / "new", "postgresql+psycopg://netos@127.0.0.1:1/netos")
    assert content(folder / "new") == {}


Members = list[tuple[tarfile.TarInfo, bytes]]


def unpacked(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]


def packed(path: Path, members: Members) -> Path:
    """Write a backup anew, with whatever members somebody thought of."""
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for member, body in members:
            if member.isreg():
                member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return path


def with_manifest(members: Members, change: Callable[[dict[str, Any]], object]) -> Members:
    *others, (member, body) = members
    manifest = json.loads(body)
    change(manifest)
    return [*others, (member, json.dumps(manifest).encode())]


def refused(path: Path, folder: Path, url: str, kind: type[NetosError], told: str) -> None:
    with pytest.raises(kind, match=told):
        put_back(path, folder / "new", url)
    assert has_no_tables(url)
    assert content(folder / "new") == {}


def test_what_is_no_backup_is_called_so(folder: Path, empty_db: str) -> None:
    for body in (b"", b"PK\3\4", gzip.compress(b"hello"), gzip.compress(b"\0" * 10240), os.urandom(5000)):
        path = folder / "file"
        path.write_bytes(body)
        refused(path, folder, empty_db, BackupRefused, "no NetOS backup")
    refused(folder / "none", folder, empty_db, Invalid, "no such file")


def test_a_newer_format_or_schema_asks_for_the_newer_program(backup: Taken, folder: Path, empty_db: str) -> None:
    members = unpacked(backup.path)
    newer = [(members[0][0], b"NetOS backup, format 2\n"), *members[1:]]
    refused(packed(folder / "a", newer), folder, empty_db, BackupRefused, "has format 2")
    changed = with_manifest(members, lambda m: m.update(revision="9999"))
    refused(packed(folder / "b", changed), folder, empty_db, BackupRefused, "revision 9999 is of a newer NetOS")


def test_any_damage_is_found_before_anything_is_written(backup: Taken, folder: Path, empty_db: str) -> None:
    whole = backup.path.read_bytes()
    path = folder / "damaged"
    for cut in (len(whole) // 2, len(whole) - 1, len(whole) - 9):
        path.write_bytes(whole[:cut])
        refused(path, folder, empty_db, BackupDamaged, "damaged or cut off|not whole")
    for place in (len(whole) // 3, len(whole) // 2, len(whole) - 6):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(path, folder, empty_db, BackupDamaged, "damaged")
    path.write_bytes(whole + gzip.compress(b"more"))
    refused(path, folder, empty_db, BackupDamaged, "goes on after the end")


def test_contents_that_differ_from_the_list_are_refused(backup: Taken, folder: Path, empty_db: str) -> None:
    def changed(members: Members) -> Path:
        return packed(folder / "changed", members)

    members = unpacked(backup.path)
    at = next(n for n, (m, _) in enumerate(members) if m.name == "tables/circuit/00001.copy")
    circuits, body = members[at]
    altered = [*members[:at], (circuits, body.replace(b"active", b"planned", 1)), *members[at + 1 :]]
    refused(changed(altered), folder, empty_db, BackupDamaged, "tables/circuit is not as it was written")
    refused(changed(members[:at] + members[at + 1 :]), folder, empty_db, BackupDamaged, "tables/circuit is not")
    refused(changed(members[:-1]), folder, empty_db, BackupDamaged, "ends early")
    refused(changed([*members, members[at]]), folder, empty_db, BackupDamaged, "never in a backup")
    for one, told in (
        (lambda m: m["files"].pop("keys"), "more than its list"),
        (lambda m: m["tables"].update(circuit="?"), "cannot be read"),
        (lambda m: m["tables"]["circuit"].update(rows=1), "tables/circuit is not"),
        (lambda m: m.update(extra=1), "cannot be read"),
    ):
        refused(changed(with_manifest(members, one)), folder, empty_db, BackupDamaged, told)
    missing = with_manifest(members, lambda m: m["tables"]["circuit"]["columns"].pop())
    refused(changed(missing), folder, empty_db, BackupRefused, "other columns")


def test_rows_that_do_not_fit_leave_the_target_empty(backup: Taken, folder: Path, empty_db: str) -> None:
    """The checksums agree, yet what the terminations refer to is gone: found half-way through the load."""
    empty = {"rows": 0, "bytes": 0, "sha256": archive.Tally().hasher.hexdigest()}
    members = [m for m in unpacked(backup.path) if not m[0].name.startswith("tables/circuit/")]
    members = with_manifest(members, lambda m: m["tables"]["circuit"].update(empty))
    refused(packed(folder / "x", members), folder, empty_db, BackupDamaged, "does not fit its own schema")


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    for field, value in more.items():
        setattr(made, field, value)
    return made


@pytest.mark.parametrize(
    "evil",
    [
        member("files/../../escape"),
        member("/files/absolute"),
        member("files/documents/../../x"),
        member("files/documents//x"),
        member("elsewhere/x"),
        member("tables/../x/00001.copy"),
        member("files/documents/link", tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("files/documents/hard", tarfile.LNKTYPE, linkname="files/keys"),
        member("files/documents/device", tarfile.CHRTYPE, devmajor=1, devminor=5),
        member("files/documents/pipe", tarfile.FIFOTYPE),
        member("files/documents/folder", tarfile.DIRTYPE),
        member("files/documents/x", pax_headers={"GNU.sparse.size": "99999999999", "GNU.sparse.map": "0,1"}),
        member("files/documents/x", pax_headers={"comment": "x" * 2_000_000}),
    ],
    ids=lambda m: f"{m.name}-{m.type.decode()}-{len(m.pax_headers)}",
)
def test_what_is_never_in_a_backup_is_refused(folder: Path, evil: tarfile.TarInfo) -> None:
    mark = (member("netos-backup"), b"NetOS backup, format 1\n")
    path = packed(folder / "evil", [mark, (evil, b""), (member("manifest.json"), b"{}")])
    with path.open("rb") as file, pytest.raises(BackupDamaged, match="never in a backup"):
        archive.Archive(file).survey()


def test_a_file_outside_the_kept_folders_is_refused_even_if_it_is_listed(
    backup: Taken, folder: Path, empty_db: str
) -> None:
    first, *others = unpacked(backup.path)
    told = {"mode": 0o600, "bytes": 0, "sha256": archive.Tally().hasher.hexdigest()}
    listed = with_manifest(others, lambda m: m["files"].update({"runtime.json": told}))
    path = packed(folder / "x", [first, (member("files/runtime.json"), b""), *listed])
    refused(path, folder, empty_db, BackupDamaged, "a file that is never in one")


def test_a_false_size_costs_nothing(backup: Taken, folder: Path, empty_db: str) -> None:
    """A header promises terabytes: it is refused as it is read, and not believed."""
    (mark, body), *_ = unpacked(backup.path)
    for name, size in (("tables/circuit/00001.copy", 1 << 40), ("files/keys", 1 << 43), ("manifest.json", 1 << 36)):
        huge = member(name, size=size).tobuf(tarfile.GNU_FORMAT)
        raw = mark.tobuf() + body.ljust(512, b"\0") + huge + b"\0" * 4096
        path = folder / "huge"
        path.write_bytes(gzip.compress(raw))
        refused(path, folder, empty_db, BackupDamaged, "never in a backup")


# The file itself


def test_a_backup_is_private_and_never_overwrites_anything_else(core: Core, home: Home, folder: Path) -> None:
    path = folder / "netos.tar.gz"
    first = take(core, home, path, utc_now())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (first.bytes, first.path) == (path.stat().st_size, path)
    with pytest.raises(BackupFileExists, match="exists already"):
        take(core, home, path, utc_now())
    second = take(core, home, path, utc_now(), replace=True)
    assert second.sha256 != first.sha256
    path.write_text("a diary")
    with pytest.raises(BackupFileExists, match="is no NetOS backup"):
        take(core, home, path, utc_now(), replace=True)
    assert path.read_text() == "a diary"
    assert sorted(p.name for p in folder.iterdir()) == ["home", "netos.tar.gz"]


def test_a_place_that_cannot_be_written_is_named(core: Core, home: Home, folder: Path) -> None:
    for place in (folder, folder / "no" / "such", home.path / "documents" / "x"):
        with pytest.raises(Invalid):
            take(core, home, place, utc_now())
    with pytest.raises(Unavailable, match="because of"):
        take(core, home, Path("/proc/x"), utc_now())


def test_a_database_without_our_tables_has_nothing_to_back_up(home: Home, folder: Path, empty_db: str) -> None:
    core = Core(Settings(database_url=empty_db))
    with contextlib.closing(core), pytest.raises(Invalid, match="holds nothing of NetOS"):
        take(core, home, folder / "x", utc_now())
    assert not (folder / "x").exists()


def test_a_backup_that_fails_leaves_no_file(core: Core, database_server: TestServer, home: Home, folder: Path) -> None:
    url = url_of(core)
    failed: list[BaseException] = []

    def taking() -> None:
        try:
            take(core, home, folder / "netos.tar.gz", utc_now())
        except NetosError as told:
            failed.append(told)

    thread = threading.Thread(target=taking)
    with stalled(url, "circuit", mode="access exclusive"):
        thread.start()
        wait_until_held_up(url, "circuit")
        with connect(url) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'copy%%' and pid <> pg_backend_pid()"
            )
        thread.join(PATIENCE)
    assert [type(told) for told in failed] == [migrate.DatabaseUnavailable]
    assert [p.name for p in folder.iterdir()] == ["home"]


# Killed half-way

RESTORE = """
import sys
from pathlib import Path
from netos_core.kernel.clock import utc_now
from netos_core.runtime.backup.restore import restore
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
restore(Path(sys.argv[1]), open_home(), load_settings(), utc_now())
"""


@contextlib.contextmanager
def stalled(url: str, table: str, *, mode: str = "exclusive", user: str = "netos") -> Iterator[None]:
    """Hold up everyone who uses a table until the block ends."""
    with connect(url, user) as holder, holder.transaction():
        holder.execute(f"lock table {table} in {mode} mode")
        yield


def wait_until_held_up(url: str, table: str, user: str = "netos") -> None:
    end = time.monotonic() + PATIENCE
    waiting = (
        "select count(*) from pg_locks l join pg_class c on c.oid = l.relation where c.relname = %s and not l.granted"
        " and l.database = (select oid from pg_database where datname = current_database())"
    )
    with connect(url, user) as watcher:
        while watcher.execute(waiting, [table]).fetchone() == (0,):
            assert time.monotonic() < end, f"nobody came to use {table}"
            time.sleep(0.02)


@pytest.fixture
def watcher(database_server: TestServer) -> Iterator[str]:
    """Another user of the server: a restore refuses to run beside connections of its own."""
    database_server.execute("create role watcher superuser login")
    yield "watcher"
    database_server.execute("drop role watcher")


@pytest.mark.processes
def test_a_restore_that_is_killed_half_way_leaves_nothing_and_can_be_repeated(
    backup: Taken, folder: Path, database_server: TestServer, watcher: str
) -> None:
    with database_server.clone() as url:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
        chosen = {"PYTHONPATH": str(REPOSITORY), "NETOS_DATABASE_URL": url, "NETOS_HOME": str(folder / "new")}
        with stalled(url, "termination", user=watcher):
            restoring = subprocess.Popen([sys.executable, "-c", RESTORE, str(backup.path)], env=kept | chosen)
            wait_until_held_up(url, "termination", watcher)
            restoring.send_signal(signal.SIGKILL)
            restoring.wait(PATIENCE)
        wait_until_gone(url, watcher)
        assert not any(everything(url).values())
        assert content(folder / "new") == {}
        assert put_back(backup.path, folder / "new", url).manifest.rows == backup.manifest.rows
        assert (folder / "new" / "keys").read_text() == SECRET


def wait_until_gone(url: str, user: str) -> None:
    """Wait until the server has noticed that the killed process is gone."""
    end = time.monotonic() + PATIENCE
    others = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'netos'"
    with connect(url, user) as watching:
        while watching.execute(others).fetchone() != (0,):
            assert time.monotonic() < end
            time.sleep(0.05)


# The command line, and the doctor


@pytest.mark.processes
def test_a_home_moves_by_two_commands(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("NETOS_")]:
        monkeypatch.delenv(name)

    def netos(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    old, new, file = str(folder / "old"), str(folder / "new"), str(folder / "netos.tar.gz")
    netos("demo", "load", "--home", old)
    open_home(Path(old)).key_file.write_text(SECRET)
    told = json.loads(netos("backup", file, "--home", old, "--json"))
    assert told["keys"]
    assert told["recorded"]
    assert told["rows"] > 1000
    assert told["sha256"] == archive.hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert "exists already" in netos("backup", file, "--home", old, code=1)
    assert "holds" in netos("backup", file, "--home", old, "--replace")
    assert "not empty" in netos("restore", file, "--home", old, code=1)
    with hold(open_home(Path(new))):
        assert "uses" in netos("restore", file, "--home", new, code=1)
    line = netos("restore", file, "--home", new)
    assert "the audit trail holds" in line
    assert line.count("\n") == 1
    assert netos("demo", "load", "--home", new) == "The sample data is loaded already.\n"
    for home in (old, new):
        data = embedded.data_folder(Path(home))
        if data.parent != Path(home):
            shutil.rmtree(data.parent)


def found_by_the_doctor(core: Core, home: Home) -> Finding:
    runtime = Runtime(
        home=home.path, pid=1, started=utc_now(), database_url=url_of(core), redis_url="redis://127.0.0.1:9"
    )
    told = findings(runtime, core.settings, worker_expected=False, trail=False)
    return next(finding for finding in told if finding.check == "backup")


def test_the_doctor_asks_for_a_backup_once_there_is_real_work(fresh_db: str, home: Home, folder: Path) -> None:
    core = Core(Settings(database_url=fresh_db))
    with contextlib.closing(core):
        load(core)
        assert found_by_the_doctor(core, home) == Finding("backup", holds=True, found="No backup has been taken.")
        with core.session() as session:
            make_provider(session)
        found = found_by_the_doctor(core, home)
        assert not found.holds
        assert "netos backup FILE" in str(found.fix)
        take(core, home, folder / "a", utc_now() - timedelta(days=8))
        found = found_by_the_doctor(core, home)
        assert (found.holds, found.found) == (False, "The last backup, a, holds what was so 8 days ago.")
        take(core, home, folder / "b", utc_now())
        found = found_by_the_doctor(core, home)
        assert (found.holds, found.found) == (True, "The last backup, b, holds what was so within the last day.")


def test_what_was_restored_counts_as_backed_up_when_its_backup_was_taken(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    with core.session() as session:
        make_provider(session)
    backup = take(core, home, folder / "x", utc_now() - timedelta(days=2))
    put_back(backup.path, folder / "new", empty_db)
    restored = Core(core.settings.model_copy(update={"database_url": empty_db}))
    with contextlib.closing(restored):
        found = found_by_the_doctor(restored, home)
    assert dataclasses.astuple(found)[:3] == ("backup", True, "The last backup, x, holds what was so 2 days ago.")


# The seals outside of the database


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
