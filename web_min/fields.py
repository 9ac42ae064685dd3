"""Forms made from what may be said about a record: one input for each field of its edit schema."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from web_min.format import MBPS_FIELDS, MONEY_FIELDS, field_label, words

LONG_TEXT = 1000  # from this length on a text gets more than one line
MONEY = frozenset({*MONEY_FIELDS, "currency"})
CONTROLS: Mapping[Any, str] = {datetime: "moment", date: "date", Decimal: "number", int: "number", float: "number"}
LISTED = re.compile(r"\^\(([a-z_|]+)\)\$")
KEYS = frozenset({"md5_key"})
BANK = frozenset({"remittance_address", "bank_name", "bank_routing", "bank_account"})


@dataclass(slots=True)
class Input:
    """One field of a form: what it is called, how it is typed, what it holds now and what is wrong with it."""

    name: str
    label: str
    kind: str
    value: str = ""
    was: str = ""
    hint: str | None = None
    choices: Sequence[tuple[str, str]] = ()
    required: bool = False
    error: str | None = None
    clear: bool | None = None  # whether it is to be emptied, where a form asks that apart


@dataclass(slots=True)
class Section:
    """Inputs that belong together."""

    label: str
    inputs: list[Input] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind's form is laid out: its sections, and what a new record can not be without."""

    sections: Mapping[str, Sequence[str]]
    required: frozenset[str] = frozenset()


def inputs_of(model: type[BaseModel]) -> dict[str, Input]:
    return {name: _input(name, info) for name, info in model.model_fields.items()}


def _input(name: str, info: FieldInfo) -> Input:
    made = Input(name, field_label(name), "text", hint=info.description)
    if name in MBPS_FIELDS:
        made.label += " (Mbps)"
    secret = name in KEYS
    for part, marks in _parts(info.annotation, info.metadata):
        codes = _codes(part, marks)
        if part is bool:
            made.kind, made.choices = "choice", [("true", "Yes"), ("false", "No")]
        elif codes:
            made.kind, made.choices = "choice", [(code, words(code)) for code in codes]
        elif typing.get_origin(part) is list:
            made.kind = "long"
        elif part in CONTROLS:
            made.kind = CONTROLS[part]
        elif secret:
            made.kind = "secret"
        elif part is str and any(isinstance(m, StringConstraints) and (m.max_length or 0) > LONG_TEXT for m in marks):
            made.kind = "long"
    return made


def _codes(part: Any, marks: Sequence[Any]) -> list[str]:
    """Return the words a value may be, where they are listed: by an enum, a literal or a pattern."""
    if isinstance(part, type) and issubclass(part, Enum):
        return [str(member.value) for member in part]
    if typing.get_origin(part) is Literal:
        return [str(value) for value in typing.get_args(part)]
    patterns = [str(mark.pattern) for mark in marks if isinstance(mark, StringConstraints) and mark.pattern]
    return next((found[1].split("|") for pattern in patterns if (found := LISTED.fullmatch(pattern))), [])


def _parts(annotation: Any, metadata: Sequence[Any]) -> Iterable[tuple[Any, list[Any]]]:
    """Walk through unions and annotations to the plain types, with the marks each carries."""
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *marks = typing.get_args(annotation)
        yield from _parts(inner, [*metadata, *marks])
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _parts(part, metadata)
    elif annotation is not type(None):
        yield annotation, list(metadata)


def sections(
    model: type[BaseModel],
    layout: Layout,
    *,
    now: Mapping[str, str] | None = None,
    hidden: Iterable[str] = (),
    new: bool = False,
) -> list[Section]:
    """Lay out a form.

    Args:
        model: What may be said about the record.
        layout: Sections and required fields.
        now: The values the record holds, as the inputs write them.
        hidden: Fields this reader may not see.
        new: Whether the record is about to be made.
    """
    known = inputs_of(model)
    away = set(hidden)
    made = []
    for label, names in layout.sections.items():
        section = Section(label)
        for name in names:
            if name in away or name not in known:
                continue
            entry = known[name]
            if name.startswith(("a_", "z_")):  # the section says which end
                entry.label = field_label(name[2:])
            entry.value = entry.was = (now or {}).get(name, "")
            entry.required = new and name in layout.required
            section.inputs.append(entry)
        if section.inputs:
            made.append(section)
    return made


def every(made: Iterable[Section]) -> Iterable[Input]:
    for section in made:
        yield from section.inputs


def take(made: Iterable[Section], form: Mapping[str, Any]) -> dict[str, str | None]:
    """Fill the inputs with what was sent and return what differs from what the form showed; empty clears."""
    asked: dict[str, str | None] = {}
    for entry in every(made):
        sent, was = form.get(entry.name), form.get(f"was.{entry.name}")
        if not isinstance(sent, str):
            continue
        entry.value = sent.strip().replace("\r\n", "\n")
        entry.was = was.strip().replace("\r\n", "\n") if isinstance(was, str) else ""
        if entry.value != entry.was:
            asked[entry.name] = entry.value or None
    return asked


def blame(made: Iterable[Section], path: str | None, message: str) -> bool:
    """Put a refusal beside the input that caused it; tells whether one did."""
    names = [part for part in (path or "").split(".") if part]
    for entry in every(made):
        if names and entry.name == names[-1]:
            entry.error = message
            return True
    return False


def as_input(value: object) -> str:
    """Write a value the way its input holds it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
