"""The pages of quotes and orders, and the forms around them."""

from __future__ import annotations

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.core.quotes.making import make_quote
from tests.factories import make_circuit, make_provider, make_site
from tests.web.conftest import Browser, as_role, sign_in
from tests.web.test_changes import change_at, decide

WHY = {"reason": "The vendor answered."}


@pytest.fixture
def quote(core: Core) -> str:
    with core.session() as session:
        zayo = make_provider(session, "Zayo")
        circuit = make_circuit(session, provider=zayo, mrc="1400.00", bandwidth_mbps="1000")
        return make_quote(session, zayo, {36: {"mrc": "1080.00"}}, replaces=circuit, number="ZQ-1",
                          a_site=make_site(session, "Henry Street"), valid_until="2030-01-31")  # fmt: skip


def test_a_quote_is_proposed_priced_ordered_and_followed(core: Core, quote: str) -> None:
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    assert "Propose a quote" in finance.get("/quotes/new")
    made = finance.where(
        "/quotes/new", {"provider": "Zayo", "service_type": "wave", "valid_until": "2030-01-31", **WHY}
    )
    decide(executive, change_at(made))
    assert "Wave" in finance.get("/quotes/QUO-1002")
    priced = {"on": quote, "term_months": "12", "mrc": "1200.00", **WHY}
    decide(executive, change_at(finance.where("/parts/quote_term/new", priced)))
    assert "$1,200.00" in finance.get(f"/quotes/{quote}")
    decide(
        executive, change_at(finance.where(f"/quotes/{quote}/edit", {"number": "ZQ-2", "was.number": "ZQ-1", **WHY}))
    )
    order = {"on": quote, "term_months": "36", "number": "SO-7", **WHY}
    decide(executive, change_at(finance.where("/parts/order/new", order)))
    page = finance.get(f"/quotes/{quote}")
    assert "Accepted" in page
    assert "/orders/ORD-1001" in page
    step = {"on": "ORD-1001", "stage": "foc", "planned_date": "2026-01-05", "who": "Order desk", **WHY}
    decide(executive, change_at(finance.where("/parts/order_step/new", step)))
    page = finance.get("/orders/ORD-1001")
    assert "late" in page
    assert "Order desk" in page
    assert "ORD-1001" in finance.get("/orders?late=true")
    decide(
        executive, change_at(finance.where("/orders/ORD-1001/edit", {"number": "SO-8", "was.number": "SO-7", **WHY}))
    )
    assert "SO-8" in finance.get("/orders/ORD-1001")


def test_quotes_stand_on_the_pages_they_concern(core: Core, quote: str) -> None:
    finance = as_role(core, Role.FINANCE)
    for page in ("/circuits/CKT-1001", "/providers/PRV-1001", "/sites/SIT-1001"):
        assert f"/quotes/{quote}" in finance.get(page), page
    assert f"/quotes/compare?ref={quote}" in finance.get("/circuits/CKT-1001")
    assert f"/quotes/{quote}" in finance.get("/search?q=ZQ-1")


def test_the_lists_filter_and_export(core: Core, quote: str) -> None:
    finance = as_role(core, Role.FINANCE)
    assert quote in finance.get("/quotes?level=&state=answered&expires_before=2030-02-01&sort=-mrc")
    assert quote not in finance.get("/quotes?term_months=60")
    assert "1080.00" in finance.get("/quotes.csv")
    assert "There is no filter" in finance.get("/quotes?colour=red", status=400)
    assert finance.client.get("/quotes.xlsx").content[:2] == b"PK"
    assert "ref" in finance.get("/orders.csv")
    noc = as_role(core, Role.NOC)
    assert "1080" not in noc.get("/quotes.csv") + noc.get(f"/quotes/{quote}")


def test_a_comparison_names_what_it_rests_on(core: Core, quote: str) -> None:
    finance = as_role(core, Role.FINANCE)
    page = finance.get(f"/quotes/compare?ref={quote}&horizon=48&overlap=1")
    for said in (
        "After month 36 it is assumed to renew at the same rate.",
        "No paper on file says what leaving CKT-1001 early costs.",
        "is the only offer with an MRC",
        "Keeping CKT-1001 costs $67,200.00 over 48 months",
    ):
        assert said in page, said
    assert "Nothing to compare yet" in finance.get("/quotes/compare")
    finance.get(f"/quotes/compare?ref={quote}&horizon=0", status=400)
    finance.get("/quotes/compare?ref=QUO-9", status=404)


def test_the_sample_company_has_quotes_to_look_at(demo_core: Core) -> None:
    dana: Browser = sign_in(demo_core, "dana.whitfield@xiber.example")
    assert "QDR-1002" in dana.get("/quotes/drafts")
    assert "Held" in dana.get("/orders")
    assert "wins by" in dana.get("/quotes/compare?ref=ZQ-204771&ref=EVQ-1187&ref=LQ-55120&overlap=1")
