"""A few documents and photos, drawn here so that nothing of them is anybody's: two PDFs and two photos."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from netos_core.annotations.queries import targets
from netos_core.changes.model import Proposal
from netos_core.changes.rules import ChangeSet
from netos_core.contracts import queries as contracts
from netos_core.demo import write
from netos_core.documents import plans, queries, staging
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names
from netos_core.sites import queries as sites

STAGE = "papers"
TITLE = "Sample data: documents and photos"
INK = "#20303c"

Look = Callable[[Context, set[str]], Names]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the sample company: the record it is on, how it is described, and how it is drawn."""

    look: Look
    on: str
    kind: DocumentKind
    name: str
    title: str
    caption: str
    draw: Callable[[], bytes]


def is_there(ctx: Context, after: Proposal) -> bool:
    """Tell whether it was made for the records that are loaded now."""
    made = write.latest(ctx, STAGE)
    return made is not None and made.id > after.id


def make(ctx: Context, *, reason: str) -> Proposal | None:
    """Stage the files and attach them, each to a record that is loaded; None where they are there."""
    changes = []
    for paper in PAPERS:
        named = paper.look(ctx, {paper.on}).get(paper.on, "on")
        target = targets(ctx, [named.ref]).get(named.ref)
        content = paper.draw()
        upload = UploadDocument(
            on=named.ref, content=content, file_name=paper.name, kind=paper.kind, title=paper.title,
            caption=paper.caption,
        )  # fmt: skip
        staged = staging.stage(ctx, content, paper.name)
        if queries.twin(ctx, target.entity, target.id, staged.sha256) is not None:
            continue
        changes.append(plans.plan_attached(ctx, upload, target, sha256=staged.sha256, file_name=staged.file_name))
    if not changes:
        return None
    return write.write(ctx, ChangeSet(TITLE, tuple(changes)), reason=reason, source=write.mark(STAGE, "load"))


def _pdf(lines: Sequence[str]) -> bytes:
    """Write a PDF of one page by hand: a heading and lines of text under it."""
    shown = [line.replace("\\", "").replace("(", "\\(").replace(")", "\\)") for line in lines]
    text = "BT /F1 18 Tf 72 720 Td (" + shown[0] + ") Tj /F1 11 Tf 0 -34 Td 16 TL "
    text += " ".join(f"({line}) Tj T*" for line in shown[1:]) + " ET"
    fonts = "/Resources << /Font << /F1 3 0 R >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R {fonts} >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    )
    out, places = io.BytesIO(b"%PDF-1.4\n"), list[int]()
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _agreement() -> bytes:
    return _pdf(
        (
            "Service Order LUM-SO-204118 (sample)",
            "Provider: Lumen Technologies. Customer: the sample company.",
            "",
            "1. Term. Thirty-six (36) months from the day of installation.",
            "2. Renewal. Renews for twelve months unless notice is received.",
            "3. Notice. Ninety (90) days before the end of the term, in writing.",
            "",
            "This paper belongs to the sample data and binds nobody.",
        )
    )


def _letter() -> bytes:
    return _pdf(
        (
            "Letter of Authorization and CFA (sample)",
            "The bearer may connect to the facility named below.",
            "",
            "Site: Henry Street Suite 340, Indianapolis",
            "Panel 4, ports 21 and 22, single mode, LC",
            "Valid for sixty days.",
        )
    )


def _tower() -> bytes:
    """Draw a tower with its cabinet under an evening sky, as a phone would have taken it."""
    image, draw = _canvas("#c9d7e3")
    draw.rectangle((0, 560, 1200, 900), fill="#6f7d58")
    draw.polygon([(560, 90), (640, 90), (720, 700), (480, 700)], outline=INK, width=10)
    for height in range(160, 700, 70):
        half = 40 + (height - 90) // 8
        draw.line((600 - half, height, 600 + half, height + 60), fill=INK, width=5)
        draw.line((600 + half, height, 600 - half, height + 60), fill=INK, width=5)
    for x, y in ((520, 150), (650, 230), (500, 310)):
        draw.ellipse((x, y, x + 74, y + 74), fill="#e8e8e4", outline=INK, width=4)
    draw.rectangle((820, 600, 1010, 740), fill="#b8b2a2", outline=INK, width=6)
    draw.line((915, 600, 915, 740), fill=INK, width=4)
    return _photo(image, "2026:05:04 19:41:08", (39.2064, 86.2442))


def _panel() -> bytes:
    """Draw a rack's patch panel with its patch cords."""
    image, draw = _canvas("#3b4046")
    for row in range(6):
        top = 90 + row * 120
        draw.rectangle((90, top, 1110, top + 84), fill="#1f2327", outline="#6b7278", width=4)
        for port in range(24):
            left = 116 + port * 41
            draw.rectangle((left, top + 26, left + 26, top + 56), fill="#0c0e10", outline="#9aa1a6", width=2)
            if (port * 7 + row * 5) % 3 == 0:
                color = ("#f2c230", "#3f8fd0", "#d9603b")[(port + row) % 3]
                draw.arc((left - 30, top + 30, left + 56, top + 190), 180, 330, fill=color, width=7)
    return _photo(image, "2026:08:19 10:12:44", (39.7684, 86.1581))


def _canvas(color: str) -> tuple[Any, Any]:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (1200, 900), color)
    return image, ImageDraw.Draw(image)


def _photo(image: Any, taken: str, place: tuple[float, float]) -> bytes:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: taken, 0x9011: "-04:00"})
    lat, lon = ((int(value), int(value % 1 * 60), round(value * 60 % 1 * 60, 2)) for value in place)
    exif.get_ifd(0x8825).update({1: "N", 2: lat, 3: "W", 4: lon})
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


PAPERS = (
    Paper(contracts.names, "LUM-SO-204118", DocumentKind.CONTRACT, "LUM-SO-204118 signed.pdf",
          "Service order LUM-SO-204118, signed", "The signed order with its renewal clause.", _agreement),
    Paper(sites.names, "Henry Street Suite 340", DocumentKind.LOA_CFA, "LOA Henry Street panel 4.pdf",
          "LOA for panel 4", "Lets a carrier's crew patch ports 21 and 22.", _letter),
    Paper(sites.names, "Henry Street Suite 340", DocumentKind.PHOTO, "IMG_2231.jpg", "Panel 4, nearly full",
          "Front of rack 2 with panel 4 after the August patching.", _panel),
    Paper(sites.names, "Brown County Tower", DocumentKind.PHOTO, "IMG_1180.jpg", "Tower from the access road",
          "Lattice tower with the three dishes and the cabinet at its foot.", _tower),
)  # fmt: skip
