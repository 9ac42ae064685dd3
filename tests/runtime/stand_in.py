"""Stand-ins for the web server and the worker: the smallest programs the supervisor can run.

python stand_in.py web HOST PORT       answers every GET with 200
python stand_in.py worker              waits to be stopped
python stand_in.py failing             says why and ends
python stand_in.py up HOME PORT [OTHER]  a supervisor of `web` and OTHER (`worker`)
python stand_in.py services HOME       what `netos mcp` does: services until standard input ends
"""

from __future__ import annotations

import functools
import http.server
import signal
import sys
from pathlib import Path

from netos_core.kernel.errors import NetosError
from netos_core.runtime.home import Runtime, open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import Program, ensure_services, up

HERE = (sys.executable, __file__)


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing: the log of this program belongs to the test."""


def programs(other: str, host: str, port: int) -> tuple[Program, ...]:
    return (
        Program("web", (*HERE, "web", host, str(port))),
        Program("worker", (*HERE, other)),
    )


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say(runtime: Runtime) -> None:
    tell(f"ready {runtime.web_url}")


def serve(host: str, port: str) -> int:
    http.server.ThreadingHTTPServer((host, int(port)), Healthy).serve_forever()
    return 0


def supervise(home: str, port: str, other: str = "worker") -> int:
    settings = load_settings(port=int(port))
    return up(open_home(Path(home)), settings, functools.partial(programs, other), on_ready=say)


def hold_services(home: str) -> int:
    with ensure_services(open_home(Path(home)), load_settings()) as runtime:
        tell(f"ready {runtime.database_url}")
        sys.stdin.read()
    return 0


def main(role: str, *rest: str) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    match role:
        case "web":
            return serve(*rest)
        case "worker":
            signal.pause()
            return 0
        case "failing":
            sys.stderr.write("the worker has no settings\n")
            return 3
        case "up":
            return supervise(*rest)
        case _:
            return hold_services(*rest)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except NetosError as refusal:
        sys.stderr.write(f"{refusal.message}\n")
        sys.exit(1)
