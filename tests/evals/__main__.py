"""Evaluate agents on the sample data: scripts always, a model where ANTHROPIC_API_KEY is set.

The exit code is 1 when a script fails, or the scripts take over 5 % more calls or tokens than the baseline.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.database import running_server
from tests.evals import report
from tests.evals.claude import Claude, from_environment
from tests.evals.running import Outcome, run_model, run_scripted
from tests.evals.task import Kind, Task
from tests.evals.tasks import TASKS
from tests.evals.world import Sample, sample

TRIALS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for, print the tables, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help="some tasks or kinds; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every attempt there")
    parser.add_argument("--record", action="store_true", help="keep what the scripts take as the baseline")
    parser.add_argument("--scripted", action="store_true", help="leave the model out, even with a key")
    parser.add_argument("--trials", type=int, default=TRIALS, help=f"of the model at each task (default {TRIALS})")
    args = parser.parse_args(arguments)
    tasks = _chosen(parser, args.only)
    if args.record and args.only:
        parser.error("--record takes all tasks")
    claude = None if args.scripted else from_environment()
    with running_server() as server, sample(server) as data:
        scripted, model = asyncio.run(_run(data, tasks, claude, args.trials))
    sys.stdout.write(report.table("Scripts", report.by_kind(scripted, 1), model=False) + "\n")
    if claude is None:
        sys.stdout.write("\nNo model was asked: set ANTHROPIC_API_KEY to have one do the same tasks.\n")
    else:
        sys.stdout.write(f"\n{report.table(claude.model, report.by_kind(model, args.trials), model=True)}\n")
        sys.stdout.writelines(f"  {line}\n" for line in report.failures(model))
    if args.json is not None:
        told = report.as_json(scripted, model, args.trials, claude.model if claude else None)
        args.json.write_text(json.dumps(told, indent=1) + "\n")
    wrong = report.failures(scripted)
    if args.record and not wrong:
        report.record(scripted)
    wrong += report.grown(scripted)
    sys.stdout.writelines(f"FAILED {line}\n" for line in wrong)
    return 1 if wrong else 0


async def _run(
    data: Sample, tasks: Sequence[Task], claude: Claude | None, trials: int
) -> tuple[list[Outcome], list[Outcome]]:
    scripted = await run_scripted(data, tasks)
    return scripted, await run_model(data, tasks, claude, trials) if claude is not None else []


def _chosen(parser: argparse.ArgumentParser, only: Sequence[str]) -> list[Task]:
    known = {task.id for task in TASKS} | set(Kind)
    if unknown := sorted(set(only) - known):
        parser.error(f"no such task or kind: {', '.join(unknown)}; kinds are {', '.join(Kind)}")
    return [task for task in TASKS if not only or task.id in only or task.kind in only]


if __name__ == "__main__":
    sys.exit(main())
