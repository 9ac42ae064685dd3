"""Put a backup into an empty database and a new home, and bring it to this version's schema."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netos_core.kernel.clock import utc_now
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings

if TYPE_CHECKING:
    from netos_core.runtime.backup.restore import Restored


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="what `netos backup` wrote")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(args: argparse.Namespace) -> int:
    """Restore; exit code 1 when the trail that came with the backup does not hold."""
    from netos_core.runtime.backup.restore import restore

    done = restore(args.file, open_home(args.home), load_settings(), utc_now())
    table = _table(args.file, done)
    sys.stdout.write(json.dumps(table) + "\n" if args.json else _line(table))
    return 0 if done.trail.holds else 1


def _table(file: Path, done: Restored) -> dict[str, Any]:
    manifest = done.manifest
    return {
        "file": str(file),
        "taken_at": manifest.taken_at.isoformat(),
        "product": manifest.product,
        "revision": {"from": manifest.revision, "to": done.revision},
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "files": len(manifest.files),
        "left_out": list(done.left_out),
        "trail": {
            "holds": done.trail.holds,
            "seals": done.trail.seals,
            "sealed_rows": done.trail.sealed_rows,
            "unsealed_rows": done.trail.unsealed_rows,
            "broken_seal": done.trail.broken_seal,
            "later_seals": done.later_seals,
        },
    }


def _line(table: dict[str, Any]) -> str:
    was, now = table["revision"]["from"], table["revision"]["to"]
    schema = f"revision {now}" if was == now else f"revision {was}, brought to {now}"
    told = f"Restored {table['rows']:,} rows of {table['tables']} tables and {table['files']} files"
    trail = table["trail"]
    held = (
        f"the audit trail holds ({trail['seals']} seals over {trail['sealed_rows']:,} rows)"
        if trail["holds"]
        else f"BUT SEAL {trail['broken_seal']} OF THE AUDIT TRAIL DOES NOT HOLD, and did not when the backup was taken"
    )
    left = (
        f" Left out, because no schema of ours knows them: {', '.join(table['left_out'])}." if table["left_out"] else ""
    )
    later = trail["later_seals"]
    kept = (
        f" Later seals, which this backup does not have, stay in audit/seals.jsonl of the home: {later}."
        if later
        else ""
    )
    return f"{told}, as of {table['taken_at']}; {schema}; {held}.{left}{kept}\n"
