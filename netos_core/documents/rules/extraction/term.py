"""How long a contract runs first, and on which day that ends: stated, or counted from its start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netos_core.contracts.rules import LONGEST_TERM_MONTHS, term_end_date
from netos_core.documents.rules.extraction.dates import days_said, puts_day_first
from netos_core.documents.rules.extraction.durations import Duration, durations
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.renewal import is_notice
from netos_core.documents.rules.extraction.script import Script, Span, is_contents
from netos_core.documents.rules.extraction.signing import Dates

_I = re.IGNORECASE
_INITIAL = re.compile(
    r"\b(?:initial|original|primary|minimum|fixed|first)\s+(?:\w+\s+){0,2}?(?:term|period)\b[^.;]{0,90}$", _I
)
_FOR = re.compile(
    r"(?:\bfor\s+(?:an?|the)?\s*(?:\w+\s+){0,2}?(?:term|period)\s+of\s*(?:up to\s+)?(?:an?\s+)?$)|"
    r"(?:(?:continu\w*|remain\w*|effect|force|run|last)\b[^.;]{0,60}\bfor\s+(?:an?\s+|"
    r"the\s+)?(?:period\s+of\s+)?(?:additional\s+)?$)",
    _I,
)
_IS = re.compile(
    r"\b(?:term|duration|validity|period)\b[^.;]{0,80}?\b(?:is|be|of|for|equal to)\s*(?:an?\s+|"
    r"the\s+)?(?:\w+\s+){0,2}?(?:period of\s+|term of\s+)?$|\bduration of\s*$|\bterm\s*[:\-–]\s*$",
    _I,
)
_RUNS = re.compile(
    r"commenc|begin|start|continu|remain|in (?:full )?(?:force|effect)|in effect|effective|shall be|is for|"
    r"initial|term of this|expire",
    _I,
)
_RUNS_BEFORE = re.compile(
    r"\b(?:commenc\w*|begin\w*|continu\w*|remain\w*|effect\w*|initial|in force|run|last|valid|shall be|is for|"
    r"period of this|renewable|additional|license[ds]?|appointed|engage\w*|maintain)\b",
    _I,
)
_AGREEMENT = re.compile(
    r"\bagreement\b|\bcontract\b|\bterm\b|\baddendum\b|\border\b|\blease\b|\bappointment\b|\bmsa\b|"
    r"\bengagement\b|\bmaintain\b|\bservices\b",
    _I,
)
_OTHER_MATTER = re.compile(
    r"confidential|non-?disclos|warrant(?:y|ies|s)\b|insurance|surviv|indemnif|non-?compet|non-?solicit|audit|"
    r"records|retain|escrow|lock-?up|option(?:s)? (?:to purchase|period)|payment|invoice|delinquent|"
    r"force majeure|cure|\bdefault|breach|amorti|depreciat|vest|exclusivity period|suspen|renewal term|"
    r"extension period|transition|wind[\s-]?down|forecast|statute|arbitrat|delivery|\bdamages?\b|liabilit|"
    r"in any\b|escalat|trial|preceding|last|previous|immediately prior|within",
    _I,
)
_RENEWING = re.compile(
    r"\b(?:renew\w*|additional|successive|consecutive|exten\w+|further|subsequent|another)\b[^.;]{0,60}$", _I
)
_FIRST = re.compile(r"initial[^.;]{0,40}$", _I)
_STARTS = re.compile(r"[\s-]*(?:from|commenc)", _I)
_THEREAFTER = re.compile(r"[^.;]{0,12}\bthereafter|,?\s*then\b", _I)
_SURVIVES = re.compile(r"surviv|in the preceding|has not", _I)
_INITIAL_AFTER = re.compile(
    r"[\s-]*(?:initial|original|minimum)?\s*term\b|[^.;]{0,40}\W(?:the )?[\"“]?initial (?:term|period)", _I
)
_FROM_A_DAY = re.compile(
    r"[^.;]{0,30}\b(?:from|after|following|commencing|beginning|starting)\b[^.;]{0,40}(?:date|execution|hereof|"
    r"signature|launch)",
    _I,
)
_GOES_ON = re.compile(r"renew|exten[ds]", _I)
_OF_THIS = re.compile(r"(?:this|the) (?:\w+ )?(?:agreement|contract|term|lease)", _I)
_LEAST_FIT = 0.4
_AFTERWARDS = re.compile(
    r"^[^.;]{0,25}?\b(?:after|following|from) (?:the )?(?:\w+ ){0,3}?(?:terminat|expir|disclos|deliver|receipt|"
    r"breach|shipment|invoice|purchase|last)",
    _I,
)
_HEADING = re.compile(
    r"(?:^|\n)\s*(?:\(?[\dIVXA-Za-z.]{1,6}[.)]?\s+)?[^\n.]{0,30}\b(?:term|duration|period of agreement|"
    r"validity)\b[^\n]{0,30}",
    _I,
)
_UNTIL = re.compile(
    r"(?:expir(?:e|es|ing|ation)|ends?|ending|terminat(?:e|es|ing)|until|through|continu\w+ (?:to|through)|up to|"
    r"to and including|conclud\w+|thereafter to)\b\s*(?:and\s+including\s+|automatically\s+)?(?:on|at|as of|"
    r"until|through|midnight on|the close of business on|11:59 \w+ on)?\s*(?:the\s+|"
    r"midnight\s*,?\s*(?:on\s+)?)?$|[–-]\s*$|\bto\s*$",
    _I,
)
_END_NAMES = ("expiration date", "expiry date", "termination date", "end date")
_ANCHOR = re.compile(
    r"effective date|commencement date|start date|inception date|execution date|signature date|agreement date|"
    r"contract date|date (?:hereof|of this|of the agreement|of execution|first|of signature|above|of signing|"
    r"indicated)|date this agreement|execution (?:of|date)|(?:the )?date on which|signing|signature|"
    r"(?:acceptance|launch|completion|delivery|installation|operational|first purchase|opening|closing|"
    r"service start|service commencement|activation|turn[\s-]?up|billing|in[\s-]service)[\w\s]{0,20}",
    _I,
)
_FLOATING = re.compile(
    r"acceptance|launch|completion|deliver|install|operational|first (?:purchase|shipment|order)|opening|closing|"
    r"service (?:start|commencement|activation)|activation|turn|billing|in[\s-]service|on which|service date|"
    r"approval|availab|receipt of|last (?:party|signature)|fully executed",
    _I,
)


@dataclass(frozen=True, slots=True)
class _Stated:
    duration: Duration
    span: Span
    score: float


def term_of(script: Script, dates: Dates) -> list[Finding]:
    """Find the first term and its last day."""
    stated = max(_terms(script), key=lambda one: one.score, default=None)
    found: list[Finding] = []
    if stated is not None:
        months = stated.duration.term_months or 0
        clear = 0.0 if stated.duration.is_clear else -0.3
        found.append(
            Finding(
                FieldName.INITIAL_TERM_MONTHS,
                months,
                stated.duration.start,
                stated.span.start,
                stated.span.end,
                min(stated.score, 0.95) + clear,
            )
        )
    end = best(_stated_ends(script, dates))
    if end is None and stated is not None:
        end = _counted_end(script, dates, stated)
    return [*found, end] if end is not None else found


def _terms(script: Script) -> Iterator[_Stated]:
    text = script.text
    for span in script.sentences:
        said = script.said(span)
        if not _AGREEMENT.search(said) or is_contents(said):
            continue
        for one in durations(said, span.start):
            if (score := _fit(script, span, said, one)) > _LEAST_FIT:
                yield _Stated(one, span, score - span.start / max(len(text), 1) * 0.05)


def _fit(script: Script, span: Span, said: str, one: Duration) -> float:
    """Say how well a duration fits as the first term of the contract."""
    text = script.text
    months = one.term_months
    if months is None or months > LONGEST_TERM_MONTHS or is_notice(text, one):
        return 0.0
    before, after = text[max(one.start - 150, span.start) : one.start], text[one.end : min(one.end + 100, span.end)]
    if _is_later(before, after, said):
        return 0.0
    score = _lead(before, after, text[span.start : one.start])
    if not score:
        return 0.0
    around = text[max(one.start - 90, span.start) : min(one.end + 60, span.end)]
    heading = script.lined[max(span.start - 80, 0) : span.start + 40]
    weighed = (
        (_RUNS.search(said), 0.05),
        (_FROM_A_DAY.match(after), 0.08),
        (_HEADING.search(heading), 0.07),
        (_GOES_ON.search(said), 0.05),
        (_OF_THIS.search(said), 0.04),
        ("WHEREAS" in said, -0.3),
        (_OTHER_MATTER.search(around), -0.35),
    )
    return score + sum(weight for holds, weight in weighed if holds)


def _is_later(before: str, after: str, said: str) -> bool:
    """Whether a duration is of a renewal, or of what lives on after the contract."""
    renews = _RENEWING.search(before[-70:]) and not _FIRST.search(before) and not _STARTS.match(after)
    return bool(renews or _AFTERWARDS.match(after) or _THEREAFTER.match(after) or _SURVIVES.search(said))


def _lead(before: str, after: str, since: str) -> float:
    """Score the words that lead to a duration."""
    if _INITIAL.search(before) or _INITIAL_AFTER.match(after):
        return 0.85
    if _FOR.search(before):
        return 0.75 if _RUNS_BEFORE.search(since) else 0.45
    return 0.65 if _IS.search(before) else 0.0


def _stated_ends(script: Script, dates: Dates) -> Iterator[Finding]:
    text = script.text
    for rank, name in enumerate(_END_NAMES):
        if name in dates.defined:
            day = dates.defined[name]
            span = script.sentence_at(day.start)
            yield Finding(
                FieldName.EXPIRATION_DATE, day.value, day.start, span.start, max(span.end, day.end), 0.9 - rank * 0.03
            )
    for day in days_said(text, day_first=puts_day_first(text)):
        before = text[max(day.start - 200, 0) : day.start]
        if not _UNTIL.search(before):
            continue
        span = script.sentence_at(day.start)
        said = script.said(span)
        near = text[max(day.start - 160, span.start) : min(day.end + 40, span.end)]
        if not re.search(
            r"\bterm\b|this (?:\w+ )?(?:agreement|contract|lease|addendum|order)|agreement (?:shall|will)", said, _I
        ) or _OTHER_MATTER.search(near):
            continue
        if not re.search(r"expir|end|terminat|until|through|commenc|effect|term\s*:|continu", before, _I):
            continue
        score = 0.75
        if _HEADING.search(script.lined[max(span.start - 80, 0) : span.start + 40]):
            score += 0.1
        if (
            dates.agreement is not None
            and isinstance(dates.agreement.value, date)
            and day.value <= dates.agreement.value
        ):
            continue
        yield Finding(FieldName.EXPIRATION_DATE, day.value, day.start, span.start, max(span.end, day.end), score)


def _counted_end(script: Script, dates: Dates, stated: _Stated) -> Finding | None:
    """Count the last day from the start the clause names; none where that hangs on an event."""
    months = stated.duration.term_months
    start = _start(script, dates, stated)
    if start is None or not months:
        return None
    try:
        end = term_end_date(start[0], months)
    except (ValueError, OverflowError):
        return None
    return Finding(
        FieldName.EXPIRATION_DATE,
        end,
        stated.duration.start,
        stated.span.start,
        stated.span.end,
        min(stated.score, start[1]) - 0.05,
        is_counted=True,
    )


_BEGINS_LATER = re.compile(
    r"\bterm\b[^.;]{0,60}?\b(?:begins?|commences?|starts?|runs?)\b[^.;]{0,40}?\b(?:activation|acceptance|"
    r"installation|delivery|turn[\s-]?up|completion|start of service|service start|billing|in[\s-]service|"
    r"service commencement|availability)",
    _I,
)


def _start(script: Script, dates: Dates, stated: _Stated) -> tuple[date, float] | None:
    text, span, one = script.text, stated.span, stated.duration
    before, after = text[span.start : one.start], text[one.end : min(one.end + 140, span.end)]
    for said, offset in ((after[:90], one.end), (before, span.start)):
        found = days_said(said, offset, day_first=puts_day_first(text))
        if found and re.search(r"from|commenc|begin|start|effective|as of|after", said, _I):
            return found[0].value, 0.9
    anchor = _ANCHOR.search(after[:90]) or next(iter(_ANCHOR.finditer(before)), None)
    said = anchor[0].lower() if anchor else ""
    if said in dates.defined:
        return dates.defined[said].value, 0.9
    if said and _FLOATING.search(said):
        return None
    first, second = (
        (dates.effective, dates.agreement)
        if not anchor or "effective" in said or "commence" in said
        else (dates.agreement, dates.effective)
    )
    if not anchor and _BEGINS_LATER.search(text):
        return None
    if dates.depends and (not anchor or "effective" in said):
        return None
    chosen = first or second
    if chosen is None or not isinstance(chosen.value, date):
        return None
    return chosen.value, min(chosen.score, 0.85)
