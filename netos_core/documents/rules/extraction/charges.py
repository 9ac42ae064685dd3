"""What is paid monthly and once: totals as stated, else one amount, else the sum of a table's rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from netos_core.documents.rules.extraction.cells import Cell
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.form import Form
from netos_core.documents.rules.extraction.labels import Label, Stated
from netos_core.documents.rules.extraction.money import ANY, FREE, currency_of, value_of
from netos_core.documents.rules.extraction.script import Script
from netos_core.documents.rules.extraction.tables import Table

_I = re.IGNORECASE
_NAMES = ((FieldName.MRC, Label.MRC), (FieldName.NRC, Label.NRC))
_MONTHLY_BEFORE = re.compile(
    r"(?:\bMRC\b|monthly\s+recurring\s+(?:charge|fee|cost|rate)s?|monthly\s+(?:service\s+)?(?:charge|fee|rate|"
    r"rent|price)s?|recurring\s+(?:charge|fee)s?\s+of)[^.;$€£]{0,60}$",
    _I,
)
_MONTHLY_AFTER = re.compile(
    r"^\s*(?:\([^)]{0,20}\)\s*)?(?:USD\s*)?(?:per\s+month|/\s?mo(?:nth)?\b|a\s+month|each\s+month|monthly|MRC\b|"
    r"per\s+calendar\s+month)",
    _I,
)
_ONCE_BEFORE = re.compile(
    r"(?:\bNRC\b|non[\s-]?recurring\s+(?:charge|fee|cost)s?|one[\s-]?time\s+(?:\w+\s+){0,2}?(?:charge|fee|"
    r"payment)s?|installation\s+(?:charge|fee)s?|set[\s-]?up\s+fee|activation\s+fee)[^.;$€£]{0,60}$",
    _I,
)
_ONCE_AFTER = re.compile(r"^\s*(?:USD\s*)?(?:\(?one[\s-]?time|NRC\b|non[\s-]?recurring|for\s+installation)", _I)
_IS_LOWERED = re.compile(r"\s*to\s+(?:USD|[$€£])", _I)
_WAS = re.compile(r"from\s+[$€£][\d,.]+\s+to\s*$", _I)
_NOT_A_PRICE = re.compile(
    r"\blate\b|interest|insurance|liabilit|damages|exceed|penalt|minimum|commit|credit|per\s+(?:mile|minute|hour|"
    r"foot)|expedit|dispatch|threshold|unless|if\s+the",
    _I,
)


def charges(script: Script, form: Form) -> Iterator[Finding]:
    """Find the monthly and the one-time charges and their currency."""
    found = [
        one
        for name, label in _NAMES
        for one in (*_in_tables(form, name, label), *_with_labels(form, name, label), *_in_words(script, name))
    ]
    yield from found
    yield from _currency(script, form, found)


def _in_tables(form: Form, name: FieldName, label: Label) -> Iterator[Finding]:
    for table in form.tables:
        number = table.column(label)
        if number is None:
            continue
        if table.totals is not None and (total := _amount(table.totals.get(number, []))) is not None:
            cell, value = total
            yield Finding(name, value, cell.start, _row_start(table.totals), _row_end(table.totals), 0.93)
            continue
        amounts = [(row, found) for row in table.rows if (found := _amount(row.get(number, []))) is not None]
        if len(amounts) == 1:
            row, (cell, value) = amounts[0]
            yield Finding(
                name, value, cell.start, _row_start(row), _row_end(row), 0.9, is_counted=bool(FREE.search(cell.text))
            )
        elif amounts and _is_on_one_page(table):
            value = sum((found[1] for _, found in amounts), Decimal(0))
            parts = tuple((f"{found[1]}", found[0].start, found[0].end) for _, found in amounts)
            start, end = _row_start(amounts[0][0]), _row_end(amounts[-1][0])
            yield Finding(name, value, amounts[0][1][0].start, start, end, 0.75, is_counted=True, parts=parts)


def _is_on_one_page(table: Table) -> bool:
    return len({cells[0].page for row in table.rows for cells in row.values()}) == 1


def _row_start(row: dict[int, list[Cell]]) -> int:
    return min(cell.start for cells in row.values() for cell in cells)


def _row_end(row: dict[int, list[Cell]]) -> int:
    return max(cell.end for cells in row.values() for cell in cells)


def _amount(cells: Sequence[Cell]) -> tuple[Cell, Decimal] | None:
    for cell in cells:
        found = ANY.search(cell.text)
        if found is not None:
            return cell, value_of(found)
        if FREE.search(cell.text):
            return cell, Decimal("0.00")
    return None


def _with_labels(form: Form, name: FieldName, label: Label) -> Iterator[Finding]:
    for one in form.values(label):
        found = _amount([one.value])
        if found is None or _is_text(one):
            continue
        score = 0.95 if one.is_total else 0.9
        yield Finding(
            name, found[1], one.value.start, *_with_head(one), score, is_counted=bool(FREE.search(one.value.text))
        )


def _is_text(one: Stated) -> bool:
    return len(one.value.text.split()) > 12  # noqa: PLR2004  a sentence, not a value


def _with_head(one: Stated) -> tuple[int, int]:
    return min(one.head.start, one.value.start), max(one.head.end, one.value.end)


def _in_words(script: Script, name: FieldName) -> Iterator[Finding]:
    before_form, after_form = (
        (_MONTHLY_BEFORE, _MONTHLY_AFTER) if name is FieldName.MRC else (_ONCE_BEFORE, _ONCE_AFTER)
    )
    text = script.text
    for found in ANY.finditer(text):
        if currency_of(found) is None:
            continue
        span = script.sentence_at(found.start())
        before, after = text[max(found.start() - 120, span.start) : found.start()], text[found.end() : found.end() + 50]
        if _IS_LOWERED.match(after) and before.rstrip().endswith("from"):
            continue
        before = _WAS.sub("", before)
        if not (before_form.search(before) or after_form.match(after)) or _NOT_A_PRICE.search(before[-80:] + after):
            continue
        start, end = max(span.start, found.start() - 200), min(span.end, found.end() + 120)
        yield Finding(name, value_of(found), found.start(), min(start, found.start()), max(end, found.end()), 0.7)


def _currency(script: Script, form: Form, amounts: Sequence[Finding]) -> Iterator[Finding]:
    for one in form.values(Label.CURRENCY):
        named = re.search(r"\b(USD|CAD|EUR|GBP|AUD)\b|US dollars?|euros?|pounds? sterling", one.value.text, _I)
        if named is not None:
            told = named[1].upper() if named[1] else {"u": "USD", "e": "EUR", "p": "GBP"}[named[0][0].lower()]
            yield Finding(FieldName.CURRENCY, told, one.value.start, *_with_head(one), 0.95)
    named = re.search(
        (r"\b(USD|CAD|EUR|GBP|AUD)\b|\bUS\$|\b(?:U\.?S\.?|United States) dollars|\bCanadian dollars"), script.text
    )
    marked = Counter(currency_of(found) for found in ANY.finditer(script.text) if currency_of(found))
    if named is not None and (amounts or marked):
        code = named[1] or ("CAD" if named[0].startswith("Can") else "USD")
        span = script.sentence_at(named.start())
        yield Finding(FieldName.CURRENCY, code, named.start(), *_near(span.start, span.end, named.start()), 0.9)
        return
    if not marked or not amounts:
        return
    usual = marked.most_common(1)[0][0]
    first = next(found for found in ANY.finditer(script.text) if currency_of(found) == usual)
    yield Finding(FieldName.CURRENCY, str(usual), first.start(), first.start(), first.end(), 0.65)


def _near(start: int, end: int, at: int) -> tuple[int, int]:
    return max(start, at - 100), min(end, at + 60)
