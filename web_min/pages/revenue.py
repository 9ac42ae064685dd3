"""Billed services: the list with what is suggested, one with its history, and the forms that propose attributions."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.kernel.errors import NetosError
from netos_core.revenue.operations import get_revenue, list_revenue, propose_attributions
from netos_core.revenue.schemas import AttributionEdit, GetRevenue, ProposeAttributions, RevenueView
from web_min import fields, forms
from web_min.asked import validated
from web_min.export import as_csv_of, as_xlsx_of
from web_min.fields import Layout, Section
from web_min.forms import Form
from web_min.pages import views
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post, require
from web_min.table import YES_NO, Column, Filter, Spec, rows_of

REVENUE = Spec(
    "Revenue",
    "/revenue",
    "billed service",
    list_revenue,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("service", "Service", "clip", sort="service"),
        Column("account", "Account", "clip", "at-s", sort="account"),
        Column("account_number", "Number", "mono", "at-l"),
        Column("mrr", "MRR", "money", sort="mrr", money=True),
        Column("circuit", "Circuit", "net", "at-s"),
        Column("site", "Site", "net", "at-m"),
        Column("customer", "Customer", "net", "at-l"),
        Column("suggested", "Suggested", "text", "at-m"),
        Column("why", "Why", "clip", "at-xl"),
    ),
    (
        Filter("attributed", "Attributed", "one", YES_NO),
        Filter("source", "Source", "one", (("sonar", "Sonar"), ("file", "File"))),
        Filter("gone", "Not billed any more", "one", YES_NO, more=True),
    ),
    "ref",
    "/revenue",
)
SPECS = (REVENUE,)
TABS = (("All", ""), ("Unattributed", "attributed=false"), ("Attributed", "attributed=true"), ("Gone", "gone=true"))
LAYOUT = Layout({"It is of": ("circuit", "site", "customer"), "Days": ("starts_on", "ends_on")})


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/revenue", _list, "revenue"),
        get(site, "/revenue.csv", partial(as_csv_of, spec=REVENUE), "revenue_csv"),
        get(site, "/revenue.xlsx", partial(as_xlsx_of, spec=REVENUE), "revenue_xlsx"),
        post(site, "/revenue/suggested", _suggested, "propose_suggested_revenue"),
        get(site, "/revenue/{ref}", _show, "billed_service"),
        get(site, "/revenue/{ref}/attribute", _form_page, "attribute_revenue"),
        post(site, "/revenue/{ref}/attribute", _propose, "propose_attribution"),
    ]


def _list(visit: Visit) -> Response:
    return views.listed(visit, REVENUE, TABS, "revenue/list.html", may_attribute=visit.may(propose_attributions.right))


def _view(visit: Visit) -> RevenueView:
    return visit.call(get_revenue, validated(GetRevenue, {"ref": str(visit.request.path_params["ref"])[:200]}))


def _show(visit: Visit) -> Response:
    may = visit.may(propose_attributions.right)
    return visit.page("revenue/one.html", r=_view(visit), may_attribute=may, page_of=page_of)


def _suggested(visit: Visit) -> Response:
    """Propose what is suggested: for the one service whose page sent it, else for all that are of nothing."""
    ref = visit.text("ref")
    try:
        made = visit.call(propose_attributions, validated(ProposeAttributions, {"refs": [ref] if ref else []}))
    except NetosError as refusal:
        if refusal.code != "not_found":
            raise
        return visit.go("/revenue?attributed=false")
    return visit.go(f"/approvals/{made.change_id}", said="proposed")


def _form(view: RevenueView) -> Form:
    page = f"/revenue/{view.ref}"
    return Form(
        heading=f"Attribute {view.ref}",
        crumbs=(("Revenue", "/revenue"), (view.ref, page)),
        action=f"{page}/attribute",
        back=page,
        keep="Leave it",
        send="Propose it",
        hint="With a first day, what held until then ends on the day before.",
        on=view.service.service,
    )


def _form_page(visit: Visit) -> Response:
    require(visit, propose_attributions.right)
    return forms.show(visit, _form(_view(visit)), _sections())


def _sections() -> list[Section]:
    return fields.sections(AttributionEdit, LAYOUT, new=True)


def _propose(visit: Visit) -> Response:
    view, made = _view(visit), _sections()
    said = {name: value for name, value in fields.take(made, visit.form).items() if value is not None}
    wish = {"kind": "attribution", "action": "create", "set": {"service": view.ref, **said}}
    return forms.propose(visit, _form(view), made, wish)
