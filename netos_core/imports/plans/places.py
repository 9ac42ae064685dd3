"""A sheet of sites: matched by external id, else by name and address; sites in sites, and what they cost a month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from netos_core.changes.plans import changed, created
from netos_core.changes.rules import Action, Change
from netos_core.imports.plans import stubs
from netos_core.imports.plans.rows import (
    Asked,
    Headers,
    Said,
    asked_for,
    distinct,
    ids_by_ref,
    in_waves,
    orphans,
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
from netos_core.sites import plans as sites
from netos_core.sites.model import Site
from netos_core.sites.queries import costs_of
from netos_core.sites.rules import Cadence, CostKind, SiteKind
from netos_core.sites.schemas import SiteEdit

_FIELDS = (
    "external_id", "name", "address", "city", "state", "postal_code", "postal_code_plus4", "country", "clli", "lata",
    "market", "building_name", "floor", "suite", "provider", "customer", "parent",
)  # fmt: skip
_RENT = re.compile(r"\b(?:rent|lease)\b", re.IGNORECASE)


def check(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows do not fit the fields of a site."""
    return read(SiteEdit, rows, _fields, headers)[1]


def plan(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan a sheet of sites with their monthly costs; their owners become stubs where unknown."""
    said, bad = read(SiteEdit, rows, _fields, headers)
    asked, ambiguous = _matched(ctx, said)
    asked, doubles = distinct(asked, lambda a: _claims(a.wanted.edit))
    known = sites.known_for(ctx, [a.wanted for a in asked])
    lost = orphans(asked, _parent, _names, known.sites, headers.get("parent"))
    asked = [a for a in asked if a.row.row not in lost]
    waves, circle = in_waves(asked, _parent, _names)
    bad |= ambiguous | doubles | lost
    bad |= {a.row.row: problem(a.row, "invalid", "The sites are in each other in a circle.") for a in circle}
    edits = [a.wanted.edit for a in asked]
    made = stubs.stubs(ctx, "provider", {e.provider: {} for e in edits if e.provider}, known.providers)
    made += stubs.stubs(ctx, "customer", {e.customer: {} for e in edits if e.customer}, known.customers)
    changes: list[Change] = []
    for wave in waves:
        some, refused = planned_apart(wave, lambda wanted: sites.plan(ctx, wanted, known), headers)
        bad |= refused
        changes += some
        fresh = [a for a in wave if a.wanted.action is Action.CREATE and a.row.row not in refused]
        for a, (made_ref, row_id) in zip(fresh, ids_by_ref("site", some).items(), strict=True):
            named = Named(row_id, made_ref, a.wanted.edit.name or made_ref)
            for word in filter(None, (a.wanted.edit.name, a.wanted.edit.external_id)):
                known.sites.add(word, named)
    outcomes = outcomes_of([a for wave in waves for a in wave], changes, "site", bad)
    ids = ids_by_ref("site", changes) | {row["ref"]: row["id"] for row in known.rows.values()}
    costs = _costs(ctx, [(ids[ref], ref, a.row) for a in asked if (ref := outcomes[a.row.row].ref)], headers)
    touched = {c.ref for c in costs}
    outcomes |= {
        r: Outcome("update", o.ref) for r, o in outcomes.items() if o.outcome == "unchanged" and o.ref in touched
    }
    used = still_needed(made, changes)
    counted = {kind: sum(c.entity == kind for c in used) for kind in ("provider", "customer")}
    return Planned((*used, *changes, *costs), outcomes, counted, _overwritten(costs))


def _fields(row: StagedRow) -> tuple[Mapping[str, Any], Iterable[str]]:
    said = row.values
    fields: dict[str, Any] = {name: said[name] for name in _FIELDS if name in said}
    supplied: set[str] = set()
    if "name" not in fields:
        place = [str(said[f]) for f in ("address", "city") if f in said]
        fields["name"] = ", ".join(place) or str(said.get("external_id", ""))
        supplied.add("name")
    if "latitude" in said and "longitude" in said:
        fields |= {"lat": float(str(said["latitude"])), "lon": float(str(said["longitude"]))}
    kind = _kind(said.get("kind"))
    if kind is None:
        supplied.add("kind")
    fields["kind"] = kind or SiteKind.ENDPOINT
    texts = [str(said["notes"])] if "notes" in said else []
    if said.get("kind") and kind is None:
        texts.append(f"Kind in the file: {said['kind']}.")
    if "bandwidth_mbps" in said:
        texts.append(f"Up to {said['bandwidth_mbps']} Mbps in the file.")
    if texts:
        fields["description"] = " ".join(texts)
        supplied |= set() if "notes" in said else {"description"}
    return fields, supplied


def _kind(said: object) -> SiteKind | None:
    """Read the kind of a place, where it is one of ours."""
    word = str(said or "").strip().lower().replace(" ", "_").replace("-", "_")
    return SiteKind(word) if word in set(SiteKind) else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    ref: str
    external_id: str | None
    name: str
    address: str | None


def _candidates(ctx: Context, said: Sequence[Said[SiteEdit]]) -> list[_Candidate]:
    ids = {s.edit.external_id for s in said if s.edit.external_id}
    called = {folded(s.edit.name) for s in said if s.edit.name}
    rows = ctx.session.execute(
        select(Site.ref, Site.external_id, Site.name, Site.address)
        .where(or_(Site.external_id.in_(ids), func.lower(Site.name).in_(called)), Site.retired_at.is_(None))
        .order_by(Site.id)
    )
    return [_Candidate(*row) for row in rows]


def _matched(ctx: Context, said: Sequence[Said[SiteEdit]]) -> tuple[list[Asked[SiteEdit]], Bad]:
    """Match rows to sites we have.

    An external id decides alone. A name means the site of that name and address; where none has the address,
    it means the one site of that name that no other row is about.
    """
    candidates = _candidates(ctx, said)
    by_id = {c.external_id: c for c in candidates if c.external_id}
    by_name: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        by_name.setdefault(folded(candidate.name), []).append(candidate)
    found: dict[int, list[_Candidate]] = {}
    for s in said:
        own = by_id.get(s.edit.external_id or "")
        exact = [c for c in _named(s.edit, by_name) if folded(c.address or "") == folded(s.edit.address or "")]
        found[s.row.row] = [own] if own else exact
    taken = {hits[0].ref for hits in found.values() if len(hits) == 1}
    asked: list[Asked[SiteEdit]] = []
    bad: Bad = {}
    for s in said:
        hits = found[s.row.row] or [c for c in _named(s.edit, by_name) if c.ref not in taken]
        if len(hits) > 1:
            message = "Several sites answer to that name. Give the row an external id, or correct the sites."
            bad[s.row.row] = problem(s.row, "ambiguous", message)
            continue
        by = "external_id" if hits and s.edit.external_id == hits[0].external_id else "name"
        asked.append(asked_for(s, hits[0].ref if hits else None, (by,)))
    return asked, bad


def _named(edit: SiteEdit, by_name: Mapping[str, list[_Candidate]]) -> list[_Candidate]:
    """List the sites of a row's name, but for those with another external id: they are other sites."""
    mine = (None, edit.external_id)
    return [c for c in by_name.get(folded(edit.name or ""), ()) if edit.external_id is None or c.external_id in mine]


def _parent(edit: SiteEdit) -> str | None:
    return edit.parent


def _names(edit: SiteEdit) -> Iterable[str]:
    return filter(None, (edit.external_id, edit.name))


def _claims(edit: SiteEdit) -> Iterable[tuple[str, Any]]:
    if edit.external_id:
        yield "external id", edit.external_id


def _costs(ctx: Context, wanted: Sequence[tuple[UUID, str, StagedRow]], headers: Headers) -> list[Change]:
    """Plan what the sheet says a site costs a month: a new cost, or the new amount of the latest we have."""
    rows = [(site_id, ref, row) for site_id, ref, row in wanted if "mrc" in row.values]
    kind = CostKind.RENT if _RENT.search(headers.get("mrc", "")) else CostKind.OTHER
    latest = {
        cost["site_id"]: cost
        for cost in (costs_of(ctx, [site_id for site_id, _, _ in rows]) if rows else ())
        if cost["kind"] == kind and cost["cadence"] == Cadence.MONTHLY and cost["ends_on"] is None
    }
    changes: list[Change] = []
    for site_id, ref, row in rows:
        values = {"amount": row.values["mrc"]}
        if "currency" in row.values:
            values["currency"] = row.values["currency"]
        part = f"{kind} cost"
        if site_id in latest:
            change = changed("site_cost", latest[site_id], values, ref=ref, part=part)
            changes += [change] if change else []
            continue
        fixed = {"site_id": site_id, "kind": kind, "cadence": Cadence.MONTHLY, "currency": ctx.policy.currency}
        changes.append(created("site_cost", {**fixed, **values}, ref=ref, part=part, labels={str(site_id): ref}))
    return changes


def _overwritten(costs: Sequence[Change]) -> tuple[str, ...]:
    moved = [c for c in costs if "amount" in c.before]
    if not moved:
        return ()
    more = sum((Decimal(c.after["amount"]) - Decimal(c.before["amount"]) for c in moved), Decimal(0))
    return (f"Overwrites the monthly cost of {len(moved)} sites, {more:+,.2f} a month in all.",)
