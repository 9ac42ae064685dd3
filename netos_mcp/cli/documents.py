"""Read a contract (PDF, digital or scanned) and print its fields, each with page and quote; nothing is stored."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from netos_core.kernel.errors import Invalid, NetosError, NotFound

_LONGEST = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="extract")
    extract = actions.add_parser("extract", help="print what a contract says")
    extract.add_argument("file", type=Path)
    extract.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Do it; a refusal is one JSON object on standard error."""
    from netos_core.documents.rules.extraction.extract import extract
    from netos_core.runtime.reading import read_document

    try:
        reading = read_document(_content(args.file))
    except NetosError as refusal:
        sys.stderr.write(json.dumps(refusal.as_dict(), ensure_ascii=False) + "\n")
        return 1
    told = extract(reading.pages, unread=reading.unread).as_dict()
    if args.json:
        sys.stdout.write(json.dumps(told, allow_nan=False, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write(_shown(told))
    return 0


def _shown(told: dict[str, Any]) -> str:
    pictures = f", {len(told['ocr_pages'])} of them read from pictures" if told["ocr_pages"] else ""
    lines = [f"{told['pages']} pages{pictures}. What is not listed the document does not say."]
    width = max((len(field["name"]) for field in told["fields"]), default=0)
    for field in told["fields"]:
        value = "; ".join(field["value"]) if isinstance(field["value"], list) else str(field["value"])
        lines.append(f"{field['name']:{width}}  {value}  ({field['confidence']:.0%}, page {field['page']})")
        quote = field["quote"]
        lines.append(f"{'':{width}}    “{quote if len(quote) <= _LONGEST else quote[:_LONGEST] + '…'}”")
    lines += [f"Problem: {problem['message']}" for problem in told["problems"]]
    return "\n".join(lines) + "\n"


def _content(path: Path) -> bytes:
    """Read a file, and of one that is too large no more than shows it is."""
    from netos_core.runtime.reading import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotFound("There is no such file.", field="file", fix="Check the path and the folder.") from None
    except OSError:
        raise Invalid("That file can not be read.", field="file", fix="Name a file you may read.") from None
