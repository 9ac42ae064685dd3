"""The one table from a refusal of the core to what an agent reads: `code | what | fix | next tool`."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from netos_core.kernel.errors import NetosError, NotFound, Unavailable, one_of

log = logging.getLogger(__name__)

NO_TOOL = "none"

# What to call next, by the kind of refusal; "" is the tool that refused, asked again.
NEXT_BY_CODE: Mapping[str, str] = {
    "invalid_argument": "",
    "forbidden_scope": NO_TOOL,
    "stale": "propose_change",
    "expired": "propose_change",
    "needs_approval": "get_change",
    "declined": "get_change",
    "rate_limited": "",
    "upstream": "",
    "unavailable": "",
    "bad_response": "",
    "rejected": NO_TOOL,
    "conflict": NO_TOOL,
    "not_configured": NO_TOOL,
    "credentials_invalid": NO_TOOL,
    "permission_denied": NO_TOOL,
    "invalid_token": NO_TOOL,
    "internal": NO_TOOL,
}

# Where to look a record up again, by the tool that did not find it.
LOOKUP: Mapping[str, str] = {
    "get_circuit": "search_circuits",
    "get_circuit_pl": "search_circuits",
    "get_outage_history": "search_circuits",
    "get_site": "search_sites",
    "get_contract": "search_contracts",
    "get_job": NO_TOOL,
    "get_import": "list_imports",
    "map_import": "list_imports",
    "edit_import_row": "list_imports",
    "propose_import": "list_imports",
}


class Internal(NetosError):
    """A bug of ours; only its request id leaves this process."""

    code = "internal"


class UnknownTool(NotFound):
    """No tool has that name."""


def refusal_text(refusal: NetosError, tool: str, tools: Iterable[str] = ()) -> str:
    """Write a refusal as its four parts, each on its own side of a bar."""
    what = f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message
    parts = (refusal.code, what, refusal.fix or "-", _next_tool(refusal, tool, frozenset(tools)))
    return " | ".join(" ".join(part.replace("|", "/").split()) for part in parts)


def _next_tool(refusal: NetosError, tool: str, tools: frozenset[str]) -> str:
    if refusal.code in NEXT_BY_CODE:
        return NEXT_BY_CODE[refusal.code] or tool
    if isinstance(refusal, UnknownTool):
        return next(iter(get_close_matches(tool, tools, n=1, cutoff=0.5)), "search")
    named = next((word for word in re.findall(r"[a-z_]+", refusal.fix or "") if word in tools and word != tool), None)
    return named or LOOKUP.get(tool, "search")


def unknown_tool(name: str, tools: Iterable[str]) -> UnknownTool:
    near = one_of(name, sorted(tools), what="tool", field="tool")
    return UnknownTool(near.message, field="tool", fix=near.fix)


def unexpected(bug: Exception, tool: str, request_id: str) -> NetosError:
    """Log what was no refusal and return what may be said about it."""
    if isinstance(bug, (OperationalError, InterfaceError, PoolTimeout)):
        log.error("no database", extra={"tool": tool, "request_id": request_id, "error": type(bug).__name__})
        return Unavailable("The database does not answer.", fix="Call again in a minute.")
    log.error("bug", exc_info=bug, extra={"tool": tool, "request_id": request_id})
    return Internal(
        "NetOS failed on this call; whatever it had begun to write was undone.",
        fix=f"Do not repeat it; report request {request_id}.",
    )
