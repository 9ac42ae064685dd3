"""A private server of the system's PostgreSQL with PostGIS: its own folder, no port, never the system's cluster."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

from netos_core.runtime.embedded import EMBEDDED, ENVIRONMENT, NOT_DURABLE, Postgres
from netos_core.runtime.processes import last_lines, server_account, spawn, stop_process

ABSENT = "PostgreSQL with PostGIS and pgvector is not installed; .ci/postgis installs it"
_numbers = count()


def programs() -> Path | None:
    """Find the newest installed PostgreSQL that has both extensions."""
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        extensions = Path("/usr/share/postgresql") / found.parent.name / "extension"
        if all((extensions / f"{name}.control").exists() for name in ("postgis", "vector")):
            return found
    return None


@contextlib.contextmanager
def running_cluster() -> Iterator[Postgres]:
    """Run it as a user who is not root, in a folder that goes away with it."""
    found = programs()
    assert found is not None, ABSENT
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="netos-gis-"))
    folder.chmod(0o711)
    data, log = folder / "pg", folder / "log"
    data.mkdir(mode=0o700)
    if account:
        account.own(data)
    try:
        argv = [
            found / "initdb",
            "-D",
            data,
            "-U",
            "netos",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        made = spawn(argv, log=log, environment=ENVIRONMENT, account=account, folder=Path("/"))
        assert made.wait() == 0, last_lines(log)
        options = EMBEDDED | NOT_DURABLE | {"unix_socket_directories": str(data)}
        argv = [found / "postgres", "-D", data, *(part for pair in options.items() for part in ("-c", "=".join(pair)))]
        process = spawn(argv, log=log, environment=ENVIRONMENT, ending=signal.SIGINT, account=account, folder=Path("/"))
        server = Postgres(process, data, data, log)
        try:
            _wait(server)
            yield server
        finally:
            stop_process(process, ((signal.SIGINT, 20), (signal.SIGQUIT, 5)))
    finally:
        shutil.rmtree(folder)


def execute(server: Postgres, *statements: str, database: str = "postgres") -> None:
    with psycopg.connect(server.conninfo(database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextlib.contextmanager
def new_database(server: Postgres, *, owner: str = "netos") -> Iterator[str]:
    """Make an empty database and drop it afterwards; yields its URL for that owner."""
    name = f"gis_{next(_numbers)}"
    execute(server, f"create database {name} owner {owner}")
    try:
        yield server.url(name).replace("//netos@", f"//{owner}@")
    finally:
        execute(server, f"drop database {name} with (force)")


def _wait(server: Postgres) -> None:
    import time

    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.conninfo("postgres")).close()
        except psycopg.OperationalError:
            assert server.process.poll() is None, last_lines(server.log)
            assert time.monotonic() < end, "PostgreSQL did not start"
            time.sleep(0.05)
        else:
            return
