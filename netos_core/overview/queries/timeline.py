"""The terms of contracts over years, by provider, the soonest to act on first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, or_, select

from netos_core.circuits.model import Circuit
from netos_core.contracts import queries as contracts
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import governing_end_date, notice_deadline, problems_of
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import words_of
from netos_core.kernel.page import ListRequest
from netos_core.overview.queries.words import contracts_with
from netos_core.overview.schemas.timeline import GetTimeline, Timeline, TimelineRow
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.queries import (
    ACT_BY,
    NOTICE_DEADLINE,
    NUMBER,
    TERM_END,
    TERM_START,
    alarm,
    in_market,
    renewal_state,
    with_standing,
)
from netos_core.renewals.rules import RenewalState, nth_term, term_after

LAST_DAY = date(9999, 12, 31)
BACK = 0.3  # of the years shown lie behind today


def timeline(ctx: Context, request: GetTimeline) -> Timeline:
    """Return one page of contracts whose term in force reaches into the years shown, or has no end."""
    start, end = _window(ctx.today, request.years)
    state = renewal_state(ctx.today)
    query = with_standing(
        select(
            Contract.__table__, Provider.name.label("provider"), state.label("state"),
            alarm(ctx.today).label("alarm"), TERM_START.label("starts"), TERM_END.label("ends"),
            NOTICE_DEADLINE.label("due"), ACT_BY.label("act"), NUMBER.label("renewals"),
        ).join(Provider, Provider.id == Contract.provider_id)
    )  # fmt: skip
    by_provider = func.concat(func.lower(Provider.name), "|", cast(func.coalesce(ACT_BY, LAST_DAY), String))
    source = listing.ListSource("timeline", query, {"provider": by_provider}, Contract.id, "provider")
    paged = ListRequest(sort="provider", limit=min(request.limit, 100), cursor=request.cursor)
    paged = paged.model_copy(update={"limit": request.limit})
    wanted: list[ColumnElement[bool]] = [
        Contract.retired_at.is_(None),
        state != RenewalState.SUPERSEDED,
        or_(TERM_END.is_(None), start <= TERM_END),
        or_(TERM_START.is_(None), end >= TERM_START),
        *_asked(ctx, request, state),
    ]
    found = listing.page(ctx, source, paged, wanted)
    rows = [dict(row) for row in found.rows]
    above = contracts.above(ctx.session, rows)
    installed = _installed(ctx, [row["id"] for row in rows])
    return Timeline(
        as_of=ctx.today,
        start=start,
        end=end,
        total=found.total,
        shown=len(rows),
        next_cursor=found.next_cursor,
        hint=None if found.total else "No term is in these years. Ask for more years, or leave filters out.",
        rows=[_row(contracts.completed(row, above), installed.get(row["id"], [])) for row in rows],
    )


def _window(today: date, years: int) -> tuple[date, date]:
    """Give the years shown: whole quarters, a third of them behind today."""
    months = today.year * 12 + today.month - 1 - round(years * 12 * BACK)
    months -= months % 3
    last = months + years * 12
    return date(months // 12, months % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


def _asked(ctx: Context, request: GetTimeline, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if request.state:
        wanted.append(state.in_(request.state))
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.market:
        wanted.append(in_market(request.market))
    return [*wanted, *(contracts_with(word) for word in words_of(request.query or ""))]


def _installed(ctx: Context, contract_ids: list[UUID]) -> dict[UUID, list[Any]]:
    rows: Iterable[Any] = ctx.session.execute(
        select(Circuit.contract_id, func.array_agg(Circuit.install_date))
        .where(Circuit.contract_id.in_(contract_ids), Circuit.retired_at.is_(None))
        .group_by(Circuit.contract_id)
    )
    return {contract_id: list(days) for contract_id, days in rows}


def _row(row: Mapping[str, Any], installed: list[Any]) -> TimelineRow:
    paper = contracts.terms_of(row)
    broken = bool(problems_of(paper))
    terms = paper if broken else nth_term(paper, row["renewals"])
    following = None if broken else term_after(terms)
    opens = None
    if not broken and terms.notice_opens is not None and row["ends"]:
        opens = notice_deadline(row["ends"], terms.notice_opens)
    return TimelineRow(
        ref=row["ref"],
        provider=row["provider"],
        title=row["title"],
        state=row["state"],
        alarm=row["alarm"],
        term_start_date=row["starts"],
        term_end_date=row["ends"],
        notice_opens=opens,
        notice_deadline=row["due"],
        act_by=row["act"],
        next_end_date=governing_end_date(following) if following else None,
        goes_on=terms.evergreen or (following is not None and following.evergreen),
        installed=sorted({day for day in installed if day is not None}),
        circuits=len(installed),
    )
