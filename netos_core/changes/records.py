"""What the write path writes: the proposal, the approval facts, and the commit, each set-based.

`commit` is the only code of the product that writes rows of the domain. It runs in the transaction
of the edge that called it; nothing here commits by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import CursorResult, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from netos_core.access.rules import Aspect, at_most, highest
from netos_core.changes import audit, guard, letters, queries
from netos_core.changes.aspects import aspects_of
from netos_core.changes.model import Approval, Proposal, ProposalChange
from netos_core.changes.plans import take_refs
from netos_core.changes.rules import (
    Action,
    Change,
    ChangeSet,
    Status,
    Via,
    digest_of,
    fingerprint_of,
    monthly_effect,
    with_refs,
)
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base, new_id
from netos_core.kernel.errors import Conflict, Forbidden, Invalid


class NothingToChange(Invalid):
    """Every value already is as asked."""


class Stale(Conflict):
    """A row moved since the change was planned."""


def save_proposal(
    ctx: Context, change_set: ChangeSet, *, reason: str, source: dict[str, Any], undoes: Proposal | None = None
) -> Proposal:
    """Store a change set for approval and return its proposal; nothing of the domain changes.

    The same request made twice by the same person finds the proposal it already made.

    Raises:
        NothingToChange: The change set is empty.
        Forbidden: The person's roles may not propose something the change set touches.
    """
    if not change_set.changes:
        raise NothingToChange("Nothing would change: every value already is as asked.")
    aspects = aspects_of(change_set, bulk_limit=ctx.policy.bulk_limit)
    guard.refuse_unproposable(ctx, aspects)
    fingerprint = fingerprint_of(change_set)
    known = queries.find_open_twin(ctx, fingerprint)
    if known is not None:
        return known
    proposal = _store(ctx, change_set, aspects, fingerprint, reason=reason, source=source, undoes=undoes)
    if proposal.counts.get(Action.RETIRE):
        guard.refuse_if_used(ctx, proposal, planned=True)
    audit.record(ctx, "propose", entity="proposal", entity_id=proposal.id, ref=proposal.ref, proposal=proposal)
    letters.tell_approvers(ctx, proposal)
    return proposal


def follow(ctx: Context, change_set: ChangeSet, *, of: Proposal, reason: str) -> Proposal:
    """Apply at once what an approved act on the outside world has brought back, such as a signed copy.

    It is a change of its own, in the name of the caller and with the approvals of the act: shown, trailed and undone
    like any other. It can do no more than file and fill in: new rows, and what was empty, at no more risk than the act.

    Args:
        ctx: The call of who approved the act.
        change_set: What came back.
        of: The applied proposal of the act.
        reason: What came back, from where.

    Raises:
        Forbidden: It would do more than that, or the act was not applied.
    """
    aspects = aspects_of(change_set, bulk_limit=ctx.policy.bulk_limit)
    files = all(_only_adds(change) for change in change_set.changes)
    graver = not at_most(highest(aspects), highest(Aspect(a) for a in of.aspects))
    if not files or graver or of.status != Status.COMMITTED:
        raise Forbidden(f"What follows {of.ref} needs an approval of its own.", fix="Propose it.")
    source = {"follows": of.ref}
    proposal = _store(ctx, change_set, aspects, fingerprint_of(change_set), reason=reason, source=source)
    audit.record(ctx, "propose", entity="proposal", entity_id=proposal.id, ref=proposal.ref, proposal=proposal)
    commit(ctx, proposal, [a.person_id for a in queries.approvals_of(ctx, of) if a.decision == "approve"])
    return proposal


def _only_adds(change: Change) -> bool:
    """Whether a change makes a new row or fills in what was empty, and so takes nothing away."""
    fills = change.action is Action.UPDATE and all(value is None for value in change.before.values())
    return change.action is Action.CREATE or fills


def _store(
    ctx: Context,
    change_set: ChangeSet,
    aspects: Collection[Aspect],
    fingerprint: str,
    *,
    reason: str,
    source: dict[str, Any],
    undoes: Proposal | None = None,
) -> Proposal:
    """Write a proposal with its changes, under real references."""
    change_set = with_refs(change_set, _real_refs(ctx, change_set))
    counts = Counter(change.action for change in change_set.changes)
    proposal = Proposal(
        id=new_id(),
        ref=take_refs(ctx.session, "proposal")[0],
        title=change_set.title,
        reason=reason,
        warnings=list(change_set.warnings),
        digest=digest_of(change_set),
        fingerprint=fingerprint,
        aspects=sorted(aspects),
        risk=highest(aspects),
        status=Status.OPEN,
        people_needed=_people_needed(ctx, change_set),
        schema_revision=queries.schema_revision(ctx.session),
        counts={
            **{str(action): counts[action] for action in Action if counts[action]},
            "records": len({c.ref for c in change_set.changes}),
        },
        source=source,
        person_id=ctx.principal.person_id,
        agent=ctx.principal.agent,
        client=ctx.principal.client,
        request_id=ctx.request_id,
        undoes_id=undoes.id if undoes else None,
        created_at=ctx.now,
        expires_at=ctx.now + timedelta(days=ctx.policy.proposal_days),
    )
    ctx.session.add(proposal)
    ctx.session.flush()
    _touch(ctx, proposal)
    _save_changes(ctx, proposal, change_set)
    return proposal


def _real_refs(ctx: Context, change_set: ChangeSet) -> dict[str, str]:
    """Take a real reference for every new record, in the order of the change set."""
    fresh: dict[str, list[str]] = {}
    for change in change_set.changes:
        if change.action is Action.CREATE and isinstance(ref := change.after.get("ref"), str):
            fresh.setdefault(change.entity, []).append(ref)
    return {
        made_up: real
        for kind, refs in fresh.items()
        for made_up, real in zip(refs, take_refs(ctx.session, kind, len(refs)), strict=True)
    }


def _people_needed(ctx: Context, change_set: ChangeSet) -> int:
    threshold = ctx.policy.second_approval_from
    if threshold is None:
        return 1
    moved = monthly_effect(
        (c.entity, column, c.before.get(column), c.after.get(column)) for c in change_set.changes for column in c.after
    )
    return 2 if moved >= threshold else 1


def _save_changes(ctx: Context, proposal: Proposal, change_set: ChangeSet) -> None:
    """Copy the changes in: an import has tens of thousands, and COPY takes them fastest."""
    connection: psycopg.Connection[Any] = ctx.session.connection().connection.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for seq, c in enumerate(change_set.changes):
            columns = ",".join(sorted(c.after))
            shown = (json.dumps(c.before), json.dumps(c.after), json.dumps(c.labels))
            copy.write_row((proposal.id, seq, str(c.action), c.entity, c.id, c.ref, c.part, c.version, columns, *shown))


_COPY = (
    "copy proposal_change (proposal_id, seq, action, entity, entity_id, ref, part, version, columns, before, after,"
    " labels) from stdin"
)


def save_approval(ctx: Context, proposal: Proposal, *, decision: str, via: Via, comment: str | None = None) -> None:
    """Record a decision as a fact bound to the digest it was made about."""
    ctx.session.execute(
        insert(Approval).values(
            id=new_id(),
            proposal_id=proposal.id,
            digest=proposal.digest,
            decision=decision,
            via=via,
            person_id=ctx.principal.person_id,
            agent=ctx.principal.agent,
            roles=sorted(ctx.principal.roles),
            comment=comment,
            request_id=ctx.request_id,
            address=ctx.address,
            at=ctx.now,
        )
    )
    audit.record(
        ctx, decision, entity="proposal", entity_id=proposal.id, ref=proposal.ref, proposal=proposal, reason=comment
    )


def end(ctx: Context, proposal: Proposal, status: Status, *, reason: str | None = None) -> None:
    """Close an open proposal and tell whom it concerns; the database refuses a second ending.

    Raises:
        Conflict: Someone else ended it first.
    """
    moved = ctx.session.execute(
        update(Proposal)
        .where(Proposal.id == proposal.id, Proposal.status == Status.OPEN, Proposal.digest == proposal.digest)
        .values(status=status, ended_at=ctx.now, ended_by=ctx.principal.person_id, ended_reason=reason)
    )
    if _count(moved) != 1:
        raise Conflict(f"{proposal.ref} was ended by someone else a moment ago.", fix="Read it again with get_change.")
    ctx.session.refresh(proposal)
    _touch(ctx, proposal)
    letters.tell_end(ctx, proposal)


def commit(ctx: Context, proposal: Proposal, approved_by: Sequence[UUID]) -> None:
    """Write a proposal's change set: versions checked, fields set, audit rows written, all or nothing.

    Raises:
        Stale: A row changed since, or the schema did; nothing is written.
        Conflict: The change would break a uniqueness rule; nothing is written.
    """
    session = ctx.session
    if proposal.schema_revision != queries.schema_revision(session):
        raise Stale(f"{proposal.ref} was planned under an earlier version of NetOS.", fix="Propose the change again.")
    if digest_of(queries.change_set_of(ctx, proposal)) != proposal.digest:
        raise Stale(f"The stored changes of {proposal.ref} are not the ones its digest names.", fix="Propose it again.")
    moved = queries.moved_refs(ctx, proposal)
    if moved:
        raise Stale(
            f"{_some(moved)} changed after {proposal.ref} was proposed. Nothing was written.",
            fix="Propose the change again on the current values.",
        )
    end(ctx, proposal, Status.COMMITTED)
    groups = session.execute(
        select(ProposalChange.action, ProposalChange.entity, ProposalChange.columns, func.count().label("rows"))
        .where(ProposalChange.proposal_id == proposal.id)
        .group_by(ProposalChange.action, ProposalChange.entity, ProposalChange.columns)
    ).all()
    try:
        with session.begin_nested():
            session.execute(text("set constraints all deferred"))  # a site may come before the site it is in
            for group in sorted(groups, key=_order):
                _apply(ctx, proposal, group)
            session.execute(text("set constraints all immediate"))
            if any(group.action == Action.RETIRE for group in groups):
                guard.refuse_if_used(ctx, proposal, planned=False)
    except IntegrityError as broken:
        raise _broken_rule(broken) from broken
    audit.record_changes(ctx, proposal, approved_by)
    ctx.session.execute(_TOUCH_ROWS, {"proposal": proposal.id, "now": ctx.now})
    for entity in sorted({group.entity for group in groups if group.rows >= MANY_ROWS}):
        session.execute(text(f"analyze {Base.metadata.tables[entity].name}"))


MANY_ROWS = 1_000
"""From so many new rows of a table on, the database counts it anew at once: its own look comes up to a minute later,
and until then it plans the next reads as if the table were empty."""

# An update of a row that is there already takes its lock, so that the search never forgets it between two commits;
# in one order, so that two commits never wait for each other.
_TOUCH_ROWS = text(
    "insert into touched (entity, entity_id, at) select distinct entity, entity_id, cast(:now as timestamptz)"
    " from proposal_change where proposal_id = :proposal order by entity, entity_id"
    " on conflict (entity, entity_id) do update set at = excluded.at"
)
_TOUCH_PROPOSAL = text(
    "insert into touched (entity, entity_id, at) values ('proposal', :id, :now)"
    " on conflict (entity, entity_id) do update set at = excluded.at"
)


def _touch(ctx: Context, proposal: Proposal) -> None:
    ctx.session.execute(_TOUCH_PROPOSAL, {"id": proposal.id, "now": ctx.now})


_RETIRE, _UPDATE, _CREATE, _LINK, _RESTORE = range(5)


def _order(group: Any) -> tuple[int, int, bool, str]:
    """Put what frees a natural key (a retirement, a new value) before what takes it; parents before children.

    An update that points to another record comes after the creations, for the record may be one of them; so does
    a new row that points into its own table (a site in a site) after those that do not.
    """
    table = Base.metadata.tables[group.entity]
    targets = [key.column.table for c in group.columns.split(",") if c for key in table.columns[c].foreign_keys]
    turn = {
        Action.RETIRE: _RETIRE,
        Action.UPDATE: _LINK if targets else _UPDATE,
        Action.CREATE: _CREATE,
        Action.RESTORE: _RESTORE,
    }[Action(group.action)]
    place = {table.name: at for at, table in enumerate(Base.metadata.sorted_tables)}
    return turn, place[group.entity], table in targets, group.columns


def _apply(ctx: Context, proposal: Proposal, group: Any) -> None:
    action, entity, columns = group.action, group.entity, group.columns
    table = Base.metadata.tables[entity]  # the only names that reach the SQL below are our own tables' and columns'
    names = [table.columns[c].name for c in columns.split(",")] if columns else []
    picked = (
        f"proposal_change c cross join lateral jsonb_populate_record(null::{table.name}, c.after) r"
        " where c.proposal_id = :proposal and c.action = :action and c.entity = :entity and c.columns = :columns"
    )
    if action == Action.CREATE:
        listed = ", ".join(["id", *names])
        values = ", ".join(["c.entity_id", *(f"r.{n}" for n in names)])
        sql = f"insert into {table.name} ({listed}) select {values} from {picked} order by c.seq"  # noqa: S608
    else:
        sets = {
            Action.UPDATE: [f"{n} = r.{n}" for n in names],
            Action.RETIRE: ["retired_at = :now"],
            Action.RESTORE: ["retired_at = null"],
        }[Action(action)]
        sets += ["version = t.version + 1", "updated_at = :now"]
        live = "t.retired_at is not null" if action == Action.RESTORE else "t.retired_at is null"
        sql = (
            f"update {table.name} t set {', '.join(sets)} from {picked}"  # noqa: S608
            f" and t.id = c.entity_id and t.version = c.version and {live}"
        )
    done = ctx.session.execute(
        text(sql),
        {"proposal": proposal.id, "action": action, "entity": entity, "columns": columns, "now": ctx.now},
    )
    if _count(done) != group.rows:
        raise Stale(
            f"A record of {proposal.ref} changed at this very moment. Nothing was written.",
            fix="Propose the change again on the current values.",
        )


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else -1


BROKEN = {
    "uq_provider_name_live": "Another provider already has that name.",
    "uq_provider_alias_live": "Another provider already goes by that alias.",
    "uq_billing_account_live": "That provider already has an account with that BAN.",
    "uq_customer_name_live": "Another customer already has that name.",
    "uq_site_external_id_live": "Another site already has that external id.",
    "uq_circuit_provider_circuit_id_live": "Another circuit of that provider already has that circuit id.",
    "uq_termination_side_live": "The circuit already has that end.",
    "uq_circuit_customer_live": "That customer already is on the circuit.",
    "uq_contract_circuit_live": "The contract already names that circuit.",
    "uq_contract_circuit_governs": "Another contract already governs that circuit.",
    "uq_interface_name_live": "Another interface of that router already has that name.",
    "uq_handoff_port_live": "That site already has a port of that rack, panel and number.",
    "ex_vlan_numbers_live": "Another VLAN of that scope already has one of those numbers.",
    "uq_bgp_session_live": "Another session already runs between those addresses.",
    "uq_ip_block_live": "That block is already recorded in that role.",
    "ex_ip_block_leaf": "Another block of that role already holds some of those addresses.",
    "ex_ip_block_customer": "A block of another customer already holds some of those addresses.",
    "uq_document_live": "The record already has that very file.",
    "uq_quote_term_live": "The quote already has prices for that term.",
    "uq_order_step_live": "The order already has that step.",
    "uq_tag_live": "The record already has that tag.",
}


def _broken_rule(broken: IntegrityError) -> Conflict:
    diagnosis = getattr(broken.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    return Conflict(
        BROKEN.get(name, "The change would break a rule of the records, so nothing was written."),
        fix="Look the records up again and propose a corrected change.",
    )
