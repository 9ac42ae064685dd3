"""From the arguments of a call to the request of its operation; what does not fit is told as field, problem, values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from netos_core.kernel.errors import Invalid, one_of

Request = TypeVar("Request", bound=BaseModel)
MOST_PROBLEMS = 4
LONGEST_PATH = 200  # of a field, whose parts may be names the caller made up

TYPE_WORDS: Mapping[str, str] = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "date": "a day such as 2026-11-22",
    "date-time": "an instant such as 2026-11-22T14:05:00Z",
}


def parse(request: type[Request], arguments: Mapping[str, Any], properties: Mapping[str, Any]) -> Request:
    """Read a request.

    Args:
        request: The operation's request model.
        arguments: What the agent sent.
        properties: The properties of the schema its caller was shown.

    Raises:
        Invalid: An argument is unknown, missing or wrong; all of it is said at once.
    """
    given = {name: _unpacked(value, properties.get(name, {})) for name, value in arguments.items()}
    try:
        return request.model_validate(given)
    except ValidationError as refused:
        raise invalid_arguments(refused, properties) from None


def _unpacked(value: Any, described: Mapping[str, Any]) -> Any:
    """Take what models often send for a list or an object: its JSON as a string, or the only item."""
    kind = described.get("type")
    if kind not in {"array", "object"} or not isinstance(value, str):
        return value
    if value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return [part.strip() for part in value.split(",")] if kind == "array" and value else value


PLAINLY = {
    "date_from_datetime_inexact": "must be a day, without a time.",
    "decimal_type": "must be a number.",
    "decimal_parsing": "must be a number.",
}
"""What pydantic words for programmers."""


def invalid_arguments(refused: ValidationError, allowed: Mapping[str, Any]) -> Invalid:
    """Rewrite what pydantic found wrong as field, problem and allowed values.

    Args:
        refused: The failed validation of a tool's arguments.
        allowed: The properties of the tool's input schema.
    """
    problems = refused.errors(include_url=False)
    unknown = next((p for p in problems if p["type"] == "extra_forbidden" and len(p["loc"]) == 1), None)
    if unknown is not None:
        name = str(unknown["loc"][0])
        if not allowed:
            return Invalid("This tool takes no argument.", field=name[:60], fix="Call it without arguments.")
        return one_of(name, list(allowed), what="argument", field=name[:60])
    told = [_problem(p) for p in problems[:MOST_PROBLEMS]]
    field, what, fix = told[0]
    more = "; ".join(f"{also}: {problem}" for also, problem, _ in told[1:])
    return Invalid(f"{what}; {more}" if more else what, field=field, fix=fix or _expected(field, allowed))


def _problem(problem: Any) -> tuple[str, str, str | None]:
    field = ".".join(str(part) for part in problem["loc"])[:LONGEST_PATH] or "arguments"
    context = problem.get("ctx") or {}
    if problem["type"] == "missing":
        return field, "required and not given.", None
    if problem["type"] in {"enum", "literal_error"} and not isinstance(problem["input"], (dict, list)):
        values = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        unknown = one_of(str(problem["input"]), values, what="value", field=field)
        return field, unknown.message, unknown.fix
    if problem["type"] in PLAINLY:
        return field, PLAINLY[problem["type"]], None
    told = problem["msg"].removeprefix("Input should be ")
    return field, f"must be {told}." if told != problem["msg"] else f"{told}.", None


def _expected(field: str, allowed: Mapping[str, Any]) -> str:
    """Say what the field takes, from the schema the agent was shown."""
    described = allowed.get(field.partition(".")[0])
    if described is None:
        return f"Arguments: {', '.join(allowed)}."
    kind = str(described.get("format") or described.get("type") or "")
    takes = f"Give {TYPE_WORDS.get(kind, 'another value')}."
    return f"{takes} {described['description']}" if "description" in described else takes
