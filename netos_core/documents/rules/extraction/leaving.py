"""The clause of leaving early, from its words to the typed terms of a fee; what is not plain stays words.

A clause with more parts than were understood is never cut down: nothing is typed of it, and the reason is told.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from netos_core.documents.rules.extraction.leaving_parts import (
    MRC,
    is_before_install,
    is_free_way,
    is_partly_limited,
    limits,
    notice,
    paid_back,
    passed_on,
    pre_install,
    way_out,
    without_noise,
)
from netos_core.documents.rules.extraction.said import (
    AMOUNT,
    CUT,
    PERCENT,
    Typed,
    When,
    Words,
    in_a_row,
    made_plain,
    money,
    paired,
    shortest,
    told,
    whens,
)

_I = re.IGNORECASE
_FREE = re.compile(
    r"(?:early\s+termination\s+(?:fee|charge|liability)s?\s*(?:\([A-Z]+\)\s*)?:?\s*)?(?:none|no\s+(?:early\s+)?"
    r"(?:termination\s+)?(?:fee|charge|liability|ETF|ETL|penalty)(?:\s+(?:applies|is\s+due|shall\s+apply))?|\$"
    r"?0(?:\.00)?)\s*\.?\s*",
    _I,
)
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z(])")
_REMAINING = re.compile(r"\bremain|\bunexpired|\bbalance\b|\brest\s+of\b|\bleft\s+(?:in|of|on)\b", _I)
_WHOLE = re.compile(
    r"\b(?:all|the\s+(?:sum|total)\s+of|the\s+balance\s+of|the\s+remainder|the\s+remaining|every)\b", _I
)
_REST = re.compile(
    r"(?:the\s+)?(?:balance|remainder|rest|remaining\s+(?:portion|months|part))(?:\s+of\s+(?:the|such|its)\s+"
    r"(?:applicable\s+|initial\s+|service\s+|then[\s-]current\s+|order\s+)*term)?",
    _I,
)
_IF_IT_ENDS = re.compile(
    r"(?:terminat|cancel|disconnect|\boccurs?\b|\bends\b)\w*(?:(?!remain|charges?\b|MRC)[^.;%$€£])*$", _I
)
_OF_MONTHS = re.compile(rf"{MRC}[^.;%$]{{0,40}}$", _I)
_TIMES = re.compile(
    r"(?:multiplied\s+by|times|\bx)\s+(?:the\s+)?(?:number\s+of\s+)?(?:full\s+|remaining\s+|whole\s+)*months?"
    r"(?:\s+(?:remaining|left|then\s+remaining))?",
    _I,
)
_FALLS = re.compile(
    r"(?:less|minus|reduc\w+|declin\w+|decreas\w+|diminish\w+|falls?|falling|lower\w*)\s+(?:by\s+)?"
    rf"(?:{AMOUNT.pattern}|1/(?P<part>\d{{1,3}})(?:th)?(?:\s+(?:of\s+(?:it|that\s+amount|the\s+fee)|thereof))?)\s+"
    r"(?:for\s+|per\s+|on\s+|with\s+|at\s+)?(?:each|every|per|a)?\s*(?:full\s+|completed?\s+|additional\s+|whole\s+)*"
    r"(?P<n>\d{1,3})?\s*(?P<unit>months?|years?|anniversary)(?:[^.;$%\d]{0,60}?(?:served|of\s+service|"
    r"completed|elapsed|"
    r"active|in\s+service|of\s+the\s+(?:initial\s+|service\s+)*term|service\s+was\s+provided))?",
    _I,
)
_EACH_CIRCUIT = re.compile(
    r"(?:per|for\s+each|each)\s+(?:affected\s+|terminated\s+|disconnected\s+)?(?:circuit|service|line)\b", _I
)
_AVERAGE = re.compile(
    r"(?:the\s+)?average\s+(?:of\s+(?:the\s+)?)?(?:monthly\s+)?(?:amounts?|invoices?|billings?|charges?|"
    r"recurring\s+charges?|"
    r"fees?)\s*(?:billed|invoiced|paid)?\s*(?:for|over|in|during)\s+the\s+(?:\w+\s+){0,2}?\d{1,2}\s+months?"
    r"(?:\s+(?:preceding|before|prior\s+to)\s+(?:the\s+)?termination)?",
    _I,
)
_TAXED = re.compile(
    r"(?:plus|together\s+with|in\s+addition\s+to|and)\s+(?:all\s+|any\s+)?(?:applicable\s+)?taxes(?:\s+and\s+surcharges)?"
    r"(?:\s+thereon)?",
    _I,
)
_ESCALATED = re.compile(r"includ\w+\s+(?:any\s+|all\s+)?(?:scheduled\s+|annual\s+)*(?:increases?|escalations?)", _I)
_MAY_NOT = re.compile(r"\b(?:may|shall|can)\s*not\s+(?:terminate|cancel)\b", _I)
_RENEWED = re.compile(
    r"(?:initial\s+|service\s+)*term\s+(?:or|and)\s+(?:any\s+|the\s+|then[\s-]current\s+|applicable\s+"
    r")*renewal\s+terms?",
    _I,
)
_WHOSE_LIMIT = re.compile(
    r"(?:waived|credits?|third[\s-]part(?:y|ies)|NRCs?|costs?|install\w*\s+charges?)\b[^,.;]{0,50}?\b(?:not\s+"
    r"to\s+exceed|"
    r"up\s+to|capped|no\s+more\s+than)",
    _I,
)
_SAID = (
    ("in_renewal", "same", _RENEWED),
    ("taxed", True, _TAXED),
    ("mrc_basis", "invoiced_average", _AVERAGE),
    ("mrc_basis", "escalated", _ESCALATED),
    ("per", "circuit", _EACH_CIRCUIT),
)
_JOINED = re.compile(
    r"(?:\b(?:plus|together\s+with|as\s+well\s+as|in\s+addition\s+to|along\s+with)\b[\s,:]*(?:\(\w{1,4}\)\s*)?"
    r"(?:the\s+sum\s+of\s+|an\s+amount\s+equal\s+to\s+|of\s+)*(?=¦))|(?<=¦)[\s,;]*\bplus\b",
    _I,
)
_LEFT = re.compile(
    r"\d|[%$€£]|\b(?:waive|third[\s-]part|construction|non[\s-]?recurring|NRC|install|credit|discount|cap\b|"
    r"capped|exceed|"
    r"greater|lesser|higher\s+of|lower\s+of|minimum|maximum|at\s+least|less\b|plus\b|net\s+present|average|"
    r"present\s+value|"
    r"pro[\s-]?rat|amorti[sz]|unamorti|partial|mitigat|costs?\b|expenses?\b|reimburs|refund|rebate|shortfall|"
    r"difference|"
    r"multipl|times\b|half\b|quarter|tier|other\s+than|except|unless|provided|however|reduc|declin|decreas|taxes|"
    r"equipment|hardware|respectively|site\s+[A-Z0-9]\b|nothing|for\s+cause|no\s+charge|discretion|months?'|months\s+of\s+(?:the\s+)?M)",
    _I,
)
_AMOUNTS_BESIDE = ("cap", "floor", "nrc", "credits", "third_party")
_MORE = "says more than is typed by itself"


def etf_of(said: str, term_months: int | None = None) -> Typed:
    """Read a clause as the terms of `docs/etf.md`.

    Args:
        said: Its words, whole.
        term_months: The months of the term, where they are known: bands must reach its end.
    """
    if CUT in said:
        return told("goes on beyond the words that were read")
    text = made_plain(said)
    if text is None:
        return told("differs in words and digits")
    if _FREE.fullmatch(text):
        return Typed({"formula": {"kind": "none"}})
    terms: dict[str, Any] = {}
    main: list[str] = []
    for one in _SENTENCE.split(text):
        if is_before_install(one):
            cancelled = pre_install(one)
            if cancelled is None or "pre_install" in terms:
                return told("tells of a cancellation before installation in a way that is not typed by itself")
            terms["pre_install"] = cancelled
        elif is_free_way(one):
            if not _freed(one, terms):
                return told("names a way out without a fee that is not typed by itself")
        else:
            main.append(one)
    return _typed(Words(without_noise(" ".join(main))), terms, term_months)


def is_none(said: str) -> bool:
    """Whether a clause says in so many words that leaving costs nothing."""
    return bool(_FREE.fullmatch(said))


def _freed(said: str, terms: dict[str, Any]) -> bool:
    if re.search(r"renewal\s+term", said, _I):
        terms["in_renewal"] = "none"
        return True
    kind = way_out(said)
    if kind is not None:
        terms.setdefault("exits", []).append({"kind": kind, "condition": said})
    return kind is not None


def _typed(words: Words, terms: dict[str, Any], term_months: int | None) -> Typed:
    if _WHOSE_LIMIT.search(words.text):
        return told("has a limit of which it is not plain what it limits")
    if is_partly_limited(words.text):
        return told("has a limit that is not of all its parts")
    terms |= notice(words) | limits(words) | paid_back(words) | passed_on(words)
    if (way := way_out(words.text, taken=words)) is not None:
        terms.setdefault("exits", []).append({"kind": way})
    if _MAY_NOT.search(words.text):
        terms["convenience_exit"] = False
    terms |= {name: value for name, value, form in _SAID if words.take(form)}
    formula = _formula(words, term_months)
    if isinstance(formula, str):
        return told(formula)
    words.text = _JOINED.sub("¦", words.text)
    if _LEFT.search(words.text):
        return told(_MORE)
    if "per" in terms and any("amount" in terms.get(name, ()) for name in _AMOUNTS_BESIDE):
        return told("has amounts for each circuit beside others")
    terms = {"formula": formula, **terms}
    if formula["kind"] in ("percent", "remainder"):
        terms.pop("per", None)  # a percentage is of each circuit's own MRC
    return Typed(terms)


def _formula(words: Words, term_months: int | None) -> dict[str, Any] | str:
    """Read the formula itself, and take its words out; or say why it is none."""
    text = words.text
    percents, amounts = list(PERCENT.finditer(text)), list(AMOUNT.finditer(text))
    remaining = bool(_REMAINING.search(text))
    if percents and amounts:
        return _MORE
    if amounts:
        return _amounts(words, amounts, remaining)
    if not percents:
        if remaining and _WHOLE.search(text) and not whens(text):
            words.take_all(_TIMES)
            return {"kind": "remainder"}
        return "does not say how much in a way that is typed by itself"
    if len(percents) == 1:
        if not remaining or whens(text):
            return "says how much for a part of the term only" if remaining else _MORE
        words.take_all(_TIMES, PERCENT)
        return {"kind": "percent", "bands": [{"from_month": 1, "percent": shortest(Decimal(percents[0][1]))}]}
    return _bands(words, percents, term_months, remaining=remaining)


def _bands(
    words: Words, percents: list[re.Match[str]], term_months: int | None, *, remaining: bool
) -> dict[str, Any] | str:
    text = words.text
    places = _placed(text, percents)
    first_is_value = paired(percents, [(one.start, one.end) for one in places])
    row = in_a_row(places)
    if first_is_value is None or row is None:
        return "has percentages whose months are not plain"
    at_exit = [bool(_IF_IT_ENDS.search(text[: one.start])) for one in row]
    if any(at_exit) and not (at_exit[0] and remaining):
        return "has percentages whose months are not plain"
    if not remaining and not all(_OF_MONTHS.search(text[: one.start]) for one in row):
        return "does not say what its percentages are of"
    if (last := row[-1].last) is not None and term_months is not None and last < term_months:
        return "says nothing of the last months of the term"
    for one in reversed(places):
        words.text = f"{words.text[: one.start]}¦{words.text[one.end :]}"
    words.take_all(_TIMES, PERCENT)
    bands = [
        {"from_month": place.first, "percent": shortest(Decimal(percent[1]))}
        for place, percent in zip(row, percents, strict=True)
    ]
    return {"kind": "percent", "bands": bands, **({"at_exit": True} if any(at_exit) else {})}


def _placed(text: str, values: list[re.Match[str]]) -> list[When]:
    """Find the months each value is for; the last may be for what is left of the term."""
    places = whens(text)
    if len(places) == len(values) - 1 and places:
        rest = _REST.search(text, max(places[-1].end, values[-1].end()))
        if rest is not None:
            places = [*places, When(0, None, rest.start(), rest.end())]
    return places


def _amounts(words: Words, amounts: list[re.Match[str]], remaining: bool) -> dict[str, Any] | str:
    text = words.text
    falls = _FALLS.search(text)
    if falls is not None:
        return _declining(words, amounts, falls)
    if len(amounts) == 1:
        if remaining or re.search(r"month|year|\bday", text, _I):
            return "names an amount that is not the fee as it stands"
        words.take_all(AMOUNT)
        return {"kind": "fixed", "amount": f"{money(amounts[0][1]):f}"}
    places = _placed(text, amounts)
    row = in_a_row(places)
    if remaining or row is None or paired(amounts, [(one.start, one.end) for one in places]) is None:
        return "has amounts whose months are not plain"
    for one in reversed(places):
        words.text = f"{words.text[: one.start]}¦{words.text[one.end :]}"
    words.take_all(AMOUNT)
    steps = [
        {"from_month": place.first, "amount": f"{money(amount[1]):f}"}
        for place, amount in zip(row, amounts, strict=True)
    ]
    return {"kind": "schedule", "steps": steps}


def _declining(words: Words, amounts: list[re.Match[str]], falls: re.Match[str]) -> dict[str, Any] | str:
    first = amounts[0]
    if first.start() > falls.start() or len(amounts) != (1 if falls["part"] else 2):
        return _MORE
    amount = money(first[1])
    if falls["part"]:
        less = amount / int(falls["part"])
        if less != less.quantize(Decimal("0.01")):
            return "falls by a share that is no whole cents"
    else:
        less = money(amounts[1][1])
    every = int(falls["n"] or 1) * (1 if falls["unit"].lower().startswith("month") else 12)
    words.take_all(_FALLS, AMOUNT)
    return {"kind": "declining", "amount": f"{amount:f}", "falls_by": f"{less:.2f}", "every_months": every}
