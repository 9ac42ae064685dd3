"""Values that are sealed before anything is kept of them: marked where they are declared, sealed at the way in.

A sealed value is what a change set, its digest, the trail, a backup and a log hold. Equal values seal alike, so that
a repeated request is still known as the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from pydantic import BaseModel

from netos_core.kernel.errors import Unavailable

MARK = "sealed:"


class Keys(Protocol):
    """What seals and opens: the key ring of the installation."""

    def seal_alike(self, purpose: str, text: str) -> str: ...

    def open_alike(self, purpose: str, sealed: str) -> str: ...


class NoKeys:
    """Stands where a call was given no key ring; it refuses instead of keeping anything open."""

    def seal_alike(self, purpose: str, text: str) -> str:  # noqa: ARG002 - the shape of Keys
        raise _no_keys()

    def open_alike(self, purpose: str, sealed: str) -> str:  # noqa: ARG002 - the shape of Keys
        raise _no_keys()


def _no_keys() -> Unavailable:
    return Unavailable("This call has no keys to seal with.", fix="Make it through a page or a tool of NetOS.")


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a field of an edit whose value is sealed at the way in.

    Args:
        purpose: What the key ring derives its key for.
        check: Refuses a value that can not be one, without repeating it.
    """

    purpose: str
    check: Callable[[str], str]


@cache
def secret_fields(model: type[BaseModel]) -> dict[str, Secret]:
    """List the fields of an edit whose values are sealed."""
    found: dict[str, Secret] = {}
    for name, info in model.model_fields.items():
        for mark in _marks(info.annotation, info.metadata):
            found[name] = mark
    return found


def _marks(annotation: Any, metadata: list[Any]) -> list[Secret]:
    found = [mark for mark in (*metadata, *getattr(annotation, "__metadata__", ())) if isinstance(mark, Secret)]
    for part in getattr(annotation, "__args__", ()):
        found += _marks(part, [])
    return found


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(MARK)
