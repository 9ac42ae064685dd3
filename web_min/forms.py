"""The way of a form: shown, refused with what was typed, or proposed and seen on the page of its change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import errors, fields
from web_min.asked import validated
from web_min.fields import BANK, KEYS, MONEY, Section
from web_min.site import Visit

NO_REASON = Invalid("A change needs its reason.", field="reason", fix="Say why in a sentence.")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands around the fields of a form: where it belongs, where it goes, what its buttons say."""

    heading: str
    crumbs: Sequence[tuple[str, str]]
    action: str
    back: str
    keep: str
    send: str
    hint: str
    on: str = ""
    retire: str | None = None
    ends: bool = False
    at_once: bool = False  # of low risk: written as it is sent, without a reason of its own


def hidden(visit: Visit) -> set[str]:
    """List the fields this reader may not see, and so not propose either."""
    classes = (("see:money", MONEY), ("see:bank", BANK), ("see:keys", KEYS))
    return {name for right, names in classes if not visit.may(right) for name in names}


def said(refusal: NetosError) -> str:
    return f"{refusal.message} {refusal.fix}" if refusal.fix else refusal.message


def show(
    visit: Visit, form: Form, made: Sequence[Section], *, refusal: NetosError | None = None, reason: str = ""
) -> Response:
    """Show a form; a refusal stands beside the field that caused it, else above the form."""
    placed = refusal is not None and fields.blame(made, refusal.field, said(refusal))
    return visit.page(
        "form.html",
        status=errors.shown(refusal).status if refusal else 200,
        form=form,
        sections=made,
        refusal=refusal,
        placed=placed,
        reason=reason,
        reason_error=said(refusal) if refusal and refusal.field == "reason" else None,
    )


def propose(visit: Visit, form: Form, made: Sequence[Section], wish: Mapping[str, Any]) -> Response:
    """Propose what a form asks for and lead to its change, or show the form again with what is in the way."""
    reason = visit.text("reason")
    if not reason:
        return show(visit, form, made, refusal=NO_REASON)
    try:
        change = visit.call(propose_change, validated(ProposeChange, {"reason": reason, **wish}))
    except (Invalid, NotFound, Conflict) as refused:
        return show(visit, form, made, refusal=refused, reason=reason)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")


def propose_edit(
    visit: Visit, form: Form, made: Sequence[Section], asked: Mapping[str, str | None], wish: Mapping[str, Any]
) -> Response:
    """Propose what differs from what a form showed; a form that differs in nothing says so."""
    if not asked:
        refusal = Invalid("Nothing is different from what it says now.", fix="Change a field, then propose it.")
        return show(visit, form, made, refusal=refusal, reason=visit.text("reason"))
    return propose(visit, form, made, wish)
