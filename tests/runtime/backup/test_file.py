"""The file of a backup: private, never over anything else, and none at all where it fails."""

from __future__ import annotations

import contextlib
import stat
import threading
from pathlib import Path

import pytest

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Invalid, NetosError, Unavailable
from netos_core.runtime import migrate
from netos_core.runtime.backup.take import BackupFileExists, take
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.runtime.backup.making import PATIENCE, connect, stalled, url_of, wait_until_held_up


def test_a_backup_is_private_and_never_overwrites_anything_else(core: Core, home: Home, folder: Path) -> None:
    path = folder / "netos.tar.gz"
    first = take(core, home, path, utc_now())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (first.bytes, first.path) == (path.stat().st_size, path)
    with pytest.raises(BackupFileExists, match="exists already"):
        take(core, home, path, utc_now())
    second = take(core, home, path, utc_now(), replace=True)
    assert second.sha256 != first.sha256
    path.write_text("a diary")
    with pytest.raises(BackupFileExists, match="is no NetOS backup"):
        take(core, home, path, utc_now(), replace=True)
    assert path.read_text() == "a diary"
    assert sorted(p.name for p in folder.iterdir()) == ["home", "netos.tar.gz"]


def test_a_place_that_cannot_be_written_is_named(core: Core, home: Home, folder: Path) -> None:
    for place in (folder, folder / "no" / "such", home.path / "documents" / "x"):
        with pytest.raises(Invalid):
            take(core, home, place, utc_now())
    with pytest.raises(Unavailable, match="because of"):
        take(core, home, Path("/proc/x"), utc_now())


def test_a_database_without_our_tables_has_nothing_to_back_up(home: Home, folder: Path, empty_db: str) -> None:
    core = Core(Settings(database_url=empty_db))
    with contextlib.closing(core), pytest.raises(Invalid, match="holds nothing of NetOS"):
        take(core, home, folder / "x", utc_now())
    assert not (folder / "x").exists()


def test_a_backup_that_fails_leaves_no_file(core: Core, database_server: TestServer, home: Home, folder: Path) -> None:
    url = url_of(core)
    failed: list[BaseException] = []

    def taking() -> None:
        try:
            take(core, home, folder / "netos.tar.gz", utc_now())
        except NetosError as told:
            failed.append(told)

    thread = threading.Thread(target=taking)
    with stalled(url, "circuit", mode="access exclusive"):
        thread.start()
        wait_until_held_up(url, "circuit")
        with connect(url) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'copy%%' and pid <> pg_backend_pid()"
            )
        thread.join(PATIENCE)
    assert [type(told) for told in failed] == [migrate.DatabaseUnavailable]
    assert [p.name for p in folder.iterdir()] == ["home"]
