"""From what is asked of providers to the exact rows that would change. Plans many as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Named, Names
from netos_core.providers import queries
from netos_core.providers.model import BillingAccount, ProviderAlias, ProviderContact
from netos_core.providers.rules import AliasKind, is_mail_domain, leads_back
from netos_core.providers.schemas import AliasEdit, BillingAccountEdit, ContactEdit, ProviderEdit


class NameTaken(Invalid):
    """Another provider has that name or goes by it."""


class InUse(Conflict):
    """Something live still refers to the record."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once."""

    providers: Names
    rows: Mapping[UUID, Mapping[str, Any]]
    parts: Mapping[UUID, list[Change]]
    next_of: Mapping[UUID, UUID | None]
    labels: Mapping[str, str]


def plan(ctx: Context, wanted: Sequence[Wanted[ProviderEdit]]) -> list[Change]:
    """Plan a batch of providers. Retiring one retires its aliases, contacts and accounts with it.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A name is missing or taken, or a successor chain would run in a circle.
        Conflict: The same provider is asked for twice, or one to retire is another's successor.
    """
    found = queries.names(ctx, {key for w in wanted for key in (w.ref, w.edit.successor) if key})
    asked = _asked(wanted, found)
    known = _known_for(ctx, wanted, asked, found)
    ids = [named.id if named else new_id() for named in asked]
    _refuse_taken(
        ctx, [_Claim(w.edit.name, row_id, None) for w, row_id in zip(wanted, ids, strict=True) if w.edit.name], "name"
    )
    fresh = iter(next_refs(ctx.session, "provider", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.CREATE:
            changes.append(_created(w.edit, row_id, next(fresh), known))
        elif w.action is Action.RETIRE:
            row = known.rows[row_id]
            changes += [*known.parts[row_id], retired("provider", row, ref=row["ref"], shown=("ref", "name"))]
        else:
            change = _updated(w.edit, known.rows[row_id], known)
            changes += [change] if change else []
    return changes


def _asked(wanted: Sequence[Wanted[ProviderEdit]], found: Names) -> list[Named | None]:
    """Find the provider each request is about; None where it asks for a new one."""
    asked = [None if w.action is Action.CREATE else found.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    return asked


def _known_for(
    ctx: Context, wanted: Sequence[Wanted[ProviderEdit]], asked: Sequence[Named | None], found: Names
) -> Known:
    named_successors = {w.edit.successor for w in wanted if w.edit.successor}
    successors = {n.id for key in named_successors if (n := found.find(key))}
    rows = queries.rows_by_id(ctx, successors | {named.id for named in asked if named})
    old = {row["successor_id"] for row in rows.values() if row["successor_id"]} - set(rows)
    leaving = {named.id for w, named in zip(wanted, asked, strict=True) if named and w.action is Action.RETIRE}
    if leaving:
        _refuse_successors(ctx, leaving)
    next_of = queries.successors_from(ctx, successors) if successors else {}
    for w, named in zip(wanted, asked, strict=True):
        if named and "successor" in w.edit.model_fields_set:
            next_of[named.id] = found.get(w.edit.successor, "successor").id if w.edit.successor else None
    return Known(
        providers=found,
        rows=rows,
        parts=_parts_leaving(ctx, leaving),
        next_of=next_of,
        labels={str(i): r["name"] for i, r in {**rows, **(queries.rows_by_id(ctx, old) if old else {})}.items()},
    )


def _refuse_successors(ctx: Context, leaving: set[UUID]) -> None:
    for row in queries.succeeded_by(ctx, leaving):
        if row["id"] not in leaving:
            raise InUse(
                f"{row['ref']} names a provider to retire as its successor.",
                field="ref",
                fix=f"Change the successor of {row['ref']} first.",
            )


def _parts_leaving(ctx: Context, providers: set[UUID]) -> dict[UUID, list[Change]]:
    leaving: dict[UUID, list[Change]] = {provider_id: [] for provider_id in providers}
    for part in (ALIAS, CONTACT, ACCOUNT) if providers else ():
        for row in queries.parts_of(ctx, part.model, providers):
            leaving[row["provider_id"]].append(_part_retired(part, row))
    return leaving


_PLAIN = (
    "name", "legal_name", "website", "portal_url", "noc_phone", "noc_email", "asn", "succeeded_on",
    "remittance_address", "bank_name", "bank_routing", "bank_account",
)  # fmt: skip


def _created(edit: ProviderEdit, row_id: UUID, ref: str, known: Known) -> Change:
    if not edit.name:
        raise Invalid("A provider needs a name.", field="name")
    labels: dict[str, str] = {}
    values = _columns(edit, known, labels)
    if edit.succeeded_on and not edit.successor:
        raise _no_successor()
    return created("provider", {"ref": ref, **values}, ref=ref, labels=labels, row_id=row_id)


def _updated(edit: ProviderEdit, row: Mapping[str, Any], known: Known) -> Change | None:
    if "name" in edit.model_fields_set and edit.name is None:
        raise Invalid("A provider can not be without a name.", field="name")
    old = str(row["successor_id"])
    labels = {old: known.labels[old]} if old in known.labels else {}
    values = _columns(edit, known, labels)
    if leads_back(row["id"], known.next_of):
        raise Invalid(
            f"{row['ref']} would be its own successor in the end.",
            field="successor",
            fix="Look at the successor's own successor first.",
        )
    after = {**row, **values}
    if after["succeeded_on"] and not after["successor_id"]:
        raise _no_successor()
    if row["stub"] and values:
        values["stub"] = False
    return changed("provider", row, values, ref=row["ref"], labels=labels)


def _no_successor() -> Invalid:
    return Invalid(
        "The day of a takeover belongs to a successor.", field="succeeded_on", fix="Set or clear successor with it."
    )


def _columns(edit: ProviderEdit, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(edit, name) for name in _PLAIN if name in edit.model_fields_set}
    if "successor" in edit.model_fields_set:
        successor = known.providers.get(edit.successor, "successor") if edit.successor else None
        values["successor_id"] = successor.id if successor else None
        if successor:
            labels[str(successor.id)] = successor.name
    return values


@dataclass(frozen=True, slots=True)
class _Claim:
    """A name wanted for a provider, or for the alias of one."""

    name: str
    provider_id: UUID
    alias_id: UUID | None

    def yields_to(self, provider_id: UUID, alias_id: UUID | None) -> bool:
        """Tell whether whoever has the name already keeps this claim from it."""
        if self.alias_id is not None and alias_id is not None:
            return alias_id != self.alias_id
        return provider_id != self.provider_id


def _refuse_taken(ctx: Context, claims: Sequence[_Claim], field: str) -> None:
    """Refuse a name that another provider has or goes by, here or in the same batch."""
    taken: dict[str, list[tuple[UUID, UUID | None, str]]] = {}
    for owner in queries.owners_of(ctx, {c.name for c in claims}) if claims else ():
        taken.setdefault(owner.key, []).append((owner.provider.id, owner.alias_id, str(owner.provider)))
    for claim in claims:
        key = claim.name.lower()
        for provider_id, alias_id, owner_name in taken.get(key, ()):
            if claim.yields_to(provider_id, alias_id):
                raise NameTaken(
                    f"{owner_name} already has that name or goes by it.", field=field, fix="Use that provider instead."
                )
        taken.setdefault(key, []).append((claim.provider_id, claim.alias_id, "Another item of this change"))


@dataclass(frozen=True, slots=True)
class Part:
    """What hangs on a provider and has no ref of its own: changed by its row id, known by one column."""

    entity: str
    model: queries.Part
    word: str
    known_by: str
    required: tuple[str, ...]
    may_move: bool = True


ALIAS = Part("provider_alias", ProviderAlias, "alias", "alias", ("provider", "alias", "kind"))
CONTACT = Part("provider_contact", ProviderContact, "contact", "name", ("provider", "kind", "name"))
ACCOUNT = Part("billing_account", BillingAccount, "account", "ban", ("provider", "ban"), may_move=False)


@dataclass(frozen=True, slots=True)
class _Draft:
    """One part as it would be after the change."""

    row_id: UUID
    provider_id: UUID
    after: Mapping[str, Any]


def plan_aliases(ctx: Context, wanted: Sequence[Wanted[AliasEdit]]) -> list[Change]:
    """Plan other names of providers.

    Raises:
        NotFound: A provider or an alias id means nothing we have.
        Invalid: A field is missing, another provider has the name, or a mail domain is none.
        Conflict: The same alias is asked for twice.
    """
    return _plan_parts(ctx, wanted, ALIAS, _check_aliases)


def plan_contacts(ctx: Context, wanted: Sequence[Wanted[ContactEdit]]) -> list[Change]:
    """Plan people and desks at providers.

    Raises:
        NotFound: A provider or a contact id means nothing we have.
        Invalid: A field is missing.
        Conflict: The same contact is asked for twice.
    """
    return _plan_parts(ctx, wanted, CONTACT, lambda _ctx, _drafts: None)


def plan_accounts(ctx: Context, wanted: Sequence[Wanted[BillingAccountEdit]]) -> list[Change]:
    """Plan billing accounts. An account stays with its provider, for circuits are billed under it.

    Raises:
        NotFound: A provider or an account id means nothing we have.
        Invalid: A field is missing, the provider has that BAN already, or an account would change provider.
        Conflict: The same account is asked for twice.
    """
    return _plan_parts(ctx, wanted, ACCOUNT, _check_accounts)


def _check_aliases(ctx: Context, drafts: Sequence[_Draft]) -> None:
    for draft in drafts:
        if draft.after["kind"] == AliasKind.MAIL_DOMAIN and not is_mail_domain(draft.after["alias"]):
            raise Invalid(
                "That is no mail domain.", field="alias", fix="Write the part after the @, such as lumen.com."
            )
    _refuse_taken(ctx, [_Claim(d.after["alias"], d.provider_id, d.row_id) for d in drafts], "alias")


def _check_accounts(ctx: Context, drafts: Sequence[_Draft]) -> None:
    taken = queries.accounts(ctx, {(d.provider_id, d.after["ban"]) for d in drafts})
    for draft in drafts:
        if taken.setdefault((draft.provider_id, draft.after["ban"]), draft.row_id) != draft.row_id:
            raise Invalid("The provider already has an account with that BAN.", field="ban", fix="Use that account.")


def _plan_parts(
    ctx: Context,
    wanted: Sequence[Wanted[Any]],
    part: Part,
    check: Callable[[Context, Sequence[_Draft]], None],
) -> list[Change]:
    found = queries.names(ctx, {w.edit.provider for w in wanted if w.edit.provider})
    ids = [new_id() if w.action is Action.CREATE else _row_id(w.ref, part) for w in wanted]
    refuse_doubles([(row_id, f"That {part.word}") for row_id in ids])
    rows = queries.parts_by_id(ctx, part.model, ids)
    changes: list[Change] = []
    drafts: list[_Draft] = []
    for w, row_id in zip(wanted, ids, strict=True):
        row = rows.get(row_id)
        change: Change | None
        if w.action is Action.CREATE:
            draft, change = _part_created(w.edit, row_id, part, found)
        elif row is None:
            raise _unknown(part)
        elif w.action is Action.RETIRE:
            changes.append(_part_retired(part, row))
            continue
        else:
            draft, change = _part_updated(w.edit, row, part, found)
        drafts.append(draft)
        changes += [change] if change else []
    check(ctx, drafts)
    return changes


def _part_created(edit: BaseModel, row_id: UUID, part: Part, found: Names) -> tuple[_Draft, Change]:
    given = edit.model_dump(include=edit.model_fields_set)
    for name in part.required:
        if given.get(name) is None:
            raise Invalid(f"A provider's {part.word} needs its {name}.", field=name)
    provider = found.get(given.pop("provider"), "provider")
    change = created(
        part.entity,
        {"provider_id": provider.id, **given},
        ref=provider.ref,
        part=_part_name(part, given),
        labels={str(provider.id): provider.name},
        row_id=row_id,
    )
    return _Draft(row_id, provider.id, given), change


def _part_updated(edit: BaseModel, row: Mapping[str, Any], part: Part, found: Names) -> tuple[_Draft, Change | None]:
    given = edit.model_dump(include=edit.model_fields_set)
    for name in part.required:
        if name in given and given[name] is None:
            raise Invalid(f"A provider's {part.word} can not be without its {name}.", field=name)
    labels = {str(row["provider_id"]): row["provider_name"]}
    if "provider" in given:
        provider = found.get(given.pop("provider"), "provider")
        if provider.id != row["provider_id"] and not part.may_move:
            raise Invalid(
                f"An {part.word} stays with its provider.", field="provider", fix="Retire this one, create it anew."
            )
        given["provider_id"] = provider.id
        labels[str(provider.id)] = provider.name
    after = {**row, **given}
    change = changed(part.entity, row, given, ref=row["provider_ref"], part=_part_name(part, row), labels=labels)
    return _Draft(row["id"], after["provider_id"], after), change


def _part_retired(part: Part, row: Mapping[str, Any]) -> Change:
    return retired(part.entity, row, ref=row["provider_ref"], part=_part_name(part, row), shown=(part.known_by,))


def _part_name(part: Part, row: Mapping[str, Any]) -> str:
    return f"{part.word} {row[part.known_by]}"


def _row_id(ref: str | None, part: Part) -> UUID:
    try:
        return UUID(ref or "")
    except ValueError:
        raise _unknown(part) from None


def _unknown(part: Part) -> NotFound:
    return NotFound(
        f"No {part.word} has that id.", field="ref", fix=f"get_provider lists the {part.word}s with their ids."
    )


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say which providers that something is put under were taken over before today.

    Returns:
        One sentence each, for `ChangeSet.warnings`.
    """
    named = {UUID(str(i)) for c in changes if c.entity != "provider" and (i := c.after.get("provider_id"))}
    chains = queries.standing(ctx, named, ctx.today) if named else {}
    rows = queries.rows_by_id(ctx, chains)
    return tuple(
        f"{rows[i]['name']} ({rows[i]['ref']}) is part of {queries.path(chain)} today: see which of them is the party."
        for i, chain in sorted(chains.items(), key=lambda one: str(one[0]))
        if i in rows
    )
