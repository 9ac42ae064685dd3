"""PDFs: how many pages, the text of one, what is drawn without ink, pictures of pages.

The library reads one document at a time in a process, so every use of it takes its turn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from netos_core.documents.rules.content import FileRefused
from netos_core.documents.rules.pictures import PREVIEW, shrunk
from netos_core.kernel.errors import NotFound

MOST_PAGES = 2000
LONGEST_TEXT = 40_000
_TURN = Lock()
_PASSWORD = 4


class PageNotFound(NotFound):
    """The document has fewer pages."""


@contextmanager
def opened(content: bytes) -> Iterator[Any]:
    """Open a PDF; who holds it has the library's turn.

    Raises:
        FileRefused: It is damaged or locked by a password.
    """
    import pypdfium2

    with _TURN:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as refused:
            if getattr(refused, "err_code", None) == _PASSWORD:
                raise FileRefused(
                    "The PDF asks for a password.", field="file", fix="Save it without one, then send that copy."
                ) from refused
            raise _damaged() from refused
        try:
            yield document
        finally:
            document.close()


def _damaged() -> FileRefused:
    return FileRefused("The PDF is damaged.", field="file", fix="Save or download it anew, then send it.")


def count_pages(content: bytes) -> int:
    """Count the pages of a PDF.

    Raises:
        FileRefused: It is damaged, locked by a password, or has no page or too many.
    """
    with opened(content) as document:
        pages = len(document)
    if pages == 0:
        raise _damaged()
    if pages > MOST_PAGES:
        raise FileRefused(f"The PDF has more than {MOST_PAGES} pages.", field="file", fix="Split it.")
    return pages


def page_text(content: bytes, page: int) -> str:
    """Return the text of a page, counted from 1; nothing where the page is a picture of text.

    Raises:
        PageNotFound: There is no such page.
    """
    with opened(content) as document:
        if not 1 <= page <= len(document):
            raise PageNotFound(f"The document has {len(document)} pages.", field="page", fix="Ask for one of them.")
        shown = document[page - 1]
        text = shown.get_textpage()
        told: str = text.get_text_bounded()
        text.close()
        shown.close()
    return told.replace("\r\n", "\n").replace("\0", "")[:LONGEST_TEXT]


def small_pictures(content: bytes) -> tuple[bytes, bytes]:
    """Draw the first page as a thumbnail and a preview.

    Raises:
        FileRefused: The page can not be drawn.
        MemoryError: The process may not have what it takes.
    """
    import pypdfium2

    with opened(content) as document:
        try:
            page = document[0]
            scale = PREVIEW / max(*page.get_size(), 1)
            image = page.render(scale=scale, may_draw_forms=False).to_pil()
            page.close()
        except (pypdfium2.PdfiumError, ValueError) as damaged:
            raise _damaged() from damaged
    return shrunk(image)


def inkless(document: Any, number: int) -> list[tuple[float, float, float, float]]:
    """Give the places of text of an opened PDF that is drawn without ink, as left, top, right and bottom."""
    from pypdfium2 import raw

    page = document[number - 1]
    height = page.get_height()
    found = [
        one.get_bounds()
        for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
        if raw.FPDFTextObj_GetTextRenderMode(one.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    ]
    page.close()
    return [(left, height - top, right, height - bottom) for left, bottom, right, top in found]


def drawn(document: Any, number: int, scale: float) -> tuple[Any, float]:
    """Draw a page of an opened PDF in shades of grey, and give it with its scale.

    Raises:
        FileRefused: The page can not be drawn.
    """
    import pypdfium2

    try:
        page = document[number - 1]
        image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
        page.close()
    except (pypdfium2.PdfiumError, ValueError) as damaged:
        raise _damaged() from damaged
    return image, scale


PAGE_WIDTH = 1240  # of a drawn page, in dots: letters of an order form are read at it without a glass
_HIGHEST = 4000


def page_picture(content: bytes, number: int) -> bytes:
    """Draw a page, counted from 1, as a JPEG.

    Raises:
        PageNotFound: There is no such page.
        FileRefused: The page can not be drawn.
        MemoryError: The process may not have what it takes.
    """
    import pypdfium2

    with opened(content) as document:
        if not 1 <= number <= len(document):
            raise PageNotFound(f"The document has {len(document)} pages.", field="page", fix="Ask for one of them.")
        try:
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(PAGE_WIDTH / max(width, 1), _HIGHEST / max(height, 1))
            image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            page.close()
        except (pypdfium2.PdfiumError, ValueError) as damaged:
            raise _damaged() from damaged
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
