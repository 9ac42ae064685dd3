"""Microsoft Teams: a Workflows address that takes an adaptive card. The address is the credential."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from netos_core.notices.channels import REPEATED, Message
from netos_core.vendors.errors import CredentialsInvalid, VendorError
from netos_core.vendors.http import Reply, VendorHttp

SYSTEM = "Teams"
SETTING = "NETOS_TEAMS_WORKFLOW_URL"
MOST_OF_A_BODY = 12_000  # a card takes 28 KB; this leaves room for letters of more than one byte
MOST_BYTES = 1 << 20
GONE = frozenset({401, 403, 404, 410})
TAKEN = frozenset({200, 201, 202, 204})


class Teams:
    """One workflow.

    Args:
        url: Returns its address; with `True` it is read anew from where it is kept.
        sleep: Waits that many seconds between tries.
    """

    system = SYSTEM

    def __init__(self, url: Callable[[bool], str], *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = url
        self._sleep = sleep
        self._http: tuple[str, VendorHttp] | None = None

    def send(self, message: Message) -> None:
        body = _card(message)
        reply = self._client(fresh=False).request("POST", "", json=body)
        known = self._http
        if reply.status in GONE and (again := self._client(fresh=True)) and self._http is not known:
            reply = again.request("POST", "", json=body)
        if reply.status not in TAKEN:
            raise self._refusal(reply)

    def check(self) -> str:
        """Read the address only: a workflow has no question that would not post."""
        self._client(fresh=True)
        return "An address is set; only a message shows whether it answers."

    def close(self) -> None:
        if self._http is not None:
            self._http[1].close()

    def _client(self, *, fresh: bool) -> VendorHttp:
        url = self._url(fresh)
        if self._http is None or self._http[0] != url:
            self.close()
            try:
                made = VendorHttp(SYSTEM, url, setting=SETTING, most_bytes=MOST_BYTES, sleep=self._sleep)
            except ValueError:
                raise _refused(None, "is no web address") from None
            self._http = (url, made)
        return self._http[1]

    def _refusal(self, reply: Reply) -> VendorError:
        if reply.status in GONE:
            return _refused(reply.status, "no longer takes messages")
        if reply.status < HTTPStatus.BAD_REQUEST:
            return reply.bad(f"is neither a success nor a refusal (HTTP {reply.status})")
        return self._client(fresh=False).refused(reply)


def _refused(status: int | None, why: str) -> CredentialsInvalid:
    return CredentialsInvalid(
        f"The workflow of Teams {why}.", system=SYSTEM, status=status, setting=SETTING, fix=f"Correct {SETTING}."
    )


def _card(message: Message) -> Mapping[str, Any]:
    """Write the card: a block for each line, close to the one before unless a paragraph ends."""
    body: list[dict[str, Any]] = [_line(message.title, weight="Bolder", size="Medium")]
    for paragraph in message.body[:MOST_OF_A_BODY].split("\n\n"):
        for place, line in enumerate(paragraph.splitlines()):
            body.append(_line(line) | {"spacing": "None" if place else "Default"})
    if message.repeat:
        body.append(_line(REPEATED, isSubtle=True))
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open in NetOS", "url": message.link}] if message.link else [],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _line(text: str, **style: Any) -> dict[str, Any]:
    """Write a rich text block: unlike a text block it reads no Markdown, so nobody's words become a link."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
