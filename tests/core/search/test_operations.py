"""One search over everything."""

from __future__ import annotations

from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.search.operations import search
from netos_core.search.schemas import Search, SearchResult
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_customer, make_provider, make_site


def found(session: Session, query: str, **more: object) -> SearchResult:
    return search(make_ctx(session, Role.NOC), Search.model_validate({"query": query, **more}))


def test_an_exact_id_comes_first_then_whatever_contains_the_words(session: Session) -> None:
    make_provider(session, "Zayo")
    circuit = make_circuit(session, provider="Zayo", provider_circuit_id="OGYX/184220//ZYO")
    make_contract(session, provider="Zayo", title="Wave order")
    hits = found(session, "zayo").hits
    assert [h.kind for h in hits] == ["provider", "circuit", "contract"]
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
