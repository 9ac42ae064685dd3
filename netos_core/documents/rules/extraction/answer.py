"""What a model is asked for, and how its answer becomes fields: typed values, each where it stands on its page.

A model states what is written and no more: dates counted from a term and sums are for the rules, who can show how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Stated

from netos_core.documents.rules.extraction.fields import Field, FieldName, Item, Problem, Proof, Value
from netos_core.documents.rules.extraction.place import located
from netos_core.documents.rules.extraction.quotes import checked, letters, plain
from netos_core.documents.rules.pages import Page

SUREST = 0.95
"""No model's word for its own confidence counts for more."""

UNPROVEN = 0.7
"""The same where the quote can not be shown to say the value: yes or no, and names of ours for a clause."""

SEVERAL = frozenset({FieldName.PARTIES, FieldName.CIRCUIT_IDS, FieldName.ADDRESSES})
_DATES = frozenset({FieldName.AGREEMENT_DATE, FieldName.EFFECTIVE_DATE, FieldName.EXPIRATION_DATE})
_LENGTHS = frozenset({FieldName.INITIAL_TERM_MONTHS, FieldName.RENEWAL_TERM_MONTHS, FieldName.NOTICE_DAYS})
_YES_OR_NO = frozenset({FieldName.AUTO_RENEWS, FieldName.TERMINATION_FOR_CONVENIENCE})
_AMOUNTS = frozenset({FieldName.MRC, FieldName.NRC})
_NAMED: Mapping[FieldName, frozenset[str]] = {
    FieldName.END_OF_TERM: frozenset({"auto_renew", "roll", "auto_disconnect"}),
    FieldName.CURRENCY: frozenset({"USD", "CAD", "EUR", "GBP", "AUD"}),
}
_SIGNS = {
    "USD": ("$", "usd", "dollar"),
    "CAD": ("$", "cad"),
    "AUD": ("$", "aud"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp", "pound"),
}
_CAPS = frozenset({"limited", "exclusive remedy", "no indirect or consequential damages", "not liable"})
_ABOUT: Mapping[FieldName, tuple[str, ...]] = {
    FieldName.AUTO_RENEWS: ("renew", "extend", "continu", "successive", "evergreen"),
    FieldName.END_OF_TERM: ("renew", "extend", "continu", "month", "expir", "terminat", "end"),
    FieldName.TERMINATION_FOR_CONVENIENCE: ("terminat", "cancel", "convenience"),
    FieldName.LIABILITY_CAP: ("liab", "damages", "remed"),
}
"""What a quote must speak of, where the value is yes or no or a name of ours."""

_WITH_FIGURES = frozenset({FieldName.BANDWIDTH, FieldName.ESCALATOR})
_LONGEST_VALUE = 700
_LONGEST_TERM = 9_999
"""Months or days; more is a misreading."""

_STEM = 4


class Said(BaseModel):
    """One value a model has found."""

    model_config = ConfigDict(extra="ignore")

    name: FieldName
    value: str = Stated(description="As the rules of the system prompt say for this name.")
    confidence: float = Stated(description="From 0 to 1.")
    page: int = Stated(description="Number of the page the quote stands on, from 1.")
    quote: str = Stated(description="Words of that page, letter for letter, that say the value.")


class Answer(BaseModel):
    """Everything a model has found; a name that is absent means the document does not say."""

    model_config = ConfigDict(extra="ignore")

    fields: list[Said]


@dataclass(frozen=True, slots=True)
class Judged:
    """What of an answer holds, and what does not; each problem names its field."""

    fields: tuple[Field, ...]
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> tuple[FieldName, ...]:
        """The fields nothing holds of."""
        held = {field.name for field in self.fields}
        return tuple(dict.fromkeys(one.field for one in self.problems if one.field and one.field not in held))


def judged(answer: Answer, pages: Sequence[Page]) -> Judged:
    """Make fields of an answer, and keep those whose quote stands on its page and says the value."""
    numbered = {page.number: page for page in pages}
    found: list[Field] = []
    problems: list[Problem] = []
    for said in answer.fields:
        made = _field(said, numbered)
        if isinstance(made, Problem):
            problems.append(made)
            continue
        kept, wrong = checked([made], pages)
        found += kept
        problems += [_worded(one) for one in wrong]
    groups = [group for name in FieldName if (group := [field for field in found if field.name is name])]
    fields = [_one(group) if group[0].name in SEVERAL else _first(group, problems) for group in groups]
    return Judged(tuple(fields), tuple(problems))


def second_try(first: Judged, again: Judged) -> Judged:
    """Join what held at first with what a second look gave for the fields that had failed."""
    asked = set(first.failed)
    mended = [field for field in again.fields if field.name in asked]
    names = {field.name for field in mended}
    left = [one for one in first.problems if one.field not in names]
    return Judged((*first.fields, *mended), tuple(left))


def _field(said: Said, pages: Mapping[int, Page]) -> Field | Problem:
    value = _value(said.name, said.value.strip())
    if value is None:
        return _problem("value_unreadable", "is written in a way that can not be read", said)
    page = pages.get(said.page)
    place = page and located(said.quote, page)
    if not place:
        return _problem("quote_not_on_page", f"has a quote that does not stand on page {said.page}", said)
    proof, sure = place
    if not _is_grounded(said.name, said.value, proof):
        return _problem("value_not_in_quote", "is not what its quote says", said)
    most = (
        UNPROVEN if said.name in _YES_OR_NO or said.name in _NAMED or said.name is FieldName.LIABILITY_CAP else SUREST
    )
    confidence = min(max(said.confidence, 0.0), most) * sure
    items = (Item(said.value.strip(), proof),) if said.name in SEVERAL else ()
    return Field(said.name, value, confidence, proof, items=items)


def _value(name: FieldName, text: str) -> Value | None:
    """Read a value as its name wants it; None where it is no such thing."""
    if not text or len(text) > _LONGEST_VALUE:
        return None
    try:
        if name in _DATES:
            return date.fromisoformat(text)
        if name in _LENGTHS:
            return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= _LONGEST_TERM else None
        if name in _AMOUNTS:
            amount = Decimal(text.replace(",", ""))
            return amount.quantize(Decimal("0.01")) if amount.is_finite() and amount >= 0 else None
    except (ValueError, InvalidOperation):
        return None
    if name in _YES_OR_NO:
        return {"true": True, "false": False}.get(text.lower())
    if name in _NAMED:
        return text if text in _NAMED[name] else None
    return (text,) if name in SEVERAL else text


def _is_grounded(name: FieldName, value: str, proof: Proof) -> bool:
    """Ask of a value that is no figure whether the quote has anything to do with it."""
    quote = plain(proof.quote).lower()
    said = plain(value).lower()
    if name is FieldName.CURRENCY:
        return any(sign in quote for sign in _SIGNS[value.strip()])
    if name in _ABOUT and not any(word in quote for word in _ABOUT[name]):
        return False
    if name is FieldName.GOVERNING_LAW or (name is FieldName.LIABILITY_CAP and said not in _CAPS):
        return all(word[:_STEM] in quote for word in said.split())
    if name in SEVERAL or (name in _WITH_FIGURES and not any(map(str.isdigit, said))):
        return letters(value) in letters(proof.quote) or _is_spelled(letters(value), proof.quote)
    return True


def _is_spelled(value: str, quote: str) -> bool:
    """Whether words of the quote spell the value, one after the other: a cell of a table breaks it over its lines."""
    for word in map(letters, quote.split()):
        if word and value.startswith(word):
            value = value[len(word) :]
    return not value


def _one(group: list[Field]) -> Field:
    """Make one field of several values, each with its own proof."""
    items = {item.value: item for field in group for item in field.items}
    return replace(
        group[0],
        value=tuple(items),
        items=tuple(items.values()),
        confidence=min(field.confidence for field in group),
    )


def _first(group: list[Field], problems: list[Problem]) -> Field:
    first = group[0]
    others = [one for one in group[1:] if one.value != first.value]
    if not others:
        return first
    told = f"Claude gave several values for {first.name}; the first was taken."
    problems.append(Problem("several_values", told, first.name, first.proof.page, (first, *others)))
    return replace(first, confidence=first.confidence / 2)


def _problem(code: str, why: str, said: Said) -> Problem:
    return Problem(code, f"Claude's value for {said.name} {why}; it was dropped.", said.name, said.page)


def _worded(problem: Problem) -> Problem:
    why = "is not what its quote says" if problem.code == "value_not_in_quote" else "has a quote that is not there"
    return replace(problem, message=f"Claude's value for {problem.field} {why}; it was dropped.")
