"""Records by the letters typed so far: one table and its own words alone, so that it keeps up with the typing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, true

from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import circuit_key
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.documents.model import Document
from netos_core.documents.rules.kinds import classes_seen
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base
from netos_core.kernel.listing import Column
from netos_core.kernel.lookup import folded, like, spelled_like, words_of
from netos_core.overview.queries.words import FEWEST_KEY_LETTERS, providers_with
from netos_core.overview.schemas.names import ListNames, NamedRecord, NameList
from netos_core.providers.model import Provider
from netos_core.sites.model import Site

FEWEST_LETTERS = 3
"""With fewer letters only beginnings are looked for: nearly everything holds them, and no index has them."""

MOST_NEAR = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Where one kind of record is named.

    Args:
        model: Its table, with a `ref` and a `search_text`.
        right: The right to read it.
        name: What stands for a record; a title does not.
    """

    model: Any
    right: str
    name: Column | None


SOURCES: Mapping[str, Source] = {
    "circuit": Source(Circuit, "read:circuits", Circuit.provider_circuit_id),
    "contract": Source(Contract, "read:contracts", None),
    "site": Source(Site, "read:sites", Site.name),
    "provider": Source(Provider, "read:providers", Provider.name),
    "customer": Source(Customer, "read:customers", Customer.name),
    "document": Source(Document, "read:documents", None),
}


def list_names(ctx: Context, request: ListNames) -> NameList:
    """Return what letters may mean, the beginnings first; of a document the reader may not see, only its ref.

    Raises:
        Forbidden: The caller may not read that kind of record.
    """
    source = SOURCES[request.kind]
    ctx.require(source.right)
    letters = folded(request.letters)
    begins = _begins(source, letters)
    held = _select(source).where(_holds(ctx, source, letters) if len(letters) >= FEWEST_LETTERS else begins)
    rows = ctx.session.execute(held.order_by(begins.desc(), source.model.id).limit(request.limit + 1)).all()
    near = bool(letters) and not rows
    if near:
        rows = _near(ctx, source, letters)
    shown = [NamedRecord(ref=row.ref, name=row.name) for row in rows[: request.limit]]
    return NameList(names=shown, more=len(rows) > request.limit, near=near and bool(shown))


def _select(source: Source) -> Select[str, str | None]:
    name: Any = literal(None) if source.name is None else source.name
    return select(source.model.ref, name.label("name")).where(source.model.retired_at.is_(None))


def _begins(source: Source, letters: str) -> ColumnElement[bool]:
    columns = [source.model.ref, *([] if source.name is None else [source.name])]
    return or_(*(func.coalesce(func.lower(column).startswith(letters, autoescape=True), False) for column in columns))


def _holds(ctx: Context, source: Source, letters: str) -> ColumnElement[bool]:
    """Match records whose own words hold every word that was typed."""
    text = source.model.search_text
    held = and_(_seen(ctx, source.model), *(text.like(like(word)) for word in words_of(letters)))
    key = circuit_key(letters)
    if source.model is Circuit and len(key) >= FEWEST_KEY_LETTERS:
        return or_(held, Circuit.provider_circuit_key.like(like(key)))
    if source.model is Provider:
        return or_(held, Provider.id.in_(providers_with(letters)))
    return or_(held, _begins(source, letters)) if source.model is Document else held


def _near(ctx: Context, source: Source, letters: str) -> list[Row[str, str | None]]:
    """Find what is spelled most like the letters, by the trigram index."""
    text = source.model.search_text
    query = _select(source).where(spelled_like(ctx.session, text, letters), _seen(ctx, source.model))
    likeness = func.word_similarity(literal(letters), text)
    return list(ctx.session.execute(query.order_by(likeness.desc(), source.model.id).limit(MOST_NEAR)))


def _seen(ctx: Context, model: type[Base]) -> ColumnElement[bool]:
    """Let the words of a document count only for who may see them."""
    return Document.sensitivity.in_(classes_seen(ctx.principal.rights)) if model is Document else true()
