"""Take a backup: one snapshot of the database, then the files it speaks of, into one file in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from netos_core.kernel.errors import Conflict, Invalid, Unavailable
from netos_core.runtime import migrate
from netos_core.runtime.backup import files, tables, trail
from netos_core.runtime.backup.archive import FORMAT, ArchiveWriter, FileContent, Manifest, is_backup
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home


class BackupFileExists(Conflict):
    """There is a file of that name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup holds, and the file it is. `recorded` is False where the schema is older than this program."""

    path: Path
    manifest: Manifest
    bytes: int
    sha256: str
    recorded: bool


def take(core: Core, home: Home, path: Path, now: datetime, *, replace: bool = False) -> Taken:
    """Write a backup of the database of `core` and the files of a home, and a row of the trail that says so.

    It works while everything runs: the database is read as it was at one moment, and files that came later
    do no harm. The file is private, and it is there whole or not at all.

    Args:
        core: The database.
        home: Where documents and keys are.
        path: The file to write.
        now: The moment it is taken.
        replace: Whether an older backup of that name may go.

    Raises:
        BackupFileExists: There is such a file, or it is not a backup.
        Invalid: The file cannot lie there, or the database has no tables of ours.
        Unavailable: The file cannot be written, or the database stopped answering.
    """
    path = _place(home, path, replace=replace)
    url = core.engine.url.render_as_string(hide_password=False)
    revision = migrate.current(url)
    if revision is None:
        raise Invalid(
            "This database holds nothing of NetOS yet.", fix="Start NetOS on it first, or run `netos migrate`."
        )
    with _one_step(path, replace=replace) as file, ArchiveWriter(file) as writer:
        try:
            with tables.alone(url) as connection:
                manifest = _database(connection, writer, now)
        except (OperationalError, psycopg.OperationalError) as gone:
            raise migrate.DatabaseUnavailable("The database stopped answering, so there is no backup.") from gone
        # A document is stored before the row that names it is committed, so all of the snapshot's are here.
        manifest = manifest.model_copy(update={"files": _files(home, writer)})
        writer.finish(manifest)
    done = writer.tally
    recorded = manifest.revision == migrate.head()
    if recorded:
        told = {"taken_at": now.isoformat(), "bytes": done.size, "sha256": done.hasher.hexdigest()}
        trail.record(core, trail.TAKEN, path.name, told | {"rows": manifest.rows}, now)
    return Taken(path, manifest, done.size, done.hasher.hexdigest(), recorded)


def _database(connection: Connection, writer: ArchiveWriter, now: datetime) -> Manifest:
    """Write every table as it was at one moment; returns the manifest without files."""
    connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with connection.begin():
        revision = connection.exec_driver_sql(f"select version_num from {tables.VERSIONS}").scalar_one()  # noqa: S608 - a constant
        content = {}
        for table in tables.tables(connection):
            with closing(tables.rows_of(connection, table)) as rows:
                content[table.name] = writer.table(table.name, list(table.columns), rows)
        following = tables.sequences(connection)
    return Manifest(
        format=FORMAT,
        product=version("netos"),
        revision=revision,
        taken_at=now,
        tables=content,
        sequences=following,
        files={},
    )


def _files(home: Home, writer: ArchiveWriter) -> dict[str, FileContent]:
    content = {}
    for path in files.paths(home):
        with files.reading(home, path) as found:
            if found is not None:
                content[str(path)] = writer.file(path, *found)
    return content


def _place(home: Home, path: Path, *, replace: bool) -> Path:
    """Check where the file is to lie before anything is read."""
    path = path.expanduser().absolute()
    if path.is_dir() or not path.parent.is_dir():
        raise Invalid(
            "A backup is a file in a folder that exists.", field="file", fix="Name it, such as backups/netos.tar.gz."
        )
    if any(path.parent.resolve().is_relative_to((home.path / top).resolve()) for top in files.FOLDERS):
        raise Invalid("A backup does not lie among the files it is of.", field="file", fix="Choose another folder.")
    _may_lie(path, replace=replace)
    return path


def _may_lie(path: Path, *, replace: bool) -> None:
    if not os.path.lexists(path):
        return
    if not replace:
        raise BackupFileExists(f"{path} exists already.", field="file", fix="Choose another name, or add --replace.")
    with contextlib.suppress(OSError), path.open("rb") as file:
        if is_backup(file):
            return
    raise BackupFileExists(f"{path} is no NetOS backup, so it stays.", field="file", fix="Choose another name.")


@contextlib.contextmanager
def _one_step(path: Path, *, replace: bool) -> Iterator[IO[bytes]]:
    """Write a private file beside its place and move it there when it is whole."""
    made: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
        made = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        _may_lie(path, replace=replace)
        if replace:
            made.replace(path)
        else:
            _link(made, path)
        files.keep(path.parent)
    except OSError as refused:
        why = os.strerror(refused.errno).lower() if refused.errno else "it could not be read or written"
        raise Unavailable(f"There is no backup, because of {refused.filename or path}: {why}.") from refused
    finally:
        if made is not None:
            made.unlink(missing_ok=True)


def _link(made: Path, path: Path) -> None:
    """Give a file its name unless somebody else just took it."""
    try:
        path.hardlink_to(made)
    except FileExistsError:
        _may_lie(path, replace=False)
    except OSError:  # a memory stick or a share knows no second name; the name was free an instant ago
        made.rename(path)
