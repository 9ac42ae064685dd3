"""What a role may not see leaves every view as nothing. One place, used by every operation.

A field is marked where it is declared: `mrc: Sensitive[Money] | None`. The mark names the right
that shows it; without the right the value is None. An edge can name what is missing: `sensitive_fields`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """The right without which a value is withheld."""

    right: str


MONEY = Shown("see:money")
BANK = Shown("see:bank")

Sensitive = Annotated[T, MONEY]  # what we pay, bill and owe
Bank = Annotated[T, BANK]  # remittance and bank details


class View(BaseModel):
    """What an operation returns: typed, complete, and no ORM row."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Request(BaseModel):
    """What an operation takes. An unknown field is an error that names the valid ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        if _holds_nul(value):
            raise PydanticCustomError("nul", "Text can not hold the NUL character")
        return value


def _holds_nul(value: Any) -> bool:
    """Look for the one character PostgreSQL stores in no text."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(_holds_nul(item) for item in value)


def _marks(annotation: Any, metadata: list[Any]) -> frozenset[str]:
    found = {m.right for m in metadata if isinstance(m, Shown)}
    for part in getattr(annotation, "__metadata__", ()):
        if isinstance(part, Shown):
            found.add(part.right)
    for part in getattr(annotation, "__args__", ()):
        found |= _marks(part, [])
    return frozenset(found)


@cache
def sensitive_fields(model: type[BaseModel]) -> dict[str, frozenset[str]]:
    """List a model's own marked fields with the rights that show them."""
    marked = {name: _marks(info.annotation, info.metadata) for name, info in model.model_fields.items()}
    return {name: rights for name, rights in marked.items() if rights}


def redacted(view: M, rights: frozenset[str]) -> M:
    """Return the view with every value withheld that these rights do not show."""
    marked = sensitive_fields(type(view))
    updates: dict[str, Any] = {}
    for name in type(view).model_fields:
        value = getattr(view, name)
        if name in marked and not marked[name] <= rights:
            if value is not None:
                updates[name] = type(value)() if isinstance(value, (list, tuple, dict)) else None
            continue
        cleaned = _redacted_value(value, rights)
        if cleaned is not value:
            updates[name] = cleaned
    return view.model_copy(update=updates) if updates else view


def _redacted_value(value: Any, rights: frozenset[str]) -> Any:
    if isinstance(value, BaseModel):
        return redacted(value, rights)
    if isinstance(value, (list, tuple)):
        cleaned = [_redacted_value(item, rights) for item in value]
        return value if all(a is b for a, b in zip(cleaned, value, strict=True)) else type(value)(cleaned)
    if isinstance(value, dict):
        pairs = {key: _redacted_value(item, rights) for key, item in value.items()}
        return value if all(pairs[key] is value[key] for key in value) else pairs
    return value
