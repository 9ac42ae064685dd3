"""Make a renewal report: kept as of today, or shown as of a day to come without a trace."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Invalid
from netos_core.kernel.values import plain
from netos_core.reports import records
from netos_core.reports.queries import kept, making
from netos_core.reports.schemas import GetReport, ReportContent
from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_core.work.records import itself
from netos_mcp.cli.attached import core_on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="run | show")
    run = actions.add_parser("run", help="make a report of today and keep it; with a key, the worker has it written")
    run.add_argument("--as-of", type=_day, metavar="DATE", help="of this day to come instead; keeps nothing")
    run.add_argument("--dry-run", action="store_true", help="show it and keep nothing")
    run.add_argument("--json", action="store_true", help="print one JSON object")
    show = actions.add_parser("show", help="show a kept report")
    show.add_argument("ref", nargs="?", default="latest", help="such as RPT-1001 (default: the latest)")
    show.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Whoever may start this program is the operator of the installation, and sees amounts."""
    settings, home = load_settings(), open_home(args.home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        content, about = _show(core, args.ref) if args.action == "show" else _run(core, args)
    if args.json:
        sys.stdout.write(json.dumps(about | plain(content)) + "\n")
    else:
        sys.stdout.write("\n".join(_in_words(content, about)) + "\n")
    return 0


def _run(core: Core, args: argparse.Namespace) -> tuple[ReportContent, dict[str, Any]]:
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB) as ctx:
        if args.dry_run or args.as_of not in {None, ctx.today}:
            period = kept.period(ctx.session, ctx.now, weekly=False)
            made = making.report(ctx, args.as_of or ctx.today, period)
            return made.content, {"ref": None, "kept": False}
        row = records.keep(ctx, week=None)
        if row is None:
            raise RuntimeError("only a weekly report is kept once")
        return kept.view_of(row, caller.name), {"ref": row.ref, "kept": True}


def _show(core: Core, ref: str) -> tuple[ReportContent, dict[str, Any]]:
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB) as ctx:
        view = kept.get_report(ctx, GetReport(ref=ref))
        return view, {"ref": view.ref, "kept": True}


def _in_words(content: ReportContent, about: dict[str, Any]) -> Iterator[str]:
    name = f"{about['ref']}, as" if about["ref"] else "Nothing was kept. As"
    yield f"{name} of {content.as_of}: {content.contracts} contracts; {content.headline}."
    for section in content.sections:
        amounts = " + ".join(f"{value:,.2f} {currency}" for currency, value in section.at_risk.items())
        if section.contracts:
            yield f"\n{section.name} {section.contracts}{f', {amounts} at risk' if amounts else ''}"
        for line in content.lines:
            if line.section == section.name:
                amount = f"  {line.at_risk:,.2f} {line.currency}" if line.at_risk is not None else ""
                yield f"  {line.act_by!s:<10}  {line.contract}  {line.title}{amount}"
    yield f"\nchanged since {content.since}: {content.changed}"
    for change in content.changes:
        said = "renewed in silence" if change.missed else f"{change.from_state or 'new'} -> {change.state}"
        yield f"  {change.on}  {change.contract}  {said}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("That is no day.", field="as_of", fix="Write it as 2027-03-31.") from None
