"""Load the sample data, or take it away again."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator

from netos_core.demo.load import load
from netos_core.demo.remove import Removed, remove
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Runtime, open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services

MOST_KEPT = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("load", "remove"), help="load does nothing when all of it is there")


def run(args: argparse.Namespace) -> int:
    with ensure_services(open_home(args.home), load_settings()) as runtime, _core(runtime) as core:
        sys.stdout.write(_loaded(core) if args.action == "load" else _removed(remove(core)))
    return 0


def prepare(runtime: Runtime) -> None:
    """Load the sample data before `netos up --demo` serves anyone."""
    with _core(runtime) as core:
        load(core)


@contextlib.contextmanager
def _core(runtime: Runtime) -> Iterator[Core]:
    core = Core(load_settings(database_url=runtime.database_url))
    try:
        yield core
    finally:
        core.close()


def _loaded(core: Core) -> str:
    done = load(core)
    if not done.changes:
        return "The sample data is loaded already.\n"
    told = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(done.created.items(), key=lambda k: -k[1]))
    return f"Loaded {told or 'work in progress'} through {done.changes[0]} to {done.changes[-1]}.\n"


def _removed(done: Removed) -> str:
    if not done.changes and not done.kept:
        return "There is no sample data to remove.\n"
    lines = [f"Retired {done.retired} rows of sample data; the audit trail stays."]
    if done.kept:
        lines.append(f"{len(done.kept)} stay because something real needs them:")
        lines += [f"  {k.ref}{f' ({k.part})' if k.part else ''}: {k.why}" for k in done.kept[:MOST_KEPT]]
        lines += [f"  and {len(done.kept) - MOST_KEPT} more"] if len(done.kept) > MOST_KEPT else []
    return "\n".join(lines) + "\n"
