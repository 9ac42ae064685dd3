"""How words are read and ranked: what a query may match exactly, trade words spelled out, ranks joined."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

MOST_WORDS = 8
RANK_CONSTANT = 60  # Cormack, Clarke, Buettcher 2009: how much the top of one list weighs against agreement of several

# What the trade abbreviates or calls by another word, spelled out where meanings are compared.
TRADE: Mapping[str, str] = {
    "dia": "dedicated internet access",
    "epl": "ethernet private line",
    "evpl": "ethernet virtual private line",
    "iru": "indefeasible right of use dark fiber",
    "wave": "optical wavelength",
    "nni": "network to network interface",
    "uni": "user network interface",
    "pop": "point of presence",
    "noc": "network operations center",
    "mpls": "multiprotocol label switching wide area network",
    "loa": "letter of authorization",
    "cfa": "connecting facility assignment",
    "rf": "radio wireless microwave",
    "etf": "early termination fee",
    "mrc": "monthly recurring charge",
    "bgp": "border gateway protocol peering session",
    "vlan": "virtual local area network",
    "sla": "service level agreement",
    "colo": "colocation",
    "broadband": "cable internet",
    "unlit": "dark fiber",
    "glass": "fiber",
    "strands": "fiber",
    "lambda": "optical wavelength",
    "cellular": "wireless mobile network",
    "lte": "wireless mobile network",
    "backhaul": "transport aggregation",
    "uplink": "internet transit",
    "diverse": "redundant second path",
    "redundant": "diverse second path",
    "demarc": "demarcation point handoff",
    "shelter": "equipment hut",
}


def words_of(text: str) -> list[str]:
    """Split a text into words of letters and digits, in lower case, as the index splits its own."""
    return re.findall(r"[^\W_]+", text.lower())


def key_of(text: str) -> str:
    """Write an id or a name as ids are compared: letters and digits only, in lower case."""
    return "".join(words_of(text))


def pieces(text: str | None) -> str:
    """Write an id beside its parts, so that one group of a carrier's id finds it."""
    return "" if not text else " ".join(words_of(text))


def every_word(query: str) -> str:
    """Write a query for PostgreSQL that every word of must occur in, each as the beginning of a word."""
    return " & ".join(f"{word}:*" for word in words_of(query)[:MOST_WORDS])


def in_words(text: str) -> str:
    """Leave of a text what has a meaning in it: its words, each word of the trade followed by what it stands for."""
    words = re.findall(r"[^\W\d_][^\W\d_]+", text)
    return " ".join(f"{word} {TRADE[word.lower()]}" if word.lower() in TRADE else word for word in words)


def looks_like_an_id(query: str) -> bool:
    """Tell an id, whose letters or digits may be mistaken, from words: it has digits and few blanks."""
    words = query.split()
    return len(key_of(query)) >= 5 and any(c.isdigit() for c in query) and len(words) <= 3  # noqa: PLR2004


def fused(lists: Sequence[Sequence[Key]]) -> dict[Key, float]:
    """Join ranked lists into one score: what several lists name, or one names first, comes first.

    Reciprocal rank fusion; the scores say only an order.
    """
    scores: dict[Key, float] = {}
    for ranked in lists:
        for place, key in enumerate(ranked, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_CONSTANT + place)
    return scores
