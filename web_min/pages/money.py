"""Money by months: of an asset with all inside it, of the whole plant, and the months that are closed."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.contracts.rules.days import plus_months
from netos_core.finance.operations import get_infrastructure_pl, get_month_pack, get_pl_totals, list_periods
from netos_core.finance.schemas import (
    AllocationRuleEdit,
    GetMonthPack,
    InfrastructureRequest,
    ListPeriods,
    PeriodEdit,
    PlTotalsRequest,
)
from netos_core.kernel.errors import Forbidden
from web_min import fields, forms
from web_min.asked import validated
from web_min.fields import Layout, Section
from web_min.forms import Form
from web_min.month_pack import as_file
from web_min.openapi import CSV, XLSX
from web_min.pages import notes
from web_min.pages.finance import month_asked, sees_money
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post

BY = (
    ("provider", "Provider"),
    ("market", "Market"),
    ("service_type", "Service"),
    ("customer", "Customer"),
    ("asset", "Asset"),
)
RULE = Layout(
    {"Rule": ("component", "method", "starts_on", "ends_on", "description")}, frozenset({"component", "method"})
)
PERIOD = Layout({"Month": ("month", "description")}, frozenset({"month"}))


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/money", _totals, "money"),
        get(site, "/money/{month}.xlsx", partial(_pack, kind=XLSX), "money_xlsx"),
        get(site, "/money/{month}.csv", partial(_pack, kind=CSV), "money_csv"),
        get(site, "/money/close", _close, "close_month"),
        post(site, "/money/close", _propose_close, "propose_closing"),
        get(site, "/money/open/{period}", _open, "open_month"),
        post(site, "/money/open/{period}", _propose_open, "propose_opening"),
        get(site, "/sites/{ref}/money", _asset, "site_money"),
        get(site, "/sites/{ref}/money/rule", _rule, "new_rule"),
        post(site, "/sites/{ref}/money/rule", _propose_rule, "propose_rule"),
        get(site, "/sites/{ref}/money/rules/{id}/retire", _retire, "retire_rule"),
        post(site, "/sites/{ref}/money/rules/{id}/retire", _propose_retire, "propose_retired_rule"),
    ]


def _may(visit: Visit, aspect: str) -> None:
    sees_money(visit)
    if not visit.may(f"propose:{aspect}"):
        raise Forbidden("Your role does not propose this.", fix="Ask someone whose role may.")


def _totals(visit: Visit) -> Response:
    sees_money(visit)
    month = month_asked(visit, "by")
    by = visit.request.query_params.get("by") or "provider"
    request = validated(PlTotalsRequest, {"month": month.isoformat(), "by": by})
    return visit.page(
        "money.html", t=visit.call(get_pl_totals, request), periods=visit.call(list_periods, ListPeriods()), by=BY,
        **_around(month),
        closes=visit.may("propose:money"), opens=visit.may("propose:delete"), toast=notes.toast(visit),
    )  # fmt: skip


def _pack(visit: Visit, kind: str) -> Response:
    """Send a month to take along."""
    sees_money(visit)
    request = validated(GetMonthPack, {"month": f"{visit.request.path_params['month']}-01"})
    return as_file(visit.call(get_month_pack, request), kind)


def _around(month: date) -> dict[str, Any]:
    return {"month": month, "before": plus_months(month, -1), "after": plus_months(month, 1), "page_of": page_of}


def _asset(visit: Visit) -> Response:
    sees_money(visit)
    ref = str(visit.request.path_params["ref"])
    month = month_asked(visit)
    request = validated(InfrastructureRequest, {"ref": ref, "month": month.isoformat()})
    view = visit.call(get_infrastructure_pl, request)
    return visit.page(
        "site_money.html", a=view, **_around(month), divides=visit.may("propose:money"),
        retires=visit.may("propose:delete"), toast=notes.toast(visit),
    )  # fmt: skip


def _rule_form(visit: Visit) -> tuple[Form, list[Section]]:
    _may(visit, "money")
    ref = str(visit.request.path_params["ref"])
    page = f"/sites/{ref}/money"
    form = Form(
        heading=f"Propose how a cost of {ref} is divided",
        crumbs=(("Sites", "/sites"), (ref, f"/sites/{ref}"), ("Money", page)),
        action=f"{page}/rule",
        back=page,
        keep="Leave it out",
        send="Propose the rule",
        hint="It holds for whole months, for the circuits at the site and inside it. Fixed percentages are proposed by "
        "an agent or the JSON API, as they name circuits.",
    )
    return form, fields.sections(AllocationRuleEdit, RULE, now={}, hidden=set(), new=True)


def _rule(visit: Visit) -> Response:
    form, made = _rule_form(visit)
    return forms.show(visit, form, made)


def _propose_rule(visit: Visit) -> Response:
    form, made = _rule_form(visit)
    given = {name: value for name, value in fields.take(made, visit.form).items() if value is not None}
    wish = {"site": visit.request.path_params["ref"], **given}
    return forms.propose(visit, form, made, {"kind": "allocation_rule", "action": "create", "set": wish})


def _retire_form(visit: Visit) -> Form:
    _may(visit, "delete")
    ref, row_id = (str(visit.request.path_params[name]) for name in ("ref", "id"))
    page = f"/sites/{ref}/money"
    return Form(
        heading=f"Propose to retire a rule of {ref}",
        crumbs=(("Sites", "/sites"), (ref, f"/sites/{ref}"), ("Money", page)),
        action=f"{page}/rules/{row_id}/retire",
        back=page,
        keep="Keep it as it is",
        send="Propose to retire the rule",
        hint="It no longer divides any month that is open; what is closed stays.",
        ends=True,
    )


def _retire(visit: Visit) -> Response:
    return forms.show(visit, _retire_form(visit), [])


def _propose_retire(visit: Visit) -> Response:
    wish = {"kind": "allocation_rule", "action": "retire", "ref": str(visit.request.path_params["id"])}
    return forms.propose(visit, _retire_form(visit), [], wish)


def _close_form(visit: Visit) -> tuple[Form, list[Section]]:
    _may(visit, "money")
    made = fields.sections(PeriodEdit, PERIOD, now={}, hidden=set(), new=True)
    form = Form(
        heading="Propose to close a month",
        crumbs=(("Money", "/money"),),
        action="/money/close",
        back="/money",
        keep="Leave it open",
        send="Propose to close it",
        hint="Every line is kept as it is now. What is recorded later stands beside it as a difference.",
    )
    return form, made


def _close(visit: Visit) -> Response:
    form, made = _close_form(visit)
    for entry in fields.every(made):
        if entry.name == "month":
            entry.value = visit.call(list_periods, ListPeriods(limit=1)).next_to_close.isoformat()
    return forms.show(visit, form, made)


def _propose_close(visit: Visit) -> Response:
    form, made = _close_form(visit)
    given = {name: value for name, value in fields.take(made, visit.form).items() if value is not None}
    return forms.propose(visit, form, made, {"kind": "accounting_period", "action": "create", "set": given})


def _open_form(visit: Visit) -> Form:
    _may(visit, "delete")
    ref = str(visit.request.path_params["period"])
    return Form(
        heading=f"Propose to open {ref} again",
        crumbs=(("Money", "/money"),),
        action=f"/money/open/{ref}",
        back="/money",
        keep="Keep it closed",
        send="Propose to open it",
        hint="The month is worked out anew from what is on file, until it is closed again.",
        ends=True,
    )


def _open(visit: Visit) -> Response:
    return forms.show(visit, _open_form(visit), [])


def _propose_open(visit: Visit) -> Response:
    wish = {"kind": "accounting_period", "action": "retire", "ref": str(visit.request.path_params["period"])}
    return forms.propose(visit, _open_form(visit), [], wish)
