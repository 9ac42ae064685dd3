"""Look at a file that was sent and keep its bytes; which record it belongs to is a change of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from netos_core.documents.model import StoredFile
from netos_core.documents.queries import INFECTED, LEAVING, NONE, STAGED, WAITING
from netos_core.documents.rules import paper, pictures
from netos_core.documents.rules.content import Family, FileRefused, FileType, safe_name, type_of
from netos_core.kernel.context import Context

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that are safe in the database, and what they are."""

    sha256: str
    content_type: str
    bytes: int
    pages: int | None
    file_name: str


def stage(ctx: Context, content: bytes, sent_name: str) -> Staged:
    """Look at a file and keep its bytes until the store has them; no record names them yet.

    Raises:
        FileRefused: It is too large, of a type we do not keep, locked, damaged, or was found to hold a virus.
    """
    if len(content) > ctx.policy.upload_bytes:
        raise FileRefused(
            f"The file is larger than {ctx.policy.upload_bytes // MEGABYTE} MB.",
            field="file",
            fix="Send a smaller one.",
        )
    found = type_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    known = ctx.session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256).with_for_update())
    if known is None:
        known = _new(ctx, sha256, content, found, sent_name)
    elif known.state == INFECTED:
        raise FileRefused("A virus was found in this very file before.", field="file", fix="Clean it first.")
    elif known.state == LEAVING:  # its claim stays: the store is being told to drop it and must finish first
        known.state, known.content, known.tries = STAGED, content, 0
    known.seen_at = ctx.now
    ctx.session.flush()
    return Staged(sha256, found.media_type, len(content), known.pages, safe_name(sent_name, found))


def _facts(content: bytes, sent_name: str) -> pictures.PictureFacts:
    """Read a picture; one that is named a PDF and is damaged is told as both."""
    try:
        return pictures.read_picture(content)
    except FileRefused as damaged:
        if not sent_name.lower().endswith(".pdf"):
            raise
        raise FileRefused(
            "The file is called a PDF, but it is a picture, and a damaged one.",
            field="file",
            fix="Save or scan it as PDF anew, then send that.",
        ) from damaged


def _new(ctx: Context, sha256: str, content: bytes, found: FileType, sent_name: str) -> StoredFile:
    facts = _facts(content, sent_name) if found.family is Family.PICTURE else None
    pages = paper.count_pages(content) if found.family is Family.PDF else None
    ctx.session.execute(
        insert(StoredFile)
        .values(
            sha256=sha256,
            bytes=len(content),
            content_type=found.media_type,
            content=content,
            state=STAGED,
            pages=pages,
            width=facts and facts.width,
            height=facts and facts.height,
            taken_at=facts and facts.taken_at,
            lat=facts and facts.lat,
            lon=facts and facts.lon,
            pictured=NONE if found.family is Family.OTHER else WAITING,
            created_at=ctx.now,
            seen_at=ctx.now,
        )
        .on_conflict_do_nothing()  # the same bytes were sent at the same moment
    )
    return ctx.session.scalars(select(StoredFile).where(StoredFile.sha256 == sha256).with_for_update()).one()
