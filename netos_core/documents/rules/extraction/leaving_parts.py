"""The parts that stand beside the formula of a fee: limits, what is paid back and passed on, ways out, notice."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from netos_core.documents.rules.extraction.said import AMOUNT, Words, money, shortest

_I = re.IGNORECASE
MRC = (
    r"(?:the\s+|its\s+|such\s+)?(?:then[\s-]current\s+|applicable\s+|total\s+|then[\s-]applicable\s+)*(?:MRCs?"
    r"|monthly\s+"
    r"(?:recurring\s+)?(?:service\s+)?(?:charges?|fees?|rates?|rent|amounts?)|recurring\s+charges?)(?:\s*\(MRCs?\))?"
)
_NRC = (
    r"(?:NRCs?|non-?\s?recurring\s+(?:charges?|fees?|costs?)(?:\s*\(NRCs?\))?|(?:one-?time\s+)?install(?:ation)?\s+"
    r"(?:charges?|fees?|costs?)|set-?up\s+(?:charges?|fees?)|activation\s+(?:charges?|fees?)|one-?time\s+"
    r"(?:charges?|fees?))"
)
_SUM = AMOUNT.pattern.replace("(\\d", "(?P<amount>\\d", 1)
_MONTHS = rf"(?:(?P<months>\d{{1,3}}(?:\.\d)?)\s+(?:full\s+)?(?:months?'?s?'?(?:\s+of|\s+worth\s+of)?|times)\s+{MRC})"
_SHARE = (
    rf"(?:(?P<percent>\d{{1,3}}(?:\.\d+)?)%\s+of\s+(?:all\s+)?(?:the\s+)?remaining\s+{MRC}(?:\s+for\s+"
    rf"the\s+(?:term|balance\s+of\s+the\s+term))?)"
)
_NOT_EACH = r"(?!\s*(?:per\b|for\s+each|each|multiplied|times|for\s+every|x\b))"
_LIMIT = rf"(?:{_SUM}{_NOT_EACH}|{_MONTHS}|{_SHARE})"
_BOUND = rf"(?:{_SUM}{_NOT_EACH}|{_MONTHS})"
_CAPS = (
    re.compile(
        r"(?:,?\s*(?:but|and|provided,?(?:\s+however,?)?(?:\s+that)?)\s+)?(?:in\s+no\s+(?:event|case)|not|"
        rf"never)\b[^.;$%\d]{{0,90}}?\bexceed(?:ing)?\s+(?:(?:a\s+(?:total|maximum)|an\s+(?:aggregate|amount))\s+"
        rf"(?:of|equal\s+to)\s+)?{_LIMIT}",
        _I,
    ),
    re.compile(
        r"(?:,?\s*(?:but|and|subject\s+to)\s+)?(?:(?:is|are|be)\s+)?(?:capped\s+at|limited\s+to|up\s+to\s+"
        r"(?:a\s+maximum\s+of)?|"
        rf"(?:a\s+)?(?:maximum|cap)\s+(?:fee\s+|charge\s+|liability\s+)?of|no\s+more\s+than|nor\s+(?:more|greater)\s+than)\s*{_LIMIT}",
        _I,
    ),
)
_FLOORS = (
    re.compile(
        r"(?:,?\s*(?:but|and|provided,?(?:\s+however,?)?(?:\s+that)?)\s+)?(?:in\s+no\s+(?:event|case)|not|"
        rf"no)\b[^.;$%\d]{{0,90}}?\bless\s+than\s+{_LIMIT}",
        _I,
    ),
    re.compile(
        rf"(?:,?\s*(?:but|and|subject\s+to)\s+)?(?:(?:a\s+)?minimum\s+(?:fee\s+|charge\s+)?of|at\s+least)\s+{_LIMIT}",
        _I,
    ),
)
_OF_TWO = (
    r"(?:the\s+)?(?P<which>greater|higher|larger|lesser|lower|smaller)\s+of:?\s*(?:either\s+)?(?:\(?\w{1,4}\)\s*)?"
)
_LIMIT_FIRST = re.compile(rf"{_OF_TWO}{_BOUND}\s*[,;]?\s*(?:and|or)\s+(?:\(?\w{{1,4}}\)\s*)?", _I)
_LIMIT_LAST = re.compile(
    rf"{_OF_TWO}(?P<formula>[^.]{{5,200}}?)[,;]?\s*(?:and|or)\s+(?:\(?\w{{1,4}}\)\s*)?{_BOUND}", _I
)
_WHICHEVER = re.compile(
    rf",?\s*(?:or|and)\s+(?:\(?\w{{1,4}}\)\s*)?{_BOUND}\s*,?\s*\(?whichever\s+(?:amount\s+)?is\s+(?:the\s+)?"
    r"(?P<which>greater|higher|larger|less(?:er)?|lower|smaller)\)?",
    _I,
)

_SOME = (
    r"(?:(?:any|all|the|an\s+amount\s+equal\s+to|re?payment\s+of|reimbursement\s+(?:of|for)|repay|"
    r"reimburse|refund)\s+){0,3}"
)
_PRO_RATA = (
    r"(?P<part>(?:the\s+|a\s+)?(?:pro[\s-]?rat(?:a|ed)|unamorti[sz]ed|unearned)\s+(?:(?:portion|share|"
    r"balance|part)\s+of\s+)?)?"
)
_GIVEN = (
    r"(?:\s+(?:that\s+(?:was|were|has\s+been|have\s+been)\s+)?(?:waived|issued|given|granted|applied|"
    r"received|provided)(?:\s+(?:by|to|at|for)\s+[A-Za-z]+)?)?"
)
_OF_SUM = rf"(?:\s*(?:,|\(|of|in\s+the\s+amount\s+of|equal\s+to|totall?ing)\s*{_SUM}\s*\)?)?"
_WAIVED = (
    re.compile(rf"{_SOME}{_PRO_RATA}{_SOME}(?:previously\s+)?waived\s+{_NRC}{_OF_SUM}", _I),
    re.compile(
        rf"{_SOME}{_PRO_RATA}{_SOME}{_NRC}{_OF_SUM}\s+(?:that\s+(?:was|were|has\s+been|have\s+been)\s+|"
        rf"which\s+(?:was|were)\s+|previously\s+)*waived(?:\s+by\s+[A-Za-z]+)?",
        _I,
    ),
)
_CREDITS = re.compile(
    rf"{_SOME}{_PRO_RATA}{_SOME}(?:promotional\s+|sign-?up\s+|signing\s+|one-?time\s+|term\s+|service\s+"
    rf")?credits?{_GIVEN}{_OF_SUM}",
    _I,
)
_THIRD = (
    re.compile(
        rf"{_SOME}third[\s-]part(?:y|ies)(?:'s?)?\s+(?:early\s+)?(?:\w+\s+){{0,2}}?(?:charges?|costs?|fees?|"
        rf"liabilit(?:y|ies)|expenses)"
        r"(?:\s+(?:that\s+)?(?:[A-Za-z]+\s+){0,2}?(?:incurred|incurs|charged|imposed|assessed|payable)(?:\s+"
        r"(?:by|to|on)\s+[A-Za-z]+)?)?" + _OF_SUM, _I,
    ),
    re.compile(
        rf"{_SOME}(?:early\s+)?(?:termination\s+|cancellation\s+)?(?:charges?|costs?|fees?|liabilit(?:y|ies)|"
        rf"expenses)\s+(?:that\s+)?(?:[A-Za-z]+\s+){{0,3}}?"
        r"(?:imposed|assessed|charged|incurred|owed|payable|due)\s+(?:[A-Za-z]+\s+){0,2}?(?:by|to|from|"
        r"with)\s+(?:a\s+|any\s+|its\s+|the\s+)?"
        r"(?:third[\s-]part(?:y|ies)|underlying\s+(?:carriers?|providers?))(?:\s+(?:carriers?|providers?|"
        r"vendors?|suppliers?))?" + _OF_SUM, _I,
    ),
)  # fmt: skip
_NOTICE = re.compile(
    r"(?:(?:up)?on\s+(?:giving\s+)?|with\s+|by\s+giving\s+|gives?\s+|after\s+)?(?:at\s+least\s+|not\s+less\s+"
    r"than\s+)?(?P<n>\d{1,3})\s+(?P<unit>business\s+days?|days?|months?|years?)(?:'s?)?"
    r"\s+(?:advance\s+|prior\s+|written\s+)*notice(?:\s+of\s+(?:termination|cancellation))?(?:\s+to\s+[A-Z][A-Za-z]+)?",
    _I,
)
_NOISE = tuple(
    re.compile(form, _I)
    for form in (
        (r"(?:due\s+and\s+)?(?:payable\s+)?within\s+\d{1,3}\s+(?:business\s+)?days?\s+(?:of|after|following|"
        r"from)\s+(?:the\s+)?(?:receipt\s+of\s+)?(?:date\s+of\s+|effective\s+date\s+of\s+)?(?:\w+'s\s+)?(?:an?\s+"
        r"|such\s+|the\s+)?(?:termination|invoice|notice|demand|receipt|disconnection|cancellation)"),
        (r"(?:all\s+|any\s+)?(?:(?:accrued\s+|accrued\s+(?:and|but)\s+)?unpaid|accrued|outstanding|(?:charges|"
        r"amounts|fees|sums)\s+(?:accrued|incurred|due|owed|owing|unpaid|for\s+services?))(?:(?!remain)[^.;%$])"
        r"{0,80}?(?:through|up\s+to|until|as\s+of|prior\s+to|before)\s+(?:and\s+including\s+)?(?:the\s+"
        r")?(?:effective\s+)?(?:date\s+of\s+)?(?:such\s+)?(?:termination|disconnect\w*|cancell?ation)(?:\s+date)?"),
        (r",?\s*(?:as|which\s+(?:is|are)|constitut\w+)\s+liquidated\s+damages(?:,?\s+and\s+)?(?:,?\s*not\s+"
        r"(?:as\s+)?a\s+penalty)?"),
        r",?\s*(?:and\s+)?not\s+(?:as\s+)?a\s+penalty",
        r"\b(?:section|article|paragraph|schedule|exhibit)\s+[\dA-Z]{1,3}(?:\.\d{1,2})*(?:\([a-z0-9]{1,3}\))*",
        (r"\b\d{1,3}[\s-]+(?:month|year)s?[\s-]+(?:initial\s+|service\s+|minimum\s+|committed\s+|order\s+|"
        r"contract\s+)*(?:term|commitment)\b"),
        r"\bminimum\s+(?:service\s+)?(?:term|period)\b",
        r"\bterm\s+of\s+\d{1,3}\s+(?:months|years)\b",
        r"(?<![\w%])\(?(?:[ivx]{1,4}|[a-h]|[1-9])\)\s",
        r"\bprovided,?(?:\s+however,?)?\s+that\s+(?:\w+\s+){0,2}?(?:pays?|shall\s+pay|will\s+pay|is\s+liable)\b",
        r"\b(?:no|without)\s+(?:regard|limitation)\b",
        r"\bmonthly\s+recurring\s+charges?\s*\(\"?MRCs?\"?\)",
    )
)  # fmt: skip
_BEFORE_INSTALL = re.compile(
    r"(?:prior\s+to|before)\s+(?:the\s+)?(?:completion\s+of\s+)?(?:installation|install\b|activation|"
    r"service\s+(?:activation|commencement|start|"
    r"delivery|is\s+(?:installed|delivered|activated))|delivery|turn-?up|FOC|(?:it|the\s+service)\s+is\s+"
    r"(?:installed|delivered))",
    _I,
)
_NO_FEE = re.compile(
    r"\bno\s+(?:such\s+|early\s+)*(?:termination\s+)?(?:fees?|charges?|liabilit(?:y|ies)|ETF|ETL)\b|"
    r"\bwithout\s+(?:any\s+|incurring\s+)*(?:early\s+)?(?:termination\s+)?(?:liability|charges?|fees?|penalty|"
    r"ETF|ETL)\b|"
    r"(?:shall|will|does|is)\s+not\s+(?:be\s+)?(?:apply|due|payable|owed|liable\s+for)",
    _I,
)
_WAYS = (
    ("chronic_outage", re.compile(r"chronic|outage", _I)),
    ("provider_default", re.compile(r"\bdefault|\bbreach|\bfor\s+cause\b", _I)),
    ("regulatory_change", re.compile(r"regulat|tariff|change\s+(?:in|of)\s+law", _I)),
    ("technology_upgrade", re.compile(r"upgrad|technolog|migrat", _I)),
    ("replaced_by_same_provider", re.compile(r"replac|relocat|\bmov(?:es?|ing)\b|equal\s+or\s+greater", _I)),
    ("volume_fulfilled", re.compile(r"volume|revenue\s+commitment", _I)),
)
_OTHER_THAN = re.compile(
    r"(?:for\s+any\s+reason\s+)?(?:other\s+than|except|unless)\s+(?:(?:for|due\s+to|in\s+the\s+event\s+of|"
    r"as\s+a\s+result\s+of|because\s+of)\s+)?"
    r"(?P<what>(?:(?:(?!customer|\bor\b)[\w'-]+)\s+){0,4}?(?:breach|default|cause)\b(?:\s+(?:by|of)\s+"
    r"(?:the\s+)?(?!customer)[A-Za-z]+)?)",
    _I,
)
_ANY_REASON = re.compile(r"for\s+any\s+(?:or\s+no\s+)?reason(?!\s+other)|for\s+(?:its\s+)?convenience", _I)


def without_noise(text: str) -> str:
    """Leave out what says nothing of the fee: when it is paid, what is owed anyhow, numbers of sections."""
    for form in _NOISE:
        text = form.sub("¦ ", text)
    return text


def limits(words: Words) -> dict[str, Any]:
    """Read the cap and the floor, also of a fee that is the lesser or the greater of two."""
    found: dict[str, Any] = {}
    for name, forms in (("cap", _CAPS), ("floor", _FLOORS)):
        for form in forms:
            if name not in found and (match := words.take(form)) is not None:
                found[name] = _limit(match)
    first = words.take(_LIMIT_FIRST) or words.take(_WHICHEVER)
    match = first or _LIMIT_LAST.search(words.text)
    if match is None:
        return found
    name = "floor" if match["which"].lower() in ("greater", "higher", "larger") else "cap"
    if name in found:
        return found
    if first is None:
        words.text = f"{words.text[: match.start()]}¦ {match['formula']} ¦{words.text[match.end() :]}"
    return {**found, name: _limit(match)}


def is_partly_limited(text: str) -> bool:
    """Whether a part comes on top of what is limited, or is limited with it, as is not plain."""
    added = [found.start() for form in (*_WAIVED, _CREDITS, *_THIRD) for found in form.finditer(text)]
    if not added:
        return False
    limited = [found.start() for form in (*_CAPS, *_FLOORS) for found in form.finditer(text)]
    two = _LIMIT_FIRST.search(text) or _LIMIT_LAST.search(text) or _WHICHEVER.search(text)
    return two is not None or any(one < max(added) for one in limited)


def _limit(found: re.Match[str]) -> dict[str, Any]:
    said = found.groupdict()
    if said["amount"]:
        return {"amount": f"{money(said['amount']):f}"}
    if said["months"]:
        return {"months_of_mrc": shortest(Decimal(said["months"]))}
    return {"percent_of_remaining": shortest(Decimal(said["percent"]))}


def paid_back(words: Words) -> dict[str, Any]:
    """Read what was given before and is paid back: an NRC that was waived, credits."""
    found: dict[str, Any] = {}
    for name, forms in (("nrc", _WAIVED), ("credits", (_CREDITS,))):
        for form in forms:
            if name not in found and (match := words.take(form)) is not None:
                found[name] = {"share": "pro_rata"} if match["part"] else {}
                if match["amount"]:
                    found[name]["amount"] = f"{money(match['amount']):f}"
    return found


def passed_on(words: Words) -> dict[str, Any]:
    """Read what third parties charge and the provider passes on."""
    for form in _THIRD:
        if (match := words.take(form)) is not None:
            return {"third_party": {"amount": f"{money(match['amount']):f}"} if match["amount"] else {}}
    return {}


def notice(words: Words) -> dict[str, Any]:
    """Read the notice with which the service is ended, where the clause names one."""
    found = words.take(_NOTICE)
    if found is None:
        return {}
    if found["unit"].lower().startswith("year"):
        return {"notice_count": 12 * int(found["n"]), "notice_unit": "months"}
    unit = "business_days" if found["unit"].lower().startswith("business") else found["unit"].lower().rstrip("s") + "s"
    return {"notice_count": int(found["n"]), "notice_unit": unit}


def is_before_install(said: str) -> bool:
    return bool(_BEFORE_INSTALL.search(said))


def pre_install(said: str) -> dict[str, Any] | None:
    """Read what cancelling before installation costs; None where it says more than can be typed."""
    words = Words(_BEFORE_INSTALL.sub("¦", without_noise(said)))
    found: dict[str, Any] = {}
    months = words.take(re.compile(_MONTHS, _I))
    if months is not None:
        if "." in months["months"]:
            return None
        found["months_of_mrc"] = int(months["months"])
    if words.take(re.compile(rf"(?:all\s+|any\s+|the\s+){{0,3}}{_NRC}", _I)):
        found["nrc"] = True
    costs = re.compile(
        r"(?:all\s+|any\s+|the\s+){0,3}(?:reasonable\s+|actual\s+|third[\s-]party\s+|out-of-pocket\s+)*(?:costs?|"
        r"expenses?|charges?)(?:\s+and\s+expenses)?"
        r"(?:\s+(?:that\s+)?(?:[A-Za-z]+\s+){0,2}?(?:incurred|incurs)(?:\s+by\s+[A-Za-z]+)?)",
        _I,
    )
    if words.take(costs):
        found["passes_on_costs"] = True
    left = re.search(
        r"\d|[%$€£]|third[\s-]part|construction|greater|lesser|exceed|remain|costs?\b|expenses?\b|percent",
        words.text,
        _I,
    )
    return found if found and not left else None


def is_free_way(said: str) -> bool:
    """Whether a sentence says when leaving costs nothing, and no more than that."""
    return bool(_NO_FEE.search(said)) and not re.search(r"[%$€£]|\bremain", said)


def way_out(said: str, *, taken: Words | None = None) -> str | None:
    """Name the event that frees from the fee; None where it is none or more than one."""
    if taken is not None:
        found = taken.take(_OTHER_THAN)
        taken.take_all(_ANY_REASON)
        return "provider_default" if found else None
    kinds = [kind for kind, form in _WAYS if form.search(said)]
    return kinds[0] if len(kinds) == 1 else None
