"""Calendars of deadlines at secret addresses: what they hold, for whom, and that the secret stays one."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError
from starlette.testclient import TestClient

from netos_core.access.model import Person
from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.runtime.logs import JsonFormatter
from tests.factories import apply, make_contract, make_ctx
from tests.web.conftest import HOME, Browser, as_role, make_application
from web_min.pages import feeds

NOC = "noc.person@isp.example"
ADDRESS = re.compile(r'value="(http[^"]+/feeds/netos_cal_[\w-]{43}\.ics)"')


def made(browser: Browser) -> str:
    found = ADDRESS.search(browser.post("/you/feed", {}))
    assert found
    return found[1].removeprefix(HOME)


def program(core: Core) -> TestClient:
    """A calendar program: it has no cookie and keeps none."""
    return TestClient(make_application(core), base_url=HOME)


def with_roles(core: Core, roles: list[str]) -> None:
    with core.session() as session:
        session.execute(update(Person).where(Person.email == NOC).values(roles=roles))


def days_of(content: bytes) -> dict[str, date]:
    return {str(e["uid"]): e.decoded("dtstart") for e in Calendar.from_ical(content).walk("VEVENT")}


@pytest.fixture
def due(core: Core) -> str:
    """A contract that wants a decision, among others that do not."""
    end = utc_now().date() + timedelta(days=100)
    clause = {"end_of_term": "auto_renew", "notice_count": 30, "notice_unit": "days", "renewal_term_months": 12}
    with core.session() as session:
        make_contract(session, term_end_date=end + timedelta(days=3000), mrc="4321.00", **clause)
        return make_contract(session, term_end_date=end, mrc="4321.00", **clause)


def test_a_calendar_program_reads_the_days_that_want_a_decision(core: Core, due: str) -> None:
    where = made(as_role(core, Role.NOC))
    answer = program(core).get(where)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in answer.headers
    assert set(days_of(answer.content)) == {
        f"{due.lower()}-{field}@127.0.0.1" for field in ("act_by", "notice_deadline", "term_end_date")
    }
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in answer.content
    assert b"X-PUBLISHED-TTL:PT4H" in answer.content
    for role in (Role.NOC, Role.FINANCE):
        assert b"4321" not in program(core).get(made(as_role(core, role))).content


def test_a_day_that_moves_moves_its_event(core: Core, due: str) -> None:
    client, where = program(core), made(as_role(core, Role.NOC))
    before = days_of(client.get(where).content)
    with core.session() as session:
        ends = before[f"{due.lower()}-term_end_date@127.0.0.1"] + timedelta(days=20)
        apply(make_ctx(session, Role.FINANCE), "contract", ref=due, term_end_date=ends)
    after = days_of(client.get(where).content)
    assert set(after) == set(before)
    assert all(after[uid] > before[uid] for uid in before)


def test_what_has_not_changed_is_not_sent_again(core: Core, due: str) -> None:
    client, where = program(core), made(as_role(core, Role.NOC))
    tag = client.get(where).headers["etag"]
    for known in (tag, f'"x", W/{tag}'):
        again = client.get(where, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(where, headers={"if-none-match": '"x"'}).status_code == 200
    assert client.head(where).status_code == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.request(method, where).status_code == 405


def test_unknown_revoked_shut_out_and_without_rights_are_told_the_same(core: Core, due: str) -> None:
    browser, client = as_role(core, Role.NOC), program(core)
    unknown = client.get("/feeds/netos_cal_nothing.ics")
    where = made(browser)

    def is_unknown(path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, unknown.content)
        assert {**answer.headers} == {**unknown.headers}

    assert client.get(where).status_code == 200
    with_roles(core, [])
    is_unknown(where)
    with_roles(core, ["noc"])
    assert client.get(where).status_code == 200
    newer = made(browser)
    is_unknown(where)
    assert "Calendar feed revoked" in browser.post("/people/acts", {"act": "unfeed"})
    is_unknown(newer)
    last = made(browser)
    admin = as_role(core, Role.ADMIN)
    assert "never read" in admin.get(f"/people/{NOC}")
    admin.post("/people/acts", {"act": "close", "email": NOC, "reason": "left"})
    is_unknown(last)


def test_the_page_shows_the_address_once_and_when_it_was_read(core: Core, due: str) -> None:
    browser = as_role(core, Role.NOC)
    assert "Make the address" in browser.get("/you")
    where = made(browser)
    page = browser.get("/you")
    assert "netos_cal_" not in page
    assert "never read" in page
    program(core).get(where)
    assert re.search(r"read .*testclient", browser.get("/you"))
    trail = as_role(core, Role.ADMIN).get("/trail")
    assert "calendar of deadlines" in trail
    assert "netos_cal_" not in trail


def test_the_secret_is_in_no_log(
    core: Core, due: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):  # a server of another test may have set them up
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
    where, client = made(as_role(core, Role.NOC)), program(core)
    secret = where.removeprefix("/feeds/").removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        client.get(where)
        client.get("/feeds/netos_cal_wrong.ics")
        logging.getLogger("uvicorn.access").info('"GET %s HTTP/1.1" 200', where)
        with core.session() as session:
            session.execute(text("alter table standing rename to elsewhere"))
        try:
            client.get(where)
        except ProgrammingError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application", extra={"path": where})
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any('"operation": "list_renewals"' in line for line in lines)
    assert any("UndefinedTable" in line for line in lines)
    assert not any(secret in line or "netos_cal_" in line for line in lines)


def test_who_fetches_too_often_is_told_to_wait(core: Core, due: str) -> None:
    client, where = program(core), made(as_role(core, Role.NOC))
    answers = [client.get(where) for _ in range(3 * feeds.FETCHES_AT_ONCE)]
    assert [answer.status_code for answer in answers[: feeds.FETCHES_AT_ONCE]] == [200] * feeds.FETCHES_AT_ONCE
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
