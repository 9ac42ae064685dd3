"""Documents: how fast they are taken in, stored and given out beside a plain copy of the same bytes, and pictured."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bench.figures import Figure
from bench.house import House
from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import Decide
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.context import Channel
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from netos_core.runtime import files

MEGABYTE = 1 << 20
LARGE, OF_LARGE, PHOTOS = 16, 4, 12
PHOTO = (4000, 3000)
TEXT = b"A page of plain text that no packing can shorten much: "


def figures(place: House) -> list[Figure]:
    large = [TEXT + os.urandom(LARGE * MEGABYTE // 2).hex().encode() for _ in range(OF_LARGE)]
    total = sum(map(len, large)) / MEGABYTE
    site = _site(place)
    names: list[str] = []
    taken_in = _seconds(lambda: names.extend(_send(place, site, content) for content in large))
    stored = _seconds(lambda: _until_idle(files.store_staged, place))
    given_out = _seconds(lambda: [_read(place, name) for name in names])
    with tempfile.TemporaryDirectory(dir=place.home.path) as folder:
        copied = _seconds(lambda: _copy(Path(folder), large))
        read = _seconds(lambda: [path.read_bytes() for path in Path(folder).iterdir()])
    for number in range(PHOTOS):
        _send(place, site, _photo(number))
    _until_idle(files.store_staged, place)
    pictured = _seconds(lambda: _until_idle(files.make_pictures, place))
    synced: dict[str, Any] = {"floor": total / copied, "floor_is": "plain copy, synced"}
    plain: dict[str, Any] = {"floor": total / read, "floor_is": "plain read"}
    return [
        Figure(f"upload of {LARGE} MB files, safe in the database", "MB/s", total / taken_in, **synced),
        Figure("from there into the folder, read back", "MB/s", total / stored, **synced),
        Figure("read out, checksum compared first", "MB/s", total / given_out, **plain),
        Figure("12 megapixel photos pictured twice", "1/s", PHOTOS / pictured),
    ]


def _site(place: House) -> str:
    wish = ProposeChange(kind="site", action="create", set={"name": "Bench"}, reason="for measuring")
    change = place.core.call(propose_change, wish, place.person(), Channel.PAGE)
    decided = Decide(change_id=change.change_id, digest=change.digest, comment=None)
    place.core.call(approve_change, decided, place.approver, Channel.PAGE)
    return change.diff[0].ref


def _send(place: House, site: str, content: bytes) -> str:
    request = UploadDocument(on=site, content=content, file_name="bench")
    return place.core.call(upload_document, request, place.person(), Channel.AGENT).sha256


def _read(place: House, sha256: str) -> None:
    with files.open_bytes(place.core, sha256) as file:
        while file.read(MEGABYTE):
            pass


def _until_idle(work: Callable[..., int], place: House) -> None:
    while work(place.core):
        pass


def _copy(folder: Path, contents: list[bytes]) -> None:
    for number, content in enumerate(contents):
        with (folder / str(number)).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _photo(number: int) -> bytes:
    noise = Image.frombytes("RGB", (400, 300), os.urandom(400 * 300 * 3)).resize(PHOTO)
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=85, comment=str(number).encode())
    return out.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
