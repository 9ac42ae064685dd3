"""The PostgreSQL of a test run: one server, one migrated template, a clone wherever a test needs its own.

The server is started by the first test that asks for it, so a run of pure tests starts none. It forgets
everything on a power cut, which makes it fast, and it ends with this process however that ends. What is costly to
make, such as the sample company, is made once and cloned, which takes a tenth of a second.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import make_url

from netos_core.runtime import embedded, migrate

TEMPLATE = "tpl"
PREFIX = "netos-test-"
MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
MEMORY_NEEDED = 1 << 30

Told = TypeVar("Told")


@dataclass(frozen=True)
class TestServer:
    """A running server with its template."""

    __test__ = False  # pytest looks for classes that begin with Test

    postgres: embedded.Postgres
    numbers: Iterator[int] = field(default_factory=count)
    _prepared: dict[str, Any] = field(default_factory=dict)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.postgres.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def prepared(self, what: str, make: Callable[[str], Told], *, of: str | None = None) -> tuple[str, Told]:
        """Make a database once, to be cloned and never connected to.

        Args:
            what: A name for what is in it: who asks for the same gets the same.
            make: Fills the database of a URL; what it returns is kept too.
            of: The URL of another such database to begin with.
        """
        if what not in self._prepared:
            name = f"prepared_{next(self.numbers)}"
            self.execute(f"create database {name} {_copied(of)}")
            url = self.postgres.url(name)
            self._prepared[what] = (url, make(url))
        return self._prepared[what]

    @property
    def sample(self) -> str:
        """The URL of a prepared database with the sample company, searchable."""
        return self.prepared("the sample company", _load_sample)[0]

    @contextlib.contextmanager
    def clone(self, of: str | None = None) -> Iterator[str]:
        """Copy the template into a database of its own, dropped afterwards; yields its URL.

        Args:
            of: The URL of another database to copy, with nobody connected to it.
        """
        with self._database(_copied(of)) as url:
            yield url

    def empty(self) -> contextlib.AbstractContextManager[str]:
        """Make a database without a single table, dropped afterwards; yields its URL."""
        return self._database("")

    @contextlib.contextmanager
    def _database(self, how: str) -> Iterator[str]:
        name = f"clone_{next(self.numbers)}"
        self.execute(f"create database {name} {how}")
        try:
            yield self.postgres.url(name)
        finally:
            self.execute(f"drop database {name} with (force)")


def _copied(of: str | None) -> str:
    source = TEMPLATE if of is None else make_url(of).database
    return f"template {source} strategy file_copy"


def _load_sample(url: str) -> None:
    from netos_core.demo.load import load
    from netos_core.runtime.calls import Core
    from netos_core.runtime.settings import Settings
    from tests.factories import climb_the_ladder, index_everything, keep_a_report, look_at_spend

    with contextlib.closing(Core(Settings(database_url=url))) as core:
        load(core)
        index_everything(core)
        climb_the_ladder(core)
        keep_a_report(core)
        look_at_spend(core)


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
