"""Homes that a server of another user can reach, and real processes watched by number."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netos_core.runtime import embedded
from netos_core.runtime.home import Home, Runtime, attach, hold, open_home, owner_of

REPOSITORY = Path(__file__).parents[2]
STAND_IN = Path(__file__).with_name("stand_in.py")
PATIENCE = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder anyone may pass through: pytest's own is closed to the user PostgreSQL runs as under root."""
    path = Path(tempfile.mkdtemp(prefix="netos-t-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def home(folder: Path) -> Iterator[Home]:
    """A new home; afterwards the last process started on it is waited for."""
    home = open_home(folder / "home")
    yield home
    with hold(home):
        pass


@pytest.fixture
def closed_home() -> Iterator[Home]:
    """A home under a folder only its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="netos-t-") as path:
        home = open_home(Path(path) / "home")
        yield home
        data = embedded.data_folder(home.path)
        if data.parent != home.path:
            shutil.rmtree(data.parent)


class Process:
    """A stand-in running in a process of its own."""

    def __init__(self, *arguments: str | Path, settings: dict[str, str] | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
        self.process = subprocess.Popen(
            [sys.executable, STAND_IN, *map(str, arguments)],
            env=environment | {"PYTHONPATH": str(REPOSITORY)} | (settings or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # a line read ahead would be invisible to select
        )

    def said(self, beginning: str) -> str:
        """Wait for a line that begins so; what comes before it is skipped."""
        assert self.process.stdout is not None
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            line = self.process.stdout.readline().decode()
            if line.startswith(beginning):
                return line.strip()
            if not line:
                break
        pytest.fail(f"It ended or waited without saying “{beginning}”: {self.stopped()}")

    def send(self, wanted: signal.Signals) -> None:
        self.process.send_signal(wanted)

    def owns(self, home: Home) -> None:
        """Wait until it owns a home, ready or not."""
        end = time.monotonic() + PATIENCE
        while owner_of(home) != self.process.pid:
            assert time.monotonic() < end
            time.sleep(0.01)

    def stopped(self) -> tuple[int, str]:
        """Wait for its end; returns the exit code and what it wrote to standard error."""
        try:
            _, errors = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, errors = self.process.communicate()
        return self.process.returncode, errors.decode()


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Start stand-ins; whatever still runs at the end of the test is killed, and its children with it."""
    started: list[Process] = []

    def begin(*arguments: str | Path, settings: dict[str, str] | None = None) -> Process:
        started.append(Process(*arguments, settings=settings))
        return started[-1]

    yield begin
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
        process.stopped()


def running(home: Home) -> Runtime:
    found = attach(home)
    assert found is not None, "nothing runs on this home"
    return found


def all_gone(pids: list[int]) -> bool:
    """Wait until none of these processes runs any more (a zombie has ended)."""
    end = time.monotonic() + 20
    while any(_alive(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
