"""The official MCP conformance suite against NetOS as it is served, in both protocol eras.

What is known to fail stands in `expected-REVISION.yml`, each line with its reason. The suite refuses a failure
that is not listed as well as a listed one that passes, so the score can only be what the lists say.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.conformance.conftest import LOG, PATIENCE, SUITE

pytestmark = pytest.mark.processes

HERE = Path(__file__).parent
SCORE = [("2026-07-28", 37, 37), ("2025-11-25", 28, 30)]
"""Revision of the protocol, scenarios that pass, scenarios that count."""


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
