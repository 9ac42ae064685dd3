"""What a file is by its own bytes, and what is read from it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from netos_core.documents.rules import paper, pictures
from netos_core.documents.rules.content import (
    DOCX,
    GIF,
    JPEG,
    KML,
    KMZ,
    PDF,
    PNG,
    TEXT,
    XLSX,
    FileRefused,
    safe_name,
    title_of,
    type_of,
)
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity, classes_seen, is_laxer, least_class
from tests.files import make_bomb, make_pdf, make_photo


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (make_pdf(), PDF),
        (make_photo(), JPEG),
        (make_photo(format="PNG"), PNG),
        (make_photo(format="GIF"), GIF),
        (archive("doc.kml", "files/a.png"), KMZ),
        (archive("[Content_Types].xml", "word/document.xml"), DOCX),
        (archive("xl/workbook.xml"), XLSX),
        (b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>', KML),
        ("Bor\u00e9 port, 4 pairs\n".encode(), TEXT),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, found: object) -> None:
    assert type_of(content) is found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF\x02\x01\x01\x00",
        b"MZ\x90\x00\x03\x00",
        b"<html><script>alert(1)</script></html>",
        b'  <svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"\x00\x01\x02\x03",
        b"PK\x03\x04 and no archive",
        archive("anything.exe"),
        archive("word/document.xml", "word/vbaProject.bin"),
    ],
)
def test_what_could_run_or_is_nothing_we_know_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        type_of(content)
    assert refused.value.field == "file"
    assert refused.value.fix


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("LOA.pdf", "LOA.pdf"),
        ("C:\\Users\\dana\\LOA.PDF", "LOA.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("page.html", "page.html.pdf"),
        ('a"; filename="b.exe', "a filename= b.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("safe\u202efdp.exe", "safefdp.exe.pdf"),
        ("...", "document.pdf"),
        ("Vertr\u00e4ge 2026.pdf", "Vertr\u00e4ge 2026.pdf"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_name_keeps_nothing_that_harms_and_ends_as_the_file_is(sent: str, kept: str) -> None:
    assert safe_name(sent, PDF) == kept


def test_a_title_is_made_of_a_name() -> None:
    assert title_of("LOA_CFA  meet-me.pdf") == "LOA CFA meet-me"


@pytest.mark.parametrize(("kind", "least"), [("contract", "money"), ("invoice", "money"), ("quote", "money"),
                                             ("photo", "open"), ("loa_cfa", "open")])  # fmt: skip
def test_papers_with_amounts_are_not_open(kind: str, least: str) -> None:
    assert least_class(DocumentKind(kind)) == least


def test_a_class_is_seen_with_its_right() -> None:
    assert classes_seen(frozenset()) == ["open"]
    assert classes_seen(frozenset({"see:money"})) == ["open", "money"]
    assert classes_seen(frozenset({"see:money", "see:bank"})) == ["open", "money", "bank"]
    assert is_laxer(Sensitivity.OPEN, Sensitivity.MONEY)
    assert not is_laxer(Sensitivity.BANK, Sensitivity.MONEY)


def test_a_photo_tells_when_and_where_it_was_taken() -> None:
    facts = pictures.read_picture(make_photo(taken="2026:05:04 10:11:12", place=(41.0793, -85.1394)))
    assert (facts.width, facts.height) == (640, 480)
    assert facts.taken_at == "2026-05-04T10:11:12"
    assert (round(facts.lat or 0, 3), round(facts.lon or 0, 3)) == (41.079, -85.139)


def test_a_photo_that_says_nothing_stays_unknown() -> None:
    facts = pictures.read_picture(make_photo(taken="0000:00:00 00:00:00"))
    assert (facts.taken_at, facts.lat, facts.lon) == (None, None, None)


def test_a_photo_on_its_side_is_stood_upright() -> None:
    content = make_photo((800, 400), turned=6)
    facts = pictures.read_picture(content)
    assert (facts.width, facts.height) == (400, 800)
    thumbnail, preview = (Image.open(io.BytesIO(one)) for one in pictures.small_pictures(content))
    assert thumbnail.size == (180, 360)
    assert preview.size == (400, 800)


def test_a_picture_of_many_pixels_is_not_decoded_where_its_sender_waits() -> None:
    cut_off = make_bomb(6_000, 5_000, rows=10)[:-40]
    facts = pictures.read_picture(cut_off)
    assert (facts.width, facts.height) == (6_000, 5_000)
    with pytest.raises(FileRefused, match="damaged"):
        pictures.small_pictures(cut_off)


def test_small_pictures_carry_nothing_the_camera_wrote() -> None:
    content = make_photo((3000, 2000), taken="2026:05:04 10:11:12", place=(41.0, -85.0))
    for one, longest in zip(pictures.small_pictures(content), (360, 1400), strict=True):
        image = Image.open(io.BytesIO(one))
        assert max(image.size) == longest
        assert dict(image.getexif()) == {}


def png_of(width: int, height: int) -> bytes:
    """Make a PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (png_of(60_000, 60_000), "larger than any camera"),
        (make_photo()[:2000], "damaged"),
        (b"\xff\xd8\xff and no picture", "damaged"),
        (png_of(10, 10), "damaged"),
    ],
)
def test_a_picture_that_cannot_be_decoded_is_refused_before_it_costs_anything(content: bytes, told: str) -> None:
    with pytest.raises(FileRefused, match=told):
        pictures.read_picture(content)


def test_the_pages_of_a_pdf_are_counted_read_and_drawn() -> None:
    content = make_pdf("Term: 36 months", "Notice: 60 days")
    assert paper.count_pages(content) == 2
    assert paper.page_text(content, 2) == "Notice: 60 days"
    thumbnail, preview = (Image.open(io.BytesIO(one)) for one in paper.small_pictures(content))
    assert max(thumbnail.size) == 360
    assert max(preview.size) == 1400
    with pytest.raises(paper.PageNotFound, match="has 2 pages"):
        paper.page_text(content, 3)


def test_a_damaged_pdf_is_told() -> None:
    with pytest.raises(FileRefused, match="damaged"):
        paper.count_pages(b"%PDF-1.7\nnothing more")


def test_a_locked_pdf_is_told() -> None:
    trailer = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (" + b"o" * 32 + b") /U (" + b"u" * 32 + b") >> "
    locked = make_pdf("Secret").replace(b"/Root 1 0 R", trailer + b"/ID [(" + b"i" * 16 + b") (" + b"i" * 16
                                        + b")] /Root 1 0 R")  # fmt: skip
    with pytest.raises(FileRefused, match="password"):
        paper.count_pages(locked)
