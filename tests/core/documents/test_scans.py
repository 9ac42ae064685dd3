"""What is made of the words that were read from a picture."""

from __future__ import annotations

import pytest

from netos_core.documents.rules.pages import Word
from netos_core.documents.rules.scans import whole


def read(*texts: str) -> list[str]:
    """Give words that stand beside each other as they are told."""
    return [
        word.text for word in whole([Word(text, 40.0 * n, 10, 40.0 * n + 30, 20, 0.8) for n, text in enumerate(texts)])
    ]


@pytest.mark.parametrize("before", ["Section", "sections", "Paragraph", "clause", "PAGE", "Year", "No."])
def test_a_stroke_after_a_word_that_a_digit_follows_is_one(before: str) -> None:
    assert read("to", before, "|", "above") == ["to", before, "1", "above"]


@pytest.mark.parametrize(
    "texts", [("|", "Rate"), ("Term", "|", "Rate"), ("Article", "|"), ("Section", "||"), ("Section", "|A")]
)
def test_any_other_stroke_stays_what_it_is(texts: tuple[str, ...]) -> None:
    assert read(*texts) == list(texts)
