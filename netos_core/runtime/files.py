"""The bytes of documents, for the edges: opened outside of any transaction, and worked on by the worker."""

from __future__ import annotations

import functools
import hashlib
import io
import logging
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from netos_core.documents import queries, records
from netos_core.documents.rules.content import BY_MEDIA_TYPE
from netos_core.kernel.clock import utc_now
from netos_core.runtime.child import Bounds
from netos_core.runtime.draw import Drawing, NotDrawn, NotInTime
from netos_core.vendors.errors import VendorError

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
STORE = "Document store"
SCANNER = "Virus scanner"
BOUNDS = Bounds()


def open_bytes(core: Core, sha256: str) -> IO[bytes]:
    """Open bytes a caller was given leave to read: from the store, or from where they were staged.

    Raises:
        VendorError: The store refused us, is away, or has lost or damaged them.
    """
    with core.session() as session:
        staged = queries.staged_content(session, sha256)
    if staged is not None:
        return io.BytesIO(staged)
    with core.watch(STORE).asking():
        return core.store.read(sha256)


def store_staged(core: Core) -> int:
    """Scan what was uploaded and put it into the store; returns how many files were settled."""
    with core.session() as session:
        claimed = records.claim_staged(session, utc_now())
    return sum(_settled(core, one, _store) for one in claimed)


def make_pictures(core: Core) -> int:
    """Make the small pictures of photos and PDFs that are in the store; returns how many files were settled."""
    with core.session() as session:
        claimed = records.claim_unpictured(session, utc_now())
    if not claimed:
        return 0
    with Drawing(BOUNDS) as drawing:  # one process for the whole batch
        return sum(_settled(core, one, functools.partial(_picture, drawing)) for one in claimed)


def sweep(core: Core) -> int:
    """Take away files that were sent and never attached to a record; returns how many went."""
    with core.session() as session:
        claimed = records.claim_unattached(session, utc_now())
    return sum(_settled(core, one, _drop) for one in claimed)


def _settled(core: Core, one: records.Claimed, work: Callable[[Core, records.Claimed], None]) -> bool:
    """Do one piece of work; one that fails rests a while and is taken up again."""
    try:
        work(core, one)
    except (VendorError, NotInTime) as failure:
        log.warning("file waits", extra={"sha256": one.sha256[:12], "code": failure.code, "told": failure.message})
    else:
        return True
    with core.session() as session:
        records.put_back(session, one.sha256, utc_now())
    return False


def _store(core: Core, one: records.Claimed) -> None:
    with core.session() as session:
        content = queries.staged_content(session, one.sha256)
    if content is None:
        return
    if core.scanner is not None:
        with core.watch(SCANNER).asking():
            virus = core.scanner.scan(content)
        if virus is not None:
            log.warning("virus found", extra={"sha256": one.sha256[:12], "virus": virus})
            with core.session() as session:
                records.infected(session, one.sha256, virus)
            return
    with core.watch(STORE).asking():
        core.store.put(one.sha256, content)
    with core.session() as session:
        records.stored(session, one.sha256, utc_now())


def _picture(drawing: Drawing, core: Core, one: records.Claimed) -> None:
    with open_bytes(core, one.sha256) as file:
        content = file.read()
    try:
        made = drawing.draw(BY_MEDIA_TYPE[one.content_type].family, content)
    except NotDrawn as refused:
        log.warning("file is not pictured", extra={"sha256": one.sha256[:12], "told": refused.message})
        with core.session() as session:
            records.not_pictured(session, one.sha256, refused.message)
        return
    names = [hashlib.sha256(picture).hexdigest() for picture in made]
    with core.watch(STORE).asking():
        for name, picture in zip(names, made, strict=True):
            core.store.put(name, picture)
    with core.session() as session:
        records.pictured(session, one.sha256, *names)


def _drop(core: Core, one: records.Claimed) -> None:
    small = [name for name in (one.thumbnail_sha256, one.preview_sha256) if name is not None]
    with core.session() as session:
        own = [name for name in small if not records.is_shared(session, name, one.sha256)]
    with core.watch(STORE).asking():
        for name in (one.sha256, *own):
            core.store.delete(name)
    with core.session() as session:
        records.gone(session, one.sha256)
