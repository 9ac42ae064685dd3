"""The ladder in SQL stands where the rules put it, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.contracts.model import Contract
from netos_core.contracts.queries import get_contract_id, rows_by_id, terms_of
from netos_core.contracts.rules import deadline_of
from netos_core.renewals import rules
from netos_core.renewals.operations import list_renewals
from netos_core.renewals.queries import renewal_state, with_standing
from netos_core.renewals.schemas import ListRenewals
from tests.factories import make_circuit, make_contract, make_ctx

CLAUSES = {
    "90 days": {"term_end_date": "2027-03-31", "end_of_term": "auto_renew", "notice_count": 90, "notice_unit": "days"},
    "30 business days by mail": {
        "term_end_date": "2027-03-31", "end_of_term": "auto_disconnect", "notice_count": 30,
        "notice_unit": "business_days", "notice_method": "certified_mail",
    },
    "3 months": {"term_end_date": "2027-05-31", "end_of_term": "roll", "notice_count": 3, "notice_unit": "months"},
    "no notice": {"term_end_date": "2027-05-31", "end_of_term": "auto_renew"},
    "no end": {"end_of_term": "auto_renew", "notice_count": 30, "notice_unit": "days"},
    "evergreen": {"evergreen": True, "notice_count": 30, "notice_unit": "days", "end_of_term": "roll"},
}  # fmt: skip


@pytest.mark.parametrize("clause", CLAUSES, ids=str)
def test_sql_and_rules_agree_every_third_day_of_two_years(session: Session, clause: str) -> None:
    ref = make_contract(session, **CLAUSES[clause])
    ctx = make_ctx(session, Role.FINANCE)
    row = rows_by_id(ctx, [get_contract_id(ctx, ref).id]).popitem()[1]
    terms = terms_of(row)
    for step in range(0, 730, 3):
        day = date(2026, 1, 1) + timedelta(days=step)
        in_sql = session.scalar(
            with_standing(select(renewal_state(day)).select_from(Contract)).where(Contract.ref == ref)
        )
        if terms.end_of_term == "roll" and terms.term_end_date and day > terms.term_end_date:
            assert in_sql == "evergreen"
            continue
        by_rule = rules.renewal_state(deadline_of(terms), day, decided=False)
        assert in_sql == by_rule, day


def test_the_list_is_what_presses_soonest_first_with_what_silence_costs(session: Session) -> None:
    circuit = make_circuit(session, mrc="100.00")
    soon = make_contract(session, circuits=[circuit], term_end_date="2026-07-31", end_of_term="auto_renew",
                         renewal_term_months=12, notice_count=30, notice_unit="days")  # fmt: skip
    late = make_contract(session, term_end_date="2026-06-20", end_of_term="auto_renew", notice_count=30,
                         notice_unit="days")  # fmt: skip
    make_contract(session, term_end_date="2030-06-20", end_of_term="auto_renew", notice_count=30, notice_unit="days")
    found = list_renewals(make_ctx(session, Role.FINANCE), ListRenewals())
    assert "cost_of_silence" in found.columns
    assert [(row.contract, row.state) for row in found.rows] == [(late, "overdue"), (soon, "active")]
    assert str(found.rows[1].cost_of_silence) == "1200.00"
    assert list_renewals(make_ctx(session, Role.FINANCE), ListRenewals(within_days=0)).total == 1
    assert list_renewals(make_ctx(session, Role.NOC), ListRenewals()).rows[1].cost_of_silence is None
