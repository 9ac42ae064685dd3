"""The notice centre and the page on which people set how they are told."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import openpyxl
import pytest

from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Room
from netos_core.notices import sending
from netos_core.notices.records import tell
from netos_core.notices.rules.delivery import Outcome, Verdict
from netos_core.notices.rules.kinds import Way
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.notices.outbox import DECIDED, RENEWAL
from tests.factories import POLICY, make_ctx, make_person
from tests.web.conftest import Browser, as_role, sign_in
from tests.web.test_pages import bones

ROOM = Room("slack", "#renewals", frozenset({"renewal"}))


@pytest.fixture
def told(core: Core) -> Core:
    """Finance was told of a renewal and of a decision, the NOC and a Slack channel of the renewal."""
    with core.session() as session:
        ctx = make_ctx(session, Role.ADMIN, policy=replace(POLICY, rooms=(ROOM,)), now=utc_now())
        finance, noc = make_person(session, Role.FINANCE), make_person(session, Role.NOC)
        tell(ctx, RENEWAL, [finance, noc])
        tell(ctx, DECIDED, [finance])
    return core


def fail(core: Core, way: Way, outcome: Outcome, *, every: bool = True) -> None:
    """Let the messages of a way come to nothing."""
    while True:
        with core.session() as session:
            letter = sending.claim(session, way, utc_now(), core.policy.zone)
            if letter is None:
                return
            sending.settle(session, letter, outcome, utc_now())
        if not every:
            return


REFUSED = Outcome(Verdict.REFUSED, "The mail server refuses the address (550). Correct it in the directory.")
SHUT = Outcome(Verdict.SHUT, "Slack does not accept the token of our bot. Correct NETOS_SLACK_BOT_TOKEN.")


def refs(page: str) -> list[str]:
    return re.findall(r'<a href="/notices/(NTC-\d+)">', page)


def test_each_sees_their_own_notices_and_an_admin_all(told: Core) -> None:
    finance = as_role(told, Role.FINANCE).get("/notices")
    assert "2 notices." in finance
    assert len(refs(finance)) == 2
    admin = as_role(told, Role.ADMIN).get("/notices")
    assert "4 notices." in admin
    assert "#renewals" in admin
    assert 'href="/me/notices"' in admin
    assert re.search(r'href="/notices"[^>]*aria-current="page"', admin)
    assert "No notice yet" in as_role(told, Role.SALES).get("/notices")


def test_a_notice_shows_its_text_and_what_it_is_about(told: Core) -> None:
    browser = as_role(told, Role.FINANCE)
    (ref,) = refs(browser.get("/notices?kind=renewal"))
    page = browser.get(f"/notices/{ref}")
    assert "$1,234.50 a month" in page
    assert 'href="/contracts/CTR-1042"' in page
    noc = as_role(told, Role.NOC)
    noc.get(f"/notices/{ref}", 404)
    (own,) = refs(noc.get("/notices"))
    assert "$" not in noc.get(f"/notices/{own}")


def test_a_dead_one_says_why_and_is_sent_again_from_its_page(told: Core) -> None:
    fail(told, Way.MAIL, REFUSED)
    admin = as_role(told, Role.ADMIN)
    page = admin.get("/notices?state=dead")
    assert "Not delivered" in page
    assert "The mail server refuses the address" in page
    assert re.search(r'href="/notices".*?class="count hot">3', page, re.DOTALL)
    ref = refs(page)[0]
    assert "Send it again" in admin.get(f"/notices/{ref}")
    where = admin.where("/notices/send", {"ref": ref})
    assert where == f"/notices/{ref}?said=again"
    assert "tried again within seconds" in admin.get(where)
    assert "Send it again" not in admin.get(f"/notices/{ref}")
    trail = as_role(told, Role.AUDITOR).get(f"/trail?ref={ref}")
    assert "Sent again" in trail
    assert "1 notice, mail" in trail


def test_all_dead_ones_of_a_way_are_sent_again_at_once(told: Core) -> None:
    fail(told, Way.MAIL, REFUSED)
    admin = as_role(told, Role.ADMIN)
    assert "Send 3 notices again" in admin.get("/notices")
    assert admin.where("/notices/send", {"channel": "mail"}) == "/notices?channel=mail"
    assert "Send 3 notices again" not in admin.get("/notices")


def test_who_does_not_run_netos_sends_nothing_again(told: Core) -> None:
    fail(told, Way.MAIL, REFUSED)
    finance = as_role(told, Role.FINANCE)
    page = finance.get("/notices")
    assert "Send " not in page
    assert 'class="count hot">2' not in page
    finance.post("/notices/send", {"ref": refs(page)[0]}, 403)
    as_role(told, Role.ADMIN).post("/notices/send", {}, 400)


def test_a_stopped_way_says_why_and_how_many_wait(told: Core) -> None:
    fail(told, Way.SLACK, SHUT, every=False)
    page = as_role(told, Role.ADMIN).get("/notices")
    assert "Slack channel is stopped: Slack does not accept the token of our bot." in page
    assert "1 notice waiting" in page
    assert "is stopped" not in as_role(told, Role.FINANCE).get("/notices")


def test_the_list_filters_saves_views_and_exports(told: Core) -> None:
    finance = as_role(told, Role.FINANCE)
    assert len(refs(finance.get("/notices?about=CTR-1042"))) == 1
    assert "No notice matches" in finance.get("/notices?state=dead")
    finance.get("/notices?state=lost", 400)
    assert "There is no filter “colour”" in finance.get("/notices?colour=red", 400)
    lines = finance.get("/notices.csv").splitlines()
    assert len(lines) == 3
    assert "money" not in lines[0]
    book = openpyxl.load_workbook(io.BytesIO(finance.client.get("/notices.xlsx").content))
    assert next(book.active.rows)[0].value == "Ref"
    saved = {"path": "/notices", "query": "state=dead", "name": "Lost"}
    assert finance.where("/views", saved) == "/notices?state=dead"
    assert ">Lost<" in finance.get("/notices")


def ticks(page: str) -> dict[str, list[str]]:
    """Read which ways are ticked for each kind."""
    found: dict[str, list[str]] = {}
    for kind, way, checked in re.findall(r'name="(\w+)" value="(mail|slack_direct)"( checked)?>', page):
        found.setdefault(kind, [])
        found[kind] += [way] if checked else []
    return found


def test_somebody_sets_how_they_are_told(core: Core) -> None:
    browser = as_role(core, Role.FINANCE)
    first = ticks(browser.get("/me/notices"))
    assert set(map(tuple, first.values())) == {("mail",)}
    wanted = {"decided": "mail", "when.decided": "digest", "approval": "mail", "trail_broken": "mail",
              "credentials_invalid": "mail", "quiet_from": "20:00", "quiet_until": "07:00",
              "digest_at": "16:30"}  # fmt: skip
    assert browser.where("/me/notices", wanted) == "/me/notices?said=saved"
    page = browser.get("/me/notices?said=saved")
    assert "Saved." in page
    assert ticks(page)["renewal"] == []
    assert re.search(r'name="when.decided">.*?value="digest" selected', page)
    assert 'value="20:00"' in page
    assert 'value="16:30"' in page
    assert "In Slack" not in page


def test_slack_is_offered_where_a_bot_is_set_up(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db, demo=True, slack_bot_token="xoxb-netos"))
    with core.session() as session:
        make_person(session, Role.SALES)
    page = as_role(core, Role.SALES).get("/me/notices")
    assert ticks(page)["renewal"] == ["mail"]
    assert 'value="slack_direct"' in page
    core.close()


def test_an_admin_sets_it_for_somebody_and_others_do_not(core: Core) -> None:
    admin = as_role(core, Role.ADMIN)
    page = admin.get("/me/notices?email=sales.person@isp.example")
    assert "How Sales Person is told" in page
    sent = {"email": "sales.person@isp.example", "decided": "mail", "trail_broken": "mail",
            "credentials_invalid": "mail", "digest_at": "08:00"}  # fmt: skip
    assert "email=sales.person" in admin.where("/me/notices", sent)
    assert ticks(as_role(core, Role.SALES).get("/me/notices"))["renewal"] == []
    assert "sales.person@isp.example" in as_role(core, Role.AUDITOR).get("/trail?entity=notice_preference")
    as_role(core, Role.NOC).get("/me/notices?email=sales.person@isp.example", 403)


@pytest.mark.parametrize(
    ("fields", "told_so"),
    [
        ({"quiet_from": "20:00", "digest_at": "07:00"}, "Quiet hours have a beginning and an end."),
        ({"digest_at": ""}, "digest_at"),
        ({"digest_at": "noon"}, "digest_at"),
        ({"digest_at": "07:00", "renewal": "pigeon"}, "wishes"),
    ],
)
def test_what_can_not_be_is_refused_in_words(core: Core, fields: dict[str, str], told_so: str) -> None:
    sent = {"trail_broken": "mail", "credentials_invalid": "mail", **fields}
    assert told_so in as_role(core, Role.SALES).post("/me/notices", sent, 400)


def test_the_pages_have_the_bones_of_accessible_ones(told: Core) -> None:
    fail(told, Way.MAIL, REFUSED)
    admin: Browser = sign_in(told, "admin.person@isp.example")
    for path in ("/notices", f"/notices/{refs(admin.get('/notices'))[0]}", "/me/notices"):
        page = bones(admin.get(path))
        assert page.headings == 1, path
        assert page.unsafe == [], path
        assert len(page.ids) == len(set(page.ids)), path
        for entry in page.inputs:
            wrapped = entry.get("type") in {"checkbox", "radio"}
            assert entry.get("id") in page.labelled or entry.get("aria-label") or wrapped, (path, entry)
