"""Slack: an incoming webhook, or a bot that posts into a channel and to single people and keeps threads together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from netos_core.notices.channels import REPEATED, Message
from netos_core.vendors.errors import (
    CredentialsInvalid,
    Deferred,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.http import Reply, VendorHttp

SYSTEM = "Slack"
DIRECT_SYSTEM = "Slack direct messages"
TOKEN_SETTING = "NETOS_SLACK_BOT_TOKEN"  # noqa: S105 - the name of a setting
HOOK_SETTING = "NETOS_SLACK_WEBHOOK_URL"
CHANNEL_SETTING = "NETOS_SLACK_CHANNEL"
MOST_OF_A_BODY = 2800  # a section takes 3,000 characters
MOST_OF_A_TITLE = 250
MOST_BYTES = 1 << 20
MOST_REMEMBERED = 5000

REFUSED_CREDENTIAL = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
NOT_ALLOWED: Mapping[str, str] = {
    "not_in_channel": "Invite the bot into the channel.",
    "missing_scope": "Give the app the scopes docs/notices.md names, and install it again.",
    "no_permission": "Give the app the scopes docs/notices.md names, and install it again.",
    "not_allowed_token_type": f"Put a bot token (xoxb-…) into {TOKEN_SETTING}.",
    "access_denied": "Ask who runs the Slack workspace.",
    "ekm_access_denied": "Ask who runs the Slack workspace.",
    "org_login_required": "Ask who runs the Slack workspace.",
    "restricted_action": "Ask who runs the Slack workspace to let the bot post there.",
}
REFUSED_MESSAGE: Mapping[str, str] = {
    "channel_not_found": f"Slack has no such channel: correct {CHANNEL_SETTING}, then send it again.",
    "is_archived": f"The channel is archived: name another in {CHANNEL_SETTING}, then send it again.",
    "users_not_found": "Slack knows nobody with that address.",
    "user_not_found": "Slack knows nobody with that address.",
    "msg_too_long": "Slack takes no message of this length.",
    "msg_blocks_too_long": "Slack takes no message of this length.",
    "no_text": "Slack takes no message without text.",
    "invalid_blocks": "Slack does not take the message as it is.",
}
BUSY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
HOOK_GONE = frozenset({403, 404, 410})
HOOK_ALIVE = frozenset({"no_text", "invalid_payload"})
"""What a webhook says to an empty message: it is there, and nothing was posted."""

Secret = Callable[[bool], str]


class SlackHook:
    """An incoming webhook: its address is its credential, and it can not thread.

    Args:
        url: Returns the address; with `True` it is read anew from where it is kept.
        sleep: Waits that many seconds between tries.
    """

    system = SYSTEM

    def __init__(self, url: Secret, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = url
        self._sleep = sleep
        self._http: tuple[str, VendorHttp] | None = None

    def send(self, message: Message) -> None:
        reply = self._post({"text": _plain(message), "blocks": _blocks(message), "unfurl_links": False})
        if reply.status != HTTPStatus.OK:
            raise self._refusal(reply)

    def check(self) -> str:
        reply = self._post({})
        said = reply.body[:40].decode("ascii", "replace")
        if reply.status != HTTPStatus.OK and said not in HOOK_ALIVE:
            raise self._refusal(reply)
        return "The webhook is there."

    def close(self) -> None:
        if self._http is not None:
            self._http[1].close()

    def _post(self, body: Mapping[str, Any]) -> Reply:
        """Post, and once more to an address read anew: it may have been replaced."""
        reply = self._client(fresh=False).request("POST", "", json=body)
        if reply.status not in HOOK_GONE:
            return reply
        known = self._http
        again = self._client(fresh=True)
        return reply if self._http is known else again.request("POST", "", json=body)

    def _client(self, *, fresh: bool) -> VendorHttp:
        url = self._url(fresh)
        if self._http is None or self._http[0] != url:
            self.close()
            try:
                made = VendorHttp(SYSTEM, url, setting=HOOK_SETTING, most_bytes=MOST_BYTES, sleep=self._sleep)
            except ValueError:
                raise CredentialsInvalid(
                    "The webhook of Slack is no web address.",
                    system=SYSTEM, setting=HOOK_SETTING, fix=f"Correct {HOOK_SETTING}.",
                ) from None  # fmt: skip
            self._http = (url, made)
        return self._http[1]

    def _refusal(self, reply: Reply) -> VendorError:
        said = reply.body[:80].decode("ascii", "replace")
        about: dict[str, Any] = {"system": SYSTEM, "status": reply.status, "vendor_code": said}
        if reply.status in HOOK_GONE:
            return CredentialsInvalid(
                "Slack no longer takes messages by our webhook.",
                setting=HOOK_SETTING, fix=f"Make a webhook anew and put it into {HOOK_SETTING}.", **about,
            )  # fmt: skip
        return Rejected(f"Slack refused the message (HTTP {reply.status}).", fix="Report it to us.", **about)


class SlackBot:
    """The Web API with a bot's token.

    Args:
        address: Such as https://slack.com/api.
        token: Returns the bot's token; with `True` it is read anew from where it is kept.
        channel: Id or name of the channel that notices of the installation go to; None where the bot only writes
            to people.
        sleep: Waits that many seconds between tries.
    """

    system = SYSTEM

    def __init__(
        self, address: str, token: Secret, channel: str | None, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=TOKEN_SETTING, most_bytes=MOST_BYTES, sleep=sleep)
        self._token = token
        self._channel = channel

    def send(self, message: Message) -> str:
        """Post into the channel, in the thread of what was said before about the same subject."""
        return self.post(message, self._channel or message.recipient)

    def post(self, message: Message, channel: str) -> str:
        """Post into a channel or to a person by id; returns Slack's id of the message (`ts`)."""
        body = {"channel": channel, "text": _plain(message), "blocks": _blocks(message), "unfurl_links": False}
        if message.thread:
            body["thread_ts"] = message.thread
        reply, told = self._asked("POST", "chat.postMessage", json=body)
        ts = told.get("ts")
        if not isinstance(ts, str):
            raise reply.bad("lacks the id of the message")
        return ts

    def member(self, email: str) -> str:
        """Return the id of the person with a mail address.

        Raises:
            Rejected: Slack knows nobody by it.
        """
        reply, told = self._asked("GET", "users.lookupByEmail", params={"email": email})
        user = told.get("user")
        found = user.get("id") if isinstance(user, dict) else None
        if not isinstance(found, str):
            raise reply.bad("lacks the id of the person")
        return found

    def check(self) -> str:
        self._asked("POST", "auth.test")
        return "It knows our bot."

    def close(self) -> None:
        self._http.close()

    def _asked(self, method: str, path: str, **sent: Any) -> tuple[Reply, Mapping[str, Any]]:
        """Ask, and once more with a token read anew where the one we hold is refused."""
        told = self._told(self._sent(method, path, fresh=False, **sent))
        if told[1].get("error") in REFUSED_CREDENTIAL or told[0].status == HTTPStatus.UNAUTHORIZED:
            told = self._told(self._sent(method, path, fresh=True, **sent))
        reply, body = told
        if reply.status != HTTPStatus.OK or body.get("ok") is not True:
            raise self._refusal(reply, body)
        return told

    def _sent(self, method: str, path: str, *, fresh: bool, **sent: Any) -> Reply:
        headers = {"Authorization": f"Bearer {self._token(fresh)}"}
        return self._http.request(method, path, headers=headers, repeatable=False, **sent)  # the outbox tries again

    def _told(self, reply: Reply) -> tuple[Reply, Mapping[str, Any]]:
        if reply.status != HTTPStatus.OK:
            return reply, {}
        told = reply.json()
        if not isinstance(told, dict):
            raise reply.bad("is no object")
        return reply, told

    def _refusal(self, reply: Reply, body: Mapping[str, Any]) -> VendorError:
        """Sort what Slack says no with: most of it comes as HTTP 200."""
        if reply.status != HTTPStatus.OK:
            return self._http.refused(reply)
        code = str(body.get("error") or "unknown_error")
        about: dict[str, Any] = {
            "system": SYSTEM, "status": reply.status, "vendor_code": code, "vendor_request_id": reply.request_id,
        }  # fmt: skip
        if code in REFUSED_CREDENTIAL:
            return CredentialsInvalid(
                "Slack does not accept the token of our bot.",
                setting=TOKEN_SETTING, fix=f"Correct {TOKEN_SETTING}.", **about,
            )  # fmt: skip
        if code in NOT_ALLOWED:
            setting = CHANNEL_SETTING if code == "not_in_channel" else TOKEN_SETTING
            told = "Slack does not let our bot do this."
            return PermissionDenied(told, setting=setting, fix=NOT_ALLOWED[code], **about)
        if code in REFUSED_MESSAGE:
            return Rejected(REFUSED_MESSAGE[code], **about)
        if code in {"ratelimited", "rate_limited"}:
            return RateLimited("Slack limits how often we may post.", fix="Try again later.", **about)
        if code in BUSY:
            told = "Slack can not answer now."
            return VendorUnavailable(told, maybe_done=True, fix="Try again later.", **about)
        return Deferred("Slack does not take this message now.", fix="It is tried again by itself.", **about)


class SlackDirect:
    """Messages to single people by the bot; Slack knows them by their mail address."""

    system = DIRECT_SYSTEM

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot
        self._members: dict[str, str] = {}

    def send(self, message: Message) -> str:
        member = self._members.get(message.recipient)
        if member is None:
            if len(self._members) >= MOST_REMEMBERED:
                self._members.clear()
            member = self._members[message.recipient] = self._bot.member(message.recipient)
        return self._bot.post(message, member)

    def check(self) -> str:
        return self._bot.check()

    def close(self) -> None:
        self._bot.close()


def _plain(message: Message) -> str:
    """Write what a notification on a phone shows."""
    title = message.title[:MOST_OF_A_TITLE]
    return _safe(f"(May be a repeat) {title}" if message.repeat else title)


def _blocks(message: Message) -> list[dict[str, Any]]:
    title = _safe(message.title[:MOST_OF_A_TITLE])
    head = f"*<{message.link}|{title}>*" if message.link else f"*{title}*"
    made: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": head}}]
    if message.body:
        text = message.body[:MOST_OF_A_BODY]
        made.append({"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}})
    if message.repeat:
        made.append({"type": "context", "elements": [{"type": "plain_text", "text": REPEATED}]})
    return made


def _safe(text: str) -> str:
    """Keep what people wrote from becoming a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
