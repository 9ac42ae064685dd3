"""Prints how much of the labelled contracts is read right: `python -m tests.extraction [FOLDER] [--scanned]`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from netos_core.documents.rules.extraction.extract import extract
from netos_core.runtime.reading import read_document
from tests.extraction import score


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.extraction", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=score.DATA, help="where labels.jsonl and pdf/ lie")
    parser.add_argument("--scanned", action="store_true", help="read the scans instead, and compare with their twins")
    args = parser.parse_args()
    if args.scanned:
        for path in sorted((args.folder / "scanned").glob("*.pdf")):
            print(score.twins(path, args.folder / "pdf" / path.name))  # noqa: T201
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
        print(f"{title}: {len(some)}\n{score.table(score.score(some))}\n")  # noqa: T201
    told = ", ".join(f"{what} {spent / max(pages, 1) * 1000:.0f} ms a page" for what, spent in seconds.items())
    print(f"{pages} pages; {told}; quotes not on their page: {', '.join(unfounded) or 'none'}")  # noqa: T201


if __name__ == "__main__":
    main()
