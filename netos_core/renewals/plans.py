"""From what is decided about a term to the exact rows that would change. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.access import queries as people
from netos_core.changes.plans import Wanted, changed
from netos_core.changes.rows import Draft, Kind, plan_leaving, plan_rows, rows_by_id
from netos_core.changes.rules import Action, Change
from netos_core.contracts import queries as contracts
from netos_core.contracts.model import Contract
from netos_core.documents import queries as documents
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.lookup import Names, fill
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries.standing import TERM_END, with_standing
from netos_core.renewals.rules import deadline_before, why_not_counted
from netos_core.renewals.schemas import DecisionEdit

DECISION = RenewalDecision.__table__


class AlreadyDecided(Conflict):
    """The term has a decision."""


@dataclass(frozen=True, slots=True)
class Service:
    """Notice as it was served: the day, the method, its tracking number, and the document that proves it."""

    on: date
    method: str
    reference: str | None
    proof_id: UUID
    proof: str


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look decisions up by ref."""
    found = Names("decision", "list_renewals")
    fill(ctx.session, found, DECISION, list(keys), by=[], name=DECISION.c.ref)
    return found


KIND = Kind(
    "renewal_decision",
    "decision",
    required=("contract", "choice"),
    links={
        "contract": contracts.names,
        "owner": people.names,
        "successor": contracts.names,
        "proof": documents.names,
    },
    shown=("ref", "choice", "term_end_date"),
    names=names,
    kept=("decided_date",),
)


def plan(ctx: Context, wanted: Sequence[Wanted[DecisionEdit]]) -> list[Change]:
    """Plan decisions. A new one is about the term in force, is made today, and is its maker's to see through.

    Raises:
        NotFound: A contract, a person, a document or a decision named in it means nothing we have.
        Invalid: The contract or the choice is missing, or its days are in the wrong order.
        Conflict: The term has a decision already, or the same one is asked for twice.
    """
    ends = _ends(ctx, {w.edit.contract for w in wanted if w.edit.contract})
    said = iter([w.edit for w in wanted if w.action is Action.CREATE])

    def complete(draft: Draft) -> None:
        values, edit = draft.values, next(said)
        if "term_end_date" not in edit.model_fields_set:
            values["term_end_date"] = ends.get(values["contract_id"])
        values["decided_date"] = values.get("decided_date") or ctx.today
        if "owner" not in edit.model_fields_set and not ctx.principal.scheduled:
            values["owner_id"] = ctx.principal.person_id
            draft.about[ctx.principal.person_id] = people.named(ctx.principal)

    def check(drafts: Sequence[Draft]) -> None:
        _check_days(drafts)
        _check_terms(ctx, drafts)

    return plan_rows(ctx, KIND, wanted, complete=complete, check=check)


def _ends(ctx: Context, keys: Iterable[str]) -> Mapping[UUID, date | None]:
    """Read when the term in force of each contract ends."""
    found = contracts.names(ctx, keys)
    ids = [named.id for key in keys if (named := found.find(key))]
    rows = ctx.session.execute(with_standing(select(Contract.id, TERM_END.label("ends"))).where(Contract.id.in_(ids)))
    return {row.id: row.ends for row in rows}


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say of notice that a change would record as served why it does not count, or may not."""
    served = [c for c in changes if c.entity == KIND.entity and c.after.get("served_date")]
    known = rows_by_id(ctx, KIND.table, [c.id for c in served])
    rows = [(c.ref, {**known.get(c.id, {}), **c.after}) for c in served]
    papers = contracts.rows_by_id(ctx, {UUID(str(row["contract_id"])) for _, row in rows})
    above = contracts.above(ctx.session, list(papers.values()))
    said = []
    for ref, row in rows:
        terms = contracts.terms_of(contracts.completed(papers[UUID(str(row["contract_id"]))], above))
        dates = deadline_before(terms, _day(row["term_end_date"]))
        served_on, accepted = _day(row["served_date"]), bool(row.get("confirmed_date"))
        if dates and served_on and (why := why_not_counted(served_on, dates, accepted=accepted)):
            said.append(f"{ref}: {why}")
    return tuple(said)


def _day(value: Any) -> date | None:
    """Read a day of a row, or of a change, which holds it as text."""
    return date.fromisoformat(str(value)) if value else None


def _check_days(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        values = draft.values
        served, confirmed = values.get("served_date"), values.get("confirmed_date")
        if confirmed and not served:
            raise Invalid("What was not served is not confirmed.", field="confirmed_date", fix="Set served_date too.")
        if confirmed and confirmed < served:
            raise Invalid("It would be confirmed before it was served.", field="confirmed_date")
        if values.get("proof_id") and not served:
            raise Invalid("Proof of what? No day of service is recorded.", field="proof", fix="Set served_date too.")
        if values.get("successor_id") == values["contract_id"]:
            raise Invalid("A contract does not follow itself.", field="successor", fix="Change its terms instead.")


def _check_terms(ctx: Context, drafts: Sequence[Draft]) -> None:
    """Refuse a second decision about one term."""
    contract_ids = {draft.values["contract_id"] for draft in drafts}
    rows = ctx.session.execute(
        select(DECISION.c.id, DECISION.c.ref, DECISION.c.contract_id, DECISION.c.term_end_date).where(
            DECISION.c.contract_id.in_(contract_ids), DECISION.c.retired_at.is_(None)
        )
    )
    taken: dict[tuple[Any, Any], tuple[UUID, str]] = {(r.contract_id, r.term_end_date): (r.id, r.ref) for r in rows}
    for draft in drafts:
        key = (draft.values["contract_id"], draft.values["term_end_date"])
        known, ref = taken.setdefault(key, (draft.id, "this change"))
        if known != draft.id:
            raise AlreadyDecided(
                f"The term is decided already, by {ref}.", field="term_end_date", fix="Change that decision instead."
            )


def plan_served(ctx: Context, decision_id: UUID, service: Service) -> Change | None:
    """Plan that notice has carried a decision out; None where its service is on record, or it is retired."""
    found = ctx.session.execute(
        select(DECISION).where(
            DECISION.c.id == decision_id, DECISION.c.retired_at.is_(None), DECISION.c.served_date.is_(None)
        )
    )
    row = found.mappings().first()
    if row is None:
        return None
    values = {
        "served_date": service.on,
        "served_method": service.method,
        "served_reference": service.reference,
        "proof_id": service.proof_id,
    }
    new = {name: value for name, value in values.items() if value is not None}
    return changed("renewal_decision", dict(row), new, ref=row["ref"], labels={str(service.proof_id): service.proof})


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan the retirement of decisions about contracts that are retired."""
    gone = [c.id for c in changes if c.entity == "contract" and c.action is Action.RETIRE]
    return plan_leaving(ctx, KIND, "contract", gone)
