"""Find the record a note or tag is on, and read what is on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text

from netos_core.access.model import Person
from netos_core.annotations.model import Note, Tag
from netos_core.annotations.schemas import NoteView
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound

ENTITY_OF_PREFIX = {
    "CKT": "circuit",
    "PRV": "provider",
    "CUS": "customer",
    "SIT": "site",
    "CTR": "contract",
    "DEC": "renewal_decision",
    "DOC": "document",
    "IFC": "interface",
    "PRT": "handoff_port",
    "VLN": "vlan",
    "BGP": "bgp_session",
    "IPB": "ip_block",
    "RFL": "rf_link",
    "ELE": "electrical_account",
    "FBK": "feedback",
    "QUO": "quote",
    "ORD": "circuit_order",
    "LTR": "letter",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The record a note or tag is on."""

    entity: str
    id: UUID
    ref: str


class Targets:
    """Records already looked up by their ref, so that planning many notes asks once for each kind of record."""

    def __init__(self, found: Iterable[Target]) -> None:
        self._found = {target.ref: target for target in found}

    def get(self, ref: str, field: str = "on") -> Target:
        """Return the record a ref names.

        Raises:
            NotFound: No live record has it.
        """
        target = self._found.get(_folded(ref))
        if target is None:
            fix = "Use a ref such as CKT-1042, found with search."
            raise NotFound("No record has that ref.", field=field, fix=fix)
        return target


def _folded(ref: str) -> str:
    return ref.strip().upper()


def targets(ctx: Context, refs: Iterable[str]) -> Targets:
    """Look up live records by their refs, in one statement for each kind."""
    asked: dict[str, list[str]] = {}
    for ref in sorted({_folded(r) for r in refs}):
        entity = ENTITY_OF_PREFIX.get(ref.partition("-")[0])
        if entity:
            asked.setdefault(entity, []).append(ref)
    found: list[Target] = []
    for entity, wanted in asked.items():
        sql = f"select id, ref from {entity} where ref = any(:refs) and retired_at is null"  # noqa: S608 - our own names
        found += [Target(entity, row.id, row.ref) for row in ctx.session.execute(text(sql), {"refs": wanted})]
    return Targets(found)


def refs_of(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """Return the refs of the records that notes or tags are on, live or retired, by the record's id."""
    asked: dict[str, list[UUID]] = {}
    for row in rows:
        asked.setdefault(row["entity"], []).append(row["entity_id"])
    refs: dict[UUID, str] = {}
    for entity in set(asked) & set(ENTITY_OF_PREFIX.values()):
        sql = f"select id, ref from {entity} where id = any(:ids)"  # noqa: S608 - our own table names
        refs |= {row.id: row.ref for row in ctx.session.execute(text(sql), {"ids": asked[entity]})}
    return refs


def tagged(entity: str, name: str) -> Select[UUID]:
    """Select the ids of records of a kind that have a tag, whatever case it is written in."""
    return select(Tag.entity_id).where(Tag.entity == entity, Tag.name == name.lower(), Tag.retired_at.is_(None))


def notes_on(ctx: Context, entity: str, entity_id: UUID) -> list[NoteView]:
    """Return the live notes of a record with their author's name, newest first."""
    rows = ctx.session.execute(
        select(Note.id, Note.text, Note.agent, Note.created_at, Person.name.label("author"))
        .join(Person, Person.id == Note.author_id)
        .where(Note.entity == entity, Note.entity_id == entity_id, Note.retired_at.is_(None))
        .order_by(Note.id.desc())
    )
    return [
        NoteView(id=str(row.id), text=row.text, author=row.author, agent=row.agent, at=row.created_at) for row in rows
    ]


def tags_of(ctx: Context, entity: str, entity_id: UUID) -> list[str]:
    """Return the live tags of a record."""
    return tags_on(ctx, entity, [entity_id]).get(entity_id, [])


def tags_on(ctx: Context, entity: str, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the live tags of many records."""
    kept: dict[UUID, list[str]] = {}
    rows = ctx.session.execute(
        select(Tag.entity_id, Tag.name)
        .where(Tag.entity == entity, Tag.entity_id.in_(list(ids)), Tag.retired_at.is_(None))
        .order_by(Tag.name)
    )
    for row in rows:
        kept.setdefault(row.entity_id, []).append(row.name)
    return kept


def notes_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live note rows, for planning."""
    table = Note.__table__
    rows = ctx.session.execute(select(table).where(table.c.id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def tags_by_record(ctx: Context, ids: Iterable[UUID]) -> dict[tuple[UUID, str], Mapping[str, Any]]:
    """Return whole live tag rows by record and name, for planning."""
    table = Tag.__table__
    rows = ctx.session.execute(select(table).where(table.c.entity_id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {(row["entity_id"], row["name"]): dict(row) for row in rows.mappings()}
