"""Photos and drawings: their size, when and where they were taken, and small pictures of them."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from typing import Any

from netos_core.documents.rules.content import FileRefused

MOST_PIXELS = 120_000_000
"""Pixels above which a picture is refused before it is decoded: a few bytes can claim any size."""

USUAL_PIXELS = 25_000_000
"""Pixels up to which a picture is decoded while its sender waits: a hundred megabytes at most."""

THUMBNAIL = 360
PREVIEW = 1400
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF")
_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _OFFSET, _TURNED = 0x9003, 0x9011, 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture says of itself.

    `taken_at` is ISO 8601 as the camera's clock said it, with an offset only where the camera knew one.
    """

    width: int
    height: int
    taken_at: str | None
    lat: float | None
    lon: float | None


def read_picture(content: bytes) -> PictureFacts:
    """Read size, moment and place of a picture, and of a usual one see that it can be decoded to its end.

    One of more pixels is only decoded where the process that does it is bounded: when its small pictures are drawn.

    Raises:
        FileRefused: It is damaged, or claims more pixels than we decode.
    """
    from PIL import Image

    image = _opened(content)
    width, height = image.size
    usual = width * height <= USUAL_PIXELS
    try:
        exif = (
            image.getexif() if usual else Image.Image.getexif(image)
        )  # a PNG decodes itself to look behind its pixels
        camera, gps, way = exif.get_ifd(_EXIF), exif.get_ifd(_GPS), exif.get(_TURNED, 1)
        if usual:
            image.draft("RGB", (THUMBNAIL, THUMBNAIL))  # a JPEG is read to its end at an eighth of the work
            image.load()
    except Exception as damaged:
        raise _damaged() from damaged
    lat, lon = _place(gps)
    upright = (height, width) if way in _ON_ITS_SIDE else (width, height)
    return PictureFacts(*upright, _taken(camera), lat, lon)


def _opened(content: bytes) -> Any:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # checked below: the library's own way is a warning, which no thread can catch alone
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except Exception as damaged:
        raise _damaged() from damaged
    if math.prod(image.size) > MOST_PIXELS:
        raise FileRefused(
            "The picture claims to be larger than any camera makes.", field="file", fix="Send a smaller copy of it."
        )
    return image


def _damaged() -> FileRefused:
    return FileRefused("The picture is damaged: it can not be read to its end.", field="file", fix="Send it anew.")


def _taken(camera: Any) -> str | None:
    found = _MOMENT.match(str(camera.get(_TAKEN, "")))
    if found is None or found[1] == "0000":
        return None
    year, month, day, hour, minute, second = found.groups()
    offset = str(camera.get(_OFFSET, ""))
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset if _ZONE.fullmatch(offset) else ''}"


def _place(gps: Any) -> tuple[float | None, float | None]:
    lat, lon = _degrees(gps.get(2), gps.get(1), "S", 90), _degrees(gps.get(4), gps.get(3), "W", 180)
    return (lat, lon) if lat is not None and lon is not None and (lat, lon) != (0, 0) else (None, None)


def _degrees(parts: Any, side: Any, negative: str, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or value > most or side not in ("N", "S", "E", "W"):
        return None
    return round(-value if side == negative else value, 6)


def small_pictures(content: bytes) -> tuple[bytes, bytes]:
    """Make a thumbnail and a preview as JPEG, turned upright and without anything the camera wrote into it.

    Raises:
        FileRefused: The picture is damaged, or claims more pixels than we decode.
        MemoryError: The process may not have what it takes.
    """
    from PIL import ImageOps

    image = _opened(content)
    try:
        image.draft("RGB", (PREVIEW, PREVIEW))
        image.load()
        ImageOps.exif_transpose(image, in_place=True)  # a copy would take as much memory again
        return shrunk(image)
    except MemoryError:
        raise
    except Exception as damaged:
        raise _damaged() from damaged


def shrunk(image: Any) -> tuple[bytes, bytes]:
    """Write an image as a thumbnail and a preview."""
    from PIL import Image

    if image.mode not in ("RGB", "L"):
        plain = image.convert("RGBA")
        image = Image.new("RGB", plain.size, "white")
        image.paste(plain, mask=plain.getchannel("A"))
    image.thumbnail((PREVIEW, PREVIEW))
    preview = _jpeg(image)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return _jpeg(image), preview


def _jpeg(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
