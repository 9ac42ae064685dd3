"""What every detail page shows beside the record itself: notes, tags, contacts, open changes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import TIMESTAMP, Text, Uuid, bindparam, or_, select

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
    rows = ctx.session.execute(_OPEN, {"now": ctx.now, "entity_id": entity_id, "ref": ref})
    return [OpenChange(change_id=row.ref, title=row.title, risk=row.risk) for row in rows]


# Built once: with so small a read, building the statement would cost more than running it.
_OPEN = (
    select(Proposal.ref, Proposal.title, Proposal.risk)
    .join(ProposalChange, ProposalChange.proposal_id == Proposal.id)
    .where(
        Proposal.status == Status.OPEN,
        Proposal.expires_at > bindparam("now", type_=TIMESTAMP(timezone=True)),
        or_(
            ProposalChange.entity_id == bindparam("entity_id", type_=Uuid),
            ProposalChange.ref == bindparam("ref", type_=Text),
        ),
    )
    .group_by(Proposal.id)
    .order_by(Proposal.id.desc())
    .limit(10)
)


def contacts(ctx: Context, provider_id: UUID) -> list[ContactView]:
    """List a provider's contacts: the NOC first, then the escalation ladder in order."""
    rows = ctx.session.execute(_CONTACTS, {"provider": provider_id})
    return [
        ContactView(
            id=str(c.id), kind=c.kind, level=c.level, name=c.name, title=c.title, phone=c.phone, email=c.email,
            hours=c.hours,
        )
        for c in rows
    ]  # fmt: skip


_CONTACTS = (
    select(
        ProviderContact.id, ProviderContact.kind, ProviderContact.level, ProviderContact.name, ProviderContact.title,
        ProviderContact.phone, ProviderContact.email, ProviderContact.hours,
    )
    .where(ProviderContact.provider_id == bindparam("provider", type_=Uuid), ProviderContact.retired_at.is_(None))
    .order_by(ProviderContact.kind != "noc", ProviderContact.kind, ProviderContact.level, ProviderContact.name)
)  # fmt: skip
