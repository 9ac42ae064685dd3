"""The history of quotes, their comparison and their orders, on a real database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.quotes.operations import compare_quotes, get_order, get_quote, list_orders, list_quotes
from netos_core.quotes.schemas import CompareQuotes, Comparison, GetOne, ListOrders, ListQuotes, OrderView, QuoteView
from tests.core.quotes.making import make_quote
from tests.factories import (
    apply,
    make_circuit,
    make_contract,
    make_ctx,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)


@pytest.fixture
def zayo(session: Session) -> str:
    return make_provider(session, "Zayo")


def quote_of(session: Session, ref: str, role: Role = Role.FINANCE) -> QuoteView:
    return get_quote(make_ctx(session, role), GetOne(ref=ref))


def listed(session: Session, **asked: object) -> list[str]:
    page = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes.model_validate(asked))
    return [row.ref for row in page.rows]


def compared(session: Session, *refs: str, **asked: int) -> Comparison:
    return compare_quotes(make_ctx(session, Role.FINANCE), CompareQuotes(ref=list(refs), **asked))


def test_a_quote_is_proposed_approved_and_undone_like_any_record(session: Session, zayo: str) -> None:
    finance = make_ctx(session, Role.FINANCE)
    proposed = apply(finance, "quote", "create", provider="zayo", service_type="dia", a_place="733 W Henry St")
    ref = proposed.diff[0].ref
    assert (proposed.title, proposed.risk) == (f"Add quote {ref}", "medium")
    priced = apply(finance, "quote_term", "create", quote=ref, term_months=36, mrc="1080", escalator_percent="3")
    assert priced.risk == "high"
    assert (quote_of(session, ref).terms[0].mrc, quote_of(session, ref).serviceability) == (
        Decimal("1080.00"),
        "unknown",
    )
    undo(finance, priced)
    assert quote_of(session, ref).terms == []
    assert row_of(session, "quote", ref)["provider_id"] == row_of(session, "provider", zayo)["id"]


def test_a_quote_needs_a_provider_and_a_service(session: Session, zayo: str) -> None:
    finance = make_ctx(session, Role.FINANCE)
    for fields, field in (({"service_type": "dia"}, "provider"), ({"provider": zayo}, "service_type")):
        with pytest.raises(Invalid) as refused:
            propose(finance, "quote", "create", **fields)
        assert refused.value.field == field
    ref = make_quote(session, zayo)
    with pytest.raises(Invalid, match="without its state"):
        propose(finance, "quote", ref=ref, state=None)
    with pytest.raises(Invalid, match="before it came in"):
        propose(finance, "quote", ref=ref, received_date="2026-05-02", valid_until="2026-05-01")


def test_a_quote_expires_by_its_date_alone(session: Session, zayo: str) -> None:
    finance = make_ctx(session, Role.FINANCE)
    over = make_quote(session, zayo, valid_until="2026-05-31")
    last_day = make_quote(session, zayo, valid_until="2026-06-01")
    unsaid = make_quote(session, zayo)
    assert [quote_of(session, ref).state for ref in (over, last_day, unsaid)] == ["expired", "answered", "answered"]
    assert quote_of(session, over).recorded_state == "answered"
    assert listed(session, state=["expired"]) == [over]
    with pytest.raises(Invalid, match="never by hand"):
        propose(finance, "quote", ref=unsaid, state="expired")


def test_quotes_are_found_by_what_they_say(session: Session, zayo: str) -> None:
    lumen = make_provider(session, "Lumen")
    site = make_site(session, "Henry Street")
    circuit = make_circuit(session, mrc="1400.00")
    one = make_quote(session, zayo, {12: {"mrc": "1200"}, 36: {"mrc": "1080"}}, a_site=site, level="firm",
                     valid_until="2026-06-30", number="ZQ-1")  # fmt: skip
    two = make_quote(session, lumen, {36: {"mrc": "900"}}, replaces=circuit, bandwidth_mbps="500", level="budgetary")
    for asked, found in (
        ({"provider": "zayo"}, [one]),
        ({"site": site}, [one]),
        ({"circuit": circuit}, [two]),
        ({"level": ["budgetary"]}, [two]),
        ({"service_type": ["wave"]}, []),
        ({"expires_before": "2026-07-01"}, [one]),
        ({"expires_before": "2026-06-30"}, []),
        ({"min_mbps": 600}, [one]),
        ({"max_mbps": 600}, [two]),
        ({"term_months": 12}, [one]),
        ({"state": ["answered"], "sort": "mrc"}, [two, one]),
        ({"sort": "-mrc_per_mbps"}, [two, one]),
        ({"query": "zq-1 henry"}, [one]),
        ({}, [two, one]),
    ):
        assert listed(session, **asked) == found, asked
    row = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes(provider="zayo")).rows[0]
    assert (row.terms, row.mrc, row.mrc_per_mbps, row.a) == ("12, 36", Decimal("1080.00"), Decimal("1.0800"),
                                                            "Henry Street")  # fmt: skip
    noc = list_quotes(make_ctx(session, Role.NOC), ListQuotes()).rows[0]
    assert (noc.mrc, noc.mrc_per_mbps) == (None, None)
    first = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes(limit=1, sort="valid_until"))
    rest = list_quotes(
        make_ctx(session, Role.FINANCE), ListQuotes(limit=1, sort="valid_until", cursor=first.next_cursor)
    )
    assert [first.rows[0].ref, rest.rows[0].ref, rest.next_cursor] == [one, two, None]


def test_a_quote_names_its_rivals(session: Session, zayo: str) -> None:
    circuit = make_circuit(session, mrc="1400.00")
    site = make_site(session)
    one = make_quote(session, zayo, replaces=circuit)
    two = make_quote(session, zayo, replaces=circuit, a_site=site)
    three = make_quote(session, zayo, a_site=site)
    make_quote(session, zayo, replaces=circuit, state="declined")
    assert quote_of(session, one).rivals == [two]
    assert quote_of(session, two).rivals == [three, one]
    assert quote_of(session, make_quote(session, zayo)).rivals == []


def test_another_currency_is_that_of_the_terms_too(session: Session, zayo: str) -> None:
    ref = make_quote(session, zayo, {36: {"mrc": "900"}})
    apply(make_ctx(session, Role.FINANCE), "quote", ref=ref, currency="EUR")
    assert quote_of(session, ref).terms[0].currency == "EUR"


def test_a_term_is_changed_and_retired_by_its_id(session: Session, zayo: str) -> None:
    finance = make_ctx(session, Role.FINANCE)
    ref = make_quote(session, zayo, {36: {"mrc": "900"}})
    term = quote_of(session, ref).terms[0].id
    apply(finance, "quote_term", ref=term, mrc="850.00")
    assert quote_of(session, ref).terms[0].mrc == Decimal("850.00")
    for fields in ({"quote": ref}, {"term_months": None}):
        with pytest.raises(Invalid):
            propose(finance, "quote_term", ref=term, **fields)
    for bad in ("x", "00000000-0000-7000-8000-00000000dead"):
        with pytest.raises(NotFound):
            propose(finance, "quote_term", ref=bad, mrc="1")
    with pytest.raises(Invalid):
        propose(finance, "quote_term", "create", quote=ref)
    apply(finance, "quote_term", "retire", ref=term)
    apply(finance, "quote", "retire", ref=make_quote(session, zayo, {12: {"mrc": "1"}}))
    assert not [row for row in rows_of(session, "quote_term") if row["retired_at"] is None]


def test_the_winner_is_told_in_money_and_against_keeping(session: Session, zayo: str) -> None:
    circuit = make_circuit(session, mrc="1400.00")
    one = make_quote(session, zayo, {36: {"mrc": "1200", "nrc": "0", "special_build": "0", "tax_monthly": "0"}},
                     replaces=circuit)  # fmt: skip
    two = make_quote(session, zayo, {36: {"mrc": "1080", "nrc": "500", "special_build": "0", "tax_monthly": "0"},
                                     12: {"mrc": "1500"}}, replaces=circuit)  # fmt: skip
    told = compared(session, one, two, overlap=2)
    assert told.winners[0].words == (
        f"{two} 36 months wins by $3,820.00 over {one} 36 months because its MRC costs $4,320.00 less "
        "($120.00 a month); its NRC costs $500.00 more."
    )
    assert [(o.quote, o.term_months, o.rank, o.total) for o in told.offers] == [
        (two, 36, 1, Decimal("42180.00")),
        (one, 36, 2, Decimal("46000.00")),
        (two, 12, 3, Decimal("56800.00")),
    ]
    assert told.keeping[0].words == (
        f"Keeping {circuit} costs $50,400.00 over 36 months at today's MRC; {two} 36 months saves $8,220.00 "
        "against it. Its ETF is unknown and in no sum."
    )
    etf = next(part for part in told.offers[0].parts if part.part == "etf")
    assert etf.amount is None
    assert etf.words.endswith(f"No paper on file says what leaving {circuit} early costs.")
    assert "After month 12" in told.offers[2].assumptions[0]


def test_the_etf_of_what_is_replaced_is_counted_on_the_day_the_new_circuit_is_there(
    session: Session, zayo: str
) -> None:
    circuit = make_circuit(session, provider=zayo, mrc="1000.00")
    make_contract(
        session, provider=zayo, circuits=[circuit], term_start_date="2026-01-01", term_months=36,
        end_of_term="auto_renew", notice_count=30, notice_unit="days",
        etf={"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 75}]}},
    )  # fmt: skip
    prices = {"mrc": "500", "nrc": "0", "special_build": "0", "tax_monthly": "0"}
    slow = make_quote(session, zayo, {36: {**prices, "install_days": 121}}, replaces=circuit)
    soon = make_quote(session, zayo, {36: prices}, replaces=circuit)
    told = {offer.quote: offer for offer in compared(session, slow, soon).offers}
    fee = {ref: next(p for p in offer.parts if p.part == "etf") for ref, offer in told.items()}
    # Notice on 2026-06-01: the soonest end is 2026-07-01, in month 7; the slow one is there on 2026-09-30, in month 9.
    assert (fee[soon].amount, fee[slow].amount) == (Decimal("21750.00"), Decimal("20250.00"))
    assert told[slow].total == Decimal("38250.00")


def test_currencies_are_ranked_apart(session: Session, zayo: str) -> None:
    dollars = make_quote(session, zayo, {36: {"mrc": "1200"}}, level="budgetary")
    euros = make_quote(session, zayo, {36: {"mrc": "1"}}, currency="EUR", bandwidth_mbps="10")
    empty = make_quote(session, zayo, valid_until="2026-05-01")
    told = compared(session, dollars, euros, empty, dollars)
    assert [(w.currency, w.quote) for w in told.winners] == [("EUR", euros), ("USD", dollars)]
    assert [offer.rank for offer in told.offers] == [1, 1]
    assert told.notes == [
        f"{empty} has no term with prices yet.",
        f"{dollars} is budgetary: its prices bind nobody.",
        f"{empty} is expired and can not be had as it stands.",
        "Offers in different currencies are ranked apart and never added.",
        "The offers differ in speed; compare what a megabit costs as well.",
    ]
    assert told.keeping == []


def test_who_sees_no_money_compares_nothing(session: Session, zayo: str) -> None:
    ref = make_quote(session, zayo, {36: {"mrc": "1200"}})
    with pytest.raises(Forbidden):
        compare_quotes(make_ctx(session, Role.NOC), CompareQuotes(ref=[ref]))
    with pytest.raises(NotFound):
        compared(session, "QUO-9999")


@pytest.fixture
def ordered(session: Session, zayo: str) -> str:
    """An order of a quote that replaces a circuit."""
    circuit = make_circuit(session, mrc="1400.00")
    quote = make_quote(session, zayo, {36: {"mrc": "1080"}}, number="ZQ-7", replaces=circuit)
    fields = {"quote": "ZQ-7", "term_months": 36, "number": "SO-1", "acceptance_days": 2}
    proposed = apply(make_ctx(session, Role.ENGINEERING), "order", "create", **fields)
    assert quote_of(session, quote).state == "accepted"
    return next(line.ref for line in proposed.diff if line.entity == "circuit_order")


def order_of(session: Session, ref: str) -> OrderView:
    return get_order(make_ctx(session, Role.FINANCE), GetOne(ref=ref))


def step(session: Session, order: str, stage: str, **fields: object) -> None:
    apply(make_ctx(session, Role.ENGINEERING), "order_step", "create", order=order, stage=stage, **fields)


def test_an_order_is_followed_from_order_to_bill(session: Session, ordered: str) -> None:
    step(session, ordered, "ordered", actual_date="2026-05-01", who="Grace")
    step(session, ordered, "foc", planned_date="2026-05-29")
    step(session, ordered, "delivered", planned_date="2026-06-20")
    step(session, ordered, "held", actual_date="2026-05-10", planned_date="2026-05-20", reason="permit", charge="750")
    view = order_of(session, ordered)
    assert [s.stage for s in view.steps] == ["ordered", "held", "foc", "delivered"]
    summary = view.summary
    assert (summary.stage, summary.held, summary.next_stage, summary.days_late) == ("ordered", True, "foc", 12)
    assert [s.days_late for s in view.steps] == [None, 12, 3, None]
    assert view.missing == ["special_build", "accepted", "billing_start"]
    hold = next(s for s in view.steps if s.stage == "held")
    assert hold.charge == Decimal("750.00")
    apply(make_ctx(session, Role.ENGINEERING), "order_step", ref=hold.id, released_date="2026-05-15")
    apply(make_ctx(session, Role.ENGINEERING), "order_step", ref=view.steps[2].id, actual_date="2026-05-30")
    summary = order_of(session, ordered).summary
    assert (summary.stage, summary.held, summary.days_late) == ("foc", False, None)
    step(session, ordered, "billing_start", actual_date="2026-05-31")
    assert order_of(session, ordered).summary.flags == ["Billing started on 2026-05-31, though it is not accepted."]


def test_the_acceptance_clock_runs_from_the_connection_notice(session: Session, ordered: str) -> None:
    step(session, ordered, "delivered", actual_date="2026-05-29")
    assert order_of(session, ordered).summary.accept_by == date(2026, 6, 2)


def test_orders_are_found_by_where_they_stand(session: Session, ordered: str, zayo: str) -> None:
    other = make_quote(session, zayo)
    proposed = apply(make_ctx(session, Role.ENGINEERING), "order", "create", quote=other, cancelled_date="2026-05-20")
    off = next(line.ref for line in proposed.diff if line.entity == "circuit_order")
    step(session, off, "delivered", planned_date="2026-05-10")
    step(session, ordered, "foc", planned_date="2026-05-29")
    step(session, ordered, "ordered", actual_date="2026-05-01")
    step(session, ordered, "held", actual_date="2026-05-10")

    def found(**asked: object) -> list[str]:
        page = list_orders(make_ctx(session, Role.NOC), ListOrders.model_validate(asked))
        return [row.ref for row in page.rows]

    circuit = quote_of(session, "ZQ-7").replaces
    for asked, refs in (
        ({}, [off, ordered]),
        ({"late": True}, [ordered]),
        ({"late": False}, [off]),
        ({"under_way": True}, [ordered]),
        ({"under_way": False}, [off]),
        ({"stage": ["ordered"]}, [ordered]),
        ({"stage": ["held"]}, [ordered]),
        ({"stage": ["foc"]}, []),
        ({"provider": "zayo"}, [off, ordered]),
        ({"quote": "ZQ-7"}, [ordered]),
        ({"circuit": circuit}, [ordered]),
        ({"query": "so-1"}, [ordered]),
    ):
        assert found(**asked) == refs, asked
    rows = {row.ref: row for row in list_orders(make_ctx(session, Role.NOC), ListOrders()).rows}
    assert (rows[off].stage, rows[off].days_late, rows[ordered].days_late) == ("cancelled", None, 3)


def test_what_is_over_is_not_ordered(session: Session, zayo: str) -> None:
    engineering = make_ctx(session, Role.ENGINEERING)
    over = make_quote(session, zayo, valid_until="2026-05-31")
    with pytest.raises(Conflict, match="is expired"):
        propose(engineering, "order", "create", quote=over)
    with pytest.raises(Conflict, match="is declined"):
        propose(engineering, "order", "create", quote=make_quote(session, zayo, state="declined"))
    with pytest.raises(Invalid, match="no term of that length"):
        propose(engineering, "order", "create", quote=make_quote(session, zayo), term_months=36)
    with pytest.raises(Invalid, match="Which quote"):
        propose(engineering, "order", "create", number="SO-2")


def test_an_ordered_quote_stays_until_its_order_is_retired(session: Session, ordered: str) -> None:
    engineering = make_ctx(session, Role.ENGINEERING)
    step(session, ordered, "ordered", actual_date="2026-05-01")
    with pytest.raises(Conflict, match=f"ordered as {ordered}"):
        propose(engineering, "quote", "retire", ref="ZQ-7")
    with pytest.raises(Invalid, match="stays with its quote"):
        propose(engineering, "order", ref=ordered, quote="ZQ-7")
    apply(engineering, "order", ref=ordered, circuit=quote_of(session, "ZQ-7").replaces, number="SO-9")
    assert order_of(session, ordered).number == "SO-9"
    apply(engineering, "order", "retire", ref=ordered)
    apply(engineering, "quote", "retire", ref="ZQ-7")


def test_a_step_fits_its_order(session: Session, ordered: str) -> None:
    engineering = make_ctx(session, Role.ENGINEERING)
    step(session, ordered, "foc", planned_date="2026-06-10")
    row = order_of(session, ordered).steps[0].id
    for kind, fields in (
        ("create", {"order": ordered}),
        ("create", {"stage": "foc"}),
        ("create", {"order": ordered, "stage": "delivered", "released_date": "2026-06-01"}),
        ("create", {"order": ordered, "stage": "held", "released_date": "2026-06-01"}),
    ):
        with pytest.raises(Invalid):
            propose(engineering, "order_step", kind, **fields)
    with pytest.raises(Invalid, match="keeps its stage"):
        propose(engineering, "order_step", ref=row, stage="delivered")
    with pytest.raises(NotFound):
        propose(engineering, "order_step", ref="00000000-0000-7000-8000-00000000dead", who="x")
    apply(engineering, "order_step", "retire", ref=row)


def test_a_replaced_circuit_may_be_retired_and_its_quote_stays(session: Session, zayo: str) -> None:
    circuit = make_circuit(session, mrc="1400.00")
    ref = make_quote(session, zayo, replaces=circuit)
    apply(make_ctx(session, Role.ADMIN), "circuit", "retire", ref=circuit)
    assert quote_of(session, ref).replaces == circuit
