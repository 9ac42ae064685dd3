"""RF links, power, leases, subtended circuits and feedback on the pages: listed, shown, proposed, exported."""

from __future__ import annotations

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import (
    apply,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_provider,
    make_rf_link,
    make_site,
    row_of,
)
from tests.web.conftest import as_role, sign_in
from tests.web.test_changes import change_at, decide
from tests.web.test_parts import link, sent_to

WHY = {"reason": "Surveyed last week."}


def test_an_rf_link_is_proposed_shown_corrected_and_retired(core: Core) -> None:
    with core.session() as session:
        make_site(session, "Ridge Tower", kind="tower", lon=-86.134, lat=39.6135)
        make_site(session, "Roof", lon=-86.1568, lat=39.7695)
    engineer, executive = as_role(core, Role.ENGINEERING), as_role(core, Role.EXEC)
    assert "A site" in engineer.get("/rf-links/new?a_site=Ridge+Tower")
    sent = {"a_site": "Ridge Tower", "z_site": "Roof", "capacity_mbps": "1200", "monthly_cost": "95.00", **WHY}
    decide(executive, change_at(engineer.where("/rf-links/new", sent)))
    page = engineer.get("/rf-links/RFL-1001")
    assert all(words in page for words in ("Ridge Tower to Roof", "1.2 G", "17.46 km", "$95.00"))
    assert "$95.00" not in as_role(core, Role.NOC).get("/rf-links/RFL-1001")
    assert ">17.5<" in engineer.get("/rf-links").replace(" ", "").replace("\n", "")
    assert "RFL-1001" in engineer.get("/sites/SIT-1001")
    change = change_at(engineer.where("/rf-links/RFL-1001/edit", {"was.band": "", "band": "11 GHz", **WHY}))
    decide(executive, change)
    assert "11 GHz" in engineer.get("/rf-links/RFL-1001")
    decide(executive, change_at(engineer.where("/rf-links/RFL-1001/retire", WHY)))
    assert "No RF link yet" in engineer.get("/rf-links")


def test_an_electrical_account_gets_its_bills(core: Core) -> None:
    with core.session() as session:
        make_site(session, "Ridge Tower", kind="tower")
        make_provider(session, "Crossroads Power")
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    sent = {"site": "Ridge Tower", "provider": "Crossroads Power", "account_number": "44-1", **WHY}
    decide(executive, change_at(finance.where("/electrical/new", sent)))
    page = "/electrical/ELE-1001"
    assert "no average is known" in finance.get(page)
    url = link(finance, page, "/parts/electrical_bill/new")
    month = "2026-01-01"
    decide(executive, change_at(finance.where(*sent_to(url, month=month, amount="150.00", kwh="1000"))))
    shown = finance.get(page)
    assert "$150.00" in shown
    assert "$0.150" in shown
    assert "$150.00" not in as_role(core, Role.NOC).get(page)
    assert "44-1" in finance.get("/sites/SIT-1001")
    assert "44-1" in finance.get("/electrical?query=crossroads")


def test_a_site_gets_leases_and_subtended_circuits_and_shows_those_of_a_day(core: Core) -> None:
    with core.session() as session:
        site = make_site(session, "Ridge Tower", kind="tower")
        circuit = make_circuit(session)
        lease = make_contract(session, kind="lease", title="Ridge lease", mrc="1100.00")
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    page = f"/sites/{site}"
    url = link(finance, page, "/parts/site_circuit/new")
    sent = {"circuit": circuit, "role": "backhaul", "starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    decide(executive, change_at(finance.where(*sent_to(url, **sent))))
    assert "1 Jan 24 to 31 Dec 24" in finance.get(page)
    assert circuit in finance.get(f"{page}?as_of=2024-06-01").split("Subtended circuits</h2>")[1]
    assert "No circuit hangs off this site on 1 Jun 2025" in finance.get(f"{page}?as_of=2025-06-01")
    assert "Ridge Tower" in finance.get(f"/circuits/{circuit}")
    url = link(finance, page, "/parts/contract_site/new")
    decide(executive, change_at(finance.where(*sent_to(url, contract=lease))))
    assert "Ridge lease" in finance.get(page)
    assert "Ridge Tower" in finance.get(f"/contracts/{lease}")
    assert "as_of" in finance.get(f"{page}?as_of=soon", 400)
    assert "filter" in finance.get(f"{page}?asof=2024-06-01", 400)


def test_a_customer_gets_a_contact(core: Core) -> None:
    with core.session() as session:
        page = f"/customers/{make_customer(session, 'Riverbend')}"
    sales, executive = as_role(core, Role.SALES), as_role(core, Role.EXEC)
    url = link(sales, page, "/parts/customer_contact/new")
    decide(executive, change_at(sales.where(*sent_to(url, name="Ana Ruiz", role="IT manager", phone="317-555-0251"))))
    assert all(words in sales.get(page) for words in ("Ana Ruiz", "IT manager", "317-555-0251"))


def test_feedback_is_reported_commented_and_moved_along_at_once(core: Core) -> None:
    field = as_role(core, Role.FIELD)
    assert 'value="/sites"' in field.get("/feedback/new?source=/sites")
    sent = {"kind": "bug", "title": "The map is empty", "source": "/sites", "priority": "high"}
    assert field.where("/feedback/new", sent).startswith("/feedback/FBK-1001?said=reported")
    page = "/feedback/FBK-1001"
    assert field.where(f"{page}/comments", {"text": "Since Monday."}).startswith(f"{page}?said=comment")
    moved = field.where(f"{page}/edit", {"was.status": "new", "status": "in_progress"})
    assert moved.startswith(f"{page}?said=changed")
    shown = field.get(page)
    assert all(words in shown for words in ("The map is empty", "Since Monday.", "In progress", "High"))
    assert "needs its title" in field.post("/feedback/new", {"kind": "bug"}, 400)
    assert "Nothing is different" in field.post(f"{page}/edit", {"was.status": "new", "status": "new"}, 400)
    assert "FBK-1001" in field.get("/feedback?open=true")
    assert "No report matches" in field.get("/feedback?status=done")
    assert 'action="/feedback' not in as_role(core, Role.AUDITOR).get(page)


@pytest.mark.parametrize("path", ["rf-links", "electrical", "feedback"])
def test_a_list_exports_what_it_shows_and_refuses_what_it_does_not_know(core: Core, path: str) -> None:
    with core.session() as session:
        make_rf_link(session, monthly_cost="95.00")
        make_electrical_account(session)
        apply(make_ctx(session, Role.NOC), "feedback", "create", title="Marker")
    finance, noc = as_role(core, Role.FINANCE), as_role(core, Role.NOC)
    assert "-1001" in finance.get(f"/{path}.csv")
    assert finance.client.get(f"/{path}.xlsx").content.startswith(b"PK")
    assert "monthly_cost" not in noc.get(f"/{path}.csv")
    assert "mood" in finance.get(f"/{path}?mood=good", 400)
    assert "column" in finance.get(f"/{path}?sort=mood", 400)


@pytest.mark.parametrize(
    ("path", "entity", "field", "value"),
    [("sites", "site", "market", "Austin"), ("rf-links", "rf_link", "band", "60 GHz"),
     ("electrical", "electrical_account", "tariff", "GS-2"), ("feedback", "feedback", "status", "planned")],
)  # fmt: skip
def test_many_records_of_each_kind_are_changed_at_once(
    core: Core, path: str, entity: str, field: str, value: str
) -> None:
    with core.session() as session:
        make_rf_link(session)
        make_rf_link(session)
        make_electrical_account(session)
        make_electrical_account(session)
        for title in ("One", "Two"):
            apply(make_ctx(session, Role.NOC), "feedback", "create", title=title)
    engineer = as_role(core, Role.ENGINEERING)
    refs = [f"{ {'site': 'SIT', 'rf_link': 'RFL', 'electrical_account': 'ELE', 'feedback': 'FBK'}[entity]}-{n}"
            for n in (1001, 1002)]  # fmt: skip
    assert f"/{path}/bulk" in engineer.get(f"/{path}")
    assert refs[0] in engineer.get(f"/{path}/bulk?all=yes")
    where = engineer.where(f"/{path}/bulk", {"refs": " ".join(refs), field: value, **WHY})
    decide(as_role(core, Role.EXEC), change_at(where))
    with core.session() as session:
        assert {row_of(session, entity, ref)[field] for ref in refs} == {value}


def test_every_new_page_of_the_sample_company_is_full(demo_core: Core) -> None:
    browser = sign_in(demo_core, "marcus.oyelaran@xiber.example")
    for path in ("/rf-links", "/electrical", "/feedback", "/contracts?kind=lease"):
        assert browser.get(path).count('scope="row"') >= 5, path
