"""Agreements, orders and amendments, and the circuits they govern."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, name_index, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class Contract(Entity, Base):
    """Terms as the paper has them.

    `notice_deadline` and `act_by` are worked out by the plan that writes the terms and stored beside
    them, so a diff shows the deadline move and a list filters by it. None where the paper does not say.
    They are those of the paper's own term; what follows it in silence stands in `renewals`.
    `etf` and `escalator` are typed data, read and written by `rules.etf`, and each is replaced whole.
    An amendment counts from its first day, else from its signature, and leaves what it does not state: `rules.papers`.
    A `co_terminus` one ends with its parent: `term_end_date` is then the parent's, and moves with it.
    """

    __tablename__ = "contract"

    ref: Mapped[str] = ref_column()
    kind: Mapped[str]
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract.id", deferrable=True), index=True)
    number: Mapped[str | None]
    title: Mapped[str]
    signed_date: Mapped[date | None]
    term_start_date: Mapped[date | None]
    term_months: Mapped[int | None]
    term_end_date: Mapped[date | None]
    co_terminus: Mapped[bool] = mapped_column(server_default=text("false"))
    end_of_term: Mapped[str]
    evergreen: Mapped[bool] = mapped_column(server_default=text("false"))
    renewal_term_months: Mapped[int | None]
    notice_count: Mapped[int | None]
    notice_unit: Mapped[str | None]
    notice_opens_count: Mapped[int | None]
    notice_opens_unit: Mapped[str | None]
    renewal_notice_count: Mapped[int | None]
    renewal_notice_unit: Mapped[str | None]
    notice_method: Mapped[str | None]
    notice_address: Mapped[str | None]
    notice_counted_from: Mapped[str | None]
    delivery_lead_days: Mapped[int | None]
    notice_deadline: Mapped[date | None]
    act_by: Mapped[date | None]
    mrc: Mapped[MoneyColumn | None]
    nrc: Mapped[MoneyColumn | None]
    total_value: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    etf: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    escalator: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "number", "title", "description")

    __table_args__ = (
        CheckConstraint("term_end_date >= term_start_date", name="term_end_after_start"),
        CheckConstraint("(notice_count is null) = (notice_unit is null)", name="notice_is_whole"),
        CheckConstraint("(notice_opens_count is null) = (notice_opens_unit is null)", name="notice_opens_is_whole"),
        CheckConstraint(
            "(renewal_notice_count is null) = (renewal_notice_unit is null)", name="renewal_notice_is_whole"
        ),
        Index("ix_contract_act_by", "act_by", postgresql_where=LIVE),
        Index("ix_contract_amending", "parent_id",
              postgresql_where=text("kind = 'amendment' and retired_at is null")),
        Index("ix_contract_number", "provider_id", "number"),
        name_index("contract", "number"),
        trigram_index("contract"),
    )  # fmt: skip


class ContractCircuit(Entity, Base):
    """A circuit named by a contract. The one that `governs` sets the term of the circuit today."""

    __tablename__ = "contract_circuit"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"))
    governs: Mapped[bool]

    __table_args__ = (
        Index("uq_contract_circuit_live", "contract_id", "circuit_id", unique=True, postgresql_where=LIVE),
        Index("uq_contract_circuit_governs", "circuit_id", unique=True, postgresql_include=["contract_id"],
              postgresql_where=text("governs and retired_at is null")),
    )  # fmt: skip
