"""Put a backup into an empty database and a new home: checked whole before anything is written, then all or nothing."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import IO

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from netos_core.changes import audit
from netos_core.kernel.errors import Invalid, Unavailable
from netos_core.runtime import embedded, migrate, seals
from netos_core.runtime.backup import files, tables, trail
from netos_core.runtime.backup.archive import (
    MANIFEST,
    Archive,
    BackupDamaged,
    BackupRefused,
    Manifest,
    Tally,
    compare,
    content_of,
)
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, HomeBusy, hold
from netos_core.runtime.processes import turn_over
from netos_core.runtime.settings import Settings
from netos_core.runtime.supervisor import DATABASE

PATIENCE = "30s"
"""How long a restore waits for a lock: an empty database has nobody who keeps one."""

LEAVING = 3.0
"""Seconds until a connection that ended is surely gone from the server's list."""

MAYBE_SENT_SINCE = "update outbox set repeat = true where state = 'waiting'"
"""What waited when the backup was taken may have gone out since, so it says that it may be a repeat."""

ALWAYS_WRITTEN = "audit"
"""Whatever people have done has left rows here, and no migration ever does."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the schema it has now, tables that were none of ours, and what the trail's seals say.

    `later_seals` counts those this home keeps outside of the database and the backup does not have.
    """

    manifest: Manifest
    revision: str
    left_out: tuple[str, ...]
    trail: audit.Verification
    later_seals: int


def restore(path: Path, home: Home, settings: Settings, now: datetime) -> Restored:
    """Restore a backup and bring it to the schema of this program.

    Every checksum is compared before anything is written. The database is then filled in one transaction, from
    its first table to the newest migration, so whatever fails or is killed leaves it as it was.

    Args:
        path: The file.
        home: A home nothing runs on; its database is used unless the settings name another.
        settings: The settings of this installation.
        now: The moment, for the trail.

    Raises:
        BackupRefused: The file is no backup, is damaged, or is of a newer program.
        HomeBusy: NetOS runs on the home or the database.
        TargetHoldsData: The database, or the home, is not empty.
        SealsOfAnotherTrail: The home keeps seals that contradict those of the backup.
        Unavailable: The database does not answer, or fails.
    """
    with _reading(path) as file, hold(home) as inherited:
        archive = Archive(file)
        manifest = archive.survey()
        _must_be_known(manifest.revision)
        told = {"taken_at": manifest.taken_at.isoformat(), "bytes": archive.tally.size, "rows": manifest.rows}
        sha256 = archive.tally.hasher.hexdigest()
        told |= {"sha256": sha256, "revision": manifest.revision}
        files.check(home, manifest.files)
        seals.readable(home)
        about = _line_about(path, manifest, sha256, now)
        with _database(home, settings, inherited) as url:
            try:
                with files.staging(home) as stage:
                    left_out, later = _put_back(url, archive, manifest, stage, about)
            except (OperationalError, psycopg.OperationalError) as failed:
                raise migrate.DatabaseUnavailable(
                    "The database failed, so nothing was restored.", fix="Its log tells why; then restore again."
                ) from failed
            except OSError as refused:
                why = os.strerror(refused.errno).lower() if refused.errno else "it could not be written"
                raise Unavailable(
                    f"Nothing was restored, because of {refused.filename or home.path}: {why}.",
                    fix="Correct that, then restore again.",
                ) from refused
            with contextlib.closing(Core(settings.model_copy(update={"database_url": url}))) as core:
                trail.record(core, trail.PUT_BACK, path.name, told | {"later_seals": later}, now)
                with core.session() as session:
                    verified = audit.verify(session)
            return Restored(manifest, migrate.current(url) or "", left_out, verified, later)


def _line_about(path: Path, manifest: Manifest, sha256: str, now: datetime) -> seals.Restoration:
    return seals.Restoration(
        at=now, backup=path.name, taken_at=manifest.taken_at, sha256=sha256, last_seal=0, cut_short=None
    )


def _put_back(
    url: str, archive: Archive, manifest: Manifest, stage: files.Staging, about: seals.Restoration
) -> tuple[tuple[str, ...], int]:
    """Fill the database and the home; the files come into place just before the database has its rows for good."""
    with tables.alone(url) as connection:
        _must_be_alone(connection)
        with connection.begin():
            connection.exec_driver_sql(f"set local lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql("set local netos.restoring = 'on'")  # what is put back was noted when written
            _make_schema(connection, manifest.revision)
            left_out = _load(connection, archive, manifest, stage)
            _migrate(connection, "head")
            connection.exec_driver_sql(MAYBE_SENT_SINCE)
            connection.exec_driver_sql("analyze")
            with Session(connection, join_transaction_mode="rollback_only") as session:
                here = audit.seals_after(session, None)
            stage.move()
            later = seals.note_restore(stage.home, here, about)
        return left_out, later


def _must_be_alone(connection: Connection) -> None:
    """Refuse while somebody else is connected; one who just left is seen for an instant longer."""
    end = time.monotonic() + LEAVING
    while True:
        with connection.begin():
            others = tables.other_sessions(connection)
        if not others:
            return
        if time.monotonic() > end:
            raise HomeBusy(
                f"Others use this database as the same user ({others} connections).",
                fix="Stop NetOS and whatever else is connected, then restore.",
            )
        time.sleep(0.05)


def _make_schema(connection: Connection, revision: str) -> None:
    """Bring an empty database to the revision of the backup, with no row in it.

    Raises:
        TargetHoldsData: It has rows no migration put there.
        BackupRefused: It is of a newer program.
    """
    at = MigrationContext.configure(connection).get_current_revision()
    held = tables.filled(connection)
    if ALWAYS_WRITTEN in held or (at is None and held):
        raise _not_empty(held)
    if at is not None and (held or at != revision):
        _must_be_known(at)
        _migrate(connection, "base")
        _migrate(connection, at)
        if tables.filled(connection) != held:
            raise _not_empty(held)  # the transaction ends here, and with it what was just undone
        _migrate(connection, "base")
    _migrate(connection, revision)


def _load(connection: Connection, archive: Archive, manifest: Manifest, stage: files.Staging) -> tuple[str, ...]:
    """Read the backup a second time, into the tables and the staging; returns the tables nobody knows."""
    there = {table.name: table for table in tables.tables(connection)}
    tables.clear(connection, [name for name in there if name in tables.filled(connection)])
    for name, content in manifest.tables.items():
        if name in there and set(there[name].columns) != set(content.columns):
            raise BackupRefused(f"The table {name} of this backup has other columns than revision {manifest.revision}.")
    connection.exec_driver_sql("set constraints all deferred")
    tallies: dict[str, Tally] = {}
    for name, members in groupby(((content_of(name), blocks) for name, blocks in archive.members()), itemgetter(0)):
        if name == MANIFEST:
            continue
        tally = tallies.setdefault(name, Tally())
        blocks = (tally.add(block) for _, piece in members for block in piece)
        kind, _, rest = name.partition("/")
        if kind == "files":
            stage.put(PurePosixPath(rest), manifest.files[rest].mode, blocks)
        elif rest in there:
            table = tables.Table(rest, tuple(manifest.tables[rest].columns))
            with _fitting(rest):
                if tables.load(connection, table, blocks) != manifest.tables[rest].rows:
                    raise BackupDamaged(f"This backup is damaged: {name} has not as many rows as it tells.")
        else:
            for _ in blocks:
                pass
    compare(manifest, tallies)
    with _fitting("rows that refer to each other"):
        connection.exec_driver_sql("set constraints all immediate")
    ours = tables.sequences(connection).keys()
    tables.restart(connection, {name: value for name, value in manifest.sequences.items() if name in ours})
    return tuple(sorted({*manifest.tables, *manifest.sequences} - {*there, *ours}))


@contextlib.contextmanager
def _fitting(what: str) -> Iterator[None]:
    """Say where rows do not fit the schema they were taken from."""
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as wrong:
        raise BackupDamaged(f"This backup does not fit its own schema: {what}.") from wrong


def _not_empty(held: dict[str, int]) -> files.TargetHoldsData:
    rows = sum(held.values())
    return files.TargetHoldsData(f"The database is not empty: {rows:,} rows in {', '.join(sorted(held)[:3])} …")


def _must_be_known(revision: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise BackupRefused(
            f"Schema revision {revision[:20]} is of a newer NetOS; this one knows up to {migrate.head()}.",
            fix="Install the newer version, then restore.",
        )


def _migrate(connection: Connection, revision: str) -> None:
    """Move the schema inside the transaction that is open: Alembic leaves a transaction it did not begin alone."""
    config = _config()
    config.attributes["connection"] = connection
    with migrate.refusals():
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "migrations:.")
    return config


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.expanduser().open("rb")
    except OSError:
        raise Invalid("There is no such file, or it cannot be read.", field="file") from None
    with file:
        yield file


@contextlib.contextmanager
def _database(home: Home, settings: Settings, inherited: int) -> Iterator[str]:
    """Give the database to restore into: the one that is configured, else the home's own, not migrated yet."""
    if settings.database_url is not None:
        migrate.current(settings.database_url)  # refuses in words where it does not answer
        yield settings.database_url
        return
    log = turn_over(home.log("postgres"))
    server = embedded.start(embedded.data_folder(home.path), inherited=(inherited,), log=log)
    try:
        yield embedded.ensure_database(server, DATABASE)
    finally:
        embedded.stop(server)
