"""A real queue, a real database and worker processes that can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netos_core.runtime import valkey
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 40.0


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, for a socket's name may not be long."""
    path = Path(tempfile.mkdtemp(prefix="netos-j-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def queue(home: Path) -> Iterator[valkey.Valkey]:
    server = valkey.start(home / "valkey")
    yield server
    valkey.stop(server)


class Worker:
    """The worker as `netos up` starts it, in a process of its own."""

    def __init__(self, database_url: str, redis_url: str, home: Path, **more: str) -> None:
        chosen = {"NETOS_DATABASE_URL": database_url, "NETOS_REDIS_URL": redis_url, "NETOS_HOME": str(home), **more}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
        self.log = home / "worker.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "arq", "jobs.worker.WorkerSettings"],
                env=kept | chosen | {"PYTHONPATH": str(REPOSITORY)},
                cwd=home,
                stdout=log,
                stderr=log,
            )

    def end(self, how: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start_worker(fresh_db: str, queue: valkey.Valkey, home: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(fresh_db, queue.url, home))
        return started[-1]

    yield start
    for worker in started:
        worker.end(signal.SIGKILL)


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait until something is so, or fail."""

    def wait(so: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not so():
            if time.monotonic() > end:
                pytest.fail("it never came to be so")
            time.sleep(0.1)

    return wait
