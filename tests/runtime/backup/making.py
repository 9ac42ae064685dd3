"""A full installation to back up, what a backup holds, and ways to hold up what reads or writes it."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from netos_core.access.model import Person
from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.kernel.clock import utc_now
from netos_core.kernel.db import new_id
from netos_core.runtime.backup.restore import Restored, restore
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.settings import Settings
from netos_core.tables import metadata
from netos_core.work import records as work
from tests.factories import make_ctx

REPOSITORY = Path(__file__).parents[3]
PATIENCE = 60.0
AWKWARD = "Tab\there, a \\. and a\nnew line; naïve €"
SECRET = "ab" * 32

Rows = dict[str, list[tuple[Any, ...]]]


def fill(url: str) -> None:
    """Add to the sample data text that is hard to quote and a value larger than a piece of a table; seal it all."""
    with contextlib.closing(Core(Settings(database_url=url))) as core:
        with core.session() as session:
            session.add(Person(id=new_id(), email="awkward@isp.example", name=AWKWARD, roles=[]))
            session.flush()
            work.enqueue(make_ctx(session, Role.ADMIN), "verify_trail", {"text": "é\\\t" * 1_500_000})
            work.itself(session)
        with core.session() as session:
            assert audit.seal(session, utc_now())


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


def marked(rows: Rows) -> Rows:
    """Mark what waits in the outbox as a restore does: it may have gone out since the backup."""
    names = [column.name for column in metadata.tables["outbox"].columns]
    outbox = [dict(zip(names, row, strict=True)) for row in rows["outbox"]]
    found = [tuple((row | {"repeat": row["repeat"] or row["state"] == "waiting"}).values()) for row in outbox]
    return rows | {"outbox": sorted(found, key=repr)}


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
