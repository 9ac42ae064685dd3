"""A document as one running text, with the way back from any part of it to the words on their page.

Lines that repeat at the head or foot of pages and page numbers are left out, so that a clause reads on over the break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from netos_core.documents.rules.extraction import scanned
from netos_core.documents.rules.extraction.fields import Proof
from netos_core.documents.rules.pages import Line, Page, Word

LONGEST_QUOTE = 700
_AT_EDGE = 3
_OFTEN = 3
_WIDE = 1.35
_APART = 11.0
_NUMERAL = 6
_FEW = 4
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—\s]*(?:[A-Z]-?)?\d{1,4}[-–—\s]*(?:of\s*\d+)?|[ivxl]{1,6}", re.IGNORECASE)
_FILED = re.compile(r"source: .{3,80}, .{2,12}, \d+/\d+/\d+", re.IGNORECASE)
_LEADERS = re.compile(r"\.{5,}|(?:\. ){5,}")
_IN_PARAGRAPH = re.compile(r"(?<!\n)\n(?!\n)")
_STARTS_ANEW = re.compile(r"[\"“(]?[A-Z0-9§•]|\([a-z]{1,3}\)|[a-z]\)")
_ENDS = re.compile(r"[.?!][\"”’)]{0,2}(?=\s+[\"“(\[]?[A-Z0-9(])|\n\n")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Inc|Ltd|Co|Corp|No|Nos|St|Mr|Mrs|Ms|Dr|Sec|Art|vs|Ave|Blvd|Rd|Ste|approx|e\.g|i\.e|U\.S|U\.S\.A|"
    r"L\.P|L\.L\.C|N\.A|P\.O|D\.C|S\.A|B\.V|N\.V|[A-Z])|(?:^|\n)\s*\(?[A-Za-z0-9]{1,3}(?:\.\d{1,2}){0,3})\.$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the running text."""

    start: int
    end: int


class Placed(NamedTuple):
    """A word, its page and where it begins in the running text."""

    page: int
    word: Word
    start: int


class Script:
    """The running text of a document's pages: `lined` as it is set, `text` without the ends of lines in a paragraph."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self.lined, self._starts, self._words, self._firsts = _run(pages)
        self.text = _IN_PARAGRAPH.sub(" ", self.lined)
        self.sentences = tuple(_sentences(self.lined))
        self._sentence_starts = [one.start for one in self.sentences]

    def page_at(self, at: int) -> int:
        """Give the number of the page a place of the text stands on."""
        return self._words[self._index(at)][0]

    def is_ocr(self, number: int) -> bool:
        return self.pages[number - 1].ocr

    def sentence_at(self, at: int) -> Span:
        """Give the sentence around a place."""
        return self.sentences[max(bisect_right(self._sentence_starts, at) - 1, 0)]

    def said(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def after(self, span: Span, count: int) -> Span:
        """Give a sentence with so many that follow it."""
        index = bisect_right(self._sentence_starts, span.start) - 1
        return Span(span.start, self.sentences[min(index + count, len(self.sentences) - 1)].end)

    def proof(self, start: int, end: int, at: int, longest: int = LONGEST_QUOTE) -> Proof:
        """Quote a part of the text, as far as it stands on the page of `at` and is short enough to be read."""
        first, last = self._quoted(start, end, at, longest)
        words = [word for _, word in self._words[first : last + 1]]
        return Proof(self.page_at(at), " ".join(word.text for word in words), _box(words))

    def quoted(self, start: int, end: int, at: int, longest: int) -> Span:
        """Give what `proof` would quote of a part of the text."""
        first, last = self._quoted(start, end, at, longest)
        whole = last == self._index(max(end - 1, start))
        return Span(max(start, self._starts[first]), end if whole else self._starts[last + 1] - 1)

    def _quoted(self, start: int, end: int, at: int, longest: int) -> tuple[int, int]:
        number = self.page_at(at)
        first, last = self._index(start), self._index(max(end - 1, start))
        centre = min(max(self._index(at), first), last)
        while self._words[first][0] != number and first < centre:
            first += 1
        while self._words[last][0] != number and last > centre:
            last -= 1
        while last > centre and self._starts[last] - self._starts[first] > longest:
            if self._starts[last] - self._starts[centre] > longest / 2 or first >= centre:
                last -= 1
            else:
                first += 1
        return first, last

    def sureness(self, start: int, end: int) -> float:
        """Say how sure the letters of a part are: the least sure word of it counts."""
        first, last = self._index(start), self._index(max(end - 1, start))
        return min(word.sure for _, word in self._words[first : last + 1])

    def lines(self) -> Iterator[list[Placed]]:
        """Give the words of each line, each with its page and where it stands in the text."""
        for first, last in zip(self._firsts, [*self._firsts[1:], len(self._words)], strict=True):
            yield [Placed(*self._words[index], self._starts[index]) for index in range(first, last)]

    def _index(self, at: int) -> int:
        return max(bisect_right(self._starts, at) - 1, 0)


def _box(words: Sequence[Word]) -> tuple[float, float, float, float]:
    return (
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
    )


def _run(pages: Sequence[Page]) -> tuple[str, list[int], list[tuple[int, Word]], list[int]]:
    repeated = _repeated(pages)
    seen: set[str] = set()
    parts: list[str] = []
    starts: list[int] = []
    words: list[tuple[int, Word]] = []
    firsts: list[int] = []
    at = 0
    for page in pages:
        kept = [line for index, line in enumerate(page.lines) if not _is_furniture(page, index, line, repeated, seen)]
        pitch = _pitch(kept)
        before: Line | None = None
        for line in kept:
            gap = before is not None and (
                line[0].bottom - before[0].bottom > _WIDE * pitch or _is_row(line) or _is_row(before)
            )
            if parts:
                parts.append("\n\n" if gap and _STARTS_ANEW.match(line[0].text) else "\n")
                at += len(parts[-1])
            firsts.append(len(words))
            for index, word in enumerate(line):
                if index:
                    parts.append(" ")
                    at += 1
                starts.append(at)
                words.append((page.number, word))
                parts.append(scanned.mended(word.text) if page.ocr else word.text)
                at += len(word.text)
            before = line
    return "".join(parts), starts, words, firsts


def _is_row(line: Line) -> bool:
    """Whether a line is of a form or a table: its words stand far apart, but for a number in front."""
    gaps = [b.x0 - a.x1 for number, (a, b) in enumerate(pairwise(line)) if number or len(a.text) > _NUMERAL]
    if not gaps:
        return False
    height = line[0].bottom - line[0].top
    usual = median(gaps) if len(gaps) > _FEW else 0.0
    return max(gaps) > max(_APART, 1.2 * height, 2.5 * usual)  # a justified line has wide gaps, too, but evenly


def _pitch(lines: Sequence[Line]) -> float:
    gaps = [b[0].bottom - a[0].bottom for a, b in pairwise(lines) if b[0].bottom > a[0].bottom]
    return median(gaps) if gaps else 12.0


def _plain(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(word.text for word in line)).lower()


def _edges(page: Page) -> set[int]:
    count = len(page.lines)
    return {index for index in range(count) if index < _AT_EDGE or index >= count - _AT_EDGE}


def _repeated(pages: Sequence[Page]) -> set[str]:
    told = Counter(text for page in pages for text in {_plain(page.lines[index]) for index in _edges(page)})
    often = max(min(_OFTEN, len(pages)), len(pages) // 3, 2)
    return {text for text, count in told.items() if count >= often}


def _is_furniture(page: Page, index: int, line: Line, repeated: set[str], seen: set[str]) -> bool:
    """Whether a line is the head or foot of a page; where it stands first it is kept, for it may name a date."""
    if index not in _edges(page):
        return False
    text = " ".join(word.text for word in line)
    if _PAGE_NUMBER.fullmatch(text.strip()) or _FILED.fullmatch(text):
        return True
    plain = _plain(line)
    if plain not in repeated:
        return False
    again = plain in seen
    seen.add(plain)
    return again


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for found in _ENDS.finditer(text):
        end = found.end()
        if found[0] != "\n\n" and _ABBREVIATED.search(text[max(start, end - 24) : end]):
            continue
        if text[start:end].strip():
            yield _trimmed(text, start, end)
        start = end
    if text[start:].strip():
        yield _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Span:
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def is_contents(said: str) -> bool:
    """Whether these words are of a table of contents."""
    return bool(_LEADERS.search(said))
