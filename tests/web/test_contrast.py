"""The pairs of tokens that meet on pages, measured in both themes (WCAG 2.2: 4.5 for text, 3 for marks)."""

from __future__ import annotations

import re

import pytest

from web_min.static_files import FOLDER

TOKENS = (FOLDER / "tokens.css").read_text()
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}
GROUNDS = ("bg", "surface", "raised", "hover")
STATES = ("stable", "watch", "active", "critical", "overdue", "decided", "evergreen")


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", *STATES])
def test_text_is_readable(ink: str, ground: str, theme: int) -> None:
    assert _contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("ink", "ground"), [("on-accent", "accent"), ("on-accent", "accent-hi"), ("bg", "ink")])
def test_text_on_solid_colours_is_readable(ink: str, ground: str, theme: int) -> None:
    assert _contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", ["edge", "focus", "cat-1", "cat-2", "cat-3", "cat-4", "cat-5", "cat-6"])
def test_marks_and_edges_are_visible(mark: str, ground: str, theme: int) -> None:
    assert _contrast(COLOURS[mark][theme], COLOURS[ground][theme]) >= 3


def test_only_tokens_name_colours_in_our_own_sheet() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", (FOLDER / "pages.css").read_text())
