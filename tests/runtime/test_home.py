from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netos_core.runtime.home import Home, HomeBusy, Runtime, attach, hold, open_home, publish, resolve_home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def runtime_of(home: Home) -> Runtime:
    return Runtime(
        home=home.path,
        pid=os.getpid(),
        started=datetime(2026, 6, 1, tzinfo=UTC),
        database_url="postgresql+psycopg://netos@/netos",
        redis_url="unix:///v.sock",
        web_url="http://127.0.0.1:8420",
        port=8420,
        pids={"web": 1},
    )


def test_the_option_wins_then_the_variable_then_the_folder_then_the_user(tmp_path: Path) -> None:
    user = {"HOME": "/home/ann"}
    assert resolve_home(None, user, tmp_path) == Path("/home/ann/.local/share/netos")
    assert resolve_home(None, user | {"XDG_DATA_HOME": "/data"}, tmp_path) == Path("/data/netos")
    (tmp_path / ".netos").mkdir()
    assert resolve_home(None, user, tmp_path) == tmp_path / ".netos"
    assert resolve_home(None, user | {"NETOS_HOME": "here"}, tmp_path) == tmp_path / "here"
    assert resolve_home(Path("there"), user | {"NETOS_HOME": "here"}, tmp_path) == tmp_path / "there"
    assert resolve_home(Path("/abs"), user, tmp_path) == Path("/abs")


def test_a_home_is_closed_to_others(tmp_path: Path) -> None:
    home = open_home(tmp_path / "a" / "b")
    assert mode(home.path) == (0o711 if os.geteuid() == 0 else 0o700)
    assert mode(home.folder("documents")) == 0o700


def test_the_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    first = home.master_keys()
    assert len(first) == 1
    assert len(first[0]) == 32
    assert open_home(tmp_path / "home").master_keys() == first
    assert mode(home.key_file) == 0o600
    assert [path.name for path in home.path.iterdir()] == ["keys"]


def test_what_runs_is_known_while_its_owner_lives(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    assert attach(home) is None
    with hold(home):
        assert attach(home) is None
        publish(home, runtime_of(home))
        assert attach(home) == runtime_of(home)
        assert mode(home.runtime_file) == 0o600
    assert attach(home) is None
    assert not home.runtime_file.exists()


def test_a_record_left_by_a_killed_owner_means_nothing(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    publish(home, runtime_of(home))
    assert attach(home) is None
    with hold(home):
        assert not home.runtime_file.exists()


def test_a_home_has_one_owner(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with hold(home):
        with pytest.raises(HomeBusy, match=f"Process {os.getpid()} uses"), hold(home):
            pass
        publish(home, runtime_of(home))
        with pytest.raises(HomeBusy, match=r"already runs on .*: http://127\.0\.0\.1:8420"), hold(home):
            pass
    with hold(home):
        assert attach(home) is None
