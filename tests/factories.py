"""Makers of people and records. Records are made the way the product makes them: proposed, then approved."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from netos_core import tables
from netos_core.access.model import Person
from netos_core.access.queries import find_person, principal
from netos_core.access.rules import Role
from netos_core.changes.operations import approve_change, get_change, search_audit, undo_change
from netos_core.changes.schemas import AuditEntry, ChangeResult, ChangeView, Decide, GetChange, SearchAudit, Undo
from netos_core.kernel.context import Channel, Context, Policy
from netos_core.kernel.db import new_id
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from netos_core.renewals import records as renewals
from netos_core.reports import records as reports
from netos_core.revenue import records as revenue
from netos_core.revenue.billing import Account, Product, Service
from netos_core.revenue.model import RevenueService
from netos_core.runtime.calls import Core
from netos_core.runtime.keys import KeyRing, from_setting
from netos_core.search.records import take_up
from netos_core.spend import records as spend
from netos_core.spend.telling import tell_spend
from netos_core.work import records as work

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
POLICY = Policy(zone=ZoneInfo("America/Indiana/Indianapolis"))
AGENT = "claude"
RING = KeyRing(lambda: from_setting(["the keys of a test run and of nothing else"]))

_numbers = count(1)


def index_everything(core: Core) -> None:
    """Have the search know what there is, as the worker does within seconds."""
    taken = 1
    while taken:
        with core.session() as session:
            taken = take_up(session, NOW)


def climb_the_ladder(core: Core) -> None:
    """Have every contract stand where it stands today, as the worker does within seconds."""
    with core.session() as session:
        itself = work.itself(session)
    with core.context(itself, Channel.JOB) as ctx:
        renewals.advance(ctx, every=True)


def look_at_spend(core: Core) -> None:
    """Have the snapshots of months taken and the fees of months to come kept, as the worker does within minutes."""
    with core.session() as session:
        itself = work.itself(session)
    with core.context(itself, Channel.JOB) as ctx:
        spend.take_snapshots(ctx)
        tell_spend(ctx)
        last = spend.keep_exposure(ctx, every=True)
        while last is not None:
            last = spend.keep_exposure(ctx, every=True, after=last)


def keep_a_report(core: Core) -> None:
    """Have the weekly report made, as the worker does; nobody is told."""
    with core.session() as session:
        itself = work.itself(session)
    with core.context(itself, Channel.JOB) as ctx:
        reports.keep(ctx, week="2026-W01")


def make_person(session: Session, role: Role, name: str | None = None) -> Person:
    """Add someone with a role; without a name, the one person of that role the tests know."""
    name = name or f"{role.capitalize()} Person"
    email = f"{name.lower().replace(' ', '.')}@isp.example"
    known = find_person(session, email)
    if known is not None:
        return known
    person = Person(id=new_id(), email=email, name=name, roles=[role.value])
    session.add(person)
    session.flush()
    return person


def make_ctx(
    session: Session,
    role: Role,
    agent: str | None = None,
    channel: Channel = Channel.AGENT,
    now: datetime = NOW,
    *,
    name: str | None = None,
    policy: Policy = POLICY,
) -> Context:
    """Make the call of a person with a role, through an agent where one is named."""
    person = make_person(session, role, name)
    return Context(
        session=session, principal=principal(person, agent), now=now, policy=policy, channel=channel, keys=RING
    )


def propose(
    ctx: Context,
    kind: str,
    action: str = "update",
    /,
    ref: str | None = None,
    items: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> ChangeView:
    """Ask for a change as an agent does."""
    wish = {"kind": kind, "action": action, "ref": ref, "items": items, "set": fields, "reason": "asked in a test"}
    return propose_change(ctx, ProposeChange.model_validate(wish))


def approver(session: Session, now: datetime = NOW) -> Context:
    """Make the call of someone who may approve anything and proposes nothing here, on the approval page."""
    return make_ctx(session, Role.EXEC, channel=Channel.PAGE, now=now, name="Erin Exec")


def approve(session: Session, proposed: ChangeView, by: Context | None = None) -> ChangeResult:
    """Approve a proposal as a second person on the page."""
    by = by or approver(session)
    digest = proposed.digest or get_change(by, GetChange(change_id=proposed.change_id)).digest
    return approve_change(by, Decide(change_id=proposed.change_id, digest=digest))


def apply(ctx: Context, kind: str, action: str = "update", /, ref: str | None = None, **fields: Any) -> ChangeView:
    """Propose and approve a change; returns what was proposed."""
    proposed = propose(ctx, kind, action, ref=ref, **fields)
    assert approve(ctx.session, proposed).status == "committed"
    return proposed


def undo(ctx: Context, proposed: ChangeView) -> ChangeView:
    """Undo a committed change, by proposal and approval like any other."""
    turned = undo_change(ctx, Undo(change_id=proposed.change_id, reason="undone in a test"))
    assert approve(ctx.session, turned).status == "committed"
    return turned


def audit_of(session: Session, ref: str) -> list[AuditEntry]:
    """Read the trail of a record, newest first, as an auditor does."""
    return search_audit(make_ctx(session, Role.AUDITOR), SearchAudit(ref=ref, limit=100)).entries


def _make(session: Session, kind: str, fields: Mapping[str, Any]) -> str:
    return apply(make_ctx(session, Role.ADMIN), kind, "create", **fields).diff[0].ref


def make_provider(session: Session, name: str | None = None, **fields: Any) -> str:
    """Make a provider and return its ref."""
    return _make(session, "provider", {"name": name or f"Carrier {next(_numbers)}", **fields})


def make_customer(session: Session, name: str | None = None, **fields: Any) -> str:
    """Make a customer and return its ref."""
    return _make(session, "customer", {"name": name or f"Customer {next(_numbers)}", **fields})


def make_site(session: Session, name: str | None = None, **fields: Any) -> str:
    """Make a site and return its ref."""
    return _make(session, "site", {"name": name or f"Site {next(_numbers)}", **fields})


def make_circuit(session: Session, **fields: Any) -> str:
    """Make an active circuit, of a carrier of its own unless one is named, and return its ref."""
    given = {"status": "active", "service_type": "dia", **fields}
    return _make(session, "circuit", given if "provider" in given else {"provider": make_provider(session), **given})


def make_contract(session: Session, **fields: Any) -> str:
    """Make a contract, with a carrier of its own unless one is named, and return its ref."""
    given = {"title": f"Service order {next(_numbers)}", **fields}
    return _make(session, "contract", given if "provider" in given else {"provider": make_provider(session), **given})


def make_rf_link(session: Session, **fields: Any) -> str:
    """Make an RF link between sites of its own unless some are named, and return its ref."""
    ends = {end: fields.get(end) or make_site(session) for end in ("a_site", "z_site")}
    return _make(session, "rf_link", {**ends, **fields})


def make_electrical_account(session: Session, **fields: Any) -> str:
    """Make an electrical account at a site and of a utility of its own unless one is named, and return its ref."""
    site = fields.get("site") or make_site(session)
    provider = fields.get("provider") or make_provider(session)
    return _make(session, "electrical_account", {**fields, "provider": provider, "site": site})


def make_services(session: Session, *said: Mapping[str, Any], day: date = TODAY) -> list[str]:
    """Mirror services as a sync does, each with an account of its own; returns their refs in the same order."""
    mine = revenue.Claimed(
        new_id(), "sonar", whole=True, since=None, day=day, step=revenue.Step.PRICES, after=None, tries=1,
        losses_accepted=False,
    )  # fmt: skip
    revenue.save_products(session, "sonar", [Product("1", "Fiber", Decimal("300.00"), 1)])
    for number, one in enumerate(said, start=1):
        key = str(one.get("key", number))
        place = {name: one.get(name) for name in ("line1", "city", "state", "postal_code")}
        account = Account(
            key, one.get("account", f"Account {key}"), one.get("number", key), "Active", active=True,
            lat=one.get("lat"), lon=one.get("lon"), **place,
        )  # fmt: skip
        revenue.save_accounts(session, mine, [account])
        service = Service(key, key, "1", one.get("name"), Decimal(1), Decimal(one.get("mrr", "300.00")))
        revenue.save_services(session, mine, [service])
    revenue.price_batch(session, mine, "USD")
    refs = {row.key: row.ref for row in session.execute(select(RevenueService.key, RevenueService.ref))}
    return [refs[str(one.get("key", number))] for number, one in enumerate(said, start=1)]


def row_of(session: Session, entity: str, ref: str) -> dict[str, Any]:
    """Read the row of a record, live or retired."""
    (row,) = rows_of(session, entity, ref=ref)
    return row


def rows_of(session: Session, entity: str, **where: Any) -> list[dict[str, Any]]:
    """Read rows of a table by equal columns, oldest first."""
    table = tables.metadata.tables[entity]
    query = select(table).where(*(table.c[name] == value for name, value in where.items())).order_by(table.c.id)
    return [dict(row) for row in session.execute(query).mappings()]


@contextlib.contextmanager
def counted_statements(session: Session) -> Iterator[list[str]]:
    """Collect the SQL sent to the database while the block runs."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)
