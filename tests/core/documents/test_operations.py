"""Documents on records: sent, attached, found, described, retired, and shown to whom they may be."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import confirm_change, get_change, search_audit
from netos_core.changes.schemas import ConfirmChange, GetChange, SearchAudit
from netos_core.documents import operations as documents
from netos_core.documents.queries import ContentWithheld, DocumentNotFound
from netos_core.documents.rules.content import FileRefused
from netos_core.documents.schemas import (
    DocumentRow,
    DocumentView,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    ListSiteDocuments,
    UploadDocument,
    Uploaded,
)
from netos_core.kernel.context import Context, Policy
from netos_core.kernel.errors import Forbidden, Invalid, NotFound
from tests.factories import (
    AGENT,
    POLICY,
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)
from tests.files import make_pdf, make_photo


def send(ctx: Context, on: str, content: bytes | None = None, **more: Any) -> Uploaded:
    """Send a file, a PDF of its own unless one is given."""
    given = {"content": content or make_pdf("LOA"), "file_name": "LOA.pdf", "on": on, **more}
    return documents.upload_document(ctx, UploadDocument.model_validate(given))


def attach(ctx: Context, on: str, content: bytes | None = None, **more: Any) -> str:
    """Send a file and approve its change; returns the document's ref."""
    done = send(ctx, on, content, **more)
    assert done.change is not None
    assert approve(ctx.session, done.change).status == "committed"
    return done.ref


def get(ctx: Context, ref: str) -> DocumentView:
    return documents.get_document(ctx, GetDocument(ref=ref))


def listed(ctx: Context, **asked: Any) -> list[DocumentRow]:
    return documents.list_documents(ctx, ListDocuments.model_validate(asked)).rows


def test_a_file_is_kept_at_once_and_attached_by_the_agents_second_call(session: Session) -> None:
    site = make_site(session)
    ctx = make_ctx(session, Role.FIELD, agent=AGENT)
    done = send(ctx, site.lower(), make_photo(taken="2026:05:04 10:11:12", place=(41.0, -85.0)), kind="photo",
                file_name="C:\\DCIM\\IMG_1.JPG", caption="North face")  # fmt: skip
    assert done.change is not None
    assert (done.change.risk, done.content_type, done.file_name) == ("low", "image/jpeg", "IMG_1.jpg")
    assert rows_of(session, "document") == []
    applied = confirm_change(ctx, ConfirmChange(change_id=done.change.change_id, digest=done.change.digest))
    assert applied.status == "committed"
    photo = get(ctx, done.ref)
    assert (photo.on, photo.title, photo.uploaded_by, photo.agent) == (site, "IMG 1", "Field Person", AGENT)
    assert (photo.width, photo.height, photo.taken_at, photo.lat) == (640, 480, "2026-05-04T10:11:12", 41.0)
    assert photo.resource == f"netos://document/{done.ref}/page/1"


def test_documents_go_on_every_kind_of_record(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    for make in (make_circuit, make_provider, make_customer, make_site, make_contract):
        ref = make(session)
        document = attach(ctx, ref)
        assert [row.ref for row in listed(ctx, on=ref)] == [document]


def test_the_same_bytes_on_the_same_record_are_told_and_not_kept_twice(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    here, there = make_site(session), make_site(session)
    first = attach(ctx, here)
    again = send(ctx, here, file_name="copy.pdf")
    assert (again.duplicate, again.ref, again.change) == (True, first, None)
    assert first in again.told
    assert attach(ctx, there) != first
    assert len(listed(ctx)) == 2


def test_a_call_made_twice_finds_its_own_proposal(session: Session) -> None:
    ctx, site = make_ctx(session, Role.NOC), make_site(session)
    first, again = send(ctx, site), send(ctx, site)
    assert first.change is not None
    assert again.change is not None
    assert (first.ref, first.change.change_id) == (again.ref, again.change.change_id)


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"%PDF-1.7 broken", b"\xff\xd8\xffbroken"])
def test_a_file_that_is_not_what_it_seems_leaves_nothing(session: Session, content: bytes) -> None:
    site = make_site(session)
    with pytest.raises((FileRefused, Invalid)) as refused:
        documents.upload_document(
            make_ctx(session, Role.NOC), UploadDocument(on=site, content=content, file_name="fine.pdf")
        )
    assert refused.value.field == "file"


def test_a_file_over_the_limit_is_refused(session: Session) -> None:
    small = Policy(zone=POLICY.zone, upload_bytes=1 << 20)
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        send(make_ctx(session, Role.NOC, policy=small), make_site(session), b"x" * ((1 << 20) + 1))


@pytest.mark.parametrize("on", ["SIT-999999", "CHG-1001", "nothing"])
def test_a_document_needs_a_record_that_is_there(session: Session, on: str) -> None:
    with pytest.raises(NotFound) as refused:
        send(make_ctx(session, Role.NOC), on)
    assert refused.value.field == "on"


def test_a_document_is_not_on_another(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    with pytest.raises(Invalid, match="not on another document"):
        send(ctx, attach(ctx, make_site(session)), make_photo())


def test_a_contract_is_shown_to_nobody_who_sees_no_amounts(session: Session) -> None:
    contract = make_contract(session)
    finance, noc = make_ctx(session, Role.FINANCE), make_ctx(session, Role.NOC)
    ref = attach(finance, contract, kind="contract", title="Margin sheet", caption="MRC 900.00")
    assert get(finance, ref).sensitivity == "money"
    seen = get(noc, ref)
    assert (seen.kind, seen.withheld, seen.on) == ("contract", True, contract)
    assert {seen.title, seen.caption, seen.file_name, seen.sha256, seen.resource, seen.pages} == {None}
    assert listed(noc, query="margin") == []
    assert [row.ref for row in listed(finance, query="margin SHEET")] == [ref]
    with pytest.raises(ContentWithheld):
        documents.get_document_file(noc, GetDocumentFile(ref=ref))
    with pytest.raises(ContentWithheld):
        documents.get_document_file(noc, GetDocumentFile(ref=ref, picture="thumbnail"))
    with pytest.raises(ContentWithheld):
        propose(noc, "document", ref=ref, title="Mine now")


def test_a_diff_and_the_trail_withhold_what_the_document_withholds(session: Session) -> None:
    finance, noc = make_ctx(session, Role.FINANCE), make_ctx(session, Role.NOC)
    done = send(finance, make_contract(session), kind="invoice", title="Secret sum")
    assert done.change is not None
    shown = get_change(noc, GetChange(change_id=done.change.change_id))
    assert {d.field: d.new for d in shown.diff if not d.withheld}.keys() == {"entity", "on", "kind"}
    assert "Secret sum" not in shown.model_dump_json()
    approve(session, done.change)
    apply(finance, "document", ref=done.ref, title="Secret sum II")
    apply(finance, "document", "retire", ref=done.ref)
    engineer = make_ctx(session, Role.ENGINEERING)
    trail = search_audit(engineer, SearchAudit(ref=done.ref))
    assert "Secret sum" in trail.model_dump_json()
    bank = attach(finance, make_provider(session), make_photo(), sensitivity="bank", title="Void cheque")
    told = search_audit(engineer, SearchAudit(ref=bank))
    assert told.total
    assert "Void cheque" not in told.model_dump_json()


def test_a_priced_paper_is_not_declared_open(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    with pytest.raises(Invalid) as refused:
        send(ctx, make_contract(session), kind="contract", sensitivity="open")
    assert refused.value.field == "sensitivity"
    ref = attach(ctx, make_contract(session), kind="other")
    apply(ctx, "document", ref=ref, kind="invoice")
    assert get(ctx, ref).sensitivity == "money"


def test_showing_a_document_to_more_people_takes_a_second_person(session: Session) -> None:
    finance = make_ctx(session, Role.FINANCE)
    ref = attach(finance, make_site(session), sensitivity="money")
    laxer = propose(finance, "document", ref=ref, sensitivity="open")
    assert (laxer.risk, laxer.aspects) == ("high", ["money"])
    with pytest.raises(Forbidden):
        propose(make_ctx(session, Role.NOC), "document", ref=attach(finance, make_site(session)), sensitivity="money")


def test_a_document_is_described_anew_retired_and_brought_back(session: Session) -> None:
    ctx, site = make_ctx(session, Role.NOC), make_site(session)
    ref = attach(ctx, site)
    apply(ctx, "document", ref=ref.lower(), title="LOA, panel 4", kind="loa_cfa", caption="Ports 21 and 22")
    assert (get(ctx, ref).title, get(ctx, ref).kind) == ("LOA, panel 4", "loa_cfa")
    gone = propose(ctx, "document", "retire", ref=ref)
    assert gone.risk == "low"
    approve(session, gone)
    assert listed(ctx, on=site) == []
    assert get(ctx, ref).retired_at is not None
    undo(ctx, gone)
    assert [row.ref for row in listed(ctx, on=site)] == [ref]


def test_a_priced_document_is_retired_only_by_two(session: Session) -> None:
    finance = make_ctx(session, Role.FINANCE)
    ref = attach(finance, make_contract(session), kind="contract")
    assert propose(finance, "document", "retire", ref=ref).risk == "high"


def test_a_document_is_made_of_a_file(session: Session) -> None:
    with pytest.raises(Invalid, match="made of a file"):
        propose(make_ctx(session, Role.NOC), "document", "create", title="Nothing")
    with pytest.raises(DocumentNotFound):
        propose(make_ctx(session, Role.NOC), "document", ref="DOC-1", title="Nothing")


def test_documents_are_found_by_kind_words_and_day(session: Session) -> None:
    ctx, site = make_ctx(session, Role.NOC), make_site(session, "Ridge")
    photo = attach(ctx, site, make_photo(), kind="photo", title="Tower north")
    paper = attach(ctx, site, title="LOA panel")
    assert [row.ref for row in listed(ctx, kind=["photo"])] == [photo]
    assert [row.ref for row in listed(ctx, query="panel loa")] == [paper]
    assert listed(ctx, uploaded_since="2099-01-01") == []
    first = documents.list_documents(ctx, ListDocuments(limit=1))
    assert (first.total, first.rows[0].ref) == (2, paper)
    second = documents.list_documents(ctx, ListDocuments(limit=1, cursor=first.next_cursor))
    assert second.rows[0].ref == photo
    of_site = documents.list_site_documents(ctx, ListSiteDocuments(site="ridge", kind=["photo"]))
    assert [row.ref for row in of_site.rows] == [photo]
    assert of_site.hint is not None
    assert f"netos://document/{photo}/page/1" in of_site.hint


def test_tags_and_notes_go_on_documents(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    ref = attach(ctx, make_site(session))
    apply(ctx, "tag", "create", on=ref, name="expires soon")
    assert get(ctx, ref).tags == ["expires soon"]


def test_leave_to_read_names_the_bytes_and_their_real_type(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    ref = attach(ctx, make_site(session), file_name="page.html")
    file = documents.get_document_file(ctx, GetDocumentFile(ref=ref))
    assert (file.file_name, file.content_type) == ("page.html.pdf", "application/pdf")
    assert file.sha256 == row_of(session, "document", ref)["sha256"]
    assert file.audited_fields() == frozenset()
    finance = make_ctx(session, Role.FINANCE)
    priced = attach(finance, make_contract(session), kind="contract")
    assert documents.get_document_file(finance, GetDocumentFile(ref=priced)).audited_fields() == {"file"}


def test_what_waits_for_the_scan_is_not_given_out(session: Session) -> None:
    scanned = Policy(zone=POLICY.zone, scans_uploads=True)
    ctx = make_ctx(session, Role.NOC, policy=scanned)
    ref = attach(ctx, make_site(session))
    with pytest.raises(Exception, match="waits for the virus scan"):
        documents.get_document_file(ctx, GetDocumentFile(ref=ref))


def test_a_broken_picture_that_is_called_a_pdf_is_told_as_both(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    with pytest.raises(FileRefused, match="called a PDF, but it is a picture, and a damaged one"):
        attach(ctx, make_site(session), make_photo()[:2000], file_name="loa.PDF")
    with pytest.raises(FileRefused, match="The picture is damaged"):
        attach(ctx, make_site(session), make_photo()[:2000], file_name="tower.jpg")
