"""What a file is, by its bytes alone: neither its name nor the type a client sends is believed."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from enum import StrEnum

from netos_core.kernel.errors import Invalid


class FileRefused(Invalid):
    """The file can not be kept as it is."""


class Family(StrEnum):
    """How much we can read of a file."""

    PDF = "pdf"
    PICTURE = "picture"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of the allow-list: its media type and the endings its names have, the usual one first."""

    media_type: str
    endings: tuple[str, ...]
    family: Family = Family.OTHER


PDF = FileType("application/pdf", (".pdf",), Family.PDF)
JPEG = FileType("image/jpeg", (".jpg", ".jpeg", ".jpe"), Family.PICTURE)
PNG = FileType("image/png", (".png",), Family.PICTURE)
GIF = FileType("image/gif", (".gif",), Family.PICTURE)
WEBP = FileType("image/webp", (".webp",), Family.PICTURE)
TIFF = FileType("image/tiff", (".tif", ".tiff"), Family.PICTURE)
HEIC = FileType("image/heic", (".heic", ".heif"))
KMZ = FileType("application/vnd.google-earth.kmz", (".kmz",))
KML = FileType("application/vnd.google-earth.kml+xml", (".kml",))
DOCX = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",))
XLSX = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
TEXT = FileType("text/plain", (".txt", ".csv", ".log", ".md"))

ALLOWED = (PDF, JPEG, PNG, GIF, WEBP, TIFF, HEIC, KMZ, KML, DOCX, XLSX, TEXT)
BY_MEDIA_TYPE = {one.media_type: one for one in ALLOWED}
TOLD = "PDF, JPEG, PNG, GIF, WebP, TIFF, HEIC, KMZ, KML, DOCX, XLSX, plain text and CSV"

_HEADER_WITHIN = 1024  # as far as readers look for the beginning of a PDF
_MOST_MEMBERS = 10_000
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_STARTS = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"II*\x00", TIFF),
           (b"MM\x00*", TIFF))  # fmt: skip
_ZIP = b"PK\x03\x04"


def type_of(content: bytes) -> FileType:
    """Tell what a file is.

    Raises:
        FileRefused: It is empty, of a type we do not keep, or holds macros.
    """
    if not content:
        raise FileRefused("The file is empty.", field="file", fix="Choose the file again.")
    found = _by_start(content) or _by_text(content)
    if found is None:
        raise FileRefused("Files of this type are not kept.", field="file", fix=f"Kept are {TOLD}.")
    return found


def _by_start(content: bytes) -> FileType | None:
    for start, found in _STARTS:
        if content.startswith(start):
            return found
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return HEIC
    if content.startswith(_ZIP):
        return _by_members(content)
    return PDF if b"%PDF-" in content[:_HEADER_WITHIN] else None


def _by_members(content: bytes) -> FileType | None:
    """Tell archives apart by the names in them; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.lower() for name in archive.namelist()[:_MOST_MEMBERS]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise FileRefused("The file is damaged.", field="file", fix="Save or download it anew, then send it.") from None
    if any(name.endswith("vbaproject.bin") for name in names):
        raise FileRefused("The file holds macros.", field="file", fix="Save it without macros, or as PDF.")
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    return KMZ if any(name.endswith(".kml") for name in names) else None


_MARKUP = re.compile(r"\s*<")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def _by_text(content: bytes) -> FileType | None:
    """Take plain text; of markup only maps, for the rest may run in a browser."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if _CONTROLS.search(text):
        return None
    if _MARKUP.match(text):
        return KML if re.search(r"<kml[\s>]", text[:_HEADER_WITHIN]) else None
    return TEXT


LONGEST_NAME = 180


def safe_name(sent: str, found: FileType) -> str:
    """Make a file name that says what the file is: no folders, no controls, and an ending of its real type."""
    name = sent.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    name = " ".join(re.sub(r'[<>:"|?*%;]', " ", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not (dot and f".{ending.lower()}" in found.endings):
        stem, ending = name, found.endings[0][1:]
    return f"{stem[:LONGEST_NAME].strip() or 'document'}.{ending.lower()}"


def title_of(file_name: str) -> str:
    """Make a title of a file's name."""
    return " ".join(file_name.rpartition(".")[0].replace("_", " ").split()) or file_name
