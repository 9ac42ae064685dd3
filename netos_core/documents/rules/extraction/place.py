"""Finds a quote on its page word for word, so that it can be shown there, and cites the page's own words."""

from __future__ import annotations

from netos_core.documents.rules.extraction.fields import Box, Proof
from netos_core.documents.rules.extraction.quotes import plain
from netos_core.documents.rules.pages import Page, Word

_EDGES = ".,;:!?()[]{}\"'“”‘’*|-"


def located(quote: str, page: Page) -> tuple[Proof, float] | None:
    """Give the proof a quote stands for and how sure its least sure word is; None where the page has no such words.

    Whole words only: “1,250.00” does not stand in “$11,250.00”.
    """
    asked = [word for part in plain(quote).split() if (word := _bare(part))]
    words = [(word, bare) for line in page.lines for word in line if (bare := _bare(plain(word.text)))]
    if not asked:
        return None
    for first in range(len(words) - len(asked) + 1):
        if all(words[first + at][1] == part for at, part in enumerate(asked)):
            found = [word for word, _ in words[first : first + len(asked)]]
            return _proof(page, found), min(word.sure for word in found)
    return None


def _bare(word: str) -> str:
    return word.strip(_EDGES).lower()


def _proof(page: Page, found: list[Word]) -> Proof:
    """Cite all words from the first to the last, also those that are nothing but a sign."""
    flat = [word for line in page.lines for word in line]
    start = next(at for at, word in enumerate(flat) if word is found[0])
    end = next(at for at, word in enumerate(flat) if word is found[-1])
    cited = flat[start : end + 1]
    box: Box = (
        min(word.x0 for word in cited),
        min(word.top for word in cited),
        max(word.x1 for word in cited),
        max(word.bottom for word in cited),
    )
    return Proof(page.number, " ".join(word.text for word in cited), box)
