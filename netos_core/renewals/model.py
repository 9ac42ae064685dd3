"""What was decided about terms, where each contract stands, and every step it took."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, ref_column

LIVE = text("retired_at is null")
NO_END = text("coalesce(term_end_date, '9999-12-31'::date)")


class RenewalDecision(Entity, Base):
    """What is to become of a contract at the end of one of its terms, and how it was carried out.

    The term is known by its last day, so a term whose end is corrected is undecided again, and says so. `successor`
    is the contract that follows; service of notice counts once its proof is on file.
    """

    __tablename__ = "renewal_decision"

    ref: Mapped[str] = ref_column()
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    term_end_date: Mapped[date | None]
    choice: Mapped[str]
    decided_date: Mapped[date]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    due_date: Mapped[date | None]
    reasoning: Mapped[str | None]
    served_date: Mapped[date | None]
    served_method: Mapped[str | None]
    served_reference: Mapped[str | None]
    proof_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    confirmed_date: Mapped[date | None]
    confirmation: Mapped[str | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract.id"))

    __table_args__ = (
        CheckConstraint("confirmed_date >= served_date", name="confirmed_after_served"),
        Index("uq_renewal_decision_term_live", "contract_id", NO_END, unique=True, postgresql_where=LIVE),
    )


class Standing(Base):
    """Where a contract stands, kept by the engine: the term in force, its deadline, and the day to look again.

    `contract_version` and `decisions` (the versions of all decisions about the contract, added up) say what it was
    worked out from; where they differ from what is on file, it is due. `number` 0 is the paper's own term. `alarm` is
    the rung a decided term still alarms on.
    """

    __tablename__ = "standing"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    contract_version: Mapped[int]
    decisions: Mapped[int]
    number: Mapped[int]
    term_start_date: Mapped[date | None]
    term_end_date: Mapped[date | None]
    notice_deadline: Mapped[date | None]
    act_by: Mapped[date | None]
    evergreen: Mapped[bool]
    state: Mapped[str]
    alarm: Mapped[str | None]
    since: Mapped[date]
    next_on: Mapped[date | None]

    __table_args__ = (Index("ix_standing_next_on", "next_on", postgresql_where=text("next_on is not null")),)


class Exposure(Base):
    """What leaving a contract costs as of the day it was last looked at, every night at the latest; None is unknown."""

    __tablename__ = "exposure"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    etf: Mapped[MoneyColumn | None]


class Transition(Base):
    """A step of a contract from one place to the next, once for each term, deadline and state.

    `missed_cost` is what a term commits that opened because nobody acted in time.
    """

    __tablename__ = "renewal_transition"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    number: Mapped[int]
    from_state: Mapped[str | None]
    state: Mapped[str]
    alarm: Mapped[str | None]
    on: Mapped[date]
    term_end_date: Mapped[date | None]
    notice_deadline: Mapped[date | None]
    act_by: Mapped[date | None]
    missed: Mapped[bool]
    missed_cost: Mapped[MoneyColumn | None]
    currency: Mapped[str | None]
    why: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint(
            "contract_id", "number", "notice_deadline", "state", "alarm",
            name="uq_renewal_transition_step", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_renewal_transition_on", "on", "id"),
    )  # fmt: skip
