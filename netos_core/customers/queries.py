"""Reads of customers that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from netos_core.customers.model import Customer
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, fill, nearest

CUSTOMER = Customer.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look customers up by any of the words they are known by."""
    found = Names("customer", "search {kind: customer}", lambda key: nearest(ctx.session, CUSTOMER, key))
    table = CUSTOMER
    fill(ctx.session, found, table, list(keys), by=[table.c.name, table.c.account_number])
    return found


def get_customer_id(ctx: Context, ref: str, field: str = "customer") -> Named:
    """Return the customer a ref or name means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have it.
    """
    return names(ctx, [ref]).get(ref, field)


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live customer rows, for planning."""
    table = CUSTOMER
    rows = ctx.session.execute(select(table).where(table.c.id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def owners_of(ctx: Context, keys: Iterable[str]) -> dict[str, Named]:
    """Find the live customers that have any of these names, by the name in lower case."""
    wanted = sorted({key.lower() for key in keys})
    if not wanted:
        return {}
    rows = ctx.session.execute(
        select(func.lower(Customer.name).label("key"), Customer.id, Customer.ref, Customer.name).where(
            func.lower(Customer.name).in_(wanted), Customer.retired_at.is_(None)
        )
    )
    return {row.key: Named(row.id, row.ref, row.name) for row in rows}
