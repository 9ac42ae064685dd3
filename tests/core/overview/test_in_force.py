"""What held under a contract on a day, asked of the operation, with its source, its proof and what a role may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.overview.operations import get_contract, preview_etf
from netos_core.overview.schemas import GetContract
from netos_core.overview.schemas.etf import PreviewEtf
from netos_core.overview.schemas.in_force import HeldValue, InForce
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.extractions.making import decide, propose, read, work
from tests.core.extractions.making import order as order_form
from tests.factories import (
    apply,
    approve,
    counted_statements,
    make_circuit,
    make_contract,
    make_ctx,
    make_provider,
    rows_of,
)

REMAINDER = {"formula": {"kind": "remainder"}}
HALF = {"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 50}]}}
TERM: dict[str, Any] = {
    "term_start_date": "2024-01-01", "term_months": 36, "end_of_term": "auto_renew", "renewal_term_months": 12,
    "notice_count": 90, "notice_unit": "days", "notice_method": "email", "mrc": "1000.00", "etf": REMAINDER,
}  # fmt: skip


def on(session: Session, ref: str, day: str, role: Role = Role.FINANCE) -> InForce:
    told = get_contract(make_ctx(session, role), GetContract(ref=ref, on=date.fromisoformat(day))).in_force
    assert told is not None
    return told


def value(told: InForce, name: str) -> HeldValue:
    return next(one for one in told.values if one.name == name)


def amend(session: Session, order: str, provider: str, **said: Any) -> str:
    return make_contract(session, kind="amendment", parent=order, provider=provider, **said)


@pytest.fixture
def plant(session: Session) -> tuple[str, str, str]:
    """Make an order of 2024 for one circuit at $1,000 a month; its provider and its circuit come with it."""
    provider = make_provider(session)
    circuit = make_circuit(session, provider=provider, mrc="1000.00")
    return make_contract(session, provider=provider, circuits=[circuit], **TERM), provider, circuit


def test_what_held_on_a_day_names_its_paper_and_the_change_that_recorded_it(
    session: Session, plant: tuple[str, str, str]
) -> None:
    order, provider, _ = plant
    price = amend(session, order, provider, term_start_date="2025-06-01", mrc="900.00")
    clause = amend(session, order, provider, signed_date="2026-02-01", notice_count=30, notice_unit="days", etf=HALF)
    told = on(session, order, "2025-03-01")
    assert told.why == "The term is the one its papers state, until 2026-12-31."
    found = {name: (value(told, name).value, value(told, name).source) for name in ("term_months", "notice")}
    assert found == {"term_months": ("36 months", order), "notice": ("90 days", order)}
    mrc = value(told, "mrc")
    assert (mrc.amount, mrc.source, mrc.since, mrc.note) == (
        Decimal("1000.00"), order, date(2024, 1, 1), "The paper's own amount.",
    )  # fmt: skip
    assert mrc.change is not None
    assert [(one.ref, one.counts) for one in told.papers] == [(order, True), (price, False), (clause, False)]
    later = on(session, order, "2026-02-01")
    assert (value(later, "notice").value, value(later, "notice").source) == ("30 days", clause)
    assert (value(later, "mrc").amount, value(later, "mrc").source) == (Decimal("900.00"), price)
    assert value(later, "etf").clause == ["50% of the MRC that remains."]
    assert value(later, "nrc").value is None
    assert value(later, "nrc").amount is None
    assert on(session, clause, "2026-02-01").values == later.values, "asked of the amendment it is the same"
    assert get_contract(make_ctx(session, Role.FINANCE), GetContract(ref=order)).in_force is None


def test_leaving_early_follows_the_amended_rate_and_clause_from_their_days(
    session: Session, plant: tuple[str, str, str]
) -> None:
    order, provider, circuit = plant
    price = amend(session, order, provider, term_start_date="2026-09-01", mrc="900.00")
    clause = amend(session, order, provider, signed_date="2026-11-01", etf=HALF)
    found = {
        day: [
            (told.etf, told.source)
            for ref in (order, circuit)
            for told in [preview_etf(make_ctx(session, Role.FINANCE), PreviewEtf(ref=ref, as_of=day))]
        ]
        for day in (date(2026, 7, 31), date(2026, 9, 30), date(2026, 11, 30))
    }
    assert found == {
        date(2026, 7, 31): [(Decimal("5000.00"), order)] * 2,
        date(2026, 9, 30): [(Decimal("2700.00"), order)] * 2,
        date(2026, 11, 30): [(Decimal("450.00"), clause)] * 2,
    }
    rates = [(one.since, one.mrc, one.source) for one in on(session, order, "2026-06-01").rates]
    assert rates == [(date(2024, 1, 1), Decimal("1000.00"), order), (date(2026, 9, 1), Decimal("900.00"), price)]


def test_an_amended_rate_in_force_counts_before_prices_on_file_and_says_so(
    session: Session, plant: tuple[str, str, str]
) -> None:
    order, provider, circuit = plant
    amend(session, order, provider, term_start_date="2026-03-01", mrc="900.00")
    told = preview_etf(make_ctx(session, Role.FINANCE), PreviewEtf(ref=circuit, as_of=date(2026, 7, 31)))
    assert (told.mrc, told.etf) == (Decimal("900.00"), Decimal("4500.00"))
    assert on(session, order, "2026-06-01").rates_note == (
        "Its circuits are on file at $1,000.00 together; the amended $900.00 counts. Correct their prices."
    )
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=circuit, mrc="900.00")
    assert on(session, order, "2026-06-01").rates_note is None


def test_a_term_that_was_amended_and_then_renewed_is_told_so(session: Session, plant: tuple[str, str, str]) -> None:
    order, provider, _ = plant
    amendment = amend(session, order, provider, term_start_date="2025-01-01", term_months=12)
    told = on(session, order, "2026-06-01")
    assert told.why == "Renewed in silence: term 2 began on 2026-01-01 and runs until 2026-12-31."
    end = value(told, "term_end_date")
    assert (end.value, end.source, end.since, end.note) == (
        "2026-12-31",
        order,
        date(2026, 1, 1),
        "Term 2, as it renews.",
    )
    assert value(on(session, order, "2025-06-01"), "term_end_date").source == amendment
    other = make_contract(session, **TERM)
    decided = apply(make_ctx(session, Role.ENGINEERING), "decision", "create", contract=other, choice="renew",
                    decided_date="2026-06-01").diff[0].ref  # fmt: skip
    after = on(session, other, "2027-02-01").why
    assert after == f"Renewed by {decided}: term 2 began on 2027-01-01 and runs until 2027-12-31."


def test_before_it_and_after_it_nothing_is_made_up(session: Session, plant: tuple[str, str, str]) -> None:
    order, *_ = plant
    early = on(session, order, "2023-06-01")
    assert early.why == f"{order} is on file from 2024-01-01, so none of its terms held on 2023-06-01."
    assert {one.source for one in early.values} == {None}
    assert {one.amount for one in early.values} == {None}
    ended = make_contract(session, **{**TERM, "end_of_term": "auto_disconnect"})
    assert on(session, ended, "2027-06-01").why == (
        "The last term on file ended on 2026-12-31; nothing on file follows it."
    )
    silent = on(session, make_contract(session), "2026-06-01")
    assert silent.why.endswith("ends, so whether it runs on 2026-06-01 is unknown.")
    assert {one.value for one in silent.values if one.name != "end_of_term"} == {None}


def test_who_sees_no_money_sees_whose_word_it_is_and_no_amount(session: Session, plant: tuple[str, str, str]) -> None:
    order, provider, _ = plant
    amend(session, order, provider, term_start_date="2025-06-01", mrc="900.00")
    told = on(session, order, "2026-06-01", Role.NOC)
    assert value(told, "notice").value == "90 days"
    assert told.rates == []
    assert told.rates_note is None
    assert {(one.amount, tuple(one.clause or ()), one.quote) for one in told.values} == {(None, (), None)}
    assert "00.00" not in told.model_dump_json()


def test_a_tree_of_amendments_takes_no_more_statements(session: Session, plant: tuple[str, str, str]) -> None:
    order, provider, _ = plant
    on(session, order, "2026-06-01")
    sent = []
    for _ in range(2):
        with counted_statements(session) as statements:
            on(session, order, "2026-06-01")
        sent.append(len(statements))
        above = order
        for month in range(1, 6):
            above = amend(session, above, provider, signed_date=f"2026-0{month}-01", mrc=f"{1000 - month}.00")
    assert sent[0] == sent[1]
    assert value(on(session, order, "2026-05-31"), "mrc").amount == Decimal("995.00")


def test_an_iru_of_twenty_years_has_its_fee_and_its_term(session: Session) -> None:
    ref = make_contract(
        session, kind="iru", term_start_date="2020-01-01", term_months=240, end_of_term="auto_disconnect",
        mrc="145.00", nrc="186000.00", escalator={"kind": "percent", "percent": 3},
    )  # fmt: skip
    told = on(session, ref, "2026-06-01")
    assert told.why == "The term is the one its papers state, until 2039-12-31."
    assert value(told, "nrc").amount == Decimal("186000.00")
    assert (value(told, "mrc").amount, value(told, "mrc").since) == (Decimal("173.13"), date(2026, 1, 1))


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path))
    yield core
    core.close()


def test_a_value_that_was_read_from_a_document_has_its_proof_until_another_is_set(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    paper = read(core, order_form())
    decide(core, paper, mrc="accept", etf="accept", initial_term_months=("edit", "36"))
    change = propose(core, paper)
    with core.session() as session:
        approve(session, change)
    work(core)
    with core.session() as session:
        ref = rows_of(session, "contract")[0]["ref"]
        told = on(session, ref, "2026-06-01")
        mrc, etf, months = (value(told, name) for name in ("mrc", "etf", "term_months"))
        assert (mrc.change, mrc.document, mrc.page) == (change.change_id, "DOC-1001", 1)
        assert mrc.quote is not None
        assert "4,850.00" in mrc.quote
        assert (etf.document, etf.page, "remaining months" in str(etf.quote)) == ("DOC-1001", 1, True)
        assert (months.value, months.change, months.document, months.quote) == (
            "36 months", change.change_id, None, None,
        )  # fmt: skip
        hidden = on(session, ref, "2026-06-01", Role.NOC)
        assert {one.quote for one in hidden.values} == {None}
        typed = apply(make_ctx(session, Role.FINANCE), "contract", ref=ref, mrc="4900.00")
        mrc = value(on(session, ref, "2026-06-01"), "mrc")
        assert (mrc.amount, mrc.change, mrc.document) == (Decimal("4900.00"), typed.change_id, None)
