"""What leaving early costs, and how the price rises meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.form import Form
from netos_core.documents.rules.extraction.labels import Label
from netos_core.documents.rules.extraction.script import Script, Span, is_contents

_I = re.IGNORECASE
_LONGEST = 260
_LEAVING = re.compile(
    r"early\s+(?:terminat|disconnect|cancel)\w+|(?:terminat|disconnect|cancel)\w*\s+early|\bETF\b|\bETL\b|termination\s+(?:liabilit\w+|charges?|fees?)|"
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
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten)(?:\s+and\s+one[\s-]half)?\s+percent\b",
    _I,
)
_INDEX = re.compile(r"\bCPI(?:-U)?\b|consumer\s+price\s+index", _I)
_OTHER_RISE = re.compile(
    r"\blate\b|past\s+due|interest|overdue|tax(?:es)?\b|surcharge|liabilit|insurance|bandwidth", _I
)


def exits(script: Script, form: Form) -> Iterator[Finding]:
    """Find the charge for ending early and the yearly increase."""
    yield from _labelled(form)
    for span in script.sentences:
        said = script.said(span)
        if is_contents(said):
            continue
        if _LEAVING.search(said):
            yield from _etf(script, span, said)
        if _RISING.search(said):
            yield from _escalator(span, said)


def _labelled(form: Form) -> Iterator[Finding]:
    for one in form.values(Label.ETF):
        if _HOW_MUCH.search(one.value.text):
            yield Finding(
                FieldName.ETF,
                one.value.text[:_LONGEST],
                one.value.start,
                one.head.start,
                max(one.value.end, one.head.end),
                0.9,
            )
    for one in form.values(Label.ESCALATOR):
        found = _PERCENT.search(one.value.text)
        if found:
            yield _rise(
                one.value.start + found.start(), one.head.start, max(one.value.end, one.head.end), found[1], 0.92
            )
        elif _INDEX.search(one.value.text):
            yield Finding(
                FieldName.ESCALATOR, "CPI", one.value.start, one.head.start, max(one.value.end, one.head.end), 0.85
            )


def _etf(script: Script, span: Span, said: str) -> Iterator[Finding]:
    """Quote from the first amount to the end of the sentence; bands may go on in the next."""
    leaving = _LEAVING.search(said)
    amount = (leaving and _HOW_MUCH.search(said, leaving.start())) or _HOW_MUCH.search(said)
    if leaving is None or amount is None:
        following = script.after(span, 2)
        amount = _HOW_MUCH.search(script.text, span.end, following.end)
        if leaving is None or amount is None or not _PAYS.search(script.text[span.start : amount.end()]):
            return
        at, end, score = amount.start(), script.sentence_at(amount.start()).end, 0.6
    else:
        at, end, score = span.start + amount.start(), span.end, 0.7
        if not _PAYS.search(said):
            return
    value = " ".join(script.text[at : min(end, at + _LONGEST)].split()).rstrip(".")
    if "%" in value or "percent" in value.lower():
        score += 0.1
    if re.search(r"remaining|balance|unexpired|rest of", value, _I):
        score += 0.08
    if re.search(r"\b(?:recurring|MRC|monthly)\b", value, _I):
        score += 0.05
    if _NO_FEE.search(said) and not re.search(r"remaining", said, _I):
        score -= 0.3
    yield Finding(FieldName.ETF, value, at, max(span.start, at - 400), end, score)


def _escalator(span: Span, said: str) -> Iterator[Finding]:
    for found in _RISING.finditer(said):
        around = said[max(found.start() - 160, 0) : found.end() + 160]
        if not _YEARLY.search(around) or _OTHER_RISE.search(around[:320]):
            continue
        start = max(found.start() - 160, 0)
        percent = _PERCENT.search(around)
        if percent is not None:
            yield _rise(span.start + start + percent.start(), span.start, span.end, percent[1], 0.82)
        elif (words := _IN_WORDS.search(around)) is not None:
            number = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"].index(
                words[1].lower()
            ) + 1
            half = ".5" if "half" in words[0].lower() else ""
            yield _rise(span.start + start + words.start(), span.start, span.end, f"{number}{half}", 0.8)
        elif (index := _INDEX.search(around)) is not None:
            yield Finding(FieldName.ESCALATOR, "CPI", span.start + start + index.start(), span.start, span.end, 0.75)


def _rise(at: int, start: int, end: int, percent: str, score: float) -> Finding:
    return Finding(FieldName.ESCALATOR, f"{percent}% a year", at, start, end, score)
