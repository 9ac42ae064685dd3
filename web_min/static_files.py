"""Style sheets, the script and the icon: read once, named by their content, kept by browsers for a year."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LONG = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str
    digest: str


@cache
def assets() -> dict[str, Asset]:
    """Read every static file; there are a handful, so they stay in memory."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            body = path.read_bytes()
            found[path.name] = Asset(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:16])
    return found


def static_url(name: str) -> str:
    """Return the address of a file, which changes with its content."""
    return f"/static/{name}?v={assets()[name].digest}"


def serve(request: Request) -> Response:
    asset = assets().get(request.path_params["name"])
    if asset is None:
        return PlainTextResponse("No such file.\n", status_code=404)
    current = request.query_params.get("v") == asset.digest
    headers = {"cache-control": LONG if current else "no-cache", "etag": f'"{asset.digest}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)
