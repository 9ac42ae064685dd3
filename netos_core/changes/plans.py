"""How features say what should change: three small functions that return data and write nothing."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.orm import Session

from netos_core.changes.aspects import SEE
from netos_core.changes.rules import Action, Change, as_json_value
from netos_core.kernel.db import SYSTEM_COLUMNS, Base, new_id
from netos_core.kernel.errors import Conflict

Edit = TypeVar("Edit", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Edit]):
    """One record to create (no ref), update, retire or restore, as asked."""

    action: Action
    ref: str | None
    edit: Edit


def changed(
    entity: str,
    row: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    ref: str,
    part: str = "",
    labels: Mapping[str, str] | None = None,
) -> Change | None:
    """Plan an update of one row; None where every value already is as asked.

    Args:
        entity: The table.
        row: The current row with its `id` and `version`.
        new: Wanted values by column.
        ref: Human reference of the record.
        part: Which part of the record, such as "A end".
        labels: Words for ids in the old and new values.
    """
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for column, value in new.items():
        if row[column] != (fitted := _fitted(entity, column, value)):
            before[column] = as_json_value(row[column])
            after[column] = as_json_value(fitted)
    if not after:
        return None
    told = {**(labels or {}), **_class_of(row, after)}
    return Change(Action.UPDATE, entity, row["id"], ref, part, row["version"], before, after, told)


def created(
    entity: str,
    values: Mapping[str, Any],
    *,
    ref: str,
    part: str = "",
    labels: Mapping[str, str] | None = None,
    row_id: UUID | None = None,
) -> Change:
    """Plan a new row. Values that are None are left out, so the column's default holds."""
    after = {}
    for column, value in values.items():
        if (fitted := _fitted(entity, column, value)) is not None:
            after[column] = as_json_value(fitted)
    told = {**(labels or {}), **_class_of(after)}
    return Change(Action.CREATE, entity, row_id or new_id(), ref, part, None, {}, after, told)


def retired(entity: str, row: Mapping[str, Any], *, ref: str, part: str = "", shown: Sequence[str] = ()) -> Change:
    """Plan the retirement of one row; `shown` names the columns a person recognises it by."""
    before = {column: as_json_value(row[column]) for column in shown}
    return Change(Action.RETIRE, entity, row["id"], ref, part, row["version"], before, {}, _class_of(row))


_CLASSES = ("open", "money", "bank")


def _class_of(*rows: Mapping[str, Any]) -> dict[str, str]:
    """Label a row that has a class of its own with the right the strictest of its values is shown with."""
    classes = [row["sensitivity"] for row in rows if row.get("sensitivity") in _CLASSES]
    strictest = max(classes, key=_CLASSES.index, default="open")
    return {} if strictest == "open" else {SEE: f"see:{strictest}"}


def _fitted(entity: str, column: str, value: Any) -> Any:
    """Write an amount with the decimals its column keeps, so the diff shows what will be stored."""
    scale = _scale(entity, column)
    return round(value, scale) if scale is not None and isinstance(value, Decimal) else value


@cache
def _scale(entity: str, column: str) -> int | None:
    table = Base.metadata.tables[entity]
    if column in SYSTEM_COLUMNS or column not in table.columns or table.columns[column].computed is not None:
        raise KeyError(f"{entity}.{column} is not a column a change may name")
    return getattr(table.columns[column].type, "scale", None)


PREFIXES = {
    "provider": "PRV",
    "customer": "CUS",
    "site": "SIT",
    "circuit": "CKT",
    "contract": "CTR",
    "renewal_decision": "DEC",
    "interface": "IFC",
    "handoff_port": "PRT",
    "vlan": "VLN",
    "bgp_session": "BGP",
    "ip_block": "IPB",
    "document": "DOC",
    "rf_link": "RFL",
    "electrical_account": "ELE",
    "feedback": "FBK",
    "proposal": "CHG",
    "job": "JOB",
    "import": "IMP",
    "token": "TOK",
    "quote": "QUO",
    "circuit_order": "ORD",
    "quote_draft": "QDR",
    "notice": "NTC",
    "letter": "LTR",
    "report": "RPT",
    "extraction": "EXT",
    "accounting_period": "PER",
    "revenue_service": "SVC",
}


def refuse_doubles(asked: Iterable[tuple[UUID, str]]) -> None:
    """Refuse a batch that asks for one record twice; each is given by its id and what it is called.

    Raises:
        Conflict: It does.
    """
    seen: set[UUID] = set()
    for row_id, name in asked:
        if row_id in seen:
            raise Conflict(f"{name} is asked for twice in one change.", field="items", fix="Ask once for each.")
        seen.add(row_id)


def next_refs(session: Session, kind: str, count: int = 1) -> list[str]:
    """Name new records of a plan until it is stored: a plan that is only looked at takes no number.

    `save_proposal` puts real references in their place. The names begin at random, so no text of a file or a
    caller can be taken for one.
    """
    numbers = session.info.setdefault("new_refs", itertools.count(secrets.randbelow(10**9)))
    return [f"{PREFIXES[kind]}-new{number}" for number in itertools.islice(numbers, count)]


def take_refs(session: Session, kind: str, count: int = 1) -> list[str]:
    """Take the next human references of a kind; a reference is never given twice, used or not."""
    numbers = session.scalars(
        text("select nextval(cast(:name as regclass)) from generate_series(1, :count)"),
        {"name": f"ref_{kind}", "count": count},
    )
    return [f"{PREFIXES[kind]}-{number}" for number in numbers]
