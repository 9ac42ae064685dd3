"""Reads of providers that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, select, union_all

from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.lookup import Named, Names, chain_from, fill, folded, nearest
from netos_core.providers.model import BillingAccount, Provider, ProviderAlias, ProviderContact
from netos_core.providers.rules import BUT_FOR_ITS_FORM, CALLED, LEGAL_NAME, Succession, bare, successors_on

PROVIDER = Provider.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look providers up by ref, name, legal name or alias; failing these, by one of them but for its legal form."""
    return heard(ctx, keys)[0]


def heard(ctx: Context, keys: Iterable[str]) -> tuple[Names, dict[tuple[str, UUID], str]]:
    """Look providers up, and tell of each folded name that is not a provider's own what it is to them."""
    wanted = {folded(key) for key in keys}
    found = _no_names(ctx)
    how: dict[tuple[str, UUID], str] = {}
    fill(ctx.session, found, PROVIDER, wanted, by=[PROVIDER.c.name])
    rest = [key for key in wanted if not found.knows(key)]
    for row in _in_order(ctx, rest) if rest else ():
        found.add(row.key, Named(row.id, row.ref, row.name))
        how[row.key, row.id] = CALLED.get(row.kind, LEGAL_NAME)
    loose: dict[str, list[str]] = {}
    for key in rest:
        if not found.knows(key):
            loose.setdefault(bare(key), []).append(key)
    for row in _in_order(ctx, None) if loose else ():
        for key in loose.get(bare(row.key), ()):
            found.add(key, Named(row.id, row.ref, row.name))
            how[key, row.id] = BUT_FOR_ITS_FORM
    return found, how


def _no_names(ctx: Context) -> Names:
    return Names("provider", "search {kind: provider}", lambda key: nearest(ctx.session, PROVIDER, key))


def _in_order(ctx: Context, keys: list[str] | None) -> list[Row[Any]]:
    """Read the legal names and aliases among the folded keys, without any keys every name there is, by provider."""
    legal, own, alias = func.lower(Provider.legal_name), func.lower(Provider.name), func.lower(ProviderAlias.alias)
    whose = (Provider.id, Provider.ref, Provider.name)
    by_alias = select(alias.label("key"), *whose, ProviderAlias.kind).join(
        ProviderAlias, (ProviderAlias.provider_id == Provider.id) & ProviderAlias.retired_at.is_(None)
    )
    selects = [(by_alias, alias), (select(legal.label("key"), *whose, literal(None)), legal)]
    if keys is None:
        selects.append((select(own.label("key"), *whose, literal(None)), own))
    rows = ctx.session.execute(
        union_all(
            *(
                one.where(Provider.retired_at.is_(None), name.is_not(None) if keys is None else name.in_(keys))
                for one, name in selects
            )
        )
    )
    return sorted(rows, key=lambda row: row.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who the names in a paper mean today.

    Args:
        names: What each name comes to: the provider that stands for it today.
        heard: What each name says, before anybody was taken over.
        why: Of each folded name that is not a provider's own, or whose provider was taken over, the reason in words.
    """

    names: Names
    heard: Names
    why: Mapping[str, str]

    def reason(self, name: str) -> str | None:
        """Say why a name means who it does; None where it is their own."""
        return self.why.get(folded(name))


def standing_names(ctx: Context, keys: Iterable[str], day: date) -> Standing:
    """Look up who the names in a paper mean as of a day: a provider that was taken over stands for its successor.

    A ref means the record itself. Several that answer to a name are one where they are part of one by then.
    """
    wanted = {folded(key): key for key in keys}
    said, how = heard(ctx, wanted.values())
    hits = {key: said.all(key) for key in wanted}
    chains = standing(ctx, {named.id for found in hits.values() for named in found}, day)
    names, why = _no_names(ctx), {}
    for key, found in hits.items():
        own = [named for named in found if named.ref.lower() == key]
        stands = {named.id: named for named in own or [_last(named, chains) for named in found]}
        for named in stands.values() if len(stands) == 1 else found:
            names.add(key, named)
        if len(stands) == 1 and not own:
            told = [_reason(wanted[key], named, how.get((key, named.id)), chains.get(named.id, [])) for named in found]
            if any(told):
                why[key] = " ".join(filter(None, told))
    return Standing(names, said, why)


def _last(named: Named, chains: Mapping[UUID, list[Taken]]) -> Named:
    chain = chains.get(named.id)
    return chain[-1].provider if chain else named


def _reason(said: str, named: Named, how: str | None, chain: list[Taken]) -> str | None:
    who = f"“{' '.join(said.split())}” is {how} {named}" if how else str(named)
    if chain:
        return f"{who}{', which' if how else ''} is part of {path(chain)}."
    return f"{who}." if how else None


def path(chain: Iterable[Taken]) -> str:
    """Tell a chain in words: Wabash Valley (PRV-1013) since 2025-09-21, and so of Zayo (PRV-1002) since 2026-01-01."""
    return ", and so of ".join(f"{t.provider}{f' since {t.since}' if t.since else ''}" for t in chain)


def get_provider_id(ctx: Context, ref: str, field: str = "provider") -> Named:
    """Return the provider a ref or any of its names means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have it.
    """
    return names(ctx, [ref]).get(ref, field)


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live provider rows, for planning."""
    rows = ctx.session.execute(select(PROVIDER).where(PROVIDER.c.id.in_(list(ids)), PROVIDER.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def accounts(ctx: Context, pairs: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """Return billing account ids by provider and BAN."""
    wanted = set(pairs)
    if not wanted:
        return {}
    rows = ctx.session.execute(
        select(BillingAccount.id, BillingAccount.provider_id, BillingAccount.ban).where(
            BillingAccount.ban.in_({ban for _, ban in wanted}), BillingAccount.retired_at.is_(None)
        )
    )
    return {(row.provider_id, row.ban): row.id for row in rows}


class AccountNotFound(NotFound):
    """The provider has no account with that BAN."""


Part = type[ProviderAlias] | type[ProviderContact] | type[BillingAccount]


def parts_by_id(ctx: Context, part: Part, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return live aliases, contacts or accounts with the `provider_ref` and `provider_name` they hang on."""
    return {row["id"]: row for row in _parts(ctx, part, "id", ids)}


def parts_of(ctx: Context, part: Part, provider_ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live aliases, contacts or accounts of many providers, oldest first."""
    return _parts(ctx, part, "provider_id", provider_ids)


def _parts(ctx: Context, part: Part, column: str, ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    table = part.__table__
    rows = ctx.session.execute(
        select(table, PROVIDER.c.ref.label("provider_ref"), PROVIDER.c.name.label("provider_name"))
        .join(PROVIDER, PROVIDER.c.id == table.c.provider_id)
        .where(table.c[column].in_(list(ids)), table.c.retired_at.is_(None))
        .order_by(table.c.id)
    )
    return [dict(row) for row in rows.mappings()]


@dataclass(frozen=True, slots=True)
class NameOwner:
    """Who a name belongs to; `alias_id` is set where the name is an alias of theirs."""

    key: str
    provider: Named
    alias_id: UUID | None


def owners_of(ctx: Context, keys: Iterable[str]) -> list[NameOwner]:
    """Find the live providers that have any of these names, or go by them."""
    wanted = sorted({key.lower() for key in keys})
    by_name = select(
        func.lower(Provider.name).label("key"), Provider.id, Provider.ref, Provider.name, literal(None).label("alias")
    ).where(func.lower(Provider.name).in_(wanted), Provider.retired_at.is_(None))
    alias = func.lower(ProviderAlias.alias)
    by_alias = (
        select(alias.label("key"), Provider.id, Provider.ref, Provider.name, ProviderAlias.id.label("alias"))
        .join(Provider, Provider.id == ProviderAlias.provider_id)
        .where(alias.in_(wanted), ProviderAlias.retired_at.is_(None))
    )
    rows = ctx.session.execute(union_all(by_name, by_alias))
    return [NameOwner(row.key, Named(row.id, row.ref, row.name), row.alias) for row in rows]


def successors_from(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Return the successor of each of these providers, of their successors, and so on to the end."""
    return chain_from(ctx.session, Provider.successor_id, ids)


def succeeded_by(ctx: Context, ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live providers that name one of these as their successor."""
    rows = ctx.session.execute(
        select(PROVIDER).where(PROVIDER.c.successor_id.in_(list(ids)), PROVIDER.c.retired_at.is_(None))
    )
    return [dict(row) for row in rows.mappings()]


@dataclass(frozen=True, slots=True)
class Taken:
    """A provider in the chain of another, and since when that link of the chain holds."""

    provider: Named
    since: date | None


def standing(ctx: Context, ids: Iterable[UUID], day: date) -> dict[UUID, list[Taken]]:
    """Return who each of these providers is part of on a day, nearest first; those that are their own are left out."""
    asked = list(ids)
    known = successors_from(ctx, asked)
    rows = {
        row.id: row
        for row in ctx.session.execute(
            select(Provider.id, Provider.ref, Provider.name, Provider.successor_id, Provider.succeeded_on).where(
                Provider.id.in_(known)
            )
        )
    }
    took_over = {i: Succession(r.successor_id, r.succeeded_on) for i, r in rows.items() if r.successor_id is not None}
    chains = {}
    for start in asked:
        found, before = [], start
        for successor in successors_on(start, took_over, day):
            row = rows[successor]
            found.append(Taken(Named(row.id, row.ref, row.name), took_over[before].since))
            before = successor
        if found:
            chains[start] = found
    return chains


def stand_ins(ctx: Context, day: date) -> dict[UUID, UUID]:
    """Return of every provider that was taken over by a day who stands for it then; the others stand for themselves."""
    rows = ctx.session.execute(
        select(Provider.id, Provider.successor_id, Provider.succeeded_on).where(Provider.successor_id.is_not(None))
    )
    took_over = {row.id: Succession(row.successor_id, row.succeeded_on) for row in rows}
    chains = {start: successors_on(start, took_over, day) for start in took_over}
    return {start: chain[-1] for start, chain in chains.items() if chain}


def taken_over(ctx: Context, provider_id: UUID, day: date) -> list[Taken]:
    """Return every provider that is part of this one on a day, at whatever remove, by name."""
    table = PROVIDER
    held = (table.c.succeeded_on.is_(None) | (table.c.succeeded_on <= day)) & table.c.retired_at.is_(None)
    below = select(table.c.id, table.c.ref, table.c.name, table.c.succeeded_on).where(
        table.c.successor_id == provider_id, held
    )
    tree = below.cte("taken", recursive=True)
    tree = tree.union(
        select(table.c.id, table.c.ref, table.c.name, table.c.succeeded_on)
        .join(tree, table.c.successor_id == tree.c.id)
        .where(held)
    )
    rows = ctx.session.execute(select(tree).order_by(func.lower(tree.c.name)))
    return [Taken(Named(row.id, row.ref, row.name), row.succeeded_on) for row in rows]
