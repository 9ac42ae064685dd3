"""From pages of words to checked fields, by rules alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from netos_core.documents.rules.extraction import (
    charges,
    exits,
    law,
    orders,
    parties,
    protections,
    renewal,
    services,
    signing,
    term,
)
from netos_core.documents.rules.extraction.dates import days_said
from netos_core.documents.rules.extraction.durations import durations
from netos_core.documents.rules.extraction.fields import Extraction, Field, FieldName, Item, Problem
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.form import read_form
from netos_core.documents.rules.extraction.orders_to_readers import Orders
from netos_core.documents.rules.extraction.quotes import checked
from netos_core.documents.rules.extraction.script import LONGEST_QUOTE, Script
from netos_core.documents.rules.pages import Page

_A_VALUE = 60
_LEAST = 0.4
"""A finding that fits less well than this is no more than a guess."""


def extract(pages: Sequence[Page], unread: Sequence[int] = ()) -> Extraction:
    """Read the fields of a contract; what the document does not say is not among them.

    `unread` are the pages no words could be read from though there is something to see.
    """
    script = Script(pages)
    findings = list(_findings(script)) if script.text else []
    chosen = [one for name in FieldName if (one := best(found for found in findings if found.name is name))]
    chosen = [one for one in chosen if one.score >= _LEAST]
    fields, wrong = checked([_field(script, one) for one in chosen], pages)
    orders = Orders(pages)
    fields, planted = orders.sift(fields)
    told = [*_of_pages(pages, unread), *orders.problems()]
    problems = [*told, *wrong, *planted, *_of_two_readings(script, chosen)]
    return Extraction(len(pages), tuple(page.number for page in pages if page.ocr), tuple(fields), tuple(problems))


def _of_pages(pages: Sequence[Page], unread: Sequence[int]) -> Iterator[Problem]:
    for number in unread:
        yield Problem("page_unread", f"Page {number} is a picture no words could be read from.", page=number)
    for page in pages:
        if page.hidden:
            yield Problem(
                "hidden_text", f"Page {page.number} has words no reader can see; they were left out.", page=page.number
            )
    if not any(page.lines for page in pages):
        yield Problem("no_text", "No words were found in the document.")


def _of_two_readings(script: Script, chosen: Sequence[Finding]) -> Iterator[Problem]:
    """Tell of values that are written in a way which can be read otherwise."""
    for one in chosen:
        said = script.text[one.at : one.at + _A_VALUE]
        if isinstance(one.value, int) and any(found.start == 0 and not found.is_clear for found in durations(said)):
            yield Problem(
                "words_and_digits_differ",
                f"{one.name} differs in words and digits; the digits were taken.",
                one.name,
                script.page_at(one.at),
            )
        if isinstance(one.value, date) and any(day.start == 0 and not day.is_clear for day in days_said(said)):
            yield Problem(
                "day_or_month",
                f"{one.name} can be read with day and month exchanged.",
                one.name,
                script.page_at(one.at),
            )


def _findings(script: Script) -> Iterator[Finding]:
    dates = signing.dates_of(script)
    yield from dates.findings()
    yield from parties.parties(script)
    yield from law.governing_law(script)
    yield from protections.protections(script)
    form = read_form(script)
    yield from orders.orders(script, form)
    yield from charges.charges(script, form)
    yield from services.services(script, form)
    yield from exits.exits(script, form)
    terms = term.term_of(script, dates)
    yield from terms
    months = next((one.value for one in terms if one.name is FieldName.INITIAL_TERM_MONTHS), None)
    yield from renewal.renewal_findings(script, months if isinstance(months, int) else None)


def _field(script: Script, found: Finding) -> Field:
    longest = exits.LONGEST_CLAUSE if found.name in exits.CLAUSES else LONGEST_QUOTE
    proof = script.proof(found.start, found.end, found.at, longest)
    sure = min(found.score, 0.99) * script.sureness(found.start, found.end)
    items = tuple(Item(value, script.proof(start, end, start)) for value, start, end in found.parts)
    return Field(found.name, found.value, sure, proof, found.is_counted, items)
