"""Documents that are made from the code say what the code says."""

from __future__ import annotations

from pathlib import Path

from netos_core.runtime.settings import settings_table

ROOT = Path(__file__).parents[2]


def test_the_settings_page_lists_the_settings_as_they_are() -> None:
    assert settings_table().strip() in (ROOT / "docs/settings.md").read_text()


def test_decisions_are_numbered_without_gaps_and_have_their_four_parts() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(p.name[:4]) for p in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name} lacks {part}"
