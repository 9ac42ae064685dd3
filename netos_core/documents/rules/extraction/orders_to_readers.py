"""Words in a document that tell whoever reads it what to answer: they are told, and prove nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from netos_core.documents.rules.extraction.fields import Field, Item, Problem
from netos_core.documents.rules.extraction.quotes import plain
from netos_core.documents.rules.pages import Page

_READER = (
    r"(?:AI|A\.I\.|LLM|language\s+model|(?:AI\s+)?(?:assistant|chatbot)s?|automated\s+(?:system|reader|reviewer|tool|agent)s?|"
    r"(?:data\s+)?extract(?:or|ion\s+(?:system|tool|model|software))s?|parser)"
)
_ORDERS = (
    re.compile(
        r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:above|previous|prior|earlier|preceding|other|all|any|your)\b"
        r".{0,40}\b(?:instruction|prompt|direction|rule|text|content|value|figure)s?\b",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        rf"\b(?:note|attention|instructions?|message|notice|important)\s*(?:to|for)\s*(?:the\s+|any\s+|all\s+)?{_READER}\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:note|instructions?|message)\s*(?:to|for)\s*:?\s*(?:claude|(?:chat)?gpt)\b", re.IGNORECASE),
    re.compile(
        rf"\b(?:any|the|an?|dear|you\s+are(?:\s+an?)?|if\s+you\s+are(?:\s+an?)?)\s+{_READER}\b.{{0,60}}"
        r"\b(?:must|should|shall|report|return|answer|output|extract|state|record|approve|set)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(
        rf"\b{_READER}\s*[:,]\s*(?:please\s+)?(?:report|return|answer|output|extract|set|record|approve)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bsystems?\s+processing\s+this\b|\b(?:treat|mark|accept)\s+(?:all|every|each)\s+(?:fields?|values?)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\bsystem\s*(?:prompt|message|override)\b|\bnew\s+instructions?\s*:", re.IGNORECASE),
)
_SENTENCE = re.compile(r"[.!?](?=\s+[A-Z(\"“])")
_REACH = 2
"""How many sentences after an order still belong to it."""

_LINES = 4
"""How many lines it runs at most after the one it begins on; a form has no ends of sentences."""


class Orders:
    """Where in the pages such words stand."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._said = {
            page.number: said
            for page in pages
            if (said := list(_parts([plain(line) for line in page.text.splitlines()])))
        }

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(self._said)

    def problems(self) -> list[Problem]:
        return [
            Problem(
                "instructions_in_document",
                f"Page {number} has words that tell a reader what to answer; they prove nothing.",
                page=number,
            )
            for number in self._said
        ]

    def sift(self, fields: Iterable[Field]) -> tuple[list[Field], list[Problem]]:
        """Drop what is proven by nothing but such words, and tell of it."""
        kept, problems = [], []
        for field in fields:
            items = tuple(one for one in field.items if not self._has(one.proof.page, one.proof.quote))
            proven = bool(items) if field.items else not self._has(field.proof.page, field.proof.quote)
            if proven:
                kept.append(_without(field, items))
                continue
            told = f"What stands for {field.name} is an order to the reader; the value was dropped."
            problems.append(Problem("instruction_not_evidence", told, field.name, field.proof.page))
        return kept, problems

    def _has(self, page: int, quote: str) -> bool:
        said = plain(quote)
        return any(said in part or part in said for part in self._said.get(page, ()))


def _without(field: Field, items: tuple[Item, ...]) -> Field:
    if items == field.items:
        return field
    value = tuple(one.value for one in items) if isinstance(field.value, tuple) else field.value
    return replace(field, value=value, items=items, proof=items[0].proof)


def _parts(lines: Sequence[str]) -> Iterator[str]:
    text = " ".join(lines)
    rows = [0, *accumulate(len(line) + 1 for line in lines)]
    ends = [0, *(found.end() for found in _SENTENCE.finditer(text)), len(text)]
    for order in _ORDERS:
        for found in order.finditer(text):
            row = bisect_right(rows, found.start()) - 1
            sentence = max(end for end in ends if end <= found.start())
            after = [end for end in ends if end >= found.end()]
            until = max(min(after[: _REACH + 1][-1], rows[min(row + _LINES, len(rows) - 1)]), found.end())
            yield text[max(sentence, rows[row]) : until].strip()
