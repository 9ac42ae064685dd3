"""Many records at once from their list; notes, tags and papers where they had no place before."""

from __future__ import annotations

from datetime import timedelta

from netos_core.access.rules import Role
from netos_core.kernel.clock import business_day, utc_now
from netos_core.runtime.calls import Core
from tests.core.quotes.making import make_quote
from tests.factories import apply, make_contract, make_ctx, make_customer, make_provider, make_site, row_of, rows_of
from tests.web.conftest import as_role
from tests.web.test_changes import change_at, decide

WHY = {"reason": "The yearly review."}


def test_customers_are_changed_and_retired_together(core: Core) -> None:
    with core.session() as session:
        refs = [make_customer(session, f"Subscriber {n}") for n in range(3)]
    sales, executive = as_role(core, Role.SALES), as_role(core, Role.EXEC)
    form = sales.get(f"/customers/bulk?ref={refs[0]}&ref={refs[1]}")
    assert "Change 2 customers" in form
    sent = {"refs": " ".join(refs[:2]), "kind": "enterprise", "clear.city": "yes", **WHY}
    decide(executive, change_at(sales.where("/customers/bulk", sent)))
    with core.session() as session:
        assert [row_of(session, "customer", ref)["kind"] for ref in refs] == ["enterprise", "enterprise", None]
    gone = {"refs": " ".join(refs), "do": "retire", "retire_reason": "They left."}
    decide(executive, change_at(as_role(core, Role.ADMIN).where("/customers/bulk", gone)))
    assert "No customer yet" in sales.get("/customers")


def pressing(core: Core) -> list[str]:
    """Make two contracts whose notice must go out within days."""
    ends = (business_day(utc_now(), core.policy.zone) + timedelta(days=40)).isoformat()
    terms = {"term_end_date": ends, "end_of_term": "auto_renew", "notice_count": 30, "notice_unit": "days"}
    with core.session() as session:
        return [make_contract(session, **terms) for _ in range(2)]


def test_contracts_get_their_notice_together(core: Core) -> None:
    refs = pressing(core)
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    form = finance.get("/contracts/bulk?all=yes")
    assert all(f'href="/contracts/{ref}"' in form for ref in refs)
    refused = finance.post("/contracts/bulk", {"refs": " ".join(refs), "clear.notice_unit": "yes", **WHY}, 400)
    assert "A notice period is a count and its unit" in refused
    sent = {"refs": " ".join(refs), "notice_count": "60", "notice_method": "email", **WHY}
    decide(executive, change_at(finance.where("/contracts/bulk", sent)))
    with core.session() as session:
        assert {row_of(session, "contract", ref)["notice_count"] for ref in refs} == {60}


def test_renewals_are_decided_together(core: Core) -> None:
    refs = pressing(core)
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    assert "Decide all 2" in finance.get("/renewals")
    form = finance.get("/renewals/bulk?all=yes")
    assert "Decide 2 contracts" in form
    assert "Retire 2 contracts" not in form
    assert all(f'href="/contracts/{ref}"' in form for ref in refs)
    empty = finance.post("/renewals/bulk", {"refs": " ".join(refs), "reasoning": "Rates fell.", **WHY}, 400)
    assert "choice" in empty
    sent = {"refs": " ".join(refs), "choice": "negotiate", "reasoning": "Rates fell.", **WHY}
    decide(executive, change_at(finance.where("/renewals/bulk", sent)))
    with core.session() as session:
        assert [row["choice"] for row in rows_of(session, "renewal_decision")] == ["negotiate"] * len(refs)
    again = finance.post("/renewals/bulk", sent, 409)
    assert "The term is decided already" in again


def test_a_quote_an_order_and_a_document_hold_notes_and_tags(core: Core) -> None:
    with core.session() as session:
        quote = make_quote(session, make_provider(session), {36: {"mrc": "900.00"}})
        apply(make_ctx(session, Role.ADMIN), "order", "create", quote=quote)
        site = make_site(session)
    engineer = as_role(core, Role.ENGINEERING)
    sent = {"csrf": engineer.token(), "on": site, "kind": "other", "title": "Access letter"}
    engineer.client.post("/documents", data=sent, files={"file": ("a.txt", b"Ring twice.", "text/plain")})
    for page, ref in (
        (f"/quotes/{quote}", quote),
        ("/orders/ORD-1001", "ORD-1001"),
        ("/documents/DOC-1001", "DOC-1001"),
    ):
        engineer.where("/notes", {"on": ref, "text": f"Ask the desk about {ref}."})
        engineer.where("/tags", {"on": ref, "name": "urgent"})
        told = engineer.get(page)
        assert f"Ask the desk about {ref}." in told
        assert "Remove tag urgent" in told
    assert "Add it to ORD-1001" in engineer.get("/orders/ORD-1001")
