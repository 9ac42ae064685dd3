"""From the upload to the store: scanned, stored, pictured and swept, whoever dies or is away meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from netos_core.access.rules import Role
from netos_core.documents import records
from netos_core.documents.model import StoredFile
from netos_core.documents.operations import get_document, get_document_file, upload_document
from netos_core.documents.rules.content import FileRefused
from netos_core.documents.schemas import GetDocument, GetDocumentFile, UploadDocument
from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Invalid
from netos_core.runtime import files
from netos_core.runtime.calls import Core
from netos_core.runtime.child import Bounds
from netos_core.runtime.settings import Settings
from netos_core.vendors.errors import VendorError
from netos_core.work import systems
from tests.factories import approve, approver, make_ctx, make_site
from tests.files import make_bomb, make_pdf, make_photo
from tests.standins import clamd, s3


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path))
    yield core
    core.close()


def attach(core: Core, content: bytes, *, kept: bool = True, **more: Any) -> str:
    """Send a file for a new site and approve it; returns the document's ref."""
    with core.session() as session:
        ctx = make_ctx(session, Role.NOC, now=utc_now())
        sent = upload_document(
            ctx, UploadDocument(on=make_site(session), content=content, file_name="sent.pdf", **more)
        )
        assert sent.change is not None
        if kept:
            approve(session, sent.change, approver(session, now=utc_now()))
        return sent.ref


def file_of(core: Core, content: bytes) -> StoredFile:
    with core.session() as session:
        found = session.scalar(select(StoredFile).where(StoredFile.sha256 == hashlib.sha256(content).hexdigest()))
        assert found is not None
        session.expunge(found)
        return found


def later(core: Core, seconds: float = 400, *, days: int = 0) -> None:
    """Let time pass for what rests or is claimed."""
    gone = timedelta(days=days, seconds=seconds)
    with core.session() as session:
        session.execute(
            update(StoredFile).values(claimed_until=StoredFile.claimed_until - gone, seen_at=StoredFile.seen_at - gone)
        )


def work(core: Core) -> None:
    while files.store_staged(core):
        pass
    while files.make_pictures(core):
        pass


def read(core: Core, content: bytes) -> bytes:
    with files.open_bytes(core, hashlib.sha256(content).hexdigest()) as file:
        return file.read()


@pytest.mark.parametrize("content", [make_photo((2000, 1000)), make_pdf("A", "B")], ids=["photo", "pdf"])
def test_a_file_is_readable_at_once_then_stored_and_pictured(core: Core, content: bytes, tmp_path: Path) -> None:
    ref = attach(core, content)
    assert read(core, content) == content
    work(core)
    kept = file_of(core, content)
    assert (kept.state, kept.content, kept.pictured) == ("stored", None, "made")
    assert read(core, content) == content
    assert len([p for p in (tmp_path / "documents").rglob("*") if p.is_file()]) == 3
    with core.session() as session:
        ctx = make_ctx(session, Role.NOC)
        assert get_document(ctx, GetDocument(ref=ref)).pictured
        small = get_document_file(ctx, GetDocumentFile(ref=ref, picture="thumbnail"))
    with files.open_bytes(core, small.sha256) as file:
        assert file.read(3) == b"\xff\xd8\xff"


def test_a_worker_killed_in_the_middle_leaves_nothing_undone(core: Core) -> None:
    content = make_photo()
    attach(core, content)
    with core.session() as session:
        assert len(records.claim_staged(session, utc_now())) == 1  # and the worker is gone
    assert files.store_staged(core) == 0
    assert read(core, content) == content
    later(core)
    work(core)
    assert file_of(core, content).state == "stored"


def test_bytes_that_reached_the_store_before_the_kill_are_found_there(core: Core) -> None:
    content = make_photo()
    attach(core, content)
    core.store.put(hashlib.sha256(content).hexdigest(), content)
    work(core)
    assert file_of(core, content).state == "stored"


def test_a_file_that_kills_every_worker_is_left_alone(core: Core) -> None:
    content = make_photo()
    attach(core, content)
    files.store_staged(core)
    for _ in range(records.MOST_TRIES):
        with core.session() as session:
            assert records.claim_unpictured(session, utc_now())
        later(core)
    assert files.make_pictures(core) == 0
    assert (file_of(core, content).pictured, file_of(core, content).problem) == (
        "failed", "It was not drawn in 5 tries."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (make_bomb(11_000, 10_000), "more memory"),
        (make_bomb(6_000, 5_000)[:100_000], "damaged"),
    ],
    ids=["bomb", "cut off"],
)
def test_a_picture_that_can_not_be_drawn_stays_stored_and_says_why(
    core: Core, content: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BOUNDS", Bounds(memory=400 << 20))
    ref, fine = attach(core, content), make_photo()
    attach(core, fine)
    work(core)
    assert read(core, content) == content
    assert (file_of(core, content).state, file_of(core, content).pictured) == ("stored", "failed")
    assert file_of(core, fine).pictured == "made", "the next in the batch is drawn"
    with core.session() as session:
        ctx = make_ctx(session, Role.NOC)
        told = get_document(ctx, GetDocument(ref=ref))
        assert why in str(told.problem)
        assert (told.state, told.pictured) == ("stored", False)
        with pytest.raises(Invalid, match=why):
            get_document_file(ctx, GetDocumentFile(ref=ref, picture="preview"))
        assert get_document_file(ctx, GetDocumentFile(ref=ref)).ref == ref


def test_a_picture_that_is_not_drawn_in_time_is_tried_again(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    content = make_photo()
    attach(core, content)
    files.store_staged(core)
    with monkeypatch.context() as busy:
        busy.setattr(files, "BOUNDS", Bounds(wall_seconds=0.01))
        assert files.make_pictures(core) == 0
    assert (file_of(core, content).pictured, file_of(core, content).tries) == ("waiting", 1)
    later(core)
    assert files.make_pictures(core) == 1
    assert file_of(core, content).pictured == "made"


def test_what_nobody_attached_goes_after_a_day_and_not_before(core: Core, tmp_path: Path) -> None:
    waits, stays = make_photo(color="#111111"), make_photo(color="#222222")
    attach(core, waits, kept=False)
    attach(core, stays)
    work(core)
    later(core, days=2)
    assert files.sweep(core) == 0, "a proposal that waits still names it"
    with core.session() as session:
        session.execute(update(records.Proposal).where(records.Proposal.status == "open").values(status="rejected"))
    assert files.sweep(core) == 1
    with pytest.raises(AssertionError):
        file_of(core, waits)
    assert read(core, stays) == stays
    assert len([p for p in (tmp_path / "documents").rglob("*") if p.is_file()]) == 3


def test_a_file_sent_again_while_it_leaves_stays(core: Core) -> None:
    content = make_photo()
    attach(core, content, kept=False)
    work(core)
    later(core, days=400)
    with core.session() as session:
        session.execute(update(records.Proposal).values(status="rejected"))
        assert records.claim_unattached(session, utc_now())
    attach(core, content)
    assert files.store_staged(core) == 0, "the store is still being told to drop it"
    later(core)
    work(core)
    assert read(core, content) == content
    assert file_of(core, content).state == "stored"


def test_a_virus_is_found_before_anything_is_stored(fresh_db: str, tmp_path: Path) -> None:
    content = b"Harmless words. " + clamd.EICAR
    with clamd.running() as daemon:
        core = Core(Settings(database_url=fresh_db, home=tmp_path, clamd_url=daemon.url))
        ref = attach(core, content)
        fine = attach(core, make_pdf("Fine"))
        work(core)
        with core.session() as session:
            ctx = make_ctx(session, Role.NOC, policy=core.policy)
            assert get_document(ctx, GetDocument(ref=ref)).problem == "Eicar-Test-Signature"
            with pytest.raises(FileRefused, match="virus"):
                get_document_file(ctx, GetDocumentFile(ref=ref))
            assert get_document_file(ctx, GetDocumentFile(ref=fine)).ref == fine
        with pytest.raises(FileRefused, match="before"):
            attach(core, content)
        assert file_of(core, content).content is None
        core.close()


def test_a_scanner_that_is_away_holds_files_back_and_loses_none(fresh_db: str, tmp_path: Path) -> None:
    core = Core(Settings(database_url=fresh_db, home=tmp_path, clamd_url="tcp://127.0.0.1:9"))
    content = make_pdf("Waits")
    attach(core, content)
    assert files.store_staged(core) == 0
    kept = file_of(core, content)
    assert (kept.state, kept.content) == ("staged", content)
    assert kept.claimed_until is not None
    with core.session() as session:
        assert [one.state for one in systems.standings(session)] == ["unavailable"]
    core.close()


def test_a_bucket_holds_documents_and_a_rotated_secret_is_told(fresh_db: str) -> None:
    with s3.running() as bucket:
        chosen = {"store_url": "s3://netos/documents", "store_key": bucket.key, "store_endpoint": bucket.endpoint}
        core = Core(Settings(database_url=fresh_db, store_secret=bucket.secret, **chosen))
        content = make_photo()
        attach(core, content)
        work(core)
        assert read(core, content) == content
        core.close()
        wrong = Core(Settings(database_url=fresh_db, store_secret="rotated", **chosen))
        with pytest.raises(VendorError) as refused:
            read(wrong, content)
        assert refused.value.code == "credentials_invalid"
        with wrong.session() as session:
            (standing,) = systems.standings(session)
        assert (standing.state, standing.setting) == ("credentials_invalid", "NETOS_STORE_SECRET")
        wrong.close()
