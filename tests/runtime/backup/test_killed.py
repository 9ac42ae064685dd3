"""A restore that is killed half-way is none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.runtime.backup.take import Taken
from tests.database import TestServer
from tests.runtime.backup.making import (
    PATIENCE,
    REPOSITORY,
    SECRET,
    connect,
    content,
    everything,
    put_back,
    stalled,
    wait_until_held_up,
)

RESTORE = """
import sys
from pathlib import Path
from netos_core.kernel.clock import utc_now
from netos_core.runtime.backup.restore import restore
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
restore(Path(sys.argv[1]), open_home(), load_settings(), utc_now())
"""


@pytest.fixture
def watcher(database_server: TestServer) -> Iterator[str]:
    """Another user of the server: a restore refuses to run beside connections of its own."""
    database_server.execute("create role watcher superuser login")
    yield "watcher"
    database_server.execute("drop role watcher")


@pytest.mark.processes
def test_a_restore_that_is_killed_half_way_leaves_nothing_and_can_be_repeated(
    backup: Taken, folder: Path, database_server: TestServer, watcher: str
) -> None:
    with database_server.clone() as url:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
        chosen = {"PYTHONPATH": str(REPOSITORY), "NETOS_DATABASE_URL": url, "NETOS_HOME": str(folder / "new")}
        with stalled(url, "termination", user=watcher):
            restoring = subprocess.Popen([sys.executable, "-c", RESTORE, str(backup.path)], env=kept | chosen)
            wait_until_held_up(url, "termination", watcher)
            restoring.send_signal(signal.SIGKILL)
            restoring.wait(PATIENCE)
        wait_until_gone(url, watcher)
        assert not any(everything(url).values())
        assert content(folder / "new") == {}
        assert put_back(backup.path, folder / "new", url).manifest.rows == backup.manifest.rows
        assert (folder / "new" / "keys").read_text() == SECRET


def wait_until_gone(url: str, user: str) -> None:
    """Wait until the server has noticed that the killed process is gone."""
    end = time.monotonic() + PATIENCE
    others = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'netos'"
    with connect(url, user) as watching:
        while watching.execute(others).fetchone() != (0,):
            assert time.monotonic() < end
            time.sleep(0.05)
