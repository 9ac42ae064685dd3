"""Writes of the mirror and of how far its sync is: each piece in one transaction with the place to go on from.

A sync is claimed for a while. Whoever takes it up after that counts one try more, and what an earlier try still
writes is refused: so a killed worker loses nothing, and two never write the same piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.changes.plans import take_refs
from netos_core.kernel.db import new_id, table_of
from netos_core.kernel.errors import Conflict
from netos_core.revenue.billing import Account, Kept, Product, Service
from netos_core.revenue.model import RevenueAccount, RevenuePrice, RevenueProduct, RevenueService, RevenueSync
from netos_core.revenue.rules.price import Earned, monthly, next_step

CLAIM = timedelta(minutes=4)
"""Longer than all tries of one call to the system."""

OVERLAP = timedelta(minutes=10)
"""How far back beyond the last sync's start is asked for changes: the clocks of two systems differ."""

WHOLE_EVERY = timedelta(hours=20)
BATCH = 1000
FEW = 20
"""So many services may leave at once without anybody being asked."""


class ClaimLost(Conflict):
    """Another worker has taken the sync over; what this one did is rolled back."""


class TooManyGone(Conflict):
    """More than half of all services would be gone, which is more likely a right that was taken away."""


class Step(StrEnum):
    """What a sync does, in this order."""

    PRODUCTS = "products"
    ACCOUNTS = "accounts"
    SERVICES = "services"
    ACCOUNT_KEYS = "account_keys"
    SERVICE_KEYS = "service_keys"
    LEAVE = "leave"
    PRICES = "prices"
    DONE = "done"


ORDER = tuple(Step)
ONLY_KEYS = frozenset({Step.ACCOUNT_KEYS, Step.SERVICE_KEYS})
"""What a whole sync leaves out: it has seen every record."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A sync this worker works on, and where it is."""

    id: UUID
    source: str
    whole: bool
    since: datetime | None
    day: date
    step: Step
    after: str | None
    tries: int
    losses_accepted: bool


def begin(session: Session, source: str, now: datetime, day: date, *, whole: bool, accept: bool = False) -> bool:
    """Ask for a sync; one that is under way, or waits after a problem, is the one.

    Returns:
        Whether a new one begins.
    """
    last = _last(session, source)
    last_whole = session.scalar(
        select(func.max(RevenueSync.started_at)).where(
            RevenueSync.source == source, RevenueSync.whole, RevenueSync.done_at.is_not(None)
        )
    )
    whole = whole or last is None or last_whole is None or now - last_whole >= WHOLE_EVERY
    made = session.execute(
        insert(RevenueSync)
        .values(
            id=new_id(), source=source, whole=whole, day=day, step=Step.PRODUCTS, started_at=now, claimed_until=now,
            since=None if whole or last is None else last - OVERLAP, losses_accepted=accept,
        )
        .on_conflict_do_nothing()
        .returning(RevenueSync.id)
    ).first()  # fmt: skip
    if made is None:
        again = {"claimed_until": now, **({"losses_accepted": True} if accept else {})}
        waiting = update(RevenueSync).where(
            RevenueSync.source == source, RevenueSync.done_at.is_(None), RevenueSync.problem.is_not(None)
        )
        session.execute(waiting.values(**again))
    return made is not None


def give_up(session: Session, source: str, now: datetime) -> None:
    """Drop a sync that waits or whose worker is gone: what is read anew, whole, owes nothing to it."""
    table = table_of(RevenueSync)
    waits = or_(table.c.problem.is_not(None), table.c.claimed_until <= now)
    session.execute(delete(table).where(table.c.source == source, table.c.done_at.is_(None), waits))


def due(session: Session, source: str, now: datetime, every: timedelta) -> bool:
    """Tell whether the time of the next sync has come and none is under way."""
    last = _last(session, source)
    open_one = session.scalar(select(RevenueSync.id).where(RevenueSync.source == source, RevenueSync.done_at.is_(None)))
    return open_one is None and (last is None or now - last >= every)


def _last(session: Session, source: str) -> datetime | None:
    """Return when the last sync that was finished had begun."""
    return session.scalar(
        select(func.max(RevenueSync.started_at)).where(RevenueSync.source == source, RevenueSync.done_at.is_not(None))
    )


def claim(session: Session, source: str, now: datetime) -> Claimed | None:
    """Take up the open sync of a source, if nobody works on it."""
    row = session.scalar(
        select(RevenueSync)
        .where(RevenueSync.source == source, RevenueSync.done_at.is_(None), RevenueSync.claimed_until <= now)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.tries += 1
    row.claimed_until = now + CLAIM
    session.flush()
    return Claimed(
        row.id, row.source, row.whole, row.since, row.day, Step(row.step), row.after, row.tries, row.losses_accepted
    )


def go_on(session: Session, mine: Claimed, now: datetime, after: str | None, **counted: int) -> Claimed:
    """Note that a piece is written, and return where to go on: at the next piece, else with the next step.

    Raises:
        ClaimLost: Another worker has taken the sync over.
    """
    step = mine.step if after is not None else _following(mine)
    table = table_of(RevenueSync)
    values: dict[str, Any] = {name: table.c[name] + number for name, number in counted.items()}
    values |= {"step": step, "after": after, "claimed_until": now + CLAIM, "problem": None}
    if step is Step.DONE:
        values["done_at"] = now
    _mine(session, mine, values)
    return Claimed(
        mine.id, mine.source, mine.whole, mine.since, mine.day, step, after, mine.tries, mine.losses_accepted
    )


def rest(session: Session, mine: Claimed, until: datetime, problem: str) -> None:
    """Note why it can not go on now; it is taken up again then, where it is."""
    _mine(session, mine, {"claimed_until": until, "problem": problem})


def _mine(session: Session, mine: Claimed, values: dict[str, Any]) -> None:
    table = table_of(RevenueSync)
    done = session.execute(
        update(table)
        .where(table.c.id == mine.id, table.c.tries == mine.tries, table.c.done_at.is_(None))
        .values(**values)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise ClaimLost("Another worker has taken this sync over.")


def _following(mine: Claimed) -> Step:
    left = ORDER[ORDER.index(mine.step) + 1 :]
    return next(step for step in left if not (mine.whole and step in ONLY_KEYS))


def save_products(session: Session, source: str, rows: Sequence[Product]) -> None:
    values = [
        {"source": source, "key": r.key, "name": r.name, "amount": r.amount, "months": r.months, "credit": r.credit}
        for r in rows
    ]
    _upsert(session, table_of(RevenueProduct), values, kept=("source", "key"))


def save_accounts(session: Session, mine: Claimed, rows: Sequence[Account]) -> None:
    values = [
        {
            "id": new_id(), "source": mine.source, "key": r.key, "name": r.name, "number": r.number,
            "status": r.status, "active": r.active, "line1": r.line1, "city": r.city, "state": r.state,
            "postal_code": r.postal_code, "lat": r.lat, "lon": r.lon, "seen_by": mine.id, "gone_at": None,
        }
        for r in rows
    ]  # fmt: skip
    _upsert(session, table_of(RevenueAccount), values, kept=("id", "source", "key"))


def save_services(session: Session, mine: Claimed, rows: Sequence[Service]) -> None:
    keys = [r.key for r in rows]
    known = {
        row.key: row
        for row in session.execute(
            select(RevenueService.key, RevenueService.id, RevenueService.ref).where(
                RevenueService.source == mine.source, RevenueService.key.in_(keys)
            )
        )
    }
    fresh = iter(take_refs(session, "revenue_service", sum(key not in known for key in keys)))
    values = [
        {
            "id": known[r.key].id if r.key in known else new_id(),
            "ref": known[r.key].ref if r.key in known else next(fresh),
            "source": mine.source, "key": r.key, "account_key": r.account, "product_key": r.product,
            "name": r.name, "quantity": r.quantity, "price": r.price, "seen_by": mine.id, "gone_at": None,
        }
        for r in rows
    ]  # fmt: skip
    _upsert(session, table_of(RevenueService), values, kept=("id", "ref", "source", "key"))


def _upsert(session: Session, table: Any, values: Sequence[dict[str, Any]], kept: Sequence[str]) -> None:
    if not values:
        return
    making = insert(table)
    fresh = {name: making.excluded[name] for name in values[0] if name not in kept}
    session.execute(making.on_conflict_do_update(index_elements=["source", "key"], set_=fresh), list(values))


def mark_seen(session: Session, mine: Claimed, kind: Kept, keys: Sequence[str]) -> None:
    """Note that these are still there; one we do not know yet is read by the next sync."""
    table = table_of(RevenueAccount if kind is Kept.ACCOUNTS else RevenueService)
    session.execute(
        update(table).where(table.c.source == mine.source, table.c.key.in_(list(keys))).values(seen_by=mine.id)
    )


def leave(session: Session, mine: Claimed, now: datetime) -> int:
    """Note as gone what this sync has not seen; returns how many services of its source.

    What another source told goes too: from two of them it would count twice.

    Raises:
        TooManyGone: It is more than half of them, and nobody has said that this is right.
    """
    services, accounts = table_of(RevenueService), table_of(RevenueAccount)
    there, unseen = session.execute(
        select(
            func.count(), func.count().filter(services.c.seen_by != mine.id)
        ).where(services.c.source == mine.source, services.c.gone_at.is_(None))
    ).one()  # fmt: skip
    if unseen > FEW and unseen * 2 > there and not mine.losses_accepted:
        raise TooManyGone(
            f"{unseen} of {there} services are not there any more, which is more than half.",
            fix="Check what its user may read. If it is right, run it with --accept-losses.",
        )
    for table in (services, accounts):
        session.execute(update(table).where(table.c.seen_by != mine.id, table.c.gone_at.is_(None)).values(gone_at=now))
    return int(unseen)


def price_batch(session: Session, mine: Claimed, currency: str) -> tuple[str | None, int]:
    """Bring the histories of some services up to date; returns where to go on, and how many changed."""
    start = UUID(mine.after) if mine.after else UUID(int=0)
    service, account, product, price = RevenueService, RevenueAccount, RevenueProduct, RevenuePrice
    rows = session.execute(
        select(
            service.id, service.price, service.quantity, service.gone_at, account.active,
            account.gone_at.label("account_gone"), product.amount, product.months, product.credit,
            price.id.label("price_id"), price.mrr, price.starts_on,
        )
        .outerjoin(account, and_(account.source == service.source, account.key == service.account_key))
        .outerjoin(product, and_(product.source == service.source, product.key == service.product_key))
        .outerjoin(price, and_(price.service_id == service.id, price.ends_on.is_(None)))
        .where(
            service.id > start,
            or_(
                and_(service.source == mine.source, service.gone_at.is_(None)),
                and_(service.gone_at.is_not(None), price.id.is_not(None)),
            ),
        )
        .order_by(service.id)
        .limit(BATCH)
    ).all()  # fmt: skip
    changed = 0
    prices = table_of(RevenuePrice)
    made: list[dict[str, Any]] = []
    for row in rows:
        mrr = monthly(
            price=row.price, amount=row.amount, quantity=row.quantity, months=row.months, credit=bool(row.credit),
            billed=row.gone_at is None and row.active is True and row.account_gone is None,
        )  # fmt: skip
        step = next_step(Earned(row.mrr, row.starts_on) if row.price_id else None, mrr, mine.day)
        if step is None:
            continue
        changed += 1
        here = prices.c.id == row.price_id
        if step.ends_on is not None:
            session.execute(update(prices).where(here).values(ends_on=step.ends_on))
        if step.anew:
            made.append(
                {"id": new_id(), "service_id": row.id, "mrr": step.mrr, "currency": currency, "starts_on": mine.day,
                 "ends_on": None}
            )  # fmt: skip
        elif step.ends_on is None and step.mrr is None:
            session.execute(prices.delete().where(here))
        elif step.ends_on is None:
            session.execute(update(prices).where(here).values(mrr=step.mrr))
    if made:
        session.execute(insert(prices), made)
    return (str(rows[-1].id) if len(rows) == BATCH else None), changed
