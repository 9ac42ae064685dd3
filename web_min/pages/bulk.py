"""Many records of a kind as one proposal: the chosen ones, or all that a list matches."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.kernel.page import MAX_LIMIT
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import asked, errors, fields
from web_min.fields import MONEY, Section
from web_min.format import count
from web_min.pages.bulk_kinds import BULKS, Bulk
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post, require

MOST = 2000
SAMPLE = 10


def routes(site: Site) -> list[BaseRoute]:
    made: list[BaseRoute] = []
    for bulk in BULKS:
        name = bulk.path.strip("/").replace("/", "_")
        made += [
            get(site, f"{bulk.path}/bulk", partial(_show, bulk=bulk), f"bulk_{name}"),
            post(site, f"{bulk.path}/bulk", partial(_propose, bulk=bulk), f"propose_bulk_{name}"),
        ]
    return made


def _sections(visit: Visit, bulk: Bulk) -> list[Section]:
    new = bool(bulk.about)
    made = fields.sections(bulk.model, bulk.layout, hidden=set() if visit.may("see:money") else MONEY, new=new)
    for entry in fields.every(made):
        entry.clear = None if new or entry.name in bulk.never_empty else False
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
        refs = list(dict.fromkeys(getattr(row, bulk.ref) for row in _matching(visit, bulk, filters)))
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
        fix = f"A ref looks like {bulk.prefix}-1042."
        raise Invalid(f"One of these is not {bulk.article} {bulk.word}'s ref.", field="ref", fix=fix)
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
        page_of=page_of,
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
    retire = visit.text("do") == "retire" and not bulk.about
    reason = visit.text("retire_reason" if retire else "reason")
    wish: dict[str, Any] = {"kind": bulk.name, "reason": reason, "items": [{"ref": ref} for ref in refs]}
    wish |= {"action": "retire"} if retire else {"set": wanted}
    if bulk.about:
        wish |= {"action": "create", "items": [{"set": {bulk.about: ref}} for ref in refs]}
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
