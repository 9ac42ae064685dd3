"""Sends what waits in the outbox, each way by itself: claim, commit, send, record. A way in trouble rests."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import NetosError
from netos_core.notices import queries, records, sending
from netos_core.notices.channels import Channel, MailFiles, message_of, sender_of
from netos_core.notices.rules.delivery import Outcome, Verdict, verdict_on
from netos_core.notices.rules.kinds import Way
from netos_core.runtime.home import Home

if TYPE_CHECKING:
    from netos_core.notices.sending import Letter
    from netos_core.runtime.calls import Core
    from netos_core.runtime.settings import Settings

log = logging.getLogger(__name__)
ROUND_SECONDS = 60.0
"""How long one round sends at most; the next one goes on."""

LOOK_EVERY_SECONDS = 60.0
"""How often the source of a refused credential is read for another one."""

CREDENTIALS: Mapping[Way, tuple[str, ...]] = {
    Way.MAIL: ("smtp_url",),
    Way.DIRECT: ("slack_bot_token",),
    Way.SLACK: ("slack_bot_token", "slack_webhook_url"),
    Way.TEAMS: ("teams_workflow_url",),
    Way.MONDAY: ("monday_token",),
}


def channels(settings: Settings, home: Home) -> dict[Way, Channel]:
    """Make the ways this installation has. The clients of the vendors are loaded only where one is set up."""

    def secret(name: str) -> Callable[[bool], str]:
        return lambda fresh: settings.secret(name, fresh=fresh)

    sender = sender_of(settings.mail_from, settings.url)
    made: dict[Way, Channel] = {}
    if settings.smtp_url:
        from netos_core.vendors.smtp import Smtp

        made[Way.MAIL] = Smtp(secret("smtp_url"), sender)
    else:
        made[Way.MAIL] = MailFiles(home.folder("outbox"), sender)
    if settings.slack_bot_token or settings.slack_webhook_url:
        from netos_core.vendors.slack import SlackBot, SlackDirect, SlackHook

        bot = functools.partial(SlackBot, settings.slack_base_url, secret("slack_bot_token"))
        if settings.slack_bot_token:
            made[Way.DIRECT] = SlackDirect(bot(None))
        if settings.slack_channel:
            made[Way.SLACK] = bot(settings.slack_channel)
        elif settings.slack_webhook_url:
            made[Way.SLACK] = SlackHook(secret("slack_webhook_url"))
    if settings.teams_workflow_url:
        from netos_core.vendors.teams import Teams

        made[Way.TEAMS] = Teams(secret("teams_workflow_url"))
    if settings.monday_token:
        from netos_core.vendors.monday import Monday

        made[Way.MONDAY] = Monday(
            settings.monday_url, secret("monday_token"), settings.monday_api_version, settings.monday_boards
        )
    return made


class Post:
    """The ways out as one process uses them, each one message after the other."""

    def __init__(self, core: Core, home: Home, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._core = core
        self._clock = clock
        self._channels = channels(core.settings, home)
        self._turns = {way: threading.Lock() for way in Way}
        self._refused: dict[Way, tuple[str, ...]] = {}
        self._looked_at: dict[Way, float] = {}

    def close(self) -> None:
        for channel in self._channels.values():
            channel.close()

    def begin(self) -> None:
        """Try the ways anew whose credential was refused: settings are read at a start, so they may be others now."""
        with self._core.session() as session:
            if ended := sending.resume(session):
                log.info("refused ways are tried again", extra={"ways": ended})

    def busy(self) -> list[Way]:
        """List the ways that `deliver` has something to do for."""
        with self._core.session() as session:
            return [Way(name) for name in queries.busy_ways(session, self._clock()) if name in set(Way)]

    def gather(self) -> int:
        """Write the digests that are due."""
        with self._core.itself(now=self._clock()) as ctx:
            return records.gather(ctx)

    def deliver(self, way: Way) -> int:
        """Send what is due by a way, until nothing is, it has to rest, or the round is over; return how many went.

        Safe to run twice, late or after a gap. Where another round of this process is still at it, none is begun.
        """
        turn = self._turns[way]
        if not turn.acquire(blocking=False):
            return 0
        try:
            return sum(self._sendings(way))
        finally:
            turn.release()

    def _sendings(self, way: Way) -> Iterator[bool]:
        end = time.monotonic() + ROUND_SECONDS
        while time.monotonic() < end and not self._rests(way):
            with self._core.session() as session:
                letter = sending.claim(session, way, self._clock(), self._core.policy.zone)
            if letter is None:
                return
            outcome = self._try(way, letter)
            with self._core.session() as session:
                state = sending.settle(session, letter, outcome, self._clock())
            if outcome.verdict is not None:
                told = {"delivery_key": letter.delivery_key, "state": str(state), "error": outcome.told}
                log.warning("not delivered", extra=told)
            yield outcome.verdict is None

    def _rests(self, way: Way) -> bool:
        with self._core.session() as session:
            rest = queries.rest_of(session, way)
        if rest is None or rest.rests_until <= self._clock():
            return False
        if not rest.shut or not self._rotated(way):
            return True
        with self._core.session() as session:
            sending.resume(session, channel=way)
        return False

    def _rotated(self, way: Way) -> bool:
        """Tell whether a refused credential is another one where it is kept; looked up once a minute."""
        now = time.monotonic()
        if now - self._looked_at.get(way, -LOOK_EVERY_SECONDS) < LOOK_EVERY_SECONDS:
            return False
        self._looked_at[way] = now
        refused = self._refused.get(way)
        if not refused:
            return False
        with contextlib.suppress(NetosError):  # its source is away, and is asked again in a minute
            return self._secrets(way, fresh=True) != refused
        return False

    def _secrets(self, way: Way, *, fresh: bool) -> tuple[str, ...]:
        """Return the credentials of a way that are kept elsewhere, and so may be rotated while we run."""
        settings = self._core.settings
        return tuple(settings.secret(name, fresh=fresh) for name in CREDENTIALS[way] if name in settings.references)

    def _try(self, way: Way, letter: Letter) -> Outcome:
        channel = self._channels.get(way)
        if channel is None:
            return Outcome(Verdict.SHUT, "This way is not set up any more: set it up again, or withdraw it.")
        try:
            message = message_of(letter, self._core.settings.url)
            with self._asking(channel):
                return Outcome(vendor_ref=channel.send(message))
        except NetosError as refusal:
            return self._refusal(way, refusal)
        except TemplateError as broken:
            log.exception("a notice can not be written", extra={"delivery_key": letter.delivery_key})
            return Outcome(Verdict.REFUSED, f"Its text can not be written: {type(broken).__name__}. Report it to us.")
        except OSError as away:
            return Outcome(Verdict.AWAY, f"The folder of mail can not be written: {type(away).__name__}.")
        except Exception as broken:
            log.exception("a notice can not be sent", extra={"delivery_key": letter.delivery_key})
            told = f"{type(broken).__name__}: a fault of NetOS; the log tells more."
            return Outcome(Verdict.LATER, told, maybe_done=True)

    def _asking(self, channel: Channel) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if channel.system is None else self._core.watch(channel.system).asking()

    def _refusal(self, way: Way, refusal: NetosError) -> Outcome:
        verdict = verdict_on(refusal.code)
        if verdict is Verdict.SHUT:
            self._refused[way] = self._secrets(way, fresh=False)
        return Outcome(
            verdict,
            f"{refusal.message} {refusal.fix or ''}".strip(),
            retry_after=getattr(refusal, "retry_after", None),
            maybe_done=getattr(refusal, "maybe_done", False),
            address_refused=getattr(refusal, "address_refused", False),
        )
