"""Check this installation; what is wrong is said with its fix, and the exit code is 1."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from netos_core.access.rules import rights_table
from netos_core.runtime.health import Finding, findings, settings_in_force
from netos_core.runtime.home import Runtime, open_home
from netos_core.runtime.settings import Settings, load_settings
from netos_core.runtime.supervisor import ensure_services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audit", action="store_true", help="verify every seal of the audit trail")
    parser.add_argument("--rights", action="store_true", help="only print what each role may do, as JSON")
    parser.add_argument(
        "--integrations", action="store_true", help="only ask each outside system its cheapest question"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(args: argparse.Namespace) -> int:
    if args.rights:
        _print_json({"roles": rights_table()})
        return 0
    settings = load_settings()
    if args.integrations:
        return _integrations(args, settings)
    with ensure_services(open_home(args.home), settings) as runtime:
        expected = _worker_expected(runtime, settings)
        found = list(findings(runtime, settings, worker_expected=expected, trail=args.audit))
    healthy = all(finding.holds for finding in found)
    table = settings_in_force(settings)
    if args.json:
        _print_json({"healthy": healthy, "findings": [asdict(f) for f in found], "settings": table})
    else:
        sys.stdout.write(_page(found, table))
    return 0 if healthy else 1


def _integrations(args: argparse.Namespace, settings: Settings) -> int:
    from netos_core.runtime.integrations import integrations
    from netos_mcp.cli.attached import core_on

    with ensure_services(open_home(args.home), settings) as runtime, core_on(runtime) as core:
        asked = list(integrations(core))
    if args.json:
        _print_json({"healthy": all(one.holds for one in asked), "integrations": [asdict(one) for one in asked]})
    else:
        for one in asked:
            took = f" ({one.milliseconds} ms)" if one.milliseconds is not None else ""
            sys.stdout.write(f"{'ok    ' if one.holds else 'BROKEN'}  {one.system:20} {one.mode:8} {one.found}{took}\n")
            if one.fix:
                sys.stdout.write(f"{'':38}{one.fix}\n")
    return 0 if all(one.holds for one in asked) else 1


def _worker_expected(runtime: Runtime, settings: Settings) -> bool:
    """Expect a worker beside external services and under a running `netos up`, not beside services of our own."""
    external = bool(settings.database_url and settings.redis_url)
    return external or (runtime.pid != os.getpid() and runtime.web_url is not None)


def _page(found: Sequence[Finding], table: Mapping[str, Any]) -> str:
    lines = []
    for finding in found:
        lines.append(f"{'ok    ' if finding.holds else 'BROKEN'}  {finding.check:10} {finding.found}")
        if finding.fix:
            lines.append(f"{'':19}{finding.fix}")
    width = max(map(len, table))
    lines += ["", "Settings", *(f"  NETOS_{name.upper():{width}}  {_word(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def _word(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _print_json(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
