"""Contracts: created, changed, retired, each with its deadlines worked out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries
from netos_core.contracts.plans.circuits import Links, governed, link_retired, links_of
from netos_core.contracts.plans.terms import EMPTY, PLAIN, counted_end, worked_out
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.contracts.rules.etf import stored_escalator
from netos_core.contracts.rules.papers import Paper, Papers, amended, amendments, leans
from netos_core.contracts.schemas import ContractEdit
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.lookup import Named, Names
from netos_core.providers import queries as providers
from netos_core.providers.rules import leads_back

REQUIRED = ("kind", "provider", "title", "end_of_term", "evergreen", "co_terminus", "currency")


class InUse(Conflict):
    """Something live still refers to the record."""


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
    papers: Papers
    """All papers that bear on them, as they are; planning puts in how they would be."""
    governed: Mapping[UUID, Sequence[Named]]
    """The circuits of contracts to be amended."""


def known_for(ctx: Context, wanted: Sequence[Wanted[ContractEdit]]) -> Known:
    """Look up every record a batch of requests speaks of, in a handful of statements."""
    edits = [w.edit for w in wanted]
    contract_names = queries.names(ctx, {key for w in wanted for key in (w.ref, w.edit.parent) if key})
    circuit_names = circuits.names(ctx, {key for e in edits for key in e.circuits or ()})
    asked = {n.id for w in wanted if w.ref and (n := contract_names.find(w.ref))}
    parents = {n.id for e in edits if e.parent and (n := contract_names.find(e.parent))}
    named = {n.id for e in edits for key in e.circuits or () if (n := circuit_names.find(key))}
    to_amend = {n.id for e in edits if _takes_over(e) and (n := contract_names.find(e.parent or ""))}
    papers = queries.papers_of(ctx.session, {*asked, *parents})
    families = {paper_id: _family(papers, paper_id) for paper_id in to_amend}
    links = queries.links_of_contracts(ctx, {i for ids in families.values() for i in ids}) if to_amend else []
    amended_links = [row for row in links if row["governs"]]
    rows = queries.rows_by_id(ctx, asked)
    old_parents = queries.rows_by_id(ctx, parents | {r["parent_id"] for r in rows.values() if r["parent_id"]})
    old_providers = providers.rows_by_id(ctx, {r["provider_id"] for r in rows.values()})
    return Known(
        providers=providers.names(ctx, {e.provider for e in edits if e.provider}),
        contracts=contract_names,
        circuits=circuit_names,
        rows=rows,
        links=links_of(queries.links_of_circuits(ctx, named | {row["circuit_id"] for row in amended_links})),
        parent_of=queries.parents_from(ctx, parents) if parents else {},
        labels={str(i): r["title"] for i, r in old_parents.items()}
        | {str(i): r["name"] for i, r in old_providers.items()},
        papers=papers,
        governed={
            contract: [
                Named(row["circuit_id"], row["circuit_ref"], row["circuit_ref"])
                for row in amended_links
                if row["contract_id"] in families[contract]
            ]
            for contract in to_amend
        },
    )


def _family(papers: Papers, paper_id: UUID) -> set[UUID]:
    """Give what an amendment of a contract amends: it, and where that is no agreement its amendments so far."""
    root = amended(papers, paper_id)
    beside = root.row["kind"] == ContractKind.AGREEMENT
    return {paper_id} if beside else {root.id, *(paper.id for paper in amendments(papers, root))}


def _takes_over(edit: ContractEdit) -> bool:
    """Whether it is an amendment with a term that names no circuits: it is for those of what it amends."""
    termed = edit.term_end_date or edit.term_months or edit.co_terminus
    return bool(edit.kind is ContractKind.AMENDMENT and edit.parent and edit.circuits is None and termed)


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
    _foresee(wanted, ids, known)
    fresh = iter(next_refs(ctx.session, "contract", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, row_id in sorted(zip(wanted, ids, strict=True), key=lambda pair: _leans(pair[0], pair[1], known)):
        if w.action is Action.CREATE:
            changes += _created(ctx, w.edit, row_id, next(fresh), known)
        elif w.action is Action.RETIRE:
            row = known.rows[row_id]
            changes += [*links[row_id], retired("contract", row, ref=row["ref"], shown=("ref", "number", "title"))]
        else:
            change = _updated(w.edit, known.rows[row_id], known)
            changes += [change] if change else []
    return [*changes, *_moved_along(ctx, known, set(ids))]


def _leans(w: Wanted[ContractEdit], row_id: UUID, known: Known) -> bool:
    """Whether its terms hang on another contract's, which is planned before it."""
    row = known.rows.get(row_id, EMPTY)
    return (
        w.edit.kind is ContractKind.AMENDMENT
        or row["kind"] == ContractKind.AMENDMENT
        or bool(row["co_terminus"] if w.edit.co_terminus is None else w.edit.co_terminus)
    )


def _moved_along(ctx: Context, known: Known, planned: set[UUID]) -> list[Change]:
    """Plan the new deadlines of contracts that end with, amend, or are amended by one whose terms are planned anew."""
    changes: list[Change] = []
    moved = planned
    while moved:
        leaning = {row["id"]: row for row in queries.children_of(ctx, moved) if leans(row)}
        leaning |= {paper.id: paper.row for row_id in moved for paper in _amended_with(row_id, known)}
        leaning = {row_id: row for row_id, row in leaning.items() if row_id not in planned}
        unread = leaning.keys() - known.papers.by_id.keys()
        for paper in queries.papers_of(ctx.session, unread).by_id.values() if unread else ():
            if known.papers.get(paper.id) is None:
                known.papers.put(paper)
        moved = set(leaning)
        planned = planned | moved
        for row in leaning.values():
            values = worked_out(row, set(), row, known.papers)
            _put(known, {**row, **values})
            change = changed("contract", row, values, ref=row["ref"])
            changes += [change] if change else []
    return changes


def _amended_with(row_id: UUID, known: Known) -> list[Paper]:
    """List what an amendment amends, as it would and as it did, and the other amendments of that."""
    found: list[Paper] = []
    now, was = known.papers.get(row_id), known.rows.get(row_id)
    of = {now.row["parent_id"]} if now is not None and now.amends else set()
    of |= {was["parent_id"]} if was is not None and was["kind"] == ContractKind.AMENDMENT else set()
    for parent_id in of:
        if known.papers.get(parent_id) is not None:
            root = amended(known.papers, parent_id)
            found += [root, *amendments(known.papers, root)]
    return [paper for paper in found if paper.row.get("retired_at") is None]


def _foresee(wanted: Sequence[Wanted[ContractEdit]], ids: Sequence[UUID], known: Known) -> None:
    """Let amendments of the batch be known before the contracts they amend are planned, and those that go be gone."""
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.RETIRE:
            known.papers.drop(row_id)
            continue
        row = known.rows.get(row_id, EMPTY)
        if w.edit.kind is ContractKind.AMENDMENT or row["kind"] == ContractKind.AMENDMENT:
            after = {**row, **_columns(w.edit, known, {}), "id": row_id}
            _put(known, after | {"term_end_date": after["term_end_date"] or counted_end(after)}, w.edit)


def _put(known: Known, row: Mapping[str, Any], edit: ContractEdit | None = None) -> None:
    """Let a contract be known as it would be."""
    paper = known.papers.get(row["id"])
    taken = edit is not None and (edit.circuits or (_takes_over(edit) and known.governed.get(row["parent_id"])))
    governs = paper.governs if paper else bool(taken)
    known.papers.put(Paper(row, governs))


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
        links[row["contract_id"]].append(link_retired(row))
    return links


def _created(ctx: Context, edit: ContractEdit, row_id: UUID, ref: str, known: Known) -> list[Change]:
    for name in ("provider", "title"):
        if not getattr(edit, name):
            raise Invalid(f"A contract needs its {name}.", field=name)
    labels: dict[str, str] = {}
    values = _columns(edit, known, labels) | {
        "kind": edit.kind or ContractKind.ORDER,
        "end_of_term": edit.end_of_term or EndOfTerm.UNKNOWN,
        "evergreen": bool(edit.evergreen),
        "co_terminus": bool(edit.co_terminus),
        "currency": edit.currency or ctx.policy.currency,
    }
    after = {**EMPTY, **values, "ref": ref, "id": row_id}
    values = {"ref": ref, **values, **worked_out(after, edit.model_fields_set, None, known.papers)}
    _put(known, {**after, **values}, edit)
    contract = Named(row_id, ref, edit.title or ref)
    named: Sequence[Named] = [known.circuits.get(key, "circuits") for key in edit.circuits or ()]
    if _takes_over(edit):
        named = known.governed.get(values["parent_id"], ())
    return [
        created("contract", values, ref=ref, labels=labels, row_id=row_id),
        *(change for circuit in named for change in governed(contract, circuit, known.links, governs=True)),
    ]


def _updated(edit: ContractEdit, row: Mapping[str, Any], known: Known) -> Change | None:
    given = edit.model_fields_set
    for name in REQUIRED:
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
    values |= worked_out({**row, **values}, given, row, known.papers)
    _put(known, {**row, **values})
    return changed("contract", row, values, ref=row["ref"], labels=labels)


def _columns(edit: ContractEdit, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(edit, name) for name in PLAIN if name in edit.model_fields_set}
    if edit.etf is not None:
        values["etf"] = edit.etf.stored()
    if edit.escalator is not None:
        values["escalator"] = stored_escalator(edit.escalator)
    found = {"provider": known.providers, "parent": known.contracts}
    for name, names in found.items():
        if name in edit.model_fields_set:
            asked = getattr(edit, name)
            named = names.get(asked, name) if asked else None
            values[f"{name}_id"] = named.id if named else None
            if named:
                labels[str(named.id)] = named.name
    return values
