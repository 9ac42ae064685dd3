"""Run the benchmark, all of it or the parts named; prints one table of figures beside their targets and floors."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    bring,
    calls,
    data,
    doors,
    money,
    pages,
    papers,
    places,
    reading,
    renewals,
    scale,
    speed,
    start,
    tokens,
)
from bench.figures import Figure, table
from bench.house import House, house, megabytes, rest, uvicorn, worker

NAMES = (
    "import", "mcp", "layers", "tokens", "pages", "doors", "documents", "memory", "places", "money", "renewals",
    "scale", "start",
)  # fmt: skip
APART = {
    "money": money.figures, "renewals": renewals.figures, "scale": scale.figures, "start": start.figures,
}  # fmt: skip
"""Parts in homes of their own."""

CALLS = 212
RESIDENT_MB = 250.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and print one table; the exit code says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; all by default")
    parser.add_argument("--circuits", type=int, default=10_000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    args = parser.parse_args(arguments)
    if unknown := sorted(set(args.only) - set(NAMES)):
        parser.error(f"no such part: {', '.join(unknown)}")
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # so that everything is stopped and removed
    started = time.monotonic()
    wanted = set(args.only or NAMES)
    figures: list[Figure] = []
    notes: list[str] = []
    if wanted - set(APART):
        with house() as place:
            if "documents" in wanted:
                figures += [*papers.figures(place), *reading.figures(place)]
            if wanted - set(APART) - {"documents"}:
                _on_a_home(place, args.circuits, wanted, figures, notes)
            if "places" in wanted:
                figures += places.figures(place)
    for name, measure in APART.items():
        if name in wanted:
            figures += measure()
    taken = time.monotonic() - started
    load, cores = os.getloadavg()[0], os.cpu_count()
    head = f"NetOS with {args.circuits:,} circuits where no other number is said, {cores} cores, load {load:.1f}"
    head += f", in {taken:.0f} s"
    sys.stdout.write("\n".join([head, "", table(figures), *notes, ""]))
    if args.json is not None:
        told = {
            "at": datetime.now(UTC).isoformat(), "circuits": args.circuits, "cores": cores, "load": load,
            "figures": [figure.as_dict() for figure in figures],
        }  # fmt: skip
        args.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0


def _on_a_home(place: House, circuits: int, wanted: set[str], figures: list[Figure], notes: list[str]) -> None:
    sheets = data.make(circuits, datetime.now(UTC).date())
    taken = bring.bring(place, sheets)
    if "import" in wanted:
        figures += bring.figures(taken["circuits"], bring.copy_floor(place))
    if not wanted & {"mcp", "layers", "tokens", "memory", "pages", "doors"}:
        return
    asked = (calls.searches(place, sheets.asked, CALLS), calls.lookups(place, sheets.asked, CALLS))
    with uvicorn(place, "netos_mcp.app:app") as web, worker(place) as jobs:
        if "mcp" in wanted:
            with uvicorn(place, "bench.bare:app") as bare:
                floors = speed.floors(bare.port)
                least = megabytes(bare.process.pid)
            for mix in asked:
                figures += speed.figures(place, web.port, mix, floors)
        if "layers" in wanted:
            notes += ["", *(line for mix in asked for line in speed.layers(place, web.port, mix))]
        if "tokens" in wanted:
            counted, lines = tokens.measure(place, web.port)
            figures += counted
            notes += ["", *lines]
        if "pages" in wanted:
            figures += pages.figures(place, web.port)
        if "doors" in wanted:
            figures += doors.figures(place)
            rest(jobs.pid)  # of ten thousand new circuits the search had to be told
            figures += doors.sessions(web.port, asked[1])
        if "memory" in wanted:
            floor = least if "mcp" in wanted else None
            resident = megabytes(web.process.pid)
            figures += [
                Figure("memory of the web process after all this", "MB", resident, RESIDENT_MB, floor, "bare server"),
                Figure("memory of the worker", "MB", megabytes(jobs.pid)),
            ]


if __name__ == "__main__":
    raise SystemExit(main())
