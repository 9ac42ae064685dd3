"""The PostgreSQL of a test run: one server, one migrated template, a clone wherever a test needs its own.

The server is started by the first test that asks for it, so a run of pure tests starts none. It forgets
everything on a power cut, which makes it fast, and it ends with this process however that ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from netos_core.runtime import embedded, migrate

TEMPLATE = "tpl"
PREFIX = "netos-test-"
MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
MEMORY_NEEDED = 1 << 30


@dataclass(frozen=True)
class TestServer:
    """A running server with its template."""

    __test__ = False  # pytest looks for classes that begin with Test

    postgres: embedded.Postgres
    numbers: Iterator[int] = field(default_factory=count)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.postgres.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def clone(self, of: str | None = None) -> Iterator[str]:
        """Copy the template into a database of its own, dropped afterwards; yields its URL.

        Args:
            of: The URL of another database to copy, with nobody connected to it.
        """
        name = f"clone_{next(self.numbers)}"
        source = TEMPLATE if of is None else str(make_url(of).database)
        self.execute(f"create database {name} template {source} strategy file_copy")
        try:
            yield self.postgres.url(name)
        finally:
            self.execute(f"drop database {name} with (force)")


@contextlib.contextmanager
def running_server() -> Iterator[TestServer]:
    """Start the server of this run and migrate its template."""
    base = _fastest_folder()
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
    folder.chmod(0o711)  # as root the server runs as `nobody`, who passes through to his own folder
    try:
        postgres = embedded.start(folder / "pg", durable=False, options={"max_connections": "300"})
        try:
            server = TestServer(postgres)
            migrate.upgrade(embedded.ensure_database(postgres, TEMPLATE))
            server.execute(f"alter database {TEMPLATE} with is_template true allow_connections false")
            yield server
        finally:
            embedded.stop(postgres)
    finally:
        shutil.rmtree(folder)


def _fastest_folder() -> Path:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED:
        return MEMORY
    return Path(tempfile.gettempdir())


def _sweep(base: Path) -> None:
    """Remove what a killed run left in memory; its server ended with it."""
    for left in base.glob(f"{PREFIX}*"):
        pid = int(left.name.removeprefix(PREFIX).partition("-")[0])
        if left.stat().st_uid == os.geteuid() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)
