"""The OpenAPI 3.1 document of the JSON API, made from the same operations as the MCP tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from netos_core.catalogue import OPERATIONS
from netos_core.finance.schemas import MonthPack
from netos_core.kernel.bounds import FIRST_YEAR, LAST_YEAR, MOST_DEEP, USUAL_CHARACTERS
from netos_core.kernel.operation import Effect, Operation
from netos_core.kernel.page import Listing

Schema = dict[str, Any]
BASE = "/api/v1"
UPLOADS: Mapping[str, str] = {"stage_import": "content", "upload_document": "content", "upload_contract": "content"}
"""Operations that take a file, and the field of their request it becomes."""

DOWNLOADS = frozenset({"get_document_file", "get_letter_file"})
"""Operations whose answer is the bytes of a file."""

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFUSALS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "An argument is unknown, missing or wrong; the valid ones are named.",
    HTTPStatus.UNAUTHORIZED: "No token or session, or one that is not valid.",
    HTTPStatus.FORBIDDEN: "Your roles do not include it.",
    HTTPStatus.NOT_FOUND: "Nothing has that ref or name.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Reads are GET, the rest is POST.",
    HTTPStatus.CONFLICT: "It needs an approval, or something changed in between.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "More was sent than this takes.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not of the type this takes.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many calls at once; Retry-After says how long to wait.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A bug of ours; give the request id to whoever runs NetOS.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database or an outside system does not answer.",
}


class Refusal(BaseModel):
    """Why a call was refused; the codes are those of the MCP tools."""

    model_config = ConfigDict(extra="forbid")

    code: str
    message: str
    field: str | None
    fix: str | None
    request_id: str


def published() -> dict[str, Operation[Any, Any]]:
    """List the operations of the API by name: all but those only a person on a page may do."""
    return {operation.name: operation for operation in OPERATIONS if not operation.page_only}


@cache
def document() -> Schema:
    """Write the document; the same every time."""
    operations = list(published().values())
    wanted: list[tuple[type[BaseModel], Any]] = [(Refusal, "serialization")]
    for operation in operations:
        wanted += [(operation.request, "validation"), (operation.view, "serialization")]
    names, schemas = models_json_schema(list(dict.fromkeys(wanted)), ref_template="#/components/schemas/{model}")
    definitions = schemas.get("$defs", {})
    for operation in operations:
        _tell_length(definitions[names[(operation.request, "validation")]["$ref"].rpartition("/")[2]])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "NetOS",
            "version": "1",
            "description": "The operations of the MCP tools as JSON. Reads are GET, the rest POST. Nothing changes "
            "by a call alone: a proposal waits for its approval, and approvals are given on the pages. "
            f"Days lie from {FIRST_YEAR} to {LAST_YEAR}; an argument nests at most {MOST_DEEP} levels deep.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "paths": {f"{BASE}/{one.name}": _path(one, names, definitions) for one in operations},
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A personal token or one of Entra ID."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "netos_session",
                    "description": "A signed-in browser; a POST also carries the session's X-CSRF-Token.",
                },
            },
        },
    }


SAYS_MORE = frozenset({"maxLength", "format", "enum", "const", "pattern"})


def _tell_length(schema: Any) -> None:
    """Write at every text of a request how long it may be, where its field says nothing else."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and not SAYS_MORE & set(schema):
            schema["maxLength"] = USUAL_CHARACTERS
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            _tell_length(part)


def _path(operation: Operation[Any, Any], names: Any, definitions: Schema) -> Schema:
    request = definitions[names[(operation.request, "validation")]["$ref"].rpartition("/")[2]]
    reads = operation.effect is Effect.READ
    content: Schema = {"application/json": {"schema": names[(operation.view, "serialization")]}}
    if issubclass(operation.view, (Listing, MonthPack)):
        content |= {CSV: {"schema": {"type": "string"}}, XLSX: {"schema": {"type": "string", "format": "binary"}}}
    if operation.name in DOWNLOADS:
        content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.description.partition("\n")[0],
        "tags": [operation.body.__module__.split(".")[1]],
        "responses": {
            "200": {"description": "Done.", "headers": _HEADERS, "content": content},
            **{str(int(status)): _refusal(words, names) for status, words in REFUSALS.items()},
        },
    }
    if reads:
        described["parameters"] = [
            _parameter(name, schema, name in request.get("required", ()))
            for name, schema in request.get("properties", {}).items()
        ]
    else:
        described["requestBody"] = {"required": True, "content": _body(operation, request, names)}
    return {"get" if reads else "post": described}


_HEADERS: Schema = {
    "X-Request-Id": {"schema": {"type": "string"}, "description": "Finds this call in the log and in the trail."},
    "X-Withheld": {"schema": {"type": "string"}, "description": "Fields your roles do not show, with commas."},
}


def _refusal(words: str, names: Any) -> Schema:
    schema = names[(Refusal, "serialization")]
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, schema: Schema, required: bool) -> Schema:
    kept = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    described: Schema = {"name": name, "in": "query", "required": required, "schema": kept}
    if "description" in schema:
        described["description"] = schema["description"]
    return described


def _body(operation: Operation[Any, Any], request: Schema, names: Any) -> Schema:
    file = UPLOADS.get(operation.name)
    if file is None:
        return {"application/json": {"schema": names[(operation.request, "validation")]}}
    properties = {
        name: _part(schema) for name, schema in request["properties"].items() if name not in {file, "file_name"}
    }
    form = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, **properties},
        "required": ["file"],
        "additionalProperties": False,
    }
    return {"multipart/form-data": {"schema": form}}


def _part(schema: Schema) -> Schema:
    """Describe a field of a form: text, or left out where it may be nothing."""
    options: Sequence[Schema] = schema.get("anyOf", (schema,))
    real = [one for one in options if one.get("type") != "null"]
    return {key: value for key, value in real[0].items() if key != "title"} if len(real) == 1 else {"type": "string"}
