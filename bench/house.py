"""A home of its own on the disk, durable as in use, with the processes `netos up` would start beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from netos_core.access.model import Person
from netos_core.demo.people import DANA, DEMO_PEOPLE, MARCUS
from netos_core.kernel.context import Principal
from netos_core.kernel.db import new_id
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.processes import spawn, stop_process
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services, environment, free_port

HOST = "127.0.0.1"
FIRST_PORT = 18_420
PATIENCE = 60
RESTING = 0.1
"""Seconds of computing in one."""

NO_RATE_LIMIT = {"NETOS_CALLS_PER_SECOND": "100000", "NETOS_CALLS_AT_ONCE": "100000"}
"""The limit of calls a second is not what is measured, and would answer instead of the work."""


class NotUp(RuntimeError):
    """A server does not answer."""


@dataclass(frozen=True, slots=True)
class House:
    """A running home: its core in this process, and how to start programs on it."""

    home: Home
    core: Core
    conninfo: str
    environment: dict[str, str]

    def person(self, email: str = DANA.email, agent: str | None = "bench") -> Principal:
        return self.core.principal(email, agent)

    @property
    def approver(self) -> Principal:
        return self.core.principal(MARCUS.email)


@dataclass(frozen=True, slots=True)
class Server:
    """A program of ours that serves on the loopback."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder that PostgreSQL can enter even where it runs as `nobody`, and take it away."""
    path = Path(tempfile.mkdtemp(prefix="netos-bench-", dir=os.environ.get("NETOS_BENCH_DIR")))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def house() -> Iterator[House]:
    """Start the services of a new home and add the people; everything is stopped and removed at the end."""
    with folder() as path:
        home = open_home(path)
        settings = load_settings(home=path, demo=True, log_level="warning")
        with ensure_services(home, settings) as runtime:
            core = Core(
                load_settings(
                    home=path, demo=True, log_level="warning", database_url=runtime.database_url, bulk_limit=10_000
                )
            )
            with core.session() as session:
                session.add_all(
                    Person(id=new_id(), email=p.email, name=p.name, roles=[str(r) for r in p.roles])
                    for p in DEMO_PEOPLE
                )
            conninfo = runtime.database_url.replace("postgresql+psycopg", "postgresql")
            try:
                yield House(home, core, conninfo, environment(runtime, settings) | NO_RATE_LIMIT)
            finally:
                core.close()


@contextlib.contextmanager
def uvicorn(place: House, factory: str) -> Iterator[Server]:
    """Run an application in a uvicorn process, as `netos up` does, until the block ends."""
    port = free_port(HOST, FIRST_PORT)
    argv = [sys.executable, "-m", "uvicorn", "--factory", factory, "--host", HOST, "--port", str(port)]
    argv += ["--no-access-log", "--timeout-graceful-shutdown", "5"]
    process = _program(place, factory.partition(":")[0], argv, {"NETOS_PORT": str(port)})
    try:
        _wait(f"http://{HOST}:{port}/healthz", process)
        yield Server(process, port)
    finally:
        stop_process(process, ((signal.SIGTERM, 10),))


@contextlib.contextmanager
def worker(place: House) -> Iterator[subprocess.Popen[bytes]]:
    """Run the job worker until the block ends."""
    process = _program(place, "worker", (sys.executable, "-m", "arq", "jobs.worker.WorkerSettings"), {})
    try:
        yield process
    finally:
        stop_process(process, ((signal.SIGTERM, 10),))


def rest(pid: int) -> None:
    """Wait until a process has computed next to nothing for a second: what it still had to do is done."""
    end = time.monotonic() + PATIENCE
    before = _computed(pid)
    while time.monotonic() < end:
        time.sleep(1)
        now = _computed(pid)
        if now - before < RESTING:
            return
        before = now
    raise NotUp("The worker has not caught up.")


def _computed(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def _program(place: House, name: str, argv: Sequence[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
    return spawn(argv, log=place.home.log(name), environment=place.environment | more)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - ours
            if answer.status == 200:  # noqa: PLR2004
                return
        time.sleep(0.05)
    raise NotUp(f"Nothing answers on {url}.")
