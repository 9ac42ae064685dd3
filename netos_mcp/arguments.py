"""From the arguments of a tool call to the request of its operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from netos_mcp.errors import invalid_arguments

Request = TypeVar("Request", bound=BaseModel)


def parse(request: type[Request], arguments: Mapping[str, Any], properties: Mapping[str, Any]) -> Request:
    """Read a request.

    Args:
        request: The operation's request model.
        arguments: What the agent sent.
        properties: The properties of the tool's input schema.

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
        except ValueError:
            return value
    return [part.strip() for part in value.split(",")] if kind == "array" and value else value
