"""Makers of small real files: PDFs and photos, made of nothing but what their formats ask for."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def make_pdf(*pages: str, note: str = "") -> bytes:
    """Make a PDF with a line of text on each page."""
    pages = pages or ("Hello.",)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(pages):
        stream = f"BT /F1 14 Tf 72 700 Td ({text}) Tj ET {note}"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def make_photo(
    size: tuple[int, int] = (640, 480),
    *,
    format: str = "JPEG",  # noqa: A002 - as the library calls it
    color: str = "#4b7a5c",
    taken: str | None = None,
    place: tuple[float, float] | None = None,
    turned: int | None = None,
) -> bytes:
    """Make a photo, with what a camera writes into it where that is given."""
    image = Image.new("RGB", size, color)
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if place:
        lat, lon = place
        exif.get_ifd(0x8825).update(
            {1: "N" if lat >= 0 else "S", 2: _parts(lat), 3: "E" if lon >= 0 else "W", 4: _parts(lon)}
        )
    out = io.BytesIO()
    image.save(out, format, **({"exif": exif} if format == "JPEG" else {}))
    return out.getvalue()


def make_bomb(width: int, height: int, *, rows: int | None = None) -> bytes:
    """Make a PNG of few bytes that takes three for each pixel once decoded: black, whole unless `rows` are fewer."""
    packed = zlib.compressobj(1)
    row = bytes(1 + 3 * width)
    body = b"".join([*(packed.compress(row) for _ in range(height if rows is None else rows)), packed.flush()])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def _parts(value: float) -> tuple[Any, ...]:
    degrees, rest = divmod(abs(value), 1)
    minutes, seconds = divmod(rest * 60, 1)
    return (degrees, minutes, round(seconds * 60, 4))
