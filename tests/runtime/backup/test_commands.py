"""Backup and restore by command, and what the doctor says of backups."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from netos_core.kernel.clock import utc_now
from netos_core.runtime import embedded
from netos_core.runtime.backup import archive
from netos_core.runtime.backup.take import take
from netos_core.runtime.calls import Core
from netos_core.runtime.health import Finding, findings
from netos_core.runtime.home import Home, Runtime, hold, open_home
from netos_core.runtime.settings import Settings
from netos_mcp.cli import main
from tests.factories import make_provider
from tests.runtime.backup.making import SECRET, put_back, url_of


@pytest.mark.processes
def test_a_home_moves_by_two_commands(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("NETOS_")]:
        monkeypatch.delenv(name)

    def netos(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    old, new, file = str(folder / "old"), str(folder / "new"), str(folder / "netos.tar.gz")
    netos("demo", "load", "--home", old)
    open_home(Path(old)).key_file.write_text(SECRET)
    told = json.loads(netos("backup", file, "--home", old, "--json"))
    assert told["keys"]
    assert told["recorded"]
    assert told["rows"] > 1000
    assert told["sha256"] == archive.hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert "exists already" in netos("backup", file, "--home", old, code=1)
    assert "holds" in netos("backup", file, "--home", old, "--replace")
    assert "not empty" in netos("restore", file, "--home", old, code=1)
    with hold(open_home(Path(new))):
        assert "uses" in netos("restore", file, "--home", new, code=1)
    line = netos("restore", file, "--home", new)
    assert "the audit trail holds" in line
    assert line.count("\n") == 1
    assert netos("demo", "load", "--home", new) == "The sample data is loaded already.\n"
    for home in (old, new):
        data = embedded.data_folder(Path(home))
        if data.parent != Path(home):
            shutil.rmtree(data.parent)


def found_by_the_doctor(core: Core, home: Home) -> Finding:
    runtime = Runtime(
        home=home.path, pid=1, started=utc_now(), database_url=url_of(core), redis_url="redis://127.0.0.1:9"
    )
    told = findings(runtime, core.settings, worker_expected=False, trail=False)
    return next(finding for finding in told if finding.check == "backup")


def test_the_doctor_asks_for_a_backup_once_there_is_real_work(sample_db: str, home: Home, folder: Path) -> None:
    core = Core(Settings(database_url=sample_db))
    with contextlib.closing(core):
        assert found_by_the_doctor(core, home) == Finding("backup", holds=True, found="No backup has been taken.")
        with core.session() as session:
            make_provider(session)
        found = found_by_the_doctor(core, home)
        assert not found.holds
        assert "netos backup FILE" in str(found.fix)
        take(core, home, folder / "a", utc_now() - timedelta(days=8))
        found = found_by_the_doctor(core, home)
        assert (found.holds, found.found) == (False, "The last backup, a, holds what was so 8 days ago.")
        take(core, home, folder / "b", utc_now())
        found = found_by_the_doctor(core, home)
        assert (found.holds, found.found) == (True, "The last backup, b, holds what was so within the last day.")


def test_what_was_restored_counts_as_backed_up_when_its_backup_was_taken(
    core: Core, home: Home, folder: Path, empty_db: str
) -> None:
    with core.session() as session:
        make_provider(session)
    backup = take(core, home, folder / "x", utc_now() - timedelta(days=2))
    put_back(backup.path, folder / "new", empty_db)
    restored = Core(core.settings.model_copy(update={"database_url": empty_db}))
    with contextlib.closing(restored):
        found = found_by_the_doctor(restored, home)
    assert dataclasses.astuple(found)[:3] == ("backup", True, "The last backup, x, holds what was so 2 days ago.")
