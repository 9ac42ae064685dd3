"""Records by the letters somebody has typed so far."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.overview.operations import list_names
from netos_core.overview.schemas.names import ListNames, NameList
from tests.factories import (
    apply,
    approve,
    counted_statements,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
)
from tests.files import make_pdf


def named(session: Session, kind: str, letters: str = "", role: Role = Role.NOC, **more: Any) -> NameList:
    request = ListNames.model_validate({"kind": kind, "letters": letters, **more})
    return list_names(make_ctx(session, role), request)


def refs(found: NameList) -> list[str]:
    return [one.ref for one in found.names]


def test_beginnings_come_before_what_holds_the_letters_and_near_spellings_only_where_none_does(
    session: Session,
) -> None:
    admin = make_ctx(session, Role.ADMIN)
    holds, begins = make_provider(session, "West Zayo"), make_provider(session, "Zayo Group")
    found = named(session, "provider", "zayo")
    assert ([(one.ref, one.name) for one in found.names], found.near) == (
        [(begins, "Zayo Group"), (holds, "West Zayo")], False
    )  # fmt: skip
    assert refs(named(session, "provider", "group  ZAYO")) == [begins], "every word counts, in any order"
    near = named(session, "provider", "Zaoy Group")
    assert (refs(near)[0], near.near) == (begins, True)
    assert (refs(named(session, "provider", "qqxxyy")), named(session, "provider", "qqxxyy").near) == ([], False)
    apply(admin, "alias", "create", provider=begins, alias="AboveNet", kind="former")
    assert refs(named(session, "provider", "abovenet")) == [begins]


def test_one_or_two_letters_are_a_beginning(session: Session) -> None:
    one = make_customer(session, "Harbor Apartments")
    make_customer(session, "The Harbor")
    assert refs(named(session, "customer", "ha")) == [one]
    assert refs(named(session, "customer", "%")) == []
    assert one in refs(named(session, "customer", "c"))


def test_a_circuit_is_found_by_ref_or_by_its_id_however_that_is_punctuated(session: Session) -> None:
    ref = make_circuit(session, provider_circuit_id="12/KFGS/204481//LUM")
    for letters in (ref.lower(), "12/kf", "12KFGS2044", "204481"):
        assert refs(named(session, "circuit", letters)) == [ref], letters
    assert named(session, "circuit", ref).names[0].name == "12/KFGS/204481//LUM"


def test_there_is_more_than_is_shown_and_retired_records_are_gone(session: Session) -> None:
    made = [make_site(session, f"Hut {n}") for n in range(4)]
    found = named(session, "site", "hut", limit=3)
    assert (refs(found), found.more) == (made[:3], True)
    apply(make_ctx(session, Role.ADMIN), "site", "retire", ref=made[0])
    found = named(session, "site", "hut", limit=3)
    assert (refs(found), found.more) == (made[1:], False)


def test_titles_find_a_record_and_stand_for_none(session: Session) -> None:
    contract = make_contract(session, title="Master services agreement")
    assert [(one.ref, one.name) for one in named(session, "contract", "master").names] == [(contract, None)]


@pytest.mark.parametrize(("role", "seen"), [(Role.FINANCE, True), (Role.NOC, False)])
def test_the_title_of_a_paper_leads_only_its_readers_to_it(session: Session, role: Role, seen: bool) -> None:
    finance = make_ctx(session, Role.FINANCE)
    sent = upload_document(
        finance,
        UploadDocument(on=make_contract(session), content=make_pdf("x"), file_name="x.pdf", kind="contract",
                       title="Rate card Zebra"),
    )  # fmt: skip
    assert sent.change is not None
    approve(session, sent.change)
    for letters in ("zebra", "rate card", "zebar rate"):
        assert refs(named(session, "document", letters, role)) == ([sent.ref] if seen else []), letters
    assert refs(named(session, "document", sent.ref[:6], role)) == [sent.ref], "that it is there is no secret"


def test_letters_are_answered_in_few_statements(session: Session) -> None:
    make_provider(session, "Zayo")
    ctx = make_ctx(session, Role.NOC)
    with counted_statements(session) as made:
        list_names(ctx, ListNames(kind="provider", letters="zayo"))
    assert len(made) == 1
