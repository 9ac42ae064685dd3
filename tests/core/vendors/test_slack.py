"""Slack over the network: the bot, its threads and its people, the webhook; and Slack's own client on our stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient
from starlette.applications import Starlette

from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    Deferred,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.slack import SlackBot, SlackDirect, SlackHook
from tests.core.vendors.test_smtp import MESSAGE
from tests.standins import slack
from tests.standins.serving import Served, served

DANA = "dana.whitfield@xiber.example"


@pytest.fixture
def app() -> Starlette:
    return slack.make_app()


@pytest.fixture
def state(app: Starlette) -> slack.State:
    found: slack.State = app.state.slack
    return found


@pytest.fixture
def vendor(app: Starlette) -> Iterator[Served]:
    with served(app) as running:
        yield running


Bot = Callable[..., SlackBot]
Hook = Callable[..., SlackHook]


@pytest.fixture
def bot(vendor: Served) -> Iterator[Bot]:
    with contextlib.ExitStack() as opened:

        def make(channel: str | None = slack.CHANNEL, token: str = slack.TOKEN) -> SlackBot:
            made = SlackBot(f"{vendor.url}/api", lambda _: token, channel)
            opened.callback(made.close)
            return made

        yield make


@pytest.fixture
def hook(vendor: Served) -> Iterator[Hook]:
    with contextlib.ExitStack() as opened:

        def make(*urls: str) -> SlackHook:
            kept = [vendor.url + url for url in urls or (slack.HOOK,)]
            made = SlackHook(lambda fresh: kept[-1] if fresh else kept[0])
            opened.callback(made.close)
            return made

        yield make


def test_slacks_own_client_passes_against_the_stand_in(vendor: Served, state: slack.State) -> None:
    client = WebClient(slack.TOKEN, base_url=f"{vendor.url}/api/")
    assert client.auth_test()["team"] == "Xiber"
    first = client.chat_postMessage(channel="#renewals", text="One", blocks=[])
    client.chat_postMessage(channel=slack.CHANNEL, text="Two", thread_ts=first["ts"])
    assert [(one.text, one.thread_ts) for one in state.posted] == [("One", None), ("Two", first["ts"])]
    member = client.users_lookupByEmail(email=DANA)["user"]["id"]
    assert client.chat_postMessage(channel=member, text="To you")["channel"] == "U0DANA"
    for channel, error in (("C0NONE", "channel_not_found"), ("C0OLD", "is_archived"), ("C0OUTSIDE", "not_in_channel")):
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel=channel, text="x")
        assert refusal.value.response["error"] == error
    with pytest.raises(SlackApiError, match="users_not_found"):
        client.users_lookupByEmail(email="nobody@xiber.example")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient("xoxb-other", base_url=f"{vendor.url}/api/").auth_test()
    answer = WebhookClient(vendor.url + slack.HOOK).send(text="By the hook")
    assert (answer.status_code, answer.body) == (200, "ok")
    gone = WebhookClient(f"{vendor.url}/services/T0/B0/other").send(text="x")
    assert (gone.status_code, gone.body) == (404, "no_service")


def test_a_notice_is_posted_and_the_next_one_joins_its_thread(bot: Bot, state: slack.State, vendor: Served) -> None:
    ts = bot().send(MESSAGE)
    bot().send(replace(MESSAGE, title="CTR-1042 is overdue", thread=ts))
    first, second = state.posted
    assert (first.channel, first.thread_ts, second.thread_ts) == (slack.CHANNEL, None, first.ts)
    assert first.text == MESSAGE.title
    assert first.blocks[0]["text"]["text"] == f"*<{MESSAGE.link}|{MESSAGE.title}>*"
    assert first.blocks[1]["text"] == {"type": "plain_text", "text": MESSAGE.body, "emoji": False}
    assert vendor.requests[0].headers["authorization"] == f"Bearer {slack.TOKEN}"


def test_a_possible_repeat_says_so(bot: Bot, state: slack.State) -> None:
    bot().send(replace(MESSAGE, repeat=True))
    (posted,) = state.posted
    assert posted.text.startswith("(May be a repeat) CTR-1042")
    assert "may be a repeat" in posted.blocks[-1]["elements"][0]["text"]


def test_what_people_wrote_becomes_no_mention_no_link_and_nothing_too_long(bot: Bot, state: slack.State) -> None:
    bot().send(replace(MESSAGE, title="<!channel> & <http://evil|x>" + "y" * 999, body="z" * 9999))
    (posted,) = state.posted
    assert posted.text.startswith("&lt;!channel&gt; &amp; &lt;http://evil|x&gt;yyy")
    assert "<!channel>" not in str(posted.blocks)


def test_a_person_is_found_by_mail_address_once(bot: Bot, state: slack.State, vendor: Served) -> None:
    direct = SlackDirect(bot(None))
    for _ in range(2):
        direct.send(replace(MESSAGE, recipient=DANA))
    assert [one.channel for one in state.posted] == ["U0DANA", "U0DANA"]
    assert [one.path for one in vendor.requests].count("/api/users.lookupByEmail") == 1
    with pytest.raises(Rejected, match="knows nobody"):
        direct.send(replace(MESSAGE, recipient="nobody@xiber.example"))
    assert direct.check() == "It knows our bot."


@pytest.mark.parametrize(
    ("error", "kind", "setting"),
    [
        ("invalid_auth", CredentialsInvalid, "NETOS_SLACK_BOT_TOKEN"),
        ("token_revoked", CredentialsInvalid, "NETOS_SLACK_BOT_TOKEN"),
        ("token_expired", CredentialsInvalid, "NETOS_SLACK_BOT_TOKEN"),
        ("account_inactive", CredentialsInvalid, "NETOS_SLACK_BOT_TOKEN"),
        ("missing_scope", PermissionDenied, "NETOS_SLACK_BOT_TOKEN"),
        ("not_in_channel", PermissionDenied, "NETOS_SLACK_CHANNEL"),
        ("channel_not_found", Rejected, None),
        ("is_archived", Rejected, None),
        ("msg_too_long", Rejected, None),
        ("msg_blocks_too_long", Rejected, None),
        ("ratelimited", RateLimited, None),
        ("internal_error", VendorUnavailable, None),
        ("fatal_error", VendorUnavailable, None),
        ("never heard of it", Deferred, None),
    ],
)
def test_an_ok_that_is_none_is_sorted(
    bot: Bot, vendor: Served, error: str, kind: type[VendorError], setting: str | None
) -> None:
    vendor.fail(200, times=2, body={"ok": False, "error": error})
    with pytest.raises(kind) as refusal:
        bot().send(MESSAGE)
    assert type(refusal.value) is kind
    assert refusal.value.setting == setting
    assert refusal.value.maybe_done is (kind is VendorUnavailable)
    assert "never heard" not in str(refusal.value.as_dict())


def test_where_it_asks_us_to_wait_it_is_heard_and_not_asked_again(bot: Bot, vendor: Served) -> None:
    vendor.fail(429, times=9, retry_after=17, body={"ok": False, "error": "ratelimited"})
    with pytest.raises(RateLimited) as refusal:
        bot().send(MESSAGE)
    assert refusal.value.retry_after == 17
    assert not refusal.value.maybe_done
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(("status", "maybe_done"), [(500, True), (502, True), (503, False), (504, True)])
def test_a_server_that_breaks_may_have_posted(bot: Bot, vendor: Served, status: int, maybe_done: bool) -> None:
    vendor.fail(status, times=9)
    with pytest.raises(VendorUnavailable) as refusal:
        bot().send(MESSAGE)
    assert refusal.value.maybe_done is maybe_done
    assert len(vendor.requests) == 1, "what may have been posted is not posted again without saying so"


def test_silence_may_have_posted_and_an_absent_server_has_not(
    bot: Bot, vendor: Served, state: slack.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netos_core.vendors.http.READ_SECONDS", 0.2)
    silent = SlackBot(f"{vendor.url}/api", lambda _: slack.TOKEN, slack.CHANNEL)
    silent._http._read_seconds = 0.2
    vendor.fail(delay=5)
    with contextlib.closing(silent), pytest.raises(VendorUnavailable) as refusal:
        silent.send(MESSAGE)
    assert refusal.value.maybe_done
    absent = SlackBot("http://127.0.0.1:9/api", lambda _: slack.TOKEN, slack.CHANNEL)
    with contextlib.closing(absent), pytest.raises(VendorUnavailable) as refusal:
        absent.send(MESSAGE)
    assert not refusal.value.maybe_done


def test_a_rotated_token_heals_itself(vendor: Served, state: slack.State) -> None:
    kept = {False: "xoxb-old", True: slack.TOKEN}
    with contextlib.closing(SlackBot(f"{vendor.url}/api", kept.__getitem__, slack.CHANNEL)) as rotated:
        rotated.send(MESSAGE)
    assert len(state.posted) == 1


@pytest.mark.parametrize("body", ["no json", [], {"ok": True}, {"ok": True, "ts": 5}])
def test_another_shape_is_refused_and_may_have_posted(bot: Bot, vendor: Served, body: Any) -> None:
    vendor.fail(200, body=body)
    with pytest.raises(BadResponse) as refusal:
        bot().send(MESSAGE)
    assert refusal.value.maybe_done


def test_a_webhook_takes_the_same_message(hook: Hook, state: slack.State) -> None:
    hook().send(replace(MESSAGE, thread="1.2"))
    (posted,) = state.posted
    assert (posted.text, posted.thread_ts) == (MESSAGE.title, None)


def test_a_webhook_is_asked_without_posting(hook: Hook, state: slack.State) -> None:
    assert hook().check() == "The webhook is there."
    assert state.posted == []
    with pytest.raises(CredentialsInvalid) as refusal:
        hook("/services/T0/B0/gone").check()
    assert refusal.value.setting == "NETOS_SLACK_WEBHOOK_URL"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, "invalid_payload", Rejected),
        (403, "action_prohibited", CredentialsInvalid),
        (404, "no_service", CredentialsInvalid),
        (410, "channel_is_archived", CredentialsInvalid),
        (429, "", RateLimited),
        (500, "rollup_error", VendorUnavailable),
    ],
)
def test_what_a_webhook_says_no_with_is_sorted(
    hook: Hook, vendor: Served, status: int, body: str, kind: type[VendorError]
) -> None:
    vendor.fail(status, times=9, body=body)
    with pytest.raises(kind) as refusal:
        hook().send(MESSAGE)
    assert "/services/" not in str(refusal.value.as_dict())


def test_a_replaced_webhook_heals_itself(hook: Hook, state: slack.State) -> None:
    hook("/services/T0/B0/gone", slack.HOOK).send(MESSAGE)
    assert len(state.posted) == 1


def test_a_webhook_that_is_no_address_names_the_setting() -> None:
    with pytest.raises(CredentialsInvalid):
        SlackHook(lambda _: "not an address").send(MESSAGE)
