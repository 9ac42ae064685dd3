"""Forms for what hangs on a record and has no page of its own: contacts, names, accounts, costs, events, links.

One table says what each kind is and one set of pages serves them all. Like every form they only propose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.schemas import CircuitEdit, EventEdit
from netos_core.contracts.schemas import ContractCircuitEdit
from netos_core.customers.schemas import CustomerContactEdit
from netos_core.electrical.schemas import ElectricalBillEdit
from netos_core.kernel.errors import Forbidden, Invalid, NotFound
from netos_core.kernel.operation import Operation
from netos_core.links.schemas import ContractSiteEdit, SiteCircuitEdit
from netos_core.overview import operations as overview
from netos_core.providers.schemas import AliasEdit, BillingAccountEdit, ContactEdit
from netos_core.quotes import operations as quotes
from netos_core.quotes.schemas import OrderEdit, OrderStepEdit, QuoteTermEdit
from netos_core.sites.schemas import SiteCostEdit
from web_min import fields, forms
from web_min.asked import validated
from web_min.fields import Input, Layout, Section, as_input
from web_min.format import field_label, words
from web_min.forms import Form
from web_min.site import Site, Visit, get, post

Wish = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of part: the record it is on, its form, how the parts there are found, and what is asked of the core."""

    name: str
    word: str
    path: str
    owner: Operation[Any, Any]
    model: type[BaseModel]
    layout: Layout
    aspect: str
    found: Callable[[Any], Mapping[str, BaseModel]]
    title: Callable[[Any], str]
    wish: Callable[[str, str, Mapping[str, str | None]], Wish]
    edit: bool = True
    retire: bool = True
    fixed: frozenset[str] = frozenset()  # fields that say which part it is
    sees: str | None = None


def _by_id(parts: Iterable[Any]) -> dict[str, BaseModel]:
    return {part.id: part for part in parts}


def _own_row(kind: str, owner: str) -> Callable[[str, str, Mapping[str, str | None]], Wish]:
    """Ask for a part that is a row of its own: made on its record, then known by its id."""

    def wish(on: str, row_id: str, asked: Mapping[str, str | None]) -> Wish:
        if row_id:
            return {"kind": kind, "action": "update", "ref": row_id, "set": dict(asked)}
        return {"kind": kind, "action": "create", "set": {owner: on, **asked}}

    return wish


def _customer_link(on: str, customer: str, asked: Mapping[str, str | None]) -> Wish:
    """A customer of a circuit is one of the circuit's own fields."""
    return {"kind": "circuit", "ref": on, "set": {**({"customer": customer} if customer else {}), **asked}}


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part(
            "contact", "contact", "/providers", overview.get_provider, ContactEdit,
            Layout(
                {"Contact": ("name", "title", "kind", "level"), "Reach": ("phone", "email", "hours")},
                frozenset({"name", "kind"}),
            ),
            "contact", lambda view: _by_id(view.contacts), lambda part: part.name, _own_row("contact", "provider"),
        ),
        Part(
            "alias", "name", "/providers", overview.get_provider, AliasEdit,
            Layout({"Name": ("alias", "kind")}, frozenset({"alias", "kind"})),
            "attribute", lambda view: _by_id(view.aliases), lambda part: part.alias, _own_row("alias", "provider"),
        ),
        Part(
            "billing_account", "billing account", "/providers", overview.get_provider, BillingAccountEdit,
            Layout({"Billing account": ("ban", "name")}, frozenset({"ban"})),
            "attribute", lambda view: _by_id(view.accounts), lambda part: f"BAN {part.ban}",
            _own_row("billing_account", "provider"),
        ),
        Part(
            "site_cost", "cost", "/sites", overview.get_site, SiteCostEdit,
            Layout(
                {"Cost": ("kind", "amount", "currency", "cadence", "starts_on", "ends_on", "description")},
                frozenset({"kind", "amount", "cadence"}),
            ),
            "money", lambda view: _by_id(view.costs), lambda part: f"the {words(part.kind).lower()} cost",
            _own_row("site_cost", "site"), sees="see:money",
        ),
        Part(
            "event", "event", "/circuits", overview.get_circuit, EventEdit,
            Layout(
                {"Event": ("kind", "impact", "starts_at", "ends_at", "summary"), "Carrier": ("ticket", "cause")},
                frozenset({"kind", "starts_at", "summary"}),
            ),
            "attribute", lambda _view: {}, lambda _part: "", _own_row("event", "circuit"), edit=False, retire=False,
        ),
        Part(
            "circuit_customer", "customer", "/circuits", overview.get_circuit, CircuitEdit,
            Layout({"Customer": ("customer", "mrr")}, frozenset({"customer"})),
            "attribute", lambda view: {link.ref: link for link in view.customers}, lambda part: part.name,
            _customer_link, retire=False, fixed=frozenset({"customer"}),
        ),
        Part(
            "contract_circuit", "circuit", "/contracts", overview.get_contract, ContractCircuitEdit,
            Layout({"Circuit": ("circuit", "governs")}, frozenset({"circuit"})),
            "term", lambda view: {line.ref: line for line in view.circuits}, lambda part: part.ref,
            _own_row("contract_circuit", "contract"), edit=False,
        ),
        Part(
            "contract_site", "lease", "/sites", overview.get_site, ContractSiteEdit,
            Layout({"Lease": ("contract", "starts_on", "ends_on")}, frozenset({"contract"})),
            "term", lambda view: _by_id(view.leases), lambda part: f"the lease {part.contract}",
            _own_row("contract_site", "site"), fixed=frozenset({"contract"}),
        ),
        Part(
            "site_circuit", "subtended circuit", "/sites", overview.get_site, SiteCircuitEdit,
            Layout(
                {"Subtended circuit": ("circuit", "role", "starts_on", "ends_on", "description")},
                frozenset({"circuit"}),
            ),
            "attribute", lambda view: _by_id(view.subtended), lambda part: part.circuit,
            _own_row("site_circuit", "site"),
        ),
        Part(
            "electrical_bill", "bill", "/electrical", overview.get_electrical_account, ElectricalBillEdit,
            Layout({"Bill": ("month", "kwh", "amount", "currency")}, frozenset({"month", "amount"})),
            "money", lambda view: _by_id(view.bills), lambda part: f"the bill of {part.month:%B %Y}",
            _own_row("electrical_bill", "account"), sees="see:money",
        ),
        Part(
            "customer_contact", "contact", "/customers", overview.get_customer, CustomerContactEdit,
            Layout({"Contact": ("name", "role", "phone", "email")}, frozenset({"name"})),
            "contact", lambda view: _by_id(view.contacts), lambda part: part.name,
            _own_row("customer_contact", "customer"),
        ),
        Part(
            "quote_term", "term", "/quotes", quotes.get_quote, QuoteTermEdit,
            Layout(
                {
                    "Term": ("term_months", "install_days"),
                    "Prices": ("mrc", "nrc", "special_build", "tax_monthly", "escalator_percent"),
                    "Early termination": ("etf", "etf_terms"),
                },
                frozenset({"term_months"}),
            ),
            "money", lambda view: _by_id(view.terms), lambda part: f"the prices of {part.term_months} months",
            _own_row("quote_term", "quote"), sees="see:money",
        ),
        Part(
            "order", "order", "/quotes", quotes.get_quote, OrderEdit,
            Layout({"Order": ("term_months", "number", "circuit", "acceptance_days", "description")}),
            "attribute", lambda _view: {}, lambda _part: "", _own_row("order", "quote"), edit=False, retire=False,
        ),
        Part(
            "order_step", "step", "/orders", quotes.get_order, OrderStepEdit,
            Layout(
                {"Step": ("stage", "planned_date", "actual_date", "who"),
                 "Hold": ("released_date", "reason", "charge"), "More": ("description",)},
                frozenset({"stage"}),
            ),
            "attribute", lambda view: _by_id(view.steps), lambda part: f"the step {words(part.stage).lower()}",
            _own_row("order_step", "order"), fixed=frozenset({"stage"}),
        ),
    )
}  # fmt: skip
HINTS: Mapping[str, str] = {
    "governs": "A contract that governs a circuit sets its deadline; one contract governs a circuit.",
    "circuit": "Ref, carrier id or any id the circuit goes by.",
    "ban": "The account number as the carrier's invoices write it.",
    "impact": "What customers notice.",
    "ends_at": "Left empty while it lasts.",
}
FIRST: Mapping[str, str] = {"governs": "true", "cadence": "monthly"}


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/parts/{kind}/new", _new, "new_part"),
        post(site, "/parts/{kind}/new", _propose_new, "propose_new_part"),
        get(site, "/parts/{kind}/{id}/edit", _edit, "edit_part"),
        post(site, "/parts/{kind}/{id}/edit", _propose_edit, "propose_part"),
        get(site, "/parts/{kind}/{id}/retire", _retire, "retire_part"),
        post(site, "/parts/{kind}/{id}/retire", _propose_retire, "propose_retired_part"),
    ]


def rights(visit: Visit) -> Mapping[str, str]:
    """Say for each kind of part which links its reader gets: `new`, `edit`, `retire`, or none."""
    return {
        name: " ".join(
            way
            for way, there, aspect in (
                ("new", True, part.aspect),
                ("edit", part.edit and _left(visit, part), part.aspect),
                ("retire", part.retire, "delete"),
            )
            if there and visit.may(f"propose:{aspect}") and (part.sees is None or visit.may(part.sees))
        )
        for name, part in PARTS.items()
    }


def _left(visit: Visit, part: Part) -> bool:
    """Tell whether a field is left that this reader may correct."""
    away = part.fixed | forms.hidden(visit)
    return any(name not in away for names in part.layout.sections.values() for name in names)


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of part on one record, and the part itself where there is one already."""

    part: Part
    view: Any
    now: Any = None
    id: str = ""

    @property
    def page(self) -> str:
        return f"{self.part.path}/{self.view.ref}"


def _place(visit: Visit, way: str) -> Place:
    """Find what an address is about.

    Raises:
        NotFound: There is no such kind of part, record or part.
        Forbidden: The reader's roles do not propose it.
    """
    part = PARTS.get(str(visit.request.path_params["kind"]))
    row_id = str(visit.request.path_params.get("id", ""))
    if part is None or (way == "edit" and not part.edit) or (way == "retire" and not part.retire):
        raise NotFound("No page has this address.", fix="Start from the page of the record.")
    on = (visit.text("on") or visit.request.query_params.get("on", "")).strip()[:200]
    if not on:
        raise Invalid("Which record?", field="on", fix="Start from the page of the record.")
    if way not in rights(visit)[part.name].split():
        what = "retire" if way == "retire" else "propose"
        raise Forbidden(f"Your role does not {what} this: {part.word}.", fix="Ask someone whose role may.")
    view = visit.call(part.owner, validated(part.owner.request, {"ref": on}))
    if not row_id:
        return Place(part, view)
    now = part.found(view).get(row_id)
    if now is None:
        raise NotFound(f"{view.ref} has no such {part.word} any more.", fix="Open its page again.")
    return Place(part, view, now, row_id)


def _sections(visit: Visit, place: Place) -> list[Section]:
    part, known = place.part, {}
    if place.now is not None:
        known = {
            n: as_input(getattr(place.now, n)) for n in part.model.model_fields if n in type(place.now).model_fields
        }
    away = forms.hidden(visit) | (part.fixed if place.now is not None else frozenset())
    made = fields.sections(part.model, part.layout, now=known, hidden=away, new=place.now is None)
    for entry in fields.every(made):
        entry.hint = HINTS.get(entry.name, entry.hint)
        if place.now is None:
            entry.value = FIRST.get(entry.name, "")
            if entry.name == "currency":
                entry.value = visit.site.core.policy.currency
        if entry.kind == "moment":
            _in_zone(entry, visit)
    return made


def _in_zone(entry: Input, visit: Visit) -> None:
    entry.hint = " ".join(filter(None, (f"In {visit.now.astimezone(visit.site.zone):%Z}, business time.", entry.hint)))


def _form(visit: Visit, place: Place, way: str) -> Form:
    part, view = place.part, place.view
    name = part.title(place.now) if place.now is not None else ""
    index = (part.path[1:].capitalize(), part.path)
    label = getattr(view, "name", None) or view.ref
    where = f"/parts/{part.name}/{place.id}/" if place.id else f"/parts/{part.name}/"
    article = "an" if part.word[0] in "aeiou" else "a"
    send = {
        "new": f"Propose the {part.word}",
        "edit": "Propose the change",
        "retire": f"Propose to retire the {part.word}",
    }
    heading = {
        "new": f"Propose {article} {part.word} for {label}",
        "edit": f"Propose a change of {name}",
        "retire": f"Propose to retire {name}",
    }
    hint = {
        "new": "Only fields you fill in are proposed.",
        "edit": "Only fields you change are proposed; an emptied field is cleared.",
        "retire": f"It leaves the page of {label}, stays in the trail and comes back by undo.",
    }
    if part.name == "contract_circuit" and way == "retire":
        heading["retire"], send["retire"] = f"Propose to take {name} out of {view.ref}", "Propose to take it out"
    may_retire = way == "edit" and "retire" in rights(visit)[part.name].split()
    return Form(
        heading=heading[way],
        crumbs=(index, (label, place.page)),
        action=f"{where}{way}",
        back=place.page,
        keep="Leave it out" if way == "new" else "Keep it as it is",
        send=send[way],
        hint=hint[way],
        on=view.ref,
        retire=f"{where}retire?on={view.ref}" if may_retire else None,
        ends=way == "retire",
    )


def _asked(visit: Visit, made: list[Section]) -> dict[str, str | None]:
    """Take what was sent; a time without a zone is business time."""
    asked = fields.take(made, visit.form)
    for entry in fields.every(made):
        value = asked.get(entry.name)
        if entry.kind == "moment" and value:
            asked[entry.name] = _aware(value, visit.site.zone)
    return asked


def _aware(text: str, zone: ZoneInfo) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text  # the core says what is wrong with it
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def _new(visit: Visit) -> Response:
    place = _place(visit, "new")
    return forms.show(visit, _form(visit, place, "new"), _sections(visit, place))


def _propose_new(visit: Visit) -> Response:
    place = _place(visit, "new")
    made = _sections(visit, place)
    asked = {name: value for name, value in _asked(visit, made).items() if value is not None}
    form = _form(visit, place, "new")
    missing = _missing(place, made)
    if missing is not None:
        return forms.show(visit, form, made, refusal=missing, reason=visit.text("reason"))
    return forms.propose(visit, form, made, place.part.wish(place.view.ref, "", asked))


def _missing(place: Place, made: list[Section]) -> Invalid | None:
    """Name the first field a new part can not be without and that was left empty."""
    for entry in fields.every(made):
        if entry.required and not entry.value:
            label = field_label(entry.name)
            label = label if label[1:2].isupper() else label.lower()
            return Invalid(f"A {place.part.word} needs its {label}.", field=entry.name)
    return None


def _edit(visit: Visit) -> Response:
    place = _place(visit, "edit")
    return forms.show(visit, _form(visit, place, "edit"), _sections(visit, place))


def _propose_edit(visit: Visit) -> Response:
    place = _place(visit, "edit")
    made = _sections(visit, place)
    asked = _asked(visit, made)
    wish = place.part.wish(place.view.ref, place.id, asked)
    return forms.propose_edit(visit, _form(visit, place, "edit"), made, asked, wish)


def _retire(visit: Visit) -> Response:
    place = _place(visit, "retire")
    return forms.show(visit, _form(visit, place, "retire"), [])


def _propose_retire(visit: Visit) -> Response:
    place = _place(visit, "retire")
    wish: Wish = {"kind": place.part.name, "action": "retire", "ref": place.id}
    if place.part.name == "contract_circuit":  # known by its two ends
        wish |= {"ref": place.view.ref, "set": {"circuit": place.id}}
    return forms.propose(visit, _form(visit, place, "retire"), [], wish)
