"""From what is asked to the exact rows that would change. Plans many circuits as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries
from netos_core.circuits.rules import TRANSITIONS, CircuitStatus, ServiceType, may_become
from netos_core.circuits.schemas import CircuitEdit, EventEdit
from netos_core.customers import queries as customers
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.lookup import Names
from netos_core.providers import queries as providers
from netos_core.sites import queries as sites


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once. A caller may add names of records the same set creates."""

    providers: Names
    sites: Names
    customers: Names
    accounts: dict[tuple[UUID, str], UUID]
    circuits: Names
    rows: dict[UUID, Mapping[str, Any]]
    ends: dict[tuple[UUID, str], Mapping[str, Any]]
    links: dict[tuple[UUID, UUID], Mapping[str, Any]]
    labels: dict[str, str]


def known_for(ctx: Context, wanted: Sequence[Wanted[CircuitEdit]]) -> Known:
    """Look up every record a batch of requests speaks of, in a handful of statements."""
    edits = [w.edit for w in wanted]
    provider_names = providers.names(ctx, {e.provider for e in edits if e.provider})
    circuit_names = queries.names(ctx, {w.ref for w in wanted if w.ref})
    ids = {n.id for w in wanted if w.ref and (n := circuit_names.find(w.ref))}
    rows = queries.rows_by_id(ctx, ids)
    pairs = set()
    for w in wanted:
        if w.edit.ban:
            named = provider_names.find(w.edit.provider) if w.edit.provider else None
            row = rows.get(n.id) if w.ref and (n := circuit_names.find(w.ref)) else None
            provider_id = named.id if named else (row["provider_id"] if row else None)
            if provider_id:
                pairs.add((provider_id, w.edit.ban))
    ends = queries.ends_by_circuit(ctx, ids)
    links = queries.customers_by_circuit(ctx, ids)
    labels = {
        str(row_id): row["name"]
        for kept in (
            providers.rows_by_id(ctx, {r["provider_id"] for r in rows.values()}),
            sites.rows_by_id(ctx, {e["site_id"] for e in ends.values() if e["site_id"]}),
        )
        for row_id, row in kept.items()
    }
    return Known(
        providers=provider_names,
        sites=sites.names(ctx, {s for e in edits for s in (e.a_site, e.z_site) if s}),
        customers=customers.names(ctx, {e.customer for e in edits if e.customer}),
        accounts=providers.accounts(ctx, pairs),
        circuits=circuit_names,
        rows=rows,
        ends=ends,
        links=links,
        labels=labels,
    )


def plan(ctx: Context, wanted: Sequence[Wanted[CircuitEdit]], known: Known | None = None) -> list[Change]:
    """Plan a batch of circuits.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A required field is missing, or a status may not follow the present one.
        Conflict: The same circuit is asked for twice.
    """
    known = known or known_for(ctx, wanted)
    fresh = iter(next_refs(ctx.session, "circuit", sum(w.action is Action.CREATE for w in wanted)))
    changes: list[Change] = []
    seen: set[UUID] = set()
    for w in wanted:
        if w.action is Action.CREATE:
            changes += _created(ctx, w.edit, next(fresh), known)
            continue
        named = known.circuits.get(w.ref or "", "ref")
        if named.id in seen:
            raise Conflict(f"{named.ref} is asked for twice in one change.", field="items", fix="Ask once for each.")
        seen.add(named.id)
        row = known.rows[named.id]
        changes += _retired(row, known) if w.action is Action.RETIRE else _updated(ctx, row, w.edit, known)
    return changes


_PLAIN = (
    "provider_circuit_id", "service_type", "bandwidth_mbps", "port_speed_mbps", "status", "mrc", "nrc", "currency",
    "order_number", "legacy_circuit_id", "customer_circuit_id", "market", "ordered_date", "foc_date", "install_date",
    "billing_start_date", "disconnect_date", "description",
)  # fmt: skip
_REQUIRED = ("provider", "service_type", "status", "currency")
_END_FIELDS = ("site", "place", "handoff", "demarc", "cross_connect_id", "patch_panel_port", "vlan")


def _created(ctx: Context, edit: CircuitEdit, ref: str, known: Known) -> list[Change]:
    if not edit.provider:
        raise Invalid("A circuit needs a provider.", field="provider", fix="Set provider to its name or ref.")
    circuit_id = new_id()
    labels: dict[str, str] = {}
    values = _columns(edit, known, labels, edit.model_fields_set)
    values |= {
        "ref": ref,
        "service_type": edit.service_type or ServiceType.OTHER,
        "status": edit.status or CircuitStatus.PLANNED,
        "currency": edit.currency or ctx.policy.currency,
    }
    return [
        created("circuit", values, ref=ref, labels=labels, row_id=circuit_id),
        *_ends(edit, circuit_id, ref, known),
        *_customer(ctx, edit, circuit_id, ref, known),
    ]


def _updated(ctx: Context, row: Mapping[str, Any], edit: CircuitEdit, known: Known) -> list[Change]:
    for name in _REQUIRED:
        if name in edit.model_fields_set and getattr(edit, name) is None:
            raise Invalid(f"A circuit can not be without {name.replace('_', ' ')}.", field=name)
    old = CircuitStatus(row["status"])
    if edit.status and not may_become(old, edit.status):
        allowed = ", ".join(sorted(TRANSITIONS[old])) or "nothing; it is the end"
        raise Invalid(
            f"{row['ref']} is {old} and can not become {edit.status}.", field="status", fix=f"From {old}: {allowed}."
        )
    labels = {str(row["provider_id"]): known.labels.get(str(row["provider_id"]), "")}
    values = _columns(edit, known, labels, edit.model_fields_set, row["provider_id"])
    if row["stub"] and values:
        values["stub"] = False
    change = changed("circuit", row, values, ref=row["ref"], labels=labels)
    return [
        *([change] if change else []),
        *_ends(edit, row["id"], row["ref"], known),
        *_customer(ctx, edit, row["id"], row["ref"], known),
    ]


def _columns(
    edit: CircuitEdit,
    known: Known,
    labels: dict[str, str],
    given: set[str],
    provider_id: UUID | None = None,
) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(edit, name) for name in _PLAIN if name in given}
    if edit.provider:
        provider = known.providers.get(edit.provider, "provider")
        if provider_id not in (None, provider.id):
            values["billing_account_id"] = None  # an account is one provider's
        values["provider_id"] = provider_id = provider.id
        labels[str(provider.id)] = provider.name
    if "ban" in given:
        values["billing_account_id"] = _account(edit, known, labels, provider_id)
    return values


def _account(edit: CircuitEdit, known: Known, labels: dict[str, str], provider_id: UUID | None) -> UUID | None:
    if edit.ban is None:
        return None
    account = known.accounts.get((provider_id, edit.ban)) if provider_id else None
    if account is None:
        raise providers.AccountNotFound(
            "The provider has no account with that BAN.", field="ban", fix="Create the billing_account first."
        )
    labels[str(account)] = edit.ban
    return account


def _ends(edit: CircuitEdit, circuit_id: UUID, ref: str, known: Known) -> list[Change]:
    changes: list[Change] = []
    for side in ("A", "Z"):
        prefix = side.lower() + "_"
        given = {f for f in _END_FIELDS if prefix + f in edit.model_fields_set}
        if not given:
            continue
        labels: dict[str, str] = {}
        values: dict[str, Any] = {f: getattr(edit, prefix + f) for f in given if f != "site"}
        if "site" in given:
            asked = getattr(edit, prefix + "site")
            site = known.sites.get(asked, prefix + "site") if asked else None
            values["site_id"] = site.id if site else None
            if site:
                labels[str(site.id)] = site.name
        row = known.ends.get((circuit_id, side))
        part = f"{side} end"
        if row is not None:
            old = str(row["site_id"])
            labels[old] = known.labels.get(old, old)
            change = changed("termination", row, values, ref=ref, part=part, labels=labels)
            changes += [change] if change else []
        elif any(v is not None for v in values.values()):
            values |= {"circuit_id": circuit_id, "side": side}
            labels[str(circuit_id)] = ref
            changes.append(created("termination", values, ref=ref, part=part, labels=labels))
    return changes


def _customer(ctx: Context, edit: CircuitEdit, circuit_id: UUID, ref: str, known: Known) -> list[Change]:
    if edit.customer is None:
        if edit.mrr is not None:
            raise Invalid("mrr belongs to a customer.", field="mrr", fix="Name the customer too.")
        return []
    customer = known.customers.get(edit.customer, "customer")
    row = known.links.get((circuit_id, customer.id))
    part = f"customer {customer.name}"
    if row is None:
        values = {"circuit_id": circuit_id, "customer_id": customer.id, "mrr": edit.mrr,
                  "currency": edit.currency or ctx.policy.currency}  # fmt: skip
        labels = {str(customer.id): customer.name, str(circuit_id): ref}
        return [created("circuit_customer", values, ref=ref, part=part, labels=labels)]
    new = {"mrr": edit.mrr} if "mrr" in edit.model_fields_set else {}
    change = changed("circuit_customer", row, new, ref=ref, part=part)
    return [change] if change else []


def _retired(row: Mapping[str, Any], known: Known) -> list[Change]:
    ref = row["ref"]
    ends = [known.ends[row["id"], side] for side in ("A", "Z") if (row["id"], side) in known.ends]
    links = [e for (circuit_id, _), e in known.links.items() if circuit_id == row["id"]]
    return [
        *(retired("termination", e, ref=ref, part=f"{e['side']} end", shown=("side",)) for e in ends),
        *(retired("circuit_customer", e, ref=ref, part="customer", shown=("mrr",)) for e in links),
        retired("circuit", row, ref=ref, shown=("ref", "provider_circuit_id", "service_type", "status", "mrc")),
    ]


def plan_events(ctx: Context, wanted: Sequence[Wanted[EventEdit]]) -> list[Change]:
    """Plan the record of events on circuits.

    Raises:
        Invalid: A required field is missing, a time has no zone, or an event ends before it starts.
    """
    found = queries.names(ctx, {w.edit.circuit for w in wanted if w.edit.circuit})
    return [_event(w, found) for w in wanted]


def _event(wanted: Wanted[EventEdit], circuits: Names) -> Change:
    edit = wanted.edit
    if wanted.action is not Action.CREATE:
        raise Invalid("An event is recorded, not corrected.", field="kind", fix="Undo the change that recorded it.")
    for name in ("circuit", "kind", "starts_at", "summary"):
        if getattr(edit, name) is None:
            raise Invalid(f"An event needs its {name.replace('_', ' ')}.", field=name)
    circuit = circuits.get(edit.circuit or "", "circuit")
    for name in ("starts_at", "ends_at"):
        at = getattr(edit, name)
        if at is not None and at.tzinfo is None:
            raise Invalid("A time needs its zone.", field=name, fix="Write it like 2026-11-22T14:05:00Z.")
    if edit.starts_at and edit.ends_at and edit.ends_at < edit.starts_at:
        raise Invalid("The event ends before it starts.", field="ends_at")
    values = {
        **edit.model_dump(include={"kind", "impact", "starts_at", "ends_at", "summary", "cause", "ticket"}),
        "circuit_id": circuit.id,
    }
    labels = {str(circuit.id): circuit.ref}
    return created("circuit_event", values, ref=circuit.ref, part=f"{edit.kind} event", labels=labels)
