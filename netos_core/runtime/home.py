"""The home folder: where data, keys, logs and the record of what is running live.

One process owns a home at a time. It holds `lock`; every process it starts inherits `children`, so the
next owner can wait until the last one is gone without trusting any process number on disk.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netos_core.kernel.errors import Unavailable

LOCK_PATIENCE = 0.5
"""Seconds to try for the lock: an attaching process holds it for an instant while it looks."""

CHILDREN_PATIENCE = 30.0
"""Seconds to wait for the servers of an owner that was killed; a busy PostgreSQL ends in a few."""


class HomeBusy(Unavailable):
    """Another process owns this home."""


class Runtime(BaseModel):
    """What is running on a home: written when it is ready, removed when it stops."""

    model_config = ConfigDict(frozen=True)

    home: Path
    pid: int
    started: datetime
    database_url: str = Field(repr=False)
    redis_url: str = Field(repr=False)
    web_url: str | None = None
    port: int | None = None
    demo: bool = False
    pids: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that exists, belongs to this user and is closed to others."""

    path: Path

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"

    @property
    def children_file(self) -> Path:
        return self.path / "children"

    @property
    def runtime_file(self) -> Path:
        return self.path / "runtime.json"

    @property
    def key_file(self) -> Path:
        return self.path / "keys"

    def folder(self, name: str) -> Path:
        """Return a private folder in the home, made on first use."""
        path = self.path / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        return self.folder("logs") / f"{name}.log"

    def master_keys(self) -> list[bytes]:
        """Read the secrets all keys come from, one a line, newest first.

        The first is made on first use. Two first processes agree: only one link can succeed.
        """
        if not self.key_file.exists():
            made = self.path / f"keys.{secrets.token_hex(8)}"
            _write_private(made, secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(made, self.key_file)
            made.unlink()
        return [bytes.fromhex(line) for line in self.key_file.read_text().split()]


def resolve_home(option: Path | None, environment: Mapping[str, str], folder: Path) -> Path:
    """Decide which home is meant: --home, NETOS_HOME, `.netos` in this folder, the user's data folder."""
    if option is not None:
        return (folder / option.expanduser()).resolve()
    if named := environment.get("NETOS_HOME"):
        return (folder / Path(named).expanduser()).resolve()
    if (local := folder / ".netos").is_dir():
        return local.resolve()
    user = Path(environment.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "netos"
    data = environment.get("XDG_DATA_HOME", "")
    return (Path(data) if data.startswith("/") else user / ".local" / "share") / "netos"


def open_home(option: Path | None = None) -> Home:
    """Find the home of this process, make it if it is new, and close it to other users.

    Raises:
        Unavailable: The folder cannot be made or belongs to someone else.
    """
    path = resolve_home(option, os.environ, Path.cwd())
    try:
        path.mkdir(parents=True, exist_ok=True)
        # As root the servers run as `nobody`, who must pass through to his own folder; he may not list it.
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as refused:
        raise Unavailable(f"The home folder {path} cannot be used.", fix="Choose another with --home.") from refused
    return Home(path)


@contextlib.contextmanager
def hold(home: Home) -> Iterator[int]:
    """Own a home; yields the descriptor that every started process must inherit.

    Raises:
        HomeBusy: Another process owns it.
        Unavailable: The servers of an owner that was killed do not end.
    """
    with contextlib.ExitStack() as stack:
        lock = _take(home.lock_file, LOCK_PATIENCE)
        if lock is None:
            raise _busy(home)
        stack.callback(os.close, lock)
        home.runtime_file.unlink(missing_ok=True)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        children = _take(home.children_file, CHILDREN_PATIENCE)
        if children is None:
            raise Unavailable(
                "Servers of an earlier run on this home do not end.",
                fix=f"Find them with `fuser {home.children_file}` and stop them.",
            )
        stack.callback(os.close, children)
        stack.callback(home.runtime_file.unlink, missing_ok=True)
        yield children


def publish(home: Home, runtime: Runtime) -> None:
    """Record what is running, in one step: a reader sees all of it or nothing."""
    made = home.path / "runtime.json.new"
    made.unlink(missing_ok=True)
    _write_private(made, runtime.model_dump_json(indent=2))
    made.replace(home.runtime_file)


def attach(home: Home) -> Runtime | None:
    """Return what is running on a home, or None unless its owner is really alive."""
    if (owner := owner_of(home)) is None:
        return None
    try:
        runtime = Runtime.model_validate_json(home.runtime_file.read_text())
    except (FileNotFoundError, ValidationError):
        return None  # the owner is still starting
    return runtime if runtime.pid == owner else None


def owner_of(home: Home) -> int | None:
    """Return the process that holds the lock of a home, 0 if it has not said its number yet."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(descriptor, 20, 0) or b"0")
    finally:
        os.close(descriptor)
    return None


def _busy(home: Home) -> HomeBusy:
    running = attach(home)
    if running is not None and running.web_url is not None:
        return HomeBusy(
            f"NetOS already runs on {home.path}: {running.web_url} (process {running.pid}).",
            fix="Open that address, stop it with Ctrl-C first, or choose another --home.",
        )
    return HomeBusy(
        f"Process {owner_of(home) or 'unknown'} uses {home.path} and has its database open.",
        fix="Stop it first, or choose another --home.",
    )


def _take(path: Path, patience: float) -> int | None:
    """Lock a file for this process, or return None when someone else keeps it for too long."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(descriptor)
                return None
            time.sleep(0.02)
        else:
            return descriptor


def _write_private(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
