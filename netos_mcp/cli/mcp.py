"""Serve MCP over stdio for a client on this machine; it attaches to a running home or starts one."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_mcp.cli.attached import core_on

if TYPE_CHECKING:
    from netos_mcp.offer import Offer

TOOLSETS_VARIABLE = "NETOS_TOOLSETS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="email", metavar="EMAIL", help="person to act for (development login only)")
    parser.add_argument(
        "--toolsets",
        metavar="NAMES",
        default=os.environ.get(TOOLSETS_VARIABLE, ""),
        help="list more tools: network,documents,parties,changes,imports,people, or all "
        f"(default: {TOOLSETS_VARIABLE})",
    )
    parser.add_argument("--read-only", action="store_true", help="list and answer only tools that read")


def run(args: argparse.Namespace) -> int:
    from netos_mcp.offer import Offer

    offer = Offer.of_words(args.toolsets, read_only=args.read_only)  # refused before anything starts
    settings = load_settings()
    configure_logging(settings.log_level)  # to standard error: standard output is the protocol's
    home = open_home(args.home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        _serve(core, args.email, offer, pages=runtime.web_url is not None)
    return 0


def _serve(core: Core, email: str | None, offer: Offer, *, pages: bool) -> None:
    from netos_mcp.app import use_our_logs
    from netos_mcp.auth import PersonDoor
    from netos_mcp.server import make_server

    door = PersonDoor(core, email)
    door.caller(None)  # refused here, in words, rather than at the first call
    use_our_logs()
    make_server(core, door, pages=pages, offer=offer).run(transport="stdio", show_banner=False)
