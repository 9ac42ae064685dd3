"""The decision that a letter carries out: which one it is, and what the letter's service says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.changes.rules import Change
from netos_core.documents.model import Document
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.lookup import Named, Names
from netos_core.letters.schemas import LetterEdit
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.plans import Service, names, plan_served


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions that letters name, and the contract each is about."""

    names: Names
    about: Mapping[UUID, UUID]

    def of(self, edit: LetterEdit, contract_id: UUID) -> Named | None:
        """Return the decision a letter under a contract names, if it names one.

        Raises:
            NotFound: No decision has that ref.
            Invalid: It is about another contract.
        """
        if edit.decision is None:
            return None
        named = self.names.get(edit.decision, "decision")
        if self.about.get(named.id) != contract_id:
            raise Invalid(
                f"{named.ref} is about another contract.", field="decision", fix="get_contract names its own."
            )
        return named


def known(ctx: Context, keys: Iterable[str]) -> Decisions:
    """Look up the decisions that letters name."""
    wanted = set(keys)
    found = names(ctx, wanted)
    ids = {named.id for key in wanted if (named := found.find(key))}
    rows = ctx.session.execute(
        select(RenewalDecision.id, RenewalDecision.contract_id).where(RenewalDecision.id.in_(ids))
    )
    return Decisions(found, {row.id: row.contract_id for row in rows} if ids else {})


def carried_out(ctx: Context, letter: Mapping[str, Any], labels: Mapping[str, str]) -> list[Change]:
    """Plan that the service of a letter carries out its decision; nothing where it has none, or that is on record.

    Args:
        ctx: The call.
        letter: The row as it would be: the day and method of its service, and the document that proves it.
        labels: What that document is called, if it is a new one.
    """
    served: date | None = letter["served_date"]
    if letter["decision_id"] is None or served is None:
        return []
    proof = letter["proof_document_id"]
    called = labels.get(str(proof)) or ctx.session.scalar(select(Document.ref).where(Document.id == proof)) or ""
    service = Service(served, letter["served_method"], letter["tracking_number"], proof, called)
    change = plan_served(ctx, letter["decision_id"], service)
    return [change] if change else []
