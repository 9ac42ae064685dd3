"""The servers from wheels: they start anywhere, and a crash of theirs loses nothing committed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from netos_core.kernel.errors import Unavailable
from netos_core.runtime import embedded, valkey
from netos_core.runtime.home import Home

pytestmark = pytest.mark.processes


@contextmanager
def postgres(data: Path) -> Iterator[embedded.Postgres]:
    server = embedded.start(data)
    try:
        yield server
    finally:
        embedded.stop(server)


@contextmanager
def queue(data: Path) -> Iterator[valkey.Valkey]:
    server = valkey.start(data)
    try:
        yield server
    finally:
        valkey.stop(server)


def run(server: embedded.Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.conninfo("netos"), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def ask(server: valkey.Valkey, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.socket_file))
        client.sendall(f"{command}\r\n".encode())
        return client.recv(200).decode()


def test_a_committed_row_survives_a_crash_of_postgresql(folder: Path) -> None:
    with postgres(folder / "pg") as server:
        embedded.ensure_database(server, "netos")
        run(server, "create table circuit (name text)")
        run(server, "insert into circuit values ('CKT-1042')")
        server.process.kill()
    with postgres(folder / "pg") as server:
        assert run(server, "select name from circuit") == [("CKT-1042",)]
        assert embedded.ensure_database(server, "netos") == server.url("netos")


def test_a_queued_job_survives_a_crash_of_valkey(folder: Path) -> None:
    with queue(folder / "valkey") as server:
        assert ask(server, "RPUSH jobs renewals") == ":1\r\n"
        server.process.kill()
    with queue(folder / "valkey") as server:
        assert ask(server, "LPOP jobs") == "$8\r\nrenewals\r\n"
        assert server.url == f"unix://{server.socket_file}"


@pytest.mark.parametrize("name", ["d" * 100, "with space, comma"])
def test_a_long_or_odd_path_gets_its_socket_elsewhere(folder: Path, name: str) -> None:
    (folder / name).mkdir(mode=0o711)
    with postgres(folder / name / "pg") as server:
        assert server.sockets != server.data
        assert embedded.ensure_database(server, "netos").endswith(f"?host={server.sockets}")
        with psycopg.connect(server.conninfo("netos")) as connection:
            assert connection.execute("show timezone").fetchone() == ("UTC",)


def test_a_half_made_data_folder_is_made_again(folder: Path) -> None:
    (folder / "pg.new").mkdir()
    (folder / "pg.new" / "PG_VERSION").write_text("18\n")
    with postgres(folder / "pg") as server:
        embedded.ensure_database(server, "netos")
        assert run(server, "select 1") == [(1,)]
    assert not (folder / "pg.new").exists()


def test_the_extensions_the_product_uses_are_in_the_wheel(folder: Path) -> None:
    with postgres(folder / "pg") as server:
        embedded.ensure_database(server, "netos")
        for extension in ("pg_trgm", "unaccent", "cube", "btree_gist", "fuzzystrmatch", "vector"):
            run(server, f"create extension {extension}")


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with pytest.raises(Unavailable, match="unrecognized configuration parameter"):
        embedded.start(folder / "pg", options={"no_such_setting": "1"})
    (folder / "valkey").mkdir()
    (folder / "valkey" / "appendonlydir").write_text("a file where a folder belongs")
    with pytest.raises(Unavailable, match="Valkey did not start"):
        valkey.start(folder / "valkey")


def test_a_server_is_started_from_the_main_thread_only(folder: Path) -> None:
    raised: list[BaseException] = []

    def begin() -> None:
        try:
            valkey.start(folder / "valkey")
        except RuntimeError as refused:
            raised.append(refused)

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])


def test_a_home_nobody_may_enter_still_gets_its_database(closed_home: Home) -> None:
    with postgres(embedded.data_folder(closed_home.path)) as server:
        embedded.ensure_database(server, "netos")
        assert run(server, "select 1") == [(1,)]
