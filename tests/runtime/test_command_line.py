"""The dispatcher: what is imported, where --home may stand, how a refusal reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netos_mcp.cli import COMMANDS

REPOSITORY = Path(__file__).parents[2]


def netos(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    program = "import sys; from netos_mcp.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment | {"PYTHONPATH": str(REPOSITORY)} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_overview_names_every_command() -> None:
    shown = netos("--help")
    assert shown.returncode == 0
    assert all(f"  {name} " in shown.stdout for name in COMMANDS)
    assert netos().returncode == 2


def test_starting_imports_nothing_heavy() -> None:
    program = "import sys, netos_mcp.cli; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ran.stdout.split())
    assert not loaded & {"fastmcp", "mcp", "sqlalchemy", "pydantic", "starlette", "arq", "alembic"}


def test_an_unknown_command_gets_the_nearest_one() -> None:
    refused = netos("migrat")
    assert refused.returncode == 1
    assert refused.stderr.startswith("netos: There is no command “migrat”. Did you mean migrate?")
    assert refused.stdout == ""


@pytest.mark.parametrize("command", ["up", "serve", "worker", "migrate"])
def test_a_wrong_setting_is_refused_in_one_line(command: str, tmp_path: Path) -> None:
    refused = netos(command, "--home", str(tmp_path / "home"), NETOS_PORT="abc")
    assert refused.returncode == 1
    assert refused.stderr.startswith("netos: NETOS_PORT input should be a valid integer")
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    refused = netos("migrate", NETOS_DATABASE_URL="postgresql://netos:hunter2@127.0.0.1:1/netos")
    assert refused.returncode == 1
    assert "does not answer. Check that it runs" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "hunter2" not in refused.stderr


def test_migrate_reports_and_checks(fresh_db: str) -> None:
    assert netos("migrate", "--check", NETOS_DATABASE_URL=fresh_db).returncode == 0
    from netos_core.runtime import migrate

    migrate.downgrade(fresh_db, "base")
    due = netos("migrate", "--check", NETOS_DATABASE_URL=fresh_db)
    assert due.returncode == 1
    assert due.stdout == f"The database is at revision none; the newest is {migrate.head()}.\n"
    done = netos("migrate", NETOS_DATABASE_URL=fresh_db)
    assert done.returncode == 0
    assert done.stdout == f"The database went from revision none to {migrate.head()}.\n"


def test_a_refused_call_is_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from types import ModuleType

    from netos_core.kernel.errors import NotFound
    from netos_mcp import cli

    command = ModuleType("refusing_command")

    def run(args: object) -> int:
        raise NotFound(f"No circuit there, in {args.home.name}.", field="ref", fix="Use search_circuits.")

    command.add_arguments = lambda parser: parser.add_argument("tool")
    command.run = run
    monkeypatch.setitem(sys.modules, "refusing_command", command)
    monkeypatch.setitem(cli.COMMANDS, "call", ("refusing_command", "Refuse."))
    assert cli.main(["call", "get_circuit", "--home", "there"]) == 1
    assert json.loads(capsys.readouterr().err) == {
        "code": "not_found",
        "message": "No circuit there, in there.",
        "field": "ref",
        "fix": "Use search_circuits.",
    }
