"""Electrical accounts and their bills through the write path."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid
from netos_core.overview import operations as look
from netos_core.overview.schemas import GetOne, GetSite
from netos_core.overview.schemas.electrical import SearchElectricalAccounts
from tests.factories import (
    apply,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_provider,
    make_site,
    propose,
    rows_of,
    undo,
)


def test_a_site_shows_its_service_and_what_a_month_costs_on_average(session: Session) -> None:
    finance = make_ctx(session, Role.FINANCE)
    site = make_site(session, "Ridge", kind="tower")
    ref = make_electrical_account(session, site=site, account_number="44-1", voltage="120/240 V", phase="single")
    for month, kwh, amount in (("2026-05-31", "1000", "150.00"), ("2026-04-02", None, "170.00"),
                               ("2026-06-01", "900", "999.00")):  # fmt: skip
        apply(finance, "electrical_bill", "create", account="44-1", month=month, kwh=kwh, amount=amount)
    view = look.get_electrical_account(finance, GetOne(ref=ref))
    assert [(b.month.isoformat(), b.per_kwh) for b in view.bills] == [
        ("2026-06-01", Decimal("1.1100")), ("2026-05-01", Decimal("0.1500")), ("2026-04-01", None),
    ]  # fmt: skip
    assert [(a.amount, a.months) for a in view.average] == [(Decimal("160.00"), 2)]
    (row,) = look.search_electrical_accounts(finance, SearchElectricalAccounts(site=site)).rows
    assert (row.average_monthly_cost, row.average_months, str(row.last_month)) == (Decimal("160.00"), 2, "2026-06-01")
    (line,) = look.get_site(finance, GetSite(ref=site)).electrical
    assert (line.ref, line.average[0].amount) == (ref, Decimal("160.00"))
    noc = make_ctx(session, Role.NOC)
    told = look.get_electrical_account(noc, GetOne(ref=ref)).model_dump_json()
    assert "150" not in told.replace("120/240", "")
    assert '"1000.000"' in told or '"1000"' in told, "what was used is no secret"


def test_a_month_is_billed_once(session: Session) -> None:
    finance = make_ctx(session, Role.FINANCE)
    account = make_electrical_account(session)
    apply(finance, "electrical_bill", "create", account=account, month="2026-05-01", amount="10.00")
    with pytest.raises(Invalid, match="has a bill of May 2026"):
        propose(finance, "electrical_bill", "create", account=account, month="2026-05-20", amount="11.00")
    (bill,) = rows_of(session, "electrical_bill")
    change = propose(finance, "electrical_bill", ref=str(bill["id"]), amount="12.00")
    assert (change.risk, change.diff[0].part) == ("high", "bill of 2026-05")


def test_an_account_retires_with_its_bills_and_comes_back_with_them(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    site = make_site(session)
    account = make_electrical_account(session, site=site)
    apply(admin, "electrical_bill", "create", account=account, month="2026-05-01", amount="10.00")
    for what, ref in (("electrical_account", account), ("site", site)):
        gone = apply(admin, what, "retire", ref=ref)
        tables = ("electrical_account", "electrical_bill")
        assert all(row["retired_at"] for table in tables for row in rows_of(session, table))
        undo(admin, gone)
        assert not any(row["retired_at"] for table in tables for row in rows_of(session, table))


def test_accounts_are_listed_by_customer_utility_words_and_cost(session: Session) -> None:
    finance = make_ctx(session, Role.FINANCE)
    customer = make_customer(session, "Monon")
    utility = make_provider(session, "Crossroads Power")
    cheap = make_electrical_account(session, site=make_site(session, customer=customer), meter_number="77")
    dear = make_electrical_account(session, provider=utility)
    apply(finance, "electrical_bill", "create", account="77", month="2026-05-01", amount="10.00")
    apply(finance, "electrical_bill", "create", account=dear, month="2026-05-01", amount="20.00")

    def refs(**asked: str) -> list[str]:
        found = look.search_electrical_accounts(finance, SearchElectricalAccounts.model_validate(asked))
        return [row.ref for row in found.rows]

    assert refs(customer="Monon") == [cheap]
    assert refs(provider="Crossroads Power") == refs(query="crossroads") == [dear]
    assert refs(sort="-average_monthly_cost") == [dear, cheap]
    with pytest.raises(Invalid, match="column"):
        look.search_electrical_accounts(
            make_ctx(session, Role.NOC), SearchElectricalAccounts(sort="average_monthly_cost")
        )


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"site": "Ridge"}, "needs its provider"), ({"provider": "Utility"}, "needs its site"),
     ({"site": "Ridge", "provider": "Utility", "starts_on": "2026-06-02", "ends_on": "2026-06-01"},
      "ends before it starts")],
)  # fmt: skip
def test_an_account_that_can_not_be_is_refused(session: Session, fields: dict[str, str], said: str) -> None:
    make_site(session, "Ridge"), make_provider(session, "Utility")
    with pytest.raises(Invalid, match=said):
        propose(make_ctx(session, Role.ADMIN), "electrical_account", "create", **fields)
