"""ClamAV's daemon: PING and INSTREAM over a socket; finds the EICAR test file and nothing else."""

from __future__ import annotations

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Daemon:
    """A running stand-in: where it is, what it was sent, and how large a stream it takes."""

    url: str
    most: int = 1 << 20
    scanned: list[int] = field(default_factory=list)
    answer: bytes | None = None


@contextlib.contextmanager
def running() -> Iterator[Daemon]:
    """Serve on a loopback port of its own."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            command = b""
            while not command.endswith(b"\0"):
                command += self.rfile.read(1)
            self.wfile.write((_ping() if command == b"zPING\0" else self._stream()) + b"\0")

        def _stream(self) -> bytes:
            content = b""
            while length := struct.unpack(">I", self.rfile.read(4))[0]:
                content += self.rfile.read(length)
                if len(content) > daemon.most:
                    return b"INSTREAM size limit exceeded. ERROR"
            daemon.scanned.append(len(content))
            if daemon.answer is not None:
                return daemon.answer
            return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"

    def _ping() -> bytes:
        return daemon.answer or b"PONG"

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        daemon = Daemon(f"tcp://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield daemon
        finally:
            server.shutdown()
            thread.join()
