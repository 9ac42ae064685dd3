"""The orders a sheet of circuits tells of by its term columns: one a contract number, or one a circuit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import ValidationError

from netos_core.changes.plans import Wanted, changed, created
from netos_core.changes.rules import Action, Change
from netos_core.contracts import plans as contracts
from netos_core.contracts.queries import governing, links_of_circuits
from netos_core.contracts.schemas import ContractEdit
from netos_core.imports.plans.clauses import MOST_TOLD, TERM_FIELDS, clause, contradictions, terms_told
from netos_core.imports.plans.numbers import by_number
from netos_core.imports.plans.remarks import Record
from netos_core.imports.plans.rows import Asked, Headers, ids_by_ref, planned_apart, problem, unfit
from netos_core.imports.rules.outcome import Bad
from netos_core.imports.rules.preview import StagedRow
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, folded


@dataclass(frozen=True, slots=True)
class Orders:
    """The contracts and links a sheet adds, the circuits they touch, and the rows whose terms can not be."""

    changes: tuple[Change, ...]
    touched: frozenset[str]
    bad: Bad
    warnings: tuple[str, ...]


Member: TypeAlias = tuple[Record, StagedRow]


def of_circuits(
    ctx: Context,
    records: Sequence[Member],
    fresh: Collection[UUID],
    owners: Mapping[int, Named],
    stands: Mapping[UUID, UUID],
    headers: Headers,
) -> Orders:
    """Plan the orders a sheet of circuits tells of.

    A circuit that a contract governs already keeps it, and a contract we have keeps its terms: a sheet of
    circuits adds what is missing and corrects no paper.

    Args:
        ctx: The call.
        records: The circuits and their rows.
        fresh: The circuits among them that are new.
        owners: The provider of each row.
        stands: Who stands today for a provider that was taken over.
        headers: The header of each field.
    """
    telling = [(record, row) for record, row in records if any(f in row.values for f in TERM_FIELDS)]
    old = [record.id for record, _ in telling if record.id not in fresh]
    governed = governing(ctx, old)
    groups = _groups([(record, row) for record, row in telling if record.id not in governed], owners, stands)
    there = by_number(ctx, {key for _, key in groups}, stands)
    linked = {(link["contract_id"], link["circuit_id"]): link for link in links_of_circuits(ctx, old)}
    asked: list[Asked[ContractEdit]] = []
    links: list[Change] = []
    bad: Bad = {}
    for (provider_id, number), members in groups.items():
        first = members[0][1]
        found = there.get((provider_id, number), [])
        if len(found) > 1:
            message = f"Several contracts of the provider have that number: {', '.join(c.ref for c in found)}."
            bad[first.row] = problem(first, "ambiguous", message, headers.get("contract_number"))
        elif found:
            links += [_link(found[0], record, linked) for record, _ in members]
        else:
            try:
                asked.append(Asked(first, Wanted(Action.CREATE, None, _order(members, owners[first.row]))))
            except ValidationError as refused:
                bad[first.row] = unfit(first, refused, headers)
    made, refused_rows = _planned(
        ctx, asked, owners.values(), [m for members in groups.values() for m in members], headers
    )
    bad |= refused_rows
    first_rows = [a.row.row for a in asked if a.row.row not in refused_rows]
    by_ref = dict(zip(ids_by_ref("contract", made), first_rows, strict=True))
    warnings = [*_unlike(groups), *contradictions(ctx, made, by_ref)]
    if governed:
        warnings.append(f"The terms of {len(governed)} rows were not used: a contract governs their circuits already.")
    return Orders(
        (*links, *made),
        frozenset(record.ref for members in groups.values() for record, _ in members),
        # What is wrong with an order is wrong with every row that tells of it.
        {
            row.row: tuple(replace(told, row=row.row) for told in bad[members[0][1].row])
            for members in groups.values()
            if members[0][1].row in bad
            for _, row in members
        },
        tuple(warnings),
    )


def _groups(
    open_: Iterable[Member], owners: Mapping[int, Named], stands: Mapping[UUID, UUID]
) -> dict[tuple[UUID, str], list[Member]]:
    """Put the rows of one contract number together; a row without a number stands for itself."""
    groups: dict[tuple[UUID, str], list[Member]] = {}
    for record, row in open_:
        number = str(row.values.get("contract_number", ""))
        key = folded(number) if number else record.ref
        owner = owners[row.row].id
        groups.setdefault((stands.get(owner, owner), key), []).append((record, row))
    return groups


def _order(members: Sequence[Member], provider: Named) -> ContractEdit:
    record, row = members[0]
    said = row.values
    number = said.get("contract_number")
    fields: dict[str, Any] = {
        name: said[name] for name in ("term_months", "term_start_date", "term_end_date", "currency") if name in said
    }
    return ContractEdit.model_validate(
        {
            **fields,
            **clause(said),
            "provider": provider.ref,
            "number": number,
            "title": str(number or f"Order for {said.get('provider_circuit_id', record.ref)}"),
            "circuits": [member.ref for member, _ in members],
        }
    )


def _planned(
    ctx: Context,
    asked: Sequence[Asked[ContractEdit]],
    owners: Iterable[Named],
    members: Sequence[Member],
    headers: Headers,
) -> tuple[list[Change], Bad]:
    providers, circuits = Names("provider", "get_provider"), Names("circuit", "search_circuits")
    for owner in owners:
        providers.add(owner.ref, owner)
    for record, _ in members:
        circuits.add(record.ref, Named(record.id, record.ref, record.ref))
    known = replace(contracts.known_for(ctx, []), providers=providers, circuits=circuits)

    def plan(wanted: Sequence[Wanted[ContractEdit]]) -> list[Change]:
        # None of these circuits is governed, and each is in one order only, so no link is in the way.
        return contracts.plan(ctx, wanted, replace(known, links=contracts.Links({}, {})))

    return planned_apart(asked, plan, headers)


def _link(contract: Named, circuit: Record, linked: dict[tuple[UUID, UUID], Any]) -> Change:
    part = f"circuit {circuit.ref}"
    labels = {str(contract.id): contract.ref, str(circuit.id): circuit.ref}
    own = linked.get((contract.id, circuit.id))
    if own is not None:
        change = changed("contract_circuit", own, {"governs": True}, ref=contract.ref, part=part, labels=labels)
        if change is not None:
            return change
    values = {"contract_id": contract.id, "circuit_id": circuit.id, "governs": True}
    return created("contract_circuit", values, ref=contract.ref, part=part, labels=labels)


def _unlike(groups: dict[tuple[UUID, str], list[Member]]) -> list[str]:
    """Say where rows of one contract number disagree about its terms; the first row is the one that was taken."""
    told: list[str] = []
    for members in groups.values():
        first = members[0][1]
        other = next((row for _, row in members[1:] if terms_told(row) != terms_told(first)), None)
        if other is not None:
            told.append(f"Rows {first.row} and {other.row} tell one contract in two ways; row {first.row} was taken.")
    return told[:MOST_TOLD]
