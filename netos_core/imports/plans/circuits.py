"""A sheet of circuits: matched by provider and circuit id, ends and customers by name, terms into orders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change
from netos_core.circuits import plans as circuits
from netos_core.circuits.queries import by_provider_key, circuit_key, names, rows_by_id
from netos_core.circuits.schemas import CircuitEdit
from netos_core.imports.plans import carriers, orders, remarks, stubs
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
from netos_core.kernel.lookup import Named, Names, folded
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
    standing = providers.standing_names(ctx, {s.edit.provider for s in said if s.edit.provider}, ctx.today)
    stands = providers.stand_ins(ctx, ctx.today)
    known = circuits.known_for(ctx, [Wanted(Action.CREATE, None, s.edit) for s in said])
    known = replace(known, providers=standing.names)
    made = _stubs(ctx, said, known)
    keys = {s.row.row: key for s in said if (key := _key(s.edit, known))}
    found = _found(ctx, said, keys, standing, stands)
    asked, unmatched, warnings = _matched(said, keys, found, headers)
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
    told = orders.of_circuits(ctx, records, set(fresh.values()), owners, stands, headers)
    tags = remarks.tags(ctx, records)
    touched = {c.ref for c in tags} | told.touched
    outcomes |= {row: Outcome("update", o.ref) for row, o in outcomes.items() if _only(o, touched)}
    used = still_needed(made, changes)
    planned = Planned(
        (*used, *changes, *tags, *told.changes),
        outcomes,
        {kind: sum(c.entity == kind for c in used) for kind in ("provider", "site", "customer")},
        (*carriers.warnings(rows, standing), *warnings, *_overwritten(changes, known), *told.warnings),
    )
    return planned.with_understood(carriers.understood(rows, standing, found.stays, headers)), told.bad


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
    """Return the provider of each row: the one it is to have, else the one its circuit has."""
    rows = {row["ref"]: row["provider_id"] for row in known.rows.values()}
    have = carriers.on_file_under(ctx, set(rows.values()))
    owners: dict[int, Named] = {}
    for a in asked:
        own = have.get(rows[a.wanted.ref]) if a.wanted.ref in rows else None
        named = own if own and not a.wanted.edit.provider else known.providers.find(a.wanted.edit.provider or "")
        if named is not None:
            owners[a.row.row] = named
    return owners


def _accounts(
    ctx: Context, asked: Sequence[Asked[CircuitEdit]], owners: Mapping[int, Named], known: circuits.Known
) -> list[Change]:
    pairs = [(owners[a.row.row], a.wanted.edit.ban) for a in asked if a.wanted.edit.ban and a.row.row in owners]
    known.accounts.update(providers.accounts(ctx, ((named.id, ban) for named, ban in pairs)))
    return stubs.accounts(pairs, known.accounts)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rows of a sheet are among our circuits.

    Args:
        by_ref: Our circuits by the refs in the sheet.
        by_id: The circuits that could be meant by provider and circuit id; more than one where carriers became one.
        stays: Of a row whose circuit stays under another provider than the one it names, what is told of that.
    """

    by_ref: Names
    by_id: Mapping[int, list[str]]
    stays: Mapping[int, str]


def _found(
    ctx: Context,
    said: Sequence[Said[CircuitEdit]],
    keys: Mapping[int, Key],
    standing: providers.Standing,
    stands: Mapping[UUID, UUID],
) -> _Found:
    """Find the circuits that rows mean, also where they are on file under a carrier that was taken over since."""
    family: dict[Key, list[tuple[UUID, str]]] = {}
    for (provider_id, key), ref in by_provider_key(ctx, {key for _, key in keys.values()}).items():
        family.setdefault((stands.get(provider_id, provider_id), key), []).append((provider_id, ref))
    refs = names(ctx, {_ref_of(s) for s in said if _OUR_REF.fullmatch(_ref_of(s))})
    renamed = {n.id for s in said if standing.reason(s.edit.provider or "") and (n := refs.find(_ref_of(s)))}
    under = {row["ref"]: row["provider_id"] for row in rows_by_id(ctx, renamed).values()}
    by_id: dict[int, list[str]] = {}
    stays: dict[int, UUID] = {}
    for s in said:
        named, heard = (found.find(s.edit.provider or "") for found in (standing.names, standing.heard))
        hits: list[tuple[UUID, str]] = []
        if s.row.row in keys:
            provider_id, key = keys[s.row.row]
            hits = family.get((stands.get(provider_id, provider_id), key), [])
            hits = [hit for hit in hits if heard and hit[0] == heard.id] or hits
            by_id[s.row.row] = sorted(ref for _, ref in hits)
        own = under.get(_ref_of(s).upper()) if _ref_of(s) else hits[0][0] if len(hits) == 1 else None
        if named and own not in (None, named.id) and stands.get(own, own) == stands.get(named.id, named.id):
            stays[s.row.row] = own
    have = carriers.on_file_under(ctx, set(stays.values()))
    told = {row: f"The circuit stays under {have[own]}, as it is on file." for row, own in stays.items()}
    return _Found(refs, by_id, told)


def _ref_of(said: Said[CircuitEdit]) -> str:
    return str(said.row.values.get("ref", "")).strip()


def _matched(
    said: Sequence[Said[CircuitEdit]], keys: Mapping[int, Key], found: _Found, headers: Headers
) -> tuple[list[Asked[CircuitEdit]], Bad, tuple[str, ...]]:
    """Match rows to circuits we have: by our reference where the sheet has it, else by provider and circuit id."""
    asked: list[Asked[CircuitEdit]] = []
    bad: Bad = {}
    foreign = 0
    for s in said:
        ref = _ref_of(s)
        there = found.by_id.get(s.row.row, [])
        if ref and (_OUR_REF.fullmatch(ref) or s.row.row not in keys):
            named = found.by_ref.find(ref)
            if named is None or named.ref != ref.upper():
                message = "No circuit has that ref. Leave the cell empty to add the circuit."
                bad[s.row.row] = problem(s.row, "not_found", message, headers.get("ref"))
            elif there and named.ref not in there:
                message = f"{there[0]} has that circuit id already, and the row is about {named.ref}."
                bad[s.row.row] = problem(s.row, "duplicate", message, headers.get("provider_circuit_id"))
            else:
                asked.append(asked_for(s, named.ref, ("provider",) if s.row.row in found.stays else ()))
            continue
        foreign += bool(ref)
        if len(there) > 1:
            message = f"Several circuits of carriers that are one today have that id: {', '.join(there)}. Give the ref."
            bad[s.row.row] = problem(s.row, "ambiguous", message, headers.get("provider_circuit_id"))
        else:
            asked.append(asked_for(s, there[0] if there else None, ("provider", "provider_circuit_id")))
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
