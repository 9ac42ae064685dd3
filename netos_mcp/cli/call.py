"""Make one tool call as an agent would and print its structured result as one JSON object."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys

from netos_core.kernel.errors import Invalid, NetosError
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.logs import JsonFormatter
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_mcp.cli.attached import core_on

AGENT = "netos call"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tool", help="such as get_circuit")
    parser.add_argument("arguments", nargs="?", default="{}", metavar="JSON", help='such as \'{"ref": "CKT-1042"}\'')
    parser.add_argument("--as", dest="email", metavar="EMAIL", help="person to act for (development login only)")


def run(args: argparse.Namespace) -> int:
    from netos_mcp.answers import Call
    from netos_mcp.auth import PersonDoor
    from netos_mcp.errors import unexpected, unknown_tool
    from netos_mcp.tools import BY_NAME

    tool = BY_NAME.get(args.tool)
    if tool is None:
        raise unknown_tool(args.tool, BY_NAME)
    arguments = _arguments(args.arguments)
    settings, home = load_settings(), open_home(args.home)
    _log_to(home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        person = PersonDoor(core, args.email).caller(None)
        call = Call(dataclasses.replace(person, agent=AGENT))
        try:
            answer = tool.answer(core, arguments, call)
        except NetosError:
            raise
        except Exception as bug:  # noqa: BLE001 - the edge is where a bug becomes an answer
            raise unexpected(bug, tool.name, call.request_id) from None
    sys.stdout.write(json.dumps(answer.structured, ensure_ascii=False) + "\n")
    return 0


def _log_to(home: Home) -> None:
    """Keep the log out of standard error, which holds one refusal and nothing else."""
    handler = logging.FileHandler(home.log("call"), delay=True)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)


def _arguments(given: str) -> dict[str, object]:
    try:
        arguments = json.loads(given)
    except ValueError as broken:
        raise Invalid(
            "The arguments are not JSON.", field="arguments", fix='Write \'{"ref": "CKT-1042"}\'.'
        ) from broken
    if not isinstance(arguments, dict):
        raise Invalid("The arguments are not a JSON object.", field="arguments", fix='Write \'{"ref": "CKT-1042"}\'.')
    return arguments
