"""A Teams workflow over the network: the card it is given, and what it refuses."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette

from netos_core.vendors.errors import CredentialsInvalid, RateLimited, Rejected, VendorError, VendorUnavailable
from netos_core.vendors.teams import Teams
from tests.core.vendors.test_smtp import MESSAGE
from tests.standins import teams
from tests.standins.serving import Served, served


@pytest.fixture
def app() -> Starlette:
    return teams.make_app()


@pytest.fixture
def state(app: Starlette) -> teams.State:
    found: teams.State = app.state.teams
    return found


@pytest.fixture
def vendor(app: Starlette) -> Iterator[Served]:
    with served(app) as running:
        yield running


Client = Callable[..., Teams]


@pytest.fixture
def client(vendor: Served) -> Iterator[Client]:
    with contextlib.ExitStack() as opened:

        def make(*signatures: str) -> Teams:
            kept = [f"{vendor.url}{teams.PATH}?sig={one}" for one in signatures or (teams.SIGNATURE,)]
            made = Teams(lambda fresh: kept[-1] if fresh else kept[0])
            opened.callback(made.close)
            return made

        yield make


def test_a_notice_becomes_a_card(client: Client, state: teams.State) -> None:
    client().send(replace(MESSAGE, title="Look [here](http://evil)", repeat=True))
    (card,) = state.posted
    texts = [block["inlines"][0]["text"] for block in card["body"]]
    assert texts[0] == "Look [here](http://evil)", "a text run reads no Markdown"
    assert texts[1:-1] == MESSAGE.body.splitlines()
    assert "may be a repeat" in texts[-1]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in NetOS", "url": MESSAGE.link}]


def test_the_longest_card_is_taken(client: Client, state: teams.State, vendor: Served) -> None:
    client().send(replace(MESSAGE, title="t" * 250, body="x " * 50_000))
    assert len(state.posted) == 1
    assert len(vendor.requests[0].body) < 20_000


def test_a_card_without_a_page_has_no_button(client: Client, state: teams.State) -> None:
    client().send(replace(MESSAGE, link=None, body=""))
    assert state.posted[0]["actions"] == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, CredentialsInvalid), (403, CredentialsInvalid), (404, CredentialsInvalid),
     (410, CredentialsInvalid), (413, Rejected), (429, RateLimited), (502, VendorUnavailable)],
)  # fmt: skip
def test_a_refusal_is_sorted(client: Client, vendor: Served, status: int, kind: type[VendorError]) -> None:
    vendor.fail(status, times=9, retry_after=3)
    with pytest.raises(kind) as refusal:
        client().send(MESSAGE)
    assert "sig" not in json.dumps(refusal.value.as_dict())
    assert len(vendor.requests) == 1


def test_a_replaced_address_heals_itself(client: Client, state: teams.State) -> None:
    client("old", teams.SIGNATURE).send(MESSAGE)
    assert len(state.posted) == 1
    with pytest.raises(CredentialsInvalid) as refusal:
        client("old").send(MESSAGE)
    assert refusal.value.setting == "NETOS_TEAMS_WORKFLOW_URL"


def test_the_check_posts_nothing(client: Client, vendor: Served) -> None:
    assert "only a message shows" in client().check()
    assert vendor.requests == []
    with pytest.raises(CredentialsInvalid):
        Teams(lambda _: "nonsense").check()
