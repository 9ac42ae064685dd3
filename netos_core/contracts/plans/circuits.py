"""Which circuits a contract names, and which one of several governs a circuit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries
from netos_core.contracts.schemas import ContractCircuitEdit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Named, Names


@dataclass(frozen=True, slots=True)
class Links:
    """Which contract names and governs which circuit today, and what this set already does about it."""

    by_pair: Mapping[tuple[UUID, UUID], Mapping[str, Any]]
    governing: Mapping[UUID, Mapping[str, Any]]
    claimed: set[UUID] = field(default_factory=set)
    made: set[tuple[UUID, UUID]] = field(default_factory=set)
    touched: set[UUID] = field(default_factory=set)


def links_of(rows: Sequence[Mapping[str, Any]]) -> Links:
    return Links(
        by_pair={(row["contract_id"], row["circuit_id"]): row for row in rows},
        governing={row["circuit_id"]: row for row in rows if row["governs"]},
    )


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
    links = links_of(queries.links_of_circuits(ctx, named))
    by_id = queries.links_by_id(ctx, {row_id for w in wanted if (row_id := _uuid(w.ref))})
    changes: list[Change] = []
    for w in wanted:
        if w.action is Action.UPDATE:
            raise Invalid("A link is made or retired.", field="action", fix="Use create with governs true or false.")
        row = by_id.get(row_id) if (row_id := _uuid(w.ref)) else None
        if row is None and row_id is None:
            contract, circuit = _ends(w, contract_names, circuit_names)
            if w.action is Action.CREATE:
                changes += governed(contract, circuit, links, governs=w.edit.governs)
                continue
            row = links.by_pair.get((contract.id, circuit.id))
        if row is None:
            raise NotFound("There is no such link.", field="ref", fix="get_contract lists the circuits it names.")
        if row["id"] in links.touched:
            raise Conflict("A link is asked for twice in one change.", field="items", fix="Ask once for each.")
        links.touched.add(row["id"])
        changes.append(link_retired(row))
    return changes


def _ends(w: Wanted[ContractCircuitEdit], contract_names: Names, circuit_names: Names) -> tuple[Named, Named]:
    contract = w.edit.contract or w.ref
    if not contract or not w.edit.circuit:
        missing = "contract" if not contract else "circuit"
        raise Invalid("A link needs its contract and its circuit.", field=missing)
    return contract_names.get(contract, "contract"), circuit_names.get(w.edit.circuit, "circuit")


def governed(contract: Named, circuit: Named, links: Links, *, governs: bool) -> list[Change]:
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
        return [*([link_retired(own)] if own else []), *changes, new]
    change = changed("contract_circuit", own, {"governs": governs}, ref=contract.ref, part=part)
    return [change] if change else []


def plan_leaving(ctx: Context, circuit_ids: Sequence[UUID]) -> list[Change]:
    """Plan the retirement of what contracts say of circuits that are retired themselves."""
    return [link_retired(row) for row in queries.links_of_circuits(ctx, circuit_ids)]


def link_retired(row: Mapping[str, Any]) -> Change:
    part = f"circuit {row['circuit_ref']}"
    return retired("contract_circuit", row, ref=row["contract_ref"], part=part, shown=("governs",))


def _uuid(ref: str | None) -> UUID | None:
    try:
        return UUID(ref or "")
    except ValueError:
        return None
