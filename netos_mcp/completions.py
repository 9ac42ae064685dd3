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

from netos_core.documents.operations import get_document
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, new_request_id
from netos_core.kernel.errors import NetosError
from netos_core.kernel.operation import Operation
from netos_core.overview.operations import list_names
from netos_core.proposals.plans import KINDS
from netos_core.reports.operations import list_reports
from netos_core.runtime.calls import Core
from netos_mcp.answers import Call
from netos_mcp.limits import RateLimit
from netos_mcp.tool import Service, in_thread

MOST = 100

log = logging.getLogger(__name__)

ARGUMENTS: Mapping[tuple[str, str], str] = {
    ("netos://circuit/{ref}", "ref"): "circuit",
    ("netos://contract/{ref}", "ref"): "contract",
    ("netos://site/{ref}", "ref"): "site",
    ("netos://document/{ref}/page/{page}", "ref"): "document",
    ("netos://document/{ref}/page/{page}", "page"): "page",
    ("netos://report/{ref}", "ref"): "report",
    ("netos://schema/{noun}", "noun"): "noun",
    ("renewal_review", "within_days"): "days",
    ("renewal_review", "provider"): "provider",
    ("new_circuit_intake", "provider"): "provider",
    ("new_circuit_intake", "site"): "site",
    ("outage_report", "circuit"): "circuit",
    ("outage_report", "since"): "month",
}
"""What an argument of a template or prompt means."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What an argument may be completed to, and whether there is more than is told."""

    values: list[str]
    more: bool = False

    @property
    def total(self) -> int | None:
        """How many there are; None where they were not counted, for there are more."""
        return None if self.more or len(self.values) > MOST else len(self.values)


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
            found = await self._found(meaning, typed, dict((context and context.arguments) or {}), addressed)
        except NetosError as refusal:
            log.info("no completions", extra={"code": refusal.code, "argument": argument.name})
            return None
        return Completion(values=found.values[:MOST], total=found.total, has_more=found.total is None)

    async def _found(self, meaning: str, typed: str, given: Mapping[str, str], addressed: bool) -> Found:
        if meaning == "noun":
            return matching(typed, KINDS)
        if meaning == "days":
            return matching(typed, ("30", "60", "90", "180", "365"))
        current = get_context()
        if self._limit.refuses(current):
            return Found([])
        call = await self._service.call(current, new_request_id())
        core = self._service.core
        if meaning == "month":
            return matching(typed, months(core))
        if meaning == "page":
            return matching(typed, await in_thread(pages, core, call, given.get("ref", "")))
        if meaning == "report":
            return matching(typed, await in_thread(reports, core, call))
        return await in_thread(records, core, call, meaning, typed, addressed)


def records(core: Core, call: Call, kind: str, typed: str, addressed: bool) -> Found:
    """Return what the letters may mean: what begins with them, then what holds them, else near spellings.

    Args:
        core: The core of this process.
        call: Who asks.
        kind: The kind of record.
        typed: The letters so far; without any, the first records.
        addressed: Whether the value goes into an address, where only a ref is safe.
    """
    listed = _call(core, call, list_names, {"kind": kind, "letters": typed, "limit": MOST})
    found = [(row.ref, row.name) for row in listed.names]
    shared = _shared(name for _, name in found)
    values = [ref if addressed or name in shared else _value(kind, ref, name, typed.lower()) for ref, name in found]
    values = sorted(dict.fromkeys(values), key=lambda value: not value.lower().startswith(typed.lower()))
    return Found(values, more=listed.more)


def _value(kind: str, ref: str, name: str | None, typed: str) -> str:
    """Offer a name where one is typed and stands for the record, else the ref; a circuit's id only once it is begun."""
    if name is None or (typed and ref.lower().startswith(typed)):
        return ref
    if kind == "circuit" and not (typed and name.lower().startswith(typed)):
        return ref
    return name


def _shared(names: Iterable[str | None]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        if name is not None:
            (twice if name in seen else seen).add(name)
    return frozenset(twice)


def pages(core: Core, call: Call, ref: str) -> list[str]:
    """Return the numbers of the pages of a document; of one that is withheld no more than the first."""
    if not ref:
        return []
    document = _call(core, call, get_document, {"ref": ref})
    return [str(number) for number in range(1, (document.pages or 1) + 1)]


def reports(core: Core, call: Call) -> list[str]:
    """Return the latest report by that name, then all by their refs, the newest first."""
    listed = _call(core, call, list_reports, {"limit": MOST})
    return ["latest", *(row.ref for row in listed.rows)]


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


def matching(typed: str, values: Iterable[str]) -> Found:
    """Return the values that begin with the letters, else those that hold them, else those spelled nearly so."""
    wanted, known = typed.lower(), list(values)
    beginning = [value for value in known if value.lower().startswith(wanted)]
    holding = [value for value in known if wanted in value.lower()]
    return Found(beginning or holding or get_close_matches(wanted, known, n=MOST, cutoff=0.5))
