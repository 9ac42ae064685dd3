"""One way in for a file of shapes: what it is, its features, and what in it could not be read."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from netos_core.kernel.errors import Invalid

MEGABYTE = 1 << 20
MOST_BYTES = 64 * MEGABYTE
MOST_FEATURES = 200_000
MOST_PARTS = 2_000
MOST_PROBLEMS = 100
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
MARKS = (b"PK\x03\x04", b"PK\x05\x06")


class FileUnreadable(Invalid):
    """A file is none of these, is damaged, or is too large."""


@dataclass(slots=True)
class Reading:
    """The features of a file as GeoJSON has them, and what was left out, each with its reason."""

    format: str
    features: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    def add(self, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> None:
        if len(self.features) >= MOST_FEATURES:
            raise unreadable(f"The file has more than {MOST_FEATURES:,} features.", "Split it into smaller files.")
        self.features.append({"type": "Feature", "geometry": geometry, "properties": properties})

    def problem(self, feature: int, code: str, message: str) -> None:
        """Note what was wrong with a feature, counted from 1; past the first hundred they are only counted."""
        self.left_out += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append({"feature": feature, "code": code, "message": message})

    def as_dict(self) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "format": self.format,
            "count": len(self.features),
            "features": self.features,
            "problem_count": self.left_out,
            "problems": self.problems,
        }


def read_shapes(content: bytes) -> Reading:
    """Read a file by what it holds, not by its name.

    Raises:
        FileUnreadable: It is none of the three kinds, is damaged, or unpacks to more than we take.
    """
    from netos_core.geo.files import geojson, kml

    if len(content) > MOST_BYTES:
        raise _too_large()
    if content.startswith(MARKS):
        return kml.read(_kml_in(content), "kmz")
    beginning = content[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if beginning.startswith(b"<"):
        return kml.read(content, "kml")
    if beginning[:1] in (b"{", b"["):
        return geojson.read(content)
    raise unreadable("The file is neither KML, KMZ nor GeoJSON.", "Export it as one of these.")


def unreadable(message: str, fix: str = "Export it again.") -> FileUnreadable:
    return FileUnreadable(message, field="file", fix=fix)


def _kml_in(content: bytes) -> bytes:
    """Unpack the one document of a KMZ, never more of it than we take."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise unreadable(f"The KMZ has more than {MOST_PARTS:,} parts.")
            named = [part for part in parts if part.filename.lower().endswith(".kml")]
            if not named:
                raise unreadable("The KMZ holds no KML.")
            first = next((part for part in named if part.filename.lower() == "doc.kml"), named[0])
            with archive.open(first) as unpacked:
                found = unpacked.read(MOST_BYTES + 1)
    except DAMAGED as damaged:
        raise unreadable("The KMZ is damaged, or locked with a password.") from damaged
    if len(found) > MOST_BYTES:
        raise _too_large()
    return found


def _too_large() -> FileUnreadable:
    return unreadable(f"The file has more than {MOST_BYTES // MEGABYTE} MB unpacked.", "Split it into smaller files.")
