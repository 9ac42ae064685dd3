"""The clause of a rising price, from its words to a typed escalator; what is not plain stays words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from netos_core.contracts.rules.days import plus_months
from netos_core.documents.rules.extraction.dates import days_said
from netos_core.documents.rules.extraction.said import (
    AMOUNT,
    CUT,
    PERCENT,
    YEAR,
    Typed,
    Words,
    made_plain,
    money,
    paired,
    shortest,
    told,
    whens,
)

_I = re.IGNORECASE
_OF_DATE = (
    r"(?:\s+(?:of|thereof)(?:\s+(?:the|this|its|such|effective|commencement|start|activation|order|date|"
    r"service|services|term|"
    r"agreement|contract|initial|lease|license|billing|acceptance|of|rent|order)\b)*)?"
)
_EVERY = (
    re.compile(r"(?:once\s+)?(?:every|each)\s+(?P<n>\d{1,3})\s+(?P<unit>months?|years?)", _I),
    re.compile(r"(?:every|each)\s+(?P<nth>second|third|other)\s+(?:contract\s+)?year", _I),
    re.compile(
        r"(?:(?:up)?on|at|as\s+of|from)?\s*(?:each|every|the|any)?\s*(?:successive\s+|subsequent\s+|yearly\s+|"
        r"annual\s+)*anniversar(?:y|ies)(?:\s+dates?)?" + _OF_DATE,
        _I,
    ),
    re.compile(r"(?:each|every|per|a)\s+(?:contract\s+|service\s+|calendar\s+)?(?:year|annum)\b", _I),
    re.compile(r"\bannual(?:ly)?\b|\byearly\b|\byear[\s-]over[\s-]year\b", _I),
)
_INDEX = re.compile(
    r"(?:the\s+)?(?:(?:annual\s+|percentage\s+|year[\s-]over[\s-]year\s+|then[\s-]current\s+)*(?:increase|"
    r"change|rise|movement|rate)\s+(?:in|of)\s+)?"
    r"(?:the\s+)?(?:(?:U\.?S\.?\s+)?Consumer\s+Price\s+Index(?:\s*\(\"?(?:CPI(?:-[UW])?)\"?\))?|(?P<short>CPI("
    r"?:-[UW])?|RPI|PPI)\b)"
    r"(?:\s+for\s+All\s+Urban\s+Consumers)?(?:\s*\(\"?(?:CPI(?:-[UW])?)\"?\))?(?:,?\s+(?:as\s+)?published\s+"
    r"by\s+[^,.;%\d]{3,60})?"
    r"(?:\s+(?:for|over|during)\s+the\s+(?:prior|preceding|previous|last|same)\s+(?:\d{1,2}\s+months?|"
    r"(?:calendar\s+)?year|period))?",
    _I,
)
_PCT = r"(?P<percent>\d{1,2}(?:\.\d{1,4})?)%"
_AT_MOST = re.compile(
    r"(?:,?\s*(?:but|and|or|nor|provided|that|in|no|event|case|such|the|any|increase|shall|will|may|subject|"
    r"to|it|adjustment|annual)\s+){0,8}(?:"
    r"(?:not|never)\s+(?:to\s+)?(?:be\s+)?(?:exceed(?:ing)?|more\s+than|greater\s+than)|exceed|nor\s+(?:more|"
    r"greater)\s+than|(?:to\s+)?(?:a\s+)?(?:maximum|cap)\s+(?:increase\s+)?of|"
    rf"capped\s+at|no\s+more\s+than|at\s+most|limited\s+to|up\s+to)\s+{_PCT}",
    _I,
)
_AT_LEAST = re.compile(
    r"(?:,?\s*(?:but|and|or|nor|provided|that|in|no|event|case|such|the|any|increase|shall|will|may|subject|"
    r"to|it|be|adjustment)\s+){0,8}(?:"
    rf"(?:not|no|never)\s+(?:event\s+)?(?:shall\s+(?:it|the\s+increase)\s+)?(?:to\s+)?(?:be\s+)?(?:less|lower)"
    rf"\s+than|nor\s+less\s+than|(?:to\s+)?(?:a\s+)?(?:minimum|floor)\s+(?:increase\s+)?of|at\s+least)\s+{_PCT}",
    _I,
)
_BETWEEN = re.compile(r"between\s+(?P<least>\d{1,2}(?:\.\d+)?)%\s+and\s+(?P<most>\d{1,2}(?:\.\d+)?)%", _I)
_OF_TWO = re.compile(
    r"(?:the\s+)?(?P<which>greater|higher|larger|lesser|lower|smaller)\s+of:?\s*(?:either\s+)?(?:\(?\w{1,4}\)\s*)?(?:"
    r"(?P<first>\d{1,2}(?:\.\d{1,4})?)%\s*[,;]?\s*(?:and|or)\s+(?:\(?\w{1,4}\)\s*)?(?=¦)|¦\s*[,;]?\s*(?:and|"
    r"or)\s+(?:\(?\w{1,4}\)\s*)?"
    r"(?P<last>\d{1,2}(?:\.\d{1,4})?)%)",
    _I,
)
_FROM = re.compile(
    r"(?:(?:beginning|starting|commencing|effective|from)\s+(?:with\s+|on\s+|as\s+of\s+|in\s+|at\s+)?|on\s+)(?:the\s+)?"
    r"(?:(?:first|1st)\s+day\s+of\s+)?(?:month\s+(?P<month>\d{1,3})|(?:contract\s+)?year\s+(?P<year>\d{1,2})|"
    r"(?P<nth>second|third|fourth|fifth)\s+(?:contract\s+)?(?P<what>year|anniversary))",
    _I,
)
_FIRST_ANNIVERSARY = re.compile(
    r"(?:(?:beginning|starting|commencing)\s+)?(?:on|with|at)\s+the\s+(?:first|1st)\s+anniversary"
    + _OF_DATE
    + r"(?:,?\s+and)?",
    _I,
)
_DATED = re.compile(r"(?:beginning|starting|commencing|effective|from|on|as\s+of)\s+(?:on\s+|as\s+of\s+)?¤", _I)
_EACH_SUCH_DAY = re.compile(r"(?:and\s+)?(?:on\s+)?each\s+(?:January|July|April|October)\s+1(?:st)?\s+thereafter", _I)
_THEREAFTER = re.compile(r"\bthereafter\b", _I)
_ON_FIRST = re.compile(
    r"(?:of|on|over)\s+the\s+(?:initial|original|first|base)\s+(?:MRC|rates?|(?:monthly\s+)?(?:recurring\s+"
    r")?charges?)|not\s+compound\w*|non-?compound\w*|without\s+compounding|simple",
    _I,
)
_COMPOUND = re.compile(
    r"compound(?:ed|ing)?(?:\s+annually)?|cumulative(?:ly)?|(?:over|of)\s+the\s+(?:then[\s-]current|prior|"
    r"previous|preceding)\s+(?:year's?\s+)?(?:MRC|rates?|charges?)?",
    _I,
)
_PRICE = re.compile(
    r"(?:MRC|(?:monthly\s+)?(?:recurring\s+)?(?:charges?|fees?|rent))\s+(?:is|of|shall\s+be|will\s+be|are)\s+("
    r"?:initially\s+)?"
    + AMOUNT.pattern + r"(?:\s+(?:per|a)\s+month|\s+monthly)?",
    _I,
)  # fmt: skip
_NOISE = (
    re.compile(
        r"\b(?:section|article|paragraph|schedule|exhibit)\s+[\dA-Z]{1,3}(?:\.\d{1,2})*(?:\([a-z0-9]{1,3}\))*", _I
    ),
    re.compile(r"\bupon\s+\d{1,3}\s+days'?\s+(?:prior\s+|written\s+|advance\s+)*notice(?:\s+to\s+\w+)?", _I),
    re.compile(r"(?<![\w%])\(?(?:[ivx]{1,4}|[a-h]|[1-9])\)\s", _I),
    re.compile(r"\b\d{1,3}[\s-]+(?:month|year)s?[\s-]+(?:initial\s+|service\s+)*term\b", _I),
)
_MAY = re.compile(r"\bmay\b|\bup\s+to\b|\bright\s+to\b|\bdiscretion\b|\breserves\b", _I)
_MAY_RISE = re.compile(r"\bmay\b(?!\s+not)|\bright\s+to\b|\bdiscretion\b|\breserves\b", _I)
_LEFT = re.compile(
    r"\d|[%$€£]|\b(?:greater|lesser|higher|lower|plus|minus|less\b|half\b|exceed|maximum|minimum|cap\b|capped|floor\b|"
    r"multipl|times\b|unless|except|other\s+than|average|first\s+\d|renewal\s+term|CPI|consumer\s+price|"
    r"after\s+the|mutual|"
    r"negotiat|agreed\s+upon|decreas|reduc)",
    _I,
)
_NTH = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "other": 2}
_YEARLY = re.compile(r"(\d{1,2}(?:\.\d{1,4})?)\s?% a year", _I)
_MORE = "says more than is typed by itself"


def rise_of(said: str, start: date | None = None) -> Typed:
    """Read a clause as an escalator.

    Args:
        said: Its words, whole.
        start: First day of the term, for clauses that tell of its years; without it they are left to a person.
    """
    if CUT in said:
        return told("goes on beyond the words that were read")
    if (plain := _YEARLY.fullmatch(said.strip())) is not None:
        return Typed({"kind": "percent", "percent": plain[1]})
    text = made_plain(said)
    if text is None:
        return told("differs in words and digits")
    for form in _NOISE:
        text = form.sub(" ", text)
    days = days_said(text)
    if any(not day.is_clear for day in days):
        return told("has a date whose day and month may be exchanged")
    words = Words(text)
    dated = _in_steps(words, [(day.start, day.end, day.value) for day in days], start)
    return dated or _regular(words, [day.value for day in days], start)


def _in_steps(words: Words, days: Sequence[tuple[int, int, date]], start: date | None) -> Typed | None:
    """Read percentages or amounts that each stand with a day or a year of the term; None where there are none such."""
    text = words.text
    if _INDEX.search(text):
        return None
    amounts, percents = list(AMOUNT.finditer(text)), list(PERCENT.finditer(text))
    values = amounts if len(amounts) > 1 else percents if len(percents) > 1 else []
    if not values or (amounts and percents):
        return None
    places: list[tuple[int, int, date | None]] = [*days]
    if not places:
        for one in whens(text):
            if not one.first or (one.last is None and one is not whens(text)[-1]):
                return told("has steps whose days are not plain")
            on = plus_months(start, one.first - 1) if start else None
            places.append((one.start, one.end, on))
    if paired(values, [(at, end) for at, end, _ in places]) is None:
        return told("has steps whose days are not plain")
    if any(on is None for _, _, on in places):
        return told("tells of years of the term, and the first day of the term is not known")
    if re.search(r"\bper\s+(?:circuit|mbps|gig)|\bthereafter\b|each\s+(?:year|anniversary)", text, _I):
        return told(_MORE)
    steps = [(on.isoformat(), value[1]) for (_, _, on), value in zip(places, values, strict=True) if on]
    if amounts:
        rates = [{"from_date": on, "mrc": f"{money(value):f}"} for on, value in steps]
        return Typed({"kind": "rates", "rates": rates})
    return Typed({"kind": "steps", "steps": [{"from_date": on, "percent": shortest(Decimal(p))} for on, p in steps]})


def _regular(words: Words, days: list[date], start: date | None) -> Typed:
    """Read a rise that comes again and again: a percentage, or an index with its bounds."""
    words.take(_PRICE)
    first = _first_date(words, days, start)
    if isinstance(first, str):
        return told(first)
    every = _every(words)
    if every is None:
        return told("does not say how often the price rises")
    timing: dict[str, Any] = {} if every == YEAR else {"every_months": every}
    if first is not None:
        timing["first_date"] = first.isoformat()
    index = words.take(_INDEX)
    words.take_all(_THEREAFTER)
    if index is not None:
        leaves_it = _MAY_RISE.search(words.text)
        return told("leaves the rise to the provider") if leaves_it else _of_index(words, index, timing)
    if _MAY.search(words.text):
        return told("leaves the rise to the provider")
    simple = words.take(_ON_FIRST)
    words.take(_COMPOUND)
    percent = words.take(PERCENT)
    if percent is None or _LEFT.search(words.text):
        return told(_MORE)
    terms = {"kind": "percent", "percent": shortest(Decimal(percent[1])), **timing}
    return Typed(terms | ({"compounding": False} if simple else {}))


def _first_date(words: Words, days: list[date], start: date | None) -> date | str | None:
    """Take out when the first rise is; None where it is a year after the term begins, a text where it is not plain."""
    first: date | None = None
    if len(days) > 1:
        return "has several dates that are not plain"
    if days:
        place = days_said(words.text)[0]
        words.text = _EACH_SUCH_DAY.sub("each year", f"{words.text[: place.start]}¤{words.text[place.end :]}")
        if words.take(_DATED) is None:
            return "names a date that is not plain"
        first = days[0]
    words.take(_FIRST_ANNIVERSARY)
    if (later := words.take(_FROM)) is not None and (months := _months_before(later)) != YEAR:
        if start is None:
            return "begins in a later year of the term, whose first day is not known"
        first = plus_months(start, months)
    return first


def _months_before(found: re.Match[str]) -> int:
    """Count the months of the term before the first rise."""
    if found["month"]:
        return int(found["month"]) - 1
    if found["year"]:
        return YEAR * (int(found["year"]) - 1)
    number = _NTH[found["nth"].lower()]
    return YEAR * (number if found["what"].lower() == "anniversary" else number - 1)


def _every(words: Words) -> int | None:
    every: int | None = None
    for form in _EVERY:
        while (found := words.take(form)) is not None:
            parts = found.groupdict()
            if parts.get("n"):
                months = int(parts["n"]) * (1 if parts["unit"].lower().startswith("month") else YEAR)
            else:
                months = YEAR * _NTH[parts["nth"].lower()] if parts.get("nth") else YEAR
            every = every or months
    return every


def _of_index(words: Words, index: re.Match[str], timing: dict[str, Any]) -> Typed:
    name = (index["short"] or "CPI").upper()
    if (letters := re.search(r"CPI-[UW]", index[0], _I)) is not None:
        name = letters[0].upper()
    elif re.search(r"All\s+Urban", index[0], _I):
        name = "CPI-U"
    terms: dict[str, Any] = {"kind": "index", "index": name, **timing}
    if (both := words.take(_BETWEEN)) is not None:
        terms |= {"floor_percent": shortest(Decimal(both["least"])), "cap_percent": shortest(Decimal(both["most"]))}
    if (of_two := words.take(_OF_TWO)) is not None:
        bound = "floor_percent" if of_two["which"].lower() in ("greater", "higher", "larger") else "cap_percent"
        terms[bound] = shortest(Decimal(of_two["first"] or of_two["last"]))
    for bound, form in (("cap_percent", _AT_MOST), ("floor_percent", _AT_LEAST)):
        if bound not in terms and (found := words.take(form)) is not None:
            terms[bound] = shortest(Decimal(found["percent"]))
    if _LEFT.search(words.text):
        return told(_MORE)
    least, most = (Decimal(terms[name]) if name in terms else None for name in ("floor_percent", "cap_percent"))
    if least is not None and most is not None and least > most:
        return told("has a floor above its cap")
    return Typed(terms)
