"""The activity trail: what it can be asked, how it reads, and its files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from netos_core.access.rules import Role, Scope
from netos_core.catalogue import OPERATIONS
from netos_core.changes.model import AuditRow
from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import ACTIONS, ENTITIES, AuditEntry, SearchAudit
from netos_core.kernel.context import Channel
from netos_core.kernel.db import Base, Entity
from netos_core.kernel.errors import Invalid
from netos_core.overview.operations import get_provider
from netos_core.people.operations import create_token, end_sessions
from netos_core.people.schemas import CreateToken, SignOut
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.factories import apply, make_circuit, make_ctx, make_person, make_provider
from tests.web.conftest import Browser, as_role
from web_min.pages import trail

CLIENT = "app:04b07795-8ddb-461a-bbee-02f9e1bf7b46"
ADDRESS = "203.0.113.9"


@pytest.fixture(scope="module")
def core(database_server: TestServer) -> Iterator[Core]:
    """A small installation in which one of everything happened."""
    with database_server.clone() as url:
        core = Core(Settings(database_url=url, demo=True))
        with core.session() as session:
            for role in Role:
                make_person(session, role)
            provider = make_provider(session, "Lumen", bank_name="First Bank", bank_account="123456789")
            circuit = make_circuit(session, provider=provider, mrc="100.00")
            apply(make_ctx(session, Role.NOC, agent="claude-code"), "circuit", ref=circuit, market="Chicago")
            apply(make_ctx(session, Role.ADMIN), "circuit", ref=circuit, mrc="90.00")
            apply(make_ctx(session, Role.ADMIN), "provider", ref=provider, bank_account="987654321")
        auditor = replace(core.principal("auditor.person@isp.example"), agent="claude-code", client=CLIENT)
        core.call(get_provider, get_provider.request(ref=provider), auditor, Channel.AGENT, address=ADDRESS)
        noc, admin = core.principal("noc.person@isp.example"), core.principal("admin.person@isp.example")
        core.call(create_token, CreateToken(name="laptop", scope=Scope.READ, days=7), noc, Channel.PAGE)
        core.call(end_sessions, SignOut(email="noc.person@isp.example"), admin, Channel.PAGE)
        yield core
        core.close()


@pytest.fixture(scope="module")
def browser(core: Core) -> Browser:
    return as_role(core, Role.AUDITOR)


def found(core: Core, **filters: Any) -> list[AuditEntry]:
    asked = SearchAudit.model_validate({"limit": 100, **filters})
    return core.call(search_audit, asked, core.principal("auditor.person@isp.example"), Channel.AGENT).entries


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# What it can be asked


def test_a_field_is_found_where_it_was_changed_or_shown(core: Core) -> None:
    assert {(e.action, e.ref[:4]) for e in found(core, field="mrc")} == {("create", "CKT-"), ("update", "CKT-")}
    seen = [e.action for e in found(core, field="bank_account") if e.ref.startswith("PRV-")]
    assert seen == ["read", "update", "create"]
    assert {e.action for e in found(core, field="Bank account", kind="reads")} == {"read"}
    assert {e.action for e in found(core, field="provider_circuit_id")} <= {"create"}
    assert found(core, field="nrc") == [], "not set before and not set after is no change"


@pytest.mark.parametrize(
    ("filters", "actions"),
    [
        ({"agent": "CLAUDE"}, {"read", "update", "propose"}),
        ({"agent": CLIENT}, {"read"}),
        ({"channel": "page", "kind": "access"}, {"create", "sign_out", "sign_in"}),
        ({"channel": "agent", "kind": "reads"}, {"read"}),
        ({"channel": "job"}, set()),
        ({"kind": "reads"}, {"read"}),
        ({"kind": "decisions"}, {"propose", "approve"}),
        ({"kind": "changes"}, {"create", "update"}),
        ({"entity": "access_token"}, {"create"}),
        ({"entity": "get_provider"}, {"read"}),
        ({"person": "NOC.person@isp.example", "kind": "access"}, {"create"}),
        ({"ref": "noc.person@isp.example"}, {"sign_out"}),
    ],
)
def test_the_trail_is_asked_in_many_ways(core: Core, filters: dict[str, str], actions: set[str]) -> None:
    told = {entry.action for entry in found(core, **filters)}
    assert told <= actions if "sign_in" in actions else told == actions


def test_a_request_is_followed_by_its_id(core: Core) -> None:
    (shown,) = found(core, kind="reads", entity="get_provider")
    assert [entry.id for entry in found(core, request_id=shown.request_id)] == [shown.id]
    assert (shown.client, shown.address, shown.channel) == (CLIENT, ADDRESS, "agent")


@pytest.mark.parametrize(
    ("filters", "says", "valid"),
    [
        ({"action": "delete"}, "no action “delete”", "retire"),
        ({"entity": "circiut"}, "Did you mean circuit?", "billing_account"),
        ({"field": "bank_acount"}, "Did you mean bank_account?", "bank_account"),
        ({"field": "xyzzy"}, "No record has a field", "netos://schema"),
    ],
)
def test_a_value_nobody_knows_is_refused_and_the_known_ones_are_named(
    core: Core, filters: dict[str, str], says: str, valid: str
) -> None:
    with pytest.raises(Invalid) as refused:
        found(core, **filters)
    assert says in refused.value.message
    assert valid in str(refused.value.fix)
    assert refused.value.field == next(iter(filters))


def test_a_person_nobody_knows_is_said_to_be_unknown(core: Core) -> None:
    asked = SearchAudit(person="nobody@isp.example")
    page = core.call(search_audit, asked, core.principal("auditor.person@isp.example"), Channel.AGENT)
    assert (page.total, page.hint) == (0, "Nobody here has that e-mail address.")


def test_pages_neither_skip_nor_repeat_and_count_once(core: Core) -> None:
    auditor = core.principal("auditor.person@isp.example")
    page = core.call(search_audit, SearchAudit(limit=3, kind="changes"), auditor, Channel.AGENT)
    total, seen = page.total, [entry.id for entry in page.entries]
    while page.next_cursor:
        asked = SearchAudit(limit=3, kind="changes", cursor=page.next_cursor)
        page = core.call(search_audit, asked, auditor, Channel.AGENT)
        assert page.total == total
        seen += [entry.id for entry in page.entries]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == total


def test_a_cursor_belongs_to_its_filters(core: Core) -> None:
    auditor = core.principal("auditor.person@isp.example")
    page = core.call(search_audit, SearchAudit(limit=1, kind="changes"), auditor, Channel.AGENT)
    with pytest.raises(Invalid, match="does not belong"):
        core.call(search_audit, SearchAudit(limit=1, cursor=page.next_cursor), auditor, Channel.AGENT)


def test_the_known_kinds_and_actions_are_those_there_are(core: Core) -> None:
    tables = {m.class_.__tablename__ for m in Base.registry.mappers if issubclass(m.class_, Entity)}
    assert tables <= set(ENTITIES)
    with core.session() as session:
        rows = session.execute(select(AuditRow.action, AuditRow.entity)).all()
    assert {row.action for row in rows} <= set(ACTIONS)
    assert {row.entity for row in rows} - set(ENTITIES) <= {operation.name for operation in OPERATIONS}


# How it reads


def test_reads_and_sign_ins_are_told_in_words(browser: Browser) -> None:
    reads = text_of(browser.get("/trail?kind=reads"))
    assert re.search(r"Was shown bank account, bank name of PRV-\d+", reads)
    assert f"from {ADDRESS}, {CLIENT}" in reads
    access = text_of(browser.get("/trail?kind=access"))
    assert "Signed in auditor.person@isp.example in the demo" in access
    assert "Signed out noc.person@isp.example everywhere, 0 browsers" in access
    assert re.search(r"Added TOK-\d+ laptop, read, until \d+ \w{3} \d{4}", access)
    assert "T00:" not in access
    assert 'href="/people/noc.person@isp.example"' in browser.get("/trail?kind=access")


def test_who_may_not_see_people_gets_no_link_to_them(core: Core) -> None:
    assert 'href="/people/' not in as_role(core, Role.ENGINEERING).get("/trail?kind=access")


def test_a_role_without_bank_details_is_shown_that_they_changed_and_not_to_what(core: Core) -> None:
    page = as_role(core, Role.ENGINEERING).get("/trail?field=bank_account")
    assert "Bank account withheld" in text_of(page)
    for number in ("123456789", "987654321"):
        assert number not in page


def test_a_chosen_filter_stands_on_its_chip_and_can_be_taken_off(browser: Browser) -> None:
    page = browser.get("/trail?channel=agent&field=mrc")
    assert "Came by: <b>Agent or API</b>" in page
    assert 'href="/trail?field=mrc"' in page
    assert 'value="agent" selected' in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kind=secrets", "changes"),
        ("channel=fax", "page"),
        ("action=delete", "retire"),
        ("entity=nothing", "billing_account"),
        ("colour=red", "request_id"),
        ("since=yesterday", "2026-11-22"),
    ],
)
def test_a_page_asked_for_what_is_not_there_names_what_is(browser: Browser, query: str, says: str) -> None:
    for path in ("/trail", "/trail.csv", "/trail.xlsx"):
        assert says in browser.get(f"{path}?{query}", 400)


def test_who_may_not_read_the_trail_gets_none_of_its_files(core: Core) -> None:
    for path in ("/trail", "/trail.csv", "/trail.xlsx"):
        as_role(core, Role.NOC).get(path, 403)


# Its files


def test_the_files_hold_every_field_of_what_the_page_shows(browser: Browser) -> None:
    lines = list(csv.reader(io.StringIO(browser.get("/trail.csv?ref=CKT-1001").lstrip("\ufeff"))))
    assert tuple(lines[0]) == trail.Row._fields
    told = [trail.Row(*line) for line in lines[1:]]
    (market,) = [row for row in told if row.field == "market" and row.action == "update"]
    assert (market.new, market.agent, market.proposed_by) == ("Chicago", "claude-code", "Noc Person")
    book = openpyxl.load_workbook(io.BytesIO(browser.client.get("/trail.xlsx?ref=CKT-1001").content))
    sheet = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert len(sheet) == len(lines)
    assert sheet[1][0] == lines[1][0], "the moment, to the second"
    assert [row[4] for row in sheet[1:]] == [row.field for row in told]


def test_what_was_shown_reads_as_a_list_in_a_file(browser: Browser) -> None:
    assert '"bank_account, bank_name"' in browser.get("/trail.csv?kind=reads")


def test_a_workbook_that_nobody_could_open_is_refused(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST_IN_A_WORKBOOK", 2)
    page = browser.get("/trail.xlsx", 400)
    assert "a workbook holds 2" in page
    assert "CSV" in page
