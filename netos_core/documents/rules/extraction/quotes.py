"""Checks a field against the pages, whoever extracted it: its quote stands there, and says the value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from netos_core.documents.rules.extraction import scanned
from netos_core.documents.rules.extraction.dates import whole_dates
from netos_core.documents.rules.extraction.durations import durations
from netos_core.documents.rules.extraction.fields import Field, FieldName, Problem, Proof
from netos_core.documents.rules.extraction.money import ANY, FREE, value_of
from netos_core.documents.rules.extraction.numbers import numbers_in
from netos_core.documents.rules.pages import Page

_YEAR, _MONTH = 12, 1
_TOLD_BY_KIND = frozenset(
    {
        FieldName.END_OF_TERM,
        FieldName.LIABILITY_CAP,  # its kind where no amount is stated
        FieldName.GOVERNING_LAW,  # "English law" is the law of England
        FieldName.CURRENCY,  # a sign
    }
)
"""Fields whose value is a name of ours for what the quote says."""
_BY_NUMBER = frozenset({FieldName.BANDWIDTH, FieldName.ESCALATOR})
"""Fields whose number must be in the quote; the unit may be written in another way."""


def checked(fields: Iterable[Field], pages: Sequence[Page]) -> tuple[list[Field], list[Problem]]:
    """Keep the fields whose quote stands on its page and says the value; tell of the others."""
    texts = {page.number: _Text(page) for page in pages}
    kept: list[Field] = []
    problems: list[Problem] = []
    for field in fields:
        wrong = _problem(field, texts)
        if wrong is None:
            kept.append(field)
        else:
            problems.append(wrong)
    return kept, problems


class _Text:
    """The words of a page, as quotes of it are compared."""

    def __init__(self, page: Page) -> None:
        self.is_ocr = page.ocr
        self._plain = plain(page.text)

    def has(self, quote: str) -> bool:
        return bool(quote.strip()) and plain(quote) in self._plain


def plain(text: str) -> str:
    """Give a text without what no reader sees: kinds of spaces and quotation marks."""
    same = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\xa0": " "})
    return " ".join(unicodedata.normalize("NFKC", text).translate(same).split())


def _problem(field: Field, texts: dict[int, _Text]) -> Problem | None:
    for proof in (field.proof, *(item.proof for item in field.items)):
        text = texts.get(proof.page)
        if text is None or not text.has(proof.quote):
            return Problem(
                "quote_not_on_page",
                (f"The quote for {field.name} does not stand on page {proof.page}; the value was dropped."),
                field.name,
                proof.page,
            )
    if not field.is_counted and not _says(field, texts[field.proof.page].is_ocr):
        return Problem(
            "value_not_in_quote",
            (f"The quote for {field.name} does not say its value; the value was dropped."),
            field.name,
            field.proof.page,
        )
    return None


def _says(field: Field, is_ocr: bool) -> bool:
    quote = scanned.mended(field.proof.quote) if is_ocr else field.proof.quote
    value = field.value
    if isinstance(value, bool):
        return True
    if field.name in _TOLD_BY_KIND:
        return set(_digits(str(value))) <= set(_digits(quote))
    if isinstance(value, date):
        return value in whole_dates(quote)
    if isinstance(value, int):
        return _says_length(field.name, value, quote)
    if isinstance(value, Decimal):
        return any(value_of(found) == value for found in ANY.finditer(quote)) or (
            value == 0 and bool(FREE.search(quote))
        )
    if isinstance(value, tuple):
        return (
            all(_holds(item.value, item.proof) for item in field.items)
            if field.items
            else all(letters(one) in letters(quote) for one in value)
        )
    if field.name in _BY_NUMBER:
        return (field.name is FieldName.BANDWIDTH and bool(field.items)) or set(_digits(value)) <= {
            *_digits(quote),
            *map(str, numbers_in(quote)),
        }
    return letters(value) in letters(quote)


def _says_length(name: FieldName, value: int, quote: str) -> bool:
    for one in durations(quote):
        if value in ((one.days,) if name is FieldName.NOTICE_DAYS else (one.months, one.term_months)):
            return True
    if name is not FieldName.NOTICE_DAYS and value in (_YEAR, _MONTH):
        words = ("year", "annual") if value == _YEAR else ("month", "mtm", "m2m")
        return any(word in quote.lower() for word in words)
    stated = {int(one) for one in _digits(quote) if len(one) < 5}  # noqa: PLR2004
    return value in stated or (value % _YEAR == 0 and value // _YEAR in stated)


def _holds(value: str, proof: Proof) -> bool:
    return letters(value) in letters(proof.quote) or set(_digits(value)) <= set(_digits(proof.quote))


def letters(text: str) -> str:
    """Give the letters and digits of a text alone, as values are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _digits(text: str) -> list[str]:
    return [
        "".join(c for c in part if c.isdigit() or c == ".").strip(".")
        for part in text.replace(",", "").split()
        if any(map(str.isdigit, part))
    ]
