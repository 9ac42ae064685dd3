"""Sends the bytes of a document: checked before the first one leaves, in ranges where a client asks for some.

Nothing a browser could run is ever shown in our name: files go out as downloads, in a sandbox, under their real type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import IO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from netos_core.documents.schemas import DocumentFile
from netos_core.runtime.calls import Core
from netos_core.runtime.files import open_bytes

PIECE = 1 << 16
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def send(core: Core, request: Request, file: DocumentFile) -> Response:
    """Send a file, or the range of it that is asked for."""
    tag = f'"{file.sha256}"'
    headers = {
        "content-security-policy": SANDBOX,
        "x-content-type-options": "nosniff",
        "content-disposition": disposition(file.file_name, inline=file.picture),
        "cache-control": "private, no-cache",
        "accept-ranges": "bytes",
        "etag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    opened = open_bytes(core, file.sha256)
    size = opened.seek(0, 2)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", tag) != tag:
        asked = ""
    part = range_of(asked, size)
    if part is None:
        opened.close()
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return Response(status_code=status, headers=headers | {"content-range": f"bytes */{size}"})
    headers["content-length"] = str(len(part))
    if len(part) < size:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    status = HTTPStatus.PARTIAL_CONTENT if len(part) < size else HTTPStatus.OK
    return StreamingResponse(_pieces(opened, part), status, headers, media_type=file.content_type)


def _pieces(opened: IO[bytes], part: range) -> Iterator[bytes]:
    with opened:
        opened.seek(part.start)
        left = len(part)
        while left and (piece := opened.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def range_of(asked: str, size: int) -> range | None:
    """Read a Range header: one range of bytes; anything else asks for the whole file. None where it lies outside."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found[1] == found[2] == "":
        return range(size)
    if not found[1]:
        wanted = int(found[2])
        return range(max(size - wanted, 0), size) if wanted else None
    first = int(found[1])
    last = min(int(found[2]) if found[2] else size - 1, size - 1)
    if first >= size:
        return None
    return range(first, last + 1) if last >= first else range(size)


def disposition(name: str, *, inline: bool = False) -> str:
    """Write a Content-Disposition: the name in letters every client reads, and as it is (RFC 5987)."""
    plain = re.sub(r"[^\w .()+-]", "_", name.encode("ascii", "replace").decode().replace("?", "_"), flags=re.ASCII)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
