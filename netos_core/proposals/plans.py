"""From a wish of any kind to one change set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from netos_core.access.rules import Aspect
from netos_core.annotations import plans as remarks
from netos_core.annotations.schemas import NoteEdit, TagEdit
from netos_core.changes import guard
from netos_core.changes.aspects import field_aspect
from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change, ChangeSet
from netos_core.circuits import plans as circuits
from netos_core.circuits.schemas import CircuitEdit, EventEdit
from netos_core.contracts import plans as contracts
from netos_core.contracts.schemas import ContractCircuitEdit, ContractEdit
from netos_core.customers import plans as customers
from netos_core.customers.schemas import CustomerContactEdit, CustomerEdit
from netos_core.documents import plans as documents
from netos_core.documents.schemas import DocumentEdit
from netos_core.electrical import plans as electrical
from netos_core.electrical.schemas import ElectricalAccountEdit, ElectricalBillEdit
from netos_core.feedback import plans as feedback
from netos_core.feedback.schemas import FeedbackCommentEdit, FeedbackEdit
from netos_core.finance import keeping as closing
from netos_core.finance import plans as finance
from netos_core.finance.schemas import AllocationRuleEdit, PeriodEdit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid, one_of
from netos_core.kernel.sealing import secret_fields
from netos_core.letters import keeping
from netos_core.letters import plans as letters
from netos_core.letters.schemas import LetterEdit
from netos_core.links import plans as links
from netos_core.links.schemas import ContractSiteEdit, RfLinkEdit, SiteCircuitEdit
from netos_core.network import plans as network
from netos_core.proposals import queries
from netos_core.proposals.schemas import Item, ProposeChange
from netos_core.providers import plans as providers
from netos_core.providers.schemas import AliasEdit, BillingAccountEdit, ContactEdit, ProviderEdit
from netos_core.quotes import plans as quotes
from netos_core.quotes.schemas import OrderEdit, OrderStepEdit, QuoteEdit, QuoteTermEdit
from netos_core.renewals import plans as renewals
from netos_core.renewals.schemas import DecisionEdit
from netos_core.revenue import plans as revenue
from netos_core.revenue.schemas import AttributionEdit
from netos_core.sites import plans as sites
from netos_core.sites.schemas import SiteCostEdit, SiteEdit


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that can be changed: the fields it takes and the function that plans it.

    Args:
        edit: The fields.
        plan: The function.
        entity: The table its fields are kept in.
        elsewhere: The table of each field that is kept in another one.
        heading: Heads a change in words of the kind's own; None where the usual ones do.
        keep: Keeps beside a proposal what its rows only name, such as a file by its digest.
    """

    edit: type[BaseModel]
    plan: Callable[[Context, Sequence[Wanted[Any]]], list[Change]]
    entity: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    heading: Callable[[Sequence[Change]], str | None] | None = None
    keep: Callable[[Context, Sequence[Change]], None] | None = None

    def aspect(self, name: str) -> Aspect:
        """Return what a field touches, by its name alone."""
        return field_aspect(self.elsewhere.get(name, self.entity), name)


_CIRCUIT_PARTS = {"customer": "circuit_customer", "mrr": "circuit_customer"}

KINDS: Mapping[str, Kind] = {
    "circuit": Kind(CircuitEdit, circuits.plan, "circuit", _CIRCUIT_PARTS),
    "event": Kind(EventEdit, circuits.plan_events, "circuit_event"),
    "provider": Kind(ProviderEdit, providers.plan, "provider"),
    "alias": Kind(AliasEdit, providers.plan_aliases, "provider_alias"),
    "contact": Kind(ContactEdit, providers.plan_contacts, "provider_contact"),
    "billing_account": Kind(BillingAccountEdit, providers.plan_accounts, "billing_account"),
    "customer": Kind(CustomerEdit, customers.plan, "customer"),
    "customer_contact": Kind(CustomerContactEdit, customers.plan_contacts, "customer_contact"),
    "attribution": Kind(AttributionEdit, revenue.plan, "revenue_attribution"),
    "site": Kind(SiteEdit, sites.plan, "site"),
    "site_cost": Kind(SiteCostEdit, sites.plan_costs, "site_cost"),
    "site_circuit": Kind(SiteCircuitEdit, links.plan_site_circuits, "site_circuit"),
    "rf_link": Kind(RfLinkEdit, links.plan_rf_links, "rf_link"),
    "electrical_account": Kind(ElectricalAccountEdit, electrical.plan, "electrical_account"),
    "electrical_bill": Kind(ElectricalBillEdit, electrical.plan_bills, "electrical_bill"),
    "allocation_rule": Kind(AllocationRuleEdit, finance.plan_rules, "allocation_rule"),
    "accounting_period": Kind(PeriodEdit, finance.plan_periods, "accounting_period", keep=closing.keep),
    "contract": Kind(ContractEdit, contracts.plan, "contract", {"circuits": "contract_circuit"}),
    "contract_circuit": Kind(ContractCircuitEdit, contracts.plan_governed, "contract_circuit"),
    "contract_site": Kind(ContractSiteEdit, links.plan_contract_sites, "contract_site"),
    "decision": Kind(DecisionEdit, renewals.plan, "renewal_decision"),
    "quote": Kind(QuoteEdit, quotes.plan, "quote"),
    "quote_term": Kind(QuoteTermEdit, quotes.plan_terms, "quote_term"),
    "order": Kind(OrderEdit, quotes.plan_orders, "circuit_order"),
    "order_step": Kind(OrderStepEdit, quotes.plan_steps, "order_step"),
    "letter": Kind(
        LetterEdit,
        letters.plan,
        "letter",
        {"proof_document": "letter"},
        heading=letters.heading,
        keep=keeping.keep,
    ),
    "document": Kind(DocumentEdit, documents.plan, "document"),
    **{name: Kind(edit, plan, name) for name, (edit, plan) in network.KINDS.items()},
    "note": Kind(NoteEdit, remarks.plan_notes, "note"),
    "tag": Kind(TagEdit, remarks.plan_tags, "tag"),
    "feedback": Kind(FeedbackEdit, feedback.plan, "feedback"),
    "feedback_comment": Kind(FeedbackCommentEdit, feedback.plan_comments, "feedback_comment"),
}


def keep(ctx: Context, request: ProposeChange, planned: ChangeSet) -> None:
    """Keep what the rows of a planned change only name, before its proposal is stored."""
    keeper = KINDS[request.kind].keep
    if keeper is not None:
        keeper(ctx, planned.changes)


def sealed(ctx: Context, request: ProposeChange) -> ProposeChange:
    """Seal what a wish says of secret fields, before anything of it is planned, kept or logged.

    Raises:
        Invalid: A value can not be such a secret; it is not repeated.
    """
    edit = KINDS[request.kind].edit
    fresh: dict[str, Any] = {}
    if not secret_fields(edit).keys().isdisjoint(request.set):
        fresh["set"] = sealed_values(ctx, edit, request.set)
    if request.items:
        fresh["items"] = [
            item.model_copy(update={"set": sealed_values(ctx, edit, item.set)}) if item.set else item
            for item in request.items
        ]
    return request.model_copy(update=fresh)


def sealed_values(ctx: Context, edit: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an edit with its secret ones sealed."""
    made = dict(values)
    for name, secret in secret_fields(edit).items():
        if made.get(name) is not None:
            if not isinstance(made[name], str):
                raise Invalid(f"{name} is a text.", field=f"set.{name}")
            made[name] = ctx.keys.seal_alike(secret.purpose, secret.check(made[name]))
    return made


def change_set(ctx: Context, request: ProposeChange) -> ChangeSet:
    """Plan a wish as one change set.

    Raises:
        Invalid: A field is unknown or wrong, or the wish names no record.
        NotFound: A record it names does not exist.
        Ambiguous: A name in it means several records.
        Forbidden: A field it names is one the caller's roles do not propose. Told before anything is looked up or
            compared, so that whether a value is the one we have can not be asked.
    """
    kind = KINDS[request.kind]
    action = Action(request.action)
    items = request.items or [Item(ref=request.ref)]
    if request.items and request.ref is not None:
        raise Invalid("Give either ref or items, not both.", field="ref", fix="Put the ref into items.")
    wanted = [
        Wanted(action, _ref(item, action, place, bulk=bool(request.items)), _edit(kind, {**request.set, **item.set}))
        for place, item in enumerate(items)
    ]
    guard.refuse_unproposable(ctx, {aspect for w in wanted for aspect in _touched(kind, w)})
    if request.kind in ("note", "tag"):
        wanted = queries.by_ref(ctx, wanted)
    changes = kind.plan(ctx, wanted)
    changes = [*_going_along(ctx, request, changes), *changes]
    warnings = (
        *contracts.warnings_of(ctx, changes),
        *providers.warnings_of(ctx, changes),
        *letters.warnings_of(ctx, changes),
        *renewals.warnings_of(ctx, changes),
        *finance.warnings_of(ctx, changes),
    )
    return ChangeSet(title(request, changes), tuple(changes), warnings)


def _going_along(ctx: Context, request: ProposeChange, changes: Sequence[Change]) -> list[Change]:
    """Plan what higher features hold of the records that are retired: ties, accounts and network detail go along.

    A circuit that becomes decommissioned or cancelled stays on file, but gives its network detail back.
    """
    if request.action == "create":
        return []
    circuits_gone = [c.id for c in changes if c.entity == "circuit" and c.action is Action.RETIRE]
    return [
        *(contracts.plan_leaving(ctx, circuits_gone) if circuits_gone else ()),
        *network.plan_gone(ctx, changes),
        *links.plan_gone(ctx, changes),
        *electrical.plan_gone(ctx, changes),
        *finance.plan_gone(ctx, changes),
        *revenue.plan_gone(ctx, changes),
        *renewals.plan_gone(ctx, changes),
    ]


def _touched(kind: Kind, wanted: Wanted[BaseModel]) -> set[Aspect]:
    """List what the fields that are asked for touch; a new record is not asked for what it is given as nothing."""
    new = wanted.action is Action.CREATE
    asked = wanted.edit.model_fields_set
    return {kind.aspect(name) for name in asked if not (new and getattr(wanted.edit, name) is None)}


def _ref(item: Item, action: Action, place: int, *, bulk: bool) -> str | None:
    field = f"items.{place}.ref" if bulk else "ref"
    if action is Action.CREATE:
        if item.ref is not None:
            raise Invalid("A new record gets its ref from NetOS.", field=field, fix="Leave ref out to create.")
        return None
    if not item.ref:
        raise Invalid("Which record?", field=field, fix="Set ref, such as CKT-1042; or action create for a new one.")
    return item.ref


def _edit(kind: Kind, values: Mapping[str, Any]) -> BaseModel:
    allowed = list(kind.edit.model_fields)
    for name in values:
        if name not in allowed:
            raise one_of(name, allowed, what="field", field=f"set.{name}")
    try:
        return kind.edit.model_validate(dict(values))
    except ValidationError as refused:
        first = refused.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            f"{name}: {_problem(first['type'], first['msg'])}.", field=f"set.{name}", fix=_fix(first.get("ctx") or {})
        ) from None


def _problem(kind: str, message: str) -> str:
    return {"enum": "not one of the known values"}.get(kind, message.removesuffix("."))


def _fix(context: Mapping[str, Any]) -> str | None:
    expected = context.get("expected")
    return f"Valid: {expected}." if expected else None


def title(request: ProposeChange, changes: Sequence[Change]) -> str:
    """Head a proposal with what it does: verb, count or ref, and the fields."""
    heading = KINDS[request.kind].heading
    if heading is not None and (own := heading(changes)) is not None:
        return own
    refs = sorted({c.ref for c in changes if c.entity == request.kind} or {c.ref for c in changes})
    what = request.kind.replace("_", " ")
    one = refs[0] if len(refs) == 1 else f"{len(refs)} {what}s"
    if request.action == "create":
        return f"Add {what} {one}" if len(refs) == 1 else f"Add {one}"
    if request.action == "retire":
        return f"Retire {one}"
    fields = sorted({name for item in (request.items or [Item()]) for name in {**request.set, **item.set}})
    fields = [_words(name) for name in fields]
    named = ", ".join(fields[:3]) + (f" and {len(fields) - 3} more" if len(fields) > 3 else "")  # noqa: PLR2004
    return f"Set {named} of {one}"


ACRONYMS = frozenset(
    {"ip", "bgp", "mtu", "md5", "lag", "mrc", "nrc", "mrr", "noc", "ban", "asn", "foc", "clli", "lata", "vlan", "etf"}
)


def _words(name: str) -> str:
    """Write a field as it is spoken: `mrc` is MRC, `noc_phone` NOC phone."""
    return " ".join(part.upper() if part in ACRONYMS else part for part in name.split("_"))
