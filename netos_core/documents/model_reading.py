"""What is asked of a model that reads documents, and what it answers; the vendor's client is behind this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from netos_core.work.prices import Tokens


@dataclass(frozen=True, slots=True)
class Asking:
    """One question about a document.

    Args:
        system: How it is read; the same for every document.
        pdf: The file, where the model may take it.
        words: Our own reading of its pages.
        task: What is asked this time; all before it stays the same, and is cached by the maker.
        schema: The JSON schema of the answer.
        longest: Tokens the answer may have.
    """

    system: str
    pdf: bytes | None
    words: str
    task: str
    schema: Mapping[str, Any]
    longest: int


@dataclass(frozen=True, slots=True)
class Read:
    """What came back: its text, whether it came to its end or was declined, and the tokens it took."""

    text: str
    is_whole: bool
    is_declined: bool
    tokens: Tokens


class DocumentModel(Protocol):
    """A model that reads documents; it raises a VendorError where there is no answer."""

    name: str

    def read(self, asking: Asking, *, within: float) -> Read: ...
