"""Read a file of shapes (KML, KMZ, GeoJSON) and print its features; nothing is stored and nothing has to run."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from netos_core.kernel.errors import Invalid, NetosError, NotFound


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="read")
    read = actions.add_parser("read", help="print the features of a file")
    read.add_argument("file", type=Path)
    read.add_argument("--json", action="store_true", help="print one JSON object, a GeoJSON FeatureCollection")


def run(args: argparse.Namespace) -> int:
    """Do it; a refusal is one JSON object on standard error."""
    from netos_core.geo.files.reading import read_shapes

    try:
        found = read_shapes(_content(args.file)).as_dict()
    except NetosError as refusal:
        sys.stderr.write(json.dumps(refusal.as_dict(), ensure_ascii=False) + "\n")
        return 1
    if args.json:
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
        return 0
    kinds = Counter((one["geometry"] or {"type": "no geometry"})["type"] for one in found["features"])
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    sys.stdout.write(f"{found['count']} features: {told}.\n" if told else "No features.\n")
    for one in found["problems"]:
        sys.stdout.write(f"  Feature {one['feature']}: {one['message']}\n")
    return 0


def _content(path: Path) -> bytes:
    """Read a file, and of one that is too large no more than shows it is."""
    from netos_core.geo.files.reading import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotFound("There is no such file.", field="file", fix="Check the path and the folder.") from None
    except OSError:
        raise Invalid("That file can not be read.", field="file", fix="Name a file you may read.") from None
