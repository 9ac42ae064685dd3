"""The letter on paper: a PDF whose bytes follow from its parts alone, so that its digest can be approved.

The dates in the file are the letter's, its id is a hash of its content, and the typeface (Source Serif, SIL Open Font
License) is embedded from a wheel, so nothing depends on the machine. A newer version of the library may print the same
parts as other bytes: what was approved is therefore kept as bytes, and never printed again.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from netos_core.letters.wording import Part

if TYPE_CHECKING:
    from fpdf import FPDF

# Points on US Letter paper.
MARGIN, FOOT = 72.0, 54.0
SIZE, LEADING = 11.0, 15.0
SMALL, SMALL_LEADING = 9.5, 13.0
GAP, INDENT = 11.0, 12.0
SIGNATURE_WIDTH, SIGNATURE_HEIGHT, DATE_WIDTH = 240.0, 44.0, 130.0
FONT = "serif"
FILES = {"": "SourceSerifPro-Regular.ttf", "B": "SourceSerifPro-Bold.ttf"}

# It writes a line for each character it can not print; `unprintable` says so to a person.
logging.getLogger("fpdf").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page, in shares of its width and height from the top left; pages are counted from 1."""

    page: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as a PDF, with the places where it is signed and dated."""

    pdf: bytes
    sha256: str
    pages: int
    signature: Box
    dated: Box


def unprintable(parts: tuple[Part, ...]) -> str:
    """Return the characters of a letter that its typeface does not have."""
    said = {character for part in parts for character in part.text}
    return "".join(sorted(said - _known() - {"\n"}))


def printable(text: str) -> str:
    """Return a text with a question mark for each character that the typeface does not have."""
    known = _known()
    return "".join(character if character in known or character == "\n" else "?" for character in text)


@functools.cache
def _known() -> frozenset[str]:
    from fontTools.ttLib import TTFont  # lazy: only letters are printed

    with TTFont(_folder() / FILES[""]) as regular, TTFont(_folder() / FILES["B"]) as bold:
        return frozenset(chr(code) for code in regular.getBestCmap().keys() & bold.getBestCmap().keys())


def _folder() -> Path:
    found = find_spec("font_source_serif_pro")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("The wheel font-source-serif-pro is not installed.")
    return Path(found.submodule_search_locations[0]) / "files"


@functools.lru_cache(maxsize=8)
def printed(parts: tuple[Part, ...], ref: str, dated: date) -> Printed:
    """Print a letter. Equal parts give equal bytes; the last few are remembered.

    Args:
        parts: Its text, in the order of the paper.
        ref: Its reference, written on every page.
        dated: Its date, which the file carries too.
    """
    text = {part.name: part.text for part in parts}
    pdf = _blank(ref, dated, text)
    _head(pdf, text)
    for name in ("salutation", "opening", "terms", "service", "request", "extra"):
        if name in text:
            _paragraph(pdf, text[name])
    _listed(pdf, text.get("circuits", ""))
    signature, date_box = _signed(pdf, text, ref)
    if "schedule" in text:
        pdf.add_page()
        _listed(pdf, text["schedule"])
    made = bytes(pdf.output())
    return Printed(made, hashlib.sha256(made).hexdigest(), pdf.pages_count, signature, date_box)


def _blank(ref: str, dated: date, text: dict[str, str]) -> FPDF:
    from fpdf import FPDF  # lazy: it takes a while to import

    # The library puts the number of pages where this mark stands, so it is one that the letter itself does not hold.
    total = next(mark for n in itertools.count() if not any((mark := f"<{n}>") in words for words in text.values()))

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-FOOT)
            self.set_font(FONT, size=8.5)
            self.cell(0, 12, f"{ref}, page {self.page_no()} of {total}", align="C")

    pdf = Sheet(unit="pt", format="letter")
    pdf.alias_nb_pages(total)
    pdf.c_margin = 0
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN + GAP)
    pdf.set_creation_date(datetime.combine(dated, time(12), UTC))
    pdf.set_producer("NetOS")
    pdf.set_title(f"{ref}: {text.get('subject', '').partition(chr(10))[0]}")
    pdf.set_lang("en-US")
    add_typeface(pdf)
    pdf.add_page()
    return pdf


def add_typeface(pdf: FPDF) -> None:
    """Put the typeface of our papers into a PDF."""
    for style, file in FILES.items():
        pdf.add_font(FONT, style, _folder() / file)


def _head(pdf: FPDF, text: dict[str, str]) -> None:
    name, _, address = text.get("letterhead", "").partition("\n")
    _write(pdf, name, size=15, leading=19, style="B")
    if address:
        _write(pdf, address, size=SMALL, leading=SMALL_LEADING)
    pdf.set_line_width(0.6)
    pdf.line(MARGIN, pdf.get_y() + 5, pdf.w - MARGIN, pdf.get_y() + 5)
    pdf.set_y(pdf.get_y() + 2 * GAP)
    _paragraph(pdf, text.get("date", ""))
    if "method" in text:
        _write(pdf, text["method"], style="B")
        pdf.ln(GAP)
    _paragraph(pdf, text.get("recipient", ""))
    subject, _, about = text.get("subject", "").partition("\n")
    _write(pdf, f"Re: {subject}", style="B")
    _paragraph(pdf, about)


def _listed(pdf: FPDF, text: str) -> None:
    """Print a heading with a line for each service; there may be thousands, over as many pages as they take."""
    heading, _, lines = text.partition("\n")
    if not heading:
        return
    _write(pdf, heading, style="B" if lines else "")
    pdf.set_font(FONT, size=SMALL)
    room = pdf.w - 2 * MARGIN - INDENT
    for line in lines.splitlines():
        pdf.set_x(MARGIN + INDENT)
        if pdf.get_string_width(line) <= room:
            pdf.cell(room, SMALL_LEADING, line, new_x="LMARGIN", new_y="NEXT")
        else:
            pdf.multi_cell(room, SMALL_LEADING, line, align="L", new_x="LMARGIN", new_y="NEXT", markdown=False)
    pdf.ln(GAP)


def _signed(pdf: FPDF, text: dict[str, str], ref: str) -> tuple[Box, Box]:
    """Close the letter; the places for the signature and its date stay on one page with the name below them."""
    names = text.get("signature", ref)
    needed = LEADING + 6 + SIGNATURE_HEIGHT + 3 + LEADING * (names.count("\n") + 1)
    if pdf.will_page_break(needed):
        pdf.add_page()
    _write(pdf, text.get("closing", ""))
    top = pdf.get_y() + 6
    signature = _box(pdf, MARGIN, top, SIGNATURE_WIDTH)
    beside = MARGIN + SIGNATURE_WIDTH + 24
    dated = _box(pdf, beside, top, DATE_WIDTH)
    line = top + SIGNATURE_HEIGHT
    pdf.set_line_width(0.5)
    pdf.line(MARGIN, line, MARGIN + SIGNATURE_WIDTH, line)
    pdf.line(beside, line, beside + DATE_WIDTH, line)
    pdf.set_xy(beside, line + 2)
    pdf.set_font(FONT, size=8.5)
    pdf.cell(DATE_WIDTH, 12, "Date")
    pdf.set_xy(MARGIN, line + 3)
    _write(pdf, names)
    return signature, dated


def _box(pdf: FPDF, x: float, y: float, width: float) -> Box:
    return Box(
        pdf.page_no(), *(round(v, 5) for v in (x / pdf.w, y / pdf.h, width / pdf.w, SIGNATURE_HEIGHT / pdf.h))
    )  # fmt: skip


def _paragraph(pdf: FPDF, text: str) -> None:
    if text:
        _write(pdf, text)
        pdf.ln(GAP)


def _write(pdf: FPDF, text: str, *, size: float = SIZE, leading: float = LEADING, style: str = "") -> None:
    pdf.set_font(FONT, style, size)
    pdf.multi_cell(0, leading, text, align="L", new_x="LMARGIN", new_y="NEXT", markdown=False)
