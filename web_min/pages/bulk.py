"""Many records of a kind as one proposal: the chosen ones, or all that a list matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.schemas import CircuitEdit
from netos_core.electrical.schemas import ElectricalAccountEdit
from netos_core.feedback import operations as feedback
from netos_core.feedback.schemas import FeedbackEdit
from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.kernel.operation import Operation
from netos_core.kernel.page import MAX_LIMIT
from netos_core.links.schemas import RfLinkEdit
from netos_core.overview import operations as overview
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from netos_core.sites.schemas import SiteEdit
from web_min import asked, errors, fields
from web_min.fields import MONEY, Layout, Section
from web_min.format import count
from web_min.site import Site, Visit, get, post, require

MOST = 2000
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Bulk:
    """A kind of record that can be changed many at once: its list, its form, and what no record of it can lack."""

    name: str
    word: str
    prefix: str
    path: str
    operation: Operation[Any, Any]
    model: type[BaseModel]
    layout: Layout
    never_empty: frozenset[str]
    along: str = ""

    @property
    def title(self) -> str:
        return count(0, self.word).removeprefix("0 ")

    def too_many(self, found: int) -> str:
        return f"A bulk change holds up to 2,000 {self.title}; this list has {found:,}."


BULKS = (
    Bulk(
        "circuit", "circuit", "CKT", "/circuits", overview.search_circuits, CircuitEdit,
        Layout(
            {
                "Set on every one": ("status", "service_type", "bandwidth_mbps", "market", "order_number",
                                     "install_date", "billing_start_date", "disconnect_date", "description"),
                "Money": ("mrc", "nrc", "currency"),
            }
        ),
        frozenset({"status", "service_type", "currency"}), ", with their ends, customers and network detail",
    ),
    Bulk(
        "site", "site", "SIT", "/sites", overview.search_sites, SiteEdit,
        Layout({"Set on every one": ("kind", "market", "parent", "customer", "provider", "city", "state",
                                     "postal_code", "country", "lata", "description")}),
        frozenset({"kind"}), ", with their costs, accounts, ports and ties",
    ),
    Bulk(
        "rf_link", "RF link", "RFL", "/rf-links", overview.search_rf_links, RfLinkEdit,
        Layout(
            {
                "Set on every one": ("status", "circuit", "band", "frequency_mhz", "channel_width_mhz",
                                     "capacity_mbps", "radio_vendor", "radio_model", "starts_on", "ends_on",
                                     "description"),
                "Licence": ("licensing", "licence_expires_on"),
                "Money": ("monthly_cost", "currency"),
            }
        ),
        frozenset({"status", "currency"}),
    ),
    Bulk(
        "electrical_account", "electrical account", "ELE", "/electrical", overview.search_electrical_accounts,
        ElectricalAccountEdit,
        Layout({"Set on every one": ("provider", "voltage", "phase", "amperage", "tariff", "monitoring_url",
                                     "starts_on", "ends_on", "description")}),
        frozenset({"provider"}), ", with their bills",
    ),
    Bulk(
        "feedback", "report", "FBK", "/feedback", feedback.list_feedback, FeedbackEdit,
        Layout({"Set on every one": ("status", "priority", "kind", "source")}),
        frozenset({"status", "priority", "kind"}), ", with their comments",
    ),
)  # fmt: skip
BY_PATH = {bulk.path: bulk for bulk in BULKS}


def routes(site: Site) -> list[BaseRoute]:
    made: list[BaseRoute] = []
    for bulk in BULKS:
        made += [
            get(site, f"{bulk.path}/bulk", partial(_show, bulk=bulk), f"bulk_{bulk.name}"),
            post(site, f"{bulk.path}/bulk", partial(_propose, bulk=bulk), f"propose_bulk_{bulk.name}"),
        ]
    return made


def _sections(visit: Visit, bulk: Bulk) -> list[Section]:
    made = fields.sections(bulk.model, bulk.layout, hidden=set() if visit.may("see:money") else MONEY)
    for entry in fields.every(made):
        entry.clear = False if entry.name not in bulk.never_empty else None
    return made


def _wanted(visit: Visit, made: list[Section]) -> dict[str, str | None]:
    """Return the fields filled in and the fields to clear.

    Raises:
        Invalid: A field is both.
    """
    filled = fields.take(made, visit.form)
    wanted: dict[str, str | None] = {name: value for name, value in filled.items() if value is not None}
    for entry in fields.every(made):
        entry.clear = bool(visit.text(f"clear.{entry.name}")) if entry.clear is not None else None
        if entry.clear:
            wanted[entry.name] = None
    both = next((entry.name for entry in fields.every(made) if entry.clear and entry.value), None)
    if both is not None:
        raise Invalid("It is filled in and to be cleared at once.", field=both, fix="Do one of the two.")
    return wanted


def _show(visit: Visit, bulk: Bulk) -> Response:
    require(visit, "propose:changes")
    allowed = [*asked.filters_of(bulk.operation.request), "ref", "all"]
    pairs = asked.given(visit.request.query_params, allowed)
    filters = [p for p in pairs if p[0] not in {"ref", "all", *asked.PAGING}]
    if ("all", "yes") in pairs:
        refs = [row.ref for row in _matching(visit, bulk, filters)]
    else:
        refs = _known(bulk, [value for name, value in pairs if name == "ref"])
    if not refs:
        raise _none_chosen(bulk)
    return _form(visit, bulk, refs, _sections(visit, bulk))


def _none_chosen(bulk: Bulk) -> Invalid:
    fix = f"Tick {bulk.title} in the list, or take all that match."
    return Invalid(f"No {bulk.word} is chosen.", fix=fix)


def _matching(visit: Visit, bulk: Bulk, filters: list[tuple[str, str]]) -> list[Any]:
    """Read every record a list matches, up to what one proposal holds."""
    rows: list[Any] = []
    cursor: str | None = None
    while True:
        asks = asked.request_of(bulk.operation.request, filters, limit=MAX_LIMIT, cursor=cursor)
        page = visit.call(bulk.operation, asks)
        if page.total > MOST:
            raise Invalid(bulk.too_many(page.total), fix="Filter the list further.")
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def _known(bulk: Bulk, refs: list[str]) -> list[str]:
    """Return the references, once each and in the order given.

    Raises:
        Invalid: One of them is none of this kind, or there are too many.
    """
    unique = list(dict.fromkeys(ref.upper() for ref in refs))
    if any(re.fullmatch(rf"{bulk.prefix}-\d{{1,12}}", ref) is None for ref in unique):
        article = "an" if bulk.word[0] in "aeioR" else "a"
        fix = f"A ref looks like {bulk.prefix}-1042."
        raise Invalid(f"One of these is not {article} {bulk.word}'s ref.", field="ref", fix=fix)
    if len(unique) > MOST:
        raise Invalid(bulk.too_many(len(unique)), fix="Choose fewer.")
    return unique


def _form(
    visit: Visit,
    bulk: Bulk,
    refs: list[str],
    made: list[Section],
    *,
    refusal: NetosError | None = None,
    reason: str = "",
) -> Response:
    placed = refusal is not None and fields.blame(made, refusal.field, refusal.message)
    return visit.page(
        "bulk.html",
        status=errors.shown(refusal).status if refusal else 200,
        bulk=bulk,
        many=count(len(refs), bulk.word),
        refs=refs,
        sample=refs[:SAMPLE],
        sections=made,
        refusal=refusal,
        placed=placed,
        reason=reason,
    )


def _propose(visit: Visit, bulk: Bulk) -> Response:
    refs = _known(bulk, visit.text("refs").split())
    made = _sections(visit, bulk)
    try:
        wanted = _wanted(visit, made)
    except Invalid as refused:
        return _form(visit, bulk, refs, made, refusal=refused, reason=visit.text("reason"))
    retire = visit.text("do") == "retire"
    reason = visit.text("retire_reason" if retire else "reason")
    wish: dict[str, Any] = {"kind": bulk.name, "reason": reason, "items": [{"ref": ref} for ref in refs]}
    wish |= {"action": "retire"} if retire else {"set": wanted}
    if not refs:
        raise _none_chosen(bulk)
    refusal = None
    if not wanted and not retire:
        refusal = Invalid(
            "No field is filled in, so nothing would change.",
            fix=f"Fill in what every {bulk.word} gets, or clear it.",
        )
    elif not reason:
        refusal = Invalid("A change needs its reason.", fix="Say why in a sentence.")
    if refusal is not None:
        return _form(visit, bulk, refs, made, refusal=refusal, reason=reason)
    try:
        change = visit.call(propose_change, asked.validated(ProposeChange, wish))
    except (Invalid, NotFound, Conflict) as refused:
        return _form(visit, bulk, refs, made, refusal=refused, reason=reason)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")
