"""From what is asked of contracts to the exact rows that would change. Plans many as one, and writes nothing.

Every plan of a contract works its end and its deadlines out again and puts them into the same change,
so the diff a person approves shows the deadline move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries
from netos_core.contracts.rules import (
    ContractKind,
    EndOfTerm,
    TermsProblem,
    deadline_of,
    governing_end_date,
    problems_of,
    term_end_date,
)
from netos_core.contracts.schemas import ContractCircuitEdit, ContractEdit
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Named, Names
from netos_core.providers import queries as providers
from netos_core.providers.rules import leads_back


class InUse(Conflict):
    """Something live still refers to the record."""


class ImpossibleTerms(Invalid):
    """Terms that can not be so, whatever the paper says."""


@dataclass(frozen=True, slots=True)
class Links:
    """Which contract names and governs which circuit today, and what this set already does about it."""

    by_pair: Mapping[tuple[UUID, UUID], Mapping[str, Any]]
    governing: Mapping[UUID, Mapping[str, Any]]
    claimed: set[UUID] = field(default_factory=set)
    made: set[tuple[UUID, UUID]] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once. A caller may add names of records the same set creates."""

    providers: Names
    contracts: Names
    circuits: Names
    rows: Mapping[UUID, Mapping[str, Any]]
    links: Links
    parent_of: dict[UUID, UUID | None]
    labels: Mapping[str, str]


def known_for(ctx: Context, wanted: Sequence[Wanted[ContractEdit]]) -> Known:
    """Look up every record a batch of requests speaks of, in a handful of statements."""
    edits = [w.edit for w in wanted]
    contract_names = queries.names(ctx, {key for w in wanted for key in (w.ref, w.edit.parent) if key})
    circuit_names = circuits.names(ctx, {key for e in edits for key in e.circuits or ()})
    asked = {n.id for w in wanted if w.ref and (n := contract_names.find(w.ref))}
    parents = {n.id for e in edits if e.parent and (n := contract_names.find(e.parent))}
    governed = {n.id for e in edits for key in e.circuits or () if (n := circuit_names.find(key))}
    rows = queries.rows_by_id(ctx, asked)
    old_parents = queries.rows_by_id(ctx, {r["parent_id"] for r in rows.values() if r["parent_id"]})
    old_providers = providers.rows_by_id(ctx, {r["provider_id"] for r in rows.values()})
    return Known(
        providers=providers.names(ctx, {e.provider for e in edits if e.provider}),
        contracts=contract_names,
        circuits=circuit_names,
        rows=rows,
        links=_links_of(queries.links_of_circuits(ctx, governed)),
        parent_of=queries.parents_from(ctx, parents) if parents else {},
        labels={str(i): r["title"] for i, r in old_parents.items()}
        | {str(i): r["name"] for i, r in old_providers.items()},
    )


def _links_of(rows: Sequence[Mapping[str, Any]]) -> Links:
    return Links(
        by_pair={(row["contract_id"], row["circuit_id"]): row for row in rows},
        governing={row["circuit_id"]: row for row in rows if row["governs"]},
    )


def plan(ctx: Context, wanted: Sequence[Wanted[ContractEdit]], known: Known | None = None) -> list[Change]:
    """Plan a batch of contracts. Retiring one retires its links to circuits with it.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A required field is missing, the terms are impossible, or the hierarchy would run in a circle.
        Conflict: A contract is asked for twice, a circuit would be governed twice, or contracts are under one to
            retire.
    """
    known = known or known_for(ctx, wanted)
    asked = [None if w.action is Action.CREATE else known.contracts.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    ids = [named.id if named else new_id() for named in asked]
    for w, row_id in zip(wanted, ids, strict=True):
        if "parent" in w.edit.model_fields_set:
            known.parent_of[row_id] = known.contracts.get(w.edit.parent, "parent").id if w.edit.parent else None
    links = _links_leaving(ctx, [i for w, i in zip(wanted, ids, strict=True) if w.action is Action.RETIRE])
    fresh = iter(next_refs(ctx.session, "contract", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.CREATE:
            changes += _created(ctx, w.edit, row_id, next(fresh), known)
        elif w.action is Action.RETIRE:
            row = known.rows[row_id]
            changes += [*links[row_id], retired("contract", row, ref=row["ref"], shown=("ref", "number", "title"))]
        else:
            change = _updated(w.edit, known.rows[row_id], known)
            changes += [change] if change else []
    return changes


def _links_leaving(ctx: Context, leaving: Sequence[UUID]) -> dict[UUID, list[Change]]:
    """Plan the retirement of the links of contracts to retire, unless contracts stay behind under them."""
    links: dict[UUID, list[Change]] = {contract_id: [] for contract_id in leaving}
    if not links:
        return links
    left = sorted(child["ref"] for child in queries.children_of(ctx, leaving) if child["id"] not in links)
    if left:
        some = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")  # noqa: PLR2004
        raise InUse(
            f"Live contracts are under it: {some}.", field="ref", fix="Move them, or retire them in the same change."
        )
    for row in queries.links_of_contracts(ctx, leaving):
        links[row["contract_id"]].append(_link_retired(row))
    return links


_PLAIN = (
    "kind", "number", "title", "signed_date", "term_start_date", "term_months", "term_end_date", "end_of_term",
    "evergreen", "renewal_term_months", "notice_count", "notice_unit", "notice_method", "notice_address",
    "notice_counted_from", "delivery_lead_days", "decision", "decided_date", "mrc", "nrc", "total_value", "currency",
    "description",
)  # fmt: skip
_REQUIRED = ("kind", "provider", "title", "end_of_term", "evergreen", "currency")
_EMPTY: Mapping[str, Any] = dict.fromkeys((*_PLAIN, "notice_deadline", "act_by"))


def _created(ctx: Context, edit: ContractEdit, row_id: UUID, ref: str, known: Known) -> list[Change]:
    for name in ("provider", "title"):
        if not getattr(edit, name):
            raise Invalid(f"A contract needs its {name}.", field=name)
    labels: dict[str, str] = {}
    values = _columns(edit, known, labels) | {
        "kind": edit.kind or ContractKind.ORDER,
        "end_of_term": edit.end_of_term or EndOfTerm.UNKNOWN,
        "evergreen": bool(edit.evergreen),
        "currency": edit.currency or ctx.policy.currency,
    }
    values = {"ref": ref, **values, **_worked_out({**_EMPTY, **values}, edit.model_fields_set, None)}
    contract = Named(row_id, ref, edit.title or ref)
    named = [known.circuits.get(key, "circuits") for key in edit.circuits or ()]
    return [
        created("contract", values, ref=ref, labels=labels, row_id=row_id),
        *(change for circuit in named for change in _governed(contract, circuit, known.links, governs=True)),
    ]


def _updated(edit: ContractEdit, row: Mapping[str, Any], known: Known) -> Change | None:
    given = edit.model_fields_set
    for name in _REQUIRED:
        if name in given and getattr(edit, name) is None:
            fix = "Use unknown where the paper does not say." if name == "end_of_term" else None
            raise Invalid(f"A contract can not be without {name.replace('_', ' ')}.", field=name, fix=fix)
    if "circuits" in given:
        raise Invalid(
            "Circuits are listed when a contract is created.", field="circuits", fix="Use kind contract_circuit now."
        )
    if leads_back(row["id"], known.parent_of):
        raise Invalid(
            f"{row['ref']} would be under itself.", field="parent", fix="Its parent is neither itself nor under it."
        )
    labels = {key: known.labels[key] for c in ("parent_id", "provider_id") if (key := str(row[c])) in known.labels}
    values = _columns(edit, known, labels)
    values |= _worked_out({**row, **values}, given, row)
    return changed("contract", row, values, ref=row["ref"], labels=labels)


def _columns(edit: ContractEdit, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(edit, name) for name in _PLAIN if name in edit.model_fields_set}
    found = {"provider": known.providers, "parent": known.contracts}
    for name, names in found.items():
        if name in edit.model_fields_set:
            asked = getattr(edit, name)
            named = names.get(asked, name) if asked else None
            values[f"{name}_id"] = named.id if named else None
            if named:
                labels[str(named.id)] = named.name
    return values


def _worked_out(after: Mapping[str, Any], given: set[str], row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Work out the end, the notice deadline and the day to act by of a contract as it would be.

    Raises:
        Invalid: The notice or the decision is half given.
        ImpossibleTerms: The terms can not be so.
    """
    if (after["notice_count"] is None) != (after["notice_unit"] is None):
        missing = "notice_unit" if after["notice_unit"] is None else "notice_count"
        raise Invalid(
            "A notice period is a count and its unit.", field=missing, fix="Such as notice_count 3, notice_unit months."
        )
    if after["decided_date"] is not None and after["decision"] is None:
        raise Invalid("The day of a decision belongs to a decision.", field="decision", fix="Set or clear both.")
    terms = queries.terms_of({**after, "term_end_date": _end(after, given, row)})
    for problem in problems_of(terms):
        if problem.code in _IMPOSSIBLE:
            raise ImpossibleTerms(problem.message, field=_FIELD.get(problem.field, problem.field))
    deadline = deadline_of(terms)
    return {
        "term_end_date": governing_end_date(terms),
        "notice_deadline": deadline.notice_deadline,
        "act_by": deadline.act_by,
    }


_IMPOSSIBLE = frozenset(
    {"term_months_out_of_range", "notice_out_of_range", "delivery_lead_out_of_range", "end_before_start"}
)
_FIELD = {"notice": "notice_count"}


def _end(after: Mapping[str, Any], given: set[str], row: Mapping[str, Any] | None) -> date | None:
    """Return the end as stated, else as counted.

    An end that agreed with the old start and months was counted, or may as well have been: it moves with them.
    One that disagreed is what the paper says, and stays.
    """
    stated: date | None = after["term_end_date"]
    counted = _counted_end(after)
    if stated is None:
        return counted
    moved = row is not None and "term_end_date" not in given and bool(given & {"term_start_date", "term_months"})
    if row is not None and moved and counted is not None and stated == _counted_end(row):
        return counted
    return stated


def _counted_end(row: Mapping[str, Any]) -> date | None:
    start, months = row["term_start_date"], row["term_months"]
    return None if start is None or months is None else term_end_date(start, months)


_TERM_DATES = ("term_start_date", "term_end_date")


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say what in the planned terms of contracts contradicts itself without being impossible.

    Args:
        ctx: The call.
        changes: A planned change set; what is no contract in it is passed over.

    Returns:
        One sentence each, such as "CTR-1001: 36 months from 2024-04-01 end on 2027-03-31, not on 2027-04-30.",
        for `ChangeSet.warnings`.
    """
    planned = [c for c in changes if c.entity == "contract" and c.action in (Action.CREATE, Action.UPDATE)]
    rows = queries.rows_by_id(ctx, {c.id for c in planned if c.action is Action.UPDATE}) if planned else {}
    return tuple(
        f"{change.ref}: {problem.message}"
        for change in planned
        for problem in _problems_after(rows.get(change.id, {**_EMPTY, "evergreen": False}), change)
    )


def _problems_after(row: Mapping[str, Any], change: Change) -> tuple[TermsProblem, ...]:
    after = {**row, **change.after}
    for name in _TERM_DATES:
        if isinstance(after[name], str):
            after[name] = date.fromisoformat(after[name])
    return problems_of(queries.terms_of(after))


def plan_governed(ctx: Context, wanted: Sequence[Wanted[ContractCircuitEdit]]) -> list[Change]:
    """Plan which circuits contracts name (create) or no longer name (retire), and which they govern.

    A link is retired by its row id, or by the contract's ref with the circuit. Creating one that is there sets
    whether it governs. A circuit that starts to be governed by a contract stops being governed by another.

    Raises:
        NotFound: A contract, circuit or link means nothing we have.
        Invalid: The contract or the circuit is missing, or a link is to be updated.
        Conflict: A circuit would be governed by two contracts.
    """
    pairs = [w for w in wanted if not (w.action is Action.RETIRE and _uuid(w.ref))]
    contract_names = queries.names(ctx, {key for w in pairs if (key := w.edit.contract or w.ref)})
    circuit_names = circuits.names(ctx, {w.edit.circuit for w in pairs if w.edit.circuit})
    named = {n.id for w in pairs if w.edit.circuit and (n := circuit_names.find(w.edit.circuit))}
    links = _links_of(queries.links_of_circuits(ctx, named))
    by_id = queries.links_by_id(ctx, {row_id for w in wanted if (row_id := _uuid(w.ref))})
    changes: list[Change] = []
    for w in wanted:
        if w.action is Action.UPDATE:
            raise Invalid("A link is made or retired.", field="action", fix="Use create with governs true or false.")
        row = by_id.get(row_id) if (row_id := _uuid(w.ref)) else None
        if row is None and row_id is None:
            contract, circuit = _ends(w, contract_names, circuit_names)
            if w.action is Action.CREATE:
                changes += _governed(contract, circuit, links, governs=w.edit.governs)
                continue
            row = links.by_pair.get((contract.id, circuit.id))
        if row is None:
            raise NotFound("There is no such link.", field="ref", fix="get_contract lists the circuits it names.")
        if row["id"] in links.touched:
            raise Conflict("A link is asked for twice in one change.", field="items", fix="Ask once for each.")
        links.touched.add(row["id"])
        changes.append(_link_retired(row))
    return changes


def _ends(w: Wanted[ContractCircuitEdit], contract_names: Names, circuit_names: Names) -> tuple[Named, Named]:
    contract = w.edit.contract or w.ref
    if not contract or not w.edit.circuit:
        missing = "contract" if not contract else "circuit"
        raise Invalid("A link needs its contract and its circuit.", field=missing)
    return contract_names.get(contract, "contract"), circuit_names.get(w.edit.circuit, "circuit")


def _governed(contract: Named, circuit: Named, links: Links, *, governs: bool) -> list[Change]:
    part = f"circuit {circuit.ref}"
    changes: list[Change] = []
    other = links.governing.get(circuit.id) if governs else None
    own = links.by_pair.get((contract.id, circuit.id))
    if (contract.id, circuit.id) in links.made:
        raise Conflict(f"{contract.ref} names {circuit.ref} twice.", field="circuits", fix="Name it once.")
    links.made.add((contract.id, circuit.id))
    if governs:
        if circuit.id in links.claimed:
            raise Conflict(
                f"{circuit.ref} would be governed twice.", field="circuits", fix="One contract governs a circuit."
            )
        links.claimed.add(circuit.id)
        if other is not None and other is not own and other["id"] not in links.touched:
            links.touched.add(other["id"])
            stop = changed("contract_circuit", other, {"governs": False}, ref=other["contract_ref"], part=part)
            changes += [stop] if stop else []
    if own is not None and (own["governs"] == governs or own["id"] in links.touched):
        return changes
    if own is not None:
        links.touched.add(own["id"])
    # One link that stops governing and one that starts can not share an UPDATE: the index is checked row by row.
    if own is None or changes:
        values = {"contract_id": contract.id, "circuit_id": circuit.id, "governs": governs}
        labels = {str(contract.id): contract.ref, str(circuit.id): circuit.ref}
        new = created("contract_circuit", values, ref=contract.ref, part=part, labels=labels)
        return [*([_link_retired(own)] if own else []), *changes, new]
    change = changed("contract_circuit", own, {"governs": governs}, ref=contract.ref, part=part)
    return [change] if change else []


def plan_leaving(ctx: Context, circuit_ids: Sequence[UUID]) -> list[Change]:
    """Plan the retirement of what contracts say of circuits that are retired themselves."""
    return [_link_retired(row) for row in queries.links_of_circuits(ctx, circuit_ids)]


def _link_retired(row: Mapping[str, Any]) -> Change:
    part = f"circuit {row['circuit_ref']}"
    return retired("contract_circuit", row, ref=row["contract_ref"], part=part, shown=("governs",))


def _uuid(ref: str | None) -> UUID | None:
    try:
        return UUID(ref or "")
    except ValueError:
        return None
