"""Terms of a fee go the one way of every write: proposed, shown, approved, audited, undone; and hidden like money."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import get_change
from netos_core.changes.schemas import GetChange
from netos_core.kernel.errors import Forbidden, Invalid
from tests.factories import apply, audit_of, make_contract, make_ctx, propose, row_of, undo

BANDED = {
    "formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 100}, {"from_month": 13, "percent": "50.0"}]},
    "clause": "Section 7.2",
}
STORED = {
    "formula": {
        "kind": "percent",
        "bands": [{"from_month": 1, "percent": "100"}, {"from_month": 13, "percent": "50"}],
    },
    "per": "contract",
    "mrc_basis": "at_termination",
    "convenience_exit": True,
    "exits": [],
    "clause": "Section 7.2",
}


def test_terms_of_a_fee_are_money_and_a_term_and_are_written_as_they_were_shown(session: Session) -> None:
    ref = make_contract(session)
    proposed = apply(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf=BANDED)
    (row,) = [d for d in proposed.diff if d.field == "etf"]
    assert (row.old, row.new, row.aspect) == (None, STORED, "money")
    assert (proposed.aspects, proposed.risk) == (["money", "term"], "high")
    assert [need.where for need in proposed.needs] == ["the approval page"] * 2
    assert row_of(session, "contract", ref)["etf"] == STORED
    assert audit_of(session, ref)[0].fields[0].new == STORED
    undo(make_ctx(session, Role.ADMIN), proposed)
    assert row_of(session, "contract", ref)["etf"] is None


def test_terms_that_say_the_same_are_no_change(session: Session) -> None:
    ref = make_contract(session)
    apply(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf=BANDED)
    proposed = propose(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf=STORED, title="Other words")
    assert [d.field for d in proposed.diff] == ["title"]


def test_terms_are_replaced_whole_and_cleared_by_nothing(session: Session) -> None:
    ref = make_contract(session)
    ctx = make_ctx(session, Role.FINANCE)
    apply(ctx, "contract", ref=ref, etf=BANDED, escalator={"kind": "percent", "percent": "3.00"})
    apply(ctx, "contract", ref=ref, etf={"formula": {"kind": "none"}})
    row = row_of(session, "contract", ref)
    assert row["etf"]["formula"] == {"kind": "none"}
    assert "clause" not in row["etf"]
    assert row["escalator"] == {"kind": "percent", "percent": "3", "every_months": 12, "compounding": True}
    apply(ctx, "contract", ref=ref, etf=None, escalator=None)
    row = row_of(session, "contract", ref)
    assert (row["etf"], row["escalator"]) == (None, None)


def test_who_sees_no_money_neither_proposes_nor_reads_them(session: Session) -> None:
    ref = make_contract(session)
    noc = make_ctx(session, Role.NOC)
    with pytest.raises(Forbidden):
        propose(noc, "contract", ref=ref, etf=BANDED)
    proposed = propose(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf=BANDED)
    shown = get_change(noc, GetChange(change_id=proposed.change_id))
    assert [(d.field, d.new, d.withheld) for d in shown.diff] == [("etf", None, True)]
    assert shown.digest is None


def test_terms_that_can_not_be_are_refused_with_their_field(session: Session) -> None:
    ref = make_contract(session)
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf={"formula": {"kind": "penalty"}})
    assert refused.value.field == "set.etf.formula"
    bands = {"kind": "percent", "bands": [{"from_month": 2, "percent": 5}]}
    with pytest.raises(Invalid, match="the first band is from month 1"):
        propose(make_ctx(session, Role.FINANCE), "contract", ref=ref, etf={"formula": bands})
