"""What protects a side: ending without cause, limits of liability, damages agreed beforehand, least purchases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netos_core.documents.rules.extraction.durations import durations
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.numbers import SMALL
from netos_core.documents.rules.extraction.renewal import is_notice
from netos_core.documents.rules.extraction.script import Script, Span, is_contents

_I = re.IGNORECASE
_TERMINATE = re.compile(r"\bterminat\w*|\bcancel\w*", _I)
_FREELY = re.compile(
    r"without\s+(?:any\s+)?(?:cause|reason|giving (?:any )?reason)|for\s+(?:\w+\s+)?(?:own\s+)?convenience|"
    r"for\s+(?:any|no)\s+(?:or\s+no\s+)?reason|with\s+or\s+without\s+(?:cause|reason)|at\s+(?:its|their|"
    r"his)\s+(?:sole\s+)?(?:discretion|option|convenience)|in\s+its\s+(?:sole\s+)?(?:and absolute\s+)?discretion|"
    r"at\s+any\s+time|without the payment of any penalty|at will\b",
    _I,
)
_CAUSE = re.compile(
    r"breach|default|insolven|bankrupt|fails?\b|failure|violat|non-?payment|not paid|force majeure|"
    r"change of control|cause\b(?<!without cause)|materially|cure|remed(?:y|ied)|if\s+the\b|in the event|infring|"
    r"regulat|condemn|casualty|loss of",
    _I,
)
_OF_WHAT_FOLLOWS = re.compile(
    r"\b(?:upon|after|following|on|of|the|any|such|survive\w*)\s+(?:any\s+)?(?:the\s+)?$", _I
)  # an end that is spoken of, not one that somebody may make
_MAY = re.compile(
    r"\b(?:may|right|entitled|option|can|terminable|cancell?able|by (?:either|any|giving)|upon|elect)\b", _I
)
_CONTRACT = re.compile(
    r"agreement|contract|\bterm\b|order|service|appointment|addendum|participation|lease|engagement", _I
)
_DECIDES = re.compile(r"may decide", _I)
_AT_THE_END = re.compile(
    r"renew|unless\s+(?:\w+\s+){0,2}terminated|extension|end of the (?:\w+ )?term|expiration of the", _I
)
_LEAST = 0.6
_LIABLE = re.compile(r"liab|damages|remed", _I)
_CAP = re.compile(
    r"(?:liabilit\w*|liable|damages|obligation)\b[^.;]{0,330}?(?:(?:not|never|"
    r"no event)\s+(?:\w+\s+){0,3}?(?:exceed|be (?:greater|more) than)|(?:be|is|are)\s+limited\s+to|"
    r"limit\w*\s+(?:to|of)|maximum|in excess of|cap(?:ped)?\s+(?:at|of))|(?:liabilit\w*)[^.;]{0,200}?\bexceed\b|"
    r"(?:total|aggregate|maximum|entire|cumulative)\s+liability|sole\s+(?:and\s+exclusive\s+)?(?:remedy|"
    r"liability|obligation)|exclusive\s+remed|entire\s+(?:obligation|liability)",
    _I,
)
_EXCLUDED = re.compile(
    r"(?:no event|not|neither|nor|no circumstances|never|excluding|waive\w*|exclude[sd]?|"
    r"disclaim\w*)\b[^.]{0,300}?\b(?:consequential|indirect|incidental|punitive|special)\b|\b(?:consequential|"
    r"indirect|incidental|punitive|special)\b[^.;]{0,160}?\b(?:excluded|waived|disclaimed)\b",
    _I,
)
_NOT_LIABLE = re.compile(
    r"(?:shall|will|is|be)\s+not\s+(?:be\s+)?(?:held\s+)?(?:liable|subject to any liability|"
    r"responsible for any (?:loss|damage))|neither\b[^.;]{0,260}\bliable\b|no (?:liability|"
    r"party)[^.;]{0,60}\bliab",
    _I,
)
_ONLY_PUNITIVE = re.compile(
    r"^(?!.*\b(?:consequential|indirect|incidental|special|lost\s+profits)\b).*\b(?:punitive|exemplary)\b",
    _I | re.DOTALL,
)  # what an arbitrator may not award
_NO_LIMIT = re.compile(
    r"force\s+majeure|(?:beyond|within|outside)\s+(?:\w+\s+){0,3}?reasonable\s+control|acts?\s+of\s+God|"
    r"liable\s+to\s+(?:provide|"
    r"pay|make|do|perform|give|furnish|replace|deliver|repay)\b|delays?\s+(?:or\s+failures?\s+)?(?:in|of)\s+"
    r"(?:performance|delivery)",
    _I,
)  # whom a duty is taken from, or who is held up, has no limit of what he pays
_AMOUNT = re.compile(
    r"(?:US|USD|EUR|GBP|CAD)?\s?[$€£]\s?\d[\d,.]*(?:\s?(?:million|thousand))?|(?:fees?|amounts?|charges|"
    r"compensation|price|sum|value)\s+(?:\w+\s+){0,5}?(?:paid|payable|received|due|under)[^.;]{0,110}",
    _I,
)
_LIQUIDATED = re.compile(
    r"liquidated\s+damages|early\s+termination\s+(?:fee|charge|liabilit)\w*|termination\s+(?:fee|charge|payment|"
    r"liabilit)\w*|cancell?ation\s+(?:fee|charge)\w*|break(?:age|up)?[\s-]*fee|not\s+(?:as\s+)?a\s+penalty|"
    r"agreed\s+(?:upon\s+)?(?:measure\s+of\s+)?damages",
    _I,
)
_NONE_OF_IT = re.compile(r"\b(?:no|without|not|nor|neither|any)\b[^.;]{0,40}$", _I)
_COMMITMENT = re.compile(
    r"minimum\s+(?:\w+\s+){0,3}?(?:commitment|purchase|order|quantit|volume|guarant|revenue|fee|payment|usage|"
    r"spend|royalt|amount|charge|billing|monthly|annual|level of purchases|quota|sales)\w*|guaranteed\s+minimum|"
    r"(?:annual|monthly|revenue|volume|purchase|quarterly)\s+(?:\w+\s+)?commitment|take[\s-]or[\s-]pay|shortfall|"
    r"deficiency\s+payment|(?:purchase|order|buy|spend)\w*\s+(?:\w+\s+){0,3}?(?:at\s+least|not less than|"
    r"no less than|a minimum of)|(?:but\s+)?(?:not|no)\s+less\s+than\s+[$€£]\s?\d",
    _I,
)
_AT_LEAST = re.compile(
    rf"\b(?:shall|must|agrees?\s+to|commits?\s+to|will)\b[^.;]{{0,200}}?\b(?:an?\s+|the\s+)?minimum\s+"
    rf"(?:(?:level|quantity|number|"
    rf"volume|amount)\s+)?(?:of\s+)?\(?(?:\d[\d,]*|{SMALL})\b\)?(?!\s*(?:\(\d+\)\s*)?(?:%|percent|"
    rf"(?:business\s+|calendar\s+|working\s+)?"
    r"(?:days?|months?|hours?|minutes?|years?)\b))",
    _I,
)  # so many of something, that one side owes the other
_FALLS_SHORT = re.compile(
    r"\b(?:sells?|purchases?|orders?|buys?|achieves?)\s+less\s+than\b|\bfails?\s+to\s+(?:sell|purchase|order|"
    r"buy|achieve|meet|reach|"
    r"attain)\b[^.;]{0,120}?\b(?:sales|revenues?|milestones?|quota|targets?|volumes?|units|purchases)\b",
    _I,
)
_NO_COMMITMENT = re.compile(
    r"\bno\s+minimum|not\s+(?:\w+\s+){0,6}?minimum|without\s+(?:any\s+)?minimum|insur|wage|audit|discloses|"
    r"specified minimum|credit rating|bandwidth speed|minimum\s+(?:\w+\s+)?(?:standard|requirement|service level|"
    r"age)",
    _I,
)


def protections(script: Script) -> Iterator[Finding]:
    """Find the clauses that protect a side."""
    for rule in (_convenience, _cap, _liquidated, _commitment):
        chosen = best(found for span in script.sentences if (found := rule(script, span)) is not None)
        if chosen is not None:
            yield chosen


def _convenience(script: Script, span: Span) -> Finding | None:
    said = script.said(span)
    if not _TERMINATE.search(said) or is_contents(said):
        return None
    if re.search(r"(?:may|shall|can|will)\s+not\s+(?:be\s+)?terminate", said, _I):
        return None
    for found in _TERMINATE.finditer(said):
        if _OF_WHAT_FOLLOWS.search(said[max(found.start() - 20, 0) : found.start()]):
            continue
        score = _freedom(said[max(found.start() - 140, 0) : found.end() + 200])
        if score >= _LEAST:
            at = span.start + found.start()
            return Finding(FieldName.TERMINATION_FOR_CONVENIENCE, True, at, span.start, span.end, score)
    return None


def _freedom(around: str) -> float:
    """Say how surely the words around an end give someone leave to make it without a cause."""
    free = _FREELY.search(around)
    of_it = _CONTRACT.search(around) or (free and "convenience" in free[0].lower())
    if not (_MAY.search(around) and of_it) or _DECIDES.search(around):
        return 0.0
    noticed = any(is_notice(around, one) for one in durations(around))
    has_cause = bool(_CAUSE.search(re.sub(r"without\s+cause", "", around, flags=_I)))
    if free is not None and not re.search(r"any\s+time", free[0], _I) and (noticed or not has_cause):
        return 0.92
    if has_cause or not (noticed or (free and re.search("notice", around, _I))):
        return 0.0
    if free:
        return 0.82
    return 0.35 if _AT_THE_END.search(around) else 0.7


def _cap(script: Script, span: Span) -> Finding | None:
    said = script.said(span)
    if (
        not _LIABLE.search(said)
        or is_contents(said)
        or (re.search(r"insurance", said, _I) and not re.search("exceed", said, _I))
    ):
        return None
    capped, excluded, free = _CAP.search(said), _EXCLUDED.search(said), _NOT_LIABLE.search(said)
    if capped is not None:
        amount = _AMOUNT.search(said, max(capped.end() - 40, 0)) or _AMOUNT.search(said)
        if amount is not None:
            value, at, score = " ".join(amount[0].split()), amount.start(), 0.92
        elif re.search("sole|exclusive|entire", capped[0], _I):
            value, at, score = "exclusive remedy", capped.start(), 0.62
        else:
            value, at, score = "limited", capped.start(), 0.75
    elif excluded is not None and not _ONLY_PUNITIVE.search(said):
        value, at, score = "no indirect or consequential damages", excluded.start(), 0.8
    elif free is not None and not _NO_LIMIT.search(said):
        value, at, score = "not liable", free.start(), 0.6
    else:
        return None
    return Finding(FieldName.LIABILITY_CAP, value, span.start + at, span.start, span.end, score)


def _liquidated(script: Script, span: Span) -> Finding | None:
    said = script.said(span)
    found = _LIQUIDATED.search(said)
    if found is None or is_contents(said) or _NONE_OF_IT.search(said[: found.start()]):
        return None
    pays = re.search(r"\bpay|\bowe|liable|equal to|reimburse|charge[ds]?\b|constitut|deemed|incur|subject to", said, _I)
    score = (0.85 if re.search("liquidated|penalty|agreed", found[0], _I) else 0.7) if pays else 0.5
    if score < _LEAST:
        return None
    amount = re.search(r"[$€£]\s?\d[\d,.]*|\d+(?:\.\d+)?\s?%|percent", said)
    return Finding(
        FieldName.LIQUIDATED_DAMAGES,
        " ".join(found[0].split()).lower(),
        span.start + found.start(),
        span.start,
        span.end,
        score + (0.05 if amount else 0),
    )


def _commitment(script: Script, span: Span) -> Finding | None:
    said = script.said(span)
    least, short = _AT_LEAST.search(said), _FALLS_SHORT.search(said)
    found = _COMMITMENT.search(said) or least or short
    if found is None or is_contents(said) or _NO_COMMITMENT.search(said):
        return None
    bound = re.search(r"\b(?:shall|will|agrees?|must|guarantee\w*|commits?|obligat\w+|is|required|pay)\b", said, _I)
    if not bound and found is not short:
        return None
    words = found[0][found[0].lower().rfind("minimum") :] if found is least else found[0]
    amount = re.search(r"(?:US)?[$€£]\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|thousand))?", said)
    value = amount[0] if amount else " ".join(words.split()).lower()
    at = amount.start() if amount else found.start()
    strong = re.search(r"commit|purchase|guarant|shortfall|deficien|take", found[0], _I)
    return Finding(
        FieldName.MINIMUM_COMMITMENT,
        value,
        span.start + at,
        span.start,
        span.end,
        (0.8 if strong else 0.65) + (0.05 if amount else 0),
    )
