"""What an estimate of cost rests on: circuits under contract, orders, and quotes people have approved; never drafts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.lookup.operations import look_up_address
from netos_core.lookup.schemas import AddressLookup, LookUpAddress, PriceSource
from netos_core.quotes.operations import stage_quote_draft
from netos_core.quotes.schemas import StageQuoteDraft
from tests.factories import NOW, apply, make_circuit, make_contract, make_ctx, make_provider, make_site

HERE = {"lat": 41.08, "lon": -85.14}
TODAY = NOW.date()


def look(session: Session, role: Role = Role.SALES, **asked: Any) -> AddressLookup:
    return look_up_address(make_ctx(session, role), LookUpAddress.model_validate(asked or HERE))


def sources(found: AddressLookup) -> dict[str, PriceSource]:
    return {one.ref: one for estimate in found.estimates for one in estimate.sources}


@pytest.fixture
def site(session: Session) -> str:
    return make_site(session, "Berry Building", address="215 W Berry St", city="Fort Wayne", state="IN",
                     lon=-85.14, lat=41.08)  # fmt: skip


def make_quote(session: Session, terms: dict[int, str | None], **fields: Any) -> str:
    """Make a quote for DIA at 100 Mbps, with the MRC of each term."""
    finance = make_ctx(session, Role.FINANCE)
    given = {"service_type": "dia", "bandwidth_mbps": "100", **fields}
    given.setdefault("provider", None)
    given["provider"] = given["provider"] or make_provider(session)
    ref = apply(finance, "quote", "create", **given).diff[0].ref
    for months, mrc in terms.items():
        apply(finance, "quote_term", "create", quote=ref, term_months=months, mrc=mrc)
    return ref


def test_an_approved_quote_nearby_is_evidence_with_its_level_term_expiry_and_age(session: Session, site: str) -> None:
    received, until = TODAY - timedelta(40), TODAY + timedelta(50)
    ref = make_quote(session, {12: "900.00", 36: "700.00"}, a_site=site, level="firm", received_date=str(received),
                     valid_until=str(until), provider=make_provider(session, "Lit Fiber"))  # fmt: skip
    found = look(session)
    (estimate,) = found.estimates
    (one,) = estimate.sources
    assert (one.ref, one.rests_on, one.provider, one.mrc) == (ref, "quoted", "Lit Fiber", Decimal("700.00"))
    assert (one.level, one.term_months, one.valid_until, one.age_days) == ("firm", 36, until, 40)
    assert (one.bandwidth_mbps, one.km, one.weight) == (100, 0.0, 6 * 4 * 4)
    assert (estimate.n, estimate.mrc_median) == (1, None), "one price is no estimate"
    assert estimate.why == "Unknown: 1 such service is priced nearby (1 quoted), and an estimate needs 3."


def test_contracts_circuits_orders_and_quotes_together_make_the_estimate(session: Session, site: str) -> None:
    common = {"a_site": site, "bandwidth_mbps": "100"}
    bare = make_circuit(session, mrc="500.00", install_date="2020-01-01", **common)
    carrier = make_provider(session)
    governed = make_circuit(session, mrc="600.00", nrc="10.00", provider=carrier, **common)
    contract = make_contract(session, provider=carrier, term_start_date="2026-01-01", term_months=24)
    finance = make_ctx(session, Role.FINANCE)
    apply(finance, "contract_circuit", "create", contract=contract, circuit=governed, governs=True)
    asked = make_quote(session, {36: "900.00"}, z_site=site, level="budgetary")
    accepted = make_quote(session, {36: "700.00", 60: "650.00"}, a_site=site)
    order = apply(finance, "order", "create", quote=accepted, term_months=60).diff[-1].ref
    apply(finance, "order_step", "create", order=order, stage="ordered", actual_date=str(TODAY - timedelta(3)))
    found = look(session)
    (estimate,) = found.estimates
    told = {ref: (one.rests_on, one.under, one.mrc, one.term_months) for ref, one in sources(found).items()}
    assert told == {
        bare: ("paid", None, Decimal("500.00"), None),
        governed: ("contracted", contract, Decimal("600.00"), 24),
        order: ("ordered", accepted, Decimal("650.00"), 60),
        asked: ("quoted", None, Decimal("900.00"), 36),
    }, "an ordered quote is told once, as its order"
    assert [one.weight for one in estimate.sources] == sorted((one.weight for one in estimate.sources), reverse=True)
    assert sources(found)[order].age_days == 3
    assert (estimate.n, estimate.mrc_median) == (4, Decimal("600.00")), "24 of 288 at 500, 128 at 600"
    assert estimate.why.endswith("1 contracted, 1 ordered, 1 paid, 1 quoted. A model, no quote.")
    assert "Drafts of quotes never count" in (found.cost_basis or "")


def test_an_order_that_became_a_circuit_is_that_circuits_price(session: Session, site: str) -> None:
    quote = make_quote(session, {36: "700.00"}, a_site=site)
    circuit = make_circuit(session, mrc="710.00", a_site=site, bandwidth_mbps="100")
    finance = make_ctx(session, Role.FINANCE)
    order = apply(finance, "order", "create", quote=quote, term_months=36).diff[-1].ref
    apply(finance, "order", ref=order, circuit=circuit)
    assert set(sources(look(session))) == {circuit}


def test_a_cancelled_order_leaves_the_quote_as_it_was(session: Session, site: str) -> None:
    quote = make_quote(session, {36: "700.00"}, a_site=site)
    finance = make_ctx(session, Role.FINANCE)
    order = apply(finance, "order", "create", quote=quote, term_months=36).diff[-1].ref
    apply(finance, "order", ref=order, cancelled_date=str(TODAY))
    assert set(sources(look(session))) == {quote}


def test_drafts_and_quotes_without_a_price_never_count(session: Session, site: str) -> None:
    text = "Berry Building: 36 months at $700.00"
    values = {"36.mrc": {"value": "700.00", "proof": "months at $700.00"},
              "a_site": {"value": "Berry Building", "proof": "Berry Building"}}  # fmt: skip
    stage_quote_draft(make_ctx(session, Role.SALES), StageQuoteDraft.model_validate({"text": text, "values": values}))
    make_quote(session, {36: None}, a_site=site)
    make_quote(session, {}, a_site=site)
    for state in ("acknowledged", "in_progress", "in_progress_draft", "rejected", "cancelled", "unable_to_provide"):
        make_quote(session, {36: "700.00"}, a_site=site, state=state)
    retired = make_quote(session, {36: "700.00"}, a_site=site)
    apply(make_ctx(session, Role.ADMIN), "quote", "retire", ref=retired)
    found = look(session)
    assert found.estimates == []
    assert found.cost_basis == "Unknown: no circuit in use, order or approved quote within 5 km has a price on file."


def test_an_expired_quote_weighs_half_and_the_wanted_term_is_the_one_told(session: Session, site: str) -> None:
    ref = make_quote(session, {12: "900.00", 60: "600.00"}, a_site=site, level="firm",
                     valid_until=str(TODAY - timedelta(1)))  # fmt: skip
    assert [(sources(look(session, **HERE, term_months=n))[ref].term_months) for n in (1, 12, 36, 37, 60)] == [
        12, 12, 12, 60, 60
    ]  # fmt: skip
    one = sources(look(session))[ref]
    assert (one.weight, one.age_days) == (3 * 1 * 4, None)


def test_a_quote_that_names_the_address_counts_where_no_site_is_recorded(session: Session) -> None:
    ref = make_quote(session, {36: "700.00"}, a_place="401 North Shadeland Avenue, Indianapolis, Indiana 46219")
    make_quote(session, {36: "1.00"}, a_place="403 N Shadeland Ave, Indianapolis, IN 46219")
    found = look(session, address="401 N Shadeland Ave, Indianapolis, IN 46219")
    assert (found.place.found_by, found.place.lat) == ("nothing", None)
    assert {one: told.km for one, told in sources(found).items()} == {ref: 0.0}
    assert "at this address" in (found.cost_basis or "")


def test_a_site_without_coordinates_has_the_prices_that_are_at_it(session: Session, site: str) -> None:
    unplaced = make_site(session, "Main Office", address="1 Main St", city="Fort Wayne", state="IN")
    quote = make_quote(session, {36: "700.00"}, z_site=unplaced)
    circuit = make_circuit(session, mrc="500.00", a_site=unplaced, bandwidth_mbps="100")
    make_circuit(session, mrc="400.00", a_site=site, bandwidth_mbps="100")
    assert set(sources(look(session, site=unplaced))) == {quote, circuit}


def test_the_service_and_speed_that_are_wanted_are_the_ones_compared(session: Session, site: str) -> None:
    make_quote(session, {36: "700.00"}, a_site=site)
    wave = make_quote(session, {36: "800.00"}, a_site=site, service_type="wave", bandwidth_mbps="10000")
    assert set(sources(look(session, **HERE, service_type=["wave"]))) == {wave}
    assert set(sources(look(session, **HERE, bandwidth_mbps="5000"))) == {wave}
    none = look(session, **HERE, service_type=["broadband"])
    assert "of that service or speed" in (none.cost_basis or "")


def test_who_sees_no_money_gets_neither_amounts_nor_a_ranking(session: Session, site: str) -> None:
    for mrc in ("700.00", "800.00", "900.00"):
        make_quote(session, {36: mrc}, a_site=site)
    assert look(session).estimates[0].mrc_median == Decimal("800.00")
    blind = look(session, Role.NOC)
    assert (blind.estimates, blind.cost_basis) == ([], None)
