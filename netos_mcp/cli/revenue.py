"""Read what customers are billed: from Sonar at once, or from a file where there is no Sonar."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.values import plain
from netos_core.revenue.queries.standing import Standing, standing
from netos_core.runtime import revenue
from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.revenue_file import COLUMNS, RevenueFile
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_core.vendors.errors import NotConfigured
from netos_mcp.cli.attached import core_on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="sync | load | status")
    sync = actions.add_parser("sync", help="read Sonar now, whole")
    load = actions.add_parser("load", help="read a file of all services that are billed now")
    load.add_argument("file", type=Path, help=f"CSV or workbook with the columns {', '.join(COLUMNS)}")
    load.add_argument("--as-of", type=_day, metavar="DATE", help="first day on which it is so (default: today)")
    for reading in (sync, load):
        reading.add_argument("--accept-losses", action="store_true", help="more than half of the services may be gone")
    status = actions.add_parser("status", help="show how the latest reading went")
    for action in (sync, load, status):
        action.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Whoever may start this program is the operator of the installation."""
    settings, home = load_settings(), open_home(args.home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        if args.action == "status":
            with core.session() as session:
                found = [one for one in (standing(session, s) for s in (revenue.SONAR, revenue.FILE)) if one]
        else:
            found = [_read(core, args)]
    told = [plain(asdict(one)) for one in found]
    if args.json:
        sys.stdout.write(json.dumps({"sources": told}) + "\n")
    else:
        sys.stdout.write("".join(map(_in_words, found)) or "Nothing was read yet.\n")
    return 0 if args.action == "status" or found[0].done_at else 1


def _read(core: Core, args: argparse.Namespace) -> Standing:
    today = business_day(utc_now(), core.policy.zone)
    if args.action == "sync":
        if core.billing is None:
            raise NotConfigured(
                "Sonar is not configured.", system=revenue.SYSTEM, fix="Set NETOS_SONAR_URL and NETOS_SONAR_TOKEN."
            )
        return revenue.sync_now(core, core.billing, revenue.SONAR, today, accept=args.accept_losses)
    day = args.as_of or today
    if day > today:
        raise Invalid("That day is still to come.", field="as_of", fix="Load the file when it is so.")
    try:
        content = args.file.read_bytes()
    except OSError:
        raise Invalid("That file can not be read.", field="file", fix="Check its path.") from None
    file = RevenueFile(args.file.name, content, core.policy.currency)
    with core.session() as session:
        other = standing(session, revenue.SONAR)
    if other is not None:
        raise Conflict(
            "Revenue is read from Sonar, and would count twice.",
            fix="What Sonar does not bill is recorded on the circuit.",
        )
    return revenue.sync_now(core, file, revenue.FILE, day, accept=args.accept_losses)


def _in_words(one: Standing) -> str:
    state = "done" if one.done_at else f"waits at {one.step}: {one.problem}" if one.problem else f"at {one.step}"
    return (
        f"{one.source}, as of {one.day}: {one.services} services of {one.accounts} accounts read, {one.gone} gone,"
        f" {one.repriced} with another amount; {state}\n"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("That is no day.", field="as_of", fix="Write it as 2027-03-31.") from None
