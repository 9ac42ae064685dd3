"""From what is asked of customers to the exact rows that would change. Plans many as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rows import About, Kind, plan_leaving, plan_rows
from netos_core.changes.rules import Action, Change
from netos_core.customers import queries
from netos_core.customers.schemas import CustomerContactEdit, CustomerEdit
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Invalid


def _contact_part(row: Mapping[str, Any], _about: About) -> str:
    return f"contact {row['name']}"


CONTACT = Kind(
    "customer_contact",
    "contact",
    required=("customer", "name"),
    links={"customer": queries.names},
    shown=("name",),
    owner="customer",
    part=_contact_part,
    lists="get_customer",
)


class NameTaken(Invalid):
    """Another customer has that name."""


def plan(ctx: Context, wanted: Sequence[Wanted[CustomerEdit]]) -> list[Change]:
    """Plan a batch of customers. Retiring one retires its contacts with it.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A name is missing or taken.
        Conflict: The same customer is asked for twice.
    """
    found = queries.names(ctx, {w.ref for w in wanted if w.ref})
    ids = [new_id() if w.action is Action.CREATE else found.get(w.ref or "", "ref").id for w in wanted]
    rows = queries.rows_by_id(ctx, ids)
    refuse_doubles((i, rows[i]["ref"] if i in rows else "") for i in ids)
    _refuse_taken(ctx, {row_id: w.edit.name for w, row_id in zip(wanted, ids, strict=True) if w.edit.name})
    fresh = iter(next_refs(ctx.session, "customer", sum(w.action is Action.CREATE for w in wanted)))
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        if w.action is Action.CREATE:
            changes.append(_created(w.edit, row_id, next(fresh)))
        elif w.action is Action.RETIRE:
            row = rows[row_id]
            contacts = plan_leaving(ctx, CONTACT, "customer", [row_id])
            changes += [*contacts, retired("customer", row, ref=row["ref"], shown=("ref", "name", "account_number"))]
        else:
            change = _updated(w.edit, rows[row_id])
            changes += [change] if change else []
    return changes


def _created(edit: CustomerEdit, row_id: UUID, ref: str) -> Change:
    if not edit.name:
        raise Invalid("A customer needs a name.", field="name")
    return created("customer", {"ref": ref, **_columns(edit)}, ref=ref, row_id=row_id)


def _updated(edit: CustomerEdit, row: Mapping[str, Any]) -> Change | None:
    if "name" in edit.model_fields_set and edit.name is None:
        raise Invalid("A customer can not be without a name.", field="name")
    values = _columns(edit)
    if row["stub"] and values:
        values["stub"] = False
    return changed("customer", row, values, ref=row["ref"])


def _columns(edit: CustomerEdit) -> dict[str, Any]:
    return {name: getattr(edit, name) for name in type(edit).model_fields if name in edit.model_fields_set}


def _refuse_taken(ctx: Context, claims: Mapping[UUID, str]) -> None:
    """Refuse a name that another customer has, here or in the same batch."""
    owners = {key: (named.id, str(named)) for key, named in queries.owners_of(ctx, claims.values()).items()}
    for row_id, name in claims.items():
        owner, words = owners.setdefault(name.lower(), (row_id, "Another item of this change"))
        if owner != row_id:
            raise NameTaken(f"{words} already has that name.", field="name", fix="Use that customer instead.")


def plan_contacts(ctx: Context, wanted: Sequence[Wanted[CustomerContactEdit]]) -> list[Change]:
    """Plan people and desks at customers; one is changed and retired by its row id.

    Raises:
        NotFound: A customer or a contact id means nothing we have.
        Invalid: A field is missing.
        Conflict: The same contact is asked for twice.
    """
    return plan_rows(ctx, CONTACT, wanted)
