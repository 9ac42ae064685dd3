"""Electrical accounts: the list, and one with its bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, and_, func, or_, select

from netos_core.annotations.queries import tagged
from netos_core.customers.queries import get_customer_id
from netos_core.electrical.model import ElectricalAccount, ElectricalBill
from netos_core.electrical.queries import bills_of, get_account_id
from netos_core.electrical.rules import Bill, averages, trailing_months
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like
from netos_core.kernel.page import columns_of
from netos_core.overview.queries import parts
from netos_core.overview.queries.links import holds
from netos_core.overview.queries.words import page_of
from netos_core.overview.schemas.electrical import (
    AverageView,
    BillView,
    ElectricalLine,
    ElectricalList,
    ElectricalRow,
    ElectricalView,
    SearchElectricalAccounts,
)
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id, within

CONCISE = (
    "ref", "site", "provider", "account_number", "meter_number", "average_monthly_cost", "average_months", "last_month",
)  # fmt: skip


def _billed(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(ElectricalBill.account_id == ElectricalAccount.id, ElectricalBill.retired_at.is_(None), *wanted)


def _of_bills(what: ColumnElement[Any], *wanted: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(what).where(_billed(*wanted)).correlate(ElectricalAccount).scalar_subquery()


def search_electrical_accounts(ctx: Context, request: SearchElectricalAccounts) -> ElectricalList:
    """Return one page of electrical accounts, each with its mean monthly cost in the house currency."""
    columns = columns_of(request, ElectricalRow, CONCISE)
    first, last = trailing_months(ctx.today)
    counted = (ElectricalBill.month.between(first, last), ElectricalBill.currency == ctx.policy.currency)
    average = _of_bills(func.round(func.avg(ElectricalBill.amount), 2, type_=Numeric), *counted)
    months = _of_bills(func.count(), *counted)
    newest = _of_bills(func.max(ElectricalBill.month))
    query = (
        select(
            ElectricalAccount.ref, Site.name.label("site"), Site.ref.label("site_ref"),
            Provider.name.label("provider"), ElectricalAccount.account_number, ElectricalAccount.meter_number,
            ElectricalAccount.voltage, ElectricalAccount.phase, ElectricalAccount.amperage, ElectricalAccount.tariff,
            average.label("average_monthly_cost"), months.label("average_months"), newest.label("last_month"),
            ElectricalAccount.starts_on, ElectricalAccount.ends_on,
        )
        .join(Site, Site.id == ElectricalAccount.site_id)
        .join(Provider, Provider.id == ElectricalAccount.provider_id)
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": ElectricalAccount.id,
        "site": func.lower(Site.name),
        "provider": func.lower(Provider.name),
        "account_number": func.coalesce(ElectricalAccount.account_number, ""),
        "amperage": func.coalesce(ElectricalAccount.amperage, 0),
        "last_month": func.coalesce(newest, date.min),
    }
    if ctx.principal.may("see:money"):
        sortable["average_monthly_cost"] = func.coalesce(average, -1)
    source = listing.ListSource("electrical", query, sortable, ElectricalAccount.id, "ref")
    found, hint = page_of(ctx, source, request, _filters(ctx, request), ElectricalAccount, accounts_with)
    return ElectricalList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[ElectricalRow(**listing.plain(row), currency=ctx.policy.currency) for row in found.rows],
    )


def accounts_with(word: str) -> ColumnElement[bool]:
    """Match electrical accounts by their own words, their site's or their utility's."""
    return or_(
        ElectricalAccount.search_text.like(like(word)),
        ElectricalAccount.site_id.in_(select(Site.id).where(Site.search_text.like(like(word)))),
        ElectricalAccount.provider_id.in_(select(Provider.id).where(Provider.search_text.like(like(word)))),
    )


def _filters(ctx: Context, request: SearchElectricalAccounts) -> list[ColumnElement[bool]]:
    account = ElectricalAccount
    wanted: list[ColumnElement[bool]] = [account.retired_at.is_(None), *holds(account, request.as_of)]
    if request.site:
        wanted.append(account.site_id.in_(within(get_site_id(ctx, request.site).id)))
    if request.provider:
        wanted.append(account.provider_id == get_provider_id(ctx, request.provider).id)
    if request.customer:
        owner = get_customer_id(ctx, request.customer).id
        wanted.append(account.site_id.in_(select(Site.id).where(Site.customer_id == owner)))
    if request.phase:
        wanted.append(account.phase.in_(request.phase))
    if request.tag:
        wanted.append(account.id.in_(tagged("electrical_account", request.tag)))
    return wanted


_OWN = (
    "ref", "version", "site", "site_ref", "provider", "provider_ref", "account_number", "meter_number", "voltage",
    "phase", "amperage", "tariff", "monitoring_url", "starts_on", "ends_on", "description", "updated_at",
)  # fmt: skip


def electrical_account(ctx: Context, ref: str) -> ElectricalView:
    """Read one electrical account whole."""
    account_id = get_account_id(ctx, ref).id
    query = (
        select(
            ElectricalAccount.__table__, Site.name.label("site"), Site.ref.label("site_ref"),
            Provider.name.label("provider"), Provider.ref.label("provider_ref"),
        )
        .join(Site, Site.id == ElectricalAccount.site_id)
        .join(Provider, Provider.id == ElectricalAccount.provider_id)
        .where(ElectricalAccount.id == account_id)
    )  # fmt: skip
    row = ctx.session.execute(query).mappings().one()
    first, last = trailing_months(ctx.today)
    return ElectricalView(
        **{name: row[name] for name in _OWN},
        average=_averages(ctx, bills_of(ctx, [account_id]).get(account_id, [])),
        averaged_from=first,
        averaged_to=last,
        bills=_bills(ctx, account_id),
        tags=parts.tags(ctx, "electrical_account", account_id),
        notes=parts.notes(ctx, "electrical_account", account_id),
        open_changes=parts.open_changes(ctx, row["ref"], account_id),
    )


def _averages(ctx: Context, bills: list[Bill]) -> list[AverageView]:
    return [AverageView(currency=a.currency, amount=a.amount, months=a.months) for a in averages(bills, ctx.today)]


def _bills(ctx: Context, account_id: UUID) -> list[BillView]:
    rows = ctx.session.execute(
        select(ElectricalBill.id, ElectricalBill.month, ElectricalBill.kwh, ElectricalBill.amount,
               ElectricalBill.currency)
        .where(ElectricalBill.account_id == account_id, ElectricalBill.retired_at.is_(None))
        .order_by(ElectricalBill.month.desc())
    )  # fmt: skip
    return [
        BillView(
            id=str(row.id), month=row.month, kwh=row.kwh, amount=row.amount, currency=row.currency,
            per_kwh=_per_kwh(row.amount, row.kwh),
        )
        for row in rows
    ]  # fmt: skip


def _per_kwh(amount: Decimal, kwh: Decimal | None) -> Decimal | None:
    return round(amount / kwh, 4) if kwh else None


def accounts_at(ctx: Context, site_id: UUID, day: date | None) -> list[ElectricalLine]:
    """Return the electrical accounts of a site with what a month costs on average."""
    account = ElectricalAccount
    rows = ctx.session.execute(
        select(
            account.id, account.ref, Provider.name.label("provider"), account.account_number, account.meter_number,
            account.voltage, account.phase, account.amperage,
        )
        .join(Provider, Provider.id == account.provider_id)
        .where(account.site_id == site_id, account.retired_at.is_(None), *holds(account, day))
        .order_by(account.id)
    ).all()  # fmt: skip
    bills = bills_of(ctx, [row.id for row in rows]) if rows else {}
    return [
        ElectricalLine(
            ref=row.ref, provider=row.provider, account_number=row.account_number, meter_number=row.meter_number,
            voltage=row.voltage, phase=row.phase, amperage=row.amperage, average=_averages(ctx, bills.get(row.id, [])),
        )
        for row in rows
    ]  # fmt: skip
