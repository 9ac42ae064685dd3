"""Run the renewal engine: today for good, or as of any day without a trace."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from datetime import date
from typing import Any

from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Invalid
from netos_core.renewals import queries, records
from netos_core.renewals.queries.looks import BATCH
from netos_core.renewals.schemas import RenewalRun, ReplayRenewals, RunRenewals
from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_core.work.records import itself
from netos_mcp.cli.attached import core_on


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="run")
    run = actions.add_parser("run", help="bring every contract up to today")
    run.add_argument("--as-of", type=_day, metavar="DATE", help="walk to this day instead; keeps nothing")
    run.add_argument("--dry-run", action="store_true", help="keep nothing and tell nobody")
    run.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Run the engine batch by batch; whoever may start this program is the operator of the installation."""
    settings, home = load_settings(), open_home(args.home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        started = time.perf_counter()
        told = _told(core, args.as_of, keep=args.as_of is None and not args.dry_run)
        told["seconds"] = round(time.perf_counter() - started, 3)
    sys.stdout.write(json.dumps(told) + "\n" if args.json else _in_words(told))
    return 0


def _told(core: Core, as_of: date | None, *, keep: bool) -> dict[str, Any]:
    evaluated, notices, cursor = 0, 0, None
    transitions: list[dict[str, Any]] = []
    while True:
        batch = _batch(core, as_of, cursor, keep=keep)
        evaluated, notices, cursor = evaluated + batch.evaluated, notices + batch.notices, batch.next_cursor
        transitions += [_transition(row.model_dump(mode="json")) for row in batch.transitions]
        if cursor is None:
            break
    return {
        "as_of": batch.as_of.isoformat(), "kept": keep, "evaluated": evaluated, "transitions": transitions,
        "notices": notices,
    }  # fmt: skip


def _batch(core: Core, as_of: date | None, cursor: str | None, *, keep: bool) -> RenewalRun:
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB) as ctx:
        if keep:
            return records.run(ctx, RunRenewals(cursor=cursor, limit=BATCH))
        return queries.replay(ctx, ReplayRenewals(as_of=as_of, cursor=cursor, limit=BATCH))


def _transition(row: dict[str, Any]) -> dict[str, Any]:
    first = {"circuit": row.pop("circuit"), "contract": row.pop("contract")}
    return first | {"from": row.pop("from_state"), "to": row.pop("state")} | row


def _in_words(told: dict[str, Any]) -> str:
    counts = Counter(row["to"] for row in told["transitions"])
    steps = ", ".join(f"{count} {state}" for state, count in counts.most_common()) or "none"
    kept = "kept" if told["kept"] else "nothing was kept"
    lines = [f"As of {told['as_of']}: {told['evaluated']} contracts in {told['seconds']} s; steps: {steps}; {kept}."]
    lines += [
        f"  {row['on']}  {row['contract']}  {row['from'] or 'new'} -> {row['to']}"
        + (f"  act by {row['act_by']}" if row["act_by"] else "")
        for row in told["transitions"][:50]
    ]
    return "\n".join(lines) + "\n"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("That is no day.", field="as_of", fix="Write it as 2027-03-31.") from None
