"""From the address of a list to the request of its operation; a name nobody knows is refused, never ignored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, get_args
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from netos_core.kernel.errors import Invalid, one_of

R = TypeVar("R", bound=BaseModel)

PAGING = frozenset({"cursor", "start"})
NOT_ASKED = frozenset({"detail", "limit"})  # a page decides these itself


def filters_of(model: type[BaseModel]) -> list[str]:
    """List the names a page of this request understands."""
    return [name for name in model.model_fields if name not in NOT_ASKED]


def given(query: QueryParams, allowed: Iterable[str]) -> list[tuple[str, str]]:
    """Return what was filled in; a form sends its empty fields too, and those ask for nothing.

    Raises:
        Invalid: A name is none of the allowed ones, which it lists.
    """
    known = list(allowed)
    for name in query:
        if name not in known and name not in PAGING:
            raise one_of(name, [n for n in known if n not in PAGING], what="filter", field=name)
    return [(name, value.strip()) for name, value in query.multi_items() if value.strip()]


def is_many(model: type[BaseModel], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    return any(getattr(part, "__origin__", None) is list for part in (annotation, *get_args(annotation)))


def as_day(word: str) -> str:
    """Read a month as a form sends it as its first day; a day stays one."""
    return f"{word}-01" if len(word) == len("2026-01") else word


def request_of(model: type[R], pairs: Iterable[tuple[str, str]], **fixed: Any) -> R:
    """Make the request of an operation from an address.

    Raises:
        Invalid: A value does not fit its filter.
    """
    return validated(model, {**fixed, **values_of(model, pairs)})


def values_of(model: type[BaseModel], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Gather what an address says, the values of a filter that takes many in one list."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name == "start":
            continue
        if is_many(model, name):
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def validated(model: type[R], values: dict[str, Any]) -> R:
    """Make a request, or say which input does not fit in one sentence.

    Raises:
        Invalid: A value does not fit.
    """
    try:
        return model.model_validate(values)
    except ValidationError as refused:
        first = refused.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        expected = (first.get("ctx") or {}).get("expected")
        problem = "is not one of the known values" if expected else _lower(first["msg"])
        raise Invalid(f"{name}: {problem}.", field=name, fix=f"Valid: {expected}." if expected else None) from None


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def address(path: str, pairs: Iterable[tuple[str, str]], *, without: Iterable[str] = (), **more: str | None) -> str:
    """Write the address of the same list with some filters taken out and others put in."""
    dropped = {*without, *more, *PAGING}
    kept = [(name, value) for name, value in pairs if name not in dropped]
    kept += [(name, value) for name, value in more.items() if value]
    return path + (f"?{urlencode(kept)}" if kept else "")
