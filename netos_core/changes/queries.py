"""Reads of proposals, their changes and their approvals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import TIMESTAMP, Text, Uuid, bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from netos_core.access.rules import Aspect, rights_of
from netos_core.changes.aspects import SEE, field_aspect
from netos_core.changes.model import Approval, AuditRow, Proposal, ProposalChange
from netos_core.changes.rules import Action, Change, ChangeSet, Given, Status, Via
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base
from netos_core.kernel.errors import NotFound


class ChangeNotFound(NotFound):
    """No proposal has that id."""


def get_proposal(ctx: Context, change_id: str, *, for_update: bool = False) -> Proposal:
    """Return a proposal by its reference (`CHG-2207`), locked where it is about to be decided.

    Raises:
        ChangeNotFound: There is none.
    """
    query = select(Proposal).where(Proposal.ref == change_id.strip().upper())
    if for_update:
        query = query.with_for_update()
    proposal = ctx.session.scalar(query.execution_options(populate_existing=True))
    if proposal is None:
        raise ChangeNotFound(
            "No change has that id.", field="change_id", fix="Use the change_id that propose_change returned."
        )
    return proposal


def get_proposal_by_id(ctx: Context, proposal_id: UUID) -> Proposal:
    """Return a proposal another record points to."""
    return ctx.session.get_one(Proposal, proposal_id)


def status_of(proposal: Proposal, ctx: Context) -> Status:
    """Return the status as of now."""
    return standing(proposal.status, proposal.expires_at, ctx.now)


def standing(status: str, expires_at: datetime, now: datetime) -> Status:
    """Tell the status at a moment; an open proposal past its time is expired, marked or not."""
    if status == Status.OPEN and expires_at <= now:
        return Status.EXPIRED
    return Status(status)


def find_open_twin(ctx: Context, fingerprint: str) -> Proposal | None:
    """Find the open proposal of the same person that already asks for exactly this.

    Two identical requests at once wait for each other here, so the second finds what the first made.
    """
    ctx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(fingerprint, 0))))
    return ctx.session.scalar(
        select(Proposal)
        .where(
            Proposal.fingerprint == fingerprint,
            Proposal.person_id == ctx.principal.person_id,
            Proposal.status == Status.OPEN,
            Proposal.expires_at > ctx.now,
        )
        .order_by(Proposal.created_at)
        .limit(1)
    )


def find_undo(ctx: Context, proposal: Proposal) -> Proposal | None:
    """Find the proposal that undoes this one, or asks to."""
    return ctx.session.scalar(
        select(Proposal).where(Proposal.undoes_id == proposal.id, Proposal.status.in_((Status.OPEN, Status.COMMITTED)))
    )


def change_rows(
    ctx: Context, proposal_id: UUID, *, after_seq: int = -1, limit: int | None = None
) -> list[ProposalChange]:
    query = (
        select(ProposalChange)
        .where(ProposalChange.proposal_id == proposal_id, ProposalChange.seq > after_seq)
        .order_by(ProposalChange.seq)
    )
    return list(ctx.session.scalars(query.limit(limit) if limit else query))


def currencies(ctx: Context, rows: Iterable[ProposalChange | AuditRow]) -> dict[UUID, str]:
    """Return the currency of each record of which an amount changed and it not, for spelling the change out."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        amounts = any(field_aspect(row.entity, column) is Aspect.MONEY for column in row.after)
        if amounts and not row.after.get("currency") and row.entity_id and row.entity in Base.metadata.tables:
            wanted.setdefault(row.entity, set()).add(row.entity_id)
    found: dict[UUID, str] = {}
    for entity, ids in wanted.items():
        table = Base.metadata.tables[entity]
        if "currency" in table.columns:
            rows_of = ctx.session.execute(select(table.c.id, table.c.currency).where(table.c.id.in_(ids)))
            found.update({row.id: row.currency for row in rows_of})
    return found


def monthly_totals(ctx: Context, proposal_id: UUID) -> list[tuple[str, Decimal, Decimal]]:
    """Add up the MRC of the circuits a proposal touches, before and after, by currency."""
    rows = ctx.session.execute(
        text(
            "select coalesce(c.after->>'currency', t.currency, '') as currency,"
            " coalesce(sum((c.before->>'mrc')::numeric), 0) as before,"
            " coalesce(sum((c.after->>'mrc')::numeric), 0) as after"
            " from proposal_change c left join circuit t on t.id = c.entity_id"
            " where c.proposal_id = :proposal and c.entity = 'circuit'"
            " and (jsonb_exists(c.before, 'mrc') or jsonb_exists(c.after, 'mrc')) group by 1 order by 1"
        ),
        {"proposal": proposal_id},
    )
    return [(row.currency, row.before, row.after) for row in rows]


def columns_retired(ctx: Context, proposal_id: UUID) -> list[tuple[str, str]]:
    """Name the columns, with their table, that a proposal tells of the rows it retires or brings back."""
    rows = ctx.session.execute(
        text(
            "select distinct c.entity, k.key from proposal_change c cross join lateral jsonb_each_text(c.before) k"
            " where c.proposal_id = :proposal and c.action in (:retire, :restore) and k.value is not null"
        ),
        {"proposal": proposal_id, "retire": Action.RETIRE, "restore": Action.RESTORE},
    )
    return [(row.entity, row.key) for row in rows]


def rights_of_rows(ctx: Context, proposal_id: UUID) -> list[str]:
    """Name the rights that rows with a class of their own are shown with."""
    rows = ctx.session.execute(
        text("select distinct labels ->> :see from proposal_change where proposal_id = :proposal and labels ? :see"),
        {"proposal": proposal_id, "see": SEE},
    )
    return [row[0] for row in rows]


def change_set_of(ctx: Context, proposal: Proposal) -> ChangeSet:
    """Read the stored change set back, whole."""
    table = ProposalChange.__table__
    rows = ctx.session.execute(select(table).where(table.c.proposal_id == proposal.id).order_by(table.c.seq)).mappings()
    return ChangeSet(
        proposal.title,
        tuple(
            Change(
                Action(r["action"]), r["entity"], r["entity_id"], r["ref"], r["part"], r["version"],
                r["before"], r["after"], r["labels"],
            )
            for r in rows
        ),
        tuple(proposal.warnings),
    )  # fmt: skip


def approvals_of(ctx: Context, proposal: Proposal) -> list[Approval]:
    return list(
        ctx.session.scalars(
            select(Approval).where(Approval.proposal_id == proposal.id).order_by(Approval.at, Approval.id)
        )
    )


def given(approvals: Iterable[Approval], digest: str) -> list[Given]:
    """Return the approvals of one exact digest as the policy weighs them, by the roles held at the time."""
    return [
        Given(a.person_id, rights_of(a.roles), Via(a.via))
        for a in approvals
        if a.decision == "approve" and a.digest == digest
    ]


def moved_refs(ctx: Context, proposal: Proposal) -> list[str]:
    """Name the records of a proposal that are no longer at the version it was planned on."""
    entities = ctx.session.scalars(
        select(ProposalChange.entity)
        .where(ProposalChange.proposal_id == proposal.id, ProposalChange.version.is_not(None))
        .distinct()
    ).all()
    moved: list[str] = []
    for entity in entities:
        live = "(c.action = 'restore') = (t.retired_at is not null)"
        moved += ctx.session.scalars(
            text(
                f"select distinct c.ref from proposal_change c left join {entity} t"  # noqa: S608 - our own table names
                f" on t.id = c.entity_id and t.version = c.version and {live}"
                " where c.proposal_id = :proposal and c.entity = :entity and c.version is not null and t.id is null"
            ),
            {"proposal": proposal.id, "entity": entity},
        ).all()
    return sorted(set(moved))


def schema_revision(session: Session) -> str:
    return session.scalar(text("select version_num from alembic_version")) or ""


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
