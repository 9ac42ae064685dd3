"""Providers: the list, and one with its names, contacts, accounts, spend and contracts."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit
from netos_core.circuits.rules import IN_USE
from netos_core.contracts.model import Contract
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.page import columns_of
from netos_core.overview.queries import parts
from netos_core.overview.queries.words import page_of, providers_with
from netos_core.overview.schemas import (
    AccountView,
    AliasView,
    ContractLine,
    ListProviders,
    ProviderList,
    ProviderRow,
    ProviderView,
)
from netos_core.overview.schemas.partners import SuccessionLine
from netos_core.providers.model import BillingAccount, Provider, ProviderAlias
from netos_core.providers.queries import Taken, get_provider_id, standing, taken_over
from netos_core.renewals.queries import ACT_BY, renewal_state, with_standing
from netos_core.renewals.rules import RenewalState
from netos_core.sites.model import Site

CONCISE = ("ref", "name", "circuits", "mrc", "contracts", "next_act_by", "noc_phone")

Successor = aliased(Provider)


def list_providers(ctx: Context, request: ListProviders) -> ProviderList:
    """Return one page of providers with their live circuits and spend in the house currency."""
    columns = columns_of(request, ProviderRow, CONCISE)
    mine = Circuit.provider_id == Provider.id
    in_use = (mine, Circuit.retired_at.is_(None), Circuit.status.in_(IN_USE))
    count = select(func.count()).select_from(Circuit).where(*in_use).correlate(Provider).scalar_subquery()
    spend = (
        select(func.sum(Circuit.mrc))
        .where(*in_use, Circuit.currency == ctx.policy.currency)
        .correlate(Provider)
        .scalar_subquery()
    )
    signed = (Contract.provider_id == Provider.id, Contract.retired_at.is_(None))
    contracts = select(func.count()).select_from(Contract).where(*signed).correlate(Provider).scalar_subquery()
    next_act_by = (
        with_standing(select(func.min(ACT_BY)).select_from(Contract))
        .where(*signed, ctx.today <= ACT_BY, renewal_state(ctx.today) != RenewalState.DECIDED)
        .correlate(Provider)
        .scalar_subquery()
    )
    query = select(
        Provider.ref, Provider.name, count.label("circuits"), spend.label("mrc"), contracts.label("contracts"),
        next_act_by.label("next_act_by"), Provider.noc_phone, Provider.portal_url, Provider.asn,
        Successor.name.label("successor"), Provider.stub,
    ).outerjoin(Successor, Successor.id == Provider.successor_id)  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": Provider.id,
        "name": func.lower(Provider.name),
        "circuits": count,
        "contracts": contracts,
        "next_act_by": func.coalesce(next_act_by, date.max),
    }
    if ctx.principal.may("see:money"):
        sortable["mrc"] = func.coalesce(spend, -1)
    wanted: list[ColumnElement[bool]] = [Provider.retired_at.is_(None)]
    if request.tag:
        wanted.append(Provider.id.in_(tagged("provider", request.tag)))
    if request.stub is not None:
        wanted.append(Provider.stub.is_(request.stub))
    source = listing.ListSource("providers", query, sortable, Provider.id, "name")
    found, hint = page_of(ctx, source, request, wanted, Provider, lambda word: Provider.id.in_(providers_with(word)))
    return ProviderList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[ProviderRow(**listing.plain(row), currency=ctx.policy.currency) for row in found.rows],
    )


_OWN = (
    "ref", "version", "name", "legal_name", "website", "portal_url", "noc_phone", "noc_email", "asn", "successor",
    "successor_ref", "succeeded_on", "remittance_address", "bank_name", "bank_routing", "bank_account", "stub",
    "updated_at",
)  # fmt: skip


def provider(ctx: Context, ref: str) -> ProviderView:
    """Read one provider whole."""
    provider_id = get_provider_id(ctx, ref, "ref").id
    row = _row(ctx, provider_id)
    mine = (Circuit.provider_id == provider_id, Circuit.retired_at.is_(None))
    by_status = ctx.session.execute(
        select(Circuit.status, func.count().label("n")).where(*mine).group_by(Circuit.status).order_by(Circuit.status)
    )
    spend = ctx.session.execute(
        select(Circuit.currency, func.sum(Circuit.mrc).label("mrc"))
        .where(*mine, Circuit.status.in_(IN_USE), Circuit.mrc.is_not(None))
        .group_by(Circuit.currency)
    )
    statuses = {r.status: r.n for r in by_status}
    return ProviderView(
        **{name: row[name] for name in _OWN},
        predecessors=list(
            ctx.session.scalars(
                select(Provider.name).where(Provider.successor_id == provider_id, Provider.retired_at.is_(None))
            )
        ),
        part_of=_lines(standing(ctx, [provider_id], ctx.today).get(provider_id, [])),
        took_over=_lines(taken_over(ctx, provider_id, ctx.today)),
        aliases=[
            AliasView(id=str(a.id), alias=a.alias, kind=a.kind)
            for a in ctx.session.scalars(
                select(ProviderAlias)
                .where(ProviderAlias.provider_id == provider_id, ProviderAlias.retired_at.is_(None))
                .order_by(ProviderAlias.alias)
            )
        ],
        accounts=[
            AccountView(id=str(a.id), ban=a.ban, name=a.name)
            for a in ctx.session.scalars(
                select(BillingAccount)
                .where(BillingAccount.provider_id == provider_id, BillingAccount.retired_at.is_(None))
                .order_by(BillingAccount.ban)
            )
        ],
        contacts=parts.contacts(ctx, provider_id),
        circuit_count=sum(statuses.values()),
        circuits_by_status=statuses,
        mrc={r.currency: r.mrc for r in spend},
        site_count=ctx.session.scalar(
            select(func.count()).select_from(Site).where(Site.provider_id == provider_id, Site.retired_at.is_(None))
        )
        or 0,
        contracts=[
            ContractLine(ref=c.ref, title=c.title)
            for c in ctx.session.execute(
                select(Contract.ref, Contract.title)
                .where(Contract.provider_id == provider_id, Contract.retired_at.is_(None))
                .order_by(Contract.id)
                .limit(50)
            )
        ],
        tags=parts.tags(ctx, "provider", provider_id),
        notes=parts.notes(ctx, "provider", provider_id),
        open_changes=parts.open_changes(ctx, row["ref"], provider_id),
    )


def _lines(taken: list[Taken]) -> list[SuccessionLine]:
    return [SuccessionLine(ref=t.provider.ref, name=t.provider.name, since=t.since) for t in taken]


def _row(ctx: Context, provider_id: UUID) -> RowMapping:
    query = (
        select(Provider.__table__, Successor.name.label("successor"), Successor.ref.label("successor_ref"))
        .outerjoin(Successor, Successor.id == Provider.successor_id)
        .where(Provider.id == provider_id)
    )
    return ctx.session.execute(query).mappings().one()
