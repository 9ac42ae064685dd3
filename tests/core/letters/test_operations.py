"""Drafted from the contract, sent only as approved, recorded as signed and served: on a real database."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import get_change
from netos_core.changes.schemas import GetChange
from netos_core.documents.model import StoredFile
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.letters.operations import get_letter, get_letter_file, list_letters
from netos_core.letters.plans.drafts import LetterClosed
from netos_core.letters.plans.sending import NotReady
from netos_core.letters.schemas import GetLetter, GetLetterFile, ListLetters
from netos_core.renewals import records
from tests.core.letters.making import ADDRESS, BY_HAND, SIGNER, SIGNING, author, make_draft, make_letter, make_terms
from tests.factories import (
    apply,
    approve,
    audit_of,
    make_contract,
    make_ctx,
    make_provider,
    propose,
    row_of,
    rows_of,
    undo,
)
from tests.files import make_pdf


def view(session: Session, ref: str, **more: Any) -> Any:
    return get_letter(author(session, **more), GetLetter(ref=ref))


def proof(session: Session, contract: str) -> str:
    ctx = author(session)
    sent = upload_document(ctx, UploadDocument(on=contract, content=make_pdf("receipt"), title="Receipt"))
    assert sent.change is not None
    approve(session, sent.change)
    return sent.ref


def test_a_new_letter_takes_over_what_the_contract_says(session: Session) -> None:
    contract, circuits = make_terms(session)
    proposed = apply(author(session), "letter", "create", contract=contract)
    ref = proposed.diff[0].ref
    assert proposed.title == f"Draft {ref}, a notice of non-renewal of {contract}"
    assert proposed.risk == "medium"
    found = view(session, ref)
    assert (found.state, found.method, found.recipient_name) == ("draft", "certified_mail", "Carrier Group, LLC")
    assert (found.recipient_address, found.recipient_email) == (ADDRESS, None)
    assert (found.effective_date, found.letter_date) == (date(2027, 3, 31), date(2026, 6, 1))
    assert found.circuits == circuits
    assert found.sign_by == date(2026, 12, 24), "the day to act by"
    assert [one.field for one in found.missing] == ["signer_name", "signer_email"]
    text = {one.part: one.text for one in found.wording}
    assert "ends with its current term on March 31, 2027" in text["opening"]
    assert "asks for 90 days of notice before the end of its term on March 31, 2027" in text["terms"]
    assert "to be received by December 31, 2026" in text["terms"]
    assert text["method"] == "BY CERTIFIED MAIL, RETURN RECEIPT REQUESTED"
    assert f"wave 10 G (our {circuits[1]})" in text["circuits"]
    assert text["signature"].startswith("[signer]")


def test_the_address_of_notice_is_never_an_account_manager(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    provider = make_provider(session)
    manager = {"kind": "account_manager", "name": "Max Seller", "email": "max@carrier.example"}
    apply(ctx, "contact", "create", provider=provider, **manager)
    contract = make_contract(session, provider=provider, notice_method="email")
    assert view(session, make_draft(session, contract)).recipient_email is None
    desk = {"kind": "other", "name": "Legal notices", "email": "legal@carrier.example"}
    apply(ctx, "contact", "create", provider=provider, **desk)
    assert view(session, make_draft(session, contract)).recipient_email == "legal@carrier.example"
    stated = make_contract(
        session, provider=provider, notice_method="email", notice_address="Only to Notices@X.example."
    )
    assert view(session, make_draft(session, stated)).recipient_email == "notices@x.example"


def test_notice_is_about_the_term_in_force(session: Session) -> None:
    contract, _ = make_terms(session, term_start_date="2022-04-01")
    records.advance(author(session), every=True)
    found = view(session, make_draft(session, contract))
    assert (found.effective_date, found.notice_deadline) == (date(2027, 3, 31), date(2026, 12, 31))
    terms = next(one.text for one in found.wording if one.part == "terms")
    assert "end of its term on March 31, 2027" in terms
    rows = list_letters(author(session), ListLetters(contract=contract)).rows
    assert [row.notice_deadline for row in rows] == [date(2026, 12, 31)]


def test_an_amendment_gives_notice_as_its_order_asks(session: Session) -> None:
    provider = make_provider(session)
    order, _ = make_terms(session, provider=provider)
    amendment = make_contract(
        session, provider=provider, kind="amendment", parent=order, title="Amendment 1", term_months=36,
        term_start_date="2024-04-01",
    )  # fmt: skip
    found = view(session, make_draft(session, amendment))
    assert (found.method, found.recipient_address) == ("certified_mail", ADDRESS)
    assert "asks for 90 days" in next(one.text for one in found.wording if one.part == "terms")


def test_what_a_letter_can_not_be_without(session: Session) -> None:
    contract, _ = make_terms(session)
    ctx = author(session)
    for fields, field in (
        ({}, "contract"),
        ({"contract": contract, "sending": "docuseal"}, "sending"),
        ({"contract": contract, "served_date": "2026-05-01"}, "served_date"),
    ):
        with pytest.raises(Invalid) as refused:
            propose(ctx, "letter", "create", **fields)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        propose(ctx, "letter", "create", contract=contract, circuits=["CKT-9"])
    ref = make_letter(session, contract)
    for fields in ({"kind": None}, {"letter_date": None}, {"contract": contract}):
        with pytest.raises(Invalid):
            propose(ctx, "letter", ref=ref, **fields)


def test_a_letter_that_lacks_something_does_not_go_out(session: Session) -> None:
    contract, _ = make_terms(session, notice_address=None)
    ref = make_draft(session, contract)
    with pytest.raises(NotReady) as refused:
        propose(author(session), "letter", ref=ref, sending="docuseal")
    assert refused.value.field == "recipient_address"
    assert refused.value.fix == "Also to be filled: signer_name, signer_email."
    with pytest.raises(NotReady, match="No signing service") as refused:
        propose(author(session, policy=BY_HAND), "letter", ref=ref, sending="docuseal")
    with pytest.raises(NotReady) as refused:
        propose(make_ctx(session, Role.FINANCE), "letter", ref=ref, sending="manual")
    assert refused.value.field == "letterhead"


def test_sending_is_an_act_on_the_outside_world_with_its_exact_text_and_digest(session: Session) -> None:
    ref = make_letter(session)
    change = propose(author(session, agent="claude"), "letter", ref=ref, sending="docuseal")
    assert (change.title, change.risk) == (f"Send {ref} for signature", "high")
    assert "outside" in change.aspects
    assert change.needs[-1].four_eyes
    shown = {row.field: row.new for row in change.diff if row.entity == "letter"}
    assert [part["part"] for part in shown["wording"]][:3] == ["letterhead", "date", "method"]
    file = get_letter_file(author(session), GetLetterFile(ref=ref, change=change.change_id))
    kept = session.scalars(select(StoredFile).where(StoredFile.sha256 == shown["pdf_sha256"])).one()
    assert hashlib.sha256(kept.content or b"").hexdigest() == shown["pdf_sha256"] == file.sha256
    assert (kept.content or b"").startswith(b"%PDF")
    assert change.warnings == [
        f"{ref}: once signed it is still to be served by certified mail; that is recorded with its proof."
    ]
    again = propose(author(session, agent="claude"), "letter", ref=ref, sending="docuseal")
    assert (again.change_id, again.digest) == (change.change_id, change.digest), "the same request is the same proposal"
    finance = make_ctx(session, Role.FINANCE)
    assert not get_change(finance, GetChange(change_id=change.change_id)).may_approve
    with pytest.raises(Forbidden):
        approve(session, change, make_ctx(session, Role.NOC, name="Nora Noc"))
    approve(session, change)
    found = view(session, ref)
    assert (found.state, found.approved, found.pdf_sha256) == ("queued", True, shown["pdf_sha256"])
    document = row_of(session, "document", found.pdf_document)
    assert (document["kind"], document["sha256"], document["sensitivity"]) == ("notice", shown["pdf_sha256"], "open")
    assert document["entity"] == "contract"
    assert get_letter_file(author(session), GetLetterFile(ref=ref)).sha256 == shown["pdf_sha256"]


def test_who_may_not_act_outside_neither_proposes_nor_approves_it(session: Session) -> None:
    ref = make_letter(session)
    for role in (Role.NOC, Role.SALES, Role.FIELD):
        with pytest.raises(Forbidden):
            propose(make_ctx(session, role, policy=SIGNING), "letter", ref=ref, sending="docuseal")
        with pytest.raises(Forbidden):
            propose(make_ctx(session, role, policy=SIGNING), "letter", ref=ref, served_date="2026-05-01")


def test_what_is_approved_stays_whatever_the_records_say_later(session: Session) -> None:
    contract, _ = make_terms(session)
    ref = make_letter(session, contract)
    apply(author(session), "letter", ref=ref, sending="docuseal")
    before = view(session, ref)
    apply(make_ctx(session, Role.FINANCE), "contract", ref=contract, number="OTHER-7", title="Another title")
    after = view(session, ref)
    assert after.wording == before.wording
    for fields in ({"opening": "Now hear this."}, {"method": "email"}, {"circuits": []}):
        with pytest.raises(LetterClosed):
            propose(author(session), "letter", ref=ref, **fields)
    with pytest.raises(LetterClosed):
        propose(author(session), "letter", ref=ref, sending="manual")


def test_a_withdrawn_letter_is_a_draft_and_goes_out_under_another_name(session: Session) -> None:
    ref = make_letter(session)
    apply(author(session), "letter", ref=ref, sending="docuseal")
    first = row_of(session, "letter", ref)
    withdrawn = apply(author(session), "letter", ref=ref, sending=None)
    assert (withdrawn.title, withdrawn.risk) == (f"Withdraw {ref}", "high")
    assert view(session, ref).state == "draft"
    apply(author(session), "letter", ref=ref, sending="docuseal")
    second = row_of(session, "letter", ref)
    assert second["sending_key"] != first["sending_key"]
    assert second["pdf_document_id"] == first["pdf_document_id"], "the same bytes are filed once"
    apply(author(session), "letter", ref=ref, sending=None)
    apply(author(session), "letter", ref=ref, opening="A first paragraph of our own.")
    assert {part.part: part.text for part in view(session, ref).wording}["opening"] == "A first paragraph of our own."


def test_the_sending_of_a_letter_is_undone_like_any_change(session: Session) -> None:
    ref = make_letter(session)
    sent = apply(author(session), "letter", ref=ref, sending="docuseal")
    undo(author(session), sent)
    row = row_of(session, "letter", ref)
    assert (row["sending"], row["sending_key"], row["wording"], row["pdf_sha256"]) == (None, None, None, None)
    assert rows_of(session, "document")[-1]["retired_at"] is not None
    assert view(session, ref).state == "draft"


def test_where_nothing_signs_letters_a_person_does_and_records_it(session: Session) -> None:
    contract, _ = make_terms(session)
    ref = make_letter(session, contract)
    hand = author(session, policy=BY_HAND)
    with pytest.raises(LetterClosed):
        propose(hand, "letter", ref=ref, signed_date="2026-05-30")
    change = apply(hand, "letter", ref=ref, sending="manual")
    assert change.title == f"Approve {ref} to be signed by hand"
    assert view(session, ref).state == "approved"
    with pytest.raises(LetterClosed):
        propose(hand, "letter", ref=ref, served_date="2026-05-31", proof_document="DOC-1001")
    with pytest.raises(Invalid, match="still to come"):
        propose(hand, "letter", ref=ref, signed_date="2026-06-02")
    assert apply(hand, "letter", ref=ref, signed_date="2026-05-30").title == f"Record {ref} as signed"
    found = view(session, ref)
    assert (found.state, found.next) == ("signed", "Serve it by certified mail, and record that with its proof.")
    with pytest.raises(LetterClosed, match="what is signed"):
        propose(hand, "letter", ref=ref, sending=None)
    with pytest.raises(Invalid) as refused:
        propose(hand, "letter", ref=ref, served_date="2026-05-31")
    assert refused.value.field == "proof_document"
    receipt = proof(session, contract)
    served = {"served_date": "2026-05-31", "tracking_number": "9407 1111", "proof_document": receipt}
    done = apply(hand, "letter", ref=ref, **served)
    assert (done.title, done.risk) == (f"Record {ref} as served", "high")
    found = view(session, ref)
    assert (found.state, found.served_method, found.proof_document) == ("served", "certified_mail", receipt)
    assert found.tracking_number == "9407 1111"
    told = [entry.fields[0].field for entry in audit_of(session, ref) if entry.action == "update"]
    assert "served_date" in told


def test_a_notice_that_is_late_or_goes_another_way_says_so(session: Session) -> None:
    by_mail = {"method": "email", "recipient_email": "notices@carrier.example", "sign_by": "2027-02-01"}
    ref, other = make_letter(session, **by_mail), make_letter(session, **by_mail)
    late = datetime(2026, 12, 28, 15, tzinfo=UTC)
    change = propose(author(session, now=late), "letter", ref=ref, sending="docuseal")
    assert change.warnings == [
        f"{ref}: It was to leave by 2026-12-24: to be received by 2026-12-31 it needs faster service.",
        f"{ref}: The contract asks for notice by certified mail; this one goes by email.",
        f"{ref}: It is dated 2026-06-01.",
        f"{ref}: once signed, DocuSeal sends the signed copy to notices@carrier.example, and that serves it.",
    ]
    after = datetime(2027, 1, 4, 15, tzinfo=UTC)
    change = propose(author(session, now=after), "letter", ref=other, sending="docuseal")
    assert f"{other}: The notice deadline, 2026-12-31, has passed." in change.warnings


def test_a_circuit_of_another_contract_is_told(session: Session) -> None:
    contract, _ = make_terms(session)
    _, others = make_terms(session)
    change = propose(author(session), "letter", "create", contract=contract, circuits=others)
    assert change.warnings[0].endswith(f"the contract does not govern {', '.join(others)}, which it names.")


def test_characters_the_typeface_lacks_are_named_before_anything_goes_out(session: Session) -> None:
    ref = make_letter(session, recipient_name="中文 Carrier")
    with pytest.raises(NotReady, match=r"no sign for U\+4E2D, U\+6587"):
        propose(author(session), "letter", ref=ref, sending="docuseal")


def test_the_service_of_a_letter_carries_out_the_decision_it_is_about(session: Session) -> None:
    contract, _ = make_terms(session)
    elsewhere, _ = make_terms(session)
    hand = author(session, policy=BY_HAND)
    about = {"choice": "terminate", "decided_date": "2026-05-20"}
    decision = apply(hand, "decision", "create", contract=contract, **about).diff[0].ref
    other = apply(hand, "decision", "create", contract=elsewhere, **about).diff[0].ref
    ref = make_letter(session, contract)
    assert view(session, ref).decision == decision, "the open decision to leave"
    with pytest.raises(Invalid) as refused:
        propose(hand, "letter", ref=ref, decision=other)
    assert refused.value.field == "decision"
    apply(hand, "letter", ref=ref, sending="manual")
    apply(hand, "letter", ref=ref, signed_date="2026-05-30")
    receipt = proof(session, contract)
    served = {"served_date": "2026-05-31", "tracking_number": "9407 1111", "proof_document": receipt}
    done = apply(hand, "letter", ref=ref, **served)
    assert {row.ref for row in done.diff} == {ref, decision}
    row = row_of(session, "renewal_decision", decision)
    assert (row["served_date"], row["served_method"], row["served_reference"]) == (
        date(2026, 5, 31), "certified_mail", "9407 1111",
    )  # fmt: skip
    assert row["proof_id"] == row_of(session, "document", receipt)["id"]
    undo(hand, done)
    assert row_of(session, "renewal_decision", decision)["served_date"] is None
    assert [one.ref for one in list_letters(hand, ListLetters(decision=decision)).rows] == [ref]
    with pytest.raises(NotFound) as unknown:
        list_letters(hand, ListLetters(decision="DEC-9"))
    assert unknown.value.field == "decision"


def test_letters_are_listed_by_where_they_stand(session: Session) -> None:
    contract, _ = make_terms(session)
    draft, sent, hand = (make_letter(session, contract) for _ in range(3))
    apply(author(session), "letter", ref=sent, sending="docuseal")
    apply(author(session), "letter", ref=hand, sending="manual")
    make_letter(session)

    def listed(**asked: Any) -> list[tuple[str, str]]:
        found = list_letters(author(session), ListLetters(**asked))
        return [(row.ref, row.state) for row in found.rows]

    assert listed(contract=contract) == [(hand, "approved"), (sent, "queued"), (draft, "draft")]
    assert listed(contract=contract, open=True) == [(hand, "approved"), (sent, "queued")]
    assert listed(contract=contract, state=["queued"]) == [(sent, "queued")]
    assert listed(contract=contract, sort="state") == [(hand, "approved"), (draft, "draft"), (sent, "queued")]
    for column in ("act_by", "notice_deadline", "letter_date", "provider", "contract", "kind"):
        assert len(listed(sort=column)) == 4
    assert [ref for ref, _ in listed(query=draft.lower())] == [draft]
    with pytest.raises(NotFound):
        get_letter(author(session), GetLetter(ref="LTR-9"))
    with pytest.raises(NotFound):
        get_letter_file(author(session), GetLetterFile(ref=draft))


def test_a_retired_letter_leaves_the_list_and_comes_back(session: Session) -> None:
    contract, _ = make_terms(session)
    ref = make_letter(session, contract, **SIGNER)
    gone = apply(author(session), "letter", "retire", ref=ref)
    assert list_letters(author(session), ListLetters(contract=contract)).total == 0
    assert view(session, ref).retired_at is not None
    undo(author(session), gone)
    assert list_letters(author(session), ListLetters(contract=contract)).total == 1


def test_letters_do_not_go_out_by_the_hundred(session: Session) -> None:
    with pytest.raises(Invalid, match="At most 20 letters"):
        propose(author(session), "letter", items=[{"ref": f"LTR-{n}"} for n in range(21)], sending="docuseal")


def test_a_stale_approval_sends_nothing(session: Session) -> None:
    ref = make_letter(session)
    change = propose(author(session), "letter", ref=ref, sending="docuseal")
    apply(author(session), "letter", ref=ref, extra="One more thing.")
    with pytest.raises(Conflict):
        approve(session, change)
    assert view(session, ref).state == "draft"
