"""Saved views, chosen columns and calendar files on the pages of lists."""

from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar

from netos_core.access.rules import Role
from netos_core.demo.people import DANA
from netos_core.runtime.calls import Core
from tests.factories import make_circuit, make_contract, make_provider
from tests.web.conftest import Browser, as_role, sign_in


@pytest.fixture
def dana(demo_core: Core) -> Browser:
    return sign_in(demo_core, DANA.email)


def save(browser: Browser, query: str, name: str, path: str = "/circuits", **more: str) -> str:
    return browser.where("/views", {"path": path, "query": query, "name": name, **more})


def test_a_view_is_saved_shown_as_a_tab_and_deleted(core: Core) -> None:
    sales = as_role(core, Role.SALES)
    where = save(sales, "state=OH&service_type=dia&service_type=wave&sort=act_by&fields=mrc", "Ohio")
    page = sales.get(where)
    assert ">Ohio<" in page
    assert 'aria-current="page">Ohio' in page
    assert "Delete the view Ohio" in page
    assert ">Ohio<" not in as_role(core, Role.NOC).get("/circuits"), "it is hers alone"
    assert sales.where("/views/delete", {"path": "/circuits", "name": "Ohio"}) == "/circuits"
    assert ">Ohio<" not in sales.get("/circuits")


def test_a_shared_view_is_everybodys_and_its_maker_or_an_admin_deletes_it(core: Core) -> None:
    save(as_role(core, Role.SALES), "state=OH", "Ohio", shared="yes")
    noc = as_role(core, Role.NOC)
    page = noc.get("/circuits")
    assert ">Ohio<" in page
    assert "by Sales Person" in page
    assert "Delete the view Ohio" not in page
    fields = {"path": "/circuits", "name": "Ohio", "shared": "yes"}
    assert "Only who made a shared view, or an admin" in noc.post("/views/delete", fields, 403)
    assert as_role(core, Role.ADMIN).where("/views/delete", fields) == "/circuits"


def test_a_view_by_amounts_explains_itself_to_who_may_not_see_them(core: Core) -> None:
    save(as_role(core, Role.FINANCE), "min_mrc=4321&sort=-mrc", "Dear ones", shared="yes")
    page = as_role(core, Role.NOC).get("/circuits")
    assert "Dear ones" in page
    assert "It filters or sorts by min_mrc, sort, which your roles do not show." in page
    assert "4321" not in page


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"query": "colour=red"}, 400, "There is no filter “colour”."),
        ({"query": "sort=colour"}, 400, "There is no column to sort by “colour”."),
        ({"query": "fields=colour"}, 400, "There is no column “colour”."),
        ({"query": "provider=Nobody"}, 404, "No provider has that ref or name."),
        ({"query": "", "name": ""}, 400, "name:"),
        ({"path": "/nowhere"}, 400, "Which list?"),
    ],
)
def test_a_view_its_list_would_refuse_is_not_saved(core: Core, fields: dict[str, str], status: int, told: str) -> None:
    sent = {"path": "/circuits", "query": "", "name": "Mine", **fields}
    assert told in as_role(core, Role.SALES).post("/views", sent, status)


def test_every_list_takes_views(core: Core) -> None:
    sales = as_role(core, Role.SALES)
    for path in ("/sites", "/providers", "/customers", "/contracts", "/renewals", "/documents", "/network/blocks",
                 "/network/vlans", "/network/bgp", "/network/interfaces", "/network/ports"):  # fmt: skip
        assert save(sales, "query=lima", "Lima", path) == f"{path}?query=lima"
        assert ">Lima<" in sales.get(path)


def test_chosen_columns_are_shown_and_exported(dana: Browser) -> None:
    page = dana.get("/circuits?fields=provider&fields=install_date&fields=mrc")
    head = page.split("<thead>")[1].split("</thead>")[0]
    assert "Install date" in head
    assert "MRC" in head
    assert "A to Z" not in head
    lines = dana.get("/circuits.csv?fields=provider&fields=install_date").splitlines()
    assert lines[0].lstrip("\ufeff") == "ref,provider,install_date"


def test_a_column_nobody_knows_is_refused(dana: Browser) -> None:
    assert "There is no column “colour”." in dana.get("/circuits?fields=colour", 400)


def test_a_hidden_column_is_not_shown_when_it_is_asked_for(core: Core) -> None:
    with core.session() as session:
        make_circuit(session, mrc="4321.00")
    page = as_role(core, Role.NOC).get("/circuits?fields=mrc&fields=provider")
    assert "4,321" not in page
    assert ">MRC<" not in page.split("<thead>")[1].split("</thead>")[0]


def calendar(browser: Browser, path: str) -> tuple[bytes, Calendar]:
    answer = browser.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return answer.content, Calendar.from_ical(answer.content)


@pytest.mark.parametrize("path", ["/renewals.ics", "/contracts.ics", "/circuits.ics"])
def test_a_calendar_file_is_as_the_standard_says(dana: Browser, path: str) -> None:
    content, read = calendar(dana, path)
    events = read.walk("VEVENT")
    assert events
    lines = content.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert all(type(event.decoded("dtstart")) is date for event in events)
    assert all(event.get("dtstamp") for event in events)
    uids = [str(event["uid"]) for event in events]
    assert len(uids) == len(set(uids))
    again = [str(event["uid"]) for event in calendar(dana, path)[1].walk("VEVENT")]
    assert uids == again
    assert b"$" not in content


def test_the_calendar_has_the_days_of_what_is_listed_and_words_that_need_escaping(core: Core) -> None:
    with core.session() as session:
        carrier = make_provider(
            session, "Fiber; Copper, \\ and Glass of the very long name that has to be folded ü" * 2
        )
        ref = make_contract(
            session, provider=carrier, title="Order", term_end_date="2027-03-31", notice_count=60, notice_unit="days",
            end_of_term="auto_renew",
        )  # fmt: skip
        make_contract(session, title="Another", term_end_date="2027-06-30")
    finance = as_role(core, Role.FINANCE)
    _, read = calendar(finance, f"/contracts.ics?provider={carrier}")
    events = {str(event["uid"]): event for event in read.walk("VEVENT")}
    assert set(events) == {
        f"{ref.lower()}-{field}@127.0.0.1" for field in ("act_by", "notice_deadline", "term_end_date")
    }
    end = events[f"{ref.lower()}-term_end_date@127.0.0.1"]
    assert end.decoded("dtstart") == date(2027, 3, 31)
    assert "Fiber; Copper, \\ and Glass" in str(end["summary"])
    assert str(end["url"]).endswith(f"/contracts/{ref}")


def test_a_filter_nobody_knows_is_refused_by_the_calendar_too(dana: Browser) -> None:
    assert dana.client.get("/renewals.ics?colour=red").status_code == 400
