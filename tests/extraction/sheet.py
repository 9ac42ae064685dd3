"""Draws the papers that tests read: order forms with labels, grids and columns, and scans of them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image, ImageFilter

NEXT = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}


class Sheet(FPDF):
    """A letter-size page with the few things order forms are made of."""

    def __init__(self, font: str = "helvetica", size: float = 10) -> None:
        super().__init__(format="letter", unit="pt")
        self.face, self.points = font, size
        self.set_margins(54, 50)
        self.set_auto_page_break(auto=True, margin=54)
        self.set_font(font, size=size)
        self.add_page()

    def headline(self, text: str, size: float = 15) -> None:
        self.set_font(self.face, "B", size)
        self.cell(0, size * 1.5, text, **NEXT)
        self.set_font(self.face, size=self.points)

    def heading(self, text: str) -> None:
        self.ln(6)
        self.set_font(self.face, "B", self.points + 1)
        self.cell(0, self.points * 1.7, text, **NEXT)
        self.set_font(self.face, size=self.points)

    def para(self, text: str) -> None:
        self.multi_cell(0, self.points * 1.3, text, **NEXT)
        self.ln(4)

    def said(self, *lines: str) -> None:
        for line in lines:
            self.cell(0, self.points * 1.4, line, **NEXT)

    def pairs(self, pairs: Sequence[tuple[str, str]], at: float = 170, *, border: int = 0) -> None:
        """Labels left, values right."""
        for label, value in pairs:
            self.set_font(self.face, "B", self.points)
            self.cell(at, self.points * 1.6, label, border=border)
            self.set_font(self.face, size=self.points)
            self.multi_cell(0, self.points * 1.6, value, border=border, **NEXT)

    def stacked(self, cells: Sequence[tuple[str, str]], width: float) -> None:
        """Small labels in a row with their values under them."""
        self.set_font(self.face, size=self.points - 3)
        for label, _ in cells:
            self.cell(width, self.points * 1.2, label)
        self.ln()
        self.set_font(self.face, size=self.points)
        for _, value in cells:
            self.cell(width, self.points * 1.5, value)
        self.ln(self.points * 2.2)

    def grid(
        self, widths: Sequence[int], rows: Sequence[Sequence[str]], *, dark: bool = False, lines: bool = True
    ) -> None:
        from fpdf.fonts import FontFace

        head = (
            FontFace(emphasis="BOLD", color=(255, 255, 255), fill_color=(20, 50, 90))
            if dark
            else FontFace(emphasis="BOLD")
        )
        with self.table(
            col_widths=widths,
            headings_style=head,
            line_height=self.points * 1.3,
            borders_layout="ALL" if lines else "NONE",
            text_align="LEFT",
            padding=2,
        ) as table:
            for row in rows:
                table.row(row)
        self.ln(6)

    def columns(self, text: str) -> None:
        """Running text in two columns, as the small print of carriers is set."""
        with self.text_columns(ncols=2, gutter=24, text_align="L", line_height=1.2) as columns:
            columns.write(text)

    def unseen(self, text: str) -> None:
        """Words in white on white."""
        self.set_text_color(255)
        self.cell(0, self.points * 1.4, text, **NEXT)
        self.set_text_color(0)

    @property
    def content(self) -> bytes:
        return bytes(self.output())


def scan(content: bytes, *, dots: int = 170, blur: float = 0.4, turn: float = 0.3) -> bytes:
    """Print pages and scan them: pictures only, a little askew and soft."""
    out = FPDF(format="letter", unit="pt")
    document = pypdfium2.PdfDocument(content)
    for page in document:
        image = page.render(scale=dots / 72, grayscale=True).to_pil()
        image = image.rotate(turn, fillcolor=255, resample=Image.Resampling.BICUBIC).filter(
            ImageFilter.GaussianBlur(blur)
        )
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=80)
        out.add_page()
        out.image(buffer, 0, 0, 612, 792)
    document.close()
    return bytes(out.output())
