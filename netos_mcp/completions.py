"""What the letters typed so far may mean: refs, names, kinds and months, as far as the person's roles show them."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from fastmcp.server.dependencies import get_context
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from netos_core.documents.operations import get_document, list_documents
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, new_request_id
from netos_core.kernel.errors import NetosError
from netos_core.kernel.operation import Operation
from netos_core.overview import operations as overview
from netos_core.proposals.plans import KINDS
from netos_core.runtime.calls import Core
from netos_core.search.operations import search
from netos_mcp.answers import Call
from netos_mcp.limits import RateLimit
from netos_mcp.tool import Service, in_thread

MOST = 100
FEW = 3
"""With fewer values that hold the letters, spelling may be off."""

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Lookup:
    """How one kind of record is found by letters.

    Args:
        kind: The kind, as search knows it.
        listing: The operation that lists it.
        name: The column of what it is called; a title stands for no record, and is never offered.
    """

    kind: str
    listing: Operation[Any, Any]
    name: str


LOOKUPS: Mapping[str, Lookup] = {
    one.kind: one
    for one in (
        Lookup("circuit", overview.search_circuits, "provider_circuit_id"),
        Lookup("contract", overview.search_contracts, "title"),
        Lookup("site", overview.search_sites, "name"),
        Lookup("provider", overview.list_providers, "name"),
        Lookup("customer", overview.list_customers, "name"),
        Lookup("document", list_documents, "title"),
    )
}
ARGUMENTS: Mapping[tuple[str, str], str] = {
    ("netos://circuit/{ref}", "ref"): "circuit",
    ("netos://contract/{ref}", "ref"): "contract",
    ("netos://site/{ref}", "ref"): "site",
    ("netos://document/{ref}/page/{page}", "ref"): "document",
    ("netos://document/{ref}/page/{page}", "page"): "page",
    ("netos://schema/{noun}", "noun"): "noun",
    ("renewal_review", "within_days"): "days",
    ("renewal_review", "provider"): "provider",
    ("new_circuit_intake", "provider"): "provider",
    ("new_circuit_intake", "site"): "site",
    ("outage_report", "circuit"): "circuit",
    ("outage_report", "since"): "month",
}
"""What an argument of a template or prompt means."""


class Completions:
    """Answers completion/complete; what is not known here, or not for these roles, completes to nothing."""

    def __init__(self, service: Service, limit: RateLimit) -> None:
        self._service = service
        self._limit = limit

    async def __call__(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion | None:
        addressed = isinstance(ref, ResourceTemplateReference)
        of = ref.uri if isinstance(ref, ResourceTemplateReference) else ref.name
        meaning = ARGUMENTS.get((of, argument.name))
        if meaning is None:
            return None
        typed = " ".join(argument.value.split())[:MOST]
        try:
            values = await self._values(meaning, typed, dict((context and context.arguments) or {}), addressed)
        except NetosError as refusal:
            log.info("no completions", extra={"code": refusal.code, "argument": argument.name})
            return None
        return Completion(values=values[:MOST], total=len(values), has_more=len(values) > MOST)

    async def _values(self, meaning: str, typed: str, given: Mapping[str, str], addressed: bool) -> list[str]:
        if meaning == "noun":
            return matching(typed, KINDS)
        if meaning == "days":
            return matching(typed, ("30", "60", "90", "180", "365"))
        current = get_context()
        if self._limit.refuses(current):
            return []
        call = await self._service.call(current, new_request_id())
        core = self._service.core
        if meaning == "month":
            return matching(typed, months(core))
        if meaning == "page":
            return matching(typed, await in_thread(_pages, core, call, given.get("ref", "")))
        return await in_thread(records, core, call, LOOKUPS[meaning], typed, addressed)


def records(core: Core, call: Call, lookup: Lookup, typed: str, addressed: bool) -> list[str]:
    """Return what the letters may mean: what begins with them, then what holds them, then near spellings.

    Args:
        core: The core of this process.
        call: Who asks.
        lookup: The kind of record.
        typed: The letters so far; without any, the first records.
        addressed: Whether the value goes into an address, where only a ref is safe.
    """
    ask: dict[str, Any] = {"limit": MOST, "fields": ["ref", lookup.name], **({"query": typed} if typed else {})}
    rows = _call(core, call, lookup.listing, ask).rows
    found = [(row.ref, getattr(row, lookup.name)) for row in rows]
    if typed and len(found) < FEW:
        hits = _call(core, call, search, {"query": typed, "kind": [lookup.kind], "limit": 10}).hits
        found += [(hit.ref, hit.title if lookup.name == "name" else None) for hit in hits]
    shared = _shared(name for _, name in dict(found).items())
    values = [ref if addressed or name in shared else _value(lookup, ref, name, typed.lower()) for ref, name in found]
    return sorted(dict.fromkeys(values), key=lambda value: not value.lower().startswith(typed.lower()))


def _value(lookup: Lookup, ref: str, name: str | None, typed: str) -> str:
    """Offer a name where one is typed and stands for the record, else the ref; a circuit's id only once it is begun."""
    if name is None or lookup.name == "title" or (typed and ref.lower().startswith(typed)):
        return ref
    if lookup.kind == "circuit" and not (typed and name.lower().startswith(typed)):
        return ref
    return name


def _shared(names: Iterable[str | None]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        if name is not None:
            (twice if name in seen else seen).add(name)
    return frozenset(twice)


def _pages(core: Core, call: Call, ref: str) -> list[str]:
    if not ref:
        return []
    document = _call(core, call, get_document, {"ref": ref})
    return [str(number) for number in range(1, (document.pages or 1) + 1)]


def _call(core: Core, call: Call, operation: Operation[Any, Any], asked: Mapping[str, Any]) -> Any:
    return core.call(
        operation,
        operation.request.model_validate(asked),
        call.caller,
        Channel.AGENT,
        request_id=call.request_id,
        address=call.address,
    )


def months(core: Core) -> list[str]:
    """Return the first days of this month and of the 35 before it."""
    today = business_day(utc_now(), core.policy.zone)
    last = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}-01" for month in range(last, last - 36, -1)]


def matching(typed: str, values: Iterable[str]) -> list[str]:
    """Return the values that begin with the letters, else those that hold them, else those spelled nearly so."""
    wanted, known = typed.lower(), list(values)
    beginning = [value for value in known if value.lower().startswith(wanted)]
    holding = [value for value in known if wanted in value.lower()]
    return beginning or holding or get_close_matches(wanted, known, n=MOST, cutoff=0.5)
