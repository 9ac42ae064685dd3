"""Header texts taken apart: words, unit, side."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORDS_OF_ABBREVIATIONS = {
    "circuit": "ckt cct circ crkt",
    "service": "svc serv srv svce",
    "address": "addr add addrs adrs addres adress",
    "location": "loc locn",
    "account": "acct acc accnt",
    "number": "no num nbr nr nos numb",
    "id": "ident identifier ids",
    "amount": "amt",
    "date": "dt dte",
    "expiration": "exp expiry expires expire expiring exps expired",
    "bandwidth": "bw bndwdth",
    "customer": "cust client tenant subscriber cstmr",
    "month": "mo mos mth mths mnth",
    "monthly": "mthly mnthly",
    "year": "yr yrs",
    "description": "desc descr descrip dscr",
    "state": "st province region",
    "manager": "mgr",
    "phone": "tel telephone ph",
    "latitude": "lat",
    "longitude": "lng lon long",
    "provider": "carrier vendor supplier telco lec operator isp clec ilec",
    "contract": "ctrct contr agreement agmt agrmt",
    "install": "inst installation instl",
    "disconnect": "disc disco disconnected disconnection",
    "recurring": "rec recur recurr",
    "charge": "chg chrg chgs",
    "postal": "zip zipcode postcode zcode",
    "note": "comment remark memo",
    "quantity": "qty",
    "maximum": "max",
    "minimum": "min",
    "effective": "eff",
    "street": "str",
    "building": "bldg",
    "suite": "ste",
    "floor": "flr fl",
    "activation": "activated activate turnup",
    "original": "orig",
    "order": "ord",
    "organization": "org organisation",
    "site": "premise premises prem",
    "email": "mail",
    "renew": "renewing",
    "percent": "pct",
}
_ABBREVIATIONS = {short: word for word, shorts in _WORDS_OF_ABBREVIATIONS.items() for short in shorts.split()}
_UNITS = {
    "bps": "bps", "kbps": "kbps", "kbs": "kbps", "kb": "kbps", "kbit": "kbps", "k": "kbps", "mbps": "mbps",
    "mbs": "mbps", "mb": "mbps", "mbit": "mbps", "meg": "mbps", "m": "mbps", "gbps": "gbps", "gbs": "gbps",
    "gb": "gbps", "gig": "gbps", "gbit": "gbps", "g": "gbps", "usd": "usd", "cad": "cad", "eur": "eur",
    "gbp": "gbp", "months": "months", "mos": "months", "mo": "months", "month": "months", "mths": "months",
    "years": "years", "yrs": "years", "days": "days", "day": "days", "%": "percent", "$": "usd", "us$": "usd",
    "€": "eur", "£": "gbp", "mm/dd/yyyy": "date", "m/d/yyyy": "date", "yyyy-mm-dd": "date", "dd/mm/yyyy": "date",
    "y/n": "flag", "yes/no": "flag", "mm/dd/yy": "date", "mbits/s": "mbps", "mb/s": "mbps", "kb/s": "kbps",
    "gb/s": "gbps", "mbit/s": "mbps", "kbit/s": "kbps", "gbit/s": "gbps", "yyyymmdd": "date", "t/f": "flag",
}  # fmt: skip
_BARE_UNITS = frozenset({"bps", "kbps", "mbps", "gbps", "kbs", "mbs", "gbs", "usd"})
_KEEP_S = frozenset({"bps", "kbps", "mbps", "gbps", "mpls", "gps", "sms", "previous"})
_LONGEST_HEADER = 200
_COLUMN_LABEL = re.compile(r"\(column [A-Z]{1,3}\)$")
_PATH = re.compile(r"^([A-Za-z]+)/\d+/(.+)$")
_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_TOKEN = re.compile(r"[a-z]+|\d+")
_PHRASES = (
    (re.compile(r"\bauto\s+(?=renew)"), "auto"),
    (re.compile(r"\bautorenew\w*"), "autorenew"),
    (re.compile(r"\bcir(?= (?:id|no|num|number)\b)"), "circuit"),
    (re.compile(r"\be mail\b"), "email"),
    (re.compile(r"\bzip code\b|\bpost code\b"), "zip"),
    (re.compile(r"\bhand off\b"), "handoff"),
    (re.compile(r"\bweb site\b"), "website"),
    (re.compile(r"\bz c t a\b"), "zcta"),
    (re.compile(r"\bm r c\b"), "mrc"),
    (re.compile(r"\bn r c\b"), "nrc"),
    (re.compile(r"\bpo\b(?= (?:number|no|num|$))"), "purchase order"),
)


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """A header's words in our spelling, and the unit it states."""

    words: tuple[str, ...]
    unit: str | None = None

    @property
    def squashed(self) -> str:
        return "".join(self.words)


def unit_of(text: str) -> str | None:
    """Name the unit a text is, such as `kbps` for "(Kbps)"; none if it is no unit."""
    return _UNITS.get(text.strip(" ()[]").casefold().replace(" ", ""))


@lru_cache(maxsize=8192)
def header_words(header: str) -> HeaderWords:
    """Take a header apart into words in one spelling: `Ckt_ID`, `CircuitId` and `CIRCUIT #ID` meet here."""
    text = unicodedata.normalize("NFKC", _COLUMN_LABEL.sub("", header.strip())[:_LONGEST_HEADER])
    unit = None
    if path := _PATH.match(text):
        text = path[2]
    for inside in _PARENTHESIS.findall(text):
        unit = unit or unit_of(inside)
    text = _PARENTHESIS.sub(lambda match: " " if unit_of(match[1]) else f" {match[1]} ", text)
    text = text.replace("$", " ").replace("€", " ")
    text = (
        re.sub(r"\+\s*(?=\d)", " plus ", text).replace("#", " number ").replace("%", " percent ").replace("&", " and ")
    )
    text = " ".join(re.findall(r"[a-z0-9]+", _CAMEL.sub(" ", text.replace("'", "").replace("’", "")).lower()))
    for pattern, replacement in _PHRASES:
        text = pattern.sub(replacement, text)
    words: list[str] = []
    for piece in _TOKEN.findall(text):
        if piece in _BARE_UNITS and unit is None:
            unit = _UNITS[piece]
        else:
            words.append(_ABBREVIATIONS.get(piece) or _singular(piece))
    return HeaderWords(tuple(words), unit)


def _singular(word: str) -> str:
    if word in _KEEP_S:
        return word
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))  # noqa: PLR2004
    single = word[:-1] if plural else word
    return _ABBREVIATIONS.get(single, single)


_SIDE_PLACES = frozenset(
    [
        "side",
        "end",
        "location",
        "site",
        "endpoint",
        "termination",
        "point",
        "node",
        "leg",
        "loc",
        "term",
        "pop",
        "building",
    ]
)
_SIDE_WORDS = {
    "aend": "a", "aloc": "a", "asite": "a", "aside": "a", "loca": "a", "enda": "a", "sidea": "a", "sitea": "a",
    "zend": "z", "zloc": "z", "zsite": "z", "zside": "z", "locz": "z", "endz": "z", "sidez": "z", "sitez": "z",
    "bend": "z", "bside": "z", "origin": "a", "originating": "a", "origination": "a", "source": "a", "src": "a",
    "from": "a", "near": "a", "destination": "z", "dest": "z", "dst": "z", "terminating": "z", "far": "z", "to": "z",
    "alocation": "a", "zlocation": "z", "locationa": "a", "locationz": "z", "headend": "a",
    "host": "a",
}  # fmt: skip
_LETTERS = {"a": "a", "z": "z", "b": "z"}
_FIRST_ONLY = frozenset({"from", "to", "near", "far", "host", "source", "src", "headend"})


def take_side(words: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Split off the side a header speaks of: ("z", ("city",)) of "Z End City"; none if it names no side."""
    for at, word in enumerate(words):
        rest = words[:at] + words[at + 1 :]
        side = _SIDE_WORDS.get(word)
        if side and (at == 0 or word not in _FIRST_ONLY):
            return side, _without_place(rest)
        if word in _LETTERS and (rest or len(words) == 1):
            # A lone letter is a side beside a place word or at an edge of the header ("Z CLLI", "Addr A").
            near_place = any(other in _SIDE_PLACES for other in rest)
            if near_place or at in {0, len(words) - 1}:
                return _LETTERS[word], _without_place(rest)
        if word in {"1", "2"} and len(rest) >= 1 and words[at - 1] in _SIDE_PLACES:
            return ("a" if word == "1" else "z"), _without_place(rest)
    return None, words


def _without_place(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the place word that only carried the side; a lone one stays as the thing itself."""
    places = {"side", "end", "point", "leg", "termination", "term"}
    kept = tuple(word for word in words if word not in places)
    if len(kept) > 1 and kept[0] in {"location", "site", "endpoint", "node", "building"}:
        kept = kept[1:]
    return kept
