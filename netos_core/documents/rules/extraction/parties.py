"""Who makes a contract, and which of them provides the service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.script import Script

_OPENING = 9000
_LONGEST = 1800
_LONGEST_NAME = 90
_LONGEST_OPENING = 3000
_FORM = (
    r"(?:INC|INCORPORATED|LIMITED|LTD|CORP|CORPORATION|COMPANY|CO|TRUST|BANK|PARTNERSHIP|ASSOCIATION|Inc|"
    r"Incorporated|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Company|Co|L\.P|LP|LLP|L\.L\.P|PLC|plc|GmbH|AG|B\.V|"
    r"BV|N\.V|NV|S\.A|SA|S\.R\.L|SRL|S\.p\.A|SARL|S\.A\.R\.L|N\.A|A/S|AB|AS|Oy|Pty|Pte|KG|a\.s|Partnership|Trust|"
    r"Funds?|Bank|Association|University|Authority|Foundation|Cooperative|K\.K|Kft|Sdn|Bhd)\b\.?"
)
_ENDS = re.compile(
    rf"\s*(?P<form>,?\s*\(?(?:{_FORM}|\(?Pty\)?)\)?(?=[\s,.;:()“”\"]|$))|\s*[,;:(\"“”]|\.\s|\s+(?:an?|whose|with|"
    rf"having|located|organi[sz]ed|incorporated|on behalf|acting|"
    r"herein\w*|represented|is|are|of\s+\d|for itself|referred|whereby|by and|at\s+\d|in favor|dated|shall|will|"
    r"under|pursuant|registration|regarding|relating|together|as\s+\w+\b)\b|\s+and\s|\s+And\s|\s&\s*\n|\n\n",
)
_GOES_ON = re.compile(rf",?[ ](?:of\s+(?!the\s+State)[A-Z]|[A-Z&][\w&]|[&]|\(?{_FORM})|,?\s+\(?{_FORM}")
_STARTS = re.compile(
    r"\s*(?:(?:(?:th|st|nd|rd)\s|\(?\d{1,2}[.)]|\([a-z]\)|and|And|AND|the|The|i\.e\.|:|,|&|"
    r"parties to this agreement|PARTIES:?|[“\"«])\s*)*"
)
_ONWARD = re.compile(r"\b(?:and|AND|And)\b|&\s*\n|[(\s]2[).]\s|\n\n|;")
_TITLE_SOON = re.compile(
    r"[^“\"(]{0,200}\(the\s[A-Z]\w+\)|[^“\"]{0,260}?(?:\(|herein\w*|referred|called|collectively|together|the\s)[^“\"]{0,70}[“\"]"
)
_TITLE = re.compile(r"[\"“][^\"“”]{2,40}[\"”]\s*\)")
_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+(?:between|among)|(?:is\s+)?(?:made\s+|entered\s+into\s+)?between|among(?:st)?|"
    r"by\s+and\s+among)\b\s*:?",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"\bWHEREAS\b|\bWITNESSETH\b|\bRECITALS?\b|\bBACKGROUND\b|\bNOW,?\s+THEREFORE|\b1\.\s+[A-Z]|\bPreamble\b|"
    r"each (?:individually )?(?:a|referred)|\bW I T N E S S",
    re.IGNORECASE,
)
_NOT_A_PARTY = re.compile(
    r"(?:subsidiar\w+|affiliates?|division|owned|controlled|shareholders?|laws|state|commonwealth|behalf|"
    r"formerly(?:\s+known)?(?:\s+as)?|assets|member|successor\w*|office|located|street|exhibit)\s+(?:of|by|as|at|"
    r"in|to)?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"^(?:this|agreement|state|commonwealth|delaware|exhibit|section|article|the (?:state|parties|party)|parties|"
    r"party|effective|date|united states|service|order|whereas|and|of|customer|provider|supplier|vendor|company|"
    r"client|contractor|\d+)\b(?:\s+(?:agreement|corporation|limited|company))?$",
    re.IGNORECASE,
)


def parties(script: Script) -> Iterator[Finding]:
    """Find the names of the parties in the opening of a contract."""
    text = script.lined[:_OPENING]
    for rank, between in enumerate(list(_BETWEEN.finditer(text))[:6]):
        segment = text[between.end() : between.end() + _LONGEST]
        stop = _STOP.search(segment)
        named = _named(segment[: stop.start()] if stop else segment, between.end())
        if len(named) > 1:
            several = re.search("among", between[0], re.IGNORECASE)
            score = (0.88 if _TITLE.search(segment) else 0.72) - rank * 0.03
            yield _finding(script, named if several else named[:2], between.start(), score)
    introduced = _introduced(text)
    if len(introduced) > 1:
        yield _finding(script, introduced[:2], introduced[0][1], 0.55)


def _finding(script: Script, named: list[tuple[str, int, int]], start: int, score: float) -> Finding:
    """Quote from where the parties are first told to the last of them on that page."""
    page = script.page_at(named[0][1])
    end = max(one[2] for one in named if script.page_at(one[1]) == page)
    names = tuple(one[0] for one in named)
    return Finding(FieldName.PARTIES, names, named[0][1], start, end, score, parts=tuple(named))


_COMPANY = re.compile(
    r"\b(?:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|L\.?P|LLP|plc|GmbH|AG|B\.?V|S\.?A)\b\.?$", re.IGNORECASE
)
_WITH_FORM = re.compile(
    rf"[A-Z0-9][\w&'’./-]*(?:,?[ \n](?:[A-Z0-9&][\w&'’./-]*|of|and|the)){{0,7}}?,?\s+{_FORM}(?:,?\s{_FORM})*"
)


def _introduced(text: str) -> list[tuple[str, int, int]]:
    """Find names that are given a title where they are first told, without a word such as "between"."""
    named = names_in(text[:_LONGEST_OPENING], 0)
    return _distinct(
        [one for one in named if _COMPANY.search(one[0]) and _TITLE_SOON.match(text, one[2], one[2] + _LONGEST_NAME)]
    )


def names_in(text: str, offset: int) -> list[tuple[str, int, int]]:
    """Find the names with a legal form in a text that starts at `offset` of the document."""
    found = []
    for match in _WITH_FORM.finditer(text):
        lead = _STARTS.match(match[0])
        start = match.start() + (lead.end() if lead else 0)
        name = " ".join(text[start : match.end()].split())
        if name[:1].isalnum() and not name[0].islower() and not _NOT_A_NAME.match(name):
            found.append((name, offset + start, offset + match.end()))
    return found


def _named(segment: str, offset: int) -> list[tuple[str, int, int]]:
    """Read the first name, then each that follows an "and" and looks like one."""
    found: list[tuple[str, int, int]] = []
    first = _name_at(segment, 0)
    if first is None or not (" " in first[0] or _TITLE_SOON.match(segment, first[2])):
        return []
    found.append(first)
    for onward in _ONWARD.finditer(segment, first[2]):
        if onward.start() < found[-1][2]:
            continue
        one = _name_at(segment, onward.end())
        if one is not None and _looks_like_a_party(segment, onward, one):
            found.append(one)
    return _distinct([(name, offset + start, offset + end) for name, start, end in found])


def _name_at(segment: str, at: int) -> tuple[str, int, int] | None:
    lead = _STARTS.match(segment, at)
    start = lead.end() if lead else at
    end = start
    while (stop := _ENDS.search(segment, end)) is not None:
        end = stop.end() if stop["form"] else stop.start()
        if not stop["form"] or not _GOES_ON.match(segment, end):
            break
    if stop is None:
        return None
    name = " ".join(segment[start:end].split()).strip(" ,»")
    if not 2 < len(name) < _LONGEST_NAME or not (name[0].isupper() or name[0].isdigit()) or _NOT_A_NAME.match(name):  # noqa: PLR2004
        return None
    return name, start, end


def _looks_like_a_party(segment: str, onward: re.Match[str], one: tuple[str, int, int]) -> bool:
    name, start, end = one
    if _NOT_A_PARTY.search(segment[max(onward.start() - 40, 0) : start]) or name.islower():
        return False
    legal = re.search(rf"(?:^|\s|,){_FORM}$", name)
    titled = _TITLE_SOON.match(segment, end)
    parted = segment[: onward.start()].rstrip()[-1:] in set('),;.”"') or onward[0] != "and"
    return bool(legal or (titled and parted)) and sum(c.isalpha() for c in name) > 2  # noqa: PLR2004


def _distinct(named: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    kept: list[tuple[str, int, int]] = []
    for one in named:
        if not any(one[0].lower() in other[0].lower() or other[0].lower() in one[0].lower() for other in kept):
            kept.append(one)
    return kept
