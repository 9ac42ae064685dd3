"""Forms that propose a new record, a correction of one, or its retirement. Nothing is written by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.schemas import CircuitEdit
from netos_core.contracts.schemas import ContractEdit
from netos_core.customers.schemas import CustomerEdit
from netos_core.electrical.schemas import ElectricalAccountEdit
from netos_core.kernel.operation import Operation
from netos_core.links.schemas import RfLinkEdit
from netos_core.overview import operations as overview
from netos_core.overview.schemas import CircuitView, ContractView, SiteView
from netos_core.overview.schemas.electrical import ElectricalView
from netos_core.overview.schemas.links import RfLinkView
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from netos_core.providers.schemas import ProviderEdit
from netos_core.quotes import operations as quotes
from netos_core.quotes.schemas import OrderEdit, QuoteEdit, QuoteView
from netos_core.renewals import operations as renewals
from netos_core.renewals.schemas import DecisionEdit, DecisionView
from netos_core.sites.schemas import SiteEdit
from web_min import fields, forms
from web_min.asked import validated
from web_min.fields import Layout, Section, as_input
from web_min.forms import Form
from web_min.site import Site, Visit, get, post, require

END = ("site", "place", "handoff", "demarc", "cross_connect_id", "patch_panel_port", "vlan")
PLAIN_CIRCUIT = ("provider", "provider_circuit_id", "service_type", "bandwidth_mbps", "port_speed_mbps", "status",
                 "market", "order_number", "legacy_circuit_id", "customer_circuit_id")  # fmt: skip
DATES = ("ordered_date", "foc_date", "install_date", "billing_start_date", "disconnect_date")


def same_names(view: BaseModel, model: type[BaseModel]) -> dict[str, str]:
    """Take over what a view calls by the name its form does."""
    return {name: as_input(getattr(view, name)) for name in model.model_fields if name in type(view).model_fields}


def _of_circuit(view: CircuitView) -> dict[str, str]:
    known = same_names(view, CircuitEdit)
    for end in view.ends:
        side = end.side.lower()
        known |= {f"{side}_{name}": as_input(getattr(end, name)) for name in END}
    return known


def _of_contract(view: ContractView) -> dict[str, str]:
    known = same_names(view.term, ContractEdit) | same_names(view, ContractEdit)
    known["parent"] = as_input(view.term.parent_ref)
    known["evergreen"] = str(view.term.evergreen).lower()
    return known


def _of_site(view: SiteView) -> dict[str, str]:
    known = same_names(view, SiteEdit)
    known["parent"] = view.ancestors[-1].ref if view.ancestors else ""
    return known


def _of_rf_link(view: RfLinkView) -> dict[str, str]:
    refs = {"a_site": view.a_ref, "z_site": view.z_ref, "circuit": as_input(view.circuit_ref)}
    return same_names(view, RfLinkEdit) | refs


def _of_electrical(view: ElectricalView) -> dict[str, str]:
    return same_names(view, ElectricalAccountEdit) | {"site": view.site_ref}


def _of_quote(view: QuoteView) -> dict[str, str]:
    return {**same_names(view, QuoteEdit), "state": view.recorded_state}


def _of_decision(view: DecisionView) -> dict[str, str]:
    return same_names(view, DecisionEdit) | {"owner": as_input(view.owner_email)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record with its form."""

    name: str
    path: str
    model: type[BaseModel]
    operation: Operation[Any, Any]
    layout: Layout
    known: Callable[[Any], Mapping[str, str]]
    word: str = ""  # what a person calls it, where that is not its name
    title: str = ""  # of its list, where that is not its path
    given: Sequence[str] = ()  # fields that the address of a new one's form may fill in
    labels: Mapping[str, str] = field(default_factory=dict)  # of fields whose names read badly
    hint: str = "Only fields you fill in are proposed."  # of a new one's form

    @property
    def said(self) -> str:
        return self.word or self.name

    @property
    def one(self) -> str:
        return f"{'an' if self.said[0] in 'aeiouIR' else 'a'} {self.said}"

    @property
    def index(self) -> tuple[str, str]:
        return (self.title or self.path[1:].capitalize(), self.path)


KINDS = (
    Kind(
        "circuit",
        "/circuits",
        CircuitEdit,
        overview.get_circuit,
        Layout(
            {
                "Circuit": PLAIN_CIRCUIT,
                "Money": ("mrc", "nrc", "currency", "ban"),
                "A end": tuple(f"a_{name}" for name in END),
                "Z end": tuple(f"z_{name}" for name in END),
                "Dates": DATES,
                "Customer": ("customer", "mrr"),
                "More": ("description",),
            },
            frozenset({"provider", "service_type"}),
        ),
        _of_circuit,
    ),
    Kind(
        "site",
        "/sites",
        SiteEdit,
        overview.get_site,
        Layout(
            {
                "Site": ("name", "kind", "external_id", "market", "parent", "customer", "provider"),
                "Address": ("building_name", "address", "street_number", "street_name", "floor", "suite", "city",
                            "state", "postal_code", "postal_code_plus4", "country"),
                "Place": ("lat", "lon", "clli", "lata"),
                "More": ("description",),
            },
            frozenset({"name", "kind"}),
        ),
        _of_site,
    ),
    Kind(
        "provider",
        "/providers",
        ProviderEdit,
        overview.get_provider,
        Layout(
            {
                "Provider": ("name", "legal_name", "website", "portal_url", "asn"),
                "NOC": ("noc_phone", "noc_email"),
                "Successor": ("successor", "succeeded_on"),
                "Remittance": ("remittance_address", "bank_name", "bank_routing", "bank_account"),
            },
            frozenset({"name"}),
        ),
        partial(same_names, model=ProviderEdit),
    ),
    Kind(
        "customer",
        "/customers",
        CustomerEdit,
        overview.get_customer,
        Layout(
            {"Customer": ("name", "account_number", "kind"), "Contact": ("email", "phone", "city", "state")},
            frozenset({"name"}),
        ),
        partial(same_names, model=CustomerEdit),
    ),
    Kind(
        "contract",
        "/contracts",
        ContractEdit,
        overview.get_contract,
        Layout(
            {
                "Paper": ("kind", "provider", "parent", "number", "title", "signed_date"),
                "Term": ("term_start_date", "term_months", "term_end_date", "co_terminus", "end_of_term",
                         "renewal_term_months", "evergreen"),
                "Notice": (
                    "notice_count", "notice_unit", "notice_opens_count", "notice_opens_unit", "renewal_notice_count",
                    "renewal_notice_unit", "notice_method", "notice_counted_from", "delivery_lead_days",
                    "notice_address",
                ),
                "Money": ("mrc", "nrc", "total_value", "currency"),
                "More": ("description",),
            },
            frozenset({"kind", "provider", "title"}),
        ),
        _of_contract,
    ),
    Kind(
        "decision",
        "/decisions",
        DecisionEdit,
        renewals.get_decision,
        Layout(
            {
                "Decision": ("contract", "choice", "term_end_date", "decided_date", "owner", "due_date", "reasoning"),
                "Service of notice": ("served_date", "served_method", "served_reference", "proof"),
                "What came of it": ("confirmed_date", "confirmation", "successor"),
            },
            frozenset({"contract", "choice"}),
        ),
        _of_decision,
        given=("contract", "choice"),
    ),
    Kind(
        "rf_link",
        "/rf-links",
        RfLinkEdit,
        overview.get_rf_link,
        Layout(
            {
                "RF link": ("name", "a_site", "z_site", "circuit", "status"),
                "Radio": ("band", "frequency_mhz", "channel_width_mhz", "capacity_mbps", "radio_vendor", "radio_model"),
                "Licence": ("licensing", "call_sign", "licence_expires_on"),
                "Money": ("monthly_cost", "currency"),
                "More": ("starts_on", "ends_on", "description"),
            },
            frozenset({"a_site", "z_site"}),
        ),
        _of_rf_link,
        "RF link",
        "RF links",
        ("a_site", "z_site", "circuit"),
        {"a_site": "A site", "z_site": "Z site"},
    ),
    Kind(
        "electrical_account",
        "/electrical",
        ElectricalAccountEdit,
        overview.get_electrical_account,
        Layout(
            {
                "Account": ("site", "provider", "account_number", "meter_number", "tariff"),
                "Service": ("voltage", "phase", "amperage", "starts_on", "ends_on"),
                "More": ("monitoring_url", "description"),
            },
            frozenset({"site", "provider"}),
        ),
        _of_electrical,
        "electrical account",
        given=("site",),
    ),
    Kind(
        "quote",
        "/quotes",
        QuoteEdit,
        quotes.get_quote,
        Layout(
            {
                "Quote": ("provider", "number", "service_type", "bandwidth_mbps", "level", "state", "serviceability",
                          "currency"),
                "Ends": ("a_site", "a_place", "z_site", "z_place"),
                "Days": ("received_date", "valid_until"),
                "More": ("replaces", "requested_by", "source", "description"),
            },
            frozenset({"provider", "service_type"}),
        ),
        _of_quote,
    ),
    Kind(
        "order",
        "/orders",
        OrderEdit,
        quotes.get_order,
        Layout(
            {
                "Order": ("quote", "term_months", "number", "circuit", "acceptance_days", "cancelled_date"),
                "More": ("description",),
            },
            frozenset({"quote"}),
        ),
        partial(same_names, model=OrderEdit),
    ),
)  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    return [route for kind in KINDS for route in kind_routes(site, kind)]


def kind_routes(site: Site, kind: Kind) -> list[BaseRoute]:
    """Return the routes of the forms of one kind of record."""
    return [
        get(site, f"{kind.path}/new", partial(_new, kind=kind), f"new_{kind.name}"),
        post(site, f"{kind.path}/new", partial(_propose_new, kind=kind), f"propose_new_{kind.name}"),
        get(site, f"{kind.path}/{{ref}}/edit", partial(_edit, kind=kind), f"edit_{kind.name}"),
        post(site, f"{kind.path}/{{ref}}/edit", partial(_propose_edit, kind=kind), f"propose_{kind.name}"),
        post(site, f"{kind.path}/{{ref}}/retire", partial(_propose_retire, kind=kind), f"retire_{kind.name}"),
    ]


def _sections(visit: Visit, kind: Kind, view: Any = None) -> list[Section]:
    known = kind.known(view) if view is not None else {}
    made = fields.sections(kind.model, kind.layout, now=known, hidden=forms.hidden(visit), new=view is None)
    for entry in fields.every(made):
        entry.label = kind.labels.get(entry.name, entry.label)
        if view is not None and entry.kind == "secret":  # it is never shown, so emptying it is asked apart
            entry.clear = False
    if isinstance(view, CircuitView):
        for entry in fields.every(made):
            if entry.name == "status":  # where a circuit may go from where it is
                entry.choices = [c for c in entry.choices if c[0] in {view.status, *view.may_become}]
            if entry.name in {"customer", "mrr"} and view.customers:
                entry.hint = "Has now: " + ", ".join(link.name for link in view.customers)
    return made


def _form(kind: Kind, view: Any = None) -> Form:

    if view is None:
        return Form(
            heading=f"Propose {kind.one}",
            crumbs=(kind.index,),
            action=f"{kind.path}/new",
            back=kind.path,
            keep="Leave it out",
            send=f"Propose the {kind.said}",
            hint=kind.hint,
        )
    page = f"{kind.path}/{view.ref}"
    return Form(
        heading=f"Propose a change of {view.ref}",
        crumbs=(kind.index, (view.ref, page)),
        action=f"{page}/edit",
        back=page,
        keep="Keep it as it is",
        send="Propose the change",
        hint="Only fields you change are proposed; an emptied field is cleared.",
    )


def _new(visit: Visit, kind: Kind) -> Response:
    require(visit, "propose:changes")
    made = _sections(visit, kind)
    for entry in fields.every(made):
        if entry.name in kind.given:
            entry.value = visit.request.query_params.get(entry.name, "")[:200]
    return forms.show(visit, _form(kind), made)


def _propose_new(visit: Visit, kind: Kind) -> Response:
    made = _sections(visit, kind)
    asked = {name: value for name, value in fields.take(made, visit.form).items() if value is not None}
    return forms.propose(visit, _form(kind), made, {"kind": kind.name, "action": "create", "set": asked})


def _edit(visit: Visit, kind: Kind) -> Response:
    require(visit, "propose:changes")
    view = _view(visit, kind)
    return forms.show(visit, _form(kind, view), _sections(visit, kind, view))


def _view(visit: Visit, kind: Kind) -> Any:
    asked = validated(kind.operation.request, {"ref": visit.request.path_params["ref"]})
    return visit.call(kind.operation, asked)


def _propose_edit(visit: Visit, kind: Kind) -> Response:
    view = _view(visit, kind)
    made = _sections(visit, kind, view)
    asked = fields.take(made, visit.form)
    for entry in fields.every(made):
        if entry.clear is not None and visit.text(f"clear.{entry.name}"):
            asked.setdefault(entry.name, None)
    wish = {"kind": kind.name, "action": "update", "ref": view.ref, "set": asked}
    return forms.propose_edit(visit, _form(kind, view), made, asked, wish)


def _propose_retire(visit: Visit, kind: Kind) -> Response:
    wish = {
        "kind": kind.name,
        "action": "retire",
        "ref": str(visit.request.path_params["ref"]).upper(),
        "reason": visit.text("reason"),
    }
    change = visit.call(propose_change, validated(ProposeChange, wish))
    return visit.go(f"/approvals/{change.change_id}", said="proposed")
