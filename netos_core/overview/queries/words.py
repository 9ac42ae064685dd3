"""Which records contain all the words of a query, each word anywhere among the things that name the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, literal, or_, select, union, union_all

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.circuits.queries import circuit_key
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like, spelled_like, words_of
from netos_core.kernel.page import ListRequest
from netos_core.providers.model import Provider, ProviderAlias
from netos_core.sites.model import Site

Searched: TypeAlias = Any  # a model with a column search_text; features above this one have such models too
NEAR_HINT = "Nothing contains all of these words; these are the nearest by spelling."
FEWEST_KEY_LETTERS = 4


def providers_with(word: str) -> CompoundSelect[UUID]:
    named = select(ProviderAlias.provider_id).where(
        ProviderAlias.retired_at.is_(None), func.lower(ProviderAlias.alias).like(like(word))
    )
    return union(select(Provider.id).where(Provider.search_text.like(like(word))), named)


def circuits_with(words: Sequence[str]) -> ColumnElement[bool]:
    """Match circuits that every word is found on."""
    return and_(*map(_circuits_with, words))


def _circuits_with(word: str) -> ColumnElement[bool]:
    """Match circuits by their own words, their carrier's, their ends', their customers' or a tag.

    Those of ends, customers and tags are gathered before circuits are looked at, once and in their own order.
    """
    own: ColumnElement[bool] = Circuit.search_text.like(like(word))
    key = circuit_key(word)
    if len(key) >= FEWEST_KEY_LETTERS:
        own = or_(own, Circuit.provider_circuit_key.like(like(key)))
    at_site = (
        select(Termination.circuit_id)
        .join(Site, Site.id == Termination.site_id)
        .where(Termination.retired_at.is_(None), Site.search_text.like(like(word)))
    )
    for_customer = (
        select(CircuitCustomer.circuit_id)
        .join(Customer, Customer.id == CircuitCustomer.customer_id)
        .where(CircuitCustomer.retired_at.is_(None), Customer.search_text.like(like(word)))
    )
    around = union_all(at_site, for_customer, tagged("circuit", word))
    return or_(own, Circuit.provider_id.in_(providers_with(word)), Circuit.id.in_(around))


def sites_with(word: str) -> ColumnElement[bool]:
    customers = select(Customer.id).where(Customer.search_text.like(like(word)))
    return or_(Site.search_text.like(like(word)), Site.customer_id.in_(customers))


def contracts_with(word: str) -> ColumnElement[bool]:
    return or_(Contract.search_text.like(like(word)), Contract.provider_id.in_(providers_with(word)))


def nearest_ids(ctx: Context, model: type[Searched], query: str) -> list[UUID]:
    """Return up to ten live records whose words are spelled most like the query."""
    likeness = func.word_similarity(literal(query.lower()), model.search_text)
    rows = ctx.session.execute(
        select(model.id)
        .where(model.retired_at.is_(None), spelled_like(ctx.session, model.search_text, query))
        .order_by(likeness.desc(), model.id)
        .limit(10)
    )
    return [row.id for row in rows]


def page_of(
    ctx: Context,
    source: listing.ListSource,
    request: ListRequest,
    wanted: list[ColumnElement[bool]],
    model: type[Searched],
    with_word: Callable[[str], ColumnElement[bool]],
) -> tuple[listing.Found, str | None]:
    """Return a page of the rows that contain every word, else of those spelled nearest, and the hint that says so."""
    what = model.__tablename__.replace("_", " ")
    query = request.query or ""
    words = [with_word(word) for word in words_of(query)]
    found = listing.page(ctx, source, request, [*wanted, *words])
    if found.total:
        return found, None
    if words and (near := nearest_ids(ctx, model, query)):
        found = listing.page(ctx, source, request, [*wanted, model.id.in_(near)])
    if found.total:
        return found, NEAR_HINT
    return found, f"No {what} matches. Leave filters out one by one, or search other words."
