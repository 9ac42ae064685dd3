"""A sheet of circuits: matched by provider and circuit id, ends and customers by name, terms into orders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change
from netos_core.circuits import plans as circuits
from netos_core.circuits.queries import by_provider_key, circuit_key, names
from netos_core.circuits.schemas import CircuitEdit
from netos_core.imports.plans import orders, remarks, stubs
from netos_core.imports.plans.rows import (
    Asked,
    Headers,
    Said,
    asked_for,
    distinct,
    ids_by_ref,
    outcomes_of,
    planned_apart,
    problem,
    read,
    still_needed,
)
from netos_core.imports.rules.outcome import Bad, Outcome, Planned
from netos_core.imports.rules.preview import StagedRow
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, folded
from netos_core.providers import queries as providers

NOWHERE_OF_OURS = frozenset({"internet", "the internet", "public internet", "cloud"})
_SAME_NAME = (
    "provider", "provider_circuit_id", "bandwidth_mbps", "port_speed_mbps", "status", "mrc", "nrc", "currency", "ban",
    "order_number", "legacy_circuit_id", "customer_circuit_id", "ordered_date", "foc_date", "install_date",
    "billing_start_date", "disconnect_date", "service_type", "customer", "a_handoff", "z_handoff",
)  # fmt: skip
Key: TypeAlias = tuple[UUID, str]
_THOUSANDTH = Decimal("0.001")
_OUR_REF = re.compile(r"CKT-\d+", re.IGNORECASE)


def plan(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan a sheet of circuits with the stubs, accounts, tags and orders it needs."""
    planned, unordered = _plan(ctx, rows, headers)
    if not unordered:
        return planned
    # A row whose terms can not be is left out whole, so the rest is planned without it.
    rest = [row for row in rows if row.row not in unordered]
    return plan(ctx, rest, headers).with_problems(unordered)


def check(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows do not fit the fields of a circuit."""
    return {**remarks.unfit_tags(rows, headers), **_read(rows, headers)[1]}


def _plan(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> tuple[Planned, Bad]:
    bad = remarks.unfit_tags(rows, headers)
    said, unfit = _read([row for row in rows if row.row not in bad], headers)
    known = circuits.known_for(ctx, [Wanted(Action.CREATE, None, s.edit) for s in said])
    made = _stubs(ctx, said, known)
    keys = {s.row.row: key for s in said if (key := _key(s.edit, known))}
    asked, unmatched, warnings = _matched(ctx, said, keys, headers)
    asked, doubles = distinct(
        asked, lambda a: [("provider and circuit id", keys[a.row.row])] if a.row.row in keys else []
    )
    existing = circuits.known_for(ctx, [a.wanted for a in asked if a.wanted.ref])
    known = replace(
        known, circuits=existing.circuits, rows=existing.rows, ends=existing.ends, links=existing.links,
        labels=existing.labels, accounts=known.accounts | existing.accounts,
    )  # fmt: skip
    owners = _owners(ctx, asked, known)
    made += _accounts(ctx, asked, owners, known)
    changes, refused = planned_apart(asked, lambda wanted: circuits.plan(ctx, wanted, known), headers)
    bad |= unfit | unmatched | doubles | refused
    outcomes = outcomes_of(asked, changes, "circuit", bad)
    fresh = ids_by_ref("circuit", changes)
    ids = fresh | {row["ref"]: row["id"] for row in known.rows.values()}
    records = [
        (remarks.Record("circuit", ids[ref], ref), a.row) for a in asked if (ref := outcomes[a.row.row].ref) is not None
    ]
    told = orders.of_circuits(ctx, records, set(fresh.values()), owners, headers)
    tags = remarks.tags(ctx, records)
    touched = {c.ref for c in tags} | told.touched
    outcomes |= {row: Outcome("update", o.ref) for row, o in outcomes.items() if _only(o, touched)}
    used = still_needed(made, changes)
    planned = Planned(
        (*used, *changes, *tags, *told.changes),
        outcomes,
        {kind: sum(c.entity == kind for c in used) for kind in ("provider", "site", "customer")},
        (*warnings, *_overwritten(changes, known), *told.warnings),
    )
    return planned, told.bad


def _only(outcome: Outcome, touched: set[str]) -> bool:
    return outcome.outcome == "unchanged" and outcome.ref in touched


def _read(rows: Sequence[StagedRow], headers: Headers) -> tuple[list[Said[CircuitEdit]], Bad]:
    return read(CircuitEdit, rows, _fields, headers)


def _fields(row: StagedRow) -> tuple[Mapping[str, Any], Iterable[str]]:
    """Say a row in the fields of a circuit; an empty cell says nothing."""
    said = row.values
    fields: dict[str, Any] = {name: said[name] for name in _SAME_NAME if name in said}
    supplied: set[str] = set()
    for name in ("bandwidth_mbps", "port_speed_mbps"):
        if name in fields:
            fields[name] = fields[name].quantize(_THOUSANDTH)
    for side in ("a", "z"):
        end = _end_name(row, side)
        if end:
            ours = folded(end) not in NOWHERE_OF_OURS
            fields |= {f"{side}_site": end if ours else None, f"{side}_place": None if ours else end}
    texts = [str(said["notes"])] if "notes" in said else []
    if fields.get("service_type") == "other":
        # A service we have no word for says nothing against the type somebody gave the circuit.
        supplied.add("service_type")
        texts += [f"Service in the file: {said['service_type_original']}."] if "service_type_original" in said else []
    if texts:
        fields["description"] = " ".join(texts)
        supplied |= set() if "notes" in said else {"description"}
    return fields, supplied


def _end_name(row: StagedRow, side: str) -> str | None:
    """Name an end as the sheet does; where it has only an address, the address is the name."""
    named = row.values.get(f"{side}_site")
    if named:
        return str(named)
    parts = [str(row.values[f"{side}_{f}"]) for f in ("address", "city", "state") if f"{side}_{f}" in row.values]
    return ", ".join(parts) if f"{side}_address" in row.values else None


def _stubs(ctx: Context, said: Sequence[Said[CircuitEdit]], known: circuits.Known) -> list[Change]:
    made = stubs.stubs(ctx, "provider", {s.edit.provider: {} for s in said if s.edit.provider}, known.providers)
    places: dict[str, Mapping[str, Any]] = {}
    for s in said:
        for side, name in (("a", s.edit.a_site), ("z", s.edit.z_site)):
            if name:
                places.setdefault(name, _address(s.row, side))
    made += stubs.stubs(ctx, "site", places, known.sites)
    return made + stubs.stubs(ctx, "customer", {s.edit.customer: {} for s in said if s.edit.customer}, known.customers)


def _address(row: StagedRow, side: str) -> dict[str, Any]:
    fields = ("address", "city", "state", "postal_code")
    return {"kind": "endpoint", **{f: row.values[f"{side}_{f}"] for f in fields if f"{side}_{f}" in row.values}}


def _owners(ctx: Context, asked: Sequence[Asked[CircuitEdit]], known: circuits.Known) -> dict[int, Named]:
    """Return the provider of each row: the one it names, else the one its circuit has."""
    rows = {row["ref"]: row["provider_id"] for row in known.rows.values()}
    have = providers.rows_by_id(ctx, set(rows.values()))
    owners: dict[int, Named] = {}
    for a in asked:
        named = known.providers.find(str(a.row.values.get("provider", "")))
        row = have.get(rows[a.wanted.ref]) if a.wanted.ref in rows else None
        if named is None and row is not None:
            named = Named(row["id"], row["ref"], row["name"])
        if named is not None:
            owners[a.row.row] = named
    return owners


def _accounts(
    ctx: Context, asked: Sequence[Asked[CircuitEdit]], owners: Mapping[int, Named], known: circuits.Known
) -> list[Change]:
    pairs = [(owners[a.row.row], a.wanted.edit.ban) for a in asked if a.wanted.edit.ban and a.row.row in owners]
    known.accounts.update(providers.accounts(ctx, ((named.id, ban) for named, ban in pairs)))
    return stubs.accounts(pairs, known.accounts)


def _matched(
    ctx: Context, said: Sequence[Said[CircuitEdit]], keys: Mapping[int, Key], headers: Headers
) -> tuple[list[Asked[CircuitEdit]], Bad, tuple[str, ...]]:
    """Match rows to circuits we have: by our reference where the sheet has it, else by provider and circuit id."""
    there = by_provider_key(ctx, {key for _, key in keys.values()})
    given = {s.row.row: str(s.row.values["ref"]).strip() for s in said if "ref" in s.row.values}
    refs = names(ctx, {ref for ref in given.values() if _OUR_REF.fullmatch(ref)})
    asked: list[Asked[CircuitEdit]] = []
    bad: Bad = {}
    foreign = 0
    for s in said:
        ref = given.get(s.row.row)
        key = keys.get(s.row.row)
        owner = there.get(key) if key else None
        if ref is not None and (_OUR_REF.fullmatch(ref) or key is None):
            named = refs.find(ref)
            if named is None or named.ref != ref.upper():
                message = "No circuit has that ref. Leave the cell empty to add the circuit."
                bad[s.row.row] = problem(s.row, "not_found", message, headers.get("ref"))
            elif owner not in (None, named.ref):
                message = f"{owner} has that circuit id already, and the row is about {named.ref}."
                bad[s.row.row] = problem(s.row, "duplicate", message, headers.get("provider_circuit_id"))
            else:
                asked.append(asked_for(s, named.ref))
            continue
        foreign += ref is not None
        asked.append(asked_for(s, owner, ("provider", "provider_circuit_id")))
    warnings = (f"{foreign} cells of “{headers['ref']}” are no refs of ours and were not used.",) if foreign else ()
    return asked, bad, warnings


def _key(edit: CircuitEdit, known: circuits.Known) -> Key | None:
    """Return what a circuit is known by: its provider and that provider's id for it, punctuation aside."""
    provider = known.providers.find(edit.provider) if edit.provider else None
    key = circuit_key(edit.provider_circuit_id or "")
    return (provider.id, key) if provider and key else None


def _overwritten(changes: Sequence[Change], known: circuits.Known) -> tuple[str, ...]:
    """Say how many amounts we already have would be overwritten, and by how much a month."""
    updates = [c for c in changes if c.entity == "circuit" and c.action is Action.UPDATE]
    moved: Counter[str] = Counter()
    more: dict[str, Decimal] = {}
    for change in updates:
        if change.before.get("mrc") is not None and "mrc" in change.after:
            currency = known.rows[change.id]["currency"]
            moved[currency] += 1
            step = Decimal(change.after["mrc"] or 0) - Decimal(change.before["mrc"])
            more[currency] = more.get(currency, Decimal(0)) + step
    once = sum(c.before.get("nrc") is not None and "nrc" in c.after for c in updates)
    return (
        *(
            f"Overwrites the MRC of {n} circuit{'s' if n > 1 else ''}, {more[currency]:+,.2f} {currency} a month."
            for currency, n in moved.items()
        ),
        *([f"Overwrites the NRC of {once} circuit{'s' if once > 1 else ''}."] if once else []),
    )
