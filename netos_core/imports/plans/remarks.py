"""Tags and notes a sheet puts on records, new ones included; what is there already is not put on again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select

from netos_core.annotations.model import Note
from netos_core.annotations.queries import tags_by_record
from netos_core.annotations.schemas import TagEdit
from netos_core.changes.plans import created
from netos_core.changes.rules import Change
from netos_core.imports.plans.rows import Headers, problem
from netos_core.imports.rules.outcome import Bad
from netos_core.imports.rules.preview import StagedRow
from netos_core.kernel.context import Context


@dataclass(frozen=True, slots=True)
class Record:
    """What a row came to: the record it makes or means."""

    entity: str
    id: UUID
    ref: str


def tag_names(row: StagedRow) -> list[str]:
    """Return the tags of a row as they are kept.

    Raises:
        ValidationError: One of them is none.
    """
    said = row.values.get("tags", ())
    words = said if isinstance(said, tuple) else (str(said),)
    return list(dict.fromkeys(str(TagEdit(name=word).name) for word in words))


def unfit_tags(rows: Iterable[StagedRow], headers: Headers) -> Bad:
    """Tell the rows whose tags are none."""
    bad: Bad = {}
    for row in rows:
        try:
            tag_names(row)
        except ValidationError:
            message = "A tag has at most 48 letters, digits, blanks and . : / - signs, and begins with a letter."
            bad[row.row] = problem(row, "invalid", message, headers.get("tags"))
    return bad


def tags(ctx: Context, wanted: Sequence[tuple[Record, StagedRow]]) -> list[Change]:
    """Plan the tags of rows for the records they came to."""
    named = [(record, name) for record, row in wanted if "tags" in row.values for name in tag_names(row)]
    there = tags_by_record(ctx, {record.id for record, _ in named}) if named else {}
    return [
        created(
            "tag",
            {"entity": record.entity, "entity_id": record.id, "name": name},
            ref=record.ref,
            part="tag",
            labels={str(record.id): record.ref},
        )
        for record, name in named
        if (record.id, name) not in there
    ]


def notes(ctx: Context, wanted: Mapping[Record, str]) -> list[Change]:
    """Plan notes on records that have no field for a remark."""
    there = {
        (row.entity_id, row.text)
        for row in ctx.session.execute(
            select(Note.entity_id, Note.text).where(
                Note.entity_id.in_([record.id for record in wanted]), Note.retired_at.is_(None)
            )
        )
    }
    author = ctx.principal
    return [
        created(
            "note",
            {
                "entity": record.entity,
                "entity_id": record.id,
                "text": text,
                "author_id": author.person_id,
                "agent": author.agent,
            },
            ref=record.ref,
            part="note",
            labels={str(record.id): record.ref, str(author.person_id): author.name},
        )
        for record, text in wanted.items()
        if (record.id, text) not in there
    ]
