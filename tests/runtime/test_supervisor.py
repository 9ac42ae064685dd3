"""`netos up` and the commands beside it, as real processes: whatever happens, nothing is left running."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from collections.abc import Callable

import psycopg
import pytest

from netos_core.runtime.home import Home
from netos_core.runtime.supervisor import free_port
from tests.runtime.conftest import Process, all_gone, running

pytestmark = pytest.mark.processes
Start = Callable[..., Process]


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    conninfo = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_supervisor_leaves_nothing(home: Home, start: Start, how: signal.Signals) -> None:
    supervisor = start("up", home.path, free_port("127.0.0.1", 18420))
    supervisor.said("ready")
    runtime = running(home)
    assert sorted(runtime.pids) == ["postgres", "valkey", "web", "worker"]
    with urllib.request.urlopen(f"{runtime.web_url}/healthz") as answer:
        assert answer.status == 200
    supervisor.send(how)
    assert supervisor.stopped() == (0, "")
    assert all_gone(list(runtime.pids.values()))
    assert not home.runtime_file.exists()


def test_a_killed_supervisor_leaves_nothing_and_the_next_one_finds_the_data(home: Home, start: Start) -> None:
    port = free_port("127.0.0.1", 18440)
    first = start("up", home.path, port)
    first.said("ready")
    killed = running(home)
    rows(killed.database_url, "create table kept (name text)")
    rows(killed.database_url, "insert into kept values ('CKT-1042')")
    first.send(signal.SIGKILL)
    second = start("up", home.path, port)
    second.said("ready")
    assert all_gone(list(killed.pids.values()))
    runtime = running(home)
    assert runtime.pid != killed.pid
    assert runtime.port == port
    assert rows(runtime.database_url, "select name from kept") == [("CKT-1042",)]
    second.send(signal.SIGTERM)
    assert second.stopped()[0] == 0


def test_a_signal_while_starting_stops_cleanly(home: Home, start: Start) -> None:
    supervisor = start("up", home.path, free_port("127.0.0.1", 18460), "worker")
    supervisor.owns(home)
    while not (home.path / "pg" / "postmaster.pid").exists():
        assert supervisor.process.poll() is None
    supervisor.send(signal.SIGTERM)
    assert supervisor.stopped() == (0, "")
    assert not (home.path / "pg" / "postmaster.pid").exists()


def test_a_program_that_ends_stops_everything_and_shows_its_log(home: Home, start: Start) -> None:
    supervisor = start("up", home.path, free_port("127.0.0.1", 18480), "failing")
    code, errors = supervisor.stopped()
    assert code == 1
    assert "worker ended with exit code 3; everything is stopped." in errors
    assert "the worker has no settings" in errors
    assert "Traceback" not in errors
    assert not home.runtime_file.exists()


@pytest.mark.parametrize("name", ["postgres", "valkey", "web"])
def test_a_server_that_is_killed_stops_everything(home: Home, start: Start, name: str) -> None:
    supervisor = start("up", home.path, free_port("127.0.0.1", 18500))
    supervisor.said("ready")
    runtime = running(home)
    os.kill(runtime.pids[name], signal.SIGKILL)
    code, errors = supervisor.stopped()
    assert code == 1
    assert f"{name} was ended by SIGKILL" in errors
    assert all_gone(list(runtime.pids.values()))


def test_a_taken_port_is_passed_over(home: Home, start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        supervisor = start("up", home.path, port)
        assert supervisor.said("Port").startswith(f"Port {port} is taken; using ")
        supervisor.said("ready")
        assert running(home).port not in {port, None}


def test_a_second_supervisor_is_told_where_the_first_one_is(home: Home, start: Start) -> None:
    first = start("up", home.path, free_port("127.0.0.1", 18540))
    first.said("ready")
    code, errors = start("up", home.path, free_port("127.0.0.1", 18550)).stopped()
    assert code == 1
    assert errors == f"NetOS already runs on {home.path}: {running(home).web_url} (process {first.process.pid}).\n"


def test_a_command_uses_the_services_that_run(home: Home, start: Start) -> None:
    supervisor = start("up", home.path, free_port("127.0.0.1", 18560))
    supervisor.owns(home)
    command = start("services", home.path)  # it waits until the supervisor is ready
    supervisor.said("ready")
    assert command.said("ready") == f"ready {running(home).database_url}"
    assert command.stopped()[0] == 0
    assert running(home).pid == supervisor.process.pid


def test_a_command_alone_brings_its_own_services_and_takes_them_along(home: Home, start: Start) -> None:
    command = start("services", home.path)
    command.said("ready")
    runtime = running(home)
    assert sorted(runtime.pids) == ["postgres", "valkey"]
    assert runtime.web_url is None
    assert rows(runtime.database_url, "select 1") == [(1,)]
    assert command.stopped()[0] == 0
    assert all_gone(list(runtime.pids.values()))


def test_a_killed_command_leaves_nothing(home: Home, start: Start) -> None:
    command = start("services", home.path)
    command.said("ready")
    runtime = running(home)
    command.send(signal.SIGKILL)
    assert all_gone(list(runtime.pids.values()))


def test_external_services_are_used_as_they_are(home: Home, start: Start, fresh_db: str) -> None:
    command = start(
        "services", home.path, settings={"NETOS_DATABASE_URL": fresh_db, "NETOS_REDIS_URL": "redis://127.0.0.1:1"}
    )
    assert command.said("ready") == f"ready {fresh_db}"
    assert command.stopped()[0] == 0
    assert not (home.path / "pg").exists()
    assert not home.runtime_file.exists()
