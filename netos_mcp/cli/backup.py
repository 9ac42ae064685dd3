"""Write the database, documents and keys into one private file; nothing has to stop for it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netos_core.kernel.clock import utc_now
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_mcp.cli.attached import core_on

if TYPE_CHECKING:
    from netos_core.runtime.backup.take import Taken

MEGABYTE = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="such as netos.tar.gz; whoever reads it has the keys")
    parser.add_argument("--replace", action="store_true", help="overwrite an older backup of that name")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def run(args: argparse.Namespace) -> int:
    from netos_core.runtime.backup.take import take

    settings, home = load_settings(), open_home(args.home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        done = take(core, home, args.file, utc_now(), replace=args.replace)
        keys = home.key_file.name in done.manifest.files
    table = _table(done, keys=keys, keys_in_settings=settings.secret_keys is not None, bucket=settings.store_url)
    sys.stdout.write(json.dumps(table) + "\n" if args.json else _line(done, table))
    return 0


def _table(done: Taken, *, keys: bool, keys_in_settings: bool, bucket: str | None) -> dict[str, Any]:
    manifest = done.manifest
    return {
        "file": str(done.path),
        "bytes": done.bytes,
        "sha256": done.sha256,
        "taken_at": manifest.taken_at.isoformat(),
        "revision": manifest.revision,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "files": len(manifest.files) - keys,
        "keys": keys,
        "keys_in_settings": keys_in_settings,
        "documents_apart": bucket,
        "recorded": done.recorded,
    }


def _line(done: Taken, table: dict[str, Any]) -> str:
    keys = "the keys" if table["keys"] else "no keys (this home has none)"
    size = f"{done.bytes / MEGABYTE:.1f} MB"
    held = f"{table['rows']:,} rows of {table['tables']} tables, {table['files']} files and {keys}"
    apart = " Keep NETOS_SECRET_KEYS yourself: it is not in there." if table["keys_in_settings"] else ""
    bucket = table["documents_apart"]
    apart += f" Documents lie in {bucket} and are not in there, only their names and checksums." if bucket else ""
    older = " The trail has no row of it: this database is older than this program." if not done.recorded else ""
    return f"{done.path} ({size}) holds {held}.{apart}{older}\n"
