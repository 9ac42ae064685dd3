"""What leaving early costs: on a day a person asks for, and the form of the terms it is worked out from."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.contracts.rules.etf import stored_escalator
from netos_core.contracts.schemas import ContractEdit
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.overview import operations as overview
from netos_core.overview.schemas import ContractView, GetContract
from netos_core.overview.schemas.etf import PreviewEtf
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import asked, charts, etf_fields, fields, forms
from web_min.asked import validated
from web_min.fields import Input
from web_min.forms import Form
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post, require

ASKED = ("ref", "as_of", "notice_date", "horizon")
HORIZON = "24"


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/etf", _page, "etf"),
        get(site, "/contracts/{ref}/etf", _edit, "edit_etf"),
        post(site, "/contracts/{ref}/etf", _propose, "propose_etf"),
    ]


def of_contract(visit: Visit, ref: str) -> dict[str, Any]:
    """Read what the page of a contract shows of leaving it."""
    if not visit.may("see:money"):
        return {"exit": None}
    view = visit.call(overview.preview_etf, PreviewEtf(ref=ref))
    return {"exit": view, "columns": charts.etf_columns(view), "may_edit_etf": visit.may("propose:money")}


def _page(visit: Visit) -> Response:
    """Show a form for a ref and days, and what leaving costs then."""
    given = dict(asked.given(visit.request.query_params, list(ASKED)))
    wish = {name: value for name, value in given.items() if value}
    entries = [
        Input("ref", "Circuit or contract", "text", wish.get("ref", ""), hint="Such as CKT-1042 or CTR-1011."),
        Input("as_of", "Last day of service", "date", wish.get("as_of", ""), hint="Empty: as soon as notice allows."),
        Input("notice_date", "Day of notice", "date", wish.get("notice_date", ""), hint="Empty: today."),
        Input("horizon", "Months to look ahead", "number", wish.get("horizon", HORIZON)),
    ]
    view, refusal = None, None
    if "ref" in wish:
        try:
            view = visit.call(overview.preview_etf, validated(PreviewEtf, wish))
        except (Invalid, NotFound, Conflict) as refused:
            refusal = refused
    return visit.page(
        "etf/page.html",
        status=404 if isinstance(refusal, NotFound) else 400 if refusal else 200,
        entries=entries,
        e=view,
        refusal=refusal,
        columns=charts.etf_columns(view) if view else [],
        page_of=page_of,
    )


def _edit(visit: Visit) -> Response:
    view = _view(visit)
    return forms.show(visit, _form(view), etf_fields.sections(view.etf, view.escalator))


def _view(visit: Visit) -> ContractView:
    """Read the contract for who may propose its terms.

    Raises:
        Forbidden: The reader's roles show or propose no money.
    """
    require(visit, "propose:money")
    if not visit.may("see:money"):
        raise Forbidden("Your role does not show what leaving costs.", fix="Ask someone whose role does.")
    return visit.call(overview.get_contract, validated(GetContract, {"ref": visit.request.path_params["ref"]}))


def _form(view: ContractView) -> Form:
    page = f"/contracts/{view.ref}"
    return Form(
        heading=f"What leaving {view.ref} early costs",
        crumbs=(("Contracts", "/contracts"), (view.ref, page)),
        action=f"{page}/etf",
        back=page,
        keep="Keep it as it is",
        send="Propose the terms",
        hint="What the paper does not say stays empty: it is unknown, never a guess.",
    )


def _propose(visit: Visit) -> Response:
    view = _view(visit)
    made = etf_fields.sections(view.etf, view.escalator)
    fields.take(made, visit.form)
    values = {entry.name: entry.value for entry in fields.every(made)}
    reason = visit.text("reason")
    try:
        if not reason:
            raise forms.NO_REASON
        wish = _wish(view, values)
        change = visit.call(propose_change, validated(ProposeChange, {**wish, "reason": reason}))
    except (Invalid, NotFound, Conflict) as refused:
        return forms.show(visit, _form(view), made, refusal=_placed(refused), reason=reason)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")


def _wish(view: ContractView, values: dict[str, str]) -> dict[str, Any]:
    """Ask for what differs from what is on file."""
    kept = {"etf": view.etf or None, "escalator": view.escalator or None}
    now = {
        "etf": etf_fields.etf_of(values, kept["etf"]),
        "escalator": etf_fields.escalator_of(values, kept["escalator"]),
    }
    differs = {name: value for name, value in now.items() if not _same(name, value, kept[name])}
    if not differs:
        raise Invalid("Nothing is different from what it says now.", fix="Change a field, then propose it.")
    return {"kind": "contract", "ref": view.ref, "set": differs}


def _same(name: str, now: dict[str, Any] | None, kept: dict[str, Any] | None) -> bool:
    """Whether two values say the same; one that can not be read differs, and is refused where it is planned."""
    if now is None or kept is None:
        return now is kept
    try:
        read = validated(ContractEdit, {name: now})
    except Invalid:
        return False
    if read.etf is not None:
        return read.etf.stored() == kept
    return read.escalator is not None and stored_escalator(read.escalator) == kept


def _placed(refused: NetosError) -> NetosError:
    """Let a refusal name the field of the form that it is about."""
    field = etf_fields.blamed(refused.field)
    if field == refused.field:
        return refused
    return type(refused)(refused.message.rpartition(": ")[2].capitalize(), field=field, fix=refused.fix)
