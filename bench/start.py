"""How long `netos up --demo` takes until it answers: on a new home, and again on the same."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.request
from pathlib import Path

from bench.figures import Figure
from bench.house import FIRST_PORT, NotUp, folder
from netos_core.runtime.processes import spawn, stop_process

WARM_SECONDS, COLD_SECONDS, PATIENCE = 5.0, 60.0, 120.0


def figures() -> list[Figure]:
    with folder() as home:
        cold, warm = _up(home), min(_up(home), _up(home))
    return [
        Figure("netos up --demo, new home: answers /readyz", "s", cold, COLD_SECONDS),
        Figure("netos up --demo, same home again (best of 2)", "s", warm, WARM_SECONDS),
    ]


def _up(home: Path) -> float:
    argv = [sys.executable, "-c", "from netos_mcp.cli import main; raise SystemExit(main())"]
    argv += ["up", "--demo", "--home", str(home), "--port", str(FIRST_PORT + 40)]
    started = time.monotonic()
    process = spawn(argv, log=home / "bench-up.log", environment=dict(os.environ), ending=signal.SIGINT)
    try:
        while process.poll() is None and time.monotonic() - started < PATIENCE:
            try:
                runtime = json.loads((home / "runtime.json").read_text())
                with urllib.request.urlopen(f"{runtime['web_url']}/readyz", timeout=5) as answer:  # noqa: S310 - ours
                    if answer.status == 200:  # noqa: PLR2004
                        return time.monotonic() - started
            except (OSError, ValueError, KeyError, TypeError):
                pass
            time.sleep(0.02)
        raise NotUp("`netos up --demo` does not get ready: " + (home / "bench-up.log").read_text()[-2000:])
    finally:
        stop_process(process, ((signal.SIGTERM, 30),))
