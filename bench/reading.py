"""How contracts are read: their text, their pictures on one core and on two, their fields, and many of them at once."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pypdfium2

from bench.figures import Figure, once
from bench.house import House, megabytes
from netos_core.documents.rules import paper, scans
from netos_core.extractions.operations import upload_contract
from netos_core.extractions.schemas import UploadContract
from netos_core.kernel.context import Channel
from netos_core.runtime import extracting, files
from tests.extraction.papers import PAPERS
from tests.extraction.sheet import Sheet, scan

LONG, OF_A_PAPER, SCANNED, SENT = 500, 10, 8, 134
TEXT, PICTURE, RULES, MEMORY = 60.0, 1.5, 20.0, 400.0
EVERY = 0.02
FULL = 650
CLAUSE = (
    "Term and Termination. The Provider shall furnish the Services set out in each Service Order for an initial "
    "term of thirty-six (36) months from the Start of Service Date, and each Service Order shall thereafter renew "
    "for successive one (1) year terms unless either party gives written notice at least ninety (90) days prior to "
    "the end of the term then current. If Customer terminates before its end, it shall pay 100% of the monthly "
    "recurring charges of $1,250.00 that remain for the first twelve months, and 50% of those that remain "
    "thereafter, as liquidated damages. Neither party is liable for indirect damages, and all that either owes the "
    "other shall not exceed what was paid in the twelve (12) months before. This Agreement is governed by the laws "
    "of the State of Indiana."
)
COUNT = "select count(*), coalesce(sum(pages_read), 0) from extraction where state = 'read' and tries = 1"

PROGRAM = """
import json, sys, time
from pathlib import Path
from netos_core.documents.rules.extraction.extract import extract
from netos_core.runtime.reading import read_document
content = Path(sys.argv[1]).read_bytes()
began = time.perf_counter()
reading = read_document(content)
read = time.perf_counter()
found = extract(reading.pages, reading.unread)
ended = time.perf_counter()
words = [word.text for page in reading.pages for line in page.lines for word in line]
joined = time.perf_counter()
" ".join(words).split()
print(json.dumps({"pages": len(reading.pages), "unread": len(reading.unread), "read": read - began,
                  "rules": ended - read, "least": time.perf_counter() - joined, "fields": len(found.fields)}))
"""


class NotRead(RuntimeError):
    """A paper of ours was not read, so there is no figure."""


def figures(place: House) -> list[Figure]:
    with tempfile.TemporaryDirectory(dir=place.home.path) as name:
        folder = Path(name)
        return [*_long(folder), *_pictures(folder), *_many(place)]


def _long(folder: Path) -> list[Figure]:
    """Read a long agreement as full of words as agreements are, and one empty page for the floor of its memory."""
    content = _joined([_dense()] * (LONG // OF_A_PAPER))
    told, peak = _read(folder, content)
    _, least = _read(folder, Sheet().content)
    plain = once(lambda: [paper.page_text(content, number) for number in range(1, OF_A_PAPER + 1)]) / OF_A_PAPER
    head = f"{LONG} pages of an agreement"
    return [
        Figure(f"{head}: text and places, a page", "ms", told["read"] / LONG * 1000, TEXT, plain * 1000,
               "PDFium, text alone"),
        Figure(f"{head}: fields by the rules, a page", "ms", told["rules"] / LONG * 1000, RULES,
               told["least"] / LONG * 1000, "its words joined and split"),
        Figure(f"{head}: peak of all processes", "MB", peak, MEMORY, least, "one empty page"),
    ]  # fmt: skip


def _pictures(folder: Path) -> list[Figure]:
    """Read scanned pages on one core and on two, beside Tesseract alone on the same pictures."""
    content = _joined([scan(make().content) for make in PAPERS[:SCANNED]])
    cores = sorted(os.sched_getaffinity(0))
    one, _ = _read(folder, content, cores[:1])
    pages = one["pages"]
    least, floor = _tesseract(content, int(pages)) / pages, "Tesseract, no process around it"
    found = [Figure("scanned pages on one core, a page", "s", one["read"] / pages, PICTURE, least, floor)]
    if len(cores) > 1:
        two, peak = _read(folder, content, cores[:2])
        found += [
            Figure("the same on two cores, a page", "s", two["read"] / pages, PICTURE, least / 2, "half of that"),
            Figure("the same: peak of all processes", "MB", peak, MEMORY),
        ]
    return found


def _many(place: House) -> list[Figure]:
    """Send many contracts at once and read them as the worker does; each is read at its first try or none is told."""
    kinds = [make().content for make in PAPERS[:6]]
    papers = [kinds[number % len(kinds)] + b"\n%%%d\n" % number for number in range(SENT)]
    for number, content in enumerate(papers):
        request = UploadContract(content=content, file_name=f"{number}.pdf")
        place.core.call(upload_contract, request, place.person(), Channel.AGENT)
    while files.store_staged(place.core):
        pass
    least = once(lambda: [_plain(content) for content in papers])
    taken = once(lambda: _until_idle(place))
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(COUNT).fetchone()
    read, pages = row or (0, 0)
    return [
        Figure(f"contracts read at their first try, of {SENT} sent at once", "", read, at_least=SENT),
        Figure("each of them, from the queue to its kept fields", "ms", taken / SENT * 1000, None, least / SENT * 1000,
               "PDFium, text alone"),
        Figure("pages they have", "", pages),
    ]  # fmt: skip


def _until_idle(place: House) -> None:
    while extracting.read_next(place.core):
        pass


def _plain(content: bytes) -> None:
    for number in range(1, paper.count_pages(content) + 1):
        paper.page_text(content, number)


def _read(folder: Path, content: bytes, cores: Sequence[int] = ()) -> tuple[dict[str, float], float]:
    """Read a document as the worker does; returns what it took, and the most that all processes held at once."""
    path = folder / "document.pdf"
    path.write_bytes(content)
    argv = [sys.executable, "-c", PROGRAM, str(path)]
    if cores:
        argv = ["taskset", "-c", ",".join(map(str, cores)), *argv]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_held, _family(process.pid))))
        time.sleep(EVERY)
    told = json.loads(process.stdout.read() if process.stdout else b"") if process.returncode == 0 else {}
    if not told or told["unread"]:
        raise NotRead("A paper of ours was not read.")
    return told, peak


def _family(pid: int) -> list[int]:
    """Give a process and all that it has started."""
    children: list[str] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            children += (thread / "children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _held(pid: int) -> float:
    with contextlib.suppress(OSError):
        held = megabytes(pid)
        return 0.0 if math.isnan(held) else held  # one that has just ended holds nothing
    return 0.0


def _tesseract(content: bytes, pages: int) -> float:
    """Read the pictures of all pages one after the other, with no process around it."""
    with paper.opened(content) as document:
        drawn = [paper.drawn(document, number, scans.scale_for(612, 792)) for number in range(1, pages + 1)]
    return once(lambda: [scans.read_picture(image, scale) for image, scale in drawn])


def _dense() -> bytes:
    """Write pages as full of words as those of an agreement are."""
    sheet = Sheet("times", 12)
    clause = 0
    while sheet.page_no() < OF_A_PAPER or sheet.y < FULL:
        clause += 1
        sheet.para(f"{clause}. {CLAUSE}")
    return sheet.content


def _joined(documents: Sequence[bytes]) -> bytes:
    whole = pypdfium2.PdfDocument.new()
    for one in documents:
        whole.import_pages(pypdfium2.PdfDocument(one))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()
