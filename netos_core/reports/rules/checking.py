"""The check of a text that a model wrote: each figure is cited, and stands where it is said to have been found.

A figure is written as a link to its place, `[$84,000.00](T2:rows/CTR-1011/cost_of_silence)`. Outside of such links no
digit, no number word and no sign of money stands, except refs such as CTR-1011 that the results speak of. A figure of
a contract's row follows that contract's ref, so that amounts can not change places.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netos_core.reports.rules.figures import REF, Found, Result, found_at, reads_as, refs_in

LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\((T[0-9]{1,3}):([^()\n]{1,240})\)")
OWN = "RPT"
"""What refs of reports begin with."""

LONGEST_TEXT = 12_000
MOST_BLOCKS = 80
MOST_PROBLEMS = 12
LONGEST_QUOTE = 80

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_LARGE = "hundred thousand million billion trillion dozen half quarter third double triple twice percent zero"
NUMBER_WORD = re.compile(
    rf"\b(?:{'|'.join((_TENS + ' ' + _ONES + ' ' + _LARGE).split())})s?\b"
    r"|\bone (?:contract|circuit|term|order|provider|decision|day|week|month|year)\b",
    re.IGNORECASE,
)


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a block: words, or a figure with the result and the address where it stands."""

    text: str
    source: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A text as blocks, and what is wrong with it; it may be shown only where nothing is."""

    blocks: tuple[Block, ...]
    problems: tuple[str, ...]
    figures: int


def check(text: str, results: Sequence[Result], must_name: Collection[str] = ()) -> Checked:
    """Take a text apart and check every figure of it against the results.

    Args:
        text: What the model wrote.
        results: What the tools answered.
        must_name: The contracts it may not leave out.
    """
    known, refs = {result.id: result for result in results}, refs_in(results)
    blocks = tuple(_blocks(text[:LONGEST_TEXT]))
    problems = list(_of_the_whole(text, blocks, must_name))
    for block in blocks:
        problems += _of_block(block, known, refs)
    figures = sum(part.source is not None for block in blocks for part in block.parts)
    return Checked(blocks[:MOST_BLOCKS], tuple(dict.fromkeys(problems)), figures)


def _of_the_whole(text: str, blocks: Sequence[Block], must_name: Collection[str]) -> Iterator[str]:
    if not blocks:
        yield "There is no text."
    if len(text) > LONGEST_TEXT or len(blocks) > MOST_BLOCKS:
        yield "The text is too long."
    said = {ref for block in blocks for part in block.parts for ref in REF.findall(part.text)}
    missing = [ref for ref in must_name if ref not in said]
    if missing:
        yield f"Not named, though missed or critical: {', '.join(missing)}."


def _blocks(text: str) -> Iterator[Block]:
    paragraph: list[str] = []
    for line in [*text.replace("**", "").splitlines(), ""]:
        stripped = line.strip()
        kind = _kind_of(stripped)
        if kind is BlockKind.PARAGRAPH and stripped:
            paragraph.append(stripped)
            continue
        if paragraph:
            yield Block(BlockKind.PARAGRAPH, _parts(" ".join(paragraph)))
            paragraph = []
        if stripped:
            yield Block(kind, _parts(stripped.lstrip("#-*").strip()))


def _kind_of(line: str) -> BlockKind:
    if line.startswith("#"):
        return BlockKind.HEADING
    return BlockKind.BULLET if line.startswith(("- ", "* ")) else BlockKind.PARAGRAPH


def _parts(text: str) -> tuple[Part, ...]:
    made: list[Part] = []
    at = 0
    for link in LINK.finditer(text):
        if link.start() > at:
            made.append(Part(text[at : link.start()]))
        made.append(Part(link[1].strip(), link[2], link[3].strip()))
        at = link.end()
    if at < len(text):
        made.append(Part(text[at:]))
    return tuple(made)


def _of_block(block: Block, known: Mapping[str, Result], refs: frozenset[str]) -> Iterator[str]:
    """Check one block from left to right; `said` is the record of each kind that was named last, at first the first."""
    said = _by_kind(reversed([ref for part in block.parts for ref in REF.findall(part.text)]))
    for part in block.parts:
        if part.source is None:
            yield from _of_words(part.text, refs)
        else:
            yield from _of_figure(part, known, said)
        said |= _by_kind(REF.findall(part.text))


def _by_kind(refs: Iterable[str]) -> dict[str, str]:
    return {ref.partition("-")[0]: ref for ref in refs}


def _of_words(text: str, refs: frozenset[str]) -> Iterator[str]:
    for ref in REF.findall(text):
        if ref not in refs:
            yield f"No result speaks of {ref}."
    rest = REF.sub("", text)
    if any(unicodedata.category(sign).startswith("N") or sign in "%‰" for sign in rest):
        yield f"A figure without its source: “{_quote(rest)}”."
    elif any(unicodedata.category(sign) == "Sc" for sign in rest):
        yield f"A sign of money outside of a cited figure: “{_quote(rest)}”."
    elif NUMBER_WORD.search(rest):
        yield f"A number in words, which no source can bear out: “{_quote(rest)}”."
    if "](" in rest or "<" in rest or "://" in rest:
        yield f"A link or mark that is no citation: “{_quote(rest)}”."


def _of_figure(part: Part, known: Mapping[str, Result], said: Mapping[str, str]) -> Iterator[str]:
    where = f"{part.source}:{part.address}"
    result = known.get(part.source or "")
    if result is None:
        yield f"“{_quote(part.text)}” cites {part.source}, and there is no such result."
        return
    there = found_at(result, part.address or "")
    if not there:
        yield f"“{_quote(part.text)}” cites {where}, and nothing stands there."
        return
    right = [found for found in there if reads_as(part.text, found)]
    if not right:
        yield f"“{_quote(part.text)}” is not what stands at {where}."
    elif not any(_is_about(found, {**said, **_by_kind(REF.findall(part.text))}) for found in right):
        yield f"“{_quote(part.text)}” at {where} is of {right[0].owner}, and the text speaks of another."


def _is_about(found: Found, said: Mapping[str, str]) -> bool:
    """A figure of a record's own row follows that record's ref; what a report says of all contracts is nobody's."""
    kind = (found.owner or "").partition("-")[0]
    return found.owner is None or not REF.fullmatch(found.owner) or kind == OWN or said.get(kind) == found.owner


def _quote(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= LONGEST_QUOTE else told[: LONGEST_QUOTE - 1] + "…"
