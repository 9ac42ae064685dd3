"""What every detail page shows beside the record itself: notes, tags, contacts, open changes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from netos_core.annotations.queries import notes_on as notes
from netos_core.annotations.queries import tags_of as tags
from netos_core.changes.queries import open_changes
from netos_core.kernel.context import Context
from netos_core.overview.schemas import ContactView
from netos_core.providers.model import ProviderContact

__all__ = ["contacts", "notes", "open_changes", "tags"]


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
