"""Prints how much of the labelled contracts is read right: `python -m tests.extraction [FOLDER] [--scanned]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from netos_core.documents.rules.extraction.extract import extract
from netos_core.runtime.reading import read_document
from tests.extraction import score
from tests.extraction.fresh_papers import FRESH
from tests.extraction.papers import PAPERS
from tests.extraction.sheet import scan


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.extraction", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=score.DATA, help="where labels.jsonl and pdf/ lie")
    parser.add_argument("--scanned", action="store_true", help="read the scans instead, and compare with their twins")
    args = parser.parse_args()
    if args.scanned:
        _compare(args.folder)
        return
    read = []
    pages = 0
    unfounded: list[str] = []
    seconds = {"reading": 0.0, "rules": 0.0}
    for contract in score.labels(args.folder):
        began = time.perf_counter()
        reading = read_document((args.folder / contract["pdf"]).read_bytes())
        between = time.perf_counter()
        extraction = extract(reading.pages, reading.unread)
        seconds["reading"] += between - began
        seconds["rules"] += time.perf_counter() - between
        pages += len(reading.pages)
        if not score.is_verbatim(extraction, reading.pages):
            unfounded.append(contract["id"])
        read.append((contract, extraction))
    held_out = [one for one in read if score.is_held_out(one[0]["id"])]
    for title, some in (("All contracts", read), ("Those never looked at", held_out)):
        sys.stdout.write(f"{title}: {len(some)}\n{score.table(score.score(some))}\n\n")
    told = ", ".join(f"{what} {spent / max(pages, 1) * 1000:.0f} ms a page" for what, spent in seconds.items())
    sys.stdout.write(f"{pages} pages; {told}; quotes not on their page: {', '.join(unfounded) or 'none'}\n")


def _compare(folder: Path) -> None:
    """Compare scans with their digital twins: the contracts', and those of our own papers."""
    both = [(path.stem, path.read_bytes(), (folder / "pdf" / path.name).read_bytes()) for path in _scanned(folder)]
    own = [paper for make in (*PAPERS, *FRESH) if not (paper := make()).name.startswith("scan")]
    told = [score.twins(*one) for one in (*both, *((one.name, scan(one.content), one.content) for one in own))]
    for one in told:
        sys.stdout.write(f"{one}\n")
    same = sum(len(one.same) for one in told)
    asked = same + sum(len(one.differing) for one in told)
    sys.stdout.write(f"\n{same} of {asked} answers the same\n")


def _scanned(folder: Path) -> list[Path]:
    return sorted((folder / "scanned").glob("*.pdf"))


if __name__ == "__main__":
    main()
