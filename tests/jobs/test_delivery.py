"""Workers that send: killed between acceptance and record, they repeat one message at most, and it says so."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Room
from netos_core.notices.channels import MARK
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import prefer, tell
from netos_core.notices.rules.delivery import LEASE
from netos_core.notices.rules.wishes import Preferences, Timing, Wish
from netos_core.runtime.calls import Core
from tests.core.notices.outbox import RENEWAL
from tests.factories import POLICY, make_ctx, make_person
from tests.jobs.conftest import Worker
from tests.standins import slack
from tests.standins.mail import mail_server
from tests.standins.serving import Served, served

pytestmark = pytest.mark.processes
Start = Callable[..., Worker]
Until = Callable[[Callable[[], object]], None]
NOTICES = 5
MID = 2
"""The one of them during which the worker is killed."""


def write(core: Core, room: Room | None = None, *, people: bool = True) -> None:
    """Tell of a few contracts, one transaction for each."""
    for number in range(NOTICES):
        with core.session() as session:
            ctx = make_ctx(session, Role.ADMIN, policy=replace(POLICY, rooms=(room,) if room else ()), now=utc_now())
            notice = replace(RENEWAL, key=f"renewal:{number}", about=f"CTR-{number}", title=f"CTR-{number} is critical")
            tell(ctx, notice, [make_person(session, Role.FINANCE)] if people else [])


def states(core: Core) -> dict[str, int]:
    with core.session() as session:
        rows = session.execute(
            select(OutboxMessage.state, func.count().label("n"))
            .where(OutboxMessage.kind == "renewal")
            .group_by(OutboxMessage.state)
        )
        return {row.state: row.n for row in rows}


def lease_is_over(core: Core) -> None:
    """Let as much time pass as a claim lasts."""
    with core.session() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.claimed_at.is_not(None))
            .values(next_try_at=OutboxMessage.next_try_at - LEASE, claimed_at=OutboxMessage.claimed_at - LEASE)
        )


def test_a_worker_killed_while_the_mail_server_says_thanks(core: Core, start_worker: Start, until: Until) -> None:
    with mail_server() as box:
        write(core)
        box.silent_from, box.seconds_of_silence = MID, 60
        first = start_worker(smtp_url=box.url)
        until(lambda: len(box.mails) == MID + 1)  # accepted, and the answer has not come
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        box.seconds_of_silence = 0
        assert states(core) == {"delivered": MID, "waiting": NOTICES - MID}
        second = start_worker(smtp_url=box.url)
        until(lambda: states(core)["delivered"] == NOTICES - 1)  # the one that was claimed waits for its lease
        assert len(box.mails) == NOTICES
        lease_is_over(core)
        until(lambda: states(core) == {"delivered": NOTICES})
        assert len(box.mails) == NOTICES + 1
        by_id = {str(mail["Message-ID"]): [one for one in box.mails if one["Message-ID"] == mail["Message-ID"]]
                 for mail in box.mails}  # fmt: skip
        repeated = [mails for mails in by_id.values() if len(mails) > 1]
        assert [[mail[MARK] for mail in mails] for mails in repeated] == [[None, "possible"]]
        assert len(by_id) == NOTICES
        assert not [one for one in box.mails if one[MARK] and one not in repeated[0]]
        assert "Traceback" not in second.log.read_text()


@pytest.fixture
def vendor() -> Iterator[Served]:
    with served(slack.make_app()) as running:
        yield running


def test_a_worker_killed_while_slack_answers(core: Core, start_worker: Start, until: Until, vendor: Served) -> None:
    chosen = {
        "slack_bot_token": slack.TOKEN, "slack_channel": slack.CHANNEL, "slack_base_url": f"{vendor.url}/api",
    }  # fmt: skip
    write(core, Room("slack", slack.CHANNEL, frozenset({"renewal"})), people=False)
    vendor.fail(delay=60, times=1)
    first = start_worker(**chosen)
    until(lambda: len(vendor.requests) == 1)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    start_worker(**chosen)
    until(lambda: states(core) == {"delivered": NOTICES - 1, "waiting": 1})
    lease_is_over(core)
    until(lambda: states(core) == {"delivered": NOTICES})
    texts = [request.body for request in vendor.requests]
    assert len(texts) == NOTICES + 1
    assert [text.count("(May be a repeat)") for text in texts] == [0] * NOTICES + [1]
    assert "CTR-0 is critical" in texts[0]
    assert "CTR-0 is critical" in texts[-1]


def test_the_worker_writes_the_digests_and_sends_them(core: Core, start_worker: Start, until: Until) -> None:
    with mail_server() as box:
        with core.session() as session:
            wishes = Preferences({"renewal": Wish(timing=Timing.DIGEST)}, digest_at=utc_now().time().min)
            prefer(make_ctx(session, Role.ADMIN), make_person(session, Role.FINANCE).id, wishes)
        write(core)
        assert states(core) == {"held": NOTICES}
        start_worker(smtp_url=box.url)
        until(lambda: box.mails)
        assert [mail["Subject"] for mail in box.mails] == [f"{NOTICES} notices of NetOS"]
        assert states(core) == {"gathered": NOTICES}
