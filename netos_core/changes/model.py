"""Proposals, approvals, and the audit trail with its seals. Approval, audit and seal rows are append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, ref_column


class Proposal(Base):
    """A change set that waits for its approvals, or how it ended."""

    __tablename__ = "proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    title: Mapped[str]
    reason: Mapped[str]
    warnings: Mapped[list[str]]
    digest: Mapped[str]
    fingerprint: Mapped[str]
    aspects: Mapped[list[str]]
    risk: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    people_needed: Mapped[int]
    schema_revision: Mapped[str]
    counts: Mapped[dict[str, Any]]
    source: Mapped[dict[str, Any]]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    client: Mapped[str | None]
    request_id: Mapped[str]
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_reason: Mapped[str | None]

    __table_args__ = (
        Index("ix_proposal_open", "created_at", postgresql_where=text("status = 'open'")),
        Index("ix_proposal_fingerprint", "fingerprint", postgresql_where=text("status = 'open'")),
        Index("uq_proposal_undoes", "undoes_id", unique=True, postgresql_where=text("status in ('open', 'committed')")),
    )


class ProposalChange(Base):
    """One row's change of a proposal. `columns` names the changed columns, so a commit is set-based."""

    __tablename__ = "proposal_change"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID] = mapped_column(index=True)
    ref: Mapped[str]
    part: Mapped[str]
    version: Mapped[int | None]
    columns: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    labels: Mapped[dict[str, Any]]


class Approval(Base):
    """A decision about one exact digest: who, when, through which channel. Append-only."""

    __tablename__ = "approval"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"), index=True)
    digest: Mapped[str]
    decision: Mapped[str]
    via: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    roles: Mapped[list[str]]
    comment: Mapped[str | None]
    request_id: Mapped[str]
    address: Mapped[str | None]
    at: Mapped[datetime]


class ApprovalAsk(Base):
    """A question the server put to a person through their client. Its nonce answers once."""

    __tablename__ = "approval_ask"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposal.id"))
    digest: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]


class AuditRow(Base):
    """What happened: who, on whose behalf, what, when, why, from where. Append-only.

    `person_id` did it; for a committed field change that is the last approver, `proposed_by` the
    person it was proposed for and `agent` the agent that proposed it, as it calls itself. `client` is
    what signed that agent in: an application of the directory, a personal token.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID | None]
    ref: Mapped[str]
    part: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    labels: Mapped[dict[str, Any]]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[list[str]]
    agent: Mapped[str | None]
    channel: Mapped[str]
    reason: Mapped[str | None]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))
    request_id: Mapped[str]
    address: Mapped[str | None]
    client: Mapped[str | None]

    __table_args__ = (
        Index("ix_audit_entity", "entity", "entity_id", "id"),
        Index("ix_audit_ref", "ref", "id"),
        Index("ix_audit_person", "person_id", "id"),
        Index("ix_audit_proposal", "proposal_id"),
        Index("ix_audit_at", "at"),
        Index("ix_audit_request", "request_id"),
    )


class AuditSeal(Base):
    """A hash over a run of audit rows and the seal before it. Append-only."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    rows: Mapped[int]
    sha256: Mapped[str]
    at: Mapped[datetime]


class Touched(Base):
    """A row that a commit wrote and that the search has not taken up yet; one row however often it was written."""

    __tablename__ = "touched"

    entity: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Written(Base):
    """The one stamp that the database changes at the end of every transaction that wrote what answers rest on."""

    __tablename__ = "written"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    stamp: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))

    __table_args__ = (CheckConstraint("one", name="one_row"),)
