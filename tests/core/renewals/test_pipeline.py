"""The board counts every contract once, adds up what silence would commit as the rules do, and shows the soonest."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.demo.people import PRIYA
from netos_core.kernel.context import Channel, Context
from netos_core.renewals.operations import get_pipeline, list_renewals
from netos_core.renewals.queries.pipeline import COLUMNS
from netos_core.renewals.rules import RenewalState
from netos_core.renewals.schemas import GetPipeline, ListRenewals, Pipeline, PipelineColumn, RenewalRow
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.factories import apply, approver, counted_statements, make_circuit, make_contract, make_ctx, make_provider

RENEWS = {"end_of_term": "auto_renew", "renewal_term_months": 12, "notice_count": 30, "notice_unit": "days"}
LATE, SOON = "2026-06-20", "2026-07-31"  # of the tests' today, the first of June 2026


@pytest.fixture(scope="module")
def sample(database_server: TestServer) -> Iterator[Context]:
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url, demo=True))
        with core.context(core.principal(PRIYA.email), Channel.AGENT) as ctx:
            yield ctx
        core.close()


def column(board: Pipeline, state: RenewalState) -> PipelineColumn:
    return next(c for c in board.columns if c.state == state)


def every_term(ctx: Context) -> list[RenewalRow]:
    rows, cursor = [], None
    while True:
        asked = ListRenewals(state=[*RenewalState], detail="detailed", limit=100, cursor=cursor)
        page = list_renewals(ctx, asked)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def test_the_sample_company_is_counted_and_added_up_as_its_list_is(sample: Context) -> None:
    board, rows = get_pipeline(sample, GetPipeline(limit=50)), every_term(sample)
    assert board.total == len([row for row in rows if row.state != "superseded"]) > 20
    for state in COLUMNS:
        found = column(board, state)
        same = [row for row in rows if row.state == state and (state != "decided" or row.alarm)]
        costs = [row for row in same if row.cost_of_silence is not None]
        by_currency = {c: Decimal(0) for c in {row.currency for row in costs}}
        for row in costs:
            by_currency[row.currency] += row.cost_of_silence or Decimal(0)
        assert (found.contracts, found.at_risk) == (len(same), by_currency)
        ordered = sorted(same, key=lambda row: (row.act_by or board.as_of, row.contract))
        assert [card.contract for card in found.cards] == [row.contract for row in ordered][:50]
        assert {c.contract: c.cost_of_silence for c in found.cards} == {
            row.contract: row.cost_of_silence for row in ordered[:50]
        }
    assert board.at_risk == {"USD": sum((c.at_risk.get("USD", Decimal(0)) for c in board.columns), Decimal(0))}
    at_rest = {one.state: one.contracts for one in board.rest}
    assert sum(at_rest.values()) + sum(c.contracts for c in board.columns) == board.total


def test_two_statements_make_the_board(session: Session) -> None:
    make_contract(session, term_end_date=SOON, **RENEWS)
    ctx = make_ctx(session, Role.FINANCE)
    with counted_statements(session) as made:
        get_pipeline(ctx, GetPipeline())
    assert len([one for one in made if one.lstrip().upper().startswith(("SELECT", "WITH"))]) == 2


def test_who_sees_no_money_is_told_neither_sums_nor_what_is_not_known(session: Session) -> None:
    make_contract(session, circuits=[make_circuit(session, mrc="100.00")], term_end_date=SOON, **RENEWS)
    make_contract(session, circuits=[make_circuit(session, mrc=None)], term_end_date=SOON, **RENEWS)
    seen = column(get_pipeline(make_ctx(session, Role.FINANCE), GetPipeline()), RenewalState.ACTIVE)
    assert (seen.contracts, seen.at_risk, seen.uncosted) == (2, {"USD": Decimal("1200.00")}, 1)
    board = get_pipeline(make_ctx(session, Role.NOC), GetPipeline())
    blind = column(board, RenewalState.ACTIVE)
    assert (blind.contracts, blind.at_risk, blind.uncosted, board.at_risk) == (2, {}, None, {})
    assert all(card.mrc is None and card.cost_of_silence is None for card in blind.cards)


def test_an_amendment_of_an_amendment_renews_under_the_clauses_above_it(session: Session) -> None:
    order = make_contract(session, kind="order", term_end_date=LATE, **RENEWS)
    first = make_contract(session, kind="amendment", parent=order, end_of_term="unknown")
    make_contract(
        session, kind="amendment", parent=first, end_of_term="unknown", term_end_date=SOON, mrc="10.00",
        notice_count=30, notice_unit="days",
    )  # fmt: skip
    ctx = make_ctx(session, Role.FINANCE)
    costs = {row.contract: row.cost_of_silence for row in every_term(ctx)}
    board = get_pipeline(ctx, GetPipeline())
    shown = {card.contract: card.cost_of_silence for one in board.columns for card in one.cards}
    assert Decimal("120.00") in shown.values()
    assert shown == {ref: costs[ref] for ref in shown}


def test_an_amendment_without_a_term_changes_what_silence_commits(session: Session) -> None:
    order = make_contract(session, term_end_date=SOON, mrc="10.00", **RENEWS)
    make_contract(session, kind="amendment", parent=order, end_of_term="unknown", renewal_term_months=24, mrc="9.00")
    ctx = make_ctx(session, Role.FINANCE)
    costs = {row.contract: row.cost_of_silence for row in every_term(ctx)}
    board = get_pipeline(ctx, GetPipeline())
    shown = {card.contract: card.cost_of_silence for one in board.columns for card in one.cards}
    assert shown[order] == costs[order] == Decimal("216.00")
    assert sum(board.at_risk.values()) == Decimal("216.00")


def test_what_another_contract_governs_is_at_risk_once(session: Session) -> None:
    carrier = make_provider(session)
    circuit = make_circuit(session, provider=carrier, mrc="100.00", market="Carmel")
    order = make_contract(session, provider=carrier, circuits=[circuit], term_end_date=SOON, **RENEWS)
    frame = make_contract(session, provider=carrier, mrc="5.00", term_end_date=SOON, **RENEWS)
    ctx = make_ctx(session, Role.FINANCE)
    apply(ctx, "contract_circuit", "create", contract=frame, circuit=circuit, governs=False)
    assert {row.contract: row.cost_of_silence for row in every_term(ctx)} == {order: 1200, frame: 60}
    active = column(get_pipeline(ctx, GetPipeline()), RenewalState.ACTIVE)
    assert [str(amount) for amount in active.at_risk.values()] == ["1260.00"]
    assert [row.contract for row in list_renewals(ctx, ListRenewals(market="carmel")).rows] == [order]


def test_a_column_is_cut_and_still_counts_all(session: Session) -> None:
    refs = [make_contract(session, term_end_date=f"2026-08-{day}", **RENEWS) for day in (13, 11, 12)]
    found = column(get_pipeline(make_ctx(session, Role.FINANCE), GetPipeline(limit=2)), RenewalState.ACTIVE)
    assert found.contracts == 3
    assert [card.contract for card in found.cards] == [refs[1], refs[2]]


def test_a_decision_not_carried_out_stands_in_a_column_of_its_own_with_its_owner(session: Session) -> None:
    left, kept = (make_contract(session, term_end_date=SOON, **RENEWS) for _ in range(2))
    ctx, boss = make_ctx(session, Role.FINANCE), approver(session)
    for ref, choice in ((left, "terminate"), (kept, "renew")):
        apply(
            ctx, "decision", "create", contract=ref, choice=choice, decided_date="2026-05-20",
            owner=boss.principal.email,
        )  # fmt: skip
    board = get_pipeline(ctx, GetPipeline())
    (card,) = column(board, RenewalState.DECIDED).cards
    assert (card.contract, card.choice, card.alarm) == (left, "terminate", "active")
    assert card.owner_email == boss.principal.email
    assert {one.state: one.contracts for one in board.rest}["decided"] == 1
    assert not column(board, RenewalState.ACTIVE).cards


def test_provider_market_and_owner_narrow_the_board(session: Session) -> None:
    make_provider(session, "Other Carrier")
    circuit = make_circuit(session, market="Carmel")
    mine = make_contract(session, circuits=[circuit], term_end_date=SOON, **RENEWS)
    other = make_contract(session, provider="Other Carrier", term_end_date=SOON, **RENEWS)
    ctx, boss = make_ctx(session, Role.FINANCE), approver(session)
    apply(ctx, "decision", "create", contract=other, choice="negotiate", decided_date="2026-05-20",
          owner=boss.principal.email)  # fmt: skip
    for asked, ref in (
        ({"market": "carmel"}, mine),
        ({"provider": "Other Carrier"}, other),
        ({"owner": boss.principal.email}, other),
    ):
        board = get_pipeline(ctx, GetPipeline.model_validate(asked))
        assert board.total == 1
        assert [card.contract for one in board.columns for card in one.cards] == [ref]
