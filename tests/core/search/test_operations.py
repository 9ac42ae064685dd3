"""One search over everything."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.search import records
from netos_core.search.model import SearchEntry
from netos_core.search.operations import CAUGHT_UP_AT_ONCE, search
from netos_core.search.schemas import Search, SearchResult
from tests.factories import (
    NOW,
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
)
from tests.files import make_pdf


def found(session: Session, query: str, **more: object) -> SearchResult:
    return search(make_ctx(session, Role.NOC), Search.model_validate({"query": query, **more}))


def test_an_exact_id_comes_first_then_whatever_contains_the_words(session: Session) -> None:
    make_provider(session, "Zayo")
    circuit = make_circuit(session, provider="Zayo", provider_circuit_id="OGYX/184220//ZYO")
    make_contract(session, provider="Zayo", title="Wave order")
    hits = found(session, "zayo").hits
    assert hits[0].kind == "provider"
    assert {h.kind for h in hits[1:]} == {"circuit", "contract"}
    assert hits[0].score > hits[1].score
    assert found(session, "ogyx 184220 zyo").hits[0].ref == circuit
    assert found(session, circuit.lower()).hits[0].ref == circuit


def test_each_kind_is_found_and_a_kind_can_be_asked_for_alone(session: Session) -> None:
    site = make_site(session, "Wabash Tower", city="Peru")
    customer = make_customer(session, "Wabash Mutual")
    circuit = make_circuit(session, a_site=site)
    apply(make_ctx(session, Role.ADMIN), "note", "create", on=circuit, text="Wabash crew holds the key")
    assert {h.kind for h in found(session, "wabash").hits} == {"site", "customer", "circuit", "note"}
    assert [h.ref for h in found(session, "wabash", kind=["customer"]).hits] == [customer]
    assert [h.ref for h in found(session, "key", kind=["note"]).hits] == [circuit]


def test_a_misspelling_finds_the_nearest_and_says_so(session: Session) -> None:
    make_provider(session, "Everstream")
    result = found(session, "everstraem")
    assert result.hits[0].title == "Everstream"
    assert "spelling" in (result.hint or "")


def test_nothing_found_says_what_to_try(session: Session) -> None:
    result = found(session, "zzzzqqqq")
    assert (result.total, result.hits) == (0, [])
    assert "fewer words" in (result.hint or "")


def test_what_was_just_written_is_found_and_what_was_retired_is_not(session: Session) -> None:
    site = make_site(session, "Osceola Grain Elevator")
    assert [h.ref for h in found(session, "osceola").hits] == [site]
    apply(make_ctx(session, Role.ADMIN), "site", ref=site, name="Osceola Silo")
    assert found(session, "grain elevator", kind=["site"]).hits == []
    apply(make_ctx(session, Role.ADMIN), "site", "retire", ref=site)
    assert found(session, "osceola", kind=["site"]).hits == []


def test_a_renamed_site_is_found_on_the_circuits_that_end_there(session: Session) -> None:
    site = make_site(session, "Old Mill")
    circuit = make_circuit(session, a_site=site)
    assert circuit in {h.ref for h in found(session, "old mill").hits}
    apply(make_ctx(session, Role.ADMIN), "site", ref=site, name="Kingsbury Yard")
    assert circuit in {h.ref for h in found(session, "kingsbury").hits}
    assert circuit not in {h.ref for h in found(session, "old mill", kind=["circuit"]).hits}


def test_a_new_name_of_a_provider_finds_its_circuits(session: Session) -> None:
    provider = make_provider(session, "Brightline")
    circuit = make_circuit(session, provider=provider)
    apply(make_ctx(session, Role.ADMIN), "alias", "create", provider=provider, alias="Glowworm Telecom", kind="former")
    assert {provider, circuit} <= {h.ref for h in found(session, "glowworm").hits}


def test_a_tag_finds_its_record(session: Session) -> None:
    site = make_site(session, "Elm Street")
    apply(make_ctx(session, Role.ADMIN), "tag", "create", on=site, name="flood zone")
    assert site in {h.ref for h in found(session, "flood zone").hits}


def test_more_than_a_search_takes_up_is_left_for_the_worker(session: Session) -> None:
    for number in range(CAUGHT_UP_AT_ONCE // 2 + 1):
        make_circuit(session, description=f"Thornhill span {number}")
    early = found(session, "thornhill")
    assert (early.total, "still being indexed" in str(early.hint)) == (0, True)
    while records.take_up(session, NOW):
        pass
    assert found(session, "thornhill").total == 50, "a ranked list is read so far and no further"


def test_an_entry_that_needs_a_right_is_hidden_from_who_lacks_it(session: Session) -> None:
    site = make_site(session, "Quarry Vault")
    assert found(session, "quarry vault").total == 1
    session.execute(update(SearchEntry).where(SearchEntry.ref == site).values(needs="see:money"))
    for query in ("quarry vault", site, "quary vault", "stone pit strong room"):
        assert site not in {h.ref for h in found(session, query).hits}
    asked = Search(query="quarry vault")
    assert [h.ref for h in search(make_ctx(session, Role.FINANCE), asked).hits] == [site]


def test_what_an_earlier_model_read_is_read_anew(session: Session) -> None:
    site = make_site(session, "Cedar Lake Hut")
    assert found(session, "cedar lake").total == 1
    session.execute(update(SearchEntry).where(SearchEntry.ref == site).values(model="older", embedding=None))
    records.touch_outdated(session, NOW)
    assert [h.ref for h in found(session, "hut at a lake").hits][:1] == [site]


def test_a_document_about_money_is_found_by_who_sees_money(session: Session) -> None:
    finance, contract = make_ctx(session, Role.FINANCE), make_contract(session, title="Fiber order")
    sent = upload_document(
        finance,
        UploadDocument(on=contract, content=make_pdf("x"), file_name="rates.pdf", title="Zebra card", kind="contract"),
    )
    assert sent.change is not None
    approve(session, sent.change)
    asked = Search(query="zebra card")
    assert [hit.ref for hit in search(finance, asked).hits] == [sent.ref]
    assert found(session, "zebra card").hits == []
