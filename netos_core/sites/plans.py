"""From what is asked of sites to the exact rows that would change. Plans many as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.customers import queries as customers
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Named, Names
from netos_core.providers import queries as providers
from netos_core.providers.rules import leads_back
from netos_core.sites import queries
from netos_core.sites.rules import SiteKind
from netos_core.sites.schemas import SiteCostEdit, SiteEdit


class InUse(Conflict):
    """Something live still refers to the record."""


class IdTaken(Invalid):
    """Another site has that external id."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once. A caller may add names of records the same set creates."""

    sites: Names
    customers: Names
    providers: Names
    rows: Mapping[UUID, Mapping[str, Any]]
    parent_of: dict[UUID, UUID | None]
    labels: Mapping[str, str]


def known_for(ctx: Context, wanted: Sequence[Wanted[SiteEdit]]) -> Known:
    """Look up every record a batch of requests speaks of, in a handful of statements."""
    edits = [w.edit for w in wanted]
    site_names = queries.names(ctx, {key for w in wanted for key in (w.ref, w.edit.parent) if key})
    asked = {n.id for w in wanted if w.ref and (n := site_names.find(w.ref))}
    parents = {n.id for e in edits if e.parent and (n := site_names.find(e.parent))}
    rows = queries.rows_by_id(ctx, asked)
    old = {
        "parent": {r["parent_id"] for r in rows.values() if r["parent_id"]},
        "customer": {r["customer_id"] for r in rows.values() if r["customer_id"]},
        "provider": {r["provider_id"] for r in rows.values() if r["provider_id"]},
    }
    labels = {
        str(row_id): row["name"]
        for kept in (
            queries.rows_by_id(ctx, old["parent"]),
            customers.rows_by_id(ctx, old["customer"]),
            providers.rows_by_id(ctx, old["provider"]),
        )
        for row_id, row in kept.items()
    }
    return Known(
        sites=site_names,
        customers=customers.names(ctx, {e.customer for e in edits if e.customer}),
        providers=providers.names(ctx, {e.provider for e in edits if e.provider}),
        rows=rows,
        parent_of=queries.parents_from(ctx, parents) if parents else {},
        labels=labels,
    )


def plan(ctx: Context, wanted: Sequence[Wanted[SiteEdit]], known: Known | None = None) -> list[Change]:
    """Plan a batch of sites. Retiring one retires its costs with it.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A required field is missing, half a point is given, or the tree would run in a circle.
        Conflict: The same site is asked for twice, or one to retire has live sites under it.
    """
    known = known or known_for(ctx, wanted)
    asked = _asked(wanted, known)
    ids = [named.id if named else new_id() for named in asked]
    _refuse_taken(ctx, {i: w.edit.external_id for w, i in zip(wanted, ids, strict=True) if w.edit.external_id})
    for w, row_id in zip(wanted, ids, strict=True):
        if "parent" in w.edit.model_fields_set:
            known.parent_of[row_id] = known.sites.get(w.edit.parent, "parent").id if w.edit.parent else None
    costs = _costs_leaving(ctx, [i for w, i in zip(wanted, ids, strict=True) if w.action is Action.RETIRE])
    fresh = iter(next_refs(ctx.session, "site", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.CREATE:
            changes.append(_created(w.edit, row_id, next(fresh), known))
        elif w.action is Action.RETIRE:
            row = known.rows[row_id]
            changes += [*costs[row_id], retired("site", row, ref=row["ref"], shown=("ref", "name", "kind", "city"))]
        else:
            change = _updated(w.edit, known.rows[row_id], known)
            changes += [change] if change else []
    return changes


def _asked(wanted: Sequence[Wanted[SiteEdit]], known: Known) -> list[Named | None]:
    """Find the site each request is about; None where it asks for a new one."""
    asked = [None if w.action is Action.CREATE else known.sites.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    return asked


def _refuse_taken(ctx: Context, claims: Mapping[UUID, str]) -> None:
    """Refuse an external id that another site has, here or in the same batch."""
    if not claims:
        return
    owners = {key: (named.id, str(named)) for key, named in queries.owners_of(ctx, claims.values()).items()}
    for row_id, external_id in claims.items():
        owner, words = owners.setdefault(external_id, (row_id, "Another item of this change"))
        if owner != row_id:
            raise IdTaken(f"{words} already has that external id.", field="external_id", fix="Use that site instead.")


def _costs_leaving(ctx: Context, leaving: Sequence[UUID]) -> dict[UUID, list[Change]]:
    """Plan the retirement of what sites to retire cost, unless sites stay behind under them."""
    costs: dict[UUID, list[Change]] = {site_id: [] for site_id in leaving}
    if not costs:
        return costs
    left = sorted(child["ref"] for child in queries.children_of(ctx, leaving) if child["id"] not in costs)
    if left:
        some = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")  # noqa: PLR2004
        raise InUse(
            f"Live sites are under it: {some}.", field="ref", fix="Move them, or retire them in the same change."
        )
    for row in queries.costs_of(ctx, leaving):
        costs[row["site_id"]].append(_cost_retired(row))
    return costs


_PLAIN = (
    "name", "kind", "external_id", "building_name", "address", "street_number", "street_name", "floor", "suite",
    "city", "state", "postal_code", "postal_code_plus4", "country", "lon", "lat", "clli", "lata", "market",
    "description",
)  # fmt: skip


def _created(edit: SiteEdit, row_id: UUID, ref: str, known: Known) -> Change:
    if not edit.name:
        raise Invalid("A site needs a name.", field="name")
    labels: dict[str, str] = {}
    values = {"ref": ref, **_columns(edit, known, labels), "kind": edit.kind or SiteKind.ENDPOINT}
    _check_point(values)
    return created("site", values, ref=ref, labels=labels, row_id=row_id)


def _updated(edit: SiteEdit, row: Mapping[str, Any], known: Known) -> Change | None:
    for name in ("name", "kind"):
        if name in edit.model_fields_set and getattr(edit, name) is None:
            raise Invalid(f"A site can not be without a {name}.", field=name)
    if leads_back(row["id"], known.parent_of):
        raise Invalid(
            f"{row['ref']} would be in itself.", field="parent", fix="A site's parent is neither itself nor under it."
        )
    labels = {key: known.labels[key] for c in _LINKS.values() if (key := str(row[c])) in known.labels}
    values = _columns(edit, known, labels)
    _check_point({**row, **values})
    if row["stub"] and values:
        values["stub"] = False
    return changed("site", row, values, ref=row["ref"], labels=labels)


_LINKS = {"parent": "parent_id", "customer": "customer_id", "provider": "provider_id"}


def _columns(edit: SiteEdit, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(edit, name) for name in _PLAIN if name in edit.model_fields_set}
    found = {"parent": known.sites, "customer": known.customers, "provider": known.providers}
    for name, column in _LINKS.items():
        if name in edit.model_fields_set:
            asked = getattr(edit, name)
            named = found[name].get(asked, name) if asked else None
            values[column] = named.id if named else None
            if named:
                labels[str(named.id)] = named.name
    return values


def _check_point(after: Mapping[str, Any]) -> None:
    lon, lat = after.get("lon"), after.get("lat")
    if (lon is None) != (lat is None):
        missing = "lon" if lon is None else "lat"
        raise Invalid("A point has both lon and lat, or neither.", field=missing, fix="Give or clear both together.")


_COST_REQUIRED = ("site", "kind", "amount", "cadence")


def plan_costs(ctx: Context, wanted: Sequence[Wanted[SiteCostEdit]]) -> list[Change]:
    """Plan what sites cost; a cost is changed and retired by its row id.

    Raises:
        NotFound: A site or a cost id means nothing we have.
        Invalid: A field is missing, or the cost ends before it starts.
        Conflict: The same cost is asked for twice.
    """
    found = queries.names(ctx, {w.edit.site for w in wanted if w.edit.site})
    ids = [new_id() if w.action is Action.CREATE else _cost_id(w.ref) for w in wanted]
    refuse_doubles([(row_id, "That cost") for row_id in ids])
    rows = queries.costs_by_id(ctx, ids)
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        row = rows.get(row_id)
        if w.action is Action.CREATE:
            changes.append(_cost_created(ctx, w.edit, row_id, found))
        elif row is None:
            raise _unknown_cost()
        elif w.action is Action.RETIRE:
            changes.append(_cost_retired(row))
        else:
            change = _cost_updated(w.edit, row, found)
            changes += [change] if change else []
    return changes


def _cost_created(ctx: Context, edit: SiteCostEdit, row_id: UUID, found: Names) -> Change:
    for name in _COST_REQUIRED:
        if getattr(edit, name) is None:
            raise Invalid(f"A site cost needs its {name}.", field=name)
    values = edit.model_dump(include=edit.model_fields_set)
    site = found.get(values.pop("site"), "site")
    values |= {"site_id": site.id, "currency": edit.currency or ctx.policy.currency}
    _check_days(values)
    labels = {str(site.id): site.name}
    return created("site_cost", values, ref=site.ref, part=f"{edit.kind} cost", labels=labels, row_id=row_id)


def _cost_updated(edit: SiteCostEdit, row: Mapping[str, Any], found: Names) -> Change | None:
    given = edit.model_dump(include=edit.model_fields_set)
    for name in (*_COST_REQUIRED, "currency"):
        if name in given and given[name] is None:
            raise Invalid(f"A site cost can not be without its {name}.", field=name)
    labels = {str(row["site_id"]): row["site_name"]}
    if "site" in given:
        site = found.get(given.pop("site"), "site")
        given["site_id"] = site.id
        labels[str(site.id)] = site.name
    _check_days({**row, **given})
    return changed("site_cost", row, given, ref=row["site_ref"], part=f"{row['kind']} cost", labels=labels)


def _cost_retired(row: Mapping[str, Any]) -> Change:
    shown = ("kind", "amount", "currency", "cadence")
    return retired("site_cost", row, ref=row["site_ref"], part=f"{row['kind']} cost", shown=shown)


def _check_days(after: Mapping[str, Any]) -> None:
    starts, ends = after.get("starts_on"), after.get("ends_on")
    if starts and ends and ends < starts:
        raise Invalid("The cost ends before it starts.", field="ends_on")


def _cost_id(ref: str | None) -> UUID:
    try:
        return UUID(ref or "")
    except ValueError:
        raise _unknown_cost() from None


def _unknown_cost() -> NotFound:
    return NotFound("No site cost has that id.", field="ref", fix="get_site lists the costs with their ids.")
