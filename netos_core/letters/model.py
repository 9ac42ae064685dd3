"""Letters, and how the signature of each fares at the service that was asked for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, ref_column, search_column, trigram_index


class Letter(Entity, Base):
    """A notice to a provider, under a contract, and the decision that its service carries out.

    `circuits` are the refs of the services it names. `wording`, `pdf_sha256` and the document are set by the change
    that sends it: its parts, word for word, and the PDF that was printed of them. `serve_to` is the address its
    signed copy goes to by itself, which serves it. `sending_key` names the request at the signing service, for ever.
    """

    __tablename__ = "letter"

    ref: Mapped[str] = ref_column()
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("renewal_decision.id"), index=True)
    kind: Mapped[str]
    method: Mapped[str | None]
    letter_date: Mapped[date]
    recipient_name: Mapped[str | None]
    recipient_address: Mapped[str | None]
    recipient_email: Mapped[str | None]
    effective_date: Mapped[date | None]
    circuits: Mapped[list[str]]
    opening: Mapped[str | None]
    extra: Mapped[str | None]
    signer_name: Mapped[str | None]
    signer_title: Mapped[str | None]
    signer_email: Mapped[str | None]
    sign_by: Mapped[date | None]
    sending: Mapped[str | None]
    sending_key: Mapped[str | None]
    wording: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    pdf_sha256: Mapped[str | None]
    pdf_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    serve_to: Mapped[str | None]
    signed_date: Mapped[date | None]
    served_date: Mapped[date | None]
    served_method: Mapped[str | None]
    tracking_number: Mapped[str | None]
    proof_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    search_text: Mapped[str] = search_column("ref", "recipient_name", "signer_name", "tracking_number")

    __table_args__ = (
        CheckConstraint("(sending is null) = (pdf_sha256 is null)", name="sent_as_approved"),
        CheckConstraint("(served_date is null) = (served_method is null)", name="served_by_a_method"),
        Index("uq_letter_sending_key", "sending_key", unique=True),
        Index("ix_letter_sending", "sending", postgresql_where=text("sending = 'docuseal'")),
        trigram_index("letter"),
    )


class LetterSigning(Base):
    """One request for the signature of a letter, and what the service told of it. Facts the system derives.

    `sending_key` is the letter's at the time and the service's external id. `due_at` is when to ask again; of None
    nothing is due. `asked_at` is when something last said that there is news.
    """

    __tablename__ = "letter_signing"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    sending_key: Mapped[str] = mapped_column(unique=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"))
    approved_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    serve_to: Mapped[str | None]
    state: Mapped[str]
    submission_id: Mapped[str | None] = mapped_column(index=True)
    through: Mapped[str | None]
    queued_at: Mapped[datetime]
    out_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    told: Mapped[str | None]
    filed_at: Mapped[datetime | None]
    signed_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    record_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    problem: Mapped[str | None]

    __table_args__ = (Index("ix_letter_signing_due", "due_at", postgresql_where=text("due_at is not null")),)
