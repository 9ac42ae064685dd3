"""Reads the contracts that wait: claimed, read with no transaction open, told how far it is, kept.

`extraction_of` is the one place where a stored file becomes an `Extraction`; whoever extracts answers with that type,
and what it answers is checked against the pages before it is kept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from netos_core.documents.rules.content import FileRefused
from netos_core.documents.rules.extraction.fields import Extraction
from netos_core.documents.rules.extraction.quotes import checked
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.documents.rules.pages import Page
from netos_core.extractions import records
from netos_core.kernel.clock import utc_now
from netos_core.runtime.claude_reading import read_contract, reader_of
from netos_core.runtime.draw import Drawing
from netos_core.runtime.files import open_bytes
from netos_core.runtime.reading import NotReadInTime, Reading, read_document
from netos_core.vendors.errors import VendorError

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
TOLD_EVERY = 1.0
"""Seconds between two tellings of how far a reading is."""


class TakenOver(Exception):
    """Another worker reads the file by now."""


def extraction_of(core: Core, content: bytes, reading: Reading) -> tuple[Extraction, str]:
    """Extract the fields of a contract, by the rules and by Claude where it may be asked, and say who did."""
    read = read_contract(content, reading, reader_of(core, DocumentKind.CONTRACT))
    return read.extraction, f"rules and {read.model}" if read.model else "rules"


def read_next(core: Core) -> bool:
    """Read the contract that has waited longest; False where none waits. Safe to run twice, late or after a kill."""
    with core.session() as session:
        records.queue_attached(session, utc_now())
    with core.session() as session:
        mine = records.claim(session, utc_now())
    if mine is None:
        return False
    started = time.perf_counter()
    try:
        done = _read(core, mine)
    except TakenOver:
        done = False
    except (VendorError, NotReadInTime) as away:
        log.warning("extraction waits", extra={"extraction": mine.ref, "told": away.message})
        with core.session() as session:
            records.put_back(session, mine, utc_now())
        return True
    except FileRefused as refused:
        with core.session() as session:
            records.fail(session, mine, refused.message)
        done = True
    log.info("extraction", extra={"extraction": mine.ref, "kept": done, "seconds": time.perf_counter() - started})
    return True


def _read(core: Core, mine: records.Claimed) -> bool:
    with open_bytes(core, mine.sha256) as file:
        content = file.read()
    with _held(core, mine) as tell:
        reading = read_document(content, progress=tell)
        found, extractor = extraction_of(core, content, reading)
    result = result_of(found, reading.pages)
    texts = [page.text for page in reading.pages]
    with core.session() as session:
        return records.finish(session, mine, result, extractor, texts, utc_now())


def result_of(found: Extraction, pages: Sequence[Page]) -> dict[str, Any]:
    """Give what is kept of an extraction, with the fields only whose quotes hold against the pages."""
    kept, wrong = checked(found.fields, pages)
    told = (*found.problems, *wrong)
    result = dataclasses.replace(found, fields=tuple(kept), problems=told).as_dict()
    return result | {"pages": [_size(page) for page in pages]}


def _size(page: Page) -> dict[str, Any]:
    return {"number": page.number, "width": page.width, "height": page.height, "ocr": page.ocr}


@contextlib.contextmanager
def _held(core: Core, mine: records.Claimed) -> Iterator[Callable[[int], None]]:
    """Renew the claim and tell how far the reading is until the block ends; what is given notes the pages read.

    It renews by the clock, so that a page or an answer may take long and the file of a killed worker waits briefly.
    """
    pages, ended, lost = 0, Event(), Event()

    def note(read: int) -> None:
        nonlocal pages
        pages = read
        if lost.is_set():
            raise TakenOver

    def renew() -> None:
        while not ended.wait(TOLD_EVERY):
            try:
                with core.session() as session:
                    held = records.advance(session, mine, pages, utc_now())
            except SQLAlchemyError:  # the claim outlives a few of these, and the next may do
                log.warning("claim not renewed", extra={"extraction": mine.ref})
                continue
            if not held:
                lost.set()
                return

    renewing = Thread(target=renew, name="claim", daemon=True)
    renewing.start()
    try:
        yield note
    finally:
        ended.set()
        renewing.join()


def page_picture(core: Core, sha256: str, number: int) -> bytes:
    """Draw a page a caller was given leave to see, in a process of its own.

    Raises:
        NotDrawn: It can not be drawn.
        NotInTime: It was not done in time; once more may do.
        VendorError: The store is away.
    """
    with open_bytes(core, sha256) as file:
        content = file.read()
    with Drawing() as drawing:
        return drawing.draw_page(content, number)
