"""Syncs with the billing system: each piece is asked for outside of any transaction, and written in one of its own."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.orm import Session

from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.revenue import records
from netos_core.revenue.billing import BillingSystem, Kept
from netos_core.revenue.queries.standing import Standing, standing
from netos_core.revenue.records import Claimed, ClaimLost, Step, TooManyGone
from netos_core.vendors.errors import VendorError

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
SYSTEM = "Sonar"
SONAR = "sonar"
FILE = "file"
REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=6)


def sync_due(core: Core) -> bool:
    """Read what is due of the billing system, or go on where somebody stopped; returns whether anything was done."""
    if core.billing is None:
        return False
    now = utc_now()
    with core.session() as session:
        if records.due(session, SONAR, now, timedelta(minutes=core.settings.sonar_minutes)):
            records.begin(session, SONAR, now, business_day(now, core.policy.zone), whole=False)
    return run(core, core.billing, SONAR)


def sync_now(core: Core, system: BillingSystem, source: str, day: date, *, accept: bool = False) -> Standing:
    """Read a source at once, whole; what it earns holds from that day on.

    Raises:
        Invalid: Something is known of a later day already.
        Conflict: Somebody else is reading it.
    """
    with core.session() as session:
        latest = standing(session, source)
        if latest is not None and day < latest.day:
            raise Invalid(f"Revenue is known as of {latest.day} already.", field="as_of", fix="Give no earlier day.")
        records.give_up(session, source, utc_now())
        records.begin(session, source, utc_now(), day, whole=True, accept=accept)
    if not run(core, system, source):
        raise Conflict("It is being read right now.", fix="Look at it with `netos revenue status`.")
    with core.session() as session:
        found = standing(session, source)
    if found is None:
        raise RuntimeError("a sync that ran has a row")
    return found


def run(core: Core, system: BillingSystem, source: str) -> bool:
    """Take up the open sync of a source and work on it until it is done or can not go on."""
    with core.session() as session:
        mine = records.claim(session, source, utc_now())
    if mine is None:
        return False
    log.info("revenue sync", extra={"source": source, "step": mine.step, "after": mine.after, "tries": mine.tries})
    try:
        while mine.step is not Step.DONE:
            mine = _piece(core, system, mine)
    except ClaimLost:
        log.warning("revenue sync was taken over", extra={"source": source})
    except (VendorError, TooManyGone) as failure:
        told = f"{failure.message} {failure.fix or ''}".strip()
        log.warning("revenue sync waits", extra={"source": source, "code": failure.code, "told": failure.message})
        with core.session() as session:
            records.rest(session, mine, _again(failure, utc_now()), told)
    return True


def _again(failure: VendorError | TooManyGone, now: datetime) -> datetime:
    """Say when to try again: as the system asked, else in a while; what waits for a person, seldom."""
    if isinstance(failure, TooManyGone):
        return now + LONGEST_REST
    asked = timedelta(seconds=failure.retry_after) if failure.retry_after else REST
    return now + min(asked, LONGEST_REST)


def _piece(core: Core, system: BillingSystem, mine: Claimed) -> Claimed:
    """Ask for one piece, then write it together with the place to go on from."""
    asking = core.watch(SYSTEM).asking() if mine.source == SONAR and mine.step in ASKS else contextlib.nullcontext()
    with asking:
        write = ASKS.get(mine.step, _own)(system, mine)
    with core.session() as session:
        return write(session, utc_now(), core.policy.currency)


Write: TypeAlias = Callable[[Session, datetime, str], Claimed]


def _products(system: BillingSystem, mine: Claimed) -> Write:
    piece = system.products(mine.after)

    def write(session: Session, now: datetime, _: str) -> Claimed:
        records.save_products(session, mine.source, piece.rows)
        return records.go_on(session, mine, now, piece.after)

    return write


def _accounts(system: BillingSystem, mine: Claimed) -> Write:
    piece = system.accounts(mine.after, mine.since)

    def write(session: Session, now: datetime, _: str) -> Claimed:
        records.save_accounts(session, mine, piece.rows)
        return records.go_on(session, mine, now, piece.after, accounts=len(piece.rows))

    return write


def _services(system: BillingSystem, mine: Claimed) -> Write:
    piece = system.services(mine.after, mine.since)

    def write(session: Session, now: datetime, _: str) -> Claimed:
        records.save_services(session, mine, piece.rows)
        return records.go_on(session, mine, now, piece.after, services=len(piece.rows))

    return write


def _keys(system: BillingSystem, mine: Claimed) -> Write:
    kind = Kept.ACCOUNTS if mine.step is Step.ACCOUNT_KEYS else Kept.SERVICES
    piece = system.keys(kind, mine.after)

    def write(session: Session, now: datetime, _: str) -> Claimed:
        records.mark_seen(session, mine, kind, piece.rows)
        return records.go_on(session, mine, now, piece.after)

    return write


def _own(_system: BillingSystem, mine: Claimed) -> Write:
    """Do what needs no asking: note what is gone, and bring the histories up to date."""

    def write(session: Session, now: datetime, currency: str) -> Claimed:
        if mine.step is Step.LEAVE:
            return records.go_on(session, mine, now, None, gone=records.leave(session, mine, now))
        after, changed = records.price_batch(session, mine, currency)
        return records.go_on(session, mine, now, after, repriced=changed)

    return write


ASKS: Mapping[Step, Callable[[BillingSystem, Claimed], Write]] = {
    Step.PRODUCTS: _products,
    Step.ACCOUNTS: _accounts,
    Step.SERVICES: _services,
    Step.ACCOUNT_KEYS: _keys,
    Step.SERVICE_KEYS: _keys,
}
