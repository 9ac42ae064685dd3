"""Many circuits as one proposal: the chosen ones, or all that a list matches."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.schemas import CircuitEdit
from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.kernel.page import MAX_LIMIT
from netos_core.overview.operations import search_circuits
from netos_core.overview.schemas import CircuitRow, SearchCircuits
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import asked, errors, fields
from web_min.fields import MONEY, Layout, Section
from web_min.site import Site, Visit, get, post, require

MOST = 2000
SAMPLE = 10
NEVER_EMPTY = frozenset({"status", "service_type", "currency"})
REF = re.compile(r"CKT-\d{1,12}")
TOO_MANY = "A bulk change holds up to 2,000 circuits; this list has {}."
LAYOUT = Layout(
    {
        "Set on every one": ("status", "service_type", "bandwidth_mbps", "market", "order_number", "install_date",
                             "billing_start_date", "disconnect_date", "description"),
        "Money": ("mrc", "nrc", "currency"),
    }
)  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/circuits/bulk", _show, "bulk_circuits"),
        post(site, "/circuits/bulk", _propose, "propose_bulk_circuits"),
    ]


def _sections(visit: Visit) -> list[Section]:
    made = fields.sections(CircuitEdit, LAYOUT, hidden=set() if visit.may("see:money") else MONEY)
    for entry in fields.every(made):
        entry.clear = False if entry.name not in NEVER_EMPTY else None
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


def _show(visit: Visit) -> Response:
    require(visit, "propose:changes")
    allowed = [*asked.filters_of(SearchCircuits), "ref", "all"]
    pairs = asked.given(visit.request.query_params, allowed)
    filters = [p for p in pairs if p[0] not in {"ref", "all", *asked.PAGING}]
    if ("all", "yes") in pairs:
        refs = [row.ref for row in _matching(visit, filters)]
    else:
        refs = _known([value for name, value in pairs if name == "ref"])
    if not refs:
        raise Invalid("No circuit is chosen.", fix="Tick circuits in the list, or take all that match.")
    return _form(visit, refs, _sections(visit))


def _matching(visit: Visit, filters: list[tuple[str, str]]) -> list[CircuitRow]:
    """Read every circuit a list matches, up to what one proposal holds."""
    rows: list[CircuitRow] = []
    cursor: str | None = None
    while True:
        page = visit.call(search_circuits, asked.request_of(SearchCircuits, filters, limit=MAX_LIMIT, cursor=cursor))
        if page.total > MOST:
            raise Invalid(TOO_MANY.format(f"{page.total:,}"), fix="Filter the list further.")
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def _known(refs: list[str]) -> list[str]:
    """Return the references, once each and in the order given.

    Raises:
        Invalid: One of them is no circuit's, or there are too many.
    """
    unique = list(dict.fromkeys(ref.upper() for ref in refs))
    if any(REF.fullmatch(ref) is None for ref in unique):
        raise Invalid("One of these is not a circuit's ref.", field="ref", fix="A ref looks like CKT-1042.")
    if len(unique) > MOST:
        raise Invalid(TOO_MANY.format(f"{len(unique):,}"), fix="Choose fewer.")
    return unique


def _form(
    visit: Visit, refs: list[str], made: list[Section], *, refusal: NetosError | None = None, reason: str = ""
) -> Response:
    placed = refusal is not None and fields.blame(made, refusal.field, refusal.message)
    return visit.page(
        "bulk.html",
        status=errors.shown(refusal).status if refusal else 200,
        refs=refs,
        sample=refs[:SAMPLE],
        sections=made,
        refusal=refusal,
        placed=placed,
        reason=reason,
    )


def _propose(visit: Visit) -> Response:
    refs = _known(visit.text("refs").split())
    made = _sections(visit)
    try:
        wanted = _wanted(visit, made)
    except Invalid as refused:
        return _form(visit, refs, made, refusal=refused, reason=visit.text("reason"))
    retire = visit.text("do") == "retire"
    reason = visit.text("retire_reason" if retire else "reason")
    wish: dict[str, Any] = {"kind": "circuit", "reason": reason, "items": [{"ref": ref} for ref in refs]}
    wish |= {"action": "retire"} if retire else {"set": wanted}
    if not refs:
        raise Invalid("No circuit is chosen.", fix="Tick circuits in the list first.")
    refusal = None
    if not wanted and not retire:
        refusal = Invalid(
            "No field is filled in, so nothing would change.", fix="Fill in what every circuit gets, or clear it."
        )
    elif not reason:
        refusal = Invalid("A change needs its reason.", fix="Say why in a sentence.")
    if refusal is not None:
        return _form(visit, refs, made, refusal=refusal, reason=reason)
    try:
        change = visit.call(propose_change, asked.validated(ProposeChange, wish))
    except (Invalid, NotFound, Conflict) as refused:
        return _form(visit, refs, made, refusal=refused, reason=reason)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")
