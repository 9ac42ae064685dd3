"""How often a process looks for garbage: seldom, for what it loads and what it plans stays."""

from __future__ import annotations

import gc


def look_seldom() -> None:
    """Let the collector look less often: modules are loaded, and change sets made, of objects that all stay."""
    gc.set_threshold(50_000, 20, 50)


def keep_what_is_loaded() -> None:
    """Never look again at what has been loaded by now; for processes that serve or plan."""
    gc.collect()
    gc.freeze()
    look_seldom()
