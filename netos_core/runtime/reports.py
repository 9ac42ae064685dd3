"""Makes the weekly report when it is due, and has Claude write about those that wait for it.

Its data are made by rules and kept first, so the report is there whatever becomes of the text. The text is written with
no transaction open: claim, commit, ask, record. Who writes is signed in by itself, as an agent that reads and no more.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from netos_core.access.model import AccessToken, Person
from netos_core.access.rules import PersonKind, Role, Scope
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Forbidden
from netos_core.people.records import create_token, revoke_token
from netos_core.reports import records, telling
from netos_core.reports.queries import kept
from netos_core.reports.records import MOST_TRIES, Claimed, ReportState
from netos_core.reports.rules.schedule import last_due
from netos_core.reports.writing import BY_RULES, Brief, Hands, Limits, Turn, Writing, Written
from netos_core.runtime.calls import Core
from netos_core.runtime.claude import KeptLedger, Settle, noted, prices
from netos_core.runtime.settings import Settings, web_address
from netos_core.work.prices import Tokens
from netos_core.work.records import itself
from netos_core.work.spending import Asked, Outcome, Purpose

log = logging.getLogger(__name__)
AGENT = UUID("00000000-0000-7000-8000-000000000002")
AGENT_ROLE = Role.SALES
"""The least role that reads renewals with their amounts; its token reads, and proposes nothing."""

A_TURN = Tokens(into_cache=60_000, written=8000)
"""What a turn of a report is held to take at most, until it is known what it took."""

MCP_PATH = "/mcp/readonly"
DEMO_AFTER = timedelta(minutes=1)
MARGIN = timedelta(minutes=3)
"""How long after its time a worker that still lives may finish."""


def make_weekly(core: Core) -> bool:
    """Make the report of this week if it is due and not made; safe to run at any time, late, and by many workers."""
    chosen, now = core.settings, utc_now()
    due = last_due(chosen.report_day, chosen.report_hour, now, core.policy.zone)
    if due is None:
        return False
    with core.session() as session:
        # A demo has its first report soon after its data, so that there is one to look at.
        since = now - DEMO_AFTER if core.settings.demo else due.since
        if kept.is_made(session, due.week) or not kept.on_file_before(session, since):
            return False
        caller = itself(session)
    with core.context(caller, Channel.JOB, now=now) as ctx:
        made = records.keep(ctx, week=due.week)
        if made is None:
            return False
        if made.state == ReportState.DONE:
            telling.tell_of(ctx, made)
        log.info("report made", extra={"report": made.ref, "week": due.week, "state": made.state})
    return True


def take_up(core: Core) -> Claimed | None:
    """Claim a report that waits for its text; None where none does."""
    with core.session() as session:
        return records.claim(session, utc_now(), timedelta(minutes=core.settings.report_minutes) + MARGIN)


def unwritten(core: Core, mine: Claimed) -> str | None:
    """Say why a report is not to be written about after all; None where it is."""
    if core.claude is None:
        return f"No key of Claude is set any more. {BY_RULES}"
    if mine.tries > MOST_TRIES:
        return f"The worker ended several times while Claude wrote. {BY_RULES}"
    return None


def write(core: Core, mine: Claimed, hands: Hands) -> Written:
    """Have Claude write about a report, through these hands; no transaction is open meanwhile."""
    if core.claude is None:
        raise RuntimeError("asked without a model")
    chosen, model, ledger = core.settings, core.claude, KeptLedger(core)
    turns: list[Settle] = []

    @contextlib.contextmanager
    def asking() -> Iterator[None]:
        asked = Asked(Purpose.REPORT, model.name, mine.ref)
        with noted(ledger, asked, prices(chosen).cost(A_TURN)) as settle:
            yield
        turns.append(settle)

    def spent(turn: Turn) -> None:
        turns[-1](Outcome.ANSWERED, turn.tokens, prices(chosen).cost(turn.tokens))
        with core.session() as session:
            records.spend(session, mine, turn.tokens_in, turn.tokens_out)

    return Writing(
        model,
        hands,
        Brief(mine.ref, mine.as_of, mine.must_name),
        Limits(chosen.report_turns, chosen.report_tokens, chosen.report_minutes * 60.0),
        asking,
        spent,
    ).write()


def finish(core: Core, mine: Claimed, written: Written) -> bool:
    """Record what came of it and tell its readers, in one transaction; False where another worker was first."""
    with core.itself() as ctx:
        done = records.finish(ctx.session, mine, written, ctx.now)
        if done is None:
            return False
        told = telling.tell_of(ctx, done)
        log.info("report done", extra={"report": done.ref, "writer": done.writer, "notices": told, "note": done.note})
    return True


def mcp_url(settings: Settings) -> str:
    """Return where this installation's MCP endpoint is for its own worker: the one that only reads."""
    return settings.report_mcp_url or web_address(settings.host, settings.port) + MCP_PATH


@contextlib.contextmanager
def signed_in(core: Core, mine: Claimed) -> Iterator[str]:
    """Sign the writing agent in for one report; its token ends with the block, or with the next try after a kill.

    Raises:
        Forbidden: An admin has closed the agent's access.
    """
    with core.itself() as ctx:
        agent = _agent(ctx)
        _end_tokens(ctx, mine)
        if not agent.active:
            raise Forbidden("An admin has closed the access of the agent that writes reports.")
        _, secret = create_token(ctx, agent, name=_name(mine), scope=Scope.READ, days=1)
    try:
        yield secret
    finally:
        with core.itself() as ctx:
            _end_tokens(ctx, mine)


def _agent(ctx: Context) -> Person:
    """Return the agent that writes; it signs in by no directory, and reads no page."""
    ctx.session.execute(
        insert(Person)
        .values(
            id=AGENT,
            email="reports@agent.invalid",
            name="NetOS reports",
            roles=[AGENT_ROLE.value],
            kind=PersonKind.AGENT,
        )
        .on_conflict_do_nothing()
    )
    return ctx.session.get_one(Person, AGENT)


def _name(mine: Claimed) -> str:
    return f"report {mine.ref}"


def _end_tokens(ctx: Context, mine: Claimed) -> None:
    live = select(AccessToken).where(
        AccessToken.person_id == AGENT, AccessToken.name == _name(mine), AccessToken.revoked_at.is_(None)
    )
    for token in ctx.session.scalars(live).all():
        revoke_token(ctx, token)
