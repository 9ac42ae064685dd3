"""ClamAV's daemon: bytes are sent to it piece by piece (INSTREAM), and it names the virus it finds."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

from netos_core.vendors.errors import BadResponse, Rejected, VendorUnavailable

SYSTEM = "Virus scanner"
SETTING = "NETOS_CLAMD_URL"
PORT = 3310
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0
PIECE = 1 << 16
LONGEST_ANSWER = 4096
_FOUND = re.compile(rb"stream: (.+) FOUND")
_PLAIN = re.compile(r"[^\w .:/()-]")


class Clamd:
    """One daemon, at tcp://host:3310 or unix:///run/clamav/clamd.ctl.

    Raises:
        ValueError: The address is neither.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme == "unix" and parts.path:
            self._where: tuple[str, int] | str = parts.path
        elif parts.scheme == "tcp" and parts.hostname:
            self._where = (parts.hostname, parts.port or PORT)
        else:
            raise ValueError("must be tcp://host:3310 or unix:///path/of/the/socket")

    def scan(self, content: bytes) -> str | None:
        with self._connected() as daemon:
            daemon.sendall(b"zINSTREAM\0")
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it says why in its answer
                for start in range(0, len(content), PIECE):
                    piece = content[start : start + PIECE]
                    daemon.sendall(struct.pack(">I", len(piece)) + piece)
                daemon.sendall(struct.pack(">I", 0))
            answer = _read(daemon)
        if answer == b"stream: OK":
            return None
        if found := _FOUND.fullmatch(answer):
            return _PLAIN.sub("", found[1].decode("ascii", "replace"))[:80] or "unnamed"
        if b"size limit" in answer:
            raise Rejected(
                "The virus scanner takes no file of this size.",
                system=SYSTEM,
                setting=SETTING,
                fix="Raise StreamMaxLength of clamd to what NETOS_UPLOAD_MEGABYTES allows.",
            )
        raise _odd()

    def check(self) -> None:
        with self._connected() as daemon:
            daemon.sendall(b"zPING\0")
            if _read(daemon) != b"PONG":
                raise _odd()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        family = socket.AF_UNIX if isinstance(self._where, str) else socket.AF_INET
        try:
            daemon = (
                socket.socket(family, socket.SOCK_STREAM)
                if isinstance(self._where, str)
                else socket.create_connection(self._where, CONNECT_SECONDS)
            )
            with daemon:
                if isinstance(self._where, str):
                    daemon.settimeout(CONNECT_SECONDS)
                    daemon.connect(self._where)
                daemon.settimeout(ANSWER_SECONDS)
                yield daemon
        except OSError as away:
            raise VendorUnavailable(
                "The virus scanner does not answer.",
                system=SYSTEM,
                setting=SETTING,
                fix=f"Start clamd, or correct {SETTING}; files wait until then.",
            ) from away


def _read(daemon: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = daemon.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n")


def _odd() -> BadResponse:
    return BadResponse("The virus scanner answered something else.", system=SYSTEM, setting=SETTING, fix="See its log.")
