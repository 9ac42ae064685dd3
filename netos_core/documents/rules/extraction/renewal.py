"""What happens when the term ends: whether it renews, for how long, and what notice prevents it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from netos_core.documents.rules.extraction.durations import Duration, durations
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.script import Script, Span, is_contents

AUTO_RENEW, ROLL, AUTO_DISCONNECT = "auto_renew", "roll", "auto_disconnect"
YEAR, MONTH = 12, 1

_I = re.IGNORECASE
_LEAST_FIT = 0.2
_SURELY = 0.85
_ABOUT = re.compile(
    r"renew|exten[ds]|indefinite|evergreen|(?:year|month)[\s-]+(?:to|by)[\s-]+(?:year|month)|thereafter|"
    r"successive|roll[\s-]?over",
    _I,
)
_SUBJECT = re.compile(
    r"\b(?:agreement|term|terms|contract|addendum|addenda|order|orders|schedule|lease|license|appointment|"
    r"services?|sow|subscription|period|amendment|engagement|msa|jsma|circuit|it)\b",
    _I,
)
_OTHER_MATTER = re.compile(
    r"insurance|\bpolic(?:y|ies)\b|patent|trade\s?mark|copyright|domain name|\bpermit|certificate of|"
    r"letter of credit|extended? warrant|warranty (?:period|term)|cure period|extend(?:ed|s)? (?:the )?(?:time|"
    r"deadline|credit)|to the (?:fullest )?extent|extend(?:s|ed|ing)? (?:only )?to\b|loan|\bdebt|promissory|"
    r"delivery date",
    _I,
)
_TERMINABLE = re.compile(r"terminable|unless", _I)
_GOES_ON = re.compile(r"renew|exten", _I)
_VERB = (
    r"(?:renew(?:s|ed|al|als|able|ing)?|extend(?:s|ed)?|extension|continu(?:e|es|ed|ing)|roll(?:s|over)?|"
    r"convert(?:s|ed)?|revert(?:s)?|remain|run)"
)
_AUTO = re.compile(
    rf"\bautomatic(?:ally)?\b[^.;]{{0,60}}?\b{_VERB}\b|\b{_VERB}\b[^.;]{{0,40}}?\bautomatic(?:ally)?\b|"
    rf"\bself[\s-]renew|\bevergreen\b|\bauto(?:matic)?[\s-]*renew",
    _I,
)
_MUST = re.compile(
    r"\brenewed\s+(?:tacitly|by tacit)|\btacit(?:ly)?\b[^.;]{0,30}renew|\b(?:shall|will|is|are|to|does|do|must|"
    r"should)\b\s+(?:(?:then|thereafter|also|be|hereby|deemed|have been|further|each)[\s,]+)*(?:renew(?:s|ed)?|"
    r"extend(?:ed)?)\b|\bcontinu\w*\b(?:(?!\bmay\b)[^.;]){0,60}?(?:successive|additional|consecutive|indefinite)|"
    r"\bcontinu\w*\b[^.;]{0,50}?month[\s-]+(?:to|by)[\s-]+month|\bindefinitely\b[^.;]{0,40}\b(?:after|thereafter|"
    r"until)|\b(?:agreement|term|contract|order)\s+(?:renews|extends|continues)\b|\bcontinu(?:e|es|"
    r"ing) (?:in (?:full )?(?:force|effect)[\w\s]{0,20})?(?:thereafter|from (?:year|month)|on an? (?:annual|year|"
    r"month))|\band (?:from )?(?:year[\s-]+to[\s-]+year|month[\s-]+to[\s-]+month) thereafter|"
    r"\bthereafter\b[^.;]{0,60}(?:successive|consecutive|year[\s-]+to|month[\s-]+to)|"
    r"\bautomatic\b[^.;]{0,20}\bextension",
    _I,
)
_MAY = re.compile(
    r"\b(?:may|can)\b[^.;]{0,60}?\b(?:renew|extend)(?:ed)?\b|\b(?:option|right|privilege|entitled|elects?|"
    r"choose[sn]?)\b[^.;]{0,50}?\b(?:to )?(?:renew|extend|renewal|extension)|\brenewable\b|\brenewal options?\b|"
    r"\bextension options?\b|\boptions? (?:of|for) (?:renewal|extension)",
    _I,
)
_MUTUAL = re.compile(
    r"\bmutual(?:ly)?\b|\b(?:parties|both parties|party)\b[^.;]{0,40}\bagree|"
    r"agreed (?:to )?(?:in writing )?(?:between|by)|\bconsent of (?:both|the) part|(?:written )?agreement (?:of|"
    r"between|by) (?:both|the) part|unless (?:renewed|extended)",
    _I,
)
_EXTENDED_NOW = re.compile(
    r"\b(?:is|are)\s+(?:hereby\s+)?(?:extended|renewed)\b[^.;]{0,90}(?:\b(?:through|until|to)\s+\w+\s+\d)", _I
)
_REFUSED = re.compile(
    r"\b(?:shall|will|does|do|is|are)\s+not\s+(?:be\s+)?(?:automatically\s+)?(?:renew|extend)|"
    r"\bno\s+(?:automatic\s+renewal|right\s+to\s+renew|renewal)|not subject to (?:automatic )?renewal|(?:shall|"
    r"will) not (?:auto|automatically)",
    _I,
)
_LATER_TERMS = re.compile(
    r"renew|additional|successive|consecutive|further|exten|continue|thereafter|year[\s-]to|month[\s-]to|"
    r"indefinite|roll",
    _I,
)
_FOLLOWED_BY_NOTICE = re.compile(
    r"[\s,]*(?:or more\s+)?(?:in\s+|of\s+|or\s+more\s+|calendar\s+|written\s+|advance\s+|prior\s+)*(?:prior|"
    r"before|advance|previous|preceding|(?:written\s+|prior\s+|advance\s+)*notice|notification|written|"
    r"from (?:the date of )?(?:receipt|notice)|in (?:writing|advance))\b|[\s,]*(?:after|following|of) (?:receipt|"
    r"notice|such notice|the giving)",
    _I,
)
_LED_BY_NOTICE = re.compile(
    r"(?:at least|(?:not |no )?(?:less|fewer|later|more) than|within|upon|minimum(?: of)?|by giving|with|on|"
    r"giving|provid\w+|prior to)\s*(?:an?\s+|the\s+)?(?:period of\s+|minimum of\s+)?$",
    _I,
)
_NOT_RENEWED = re.compile(
    r"^[^.;]{0,30}?\b(?:from|after|following|of) (?:the )?(?:effective|date|commencement|execution|disclos|"
    r"terminat|expir|default|breach)",
    _I,
)
_RENEWAL_BEFORE = re.compile(
    r"(?:additional|successive|consecutive|renewal|renewed|renews?|renewable|further|subsequent|exten\w+|another|"
    r"thereafter|continu\w+|new|more)\b[^.;]{0,45}$",
    _I,
)
_RENEWAL_AFTER = re.compile(
    r"^[\s-]*(?:\(?each\b|renewal|extension|terms?\b|periods?\b|increments?|intervals?|basis|at a time|thereafter)", _I
)
_AGAIN = re.compile(r"renew|additional|successive|consecutive|further|subsequent|exten", _I)
_INITIAL_BEFORE = re.compile(
    r"(?:initial|first|original|primary)\b[^.;]{0,40}$|(?:for|be|is|of) (?:a|an|the) (?:initial |minimum |"
    r"fixed )*(?:term|period) of\s*$|(?:term|period)[^.;]{0,30}\b(?:is|be)\s*$|in (?:full )?(?:force|"
    r"effect)[^.;]{0,20} for\s*$",
    _I,
)
_YEARLY = re.compile(
    r"year[\s-]+(?:to|by)[\s-]+year|on an? (?:annual|yearly)|annually|each (?:subsequent |succeeding |"
    r"successive )?(?:year|anniversary)|yearly|every year|anniversary of|(?:annual|yearly) (?:term|period|"
    r"renewal|extension|basis)|from year",
    _I,
)
_MONTHLY = re.compile(r"month[\s-]+(?:to|by)[\s-]+month|monthly basis|month[\s-]at[\s-]a[\s-]time|\bM2M\b|\bMTM\b", _I)
_SAME = re.compile(
    r"(?:same|equal|like|identical|equivalent|similar)\b[^.;]{0,40}(?:term|period|duration|length)|(?:period|"
    r"term)s?[^.;]{0,30}(?:equal|same|identical) (?:in length |in duration )?(?:to|as)[^.;]{0,20}(?:initial|"
    r"original|term)",
    _I,
)
_ENDLESS = re.compile(r"indefinite(?:ly)?|until (?:it is )?(?:terminated|cancell?ed)|in perpetuity|perpetual", _I)
_ENDS = re.compile(
    r"(?:at|upon|on)\s+(?:the\s+)?(?:end|expir\w+)\s+of\s+the\s+(?:\w+\s+)?term,?\s+(?:the\s+|"
    r"each\s+)?(?:service|circuit|order|agreement)s?\s+(?:shall\s+|will\s+)?(?:automatically\s+)?(?:ends?|"
    r"terminates?|expires?|be\s+disconnected)|(?:shall|will) (?:automatically )?(?:expire|terminate|end|"
    r"be disconnected|cease)(?: automatically)? (?:at|upon|on) (?:the )?(?:end|expir\w+|conclusion) of (?:the |"
    r"such |its |this )?(?:initial |service |original |then[\s-]current )*term|service (?:shall|"
    r"will) (?:automatically )?(?:be )?disconnect",
    _I,
)
_NOTICE_WORDS = re.compile(r"notice|notif|written|writing|advise|inform|terminat|cancel|renew|intent|elect|request", _I)
_NOT_RENEWING = re.compile(
    r"not\s+(?:to\s+)?(?:be\s+)?(?:so\s+)?(?:renew|extend)|non[\s-]*renew|nonrenew|cancell?able|"
    r"any of its renewals|(?:intent|intention|desire|election|decision|decid|elect|wish|"
    r"opt)\w*\s+(?:to\s+)?(?:not|terminat|cancel|discontinu|end)|(?:such|this|said) notice|(?:terminat|cancel|"
    r"end)\w*[^.;]{0,80}(?:end|expir\w+|anniversary|renewal)|prior to (?:the )?(?:end|expir|renewal|commencement|"
    r"anniversary|beginning)",
    _I,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence on what follows the term."""

    span: Span
    how: str
    """auto, may or refused"""
    verb: int
    score: float


def renewal_clauses(script: Script) -> list[Clause]:
    """Find the sentences that say what follows the term, the surest first."""
    found = [clause for span in script.sentences if (clause := _clause(script, span)) is not None]
    return sorted(found, key=lambda clause: -clause.score)


def _clause(script: Script, span: Span) -> Clause | None:
    said = script.said(span)
    if not _ABOUT.search(said) or is_contents(said):
        return None
    if refused := _REFUSED.search(said):
        return Clause(span, "refused", span.start + refused.start(), 0.6)
    if not _SUBJECT.search(said):
        return None
    for how, form, score in (("auto", _AUTO, 0.9), ("auto", _MUST, 0.75), ("may", _MAY, 0.6)):
        verb = form.search(said)
        if verb is None:
            continue
        around = said[max(verb.start() - 120, 0) : verb.end() + 160]
        if _OTHER_MATTER.search(around) or _EXTENDED_NOW.search(around) or _is_of_termination(how, around, verb[0]):
            continue
        if _MUTUAL.search(said if how == "may" else around) and (how == "may" or _is_agreed(form, said)):
            return None
        if re.search(
            r"\b(?:initial|renewal|then[\s-]current|current) term|term of (?:this|the)|this agreement", said, _I
        ):
            return Clause(span, how, span.start + verb.start(), score + 0.05)
        return Clause(span, how, span.start + verb.start(), score)
    return None


def _is_of_termination(how: str, around: str, verb: str) -> bool:
    return how == "may" and bool(_TERMINABLE.search(around[:120])) and not _GOES_ON.search(verb)


def _is_agreed(form: re.Pattern[str], said: str) -> bool:
    """Whether a renewal hangs on both sides' agreement; "unless the parties agree otherwise" does not."""
    return form is _MUST and not re.search("unless", said, _I)


def is_notice(text: str, one: Duration) -> bool:
    """Whether a duration counts back from something or forward from a notice."""
    after, before = text[one.end : one.end + 70], text[max(one.start - 45, 0) : one.start]
    if _FOLLOWED_BY_NOTICE.match(after):
        return True
    return bool(_LED_BY_NOTICE.search(before)) and bool(
        re.match(r"\W*(?:[\w’']+\W+){0,3}(?:prior|before|notice|advance)", after, _I)
    )


def renewal_findings(script: Script, initial_months: int | None) -> Iterator[Finding]:
    """Say whether the contract renews, for how long, and which notice keeps it from renewing."""
    clauses = renewal_clauses(script)
    with_months = [
        (clause, found)
        for clause in clauses
        if clause.how != "refused" and (found := _months(script, clause, initial_months))
    ]
    chosen = max(with_months, key=lambda pair: pair[0].score + pair[1].score, default=None)
    auto = next((clause for clause in clauses if clause.how == "auto" and _continues(script, clause)), None)
    if chosen and chosen[0].how == "auto":
        auto = chosen[0]
    if chosen and (auto is None or chosen[0] is auto or chosen[0].how == "may"):
        yield chosen[1]
    if auto is not None:
        yield from _of_auto(script, auto, chosen[1] if chosen else None)
        return
    about = next((clause for clause in clauses if clause.how == "refused"), chosen[0] if chosen else None)
    if about is not None:
        yield Finding(FieldName.AUTO_RENEWS, False, about.verb, about.span.start, about.span.end, about.score)
    ends = _ENDS.search(script.text)
    if ends is not None:
        span = script.sentence_at(ends.start())
        yield Finding(FieldName.END_OF_TERM, AUTO_DISCONNECT, ends.start(), span.start, span.end, 0.75)


def _continues(script: Script, clause: Clause) -> bool:
    said = script.said(clause.span)
    return bool(_MONTHLY.search(said) or _ENDLESS.search(said) or clause.score > _SURELY)


def _of_auto(script: Script, auto: Clause, months: Finding | None) -> Iterator[Finding]:
    said = script.said(auto.span)
    start, end = auto.span.start, auto.span.end
    yield Finding(FieldName.AUTO_RENEWS, True, auto.verb, start, end, auto.score)
    rolls = bool(_MONTHLY.search(said)) or (months is None and bool(_ENDLESS.search(said)))
    yield Finding(FieldName.END_OF_TERM, ROLL if rolls else AUTO_RENEW, auto.verb, start, end, auto.score)
    if (notice := _notice(script, auto)) is not None:
        yield notice


def _months(script: Script, clause: Clause, initial_months: int | None) -> Finding | None:
    """Give the length of the renewal term a clause states."""
    text = script.text
    span = clause.span
    said = script.said(span)
    fits = [(fit, one) for one in durations(said, span.start) if (fit := _fit(text, clause, one)) > _LEAST_FIT]
    if fits:
        score, one = max(fits, key=lambda pair: pair[0])
        sure = min(0.45 + score / 2, 0.95) - (0.0 if one.is_clear else 0.3)
        return Finding(FieldName.RENEWAL_TERM_MONTHS, one.term_months or 0, one.start, span.start, span.end, sure)
    for form, value in ((_MONTHLY, MONTH), (_YEARLY, YEAR)):
        near = form.search(said)
        if near and clause.how != "may":
            return Finding(FieldName.RENEWAL_TERM_MONTHS, value, span.start + near.start(), span.start, span.end, 0.7)
    if (same := _SAME.search(said)) and initial_months:
        return Finding(
            FieldName.RENEWAL_TERM_MONTHS,
            initial_months,
            span.start + same.start(),
            span.start,
            span.end,
            0.6,
            is_counted=True,
        )
    return None


def _fit(text: str, clause: Clause, one: Duration) -> float:
    """Say how well a duration of a clause fits as the length of the renewal."""
    if one.term_months is None or is_notice(text, one):
        return 0.0
    before = text[max(one.start - 70, clause.span.start) : one.start]
    after = text[one.end : min(one.end + 60, clause.span.end)]
    again = _RENEWAL_BEFORE.search(before) or _AGAIN.search(text[one.start : one.end])
    weighed = (
        (again, 0.5),
        (_RENEWAL_AFTER.match(after), 0.15),
        (one.start > clause.verb, 0.25),
        (_INITIAL_BEFORE.search(before) and not _AGAIN.search(before[-40:]), -0.5),
        (_NOT_RENEWED.match(after), -0.4),
    )
    return sum((weight for holds, weight in weighed if holds), 0.0)


def _notice(script: Script, auto: Clause) -> Finding | None:
    """Give the notice that keeps a contract from renewing: said with the renewal, soon after it, or elsewhere."""
    found = list(_notices_in(script, auto.span, 0.9))
    if not found:
        index = script.sentences.index(auto.span)
        for distance, span in enumerate(script.sentences[index + 1 : index + 4], 1):
            if _NOT_RENEWING.search(script.said(span)):
                found += _notices_in(script, span, 0.8 - distance * 0.05)
        for span in script.sentences[max(index - 2, 0) : index]:
            if _NOT_RENEWING.search(script.said(span)):
                found += _notices_in(script, span, 0.7)
    if not found:
        for span in script.sentences:
            said = script.said(span)
            if re.search(r"non[\s-]*renew|not\s+(?:to\s+)?(?:be\s+)?renew", said, _I) and not _OTHER_MATTER.search(
                said
            ):
                found += _notices_in(script, span, 0.6)
    return best(found)


def _notices_in(script: Script, span: Span, score: float) -> Iterator[Finding]:
    said = script.said(span)
    if not _NOTICE_WORDS.search(said):
        return
    for one in durations(said, span.start):
        if not is_notice(script.text, one):
            continue
        before = script.text[max(one.start - 60, span.start) : one.start]
        after = script.text[one.end : min(one.end + 90, span.end)]
        value = score
        if re.search(r"at least|less than|later than|minimum|fewer than", before, _I):
            value += 0.05
        if re.search(r"(?:expir|end of|renew|anniversary|then[\s-]current|conclusion|term)", after, _I):
            value += 0.04
        if re.search(r"more than|breach|default|cure|fail", before, _I) and not re.search(
            r"not more than|no more than", before, _I
        ):
            value -= 0.3
        yield Finding(
            FieldName.NOTICE_DAYS, one.days, one.start, span.start, span.end, value if one.is_clear else value - 0.3
        )
