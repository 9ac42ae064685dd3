"""What every detail page shows beside the record itself: notes, tags, contacts, open changes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from netos_core.annotations.queries import notes_on, tags_on
from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Status
from netos_core.kernel.context import Context
from netos_core.overview.schemas import ContactView, NoteView, OpenChange
from netos_core.providers.model import ProviderContact


def notes(ctx: Context, entity: str, entity_id: UUID) -> list[NoteView]:
    return [
        NoteView(id=str(row["id"]), text=row["text"], author=row["author"], agent=row["agent"], at=row["created_at"])
        for row in notes_on(ctx, entity, entity_id)
    ]


def tags(ctx: Context, entity: str, entity_id: UUID) -> list[str]:
    return tags_on(ctx, entity, [entity_id]).get(entity_id, [])


def open_changes(ctx: Context, ref: str, entity_id: UUID) -> list[OpenChange]:
    """List proposals that wait on a record or on a part of it."""
    rows = ctx.session.execute(
        select(Proposal.ref, Proposal.title, Proposal.risk)
        .join(ProposalChange, ProposalChange.proposal_id == Proposal.id)
        .where(
            Proposal.status == Status.OPEN,
            Proposal.expires_at > ctx.now,
            (ProposalChange.entity_id == entity_id) | (ProposalChange.ref == ref),
        )
        .group_by(Proposal.id)
        .order_by(Proposal.id.desc())
        .limit(10)
    )
    return [OpenChange(change_id=row.ref, title=row.title, risk=row.risk) for row in rows]


def contacts(ctx: Context, provider_id: UUID) -> list[ContactView]:
    """List a provider's contacts: the NOC first, then the escalation ladder in order."""
    rows = ctx.session.scalars(
        select(ProviderContact)
        .where(ProviderContact.provider_id == provider_id, ProviderContact.retired_at.is_(None))
        .order_by(ProviderContact.kind != "noc", ProviderContact.kind, ProviderContact.level, ProviderContact.name)
    )
    return [
        ContactView(
            id=str(c.id), kind=c.kind, level=c.level, name=c.name, title=c.title, phone=c.phone, email=c.email,
            hours=c.hours,
        )
        for c in rows
    ]  # fmt: skip
