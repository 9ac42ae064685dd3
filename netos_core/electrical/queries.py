"""Reads of electrical accounts that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from netos_core.electrical.model import ElectricalAccount, ElectricalBill
from netos_core.electrical.rules import Bill
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, fill, nearest

ACCOUNT = ElectricalAccount.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look electrical accounts up by ref, account number or meter number; their name is their ref."""
    ref = ACCOUNT.c.ref
    found = Names(
        "electrical account",
        "search {kind: electrical_account}",
        lambda key: nearest(ctx.session, ACCOUNT, key, name=ref),
    )
    fill(ctx.session, found, ACCOUNT, list(keys), by=[ACCOUNT.c.account_number, ACCOUNT.c.meter_number], name=ref)
    return found


def get_account_id(ctx: Context, ref: str) -> Named:
    """Return the electrical account a ref, account number or meter number means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have it.
    """
    return names(ctx, [ref]).get(ref, "ref")


def bills_of(ctx: Context, account_ids: Iterable[UUID]) -> dict[UUID, list[Bill]]:
    """Return the live bills of accounts, newest month first."""
    rows = ctx.session.execute(
        select(ElectricalBill.account_id, ElectricalBill.month, ElectricalBill.amount, ElectricalBill.currency,
               ElectricalBill.kwh)
        .where(ElectricalBill.account_id.in_(list(account_ids)), ElectricalBill.retired_at.is_(None))
        .order_by(ElectricalBill.month.desc())
    )  # fmt: skip
    bills: dict[UUID, list[Bill]] = {}
    for row in rows:
        bills.setdefault(row.account_id, []).append(Bill(row.month, row.amount, row.currency, row.kwh))
    return bills


def billed_months(ctx: Context, account_ids: Iterable[UUID]) -> dict[tuple[UUID, date], UUID]:
    """Return the ids of live bills by account and month."""
    rows = ctx.session.execute(
        select(ElectricalBill.id, ElectricalBill.account_id, ElectricalBill.month).where(
            ElectricalBill.account_id.in_(list(account_ids)), ElectricalBill.retired_at.is_(None)
        )
    )
    return {(row.account_id, row.month): row.id for row in rows}
