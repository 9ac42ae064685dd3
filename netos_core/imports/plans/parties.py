"""Sheets of providers and customers: matched by the names and numbers people know them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select

from netos_core.changes.plans import created
from netos_core.changes.rules import Change
from netos_core.customers import plans as customers
from netos_core.customers import queries as known_customers
from netos_core.customers.schemas import CustomerEdit
from netos_core.imports.plans import remarks, stubs
from netos_core.imports.plans.rows import (
    Asked,
    Headers,
    Said,
    asked_for,
    distinct,
    ids_by_ref,
    outcomes_of,
    planned_apart,
    problem,
    read,
    unfit,
)
from netos_core.imports.rules.outcome import Bad, Outcome, Planned, Told
from netos_core.imports.rules.preview import UNDERSTOOD, RowProblem, StagedRow
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, folded
from netos_core.providers import plans as providers
from netos_core.providers import queries as known_providers
from netos_core.providers.model import ProviderContact
from netos_core.providers.rules import AliasKind, ContactKind, is_mail_domain
from netos_core.providers.schemas import AliasEdit, BillingAccountEdit, ContactEdit, ProviderEdit

E = TypeVar("E", bound=BaseModel)
_PROVIDER_FIELDS = ("name", "legal_name", "asn", "website", "portal_url", "noc_phone", "noc_email")
_CUSTOMER_FIELDS = ("name", "account_number", "kind", "email", "phone", "city", "state")


def check_providers(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows do not fit the fields of a provider, its aliases, its account and its manager."""
    return {**_unfit_parts(rows, headers), **read(ProviderEdit, rows, _picked(_PROVIDER_FIELDS), headers)[1]}


def check_customers(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows do not fit the fields of a customer."""
    return read(CustomerEdit, rows, _customer_fields, headers)[1]


def plan_providers(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan a sheet of providers, matched by any of their names, with aliases, accounts, managers and notes."""
    bad = _unfit_parts(rows, headers)
    fit = [row for row in rows if row.row not in bad]
    said, unfit_rows = read(ProviderEdit, fit, _picked(_PROVIDER_FIELDS), headers)
    there, how = known_providers.heard(ctx, {s.edit.name for s in said if s.edit.name})
    asked, ids, ambiguous = _matched(said, there, lambda e: {"name": e.name})
    asked, doubles = distinct(asked, lambda a: [("name", folded(word)) for word in _words(a.row)])
    asked, taken = _free(ctx, asked, headers)
    bad |= unfit_rows | ambiguous | doubles | taken
    changes, refused = planned_apart(asked, lambda wanted: providers.plan(ctx, wanted), headers)
    outcomes = outcomes_of(asked, changes, "provider", bad | refused)
    parts = _provider_parts(ctx, _records(asked, outcomes, "provider", ids | ids_by_ref("provider", changes)))
    return _planned(changes, parts, outcomes).with_understood(_understood(asked, there, how, headers))


def _understood(
    asked: Sequence[Asked[ProviderEdit]], there: Names, how: Mapping[tuple[str, UUID], str], headers: Headers
) -> Told:
    """Tell in each row that means a provider by another name than its own what that name is to it."""
    told = {}
    for a in asked:
        said = str(a.row.values.get("name", ""))
        named = there.find(said)
        if named is not None and (what := how.get((folded(said), named.id))):
            message = f"“{said}” is {what} {named}."
            told[a.row.row] = (RowProblem(a.row.row, headers.get("name"), UNDERSTOOD, message),)
    return told


def plan_customers(ctx: Context, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan a sheet of customers, matched by account number or name; what has no field becomes a note."""
    said, bad = read(CustomerEdit, rows, _customer_fields, headers)
    there = known_customers.names(ctx, {key for s in said for key in (s.edit.account_number, s.edit.name) if key})
    asked, ids, ambiguous = _matched(said, there, lambda e: {"account_number": e.account_number, "name": e.name})
    asked, doubles = distinct(asked, lambda a: [("name", folded(a.wanted.edit.name))] if a.wanted.edit.name else [])
    changes, refused = planned_apart(asked, lambda wanted: customers.plan(ctx, wanted), headers)
    outcomes = outcomes_of(asked, changes, "customer", bad | ambiguous | doubles | refused)
    records = _records(asked, outcomes, "customer", ids | ids_by_ref("customer", changes))
    texts = {record: text for record, row in records if (text := _customer_note(row))}
    return _planned(changes, remarks.notes(ctx, texts), outcomes)


def _picked(fields: Sequence[str]) -> Callable[[StagedRow], tuple[Mapping[str, Any], Iterable[str]]]:
    return lambda row: ({name: row.values[name] for name in fields if name in row.values}, ())


def _customer_fields(row: StagedRow) -> tuple[Mapping[str, Any], Iterable[str]]:
    """Say a row in the fields of a customer; one that has only a number is called by it until it has a name."""
    fields, _ = _picked(_CUSTOMER_FIELDS)(row)
    if "name" in fields:
        return fields, ()
    return {**fields, "name": fields.get("account_number")}, ("name",)


def _matched(
    said: Sequence[Said[E]], there: Names, keys: Callable[[E], Mapping[str, str | None]]
) -> tuple[list[Asked[E]], dict[str, UUID], Bad]:
    """Match each row by the first of its keys that anything answers to; the ids of what was found come along."""
    ids: dict[str, UUID] = {}
    asked: list[Asked[E]] = []
    bad: Bad = {}
    for s in said:
        field, key = next(((f, k) for f, k in keys(s.edit).items() if k and there.knows(k)), ("", None))
        named = there.find(key) if key else None
        if key and named is None:
            message = "Several records answer to that name. Give the row an id of its own, or correct the records."
            bad[s.row.row] = problem(s.row, "ambiguous", message)
        else:
            asked.append(asked_for(s, named.ref if named else None, (field,)))
            ids |= {named.ref: named.id} if named else {}
    return asked, ids, bad


def _records(
    asked: Sequence[Asked[E]], outcomes: Mapping[int, Outcome], entity: str, ids: Mapping[str, UUID]
) -> list[tuple[remarks.Record, StagedRow]]:
    """Return what the rows that can be came to: the new records, and those we have."""
    refs = [(outcomes[a.row.row].ref, a.row) for a in asked]
    return [(remarks.Record(entity, ids[ref], ref), row) for ref, row in refs if ref is not None]


def _planned(changes: Sequence[Change], parts: Sequence[Change], outcomes: dict[int, Outcome]) -> Planned:
    touched = {part.ref for part in parts}
    more = {r: Outcome("update", o.ref) for r, o in outcomes.items() if o.outcome == "unchanged" and o.ref in touched}
    return Planned((*changes, *parts), {**outcomes, **more}, {})


def _customer_note(row: StagedRow) -> str:
    said = row.values
    place = " ".join(str(said[f]) for f in ("address", "postal_code") if f in said)
    texts = [*([str(said["notes"])] if "notes" in said else []), *([f"Address in the file: {place}."] if place else [])]
    return " ".join(texts)


def _aliases(row: StagedRow) -> list[str]:
    """Return the other names of a row, each once and none that is its name."""
    listed = row.values.get("aliases", ())
    words = listed if isinstance(listed, tuple) else (str(listed),)
    own = {folded(str(row.values.get(field, ""))) for field in ("name", "legal_name")}
    kept = {folded(word): " ".join(word.split()) for word in words}
    return [word for key, word in kept.items() if key not in own]


def _words(row: StagedRow) -> list[str]:
    return [str(row.values["name"]), *_aliases(row)]


def _unfit_parts(rows: Sequence[StagedRow], headers: Headers) -> Bad:
    bad: Bad = {}
    for row in rows:
        try:
            for alias in _aliases(row):
                AliasEdit(alias=alias)
            ContactEdit.model_validate({"name": row.values.get("account_manager")})
            BillingAccountEdit.model_validate({"ban": row.values.get("ban")})
        except ValidationError as refused:
            bad[row.row] = unfit(row, refused, headers)
    return bad


def _free(
    ctx: Context, asked: Sequence[Asked[ProviderEdit]], headers: Headers
) -> tuple[list[Asked[ProviderEdit]], Bad]:
    """Leave out rows with an alias that another provider has or goes by."""
    owners: dict[str, list[known_providers.NameOwner]] = {}
    for owner in known_providers.owners_of(ctx, {word for a in asked for word in _aliases(a.row)}):
        owners.setdefault(owner.key, []).append(owner)
    kept: list[Asked[ProviderEdit]] = []
    bad: Bad = {}
    for a in asked:
        hits = [owner for word in _aliases(a.row) for owner in owners.get(word.lower(), ())]
        other = next((owner for owner in hits if owner.provider.ref != a.wanted.ref), None)
        if other is None:
            kept.append(a)
        else:
            message = f"{other.provider} already has one of these names or goes by it."
            bad[a.row.row] = problem(a.row, "invalid_argument", message, headers.get("aliases"))
    return kept, bad


def _provider_parts(ctx: Context, records: Sequence[tuple[remarks.Record, StagedRow]]) -> list[Change]:
    owners = {o.key for o in known_providers.owners_of(ctx, {word for _, row in records for word in _aliases(row)})}
    bans = [
        (Named(r.id, r.ref, str(row.values["name"])), str(row.values["ban"]))
        for r, row in records
        if "ban" in row.values
    ]
    accounts = known_providers.accounts(ctx, ((named.id, ban) for named, ban in bans))
    managers = {
        (row.provider_id, row.name)
        for row in ctx.session.execute(
            select(ProviderContact.provider_id, func.lower(ProviderContact.name).label("name")).where(
                ProviderContact.provider_id.in_([record.id for record, _ in records]),
                ProviderContact.kind == ContactKind.ACCOUNT_MANAGER,
                ProviderContact.retired_at.is_(None),
            )
        )
    }
    changes: list[Change] = []
    for record, row in records:
        labels = {str(record.id): str(row.values["name"])}
        for alias in _aliases(row):
            if alias.lower() not in owners:
                kind = AliasKind.MAIL_DOMAIN if is_mail_domain(alias) else AliasKind.BRAND
                values = {"provider_id": record.id, "alias": alias, "kind": kind}
                changes.append(created("provider_alias", values, ref=record.ref, part=f"alias {alias}", labels=labels))
        manager = " ".join(str(row.values.get("account_manager", "")).split())
        if manager and (record.id, manager.lower()) not in managers:
            values = {"provider_id": record.id, "kind": ContactKind.ACCOUNT_MANAGER, "name": manager}
            changes.append(
                created("provider_contact", values, ref=record.ref, part=f"contact {manager}", labels=labels)
            )
    texts = {record: str(row.values["notes"]) for record, row in records if "notes" in row.values}
    return [*changes, *stubs.accounts(bans, accounts), *remarks.notes(ctx, texts)]
