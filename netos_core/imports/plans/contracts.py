"""A sheet of contracts: matched by provider and number, with the circuits they govern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change
from netos_core.circuits.queries import names as circuit_names
from netos_core.contracts import plans as contracts
from netos_core.contracts.queries import links_of_circuits, rows_by_id
from netos_core.contracts.queries import names as contract_names
from netos_core.contracts.schemas import ContractCircuitEdit, ContractEdit
from netos_core.imports.plans import carriers, stubs
from netos_core.imports.plans.clauses import clause, contradictions, kind_of
from netos_core.imports.plans.numbers import by_number
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
from netos_core.kernel.lookup import Named, Names, folded
from netos_core.providers.queries import stand_ins, standing_names

_FIELDS = (
    "number", "title", "provider", "signed_date", "term_start_date", "term_end_date", "term_months",
    "renewal_term_months", "mrc", "nrc", "total_value", "currency",
)  # fmt: skip


def check(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows do not fit the fields of a contract."""
    return read(ContractEdit, rows, _fields, headers)[1]


def plan(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan a sheet of contracts; unknown providers become stubs, unknown circuits are told."""
    said, bad = read(ContractEdit, rows, _fields, headers)
    standing = standing_names(ctx, {s.edit.provider for s in said if s.edit.provider}, ctx.today)
    providers, stands = standing.names, stand_ins(ctx, ctx.today)
    made = stubs.stubs(ctx, "provider", {s.edit.provider: {} for s in said if s.edit.provider}, providers)
    circuits = circuit_names(ctx, {key for s in said for key in s.edit.circuits or ()})
    there = by_number(ctx, {s.edit.number for s in said if s.edit.number}, stands)
    asked, unmatched = _matched(said, providers, circuits, there, stands, headers)
    asked, doubles = distinct(asked, lambda a: _claims(a, providers, circuits))
    parents = contract_names(ctx, {a.wanted.edit.parent for a in asked if a.wanted.edit.parent})
    lost = orphans(asked, _parent, _numbers, parents, headers.get("parent_number"))
    asked = [a for a in asked if a.row.row not in lost]
    waves, circle = in_waves(asked, _parent, _numbers)
    bad |= unmatched | doubles | lost
    bad |= {a.row.row: problem(a.row, "invalid", "The contracts are under each other in a circle.") for a in circle}
    covered = {a.row.row: a.wanted for a in asked if a.wanted.ref and a.wanted.edit.circuits}
    asked = [_without_circuits(a) if a.row.row in covered else a for wave in waves for a in wave]
    known = contracts.known_for(ctx, [a.wanted for a in asked])
    known = replace(known, providers=providers, circuits=circuits)
    changes: list[Change] = []
    for wave in waves:
        mine = {a.row.row for a in wave}

        def planned(wanted: Sequence[Wanted[ContractEdit]]) -> list[Change]:
            links = replace(known.links, claimed=set(), made=set(), touched=set())
            return contracts.plan(ctx, wanted, replace(known, links=links))

        now = [a for a in asked if a.row.row in mine]
        some, refused = planned_apart(now, planned, headers)
        bad |= refused
        changes += some
        for a, (ref, row_id) in zip(_fresh(now, refused), ids_by_ref("contract", some).items(), strict=True):
            if a.wanted.edit.number:
                known.contracts.add(a.wanted.edit.number, Named(row_id, ref, a.wanted.edit.title or ref))
    outcomes = outcomes_of(asked, changes, "contract", bad)
    links = _links(ctx, [w for row, w in covered.items() if row not in bad], circuits)
    touched = {c.ref for c in links}
    outcomes |= {
        r: Outcome("update", o.ref) for r, o in outcomes.items() if o.outcome != "invalid" and o.ref in touched
    }
    used = still_needed(made, changes)
    unlike = contradictions(ctx, changes, {o.ref: row for row, o in outcomes.items() if o.ref})
    warnings = (*carriers.warnings(rows, standing), *unlike)
    whole = Planned((*used, *changes, *links), outcomes, {"provider": len(used)}, warnings)
    return whole.with_understood(carriers.understood(rows, standing, _staying(ctx, said, outcomes, providers), headers))


def _fields(row: StagedRow) -> tuple[Mapping[str, Any], Iterable[str]]:
    said = row.values
    fields: dict[str, Any] = {name: said[name] for name in _FIELDS if name in said}
    supplied = {"title"} - set(fields)
    fields.setdefault("title", fields.get("number"))
    kind = kind_of(str(said.get("kind", "")))
    if kind:
        fields["kind"] = kind
    if "parent_number" in said:
        fields["parent"] = said["parent_number"]
    fields |= clause(said)
    if isinstance(listed := said.get("circuit_ids"), tuple):
        fields["circuits"] = list(dict.fromkeys(listed))
    texts = [str(said["notes"])] if "notes" in said else []
    texts += [f"{word}: {said[f]}." for f, word in (("department", "Department"), ("bid_number", "Bid")) if f in said]
    if said.get("kind") and not kind:
        texts.append(f"Kind in the file: {said['kind']}.")
    if texts:
        fields["description"] = " ".join(texts)
        supplied |= set() if "notes" in said else {"description"}
    return fields, supplied


def _matched(
    said: Sequence[Said[ContractEdit]],
    providers: Names,
    circuits: Names,
    there: Mapping[tuple[UUID, str], list[Named]],
    stands: Mapping[UUID, UUID],
    headers: Headers,
) -> tuple[list[Asked[ContractEdit]], Bad]:
    asked: list[Asked[ContractEdit]] = []
    bad: Bad = {}
    for s in said:
        named = providers.find(s.edit.provider) if s.edit.provider else None
        number = folded(s.edit.number or "")
        found = there.get((stands.get(named.id, named.id), number), []) if named and number else []
        unknown = [key for key in s.edit.circuits or () if circuits.find(key) is None]
        if len(found) > 1:
            message = f"Several contracts of the provider have that number: {', '.join(c.ref for c in found)}."
            bad[s.row.row] = problem(s.row, "ambiguous", message, headers.get("number"))
        elif unknown:
            message = f"{len(unknown)} of its circuits are not known, or more than one answers to the id."
            bad[s.row.row] = problem(s.row, "not_found", message, headers.get("circuit_ids"))
        else:
            asked.append(asked_for(s, found[0].ref if found else None, ("provider", "number")))
    return asked, bad


def _staying(
    ctx: Context, said: Sequence[Said[ContractEdit]], outcomes: Mapping[int, Outcome], providers: Names
) -> dict[int, str]:
    """Tell of the rows whose contract is on file with another party of the same family than the one they name."""
    refs = {s.row.row: ref for s in said if (ref := outcomes[s.row.row].ref)}
    found = contract_names(ctx, refs.values())
    ids = [named.id for ref in refs.values() for named in found.all(ref)]
    party = {row["ref"]: row["provider_id"] for row in rows_by_id(ctx, ids).values()}
    have = carriers.on_file_under(ctx, party.values())
    told = {}
    for s in said:
        named, own = providers.find(s.edit.provider or ""), party.get(refs.get(s.row.row, ""))
        if named and own and own != named.id:
            told[s.row.row] = f"The contract stays with {have[own]}, as it is on file."
    return told


def _parent(edit: ContractEdit) -> str | None:
    return edit.parent


def _numbers(edit: ContractEdit) -> Iterable[str]:
    return filter(None, (edit.number,))


def _claims(asked: Asked[ContractEdit], providers: Names, circuits: Names) -> Iterable[tuple[str, Any]]:
    edit = asked.wanted.edit
    if edit.number and edit.provider and (provider := providers.find(edit.provider)):
        yield "provider and number", (provider.id, folded(edit.number))
    for circuit in {named.id for key in edit.circuits or () if (named := circuits.find(key))}:
        yield "circuit to govern", circuit


def _without_circuits(asked: Asked[ContractEdit]) -> Asked[ContractEdit]:
    """Links of a known contract are planned for themselves."""
    edit = asked.wanted.edit
    bare = ContractEdit.model_validate(edit.model_dump(exclude_unset=True, exclude={"circuits"}))
    return replace(asked, wanted=replace(asked.wanted, edit=bare))


def _fresh(asked: Sequence[Asked[ContractEdit]], refused: Bad) -> list[Asked[ContractEdit]]:
    return [a for a in asked if a.wanted.action is Action.CREATE and a.row.row not in refused]


def _links(ctx: Context, covered: Sequence[Wanted[ContractEdit]], circuits: Names) -> list[Change]:
    """Plan the circuits a sheet adds to contracts we have; a link that is there stays as it is."""
    pairs = [(w.ref or "", circuits.get(key, "circuits")) for w in covered for key in w.edit.circuits or ()]
    there = {(row["contract_ref"], row["circuit_id"]) for row in links_of_circuits(ctx, {c.id for _, c in pairs})}
    wanted = [
        Wanted(Action.CREATE, None, ContractCircuitEdit(contract=contract, circuit=circuit.ref))
        for contract, circuit in pairs
        if (contract, circuit.id) not in there
    ]
    return contracts.plan_governed(ctx, wanted) if wanted else []
