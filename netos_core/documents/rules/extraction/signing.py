"""When a contract was made and from when it counts: preamble, definitions, headings, signature blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netos_core.documents.rules.extraction.dates import Day, days_said, puts_day_first
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.script import Script, Span

_I = re.IGNORECASE
_OPENING = 7000
_IN_PREAMBLE = 0.7
_LEAST = 0.2
_SHORT = 300
_BESIDE = 12
"""Letters that may stand on a line with a date that has it for itself."""
_MADE = re.compile(
    r"(?:\bmade\b|\bentered\b|\bexecuted\b|\bdated\b|\bsigned\b|\beffective\b|\bdate of (?:this )?agreement\b|"
    r"\bagreement date\b|\bas of\b|\bis between\b|\bconcluded\b|\bthis\b)[^.;]{0,160}?$",
    _I,
)
_DATED = re.compile(r"^(?:is\s+)?(?:dated|made|effective|entered into)?\s*(?:as\s+of|on)?\s*(?:the\s+|this\s+)?", _I)
_HOW_MADE = r"\b(?:made|entered|executed|dated|signed|concluded|between)\b[^.;]{0,160}$"
_AS_OF = re.compile(r"(?:as of|effective|with effect from|commencing)\b[^.;]{0,40}$", _I)
_AGREEMENT = re.compile(
    r"agreement|contract|addendum|amendment|order|lease|statement of work|schedule|memorandum|letter", _I
)
_HISTORY = re.compile(
    r"(?:amend\w*|restat\w*|supersed\w*|pursuant to|under|certain|previously|prior|original|existing|executed a|"
    r"heretofore|incorporated|organi[sz]ed|letter|proposal|confirmed)\b[^.;]{0,110}$",
    _I,
)
_DEFINED_AFTER = re.compile(
    r"""^[\s,]*(?:\(|,)?[^()]{0,60}?["“”‘'’]\s*(?:the\s+)?(?P<name>[A-Z][\w\s.]{2,40}?)\s*[,.]?["“”‘'’]"""
)
_DEFINED_BEFORE = re.compile(
    r"(?P<name>\b(?:Effective|Commencement|Start|Signature|Execution|Agreement|Contract|Expiration|Expiry|"
    r"Termination|End|Service Start|Term Start|Closing|Launch|"
    r"Inception)\s+Date)\b\s*[\"”’'_]*\s*(?:(?:\([^)]{0,40}\)|of\s+(?:this|the)\s+\w+|for\s+[\w\s]{3,40}|"
    r"under\s+[\w\s]{3,30})\s*)*(?:shall\s+(?:mean|be)|means|is|will be|[:=–-]|of|as of|"
    r"on)?[\s,:–-]*(?:the\s+(?:date\s+)?)?$",
    _I,
)
_EFFECTIVE_NAMES = (
    "effective date",
    "commencement date",
    "start date",
    "term start date",
    "service start date",
    "inception date",
)
_TAKES_EFFECT = re.compile(
    r"(?:(?:be|is|becomes?|was)\s+(?:\w+\s+)?effective|takes?\s+effect|came into (?:force|effect)|"
    r"comes? into (?:force|effect)|effective|commenc(?:e|es|ing)|beg(?:in|ins|"
    r"inning))\s+(?:\w+\s+){0,3}?(?:as\s+of|on|from|with effect from|at|this)?\s*(?:and after\s+)?(?:the\s+)?$",
    _I,
)
_BY_EVENT = re.compile(
    r"effective\s+date[\"”’']*\)?\s*(?:shall\s+)?(?:mean|be|is)s?\s+(?:the\s+)?(?:date\s+)?(?:as of which|"
    r"on which|that|when|of (?:receipt|the last|acceptance|closing)|the last)",
    _I,
)
_DEFINED_HERE = re.compile(r"""\(\s*(?:the\s+|hereinafter[\w\s,]{0,30})?["“”]\s*effective\s+date\s*["“”]""", _I)
_ON_SIGNING = re.compile(
    r"date\s+(?:hereof|first|of\s+(?:this|the|execution|signature|signing)|set\s+forth|written|above|indicated|"
    r"stated|below)|above\s+(?:written|date)|last\s+(?:date|signature|party)|last signed|execution\b",
    _I,
)
_LATEST = r"(?:latest|last|later|most recent)\s+(?:\w+\s+){0,4}?(?:date|signature|party|sign\w*)"
_LAST_SIGNED = re.compile(
    rf"effective[^.;]{{0,120}}?{_LATEST}|{_LATEST}[^.;]{{0,120}}?effective\s+date|"
    r"effective[^.;]{0,60}?(?:date\s+of\s+(?:execution|signature|signing)|signature\s+page|signatures?\s+below)",
    _I,
)
_WITNESS = re.compile(
    r"in\s+witness\s+whereof|witness(?:eth)?\s+(?:whereof|our)|duly\s+executed|signed\s+(?:and|on|this|at|by)|"
    r"agreed (?:and|to)|accepted\s+(?:and|by)|\bby:|signature|authori[sz]ed",
    _I,
)
_DATE_LABEL = re.compile(r"(?:^|\n|\b)(?:dated?(?: signed)?|signed|sign date)\s*(?:of signature)?\s*[:_]*\s*$", _I)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates a contract names, and what each is called."""

    agreement: Finding | None
    effective: Finding | None
    defined: Mapping[str, Day]
    """Dates by their lower-case names, such as "commencement date"."""
    depends: bool
    """Whether the effective date hangs on an event, so that no day can be said."""

    def findings(self) -> Iterator[Finding]:
        for one in (self.agreement, self.effective):
            if one is not None:
                yield one


def dates_of(script: Script) -> Dates:
    """Find the date of the agreement, the date from which it counts, and every other date that has a name."""
    text = script.text
    day_first = puts_day_first(text)
    days = days_said(text, day_first=day_first)
    defined = _defined(text, days)
    signed = sorted(_in_signatures(script, days), key=lambda one: (one.score, str(one.value)))
    agreement = best([*_in_opening(script, days), *reversed(signed)])
    depends = bool(_BY_EVENT.search(text)) or _is_left_open(text, days)
    effective = best(_effective(script, days, defined, agreement, depends=depends))
    if effective is None and signed and _LAST_SIGNED.search(text):
        last = max(signed, key=lambda one: str(one.value))
        effective = replace(last, name=FieldName.EFFECTIVE_DATE, score=0.75)
    return Dates(agreement, effective, defined, depends)


def _is_left_open(text: str, days: list[Day]) -> bool:
    """Whether the effective date is defined where no date stands and none of signing is meant."""
    defined = _DEFINED_HERE.search(text)
    if defined is None:
        return False
    before = text[max(defined.start() - 220, 0) : defined.start()]
    return not any(defined.start() - 260 < day.start < defined.start() for day in days) and not _ON_SIGNING.search(
        before
    )


def _defined(text: str, days: list[Day]) -> dict[str, Day]:
    named: dict[str, Day] = {}
    for day in days:
        after = _DEFINED_AFTER.match(text[day.end : day.end + 110])
        before = _DEFINED_BEFORE.search(text[max(day.start - 120, 0) : day.start])
        for found in (before, after):
            if found is not None:
                name = " ".join(found["name"].lower().removeprefix("the ").split())
                named.setdefault(name, day)
    return named


def _finding(script: Script, name: FieldName, day: Day, score: float) -> Finding:
    span = script.sentence_at(day.start)
    clear = 0.0 if day.is_clear else -0.15
    return Finding(name, day.value, day.start, *_around(span, day), max(score + clear, 0.2))


def _around(span: Span, day: Day) -> tuple[int, int]:
    """Quote the sentence, or of a long one the part around the day."""
    if span.end - span.start <= _SHORT:
        return span.start, max(span.end, day.end)
    return max(span.start, day.start - 120), min(span.end, max(day.end + 80, day.end))


def _in_opening(script: Script, days: list[Day]) -> Iterator[Finding]:
    text = script.lined
    for order, day in enumerate(one for one in days if one.start < _OPENING):
        before, after = text[max(day.start - 220, 0) : day.start], text[day.end : day.end + 120]
        late = order * 0.012 + day.start / _OPENING * 0.1
        score = 0.0
        if _MADE.search(before) and (_AGREEMENT.search(before[-220:]) or _AGREEMENT.search(after)):
            score = 0.55 if not re.search(_HOW_MADE, before[-170:], _I) else 0.75 if _alone(text, day) else 0.9
        elif re.search(
            r"(?:agreement date|date of (?:this )?(?:agreement|contract)|contract date|order date|"
            r"dated?)\s*[:,]?\s*(?:as of\s*)?$",
            before,
            _I,
        ):
            score = 0.85
        elif _alone(text, day) or re.search(r"agreement[^\n]{0,60}[,–-]\s*$", before[-90:], _I):
            score = 0.62
        if re.search(r"(?:commencement|effective|start|expir\w+|termination|end)\s+date[^.;\n]{0,60}$", before, _I):
            continue
        if (
            score
            and _HISTORY.search(before[-120:])
            and not re.search(
                r"\bthis\s+(?:[\w(),]+\s+){0,8}?(?:agreement|contract|addendum|amendment|order|lease)\b[^.;]*$",
                before[-200:],
                _I,
            )
        ):
            score -= 0.45
        if re.search(
            r"(?:filed|period ended|quarter|fiscal|expires?|until|through|terminat\w+)[^.;]{0,40}$", before[-60:], _I
        ):
            score -= 0.5
        if score > _LEAST:
            yield _finding(script, FieldName.AGREEMENT_DATE, day, score - late)


def _alone(text: str, day: Day) -> bool:
    """Whether a date has a line for itself."""
    start, end = text.rfind("\n", 0, day.start) + 1, text.find("\n", day.end)
    line = text[start : end if end >= 0 else len(text)]
    return len(_DATED.sub("", line.strip())) - (day.end - day.start) <= _BESIDE


def _in_signatures(script: Script, days: list[Day]) -> Iterator[Finding]:
    text = script.lined
    for day in days:
        before = text[max(day.start - 400, 0) : day.start]
        if day.start < _OPENING / 2 and day.start < len(text) / 2:
            continue
        score = 0.0
        if re.search(r"in\s+witness\s+whereof[^;]{0,300}$", before, _I) or re.search(
            r"(?:signed|executed|dated)[^.;]{0,60}\bthis\s*(?:the\s*)?$", before, _I
        ):
            score = 0.7
        elif _DATE_LABEL.search(before) and _WITNESS.search(text[max(day.start - 700, 0) : day.start + 300]):
            score = 0.6
        elif re.search(r"dated?(?: as of)?[:\s]*$", before[-14:], _I):
            score = 0.45
        if score:
            yield _finding(script, FieldName.AGREEMENT_DATE, day, score)


def _effective(
    script: Script, days: list[Day], defined: Mapping[str, Day], agreement: Finding | None, *, depends: bool
) -> Iterator[Finding]:
    text = script.text
    for rank, name in enumerate(_EFFECTIVE_NAMES):
        if name in defined:
            yield _finding(script, FieldName.EFFECTIVE_DATE, defined[name], 0.96 - rank * 0.02)
    for name, day in defined.items():
        if name.endswith(" effective date"):
            yield _finding(script, FieldName.EFFECTIVE_DATE, day, 0.9)
    for day in days:
        before = text[max(day.start - 160, 0) : day.start]
        if not _TAKES_EFFECT.search(before) or _HISTORY.search(before[-90:]):
            continue
        said = script.said(script.sentence_at(day.start))
        if not re.search(
            r"agreement|contract|term|addendum|amendment|order|lease|service|appointment|employment|^it\b",
            said,
            _I,
        ):
            continue
        yield _finding(script, FieldName.EFFECTIVE_DATE, day, 0.85 if re.search("effect", before[-60:], _I) else 0.72)
    if agreement is None or depends or agreement.score < _IN_PREAMBLE:
        return
    before = text[max(agreement.at - 60, 0) : agreement.at]
    score = 0.6 if _AS_OF.search(before) else 0.45
    yield replace(agreement, name=FieldName.EFFECTIVE_DATE, score=min(score, agreement.score))
