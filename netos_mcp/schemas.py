"""The JSON schemas of a tool, as short as they can be while saying the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from netos_core.kernel.page import Listing

Schema = dict[str, Any]
MOST_VALUES = 10

_NOISE = frozenset(
    {"title", "pattern", "minLength", "maxLength", "maxItems", "propertyNames", "examples"}
)  # the core checks, and says
_EVERY_TYPE = ("string", "number", "boolean", "array", "object", "null")
SHORTENED = "shortened"
WITHHELD = "withheld"
_REMARKS: Schema = {
    SHORTENED: {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "Fields cut to fit, with their full number of entries or characters.",
    },
    WITHHELD: {"type": "array", "items": {"type": "string"}, "description": "Fields your roles do not show."},
}


def input_schema(request: type[BaseModel], words: Mapping[str, str] | None = None) -> Schema:
    """Describe the arguments of a tool: flat, one property for each field of the request.

    Args:
        request: The operation's request model.
        words: Shorter descriptions of some arguments, for tools with many; an empty one leaves it to its name.
    """
    whole = request.model_json_schema(mode="validation")
    properties = {
        name: _argument(_short(field, whole.get("$defs", {}))) for name, field in whole.get("properties", {}).items()
    }
    for name, said in (words or {}).items():
        properties[name].pop("description", None)
        if said:
            properties[name]["description"] = said
    required = {"required": whole["required"]} if whole.get("required") else {}
    return {"type": "object", "properties": properties, **required}


def output_schema(view: type[BaseModel]) -> Schema:
    """Describe the structured result of a tool; rows of a list are arrays in the order of its columns."""
    whole = view.model_json_schema(mode="serialization")
    properties = {name: _short(field, whole.get("$defs", {})) for name, field in whole["properties"].items()}
    if issubclass(view, Listing):
        rows = {"type": "array", "items": {"type": "array"}, "description": "Values in the order of columns."}
        properties["rows"] = rows
    return {
        "type": "object",
        "properties": {**{name: _portable(field) for name, field in properties.items()}, **_REMARKS},
        "required": list(properties),
        "additionalProperties": False,
    }


def _portable(field: Any) -> Any:
    """Write a pair of types as a choice, and any value as a choice of all: some clients know one type a schema."""
    if isinstance(field, list):
        return [_portable(one) for one in field]
    if not isinstance(field, dict):
        return field
    if field.keys() <= {"description"}:
        return {**field, "anyOf": [{"type": kind} for kind in _EVERY_TYPE]}
    whole = {key: _portable(value) for key, value in field.items() if key != "properties"}
    if "properties" in field:
        whole["properties"] = {name: _portable(inner) for name, inner in field["properties"].items()}
    if not isinstance(whole.get("type"), list):
        return whole
    told = {"description": whole.pop("description")} if "description" in whole else {}
    kinds = whole.pop("type")
    if "enum" in whole:
        whole["enum"] = [value for value in whole["enum"] if value is not None]
    real = [{"type": kind, **whole} for kind in kinds if kind != "null"]
    return {**told, "anyOf": [*real, *({"type": "null"} for kind in kinds if kind == "null")]}


def _argument(field: Schema) -> Schema:
    """Leave out what an agent does not need to be told: that an optional argument may be null or empty.

    A long list of values is left out too: a wrong one is answered with the valid ones.
    """
    kept = {key: value for key, value in field.items() if key != "default" or value not in (None, [], {}, False)}
    kept.pop("minimum", None)
    if "enum" in kept and "default" in kept:  # the default comes first, and says so by its place
        kept["enum"] = sorted(kept["enum"], key=lambda value: value != kept["default"])
        del kept["default"]
    values = kept.get("items", {}).get("enum", [])
    if values:
        kept["items"] = {"enum": values} if len(values) <= MOST_VALUES else {"type": "string"}
    kind = kept.get("type")
    if isinstance(kind, list):
        known = [one for one in kind if one != "null"]
        kept["type"] = known[0] if len(known) == 1 else known
    if "enum" in kept:
        kept["enum"] = [one for one in kept["enum"] if one is not None]
        kept.pop("type", None)
    if "properties" in kept.get("items", {}):
        within = kept["items"]["properties"]
        kept["items"] = {**kept["items"], "properties": {name: _argument(inner) for name, inner in within.items()}}
    if isinstance(kept.get("additionalProperties"), dict):  # null clears the entry, so it is said
        kept["additionalProperties"] = _portable(kept["additionalProperties"])
    return kept


def _short(field: Schema, definitions: Schema) -> Schema:
    """Write a schema without references, titles and patterns, and a nullable type as a pair."""
    if "$ref" in field:
        field = {**definitions[field["$ref"].rpartition("/")[2]], **{k: v for k, v in field.items() if k != "$ref"}}
    kept = {key: value for key, value in field.items() if key not in _NOISE}
    if "anyOf" in kept:
        return _choice(kept, [_short(one, definitions) for one in kept["anyOf"]])
    if "const" in kept:
        return {"enum": [kept["const"]]}
    if "properties" in kept:
        kept["properties"] = {name: _short(one, definitions) for name, one in kept["properties"].items()}
    for inner in ("items", "additionalProperties"):
        if isinstance(kept.get(inner), dict):
            kept[inner] = _short(kept[inner], definitions)
    if kept.get("additionalProperties") is True:
        del kept["additionalProperties"]
    return kept


def _choice(field: Schema, options: list[Schema]) -> Schema:
    rest = {key: value for key, value in field.items() if key != "anyOf"}
    null = {"type": "null"} in options
    real = [one for one in options if one != {"type": "null"}]
    if [one.get("type") for one in real] == ["number", "string"]:  # a decimal: sent as a number or as its text
        real = [{**real[0], "type": "number"}]
    if len(real) > 1:
        return {**rest, "anyOf": options}
    only = {**real[0], **{k: v for k, v in rest.items() if k != "description" or v}}
    if null and "enum" in only:
        return {**only, "type": [only.get("type", "string"), "null"], "enum": [*only["enum"], None]}
    return {**only, "type": [only["type"], "null"]} if null and "type" in only else only
