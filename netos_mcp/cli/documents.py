"""Read a contract (PDF, digital or scanned) and print its fields, each with page and quote."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netos_core.kernel.errors import Invalid, NetosError, NotFound

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core
    from netos_core.runtime.claude_reading import Reader

KEY = "NETOS_ANTHROPIC_API_KEY"

_LONGEST = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="extract")
    extract = actions.add_parser("extract", help="print what a contract says")
    extract.add_argument("file", type=Path)
    extract.add_argument("--json", action="store_true", help="print one JSON object")
    extract.add_argument(
        "--extractor",
        choices=("rules", "claude", "both"),
        help="who reads it; unset: both where a key of Claude is set, else the rules",
    )


def run(args: argparse.Namespace) -> int:
    """Do it; a refusal is one JSON object on standard error."""
    try:
        told = _told(args)
    except NetosError as refusal:
        sys.stderr.write(json.dumps(refusal.as_dict(), ensure_ascii=False) + "\n")
        return 1
    if args.json:
        sys.stdout.write(json.dumps(told, allow_nan=False, ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write(_shown(told))
    return 0


def _told(args: argparse.Namespace) -> dict[str, Any]:
    from netos_core.runtime.reading import read_document

    content = _content(args.file)
    reading = read_document(content)
    chosen = args.extractor or ("both" if os.environ.get(KEY) else "rules")
    if chosen == "rules":
        from netos_core.documents.rules.extraction.extract import extract

        return extract(reading.pages, reading.unread).as_dict()
    from netos_core.runtime.claude_reading import Extractor, by_rules_alone, read_contract  # lazy: slow to import

    with _claude() as (claude, why):
        extracted = read_contract(content, reading, claude, Extractor(chosen))
    if claude is None:
        extracted = by_rules_alone(extracted.extraction, why)
    return extracted.extraction.as_dict()


@contextlib.contextmanager
def _claude() -> Iterator[tuple[Reader | None, str]]:
    """Give who reads beside the rules, or why nobody does; without a database its cost is counted here alone."""
    from netos_core.documents.rules.kinds import DocumentKind
    from netos_core.runtime.calls import Core
    from netos_core.runtime.claude import OwnLedger, connected
    from netos_core.runtime.claude_reading import reader, reader_of
    from netos_core.runtime.settings import load_settings

    settings = load_settings()
    if DocumentKind.CONTRACT not in settings.claude_kinds:
        yield None, "Contracts may not be sent to Claude (NETOS_CLAUDE_DOCUMENTS)."
    elif settings.anthropic_api_key is None:
        yield None, f"No key of Claude is set ({KEY})."
    elif settings.database_url is None:
        with contextlib.closing(connected(settings)) as model:
            yield reader(settings, model, OwnLedger(settings.claude_monthly_limit)), ""
    else:
        with contextlib.closing(Core(settings)) as core:
            answers = _answers(core)
            told = "" if answers else "The database, which counts what Claude costs, does not answer."
            yield (reader_of(core, DocumentKind.CONTRACT) if answers else None), told


def _answers(core: Core) -> bool:
    from sqlalchemy.exc import OperationalError

    try:
        with core.session() as session:
            session.connection()
    except OperationalError:
        return False
    return True


def _shown(told: dict[str, Any]) -> str:
    pictures = f", {len(told['ocr_pages'])} of them read from pictures" if told["ocr_pages"] else ""
    lines = [f"{told['pages']} pages{pictures}. What is not listed the document does not say."]
    width = max((len(field["name"]) for field in told["fields"]), default=0)
    for field in told["fields"]:
        lines.append(f"{field['name']:{width}}  {_value(field)}  ({field['confidence']:.0%}, page {field['page']})")
        quote = field["quote"]
        lines.append(f"{'':{width}}    “{quote if len(quote) <= _LONGEST else quote[:_LONGEST] + '…'}”")
    for problem in told["problems"]:
        read = " / ".join(_value(one) for one in problem.get("candidates", ()))
        lines.append(f"Problem: {problem['message']}" + (f" Read: {read}." if read else ""))
    return "\n".join(lines) + "\n"


def _value(field: dict[str, Any]) -> str:
    return "; ".join(field["value"]) if isinstance(field["value"], list) else str(field["value"])


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
