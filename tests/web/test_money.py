"""Money on pages: an asset's waterfall, a rule for its costs, a month that is closed and opened again."""

from __future__ import annotations

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import apply, make_circuit, make_ctx, make_customer, make_site
from tests.web.conftest import as_role
from tests.web.test_changes import change_at, decide

WHY = {"reason": "Agreed with finance."}


def test_a_rule_is_proposed_on_the_page_of_an_asset_and_a_month_is_closed(core: Core) -> None:
    with core.session() as session:
        site = make_site(session, "Ridge Tower", kind="tower")
        circuit = make_circuit(session, mrc="500.00", z_site=site, customer=make_customer(session), mrr="800.00")
        apply(make_ctx(session, Role.FINANCE), "site_cost", "create", site=site, kind="rent", amount="120.00",
              cadence="monthly")  # fmt: skip
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    page = f"/sites/{site}/money"
    assert page in finance.get(f"/sites/{site}")
    shown = finance.get(page)
    assert all(words in shown for words in ("$180.00", "Borne by no circuit", "No rule divides"))
    sent = {"component": "facility", "method": "equal", **WHY}
    decide(executive, change_at(finance.where(f"{page}/rule", sent)))
    shown = finance.get(page)
    assert "by equal among 1 circuit" in shown
    assert "Borne by no circuit" not in shown
    assert "one of 1 equal shares" in finance.get(f"/circuits/{circuit}")
    decide(executive, change_at(finance.where("/money/close", {"month": "2026-05-01", **WHY})))
    assert "closed as PER-1001" in finance.get("/money?month=2026-05&by=market")
    assert "closed as PER-1001" in finance.get(f"/circuits/{circuit}?month=2026-05")
    rule = finance.get(page).split("/rules/")[1].split("/")[0]
    decide(executive, change_at(finance.where(f"{page}/rules/{rule}/retire", WHY)))
    assert "Since it was closed the records say otherwise" in finance.get(f"/circuits/{circuit}?month=2026-05")
    decide(executive, change_at(finance.where("/money/open/PER-1001", WHY)))
    assert "No month is closed" in finance.get("/money")


def test_who_does_not_see_money_has_no_such_page(core: Core) -> None:
    with core.session() as session:
        site = make_site(session, "Ridge Tower", kind="tower")
    noc = as_role(core, Role.NOC)
    for page in ("/money", f"/sites/{site}/money", "/money/close"):
        assert "Your role does not" in noc.get(page, status=403)
    assert 'href="/money"' not in noc.get("/")
