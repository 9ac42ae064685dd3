"""The words of a PDF's own text layer with their places, and which of its pages are pictures of text.

What a reader can not see is told apart: white on white, too small to read, drawn with no ink, off the page.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from netos_core.documents.rules.content import FileRefused
from netos_core.documents.rules.pages import SAME_LINE, Page, Word, lines_of

FEW_LETTERS = 40
SOME_LETTERS = 400
"""Below this a page that is mostly a picture is read as one, too: a scan with a stamp of letters on it."""
MOSTLY_PICTURE = 0.5
_MANY_CURVES = 300
_NEAR = 3.0
_LEAST_SIZE = 2.0
_WHITE = 0.93
_KEPT_PAGES = 8
"""For so many pages the library keeps what it has parsed, since pages share fonts and forms."""

_Box = tuple[float, float, float, float]
Inkless = Callable[[int], list[_Box]]
"""Tells the boxes of what is drawn without ink on a page."""


@dataclass(slots=True)
class _Drawn:
    """What a page shows besides letters: filled areas with whether they are white, in the order drawn; pictures."""

    areas: list[tuple[_Box, bool]]
    pictures: list[_Box]
    curves: int = 0


def read_pages(content: bytes, inkless: Inkless) -> Iterator[tuple[Page, bool]]:
    """Read the text layer page by page, each with whether it is a picture of text.

    Raises:
        FileRefused: The file can not be read.
    """
    import pdfplumber

    try:
        document = pdfplumber.open(io.BytesIO(content))
    except Exception as damaged:
        raise _damaged() from damaged
    with document:
        for page in document.pages:
            try:
                yield _read(page, inkless)
            except (MemoryError, FileRefused):
                raise
            except Exception as damaged:
                if any(isinstance(one, MemoryError) for one in damaged.args):  # the library wraps what it meets
                    raise MemoryError from damaged
                raise _damaged() from damaged
            finally:
                page.close()
                page.page_obj.contents = []  # this and what was parsed hold each page's streams, unpacked, to the end
                if page.page_number % _KEPT_PAGES == 0:
                    document.doc._cached_objs.clear()  # noqa: SLF001 - the library has no way of its own to let go
                    gc.collect()  # what goes in circles is few things, but large ones


def _damaged() -> FileRefused:
    return FileRefused("The PDF is damaged.", field="file", fix="Save or download it anew, then send it.")


def _read(page: Any, inkless: Inkless) -> tuple[Page, bool]:
    width, height = float(page.width), float(page.height)
    letters: list[Any] = []
    drawn = _Drawn([], [])
    _walk(page.layout, letters, drawn, height)
    covered = sum(_area(box, width, height) for box in drawn.pictures) / max(width * height, 1)
    is_picture = covered > MOSTLY_PICTURE
    unseen = [] if is_picture else inkless(page.page_number)
    seen: list[_Letter] = []
    hidden: list[_Letter] = []
    for letter in letters:
        one = _letter(letter, height)
        (hidden if _is_hidden(letter, one, drawn, unseen, (width, height)) else seen).append(one)
    words = _words(seen)
    count = sum(c.isalnum() for word in words for c in word.text)
    scanned = (is_picture and count < SOME_LETTERS) or (drawn.curves > _MANY_CURVES and count < FEW_LETTERS)
    told = Page(page.page_number, width, height, lines_of(words), hidden=len(_words(hidden)))
    return told, scanned


def _walk(items: Any, letters: list[Any], drawn: _Drawn, height: float) -> None:
    from pdfminer.layout import LTChar, LTCurve, LTFigure, LTImage

    for item in items:
        if isinstance(item, LTChar):
            letters.append(item)
        elif isinstance(item, LTFigure):
            _walk(item, letters, drawn, height)
        elif isinstance(item, LTImage):
            drawn.pictures.append(_box(item, height))
        elif isinstance(item, LTCurve) and item.fill:
            drawn.curves += 1
            drawn.areas.append((_box(item, height), _is_white(item.non_stroking_color)))


def _box(item: Any, height: float) -> _Box:
    return item.x0, height - item.y1, item.x1, height - item.y0


def _area(box: _Box, width: float, height: float) -> float:
    x0, top, x1, bottom = box
    return max(0.0, min(x1, width) - max(x0, 0)) * max(0.0, min(bottom, height) - max(top, 0))


def _is_white(color: Any) -> bool:
    parts = color if isinstance(color, (tuple, list)) else (color,)
    if not parts or not all(isinstance(part, (int, float)) for part in parts):
        return False
    return all(part <= 1 - _WHITE for part in parts) if len(parts) == 4 else all(part >= _WHITE for part in parts)  # noqa: PLR2004  CMYK


_Letter = tuple[str, float, float, float, float, float]


def _letter(item: Any, height: float) -> _Letter:
    return item.get_text(), item.x0, height - item.y1, item.x1, height - item.y0, item.size


def _is_hidden(item: Any, letter: _Letter, drawn: _Drawn, unseen: list[_Box], size: tuple[float, float]) -> bool:
    _, x0, top, x1, bottom, tall = letter
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    if tall < _LEAST_SIZE or not (0 <= x <= size[0] and 0 <= y <= size[1]):
        return True
    if any(_holds(box, x, y) for box in unseen):
        return True
    if not _is_white(item.graphicstate.ncolor):
        return False
    below = next((white for box, white in reversed(drawn.areas) if _holds(box, x, y)), True)
    return below and not any(_holds(box, x, y) for box in drawn.pictures)


def _holds(box: _Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _words(letters: list[_Letter]) -> list[Word]:
    """Put letters together: a word ends at a space, at a gap, or with its line."""
    rows: list[list[_Letter]] = []
    anchor = 0.0
    for letter in sorted(letters, key=lambda one: one[2]):  # by its top, so that a raised "th" stays with its number
        if rows and letter[2] - anchor <= SAME_LINE:
            rows[-1].append(letter)
        else:
            rows.append([letter])
        anchor = letter[2]
    return [word for row in rows for word in _of_row(sorted(row, key=lambda one: one[1]))]


def _of_row(row: list[_Letter]) -> Iterator[Word]:
    run: list[_Letter] = []
    for letter in row:
        text = letter[0]
        if text.isspace():
            if run:
                yield _word(run)
                run = []
            continue
        if run and letter[1] - run[-1][3] > min(_NEAR, 0.33 * letter[5]):
            yield _word(run)
            run = []
        run.append(letter)
    if run:
        yield _word(run)


def _word(run: list[_Letter]) -> Word:
    return Word(
        "".join(letter[0] for letter in run).replace("\0", ""),
        round(min(letter[1] for letter in run), 2),
        round(min(letter[2] for letter in run), 2),
        round(max(letter[3] for letter in run), 2),
        round(max(letter[4] for letter in run), 2),
    )
