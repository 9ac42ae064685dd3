"""Pages of proposals and of the trail."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from netos_core.access.model import Person
from netos_core.access.queries import names_of
from netos_core.access.rules import Aspect
from netos_core.changes import queries, views
from netos_core.changes.model import Approval, AuditRow, Proposal
from netos_core.changes.rules import Status, risk_words
from netos_core.changes.schemas import AuditEntry, AuditPage, ChangePage, ChangeRow, ListChanges, SearchAudit
from netos_core.kernel.context import Context
from netos_core.kernel.page import Cursor


def change_page(ctx: Context, request: ListChanges) -> ChangePage:
    """List proposals newest first. `mine` keeps those the caller could approve now."""
    wanted: list[ColumnElement[bool]] = []
    if request.status == "open":
        wanted += [Proposal.status == Status.OPEN, Proposal.expires_at > ctx.now]
    elif request.status == "expired":
        wanted.append(
            or_(Proposal.status == Status.EXPIRED, (Proposal.status == Status.OPEN) & (Proposal.expires_at <= ctx.now))
        )
    elif request.status:
        wanted.append(Proposal.status == request.status)
    order = f"changes:{request.status}:{request.mine}"
    query = select(Proposal).where(*wanted).order_by(Proposal.id.desc())
    if request.cursor:
        query = query.where(Proposal.id < UUID(Cursor.decode(request.cursor, order).id))
    found = list(ctx.session.scalars(query if request.mine else query.limit(request.limit + 1)))
    names = names_of(ctx.session, {p.person_id for p in found})
    approvals = _approvals(ctx, [p.id for p in found])
    rows = []
    for proposal in found:
        blocked = views.why_not(ctx, proposal, approvals.get(proposal.id, []))
        if not (request.mine and blocked):
            rows.append((proposal, blocked))
    shown = rows[: request.limit]
    total = (
        len(rows)
        if request.mine
        else ctx.session.scalar(select(func.count()).select_from(Proposal).where(*wanted)) or 0
    )
    return ChangePage(
        total=total,
        shown=len(shown),
        next_cursor=Cursor(order, None, str(shown[-1][0].id)).encode() if len(rows) > request.limit else None,
        changes=[
            ChangeRow(
                change_id=p.ref,
                title=p.title,
                status=queries.status_of(p, ctx),
                risk=p.risk,
                risk_words=risk_words(Aspect(a) for a in p.aspects),
                records=int(p.counts.get("records", 0)),
                proposed_by=names[p.person_id],
                agent=p.agent,
                created_at=p.created_at,
                expires_at=p.expires_at,
                may_approve=blocked is None,
                why_not=blocked,
            )
            for p, blocked in shown
        ],
    )


def _approvals(ctx: Context, ids: list[UUID]) -> dict[UUID, list[Approval]]:
    kept: dict[UUID, list[Approval]] = {}
    for approval in ctx.session.scalars(select(Approval).where(Approval.proposal_id.in_(ids)).order_by(Approval.at)):
        kept.setdefault(approval.proposal_id, []).append(approval)
    return kept


ACCESS = ("person", "access_token", "installation")
DECISIONS = ("propose", "approve", "reject", "expire")


def _of_kind(kind: str) -> ColumnElement[bool]:
    """Tell changes of records, decisions on them, sensitive reads, and what concerns people's access apart."""
    match kind:
        case "reads":
            return AuditRow.action == "read"
        case "access":
            return AuditRow.entity.in_(ACCESS)
        case "decisions":
            return AuditRow.action.in_(DECISIONS)
        case _:
            return AuditRow.entity.not_in(ACCESS) & AuditRow.action.not_in((*DECISIONS, "read"))


def _asked(ctx: Context, request: SearchAudit) -> list[ColumnElement[bool]]:
    """Turn the filters of a search into conditions."""
    wanted: list[ColumnElement[bool]] = []
    if request.ref:
        given = request.ref.strip()
        # People stand in the trail by their address, which is written small.
        named = AuditRow.ref.in_((given.upper(), given.lower()))
        # Looked up first: as part of the condition it would keep the database from its indexes.
        change = ctx.session.scalar(select(Proposal.id).where(Proposal.ref == given.upper()))
        wanted.append(named if change is None else or_(named, AuditRow.proposal_id == change))
    if request.person:
        who = select(Person.id).where(func.lower(Person.email) == request.person.strip().lower()).scalar_subquery()
        approved = AuditRow.approved_by.contains(func.jsonb_build_array(cast(who, Text)))
        wanted.append(or_(AuditRow.person_id == who, AuditRow.proposed_by == who, approved))
    if request.agent:
        wanted.append(
            or_(AuditRow.agent.icontains(request.agent, autoescape=True), AuditRow.client == request.agent.strip())
        )
    if request.kind:
        wanted.append(_of_kind(request.kind))
    for column, value in (
        (AuditRow.action, request.action),
        (AuditRow.entity, request.entity),
        (AuditRow.request_id, request.request_id),
    ):
        if value:
            wanted.append(column == value.strip())
    if request.since:
        wanted.append(AuditRow.at >= request.since)
    if request.until:
        wanted.append(AuditRow.at < request.until)
    return wanted


def audit_page(ctx: Context, request: SearchAudit) -> AuditPage:
    """List trail entries newest first."""
    wanted = _asked(ctx, request)
    query = select(AuditRow).where(*wanted).order_by(AuditRow.id.desc())
    if request.cursor:
        query = query.where(AuditRow.id < int(Cursor.decode(request.cursor, "audit").id))
    found = list(ctx.session.scalars(query.limit(request.limit + 1)))
    shown = found[: request.limit]
    people = {UUID(p) for row in shown for p in row.approved_by}
    people |= {p for row in shown for p in (row.person_id, row.proposed_by) if p}
    names = names_of(ctx.session, people)
    ids = {row.proposal_id for row in shown if row.proposal_id}
    refs = {r.id: r.ref for r in ctx.session.execute(select(Proposal.id, Proposal.ref).where(Proposal.id.in_(ids)))}
    currencies = queries.currencies(ctx, shown)
    total = ctx.session.scalar(select(func.count()).select_from(AuditRow).where(*wanted)) or 0
    return AuditPage(
        total=total,
        shown=len(shown),
        next_cursor=Cursor("audit", None, str(shown[-1].id)).encode() if len(found) > request.limit else None,
        entries=[
            AuditEntry(
                id=row.id,
                at=row.at,
                action=row.action,
                entity=row.entity,
                ref=row.ref,
                part=row.part,
                person=names.get(row.person_id) if row.person_id else None,
                proposed_by=names.get(row.proposed_by) if row.proposed_by else None,
                approved_by=[names.get(UUID(p), p) for p in row.approved_by],
                agent=row.agent,
                client=row.client,
                channel=row.channel,
                reason=row.reason,
                change_id=refs.get(row.proposal_id) if row.proposal_id else None,
                request_id=row.request_id,
                address=row.address,
                fields=views.diff_rows(ctx, row, currencies) if row.entity != "proposal" else [],
            )
            for row in shown
        ],
        hint=None if total else "No entry matches. Leave filters out one by one.",
    )
