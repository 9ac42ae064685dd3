"""The history of quotes as a list."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import get_circuit_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.page import columns_of
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.quotes.model import Quote, QuoteTerm
from netos_core.quotes.queries import drafts
from netos_core.quotes.rules.states import LIVE, QuoteState
from netos_core.quotes.schemas import ListQuotes, QuoteList, QuoteRow
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id, within

CONCISE = (
    "ref",
    "provider",
    "a",
    "z",
    "service_type",
    "bandwidth_mbps",
    "level",
    "state",
    "valid_until",
    "terms",
    "mrc",
)
DRAFT = "draft"

ASite, ZSite = aliased(Site), aliased(Site)


def state_on(today: date) -> ColumnElement[str]:
    """Build the state of a quote as of a day: expired once its last day has passed unanswered."""
    return case(
        (and_(Quote.state.in_(sorted(LIVE)), Quote.valid_until < today), QuoteState.EXPIRED.value),
        else_=Quote.state,
    )


def _of_terms(what: ColumnElement[Any]) -> ColumnElement[Any]:
    return (
        select(what)
        .where(QuoteTerm.quote_id == Quote.id, QuoteTerm.retired_at.is_(None))
        .correlate(Quote)
        .scalar_subquery()
    )


def list_quotes(ctx: Context, request: ListQuotes) -> QuoteList:
    """Return one page of the history, or of the drafts that wait where those are asked for."""
    if request.state and DRAFT in request.state:
        if len(request.state) > 1:
            raise Invalid("Drafts are no quotes yet.", field="state", fix="Ask for draft alone, or leave it out.")
        return drafts.list_drafts(ctx, request)
    columns = columns_of(request, QuoteRow, CONCISE)
    source = _source(ctx.today, by_money=ctx.principal.may("see:money"))
    found = listing.page(ctx, source, request, _filters(ctx, request, source.key["state"]))
    return QuoteList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "No quote matches. What waits for review: list_quotes {state: draft}.",
        rows=[
            QuoteRow(**listing.plain(row), staged_by=None, agent=None, staged_at=None, problems=None)
            for row in found.rows
        ],
    )


@lru_cache(maxsize=4)
def _source(today: date, *, by_money: bool) -> listing.ListSource:
    """Build the list; kept for the day, as building it costs more than what a circuit's page asks of it."""
    state = state_on(today)
    least = _of_terms(func.min(QuoteTerm.mrc))
    length = cast(QuoteTerm.term_months, String)
    terms = _of_terms(func.string_agg(length, aggregate_order_by(literal(", "), QuoteTerm.term_months)))
    query = (
        select(
            Quote.ref, state.label("state"), Provider.name.label("provider"), Quote.number,
            func.coalesce(ASite.name, Quote.a_place).label("a"), func.coalesce(ZSite.name, Quote.z_place).label("z"),
            Quote.service_type, Quote.bandwidth_mbps, Quote.level, Quote.serviceability, Quote.received_date,
            Quote.valid_until, terms.label("terms"), least.label("mrc"),
            func.round(least / Quote.bandwidth_mbps, 4).label("mrc_per_mbps"), Quote.currency,
            Circuit.ref.label("replaces"),
        )
        .join(Provider, Provider.id == Quote.provider_id)
        .outerjoin(ASite, ASite.id == Quote.a_site_id)
        .outerjoin(ZSite, ZSite.id == Quote.z_site_id)
        .outerjoin(Circuit, Circuit.id == Quote.replaces_id)
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": Quote.id,
        "provider": func.lower(Provider.name),
        "received_date": func.coalesce(Quote.received_date, date.min),
        "valid_until": func.coalesce(Quote.valid_until, date.max),
        "bandwidth_mbps": func.coalesce(Quote.bandwidth_mbps, 0),
        "service_type": Quote.service_type,
        "level": func.coalesce(Quote.level, ""),
        "state": state,
    }
    if by_money:
        sortable["mrc"] = func.coalesce(least, -1)
        sortable["mrc_per_mbps"] = func.coalesce(least / Quote.bandwidth_mbps, -1)
    return listing.ListSource("quotes", query, sortable, Quote.id, "-ref")


def _filters(ctx: Context, request: ListQuotes, state: listing.Column) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Quote.retired_at.is_(None)]
    wanted += _of_records(ctx, request)
    if request.state:
        wanted.append(state.in_(request.state))
    if request.level:
        wanted.append(Quote.level.in_(request.level))
    if request.service_type:
        wanted.append(Quote.service_type.in_(request.service_type))
    if request.expires_before:
        wanted.append(and_(Quote.state.in_(sorted(LIVE)), Quote.valid_until < request.expires_before))
    if request.min_mbps is not None:
        wanted.append(Quote.bandwidth_mbps >= request.min_mbps)
    if request.max_mbps is not None:
        wanted.append(Quote.bandwidth_mbps <= request.max_mbps)
    texts = (Quote.search_text, func.lower(Provider.name), func.lower(ASite.name), func.lower(ZSite.name))
    wanted += [
        or_(*(text.contains(word, autoescape=True) for text in texts)) for word in (request.query or "").lower().split()
    ]
    return wanted


def _of_records(ctx: Context, request: ListQuotes) -> list[ColumnElement[bool]]:
    """Match quotes by the records they speak of, and by a term they have."""
    wanted: list[ColumnElement[bool]] = []
    if request.provider:
        wanted.append(Quote.provider_id == get_provider_id(ctx, request.provider).id)
    if request.site:
        there = within(get_site_id(ctx, request.site).id)
        wanted.append(or_(Quote.a_site_id.in_(there), Quote.z_site_id.in_(there)))
    if request.circuit:
        wanted.append(Quote.replaces_id == get_circuit_id(ctx, request.circuit, "circuit").id)
    if request.term_months is not None:
        having = select(QuoteTerm.quote_id).where(
            QuoteTerm.term_months == request.term_months, QuoteTerm.retired_at.is_(None)
        )
        wanted.append(Quote.id.in_(having))
    return wanted
