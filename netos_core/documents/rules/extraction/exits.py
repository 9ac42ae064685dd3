"""What leaving early costs, and how the price rises meanwhile: each clause whole, so that it can be typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from netos_core.documents.rules.extraction.cells import Cell
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.form import Form
from netos_core.documents.rules.extraction.labels import Label, label_of
from netos_core.documents.rules.extraction.leaving import is_none
from netos_core.documents.rules.extraction.leaving_parts import is_before_install, is_free_way
from netos_core.documents.rules.extraction.rising import rise_of
from netos_core.documents.rules.extraction.said import AMOUNT, CUT, PERCENT, made_plain, whens
from netos_core.documents.rules.extraction.script import Script, Span, is_contents

_I = re.IGNORECASE
CLAUSES = frozenset({FieldName.ETF, FieldName.ESCALATOR})
"""Fields that are a clause, quoted whole."""
LONGEST_CLAUSE = 1500
_SCORED = 260
_MOST_SENTENCES = 8
_LEAVING = re.compile(
    r"early\s+(?:terminat|disconnect|cancel)\w+|(?:terminat|disconnect|cancel)\w*\s+early|\bETF\b|\bETL\b|"
    r"termination\s+(?:liabilit\w+|charges?|fees?)|"
    r"cancell?ation\s+(?:charges?|fees?)|(?:terminat|cancel|disconnect)\w*[^.]{0,140}?(?:prior to|"
    r"before)\s+(?:the\s+)?(?:end|expir|completion)|liquidated\s+damages",
    _I,
)
_HOW_MUCH = re.compile(
    r"(?:(?:[\w-]+\s+)?(?:percent\s*)?\(?\b\d{1,3}(?:\.\d+)?\s?%\)?|\b[\w-]+(?:\s+[\w-]+)?\s+percent\b)|"
    r"[$€£]\s?\d[\d,.]*|(?:all|the)\s+(?:remaining|unpaid)|(?:remaining|unpaid)\s+(?:monthly|MRC)|"
    r"all\s+(?:\w+\s+){0,3}?(?:charges?|fees?|MRC)\b|\bremainder\b|the\s+(?:sum|balance|total)\s+of|"
    r"average\s+(?:of|monthly)",
    _I,
)
_PAYS = re.compile(r"\bpay|\bowe|liable|equal\s+to|charge[ds]?\b|liabilit|\bfee\b|due|responsible|:", _I)
_NO_FEE = re.compile(
    r"without\s+(?:any\s+)?(?:early\s+)?(?:termination\s+)?(?:liability|charge|penalty|fee)|"
    r"no\s+(?:early\s+)?termination\s+(?:fee|charge|liability)",
    _I,
)
_RISING = re.compile(r"increas|escalat|uplift|adjust|\bris(?:e|es|ing)\b", _I)
_YEARLY = re.compile(
    r"annual|each\s+(?:year|anniversary|contract year)|every\s+(?:year|twelve)|per\s+(?:year|annum)|anniversar|"
    r"yearly|year over year|on each",
    _I,
)
_PERCENT = re.compile(r"(?:\(\s*)?(?<![\d.])(\d{1,2}(?:\.\d{1,2})?)\s?(?:%|percent)", _I)
_IN_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten)(?:\s+and\s+one[\s-]half)?\s+percent\b",
    _I,
)
_INDEX = re.compile(r"\bCPI(?:-U)?\b|consumer\s+price\s+index", _I)
_OTHER_RISE = re.compile(
    r"\blate\b|past\s+due|interest|overdue|tax(?:es)?\b|surcharge|liabilit|insurance|bandwidth", _I
)


_OF_LEAVING = re.compile(
    r"\b(?:such|the\s+foregoing|this|these|the|any|no)\s+(?:early\s+)?(?:termination|cancell?ation|"
    r"disconnect\w*)\s+(?:fees?|charges?|"
    r"liabilit\w+|amounts?)|\bETF\b|\bETL\b|\bwaived\b|third[\s-]party\s+(?:\w+\s+)?(?:charge|cost|fee)|"
    r"^in\s+addition,?\s+(?:the\s+)?(?:customer|lessee|licensee)",
    _I,
)
_NUMBERING = re.compile(r"(?:\(?[\dA-Za-z]{1,3}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|[•▪*–-])\s+")
_PRICED = re.compile(r"\bMRC\b|month|rent|licen[sc]e\s+fee|recurring", _I)
_ON_BELOW = re.compile(r"[a-z(]|\d{1,3}(?:\.\d+)?\s?%")
_BEGINS = re.compile(r"\b(?:If|In\s+the\s+event|Should|Upon|Where)\b")
_FEW = 2


def exits(script: Script, form: Form) -> Iterator[Finding]:
    """Find the charge for ending early and the yearly increase."""
    yield from _labelled(script, form)
    for span in script.sentences:
        said = script.said(span)
        if is_contents(said):
            continue
        if _LEAVING.search(said):
            yield from _etf(script, span, said)
        if _RISING.search(said):
            yield from _escalator(script, span, said)
        else:
            yield from _dated_amounts(script, span, said)


def _labelled(script: Script, form: Form) -> Iterator[Finding]:
    for head, value in _with(form, Label.ETF):
        if _HOW_MUCH.search(value.text) or is_none(value.text):
            end = _end_of_value(script, value, goes_on=True)
            yield _clause(script, FieldName.ETF, value.start, value.start, end, 0.95, head=head.start)
    for head, value in _with(form, Label.ESCALATOR):
        found = _PERCENT.search(value.text)
        if found or _INDEX.search(value.text):
            end = _end_of_value(script, value)
            at = value.start + (found.start() if found else 0)
            beside = head.start <= value.start <= head.end + _FEW
            first = head.start if beside else value.start
            yield _rise(script, at, first, end, 0.92 if found else 0.85, head=min(head.start, value.start))


def _with(form: Form, label: Label) -> Iterator[tuple[Cell, Cell]]:
    """Give the values of a label, each with its head; a cell of a table is its own."""
    for one in form.values(label):
        yield one.head, one.value
    for cells in form.cells(label):
        yield cells[0], cells[0]


def _end_of_value(script: Script, value: Cell, *, goes_on: bool = False) -> int:
    """Give where a value ends: a line that it fills may go on below, and a fee may be told in bands of a line each."""
    end = value.end
    while script.lined[end : end + 1] == "\n":
        start = end + 2 if script.lined[end : end + 2] == "\n\n" else end + 1
        line = script.lined[start:].partition("\n")[0]
        plain = made_plain(line) or ""
        is_band = goes_on and bool(PERCENT.search(plain) or AMOUNT.search(plain)) and bool(whens(plain))
        if not is_band and (start > end + 1 or not _ON_BELOW.match(line)):
            break
        if label_of(line.partition(":")[0]) is not None:
            break
        end = start + len(line)
    return end


def _end_of_clause(script: Script, span: Span) -> int:
    """Give where a clause of leaving ends: sentences after the one that begins it may go on with it."""
    end = span.end
    for count in range(1, _MOST_SENTENCES + 1):
        following = script.after(span, count).end
        if following == end:
            break
        said = script.text[end:following].strip()
        if not _goes_on(said):
            break
        end = following
    return end


def _goes_on(said: str) -> bool:
    if is_contents(said):
        return False
    if _OF_LEAVING.search(said) or (is_free_way(said) and re.search(r"terminat|cancel|disconnect", said, _I)):
        return True
    if is_before_install(said) and re.search(r"cancel|terminat", said, _I):
        return True
    plain = made_plain(said) or ""
    figures = bool(PERCENT.search(plain) or AMOUNT.search(plain))
    if not figures or _RISING.search(said) or _OTHER_RISE.search(said):
        return False
    return bool(whens(plain) or re.search(r"\bremaining|exceed|less\s+than", said, _I))


def _clause(
    script: Script, name: FieldName, at: int, start: int, end: int, score: float, *, head: int | None = None
) -> Finding:
    """Make the words of a clause its value; where they were cut, at a page or for their length, they say so."""
    numbering = _NUMBERING.match(script.text, start, min(at, end))
    first = numbering.end() if numbering and numbering.end() <= at else start
    span = script.quoted(first, end, at, LONGEST_CLAUSE)
    words = " ".join(script.said(span).split())
    value = f"{CUT + ' ' if span.start > first else ''}{words}{' ' + CUT if span.end < end else ''}"
    quoted = span.start if head is None else min(head, span.start)
    return Finding(name, value, at, quoted, span.end, score)


def _etf(script: Script, span: Span, said: str) -> Iterator[Finding]:
    """Quote the clause whole: what stands before the first amount says when it is due, what follows may go on."""
    leaving = _LEAVING.search(said)
    amount = (leaving and _HOW_MUCH.search(said, leaving.start())) or _HOW_MUCH.search(said)
    end = _end_of_clause(script, span)
    begins = _BEGINS.search(said)
    if begins and begins.start() and label_of(said.partition(":")[0]) is not None:  # a row of a form stands before it
        span, said = Span(span.start + begins.start(), span.end), said[begins.start() :]
        leaving = _LEAVING.search(said)
        amount = (leaving and _HOW_MUCH.search(said, leaving.start())) or _HOW_MUCH.search(said)
    if leaving is None or amount is None:
        following = script.after(span, 2)
        amount = _HOW_MUCH.search(script.text, span.end, following.end)
        if leaving is None or amount is None or not _PAYS.search(script.text[span.start : amount.end()]):
            return
        at, score = amount.start(), 0.6
        end = max(end, _end_of_clause(script, script.sentence_at(at)))
    else:
        at, score = span.start + amount.start(), 0.7
        if not _PAYS.search(said):
            return
    value = " ".join(script.text[at : min(end, at + _SCORED)].split())
    if "%" in value or "percent" in value.lower():
        score += 0.1
    if re.search(r"remaining|balance|unexpired|rest of", value, _I):
        score += 0.08
    if re.search(r"\b(?:recurring|MRC|monthly)\b", value, _I):
        score += 0.05
    if _NO_FEE.search(said) and not re.search(r"remaining", said, _I):
        score -= 0.3
    yield _clause(script, FieldName.ETF, at, span.start, end, score)


def _escalator(script: Script, span: Span, said: str) -> Iterator[Finding]:
    for found in _RISING.finditer(said):
        around = said[max(found.start() - 160, 0) : found.end() + 160]
        if not (_YEARLY.search(around) or whens(around)) or _OTHER_RISE.search(around[:320]):
            continue
        start = max(found.start() - 160, 0)
        for form, score in ((_PERCENT, 0.82), (_IN_WORDS, 0.8), (_INDEX, 0.75)):
            if (value := form.search(around)) is not None:
                yield _rise(script, span.start + start + value.start(), span.start, span.end, score)
                break


def _dated_amounts(script: Script, span: Span, said: str) -> Iterator[Finding]:
    """Find a price that is told for several days or years."""
    amounts = list(AMOUNT.finditer(said))
    if len(amounts) < _FEW or not _PRICED.search(said) or _LEAVING.search(said):
        return
    read = rise_of(said, date(2001, 1, 1))
    if read.terms is not None and read.terms["kind"] == "rates":
        yield _clause(script, FieldName.ESCALATOR, span.start + amounts[0].start(), span.start, span.end, 0.7)


def _rise(script: Script, at: int, start: int, end: int, score: float, *, head: int | None = None) -> Finding:
    """Write a plain yearly percentage short, and any other clause in its own words."""
    found = _clause(script, FieldName.ESCALATOR, at, start, end, score, head=head)
    read = rise_of(str(found.value)).terms
    if read is not None and read.keys() == {"kind", "percent"}:
        return replace(found, value=f"{read['percent']}% a year")
    return found
