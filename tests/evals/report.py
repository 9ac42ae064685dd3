"""What the attempts add up to: a table by kind, figures for a file, and whether they hold against the baseline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.evals.running import ERAS, Outcome
from tests.evals.task import Kind

BASELINE = Path(__file__).with_name("baseline.json")
MAY_GROW = 0.05
COUNTED = ("calls", "tokens")


def by_kind(outcomes: Sequence[Outcome], trials: int) -> dict[str, dict[str, Any]]:
    """Add up the attempts of each kind and of all.

    `pass_1` is the share of attempts that pass, `pass_n` that of tasks whose every trial passes.
    """
    figures = {str(kind): _sum([o for o in outcomes if o.task.kind is kind], trials) for kind in Kind}
    return {name: one for name, one in figures.items() if one["tasks"]} | {"all": _sum(outcomes, trials)}


def _sum(outcomes: Sequence[Outcome], trials: int) -> dict[str, Any]:
    tasks: dict[str, list[bool]] = {}
    for one in outcomes:
        tasks.setdefault(one.task.id, []).append(one.passed)
    attempts = [one.attempt for one in outcomes]
    whole = sum(all(passed) for passed in tasks.values())
    return {
        "tasks": len(tasks),
        "attempts": len(outcomes),
        "trials": trials,
        "pass_1": round(sum(one.passed for one in outcomes) / len(outcomes), 4) if outcomes else None,
        "pass_n": round(whole / len(tasks), 4) if tasks else None,
        "calls": sum(one.calls for one in attempts),
        "tokens": sum(one.tokens for one in attempts),
        "model_tokens": sum(one.model_tokens for one in attempts),
        "errors": sum(one.errors for one in attempts),
        "seconds": round(sum(one.seconds for one in attempts), 1),
    }


def table(title: str, figures: dict[str, dict[str, Any]], *, model: bool) -> str:
    """Write the figures for a reader; what a script has none of is left out."""
    trials = figures["all"]["trials"]
    head = ["kind", "tasks", "pass@1", *([f"pass^{trials}"] if model else []), "calls", "tokens"]
    head += [*(["model tokens"] if model else []), "errors", "seconds"]
    rows = [head]
    for name, one in figures.items():
        row = [name, str(one["tasks"]), f"{one['pass_1']:.1%}", *([f"{one['pass_n']:.1%}"] if model else [])]
        row += [str(one["calls"]), f"{one['tokens']:,}", *([f"{one['model_tokens']:,}"] if model else [])]
        rows.append([*row, str(one["errors"]), f"{one['seconds']:.1f}"])
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = ["  ".join(_aligned(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in rows]  # fmt: skip
    return "\n".join([title, *(line.rstrip() for line in lines)])


def _aligned(cell: str, width: int, at: int) -> str:
    return cell.rjust(width) if at else cell.ljust(width)


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Say of every attempt that failed what was wrong."""
    return [f"{one.task.id} ({one.era}): {'; '.join(one.wrong)}" for one in outcomes if not one.passed]


def cost(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """Return the calls and tokens of each task as scripts take them in the current era, and of all."""
    tasks = {
        one.task.id: {name: getattr(one.attempt, name) for name in COUNTED} for one in outcomes if one.era == ERAS[0]
    }
    return {"all": {name: sum(one[name] for one in tasks.values()) for name in COUNTED}, **dict(sorted(tasks.items()))}


def record(outcomes: Sequence[Outcome], file: Path = BASELINE) -> None:
    """Keep what the scripts take today as the baseline."""
    file.write_text(json.dumps(cost(outcomes), indent=1) + "\n")


def grown(outcomes: Sequence[Outcome], file: Path = BASELINE) -> list[str]:
    """Name what takes more than the baseline allows in all; tasks that are new to it do not count."""
    before = json.loads(file.read_text())
    now = {name: one for name, one in cost(outcomes).items() if name in before and name != "all"}
    wrong = []
    for name in COUNTED:
        was, took = (sum(side[task][name] for task in now) for side in (before, now))
        if took > was * (1 + MAY_GROW):
            most = sorted(now, key=lambda task: before[task][name] - now[task][name])[:3]
            wrong.append(f"{took:,} {name} where the baseline has {was:,}; most of it in {', '.join(most)}")
    return wrong


def as_json(scripted: Sequence[Outcome], model: Sequence[Outcome], trials: int, name: str | None) -> dict[str, Any]:
    """Return everything for a file."""
    told: dict[str, Any] = {"scripted": {"by_kind": by_kind(scripted, 1), "attempts": _attempts(scripted)}}
    if model:
        told["model"] = {"name": name, "by_kind": by_kind(model, trials), "attempts": _attempts(model)}
    return told


def _attempts(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [
        {
            "task": one.task.id,
            "kind": one.task.kind,
            "era": one.era,
            "passed": one.passed,
            "wrong": one.wrong,
            "answer": one.attempt.answer,
            "calls": [{"tool": s.tool, "arguments": s.arguments, "refused": s.result.code} for s in one.attempt.steps],
            "tokens": one.attempt.tokens,
            "model_tokens": one.attempt.model_tokens,
            "seconds": round(one.attempt.seconds, 3),
        }
        for one in outcomes
    ]
