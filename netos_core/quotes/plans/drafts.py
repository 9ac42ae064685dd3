"""From the values a person accepted of a draft to one quote with its terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netos_core.changes.plans import next_refs
from netos_core.changes.rules import ChangeSet
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.providers import queries as providers
from netos_core.quotes.plans.quotes import Head, quote_created, term_created
from netos_core.quotes.rules.reading import split
from netos_core.quotes.schemas import QuoteEdit, QuoteTermEdit
from netos_core.quotes.schemas.values import edit_of


def plan_draft(ctx: Context, values: Mapping[str, str], *, source: str) -> ChangeSet:
    """Plan the quote and the terms that accepted values make.

    Args:
        ctx: The call.
        values: Accepted values by their names, such as `provider` and `36.mrc`.
        source: Where they came from, kept with the quote.

    Raises:
        Invalid: A value does not fit, or the provider, the type of service or every term is missing.
        NotFound: The provider, a site or the circuit is none we have.
    """
    own: dict[str, Any] = {"source": source}
    terms: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        months, field = split(name)
        if months is None:
            own[field] = value
        else:
            terms.setdefault(months, {"term_months": months})[field] = value
    if not terms:
        raise Invalid("No term is accepted.", field="values", fix="Accept the prices of one term, or reject the draft.")
    ref = next_refs(ctx.session, "quote")[0]
    edit, told = _standing(ctx, edit_of(QuoteEdit, own))
    quote = quote_created(ctx, edit, ref)
    head = Head(quote.id, ref, str(quote.after["currency"]))
    prices = [term_created(edit_of(QuoteTermEdit, terms[m], months=m), head) for m in sorted(terms)]
    lengths = ", ".join(str(m) for m in sorted(terms))
    return ChangeSet(f"Add quote {ref} with terms of {lengths} months", (quote, *prices), told)


def _standing(ctx: Context, edit: QuoteEdit) -> tuple[QuoteEdit, tuple[str, ...]]:
    """Put the quote under who stands today for the carrier its source names, and say why where that is another."""
    if edit.provider is None:
        return edit, ()
    standing = providers.standing_names(ctx, [edit.provider], ctx.today)
    named = standing.names.get(edit.provider, "provider")
    why = standing.reason(edit.provider)
    return edit.model_copy(update={"provider": named.ref}), (why,) if why else ()
