"""What hangs on a record: added, corrected and retired on the pages, and always as a proposal."""

from __future__ import annotations

import re
import threading

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import make_circuit, make_contract, make_customer, make_provider, make_site, rows_of
from tests.web.conftest import Browser, as_role
from tests.web.test_changes import change_at, circuits, decide

WHY = {"reason": "The carrier told us."}
LINK = re.compile(r'href="(/parts/[^"]+)"')


def links(browser: Browser, page: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in LINK.findall(browser.get(page))]


def link(browser: Browser, page: str, start: str) -> str:
    (found,) = [url for url in links(browser, page) if url.startswith(start)]
    return found


def sent_to(url: str, **fields: str) -> tuple[str, dict[str, str]]:
    path, _, on = url.partition("?on=")
    return path, {"on": on, **WHY, **fields}


@pytest.mark.parametrize(
    ("kind", "new", "field", "old", "changed"),
    [
        ("contact", {"name": "Owen Blake", "kind": "escalation", "level": "2"}, "phone", "", "317-555-0126"),
        ("alias", {"alias": "Level 3", "kind": "former"}, "alias", "Level 3", "Level3 Communications"),
        ("billing_account", {"ban": "5-QLRT77K2"}, "name", "", "Waves"),
    ],
)
def test_a_part_of_a_provider_comes_changes_and_goes(
    core: Core, kind: str, new: dict[str, str], field: str, old: str, changed: str
) -> None:
    with core.session() as session:
        page = f"/providers/{make_provider(session, 'Lumen')}"
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    url = link(finance, page, f"/parts/{kind}/new")
    assert "Propose the" in finance.get(url)
    decide(executive, change_at(finance.where(*sent_to(url, **new))))
    assert next(iter(new.values())) in finance.get(page)

    url = link(finance, page, f"/parts/{kind}/0")
    assert f'value="{next(iter(new.values()))}"' in finance.get(url)
    decide(executive, change_at(finance.where(*sent_to(url, **{f"was.{field}": old, field: changed}))))
    assert changed in finance.get(page)

    retire = link(finance, url, f"/parts/{kind}/0")
    assert "Propose to retire" in finance.get(retire)
    decide(executive, change_at(finance.where(*sent_to(retire))))
    assert changed not in finance.get(page).split('id="trail-h"')[0]
    assert "no such" in finance.get(url, 404)


def test_a_cost_of_a_site_is_money(core: Core) -> None:
    with core.session() as session:
        page = f"/sites/{make_site(session, 'Frost Tower')}"
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    url = link(finance, page, "/parts/site_cost/new")
    fields = {"kind": "rent", "amount": "300.00", "cadence": "quarterly", "currency": "USD"}
    change = change_at(finance.where(*sent_to(url, **fields)))
    assert "second person" in finance.get(f"/approvals/{change}")
    decide(executive, change)
    assert "$100.00" in finance.get(page)
    url = link(finance, page, "/parts/site_cost/0")
    change = change_at(finance.where(*sent_to(url, **{"was.amount": "300.00", "amount": "330.00"})))
    assert "<del>$300.00</del>" in executive.get(f"/approvals/{change}")
    assert not [url for url in links(as_role(core, Role.NOC), page) if "site_cost" in url]
    as_role(core, Role.NOC).get(url, 403)


def test_an_event_is_recorded_in_business_time(core: Core) -> None:
    with core.session() as session:
        ref = make_circuit(session)
    noc, executive = as_role(core, Role.NOC), as_role(core, Role.EXEC)
    url = link(noc, f"/circuits/{ref}", "/parts/event/new")
    page = noc.get(url)
    assert 'type="datetime-local"' in page
    assert '<option value="degraded">' in page
    fields = {"kind": "outage", "impact": "outage", "starts_at": "2026-07-01T09:00", "ends_at": "2026-07-01T08:00",
              "summary": "Fiber cut."}  # fmt: skip
    page = noc.post(*sent_to(url, **fields), 400)
    assert "ends before it starts" in page
    assert 'value="2026-07-01T09:00"' in page
    change = change_at(noc.where(*sent_to(url, **fields | {"ends_at": "2026-07-01T11:30"})))
    assert "1 Jul 2026, 09:00 EDT" in executive.get(f"/approvals/{change}")
    decide(executive, change)
    with core.session() as session:
        (event,) = rows_of(session, "circuit_event")
        assert event["starts_at"].utctimetuple()[3] == 13
    assert "Fiber cut." in noc.get(f"/circuits/{ref}")
    noc.get(f"/parts/event/{event['id']}/edit?on={ref}", 404)


def test_a_customer_is_tied_to_a_circuit_with_what_it_is_billed(core: Core) -> None:
    with core.session() as session:
        ref, customer = make_circuit(session), make_customer(session, "Acme")
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    url = link(finance, f"/circuits/{ref}", "/parts/circuit_customer/new")
    decide(executive, change_at(finance.where(*sent_to(url, customer="Acme", mrr="2000.00"))))
    url = link(finance, f"/circuits/{ref}", f"/parts/circuit_customer/{customer}/edit")
    form = finance.get(url)
    assert 'value="2000.00"' in form
    assert 'name="customer"' not in form
    decide(executive, change_at(finance.where(*sent_to(url, **{"was.mrr": "2000.00", "mrr": "2100.00"}))))
    assert "$2,100.00" in finance.get(f"/customers/{customer}")
    noc = as_role(core, Role.NOC)
    assert not [found for found in links(noc, f"/circuits/{ref}") if "circuit_customer" in found and "edit" in found]


def test_a_contract_takes_in_a_circuit_and_lets_it_go(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session)
        ref, contract = make_circuit(session, provider=provider), make_contract(session, provider=provider)
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    url = link(finance, f"/contracts/{contract}", "/parts/contract_circuit/new")
    decide(executive, change_at(finance.where(*sent_to(url, circuit=ref, governs="true"))))
    assert contract in finance.get(f"/circuits/{ref}")
    url = link(finance, f"/contracts/{contract}", f"/parts/contract_circuit/{ref}/retire")
    assert f"take {ref} out of {contract}" in finance.get(url)
    decide(executive, change_at(finance.where(*sent_to(url))))
    assert "No circuit is under it" in finance.get(f"/contracts/{contract}")
    assert "Remove" not in as_role(core, Role.SALES).get(f"/contracts/{contract}")


def test_a_part_form_refuses_what_it_can_not_do(core: Core) -> None:
    with core.session() as session:
        ref = make_provider(session)
    finance, auditor = as_role(core, Role.FINANCE), as_role(core, Role.AUDITOR)
    assert links(auditor, f"/providers/{ref}") == []
    assert "does not propose this" in auditor.get(f"/parts/contact/new?on={ref}", 403)
    finance.get(f"/parts/colour/new?on={ref}", 404)
    finance.get("/parts/contact/new?on=PRV-9", 404)
    assert "Which record?" in finance.get("/parts/contact/new", 400)
    page = finance.post("/parts/contact/new", {"on": ref, "name": "Owen", "reason": "New."}, 400)
    assert 'id="f-kind-err">A contact needs its kind.' in page
    assert 'value="Owen"' in page
    assert "needs its reason" in finance.post("/parts/contact/new", {"on": ref, "name": "Owen", "kind": "noc"}, 400)


def test_the_notice_of_a_contract_is_shown_and_can_be_cleared(core: Core) -> None:
    with core.session() as session:
        ref = make_contract(session, notice_count=90, notice_unit="days")
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    form = finance.get(f"/contracts/{ref}/edit")
    assert 'name="notice_count" aria' not in form
    assert re.search(r'name="notice_count"[^>]*value="90"', form)
    assert '<option value="days" selected>' in form
    assert "leave the notice fields empty" not in form
    sent = {"was.notice_count": "90", "notice_count": "", "was.notice_unit": "days", "notice_unit": "", **WHY}
    decide(executive, change_at(finance.where(f"/contracts/{ref}/edit", sent)))
    with core.session() as session:
        (row,) = rows_of(session, "contract", ref=ref)
    assert (row["notice_count"], row["notice_unit"]) == (None, None)


def test_records_list_their_contracts_by_ref_and_title(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session)
        parent = make_contract(session, provider=provider, title="Master agreement", kind="agreement")
        child = make_contract(session, provider=provider, title="Order 7", parent=parent)
    browser = as_role(core, Role.SALES)
    assert f'<a href="/contracts/{child}">{child}</a> Order 7' in browser.get(f"/providers/{provider}")
    assert f'<a href="/contracts/{child}">{child}</a> Order 7' in browser.get(f"/contracts/{parent}")


def test_a_bulk_form_clears_a_field_on_every_circuit(core: Core) -> None:
    refs = circuits(core, 2, market="Austin")
    browser = as_role(core, Role.ENGINEERING)
    form = browser.get(f"/circuits/bulk?ref={refs[0]}&ref={refs[1]}")
    assert 'name="clear.market"' in form
    assert 'name="clear.status"' not in form
    sent = {"refs": " ".join(refs), "reason": "Markets are gone."}
    page = browser.post("/circuits/bulk", {**sent, "market": "Dallas", "clear.market": "yes"}, 400)
    assert "filled in and to be cleared" in page
    assert re.search(r'name="clear.market" value="yes" checked', page)
    decide(as_role(core, Role.EXEC), change_at(browser.where("/circuits/bulk", {**sent, "clear.market": "yes"})))
    with core.session() as session:
        assert {rows_of(session, "circuit", ref=ref)[0]["market"] for ref in refs} == {None}


@pytest.mark.parametrize("form", ["single", "bulk", "part"])
def test_a_form_sent_twice_at_once_makes_one_proposal(core: Core, form: str) -> None:
    refs = circuits(core, 40)
    with core.session() as session:
        provider = make_provider(session)
    browser = as_role(core, Role.ENGINEERING)
    path, fields = {
        "single": (f"/circuits/{refs[0]}/edit", {"was.mrc": "1000.00", "mrc": "900.00"}),
        "bulk": ("/circuits/bulk", {"refs": " ".join(refs), "mrc": "900.00"}),
        "part": ("/parts/contact/new", {"on": provider, "name": "Owen Blake", "kind": "noc"}),
    }[form]
    sent = {**fields, **WHY, "csrf": browser.token()}
    answers: list[str] = []

    def click() -> None:
        answer = browser.client.post(path, data=sent, follow_redirects=False)
        answers.append(answer.headers.get("location", str(answer.status_code)))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len({change_at(where) for where in answers}) == 1
    assert browser.get("/approvals?view=open").count('<th scope="row"') == 1


def test_the_circuits_that_must_be_acted_on_come_first(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session)
        free, late = make_circuit(session, provider=provider), make_circuit(session, provider=provider)
        make_contract(
            session,
            provider=provider,
            term_end_date="2030-01-31",
            notice_count=90,
            notice_unit="days",
            end_of_term="auto_renew",
            circuits=[late],
        )
    page = as_role(core, Role.SALES).get("/circuits")
    assert page.index(f">{late}<") < page.index(f">{free}<")
    assert "Sorted by act by." in page
    assert '<summary class="chip">More filters</summary>' in page
    assert 'rel="next"' not in page
    assert "First page" not in page
    assert '<summary class="chip on">Tag: <b>core</b></summary>' in as_role(core, Role.SALES).get("/circuits?tag=core")
