"""The command line. Each command is one module; only the one that is called gets imported."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from netos_core.kernel.errors import Invalid, NetosError, one_of

COMMANDS = {
    "up": ("netos_mcp.cli.up", "Run everything: database, queue, web and MCP server, worker."),
    "mcp": ("netos_mcp.cli.mcp", "Serve MCP over stdio, for a client on this machine."),
    "call": ("netos_mcp.cli.call", "Make one tool call and print its result."),
    "import": ("netos_mcp.cli.imports", "Read a spreadsheet: preview it, or propose its rows."),
    "documents": ("netos_mcp.cli.documents", "Read a contract: every field with its page and quote."),
    "geo": ("netos_mcp.cli.geo", "Read a file of shapes: KML, KMZ or GeoJSON."),
    "renewals": ("netos_mcp.cli.renewals", "Run the renewal engine, as of today or of any day."),
    "report": ("netos_mcp.cli.report", "Make a renewal report, of today or of a day to come."),
    "revenue": ("netos_mcp.cli.revenue", "Read what customers are billed: from Sonar, or from a file."),
    "demo": ("netos_mcp.cli.demo", "Load or remove the sample data."),
    "serve": ("netos_mcp.cli.serve", "Run the web and MCP server alone."),
    "worker": ("netos_mcp.cli.worker", "Run the job worker alone."),
    "migrate": ("netos_mcp.cli.migrate", "Bring the database to this version's schema."),
    "backup": ("netos_mcp.cli.backup", "Write database, documents and keys into one file."),
    "restore": ("netos_mcp.cli.restore", "Put a backup into an empty database and a new home."),
    "token": ("netos_mcp.cli.token", "Make, list and revoke personal tokens for local agents."),
    "doctor": ("netos_mcp.cli.doctor", "Check this installation and say what is wrong with it."),
}
ANSWERS_IN_JSON = frozenset({"call"})
INTERRUPTED = 130
MISUSED = 2


class Command(Protocol):
    """What a command's module offers."""

    __doc__: str | None
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal of ours becomes a line and exit code 1, a bug keeps its traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_overview())
        return 0 if given else MISUSED
    if given[0] in {"-V", "--version", "version"}:
        from importlib.metadata import version

        sys.stdout.write(f"netos {version('netos')}\n")
        return 0
    name, *rest = given
    try:
        return _run(name, rest)
    except NetosError as refusal:
        sys.stderr.write(_refusal(refusal, as_json=name in ANSWERS_IN_JSON))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as `head`, has what it wanted
        sys.stderr.close()
        return 1


def _run(name: str, rest: Sequence[str]) -> int:
    if name not in COMMANDS:
        raise one_of(name, list(COMMANDS), what="command", field="command")
    module, summary = COMMANDS[name]
    command = cast("Command", import_module(module))
    where = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    where.add_argument("--home", type=Path, metavar="DIR", help="folder of data, keys and logs")
    home, remaining = where.parse_known_args(rest)  # first and alone, so that it may also follow a sub-command
    parser = argparse.ArgumentParser(prog=f"netos {name}", description=command.__doc__ or summary, parents=[where])
    command.add_arguments(parser)
    return command.run(parser.parse_args(remaining, namespace=home))


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        ["usage: netos COMMAND [--home DIR] [...]", "", *lines, "", "netos COMMAND --help tells more.", ""]
    )


def _refusal(refusal: NetosError, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(refusal.as_dict(), ensure_ascii=False) + "\n"
    kind = "" if isinstance(refusal, Invalid) and "\n" in refusal.message else "netos: "
    return f"{kind}{refusal.message}{f' {refusal.fix}' if refusal.fix else ''}\n"
