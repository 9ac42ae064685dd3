"""Contracts, their deadlines and the circuits they govern: proposed, approved, audited, undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes import queries as changes
from netos_core.changes.schemas import ChangeView
from netos_core.contracts import plans, queries
from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from tests.factories import (
    apply,
    approve,
    audit_of,
    counted_statements,
    make_circuit,
    make_contract,
    make_ctx,
    make_provider,
    propose,
    row_of,
    rows_of,
    undo,
)

TERMS: dict[str, Any] = {
    "term_start_date": "2024-06-01",
    "term_months": 36,
    "end_of_term": "auto_renew",
    "notice_count": 3,
    "notice_unit": "months",
    "notice_method": "email",
}


def dates_of(session: Session, ref: str) -> tuple[date | None, date | None, date | None]:
    row = row_of(session, "contract", ref)
    return row["term_end_date"], row["notice_deadline"], row["act_by"]


def moves(proposed: ChangeView) -> dict[str, tuple[Any, Any]]:
    return {d.field: (d.old, d.new) for d in proposed.diff}


def test_a_new_order_shows_its_end_and_its_deadlines_before_anyone_approves(session: Session) -> None:
    make_provider(session, "Lumen")
    ctx = make_ctx(session, Role.FINANCE)
    proposed = propose(ctx, "contract", "create", provider="Lumen", title="Order 7", mrc="1250.00", **TERMS)
    diff = moves(proposed)
    assert diff["term_end_date"] == (None, "2027-05-31")
    assert diff["notice_deadline"] == (None, "2027-02-28")
    assert diff["act_by"] == (None, "2027-02-26")
    assert (diff["kind"], diff["currency"]) == ((None, "order"), (None, "USD"))
    assert proposed.aspects == ["attribute", "money", "term"]
    approve(session, proposed)
    ref = proposed.diff[0].ref
    assert dates_of(session, ref) == (date(2027, 5, 31), date(2027, 2, 28), date(2027, 2, 26))


def test_what_the_paper_does_not_say_stays_unknown(session: Session) -> None:
    row = row_of(session, "contract", make_contract(session))
    assert (row["kind"], row["end_of_term"], row["evergreen"]) == ("order", "unknown", False)
    empty = ("term_end_date", "notice_deadline", "act_by", "notice_count", "notice_method", "mrc")
    assert {row[name] for name in empty} == {None}


def test_longer_notice_moves_the_deadline_in_the_same_diff_and_undo_moves_it_back(session: Session) -> None:
    ref = make_contract(session, **TERMS)
    ctx = make_ctx(session, Role.ADMIN)
    changed = apply(ctx, "contract", ref=ref, notice_count=6)
    assert moves(changed) == {
        "notice_count": (3, 6),
        "notice_deadline": ("2027-02-28", "2026-11-30"),
        "act_by": ("2027-02-26", "2026-11-30"),
    }
    assert [f.field for f in audit_of(session, ref)[0].fields] == ["act_by", "notice_count", "notice_deadline"]
    undo(ctx, changed)
    assert dates_of(session, ref) == (date(2027, 5, 31), date(2027, 2, 28), date(2027, 2, 26))


def test_a_counted_end_moves_with_the_months(session: Session) -> None:
    ref = make_contract(session, **TERMS)
    diff = moves(propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, term_months=60))
    assert diff["term_end_date"] == ("2027-05-31", "2029-05-31")
    assert diff["notice_deadline"] == ("2027-02-28", "2029-02-28")


def test_an_end_the_paper_states_stays_when_the_months_move(session: Session) -> None:
    ref = make_contract(session, **TERMS, term_end_date="2027-06-30")
    proposed = propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, term_months=60)
    assert "term_end_date" not in moves(proposed)


def test_a_cleared_end_is_counted_again(session: Session) -> None:
    ref = make_contract(session, **TERMS, term_end_date="2027-06-30")
    diff = moves(propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, term_end_date=None))
    assert diff["term_end_date"] == ("2027-06-30", "2027-05-31")


def test_month_to_month_has_no_deadline_to_miss(session: Session) -> None:
    ref = make_contract(session, **TERMS)
    diff = moves(propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, evergreen=True))
    assert diff["notice_deadline"] == ("2027-02-28", None)
    assert diff["act_by"] == ("2027-02-26", None)


def test_a_deadline_goes_where_a_term_of_it_is_unknown(session: Session) -> None:
    ref = make_contract(session, **TERMS)
    for cleared in ({"end_of_term": "unknown"}, {"notice_count": None, "notice_unit": None}):
        diff = moves(propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, **cleared))
        assert diff["notice_deadline"] == ("2027-02-28", None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": "Order"}, "provider"),
        ({"provider": "Lumen"}, "title"),
        ({"provider": "Lumen", "title": "Order", "notice_count": 3}, "notice_unit"),
        ({"provider": "Lumen", "title": "Order", "notice_unit": "days"}, "notice_count"),
        ({"provider": "Lumen", "title": "Order", "notice_opens_unit": "days"}, "notice_opens_count"),
        ({"provider": "Lumen", "title": "Order", "co_terminus": True}, "parent"),
        ({"provider": "Lumen", "title": "Order", "mrc": "-1"}, "set.mrc"),
        ({"provider": "Lumen", "title": "Order", "term_months": 0}, "set.term_months"),
        ({"provider": "Lumen", "title": "Order", "term_start_date": "9999-01-01"}, "set.term_start_date"),
        ({"provider": "Lumen", "title": "Order", "notice_count": -1, "notice_unit": "days"}, "set.notice_count"),
        ({"provider": "Lumen", "title": "Order", "delivery_lead_days": 4000}, "set.delivery_lead_days"),
        ({"provider": "Lumen", "title": "Order", "notice_days": 30}, "set.notice_days"),
        ({"provider": "Lumen", "title": "Order", "currency": "usd"}, "set.currency"),
        (
            {"provider": "Lumen", "title": "Order", "term_start_date": "2026-02-01", "term_end_date": "2026-01-31"},
            "term_end_date",
        ),
    ],
)
def test_what_is_wrong_with_a_new_contract_is_named(session: Session, fields: dict[str, Any], field: str) -> None:
    make_provider(session, "Lumen")
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.ADMIN), "contract", "create", **fields)
    assert (refused.value.code, refused.value.field) == ("invalid_argument", field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": None}, "title"),
        ({"end_of_term": None}, "end_of_term"),
        ({"evergreen": None}, "evergreen"),
        ({"notice_unit": None}, "notice_unit"),
        ({"term_end_date": "2024-01-01"}, "term_end_date"),
        ({"circuits": ["CKT-1"]}, "circuits"),
    ],
)
def test_what_is_wrong_with_a_correction_is_named(session: Session, fields: dict[str, Any], field: str) -> None:
    ref = make_contract(session, **TERMS)
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.ADMIN), "contract", ref=ref, **fields)
    assert refused.value.field == field


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_deadlines_are_counted_at_the_ends_of_time(session: Session, day: str) -> None:
    ref = make_contract(
        session, **{**TERMS, "term_start_date": day, "term_months": 1200, "notice_count": 3660, "notice_unit": "days"}
    )
    assert None not in dates_of(session, ref)


def test_terms_that_disagree_are_said_and_not_refused(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    created = propose(ctx, "contract", "create", provider=make_provider(session), title="Order",
                      **TERMS, term_end_date="2027-06-30")  # fmt: skip
    warnings = plans.warnings_of(ctx, changes.change_set_of(ctx, changes.get_proposal(ctx, created.change_id)).changes)
    assert warnings == (f"{created.diff[0].ref}: 36 months from 2024-06-01 end on 2027-05-31, not on 2027-06-30.",)


def test_a_correction_is_warned_about_by_the_terms_it_leaves(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_contract(session, **TERMS)
    provider = make_provider(session)
    for fields, said in (
        ({"title": "New title"}, ()),
        ({"term_end_date": "2027-06-30"}, (f"{ref}: 36 months from 2024-06-01 end on 2027-05-31, not on 2027-06-30.",)),
        ({"notice_count": 40}, (f"{ref}: 40 months before 2027-05-31 falls before the term starts on 2024-06-01.",)),
    ):
        proposed = propose(ctx, "contract", ref=ref, **fields)
        planned = changes.change_set_of(ctx, changes.get_proposal(ctx, proposed.change_id)).changes
        assert plans.warnings_of(ctx, planned) == said
    other = propose(ctx, "provider", ref=provider, asn=1)
    planned = changes.change_set_of(ctx, changes.get_proposal(ctx, other.change_id)).changes
    assert plans.warnings_of(ctx, planned) == ()


def test_an_order_stands_under_its_agreement_by_number_and_never_under_itself(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    msa = make_contract(session, provider=lumen, title="Master agreement", kind="agreement", number="MSA-9")
    order = apply(ctx, "contract", "create", provider=lumen, title="Order", parent="msa-9")
    assert moves(order)["parent"] == (None, "Master agreement")
    ref = order.diff[0].ref
    for parent in (msa, ref):
        with pytest.raises(Invalid, match="under itself"):
            propose(ctx, "contract", ref=msa, parent=parent)
    with pytest.raises(Conflict, match=ref):
        propose(ctx, "contract", "retire", ref=msa)
    assert propose(ctx, "contract", "retire", items=[{"ref": msa}, {"ref": ref}]).changes_total == 2


def test_two_contracts_of_one_number_ask_for_the_ref(session: Session) -> None:
    for _ in range(2):
        make_contract(session, number="SO-1")
    with pytest.raises(Invalid) as refused:
        queries.get_contract_id(make_ctx(session, Role.ADMIN), "so-1")
    assert refused.value.code == "ambiguous"


def test_unknown_records_are_answered_with_the_nearest(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    make_contract(session, provider=lumen, title="Ethernet order", number="SO-4711")
    for fields, near in (
        ({"provider": "Lumenn"}, "Lumen (PRV-"),
        ({"provider": lumen, "parent": "SO-4712"}, "Ethernet order (CTR-"),
    ):
        with pytest.raises(NotFound) as refused:
            propose(ctx, "contract", "create", title="Order", **fields)
        assert near in (refused.value.fix or "")


def test_a_new_contract_takes_a_circuit_over_from_the_old_one_in_one_diff(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    circuit = make_circuit(session, provider=lumen)
    old = make_contract(session, provider=lumen, circuits=[circuit])
    renewal = propose(ctx, "contract", "create", provider=lumen, title="Renewal", circuits=[circuit])
    new = renewal.diff[0].ref
    stopped = [(d.ref, d.part, d.old, d.new) for d in renewal.diff if d.field == "governs"]
    assert stopped == [(old, f"circuit {circuit}", True, False), (new, f"circuit {circuit}", None, True)]
    approve(session, renewal)
    circuit_id = row_of(session, "circuit", circuit)["id"]
    assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == new
    undo(ctx, renewal)
    assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == old


def test_governing_goes_back_and_forth_between_contracts_that_both_name_a_circuit(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    circuit = make_circuit(session)
    circuit_id = row_of(session, "circuit", circuit)["id"]
    first = make_contract(session, circuits=[circuit])
    second = make_contract(session, circuits=[circuit])
    for contract in (first, second):
        turned = apply(ctx, "contract_circuit", "create", contract=contract, circuit=circuit)
        assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == contract
    undo(ctx, turned)
    assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == first


def test_a_contract_may_name_a_circuit_without_governing_it(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    circuit, contract = make_circuit(session), make_contract(session)
    circuit_id = row_of(session, "circuit", circuit)["id"]
    apply(ctx, "contract_circuit", "create", contract=contract, circuit=circuit, governs=False)
    assert queries.governing(ctx, [circuit_id]) == {}
    with pytest.raises(Invalid, match="Nothing would change"):
        propose(ctx, "contract_circuit", "create", contract=contract, circuit=circuit, governs=False)
    apply(ctx, "contract_circuit", "create", contract=contract, circuit=circuit)
    assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == contract
    apply(ctx, "contract_circuit", "create", contract=contract, circuit=circuit, governs=False)
    assert queries.governing(ctx, [circuit_id]) == {}


@pytest.mark.parametrize("by", ["id", "pair"])
def test_a_link_is_retired_by_its_id_or_by_contract_and_circuit(session: Session, by: str) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    circuit = make_circuit(session)
    contract = make_contract(session, circuits=[circuit])
    link = str(rows_of(session, "contract_circuit")[0]["id"])
    fields = {"ref": link} if by == "id" else {"ref": contract, "circuit": circuit}
    retired = apply(ctx, "contract_circuit", "retire", **fields)
    assert [(d.ref, d.part) for d in retired.diff] == [(contract, f"circuit {circuit}")]
    with pytest.raises(NotFound):
        propose(ctx, "contract_circuit", "retire", **fields)


def test_what_is_wrong_with_a_link_is_named(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    circuit = make_circuit(session)
    contract = make_contract(session, circuits=[circuit])
    with pytest.raises(Invalid, match="made or retired"):
        propose(ctx, "contract_circuit", ref=contract, circuit=circuit)
    with pytest.raises(Invalid) as refused:
        propose(ctx, "contract_circuit", "create", contract=contract)
    assert refused.value.field == "circuit"
    link = str(rows_of(session, "contract_circuit")[0]["id"])
    with pytest.raises(Conflict, match="twice"):
        propose(
            ctx, "contract_circuit", "retire", items=[{"ref": link}, {"ref": contract, "set": {"circuit": circuit}}]
        )
    with pytest.raises(Conflict, match="twice"):
        propose(ctx, "contract_circuit", "create", items=[{}, {}], contract=contract, circuit=circuit)


def test_one_circuit_is_never_governed_by_two_new_contracts(session: Session) -> None:
    circuit = make_circuit(session)
    items = [{"set": {"title": title}} for title in ("A", "B")]
    with pytest.raises(Conflict, match="governed twice"):
        propose(make_ctx(session, Role.ADMIN), "contract", "create", items=items, provider=make_provider(session),
                circuits=[circuit])  # fmt: skip


def test_retiring_a_contract_lets_go_of_its_circuits(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    circuit = make_circuit(session)
    contract = make_contract(session, circuits=[circuit])
    circuit_id = row_of(session, "circuit", circuit)["id"]
    retiring = apply(ctx, "contract", "retire", ref=contract)
    assert queries.governing(ctx, [circuit_id]) == {}
    undo(ctx, retiring)
    assert queries.governing(ctx, [circuit_id])[circuit_id]["ref"] == contract


def test_one_contract_asked_for_twice_is_refused(session: Session) -> None:
    ref = make_contract(session, number="SO-1")
    items = [{"ref": ref, "set": {"title": "A"}}, {"ref": "so-1", "set": {"title": "B"}}]
    with pytest.raises(Conflict, match="twice"):
        propose(make_ctx(session, Role.ADMIN), "contract", items=items)


def test_five_hundred_contracts_with_their_circuits_take_a_handful_of_statements(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    apply(ctx, "circuit", "create", items=[{"set": {"provider_circuit_id": f"K-{n}"}} for n in range(500)],
          provider=lumen, status="active", service_type="dia")  # fmt: skip
    items = [{"set": {"title": f"Order {n}", "circuits": [f"K-{n}"]}} for n in range(500)]
    for _ in range(2):  # the second round takes every circuit over
        with counted_statements(session) as sent:
            proposed = propose(ctx, "contract", "create", items=items, provider="Lumen", **TERMS)
        assert len(sent) <= 40
        with counted_statements(session) as sent:
            approve(session, proposed)
        assert len(sent) <= 40
    governing = queries.governing(ctx, [row["id"] for row in rows_of(session, "circuit")])
    assert len({row["id"] for row in governing.values()}) == 500
    refs = [{"ref": row["ref"]} for row in governing.values()]
    with counted_statements(session) as sent:
        moved = propose(ctx, "contract", items=refs, notice_count=4)
    assert len(sent) <= 40
    assert moved.changes_total == 500
    other = make_contract(session)
    items = [{"set": {"circuit": f"K-{n}"}} for n in range(500)]
    with counted_statements(session) as sent:
        propose(ctx, "contract_circuit", "create", contract=other, items=items)
    assert len(sent) <= 40
