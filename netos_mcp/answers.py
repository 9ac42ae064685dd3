"""The one way from a tool call to its answer: parse, call the core once, write it for an agent.

It knows no MCP, so `netos call` and the resources answer exactly as the tools do.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from netos_core.kernel.arguments import parse
from netos_core.kernel.context import Channel, Principal, new_request_id
from netos_core.kernel.operation import Operation
from netos_core.kernel.page import Listing
from netos_core.kernel.redaction import withheld
from netos_core.kernel.values import plain
from netos_core.runtime.calls import Core
from netos_mcp.schemas import SHORTENED, WITHHELD, input_schema, output_schema
from netos_mcp.texts import Writer
from netos_mcp.tokens import CEILING, estimate

_OF_A_PAGE = ("total", "shown", "next_cursor", "columns", "rows", "hint")
CURRENCY = "currency"
_ROOM = 0.95
_SHORTEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the trace of the call."""

    caller: Principal
    request_id: str = field(default_factory=new_request_id)
    address: str | None = None


@dataclass(frozen=True)
class Answer:
    """A result as a program reads it and as a model does."""

    structured: dict[str, Any]
    text: str

    @functools.cached_property
    def tokens(self) -> int:
        """Tokens of the larger of the two, from above: no token is shorter than a byte, so most need no count."""
        both = (self.text, json.dumps(self.structured, ensure_ascii=False, separators=(",", ":")))
        longest = max(len(text.encode()) for text in both)
        return longest if longest <= CEILING else max(estimate(text) for text in both)


REST: Mapping[str, str] = {
    "circuits": " (all: search_circuits)",
    "children": " (all: search_sites or search_contracts)",
}
"""Where the rest of a cut list is found."""

LIST_WORDS: Mapping[str, str] = {
    "query": "",
    "sort": "Column; -column descends.",
    "fields": "Columns to show.",
}
"""What agents are told of the arguments that all lists share."""


@dataclass(frozen=True)
class Published:
    """An operation that agents may call, and what they are told of it.

    Args:
        operation: The function of the core.
        description: Two to four short sentences: what, when, when not, and one example.
        words: Shorter descriptions of some arguments; the request's own by default.
        destructive: Whether a call may change records.
        toolset: The toolset that lists it; empty for one that is always listed.
    """

    operation: Operation[Any, Any]
    description: str
    words: Mapping[str, str] = field(default_factory=dict)
    destructive: bool = False
    toolset: str = ""

    @property
    def name(self) -> str:
        return self.operation.name

    @functools.cached_property
    def input_schema(self) -> dict[str, Any]:
        return input_schema(self.operation.request, self.words)

    @functools.cached_property
    def output_schema(self) -> dict[str, Any]:
        return output_schema(self.operation.view)

    def parse(self, arguments: Mapping[str, Any]) -> BaseModel:
        request: type[BaseModel] = self.operation.request
        return parse(request, arguments, self.input_schema["properties"])

    def answer(self, core: Core, arguments: Mapping[str, Any], call: Call) -> Answer:
        """Answer one call; a page too large for a model is asked again with fewer rows, so its cursor fits.

        Raises:
            NetosError: The arguments are wrong, or the core refuses.
        """
        request = self.parse(arguments)
        view = self._call(core, request, call)
        made = written(view, call.caller)
        while made.tokens > CEILING and (fewer := _fewer(request, view, made.tokens)) is not None:
            request, view = fewer, self._call(core, fewer, call)
            made = written(view, call.caller)
        return made if made.tokens <= CEILING else _shortened(view, call.caller)

    def _call(self, core: Core, request: BaseModel, call: Call) -> BaseModel:
        view: BaseModel = core.call(
            self.operation, request, call.caller, Channel.AGENT, request_id=call.request_id, address=call.address
        )
        return view


def written(view: BaseModel, caller: Principal, shortened: Mapping[str, int] | None = None) -> Answer:
    """Write a view for an agent that acts for this caller."""
    return _answer(plain(view), view, caller, shortened or {})


def _answer(values: dict[str, Any], view: BaseModel, caller: Principal, shortened: Mapping[str, int]) -> Answer:
    out = Writer()
    hidden = withheld(view, caller.rights)
    structured = dict(values)
    if isinstance(view, Listing):
        hidden = [name for name in hidden if name in view.columns or name not in _row_fields(view)]
        structured["columns"] = columns = [*view.columns, *_mixed_currency(values)]
        structured["rows"] = [[row[name] for name in columns] for row in values["rows"]]
        _write_page(out, structured, values)
    else:
        for name, value in values.items():
            out.field(name, value)
    if hidden:
        structured[WITHHELD] = hidden
        out.line(f"withheld from your roles: {', '.join(hidden)}")
    if shortened:
        structured[SHORTENED] = dict(shortened)
        cut = (f"{name} of {count}{REST.get(name, '')}" for name, count in shortened.items())
        out.line(f"cut to fit: {'; '.join(cut)}")
    return Answer(structured, out.text() or "nothing")


def _write_page(out: Writer, page: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    if page["rows"]:
        out.table(page["columns"], page["rows"])
    currencies = _currencies(values)
    amounts = f"; amounts in {currencies[0]}" if len(currencies) == 1 and CURRENCY not in page["columns"] else ""
    out.line(f"total {page['total']}, shown {page['shown']}{amounts}")
    for name, value in page.items():
        if name not in _OF_A_PAGE:
            out.field(name, value)
    out.field("hint", page["hint"])
    out.field("next_cursor", page["next_cursor"])


def _currencies(values: Mapping[str, Any]) -> list[str]:
    return sorted({row[CURRENCY] for row in values["rows"] if row.get(CURRENCY)})


def _mixed_currency(values: Mapping[str, Any]) -> list[str]:
    """Show the currency of each row where a page has several: an amount without one says nothing then."""
    return [CURRENCY] if len(_currencies(values)) > 1 and CURRENCY not in values["columns"] else []


def _row_fields(view: Listing) -> frozenset[str]:
    rows = getattr(view, "rows", [])
    return frozenset(type(rows[0]).model_fields) if rows else frozenset()


def _fewer(request: BaseModel, view: BaseModel, tokens: int) -> BaseModel | None:
    """Ask for as many rows as fit; None where the request has no number of rows or is down to one."""
    limit = getattr(request, "limit", None)
    if limit is None or limit <= 1:
        return None
    shown = getattr(view, "shown", None) or getattr(view, "changes_shown", None) or limit
    return request.model_copy(update={"limit": max(1, min(limit - 1, int(shown * CEILING * _ROOM / tokens)))})


def _shortened(view: BaseModel, caller: Principal) -> Answer:
    """Cut the largest list or text until the answer fits, and say of which how much there is."""
    values, counts = plain(view), dict[str, int]()
    made = _answer(values, view, caller, counts)
    while made.tokens > CEILING and (largest := _largest(values)) is not None:
        path, holder, key = largest
        whole = holder[key]
        counts.setdefault(path, len(whole))
        kept = min(len(whole) - 2, int(len(whole) * CEILING * _ROOM / made.tokens))
        holder[key] = whole[:kept] + "…" if isinstance(whole, str) else whole[: max(1, kept)]
        made = _answer(values, view, caller, counts)
    return made


def _largest(values: dict[str, Any]) -> tuple[str, Any, Any] | None:
    """Find what takes most room and can be cut: a list of more than one entry, else a long text."""
    found: list[tuple[bool, int, str, Any, Any]] = []
    _collect_cuttable("", values, found)
    if not found:
        return None
    _, _, path, holder, key = max(found, key=lambda one: one[:2])
    return path, holder, key


def _collect_cuttable(path: str, value: Any, found: list[tuple[bool, int, str, Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        here = f"{path}.{key}" if path else str(key)
        if isinstance(item, list) and len(item) > 1 and key != "columns":
            found.append((True, len(json.dumps(item)), here, value, key))
        elif isinstance(item, str) and len(item) > _SHORTEST_TEXT:
            found.append((False, len(item), here, value, key))
        _collect_cuttable(here, item, found)
