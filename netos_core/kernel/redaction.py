"""What a role may not see leaves every view as nothing. One place, used by every operation.

A field is marked where it is declared: `mrc: Sensitive[Money] | None`. The mark names the right
that shows it; without the right the value is None. An edge can name what is missing: `sensitive_fields`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, field_validator
from pydantic_core import PydanticCustomError

from netos_core.kernel.bounds import USUAL_CHARACTERS, problem_of, problem_of_read

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """The right without which a value is withheld, and whether the trail notes who was shown it."""

    right: str
    audited: bool = False


MONEY = Shown("see:money")
BANK = Shown("see:bank", audited=True)
CLAUSE = Shown("see:money", audited=True)
KEYS = Shown("see:keys", audited=True)

Sensitive = Annotated[T, MONEY]  # what we pay, bill and owe
Clause = Annotated[T, CLAUSE]  # what leaving a contract early costs, as the paper has it
Bank = Annotated[T, BANK]  # remittance and bank details
Key = Annotated[T, KEYS]  # keys of the network, such as the MD5 key of a BGP session


class View(BaseModel):
    """What an operation returns: typed, complete, and no ORM row."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    def audited_fields(self) -> frozenset[str]:
        """Name its own fields that show something whose reading the trail notes."""
        return frozenset(
            name
            for name, marks in marked_fields(type(self)).items()
            if any(mark.audited for mark in marks) and getattr(self, name)
        )


class Request(BaseModel):
    """What an operation takes. An unknown field is an error that names the valid ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=USUAL_CHARACTERS)

    @field_validator("*", mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        if (problem := problem_of(value)) is not None:
            raise PydanticCustomError("bounds", problem)
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _reckonable(cls, value: Any) -> Any:
        if (problem := problem_of_read(value)) is not None:
            raise PydanticCustomError("bounds", problem)
        return value


def _marks(annotation: Any, metadata: list[Any]) -> frozenset[Shown]:
    found = {m for m in metadata if isinstance(m, Shown)}
    found |= {part for part in getattr(annotation, "__metadata__", ()) if isinstance(part, Shown)}
    for part in getattr(annotation, "__args__", ()):
        found |= _marks(part, [])
    return frozenset(found)


@cache
def marked_fields(model: type[BaseModel]) -> dict[str, frozenset[Shown]]:
    """List a model's own marked fields with their marks."""
    marked = {name: _marks(info.annotation, info.metadata) for name, info in model.model_fields.items()}
    return {name: marks for name, marks in marked.items() if marks}


@cache
def sensitive_fields(model: type[BaseModel]) -> dict[str, frozenset[str]]:
    """List a model's own marked fields with the rights that show them."""
    return {name: frozenset(mark.right for mark in marks) for name, marks in marked_fields(model).items()}


@cache
def watched_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """List the fields of a model that are marked or may hold a view that has such fields; most views have none."""
    marked, above = marked_fields(model), frozenset({model})
    return tuple(
        name for name, info in model.model_fields.items() if name in marked or _may_hold(info.annotation, _tells, above)
    )


def _may_hold(annotation: Any, so: Callable[[type[BaseModel]], bool], above: frozenset[type[BaseModel]]) -> bool:
    """Say whether a value of a type may be or hold a view of which something is so."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in above:
            return False  # a tree of one kind: its own fields have been looked at
        inner = (info.annotation for info in annotation.model_fields.values())
        return so(annotation) or any(_may_hold(part, so, above | {annotation}) for part in inner)
    if annotation is Any:
        return True
    return any(_may_hold(part, so, above) for part in getattr(annotation, "__args__", ()))


def _tells(model: type[BaseModel]) -> bool:
    """Say whether a view has marked fields, or says for itself what the trail notes."""
    return bool(marked_fields(model)) or _notes_for_itself(model)


def _notes_for_itself(model: type[BaseModel]) -> bool:
    return getattr(model, "audited_fields", View.audited_fields) is not View.audited_fields


def _is_noted(model: type[BaseModel]) -> bool:
    """Say whether the trail may note the reading of a view's own fields."""
    return _notes_for_itself(model) or any(mark.audited for marks in marked_fields(model).values() for mark in marks)


def redacted(view: M, rights: frozenset[str]) -> M:
    """Return the view with every value withheld that these rights do not show."""
    marked = sensitive_fields(type(view))
    updates: dict[str, Any] = {}
    for name in watched_fields(type(view)):
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


@cache
def _may_be_audited(model: type[BaseModel]) -> bool:
    """Say whether there can be anything in a view whose reading the trail notes; in most there can not."""
    return _may_hold(model, _is_noted, frozenset())


def audited_fields(view: Any) -> frozenset[str]:
    """Name the fields of a view, its parts included, that show something whose reading the trail notes."""
    if isinstance(view, View):
        if not _may_be_audited(type(view)):
            return frozenset()
        inner = (audited_fields(getattr(view, name)) for name in watched_fields(type(view)))
        return view.audited_fields().union(*inner)
    if isinstance(view, dict):
        view = view.values()
    elif not isinstance(view, (list, tuple)):
        return frozenset()
    return frozenset().union(*map(audited_fields, view))


def withheld(view: BaseModel, rights: frozenset[str]) -> list[str]:
    """Name the fields of a view, its parts included, whose values these rights do not show."""
    found: dict[str, None] = {}
    _collect_withheld(view, rights, found)
    return list(found)


def _collect_withheld(value: Any, rights: frozenset[str], found: dict[str, None]) -> None:
    if isinstance(value, BaseModel):
        marked = sensitive_fields(type(value))
        for name in type(value).model_fields:
            if name in marked and not marked[name] <= rights:
                found[name] = None
            else:
                _collect_withheld(getattr(value, name), rights, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect_withheld(item, rights, found)
