"""Reads the words of a PDF in a process of its own, its scanned pages with Tesseract: whatever a file does, we live on.

The child reads and draws in one thread, for PDFium bears no second; pictures are read in parallel, up to the cores it
may use. It holds the file and a few pages, never the document's pages together.
Pages come back one by one, so the time a file may take is told by its pages.

Run as a program, this file is the child.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netos_core.documents.rules import paper, scans, words
from netos_core.documents.rules.content import PDF, FileRefused, type_of
from netos_core.documents.rules.pages import Page
from netos_core.kernel.errors import Unavailable
from netos_core.runtime.child import MEGABYTE, Bounds, Child, Deadline, bound, bound_time, read_frame, write_frame

MOST_BYTES = 100 * MEGABYTE
BOUNDS = Bounds(memory=2048 * MEGABYTE, cpu_seconds=30, wall_seconds=150.0)
_ASKED = "D"
_PAGE, _UNREAD, _DONE, _REFUSED, _TOO_LARGE = "p", "u", "e", "r", "m"
_PICTURE_FILE = 64 * MEGABYTE
MOST_PICTURES = 16
"""How many pictures are read at once at most: each takes memory, and more are not drawn while one is read."""

_NO_THREADS = {"OPENBLAS_NUM_THREADS": "1"}
"""Else NumPy reserves memory for every core there is, and on a large machine more than a reading may have."""


class NotReadInTime(Unavailable):
    """A page was not read in time, which the file need not be to blame for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The pages of a document, and which of them no words could be read from though there are some to see."""

    pages: tuple[Page, ...]
    unread: tuple[int, ...]


def _unheard(_: int) -> None:
    """Tell nobody how far it is."""


def read_document(content: bytes, bounds: Bounds = BOUNDS, progress: Callable[[int], None] = _unheard) -> Reading:
    """Read the words of a PDF with their places; `progress` is told how many pages are read.

    Raises:
        FileRefused: It is no PDF, too large, locked, damaged, or takes more memory or computing than a page may.
        NotReadInTime: A page took too long by the clock; once more may do.
    """
    if len(content) > MOST_BYTES:
        raise FileRefused(f"The file is larger than {MOST_BYTES // MEGABYTE} MB.", field="file", fix="Split it.")
    if type_of(content) is not PDF:
        raise FileRefused("The file is no PDF.", field="file", fix="Save it as PDF.")
    pages: dict[int, Page] = {}
    unread: list[int] = []
    with (
        tempfile.TemporaryDirectory(prefix="netos-reading-") as folder,
        Child(__name__, bounds, {"TMPDIR": folder, **_NO_THREADS}) as child,
    ):
        path = Path(folder, "document.pdf")  # by its path, for a pipe holds little: each side may wait for the other
        path.write_bytes(content)
        process = child.running()  # once: the one process may have ended by the time its last frames are read
        letter, told, late = _next(process, bounds, path)
        while letter in (_PAGE, _UNREAD):
            page = Page.from_row(json.loads(told))
            pages[page.number] = page
            if letter == _UNREAD:
                unread.append(page.number)
            progress(len(pages))
            letter, told, late = _next(process, bounds)
        _refuse(child, letter, told, late=late)
    return Reading(tuple(pages[number] for number in sorted(pages)), tuple(sorted(unread)))


def _next(process: subprocess.Popen[bytes], bounds: Bounds, asked: Path | None = None) -> tuple[str, bytes, bool]:
    """Wait for the next frame, after asking for a file; an empty letter where the process ended instead."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has both pipes")
    with Deadline(process, bounds.wall_seconds) as deadline:
        try:
            if asked is not None:
                write_frame(process.stdin, _ASKED, str(asked).encode())
            answer = read_frame(process.stdout)
        except (OSError, ValueError):
            answer = None
    return (*(answer or ("", b"")), deadline.passed)


def _refuse(child: Child, letter: str, told: bytes, *, late: bool) -> None:
    if letter == _DONE:
        return
    if letter == _REFUSED:
        said = json.loads(told)
        raise FileRefused(said["message"], field="file", fix=said["fix"])
    if letter == _TOO_LARGE:
        raise FileRefused("To read it takes more memory than a file may have.", field="file", fix="Split it.")
    if late:
        raise NotReadInTime("A page was not read in time.", fix="Try again when the machine is less busy.")
    how = child.end()
    if how is not None and how > 0:
        raise RuntimeError("the process that reads has failed by itself")
    if how == -signal.SIGXCPU:
        raise FileRefused("A page takes longer to read than a page may.", field="file", fix="Print it to a new PDF.")
    raise FileRefused("The reader broke off: the PDF is damaged.", field="file", fix="Save or download it anew.")


class _Pictures:
    """Pages that are being read from their pictures, at most a few at once."""

    def __init__(self, pool: ThreadPoolExecutor, most: int, tell: Callable[[Page, bool], None]) -> None:
        self._pool, self._most, self._tell = pool, most, tell
        self._waiting: deque[tuple[Page, Future[list[Any]]]] = deque()

    def add(self, page: Page, image: Any, scale: float) -> None:
        while len(self._waiting) >= self._most:
            self.settle()
        self._waiting.append((page, self._pool.submit(scans.read_picture, image, scale)))

    def settle(self) -> None:
        page, reading = self._waiting.popleft()
        try:
            seen = reading.result()
        except (RuntimeError, OSError):
            self._tell(page, False)
        else:
            self._tell(scans.with_picture(page, seen), True)

    def finish(self) -> None:
        while self._waiting:
            self.settle()


def _cores() -> int:
    """Count the cores this process may use, which a container or a service may have been given fewer of."""
    if sys.platform == "linux":
        return min(len(os.sched_getaffinity(0)), MOST_PICTURES)
    return min(os.cpu_count() or 1, MOST_PICTURES)


def _read_all(content: bytes, cpu_seconds: int, tell: Callable[[Page, bool], None]) -> None:
    paper.count_pages(content)
    cores = _cores()
    with paper.opened(content) as document, ThreadPoolExecutor(cores) as pool:
        pictures = _Pictures(pool, cores + 1, tell)
        for page, is_picture in words.read_pages(content, lambda number: paper.inkless(document, number)):
            bound_time(cpu_seconds)
            if is_picture:
                pictures.add(page, *paper.drawn(document, page.number, scans.scale_for(page.width, page.height)))
            else:
                tell(page, True)
        pictures.finish()


def main(memory: int, cpu_seconds: int) -> None:
    """Read one document."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    bound(memory, file_bytes=_PICTURE_FILE, open_files=256)
    asked = read_frame(source)
    if asked is None:
        return

    def tell(page: Page, is_read: bool) -> None:
        write_frame(out, _PAGE if is_read else _UNREAD, json.dumps(page.as_row()).encode())

    bound_time(cpu_seconds)
    try:
        _read_all(Path(asked[1].decode()).read_bytes(), cpu_seconds, tell)
    except FileRefused as refused:
        write_frame(out, _REFUSED, json.dumps({"message": refused.message, "fix": refused.fix}).encode())
    except MemoryError:
        write_frame(out, _TOO_LARGE, b"")
    else:
        write_frame(out, _DONE, b"")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
