"""The programs `netos up` starts beside the database and the queue."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from netos_core.runtime.supervisor import Program

APPLICATION = "netos_mcp.app:app"
WORKER = "jobs.worker.WorkerSettings"
GRACE = "5"
"""Seconds a request may still take when the server is asked to stop."""


def web_and_worker(host: str, port: int, *, trusted_proxies: str = "", reload: bool = False) -> Sequence[Program]:
    """Name the web server, which answers `/healthz`, and the job worker.

    Who calls is who is connected, unless that is a proxy the operator trusts: then it is who the proxy says.
    """
    web: tuple[str, ...] = (
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        APPLICATION,
        "--host",
        host,
        "--port",
        str(port),
    )
    web += ("--timeout-graceful-shutdown", GRACE, "--no-access-log", "--no-server-header")
    web += ("--proxy-headers", "--forwarded-allow-ips", trusted_proxies) if trusted_proxies else ("--no-proxy-headers",)
    web += ("--reload",) if reload else ()
    return (Program("web", web), Program("worker", (sys.executable, "-m", "arq", WORKER)))
