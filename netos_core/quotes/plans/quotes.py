"""Quotes and the prices of their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Names
from netos_core.providers import queries as providers
from netos_core.quotes.queries import names
from netos_core.quotes.rules.cost import months
from netos_core.quotes.rules.states import QuoteState, Serviceability
from netos_core.quotes.schemas import QuoteEdit, QuoteTermEdit
from netos_core.sites import queries as sites

LINKS = {"provider": "provider_id", "a_site": "a_site_id", "z_site": "z_site_id", "replaces": "replaces_id"}
KEPT = ("provider", "service_type", "state", "serviceability", "currency")


class OrderedQuote(Conflict):
    """A quote with an order is not retired."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once."""

    found: Mapping[str, Names]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """What the parts of a quote need to know of it."""

    id: UUID
    ref: str
    currency: str


def _known(ctx: Context, edits: Sequence[QuoteEdit], rows: Sequence[Mapping[str, Any]]) -> Known:
    places = {key for edit in edits for key in (edit.a_site, edit.z_site) if key}
    at = sites.names(ctx, places)
    found = {
        "provider": providers.names(ctx, {edit.provider for edit in edits if edit.provider}),
        "a_site": at,
        "z_site": at,
        "replaces": circuits.names(ctx, {edit.replaces for edit in edits if edit.replaces}),
    }
    old_sites = {row[c] for row in rows for c in ("a_site_id", "z_site_id") if row[c]}
    old = (
        (providers.rows_by_id(ctx, {row["provider_id"] for row in rows}), "name"),
        (sites.rows_by_id(ctx, old_sites), "name"),
        (circuits.rows_by_id(ctx, {row["replaces_id"] for row in rows if row["replaces_id"]}), "ref"),
    )
    labels = {str(row_id): row[shown] for kept, shown in old for row_id, row in kept.items()}
    return Known(found, labels)


def plan(ctx: Context, wanted: Sequence[Wanted[QuoteEdit]]) -> list[Change]:
    """Plan a batch of quotes. Retiring one retires its terms; another currency is that of its terms too.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A required field is missing, or it is to be expired by hand.
        Conflict: The same quote is asked for twice, or one to retire was ordered.
    """
    found = names.quote_names(ctx, {w.ref for w in wanted if w.ref})
    asked = [None if w.action is Action.CREATE else found.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    rows = names.quotes_by_id(ctx, [named.id for named in asked if named])
    known = _known(ctx, [w.edit for w in wanted], list(rows.values()))
    fresh = iter(next_refs(ctx.session, "quote", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, named in zip(wanted, asked, strict=True):
        _check(w.edit)
        if named is None:
            changes.append(quote_created(ctx, w.edit, next(fresh), known))
        elif w.action is Action.RETIRE:
            changes += _leaving(ctx, rows[named.id])
        else:
            changes += _updated(ctx, w.edit, rows[named.id], known)
    return changes


def _check(edit: QuoteEdit) -> None:
    if edit.state is QuoteState.EXPIRED:
        raise Invalid(
            "A quote expires by its date, never by hand.", field="state", fix="Set valid_until to its last day instead."
        )


def quote_created(ctx: Context, edit: QuoteEdit, ref: str, known: Known | None = None) -> Change:
    """Plan a new quote.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: The provider or the type of service is missing, or its days do not fit.
    """
    known = known or _known(ctx, [edit], [])
    for name in ("provider", "service_type"):
        if getattr(edit, name) is None:
            raise Invalid(f"A quote needs its {name.replace('_', ' ')}.", field=name)
    labels: dict[str, str] = {}
    values = {
        "ref": ref,
        **_columns(edit, known, labels),
        "state": edit.state or QuoteState.ANSWERED,
        "serviceability": edit.serviceability or Serviceability.UNKNOWN,
        "currency": edit.currency or ctx.policy.currency,
    }
    _check_days(values)
    return created("quote", values, ref=ref, labels=labels)


def _updated(ctx: Context, edit: QuoteEdit, row: Mapping[str, Any], known: Known) -> list[Change]:
    for name in KEPT:
        if name in edit.model_fields_set and getattr(edit, name) is None:
            raise Invalid(f"A quote can not be without its {name.replace('_', ' ')}.", field=name)
    labels = {key: known.labels[key] for c in LINKS.values() if (key := str(row[c])) in known.labels}
    values = _columns(edit, known, labels)
    _check_days({**row, **values})
    change = changed("quote", row, values, ref=row["ref"], labels=labels)
    changes = [change] if change else []
    if values.get("currency", row["currency"]) != row["currency"]:
        for term in names.terms_of(ctx, [row["id"]]):
            moved = changed("quote_term", term, {"currency": edit.currency}, ref=row["ref"], part=part_of(term))
            changes += [moved] if moved else []
    return changes


def _columns(edit: QuoteEdit, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    values = edit.model_dump(include=edit.model_fields_set - set(LINKS))
    for name, column in LINKS.items():
        if name in edit.model_fields_set:
            said = getattr(edit, name)
            named = known.found[name].get(said, name) if said else None
            values[column] = named.id if named else None
            if named:
                labels[str(named.id)] = named.name
    return values


def _check_days(after: Mapping[str, Any]) -> None:
    received, until = after.get("received_date"), after.get("valid_until")
    if received and until and until < received:
        raise Invalid("The quote would end before it came in.", field="valid_until")


def _leaving(ctx: Context, row: Mapping[str, Any]) -> list[Change]:
    ordered = [order["ref"] for order in names.orders_of(ctx, [row["id"]])]
    if ordered:
        raise OrderedQuote(
            f"{row['ref']} was ordered as {', '.join(ordered)}.", field="ref", fix="Retire the order first."
        )
    terms = [_term_retired(term, row["ref"]) for term in names.terms_of(ctx, [row["id"]])]
    return [*terms, retired("quote", row, ref=row["ref"], shown=("ref", "number", "service_type"))]


TERM_REQUIRED = ("quote", "term_months")


def plan_terms(ctx: Context, wanted: Sequence[Wanted[QuoteTermEdit]]) -> list[Change]:
    """Plan prices of terms; one is changed and retired by its row id.

    Raises:
        NotFound: A quote or a term id means nothing we have.
        Invalid: The quote or the months are missing, or nothing is priced.
        Conflict: The same term is asked for twice.
    """
    found = names.quote_names(ctx, {w.edit.quote for w in wanted if w.edit.quote})
    ids = [new_id() if w.action is Action.CREATE else row_id_of(w.ref, "term", "get_quote") for w in wanted]
    refuse_doubles([(row_id, "That term") for row_id in ids])
    rows = names.terms_by_id(ctx, ids)
    owners = {named.id for w in wanted if w.edit.quote and (named := found.find(w.edit.quote))}
    quotes = names.quotes_by_id(ctx, owners | {row["quote_id"] for row in rows.values()})
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.CREATE:
            for name in TERM_REQUIRED:
                if getattr(w.edit, name) is None:
                    raise Invalid(f"A term needs its {name.replace('_', ' ')}.", field=name)
            quote = quotes[found.get(w.edit.quote or "", "quote").id]
            changes.append(term_created(w.edit, Head(quote["id"], quote["ref"], quote["currency"]), row_id))
            continue
        row = rows.get(row_id)
        if row is None:
            raise NotFound("No term has that id.", field="ref", fix="get_quote lists the terms with their ids.")
        ref = quotes[row["quote_id"]]["ref"]
        if w.action is Action.RETIRE:
            changes.append(_term_retired(row, ref))
        else:
            change = _term_updated(w.edit, row, ref)
            changes += [change] if change else []
    return changes


def term_created(edit: QuoteTermEdit, quote: Head, row_id: UUID | None = None) -> Change:
    """Plan the prices of a term of a quote, which may be new in the same set."""
    values = edit.model_dump(include=edit.model_fields_set - {"quote"})
    values |= {"quote_id": quote.id, "currency": quote.currency}
    labels = {str(quote.id): quote.ref}
    return created("quote_term", values, ref=quote.ref, part=part_of(values), labels=labels, row_id=row_id)


def _term_updated(edit: QuoteTermEdit, row: Mapping[str, Any], ref: str) -> Change | None:
    if "quote" in edit.model_fields_set:
        raise Invalid("A term stays with its quote.", field="quote", fix="Retire it and add it to the other quote.")
    given = edit.model_dump(include=edit.model_fields_set)
    if "term_months" in given and given["term_months"] is None:
        raise Invalid("A term can not be without its months.", field="term_months")
    return changed("quote_term", row, given, ref=ref, part=part_of(row))


def _term_retired(row: Mapping[str, Any], ref: str) -> Change:
    return retired("quote_term", row, ref=ref, part=part_of(row), shown=("term_months", "mrc", "currency"))


def part_of(term: Mapping[str, Any]) -> str:
    return months(term["term_months"])


def row_id_of(ref: str | None, what: str, tool: str) -> UUID:
    """Read the id of a part.

    Raises:
        NotFound: It is none.
    """
    try:
        return UUID(ref or "")
    except ValueError:
        raise NotFound(
            f"No {what} has that id.", field="ref", fix=f"{tool} lists the {what}s with their ids."
        ) from None
