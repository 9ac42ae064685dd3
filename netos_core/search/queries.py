"""Rank records of every kind against some words: exact ids first, then all words, then near spellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from netos_core.annotations.model import Note
from netos_core.changes.model import Proposal
from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import circuit_key
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like, spelled_like, words_of
from netos_core.network.queries.finding import found_by
from netos_core.overview.queries.words import (
    FEWEST_KEY_LETTERS,
    NEAR_HINT,
    circuits_with,
    contracts_with,
    providers_with,
    sites_with,
)
from netos_core.providers.model import Provider
from netos_core.search.schemas import Hit, Kind, Search, SearchResult
from netos_core.sites.model import Site

EXACT, ALL_WORDS = 1.0, 0.8  # a near spelling scores its likeness, which is lower
Owner = aliased(Provider)


_BY_REF: ColumnElement[str] = literal_column("ref")


@dataclass(frozen=True, slots=True)
class Source:
    """How one kind is found, what a hit shows of it, and which of equal hits comes first."""

    rows: Select[*tuple[Any, ...]]
    text: SQLColumnExpression[str]
    exact: ColumnElement[bool]
    all_words: ColumnElement[bool]
    rank: SQLColumnExpression[Any] = _BY_REF


def search(ctx: Context, request: Search) -> SearchResult:
    """Return the best hits over every kind that was asked for."""
    sources = _sources(request.query)
    kinds = request.kind or list(sources)
    hits = [hit for kind in kinds for hit in _hits(ctx, kind, sources[kind], request.limit)]
    hint = None
    if not hits:
        hits = [hit for kind in kinds for hit in _near(ctx, kind, sources[kind], request)]
        hint = NEAR_HINT if hits else None
    hits.sort(key=lambda hit: -hit.score)
    shown = hits[: request.limit]
    return SearchResult(
        total=len(hits),
        shown=len(shown),
        hits=shown,
        hint=hint or (None if hits else "Nothing is like that. Try fewer words, or a part of an id."),
    )


def _hits(ctx: Context, kind: Kind, source: Source, limit: int) -> list[Hit]:
    score = case((source.exact, EXACT), else_=ALL_WORDS)
    query = (
        source.rows.add_columns(score.label("score"))
        .where(or_(source.exact, source.all_words))
        .order_by(score.desc(), source.rank, literal_column("ref"))
        .limit(limit)
    )
    return [_hit(kind, row) for row in ctx.session.execute(query).mappings()]


def _near(ctx: Context, kind: Kind, source: Source, request: Search) -> list[Hit]:
    likeness = func.word_similarity(literal(request.query.lower()), source.text)
    query = (
        source.rows.add_columns((likeness * ALL_WORDS).label("score"))
        .where(spelled_like(ctx.session, source.text, request.query))
        .order_by(likeness.desc())
        .limit(request.limit)
    )
    return [_hit(kind, row) for row in ctx.session.execute(query).mappings()]


def _hit(kind: Kind, row: RowMapping) -> Hit:
    detail = row["detail"]
    return Hit(
        kind=kind,
        ref=str(row["ref"]),
        title=str(row["title"]),
        detail=str(detail) if detail is not None else None,
        score=round(float(str(row["score"])), 3),
    )


def _sources(query: str) -> dict[Kind, Source]:
    ref = query.strip().upper()
    name = query.strip().lower()
    key = circuit_key(query)
    words = words_of(query)
    same_key = Circuit.provider_circuit_key == key if len(key) >= FEWEST_KEY_LETTERS else literal(False)
    return {
        "circuit": Source(
            select(
                Circuit.ref.label("ref"),
                func.concat_ws(
                    " ", Owner.name, func.replace(Circuit.service_type, "_", " "), Circuit.provider_circuit_id
                ).label("title"),
                Circuit.status.label("detail"),
            )
            .join(Owner, Owner.id == Circuit.provider_id)
            .where(Circuit.retired_at.is_(None)),
            Circuit.search_text,
            or_(Circuit.ref == ref, same_key),
            and_(*(circuits_with(word) for word in words)),
        ),
        "site": Source(
            select(
                Site.ref.label("ref"),
                Site.name.label("title"),
                func.concat_ws(", ", Site.kind, Site.address, Site.city, Site.state).label("detail"),
            ).where(Site.retired_at.is_(None)),
            Site.search_text,
            or_(Site.ref == ref, func.lower(Site.name) == name, func.lower(Site.external_id) == name),
            and_(*(sites_with(word) for word in words)),
        ),
        "provider": Source(
            select(Provider.ref.label("ref"), Provider.name.label("title"), Provider.noc_phone.label("detail")).where(
                Provider.retired_at.is_(None)
            ),
            Provider.search_text,
            or_(Provider.ref == ref, func.lower(Provider.name) == name),
            and_(*(Provider.id.in_(providers_with(word)) for word in words)),
        ),
        "customer": Source(
            select(
                Customer.ref.label("ref"),
                Customer.name.label("title"),
                func.concat_ws(", ", Customer.city, Customer.state).label("detail"),
            ).where(Customer.retired_at.is_(None)),
            Customer.search_text,
            or_(Customer.ref == ref, func.lower(Customer.name) == name),
            and_(*(Customer.search_text.like(like(word)) for word in words)),
        ),
        "contract": Source(
            select(
                Contract.ref.label("ref"),
                Contract.title.label("title"),
                func.concat_ws(" ", Owner.name, Contract.kind, Contract.number).label("detail"),
            )
            .join(Owner, Owner.id == Contract.provider_id)
            .where(Contract.retired_at.is_(None)),
            Contract.search_text,
            or_(Contract.ref == ref, func.lower(Contract.number) == name),
            and_(*(contracts_with(word) for word in words)),
        ),
        **_network(query),
        "note": Source(
            select(
                _noted_ref().label("ref"), func.left(Note.text, 120).label("title"), Note.entity.label("detail")
            ).where(Note.retired_at.is_(None)),
            Note.search_text,
            literal(False),
            and_(*(Note.search_text.like(like(word)) for word in words)),
        ),
        "change": Source(
            select(Proposal.ref.label("ref"), Proposal.title.label("title"), Proposal.status.label("detail")),
            func.lower(Proposal.title),
            Proposal.ref == ref,
            and_(*(func.lower(Proposal.title).like(like(word)) for word in words)),
        ),
    }


def _network(query: str) -> dict[Kind, Source]:
    found = found_by(query)
    kinds: tuple[Kind, ...] = ("interface", "handoff_port", "vlan", "bgp_session", "ip_block")
    return {k: Source(found[k].rows, found[k].text, found[k].exact, found[k].all_words, found[k].rank) for k in kinds}


def _noted_ref() -> ColumnElement[str]:
    """The reference of the record a note is on."""
    owners: dict[str, Any] = {
        "circuit": Circuit,
        "site": Site,
        "provider": Provider,
        "customer": Customer,
        "contract": Contract,
    }
    return func.coalesce(
        *(
            select(model.ref).where(Note.entity == entity, model.id == Note.entity_id).correlate(Note).scalar_subquery()
            for entity, model in owners.items()
        )
    )
