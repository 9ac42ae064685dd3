"""Pages of proposals and of the trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from netos_core.access.model import Person
from netos_core.access.queries import names_of
from netos_core.access.rules import Aspect
from netos_core.changes import queries, views
from netos_core.changes.aspects import risk_words
from netos_core.changes.model import Approval, AuditRow, Proposal
from netos_core.changes.plans import PREFIXES
from netos_core.changes.rules import Action, Status
from netos_core.changes.schemas import (
    ACTIONS,
    ENTITIES,
    AuditEntry,
    AuditPage,
    ChangePage,
    ChangeRow,
    ListChanges,
    SearchAudit,
    field_name,
)
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base, Entity
from netos_core.kernel.errors import Invalid, one_of
from netos_core.kernel.listing import read_as
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
        query = query.where(Proposal.id < read_as(Cursor.decode(request.cursor, order).id, Proposal.id))
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


ACCESS = (
    "person", "access_token", "calendar_feed", "installation", "saved_view", "notice", "notice_preference",
)  # fmt: skip
DECISIONS = ("propose", "approve", "reject", "expire")


def _of_kind(_: Context, kind: str) -> ColumnElement[bool]:
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


def _of_ref(ctx: Context, ref: str) -> ColumnElement[bool]:
    """Keep what happened to a record, or with a change."""
    given = ref.strip()
    # People stand in the trail by their address, which is written small.
    named = AuditRow.ref.in_((given.upper(), given.lower()))
    if not given.upper().startswith(PREFIXES["proposal"]):
        return named
    # Looked up first: as part of the condition it would keep the database from its indexes.
    change = ctx.session.scalar(select(Proposal.id).where(Proposal.ref == given.upper()))
    return named if change is None else or_(named, AuditRow.proposal_id == change)


def _person(ctx: Context, email: str) -> UUID | None:
    return ctx.session.scalar(select(Person.id).where(func.lower(Person.email) == email.strip().lower()))


def _of_person(ctx: Context, email: str) -> ColumnElement[bool]:
    """Keep what somebody did, proposed or approved."""
    who = _person(ctx, email)
    if who is None:
        return false()
    approved = AuditRow.approved_by.contains([str(who)])
    return or_(AuditRow.person_id == who, AuditRow.proposed_by == who, approved)


def _of_agent(_: Context, name: str) -> ColumnElement[bool]:
    return or_(AuditRow.agent.icontains(name.strip(), autoescape=True), AuditRow.client == name.strip())


def _of_action(_: Context, name: str) -> ColumnElement[bool]:
    if name.strip() not in ACTIONS:
        raise one_of(name.strip(), list(ACTIONS), what="action", field="action")
    return AuditRow.action == name.strip()


def _of_entity(ctx: Context, name: str) -> ColumnElement[bool]:
    """Keep rows of one kind, or what one operation showed: operations are known by the trail itself."""
    kind = AuditRow.entity == name.strip()
    if name.strip() not in ENTITIES and not ctx.session.scalar(select(exists().where(kind))):
        raise one_of(name.strip(), list(ENTITIES), what="kind of row", field="entity")
    return kind


OTHER_FIELDS = frozenset({"on", "through", "sessions", "scope", "person", "expires", "taken_at"})
LIKE_IT = 5
MOST_DIGITS = 12  # of the number of entries


def _of_field(_: Context, asked: str) -> ColumnElement[bool]:
    """Keep the rows that changed a field, by the name a diff shows, and those that say it was shown.

    Raises:
        Invalid: No record has such a field.
    """
    name = field_name(asked)
    if name not in _field_names():
        raise _no_field(asked.strip())
    columns = ("entity_id",) if name == "on" else (name, f"{name}_id")
    # A value that was not set and is not set is no change: a new record's row carries all of its columns.
    told = (func.coalesce(AuditRow.after.op("->>")(c), AuditRow.before.op("->>")(c)) for c in columns)
    changed = and_(
        AuditRow.action.not_in((Action.RETIRE, Action.RESTORE)), or_(*(value.is_not(None) for value in told))
    )
    shown = and_(AuditRow.action == "read", AuditRow.after.contains({"fields": [name]}))
    return or_(changed, shown)


def _field_names() -> frozenset[str]:
    domain = (mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Entity))
    columns = {column.name.removesuffix("_id") for mapper in domain for column in mapper.columns}
    return OTHER_FIELDS | columns


def _no_field(name: str) -> Invalid:
    near = get_close_matches(name.lower(), sorted(_field_names()), n=LIKE_IT, cutoff=0.5)
    if near:
        return one_of(name, near, what="field", field="field")
    return Invalid(
        "No record has a field of that name.", field="field", fix="netos://schema/{kind} lists the fields of a kind."
    )


FILTERS: Mapping[str, Callable[[Context, Any], ColumnElement[bool]]] = {
    "ref": _of_ref,
    "person": _of_person,
    "agent": _of_agent,
    "kind": _of_kind,
    "action": _of_action,
    "entity": _of_entity,
    "field": _of_field,
    "channel": lambda _, channel: AuditRow.channel == channel,
    "request_id": lambda _, request_id: AuditRow.request_id == request_id.strip(),
    "since": lambda _, at: AuditRow.at >= at,
    "until": lambda _, at: AuditRow.at < at,
}


def audit_page(ctx: Context, request: SearchAudit) -> AuditPage:
    """List trail entries newest first. A cursor carries how many there were, so that they are counted once.

    Raises:
        Invalid: A filter names an action, a kind of row or a field there is none of.
    """
    given = ((make, getattr(request, name)) for name, make in FILTERS.items())
    wanted = [make(ctx, value) for make, value in given if value]
    order = "audit" + request.model_dump_json(exclude={"limit", "cursor"}, exclude_none=True)
    query = select(AuditRow).where(*wanted).order_by(AuditRow.id.desc())
    total: int | None = None
    if request.cursor:
        last = Cursor.decode(request.cursor, order)
        total = int(last.key) if last.key.isdecimal() and len(last.key) <= MOST_DIGITS else None
        query = query.where(AuditRow.id < read_as(last.id, AuditRow.id))
    found = list(ctx.session.scalars(query.limit(request.limit + 1)))
    shown = found[: request.limit]
    if total is None and not request.cursor and len(found) == len(shown):
        total = len(shown)
    if total is None:
        total = ctx.session.scalar(select(func.count()).select_from(AuditRow).where(*wanted)) or 0
    people = {UUID(p) for row in shown for p in row.approved_by}
    people |= {p for row in shown for p in (row.person_id, row.proposed_by) if p}
    names = names_of(ctx.session, people)
    ids = {row.proposal_id for row in shown if row.proposal_id}
    told = select(Proposal.id, Proposal.ref).where(Proposal.id.in_(ids))
    refs = {row.id: row.ref for row in ctx.session.execute(told)} if ids else {}
    currencies = queries.currencies(ctx, shown)
    return AuditPage(
        total=total,
        shown=len(shown),
        next_cursor=Cursor(order, total, str(shown[-1].id)).encode() if len(found) > request.limit else None,
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
        hint=None if total else _why_nothing(ctx, request),
    )


def _why_nothing(ctx: Context, request: SearchAudit) -> str:
    if request.person and _person(ctx, request.person) is None:
        return "Nobody here has that e-mail address."
    return "No entry matches. Leave filters out one by one."
