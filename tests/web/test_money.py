"""Money on pages: an asset's waterfall, a rule for its costs, a month that is closed and opened again."""

from __future__ import annotations

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import apply, make_circuit, make_ctx, make_customer, make_services, make_site
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


def test_a_month_is_shown_by_asset_and_by_customer_with_links(core: Core) -> None:
    with core.session() as session:
        tower = make_site(session, "Ridge Tower", kind="tower")
        bank = make_customer(session, "Berry Bank")
        circuit = make_circuit(session, mrc="500.00", z_site=tower, customer=bank, mrr="800.00")
        finance = make_ctx(session, Role.FINANCE)
        apply(finance, "site_cost", "create", site=tower, kind="rent", amount="120.00", cadence="monthly")
        fiber, radio, _ = make_services(
            session, {"name": "Fiber", "mrr": "810.00"}, {"name": "Radio", "mrr": "45.00"}, {"mrr": "7.00"}
        )
        apply(finance, "attribution", "create", service=fiber, circuit=circuit)
        apply(finance, "attribution", "create", service=radio, site=tower)
    page = as_role(core, Role.FINANCE)
    assets = page.get("/money?by=asset")
    assert f'href="/sites/{tower}/money?month=' in assets
    assert 'href="/revenue?attributed=false"' in assets
    customers = page.get("/money?by=customer")
    assert f'href="/customers/{bank}"' in customers
    assert "$810.00" in customers
    shown = page.get(f"/sites/{tower}/money")
    assert f'href="/revenue/{radio}"' in shown
    assert "Of no circuit" in shown
    assert f'href="/revenue/{fiber}"' in page.get(f"/circuits/{circuit}")
