"""The outbox against every system it sends to: once each, through outages, limits, refusals and rotated secrets."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.notices import queries
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import Notice, prefer, tell
from netos_core.notices.rules.kinds import Way
from netos_core.notices.rules.wishes import Preferences, Timing, Wish
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.integrations import integrations
from netos_core.runtime.post import Post
from netos_core.runtime.settings import Settings, load_settings
from netos_core.work.systems import standings
from tests.core.notices.outbox import RENEWAL
from tests.factories import make_ctx, make_person
from tests.standins import monday, slack, teams, vault
from tests.standins.mail import ENCODED, Mailbox, mail_server
from tests.standins.serving import Served, served

BOARDS = {"renewal": {"board": monday.BOARD, "key": "text1", "date": "date4", "link": "link1"}}
ROOMS = ("slack", "teams", "monday")


@dataclass
class Clock:
    """What time it is, for a day that is over in a moment."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Outside:
    """Every system notices go to, and an installation that knows them."""

    core: Core
    home: Home
    clock: Clock
    post: Post
    mail: Mailbox
    slack: Served
    teams: Served
    monday: Served
    posted: slack.State
    cards: teams.State
    items: monday.State

    def tell(self, notice: Notice = RENEWAL, *roles: Role) -> None:
        with self.core.session() as session:
            ctx = replace(make_ctx(session, Role.ADMIN, policy=self.core.policy), now=self.clock.now)
            tell(ctx, notice, [make_person(session, role) for role in roles or (Role.FINANCE,)])

    def deliver(self, *ways: Way) -> int:
        return sum(self.post.deliver(way) for way in ways or self.post.busy())

    def restart(self) -> None:
        """End the process and start another, as far as the outbox is concerned."""
        self.post.close()
        self.post = Post(self.core, self.home, clock=self.clock)
        self.post.begin()

    def rows(self, channel: str | None = None) -> list[OutboxMessage]:
        with self.core.session() as session:
            query = select(OutboxMessage).order_by(OutboxMessage.id)
            return list(session.scalars(query if channel is None else query.where(OutboxMessage.channel == channel)))

    def states(self) -> dict[str, str]:
        return {row.channel: row.state for row in self.rows() if row.kind == "renewal"}

    def everything_is_down(self) -> None:
        self.mail.text_answer = "452 4.3.1 No room"
        for one in (self.slack, self.teams, self.monday):
            one.fail(503, times=10**6)

    def everything_is_up(self) -> None:
        self.mail.text_answer = None
        for one in (self.slack, self.teams, self.monday):
            one.forget()


@contextlib.contextmanager
def installation(url: str, tmp_path: Path, **chosen: Any) -> Iterator[Outside]:
    apps = {"slack": slack.make_app(), "teams": teams.make_app(), "monday": monday.make_app()}
    with contextlib.ExitStack() as opened:
        mail = opened.enter_context(mail_server(sign_in=True))
        running = {name: opened.enter_context(served(app)) for name, app in apps.items()}
        settings: dict[str, Any] = {
            "database_url": url,
            "home": tmp_path,
            "smtp_url": mail.url,
            "slack_bot_token": slack.TOKEN,
            "slack_channel": slack.CHANNEL,
            "slack_base_url": f"{running['slack'].url}/api",
            "teams_workflow_url": f"{running['teams'].url}{teams.PATH}?sig={teams.SIGNATURE}",
            "monday_token": monday.TOKEN,
            "monday_url": f"{running['monday'].url}/v2",
            "monday_boards": BOARDS,
        }
        core = Core(Settings(**settings | chosen))
        with core.session() as session:
            for role in Role:
                make_person(session, role)
        home, clock = open_home(tmp_path), Clock()
        outside = Outside(
            core=core, home=home, clock=clock, post=Post(core, home, clock=clock), mail=mail, **running,
            posted=apps["slack"].state.slack, cards=apps["teams"].state.teams, items=apps["monday"].state.monday,
        )  # fmt: skip
        yield outside
        outside.post.close()
        core.close()


@pytest.fixture
def outside(fresh_db: str, tmp_path: Path) -> Iterator[Outside]:
    with installation(fresh_db, tmp_path) as made:
        yield made


def test_a_notice_goes_out_once_by_every_way(outside: Outside) -> None:
    outside.tell(RENEWAL, Role.FINANCE, Role.NOC)
    assert outside.deliver() == 5
    assert outside.deliver() == 0
    assert {one["To"]: "$1,234.50" in one.get_content() for one in outside.mail.mails} == {
        "finance.person@isp.example": True,
        "noc.person@isp.example": False,
    }
    assert [one.text for one in outside.posted.posted] == ["CTR-1042 is critical"]
    assert len(outside.cards.posted) == 1
    assert outside.items.items[0].values["date4"] == {"date": "2026-12-31"}
    everything = json.dumps([vars(one) for one in outside.posted.posted]) + json.dumps(outside.cards.posted)
    assert "$1" not in everything, "nobody has said that all may read amounts there"
    assert {row.state for row in outside.rows()} == {"delivered"}


def test_where_everybody_may_read_amounts_they_are_told(fresh_db: str, tmp_path: Path) -> None:
    with installation(fresh_db, tmp_path, notices_with_money="slack") as outside:
        outside.tell()
        outside.deliver()
        assert "$1,234.50" in json.dumps(outside.posted.posted[0].blocks)
        assert "$1" not in json.dumps(outside.cards.posted)


def test_a_person_who_wants_it_is_written_to_in_slack(outside: Outside) -> None:
    outside.posted.members["finance.person@isp.example"] = "U0FIN"
    with outside.core.session() as session:
        finance, sales = make_person(session, Role.FINANCE), make_person(session, Role.SALES)
        for person in (finance, sales):
            prefer(make_ctx(session, Role.ADMIN), person.id, Preferences({"renewal": Wish((Way.DIRECT,))}))
    outside.tell(RENEWAL, Role.FINANCE, Role.SALES)
    outside.deliver()
    assert "U0FIN" in {one.channel for one in outside.posted.posted}
    outside.deliver()
    assert [one["To"] for one in outside.mail.mails] == ["sales.person@isp.example"], "Slack does not know her"


def test_a_day_without_any_system_loses_nothing_and_doubles_nothing(outside: Outside) -> None:
    outside.everything_is_down()
    for hour in range(24):
        outside.tell(replace(RENEWAL, key=f"renewal:CTR-{hour}", about=f"CTR-{hour}"))
        for _ in range(4):
            outside.deliver()
            outside.clock.forward(minutes=15)
    assert {row.state for row in outside.rows()} == {"waiting"}
    asked = len(outside.slack.requests)
    assert 24 <= asked <= 40, "a system that is away is asked about once an hour, not once for each message"
    outside.everything_is_up()
    for _ in range(70):
        outside.clock.forward(minutes=1)
        outside.deliver()
    assert {row.state for row in outside.rows()} == {"delivered"}
    wanted = {f"renewal:CTR-{hour}" for hour in range(24)}
    assert len(outside.mail.mails) == len(outside.cards.posted) == 24
    assert len({one["Message-ID"] for one in outside.mail.mails}) == 24
    assert sorted(item.values["text1"] for item in outside.items.items) == sorted(f"{key}:monday" for key in wanted)
    assert len(outside.posted.posted) == 24
    assert not [one for one in outside.posted.posted if "repeat" in one.text], "503 says that nothing was done"


def test_one_way_in_trouble_holds_up_no_other(outside: Outside) -> None:
    outside.slack.fail(503, times=9)
    outside.tell()
    outside.deliver()
    assert outside.states() == {"mail": "delivered", "slack": "waiting", "teams": "delivered", "monday": "delivered"}
    with outside.core.session() as session:
        assert [rest.channel for rest in queries.rests(session)] == ["slack"]


def test_a_system_that_asks_us_to_wait_is_left_alone_so_long(outside: Outside) -> None:
    outside.slack.fail(429, retry_after=40)
    for number in range(3):
        outside.tell(replace(RENEWAL, key=f"renewal:{number}", about=f"CTR-{number}"))
    outside.deliver(Way.SLACK)
    assert len(outside.slack.requests) == 1
    outside.clock.forward(seconds=39)
    outside.deliver(Way.SLACK)
    assert len(outside.slack.requests) == 1
    outside.clock.forward(seconds=1)
    outside.deliver(Way.SLACK)
    assert len(outside.posted.posted) == 3
    assert not [one for one in outside.posted.posted if "repeat" in one.text]


def test_what_may_have_been_posted_is_posted_again_and_says_so(outside: Outside) -> None:
    outside.slack.fail(500)
    outside.monday.fail(504)
    outside.tell()
    outside.deliver()
    outside.clock.forward(minutes=1)
    outside.deliver()
    assert outside.posted.posted[0].text.startswith("(May be a repeat)")
    assert len(outside.items.items) == 1


def standing(outside: Outside) -> dict[str, str]:
    with outside.core.session() as session:
        return {one.system: one.state for one in standings(session)}


def credentials_told(outside: Outside) -> list[OutboxMessage]:
    return [row for row in outside.rows("mail") if row.kind == "credentials_invalid"]


def test_a_refused_credential_stops_its_way_and_the_admins_are_told_once(outside: Outside) -> None:
    outside.posted.tokens.clear()
    for number in range(5):
        outside.tell(replace(RENEWAL, key=f"renewal:{number}"))
    outside.deliver(Way.SLACK)
    asked = len(outside.slack.requests)
    for _ in range(3):
        outside.clock.forward(minutes=10)
        outside.deliver(Way.SLACK)
    assert len(outside.slack.requests) == asked <= 2, "no token is tried over and over"
    assert standing(outside)["Slack"] == "credentials_invalid"
    (told,) = credentials_told(outside)
    assert (told.recipient, told.title) == ("admin.person@isp.example", "Slack refuses NetOS")
    outside.clock.forward(hours=1)
    outside.deliver(Way.SLACK)
    assert len(credentials_told(outside)) == 1
    outside.posted.tokens.add(slack.TOKEN)  # corrected there, and a setting takes a new start
    outside.restart()
    outside.deliver(Way.SLACK)
    assert len(outside.posted.posted) == 5, "and nothing about a refusal that is over"
    assert standing(outside)["Slack"] == "ok"


def test_the_check_of_the_integrations_sets_a_way_going_again(outside: Outside) -> None:
    kept = outside.mail.url
    outside.mail.sign_in_answer = "535 5.7.8 Authentication failed"
    outside.tell()
    outside.deliver(Way.MAIL)
    assert standing(outside)["Mail server"] == "credentials_invalid"
    told = {one.system: one for one in integrations(outside.core)}
    assert (told["Mail server"].mode, told["Mail server"].holds) == ("real", False)
    assert "NETOS_SMTP_URL" in str(told["Mail server"].fix)
    assert ENCODED not in str(told)
    outside.mail.sign_in_answer = None
    assert outside.mail.url == kept
    told = {one.system: one for one in integrations(outside.core)}
    assert told["Mail server"].holds
    assert {name: one.mode for name, one in told.items() if name in {"Slack", "Teams", "Monday.com"}} == {
        "Slack": "real", "Teams": "real", "Monday.com": "real",
    }  # fmt: skip
    outside.clock.forward(minutes=1)
    outside.deliver(Way.MAIL)
    assert outside.mail.mails[0]["To"] == "finance.person@isp.example"


def test_a_rotated_secret_sets_a_way_going_again_by_itself(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, app = vault.make_app(), slack.make_app()
    with served(kept) as secrets, served(app) as running:
        state: vault.State = kept.state.vault
        state.put("netos/slack", token="xoxb-revoked")
        for name, value in {
            "NETOS_DATABASE_URL": fresh_db, "NETOS_HOME": str(tmp_path), "NETOS_SLACK_CHANNEL": slack.CHANNEL,
            "NETOS_SLACK_BASE_URL": f"{running.url}/api", "NETOS_SLACK_BOT_TOKEN": "vault:netos/slack#token",
            "NETOS_VAULT_ADDR": secrets.url, "NETOS_VAULT_ROLE_ID": vault.ROLE_ID,
            "NETOS_VAULT_SECRET_ID": vault.SECRET_ID,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("netos_core.runtime.post.LOOK_EVERY_SECONDS", 0.0)
        core = Core(load_settings())
        with contextlib.closing(core), contextlib.closing(Post(core, open_home(tmp_path))) as post:
            with core.session() as session:
                tell(make_ctx(session, Role.ADMIN, policy=core.policy, now=utc_now()), RENEWAL, [])
            assert post.deliver(Way.SLACK) == 0
            asked = len(running.requests)
            assert post.deliver(Way.SLACK) == 0
            assert len(running.requests) == asked, "the same token is not tried again"
            state.put("netos/slack", token=slack.TOKEN)
            assert Way.SLACK in post.busy()
            assert post.deliver(Way.SLACK) >= 1
        assert RENEWAL.title in [one.text for one in app.state.slack.posted]


def test_what_is_refused_for_good_is_dead_in_sight_and_the_rest_goes_on(outside: Outside) -> None:
    outside.mail.refused["finance.person@isp.example"] = "550 5.1.1 No such user"
    outside.tell(RENEWAL, Role.FINANCE, Role.EXEC)
    outside.deliver(Way.MAIL)
    dead, sent = outside.rows("mail")
    assert (dead.state, sent.state) == ("dead", "delivered")
    assert dead.error == (
        "The mail server refuses the address (550). Correct the person's address in the directory, then send it again."
    )
    with outside.core.session() as session:
        assert queries.refused_address(session, "finance.person@isp.example") is not None
        assert queries.rests(session) == []


def test_a_way_that_is_no_longer_set_up_keeps_what_waits_for_it(fresh_db: str, tmp_path: Path) -> None:
    with installation(fresh_db, tmp_path) as outside:
        outside.tell()
        bare = Core(Settings(database_url=fresh_db, home=tmp_path))
        with contextlib.closing(bare), contextlib.closing(Post(bare, outside.home, clock=outside.clock)) as post:
            assert sum(post.deliver(way) for way in post.busy()) == 1
        files = [file.name for file in (tmp_path / "outbox").iterdir()]
        assert [name.endswith("+mail.eml") for name in files] == [True], "mail has its own way without a server"
        outside.clock.forward(hours=2)
        outside.deliver()
        assert outside.states() == dict.fromkeys(("mail", *ROOMS), "delivered")


def test_a_folder_nobody_can_write_is_waited_for(fresh_db: str, tmp_path: Path) -> None:
    core = Core(Settings(database_url=fresh_db, home=tmp_path))
    clock = Clock()
    with contextlib.closing(core), contextlib.closing(Post(core, open_home(tmp_path), clock=clock)) as post:
        with core.session() as session:
            tell(make_ctx(session, Role.ADMIN, now=clock.now), RENEWAL, [make_person(session, Role.FINANCE)])
        (tmp_path / "outbox").rmdir()
        assert post.deliver(Way.MAIL) == 0
        with core.session() as session:
            assert "can not be written" in str(session.scalar(select(OutboxMessage.error)))
        (tmp_path / "outbox").mkdir()
        clock.forward(minutes=1)
        assert post.deliver(Way.MAIL) == 1


def test_a_text_of_ours_that_is_broken_is_dead_at_once(outside: Outside) -> None:
    outside.tell(replace(RENEWAL, values={}))
    outside.deliver(Way.MAIL)
    (row,) = outside.rows("mail")
    assert (row.state, row.error) == ("dead", "Its text can not be written: UndefinedError. Report it to us.")


def test_a_bug_in_sending_stops_nothing_and_the_message_counts_as_maybe_sent(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netos_core.vendors.slack.SlackBot.send", lambda *_: 1 / 0)
    outside.tell()
    outside.deliver(Way.SLACK)
    (row,) = outside.rows("slack")
    assert (row.state, row.repeat) == ("waiting", True)
    assert "ZeroDivisionError" in str(row.error)


def test_two_rounds_of_one_process_do_not_overlap(outside: Outside) -> None:
    outside.tell()
    with outside.post._turns[Way.MAIL]:
        assert outside.deliver(Way.MAIL) == 0
    assert outside.deliver(Way.MAIL) == 1


def test_the_digest_is_written_by_the_worker_and_goes_out(outside: Outside) -> None:
    with outside.core.session() as session:
        ctx = make_ctx(session, Role.ADMIN)
        wishes = Preferences({"renewal": Wish((Way.MAIL,), Timing.DIGEST)})
        prefer(ctx, make_person(session, Role.FINANCE).id, replace(wishes, digest_at=datetime.min.time()))
    outside.tell()
    outside.deliver()
    assert outside.mail.mails == []
    assert outside.post.gather() == 1
    outside.deliver()
    (mail,) = outside.mail.mails
    assert mail["Subject"] == "1 notice of NetOS"
    assert f"{outside.core.settings.url}/contracts/CTR-1042" in mail.get_content()


def test_the_stand_ins_show_a_person_what_came(outside: Outside) -> None:
    outside.tell()
    outside.deliver()
    with httpx2.Client() as browser:
        assert browser.get(f"{outside.slack.url}/__posted").json()[0]["text"] == "CTR-1042 is critical"
        assert browser.get(f"{outside.monday.url}/__items").json()[0]["name"] == "CTR-1042 is critical"
        assert len(browser.get(f"{outside.teams.url}/__posted").json()) == 1


def test_nothing_is_told_of_a_credential(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    outside.everything_is_down()
    outside.tell()
    outside.deliver()
    outside.everything_is_up()
    outside.clock.forward(hours=1)
    outside.deliver()
    told = " ".join(str(record.__dict__) for record in caplog.records) + str([vars(row) for row in outside.rows()])
    for secret in (slack.TOKEN, monday.TOKEN, teams.SIGNATURE + "'", ENCODED, "p@ss:word"):
        assert secret not in told
