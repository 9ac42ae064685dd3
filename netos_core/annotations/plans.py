"""Plan notes and tags."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from netos_core.annotations import queries
from netos_core.annotations.schemas import NoteEdit, TagEdit
from netos_core.changes.plans import Wanted, created, retired
from netos_core.changes.rules import Action, Change
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid, NotFound


def plan_notes(ctx: Context, wanted: Sequence[Wanted[NoteEdit]]) -> list[Change]:
    """Plan new notes, or the retirement of notes by their id.

    Raises:
        Invalid: The record or the text is missing, the record takes comments instead, or a note is to be rewritten.
        NotFound: No record has that ref, or no note that id.
        Conflict: The same note is asked for twice.
    """
    targets = queries.targets(ctx, {w.edit.on for w in wanted if w.edit.on})
    rows = queries.notes_by_id(ctx, {note_id for w in wanted if (note_id := _uuid(w.ref))})
    refs = queries.refs_of(ctx, rows.values())
    seen: set[UUID] = set()
    changes: list[Change] = []
    for w in wanted:
        if w.action is Action.CREATE:
            changes.append(_new_note(ctx, w.edit, targets))
            continue
        if w.action is Action.UPDATE:
            raise Invalid("A note is not rewritten.", field="action", fix="Add another note, or retire this one.")
        row = rows.get(note_id) if (note_id := _uuid(w.ref)) else None
        if row is None:
            raise NotFound("No note has that id.", field="ref", fix="get_circuit and the like list note ids.")
        if row["id"] in seen:
            raise Conflict("A note is asked for twice in one change.", field="items", fix="Ask once for each.")
        seen.add(row["id"])
        changes.append(retired("note", row, ref=refs[row["entity_id"]], part="note", shown=("text",)))
    return changes


def _new_note(ctx: Context, edit: NoteEdit, targets: queries.Targets) -> Change:
    if not edit.on or not edit.text:
        raise Invalid("A note needs the record it is on and its text.", field="on" if not edit.on else "text")
    target = targets.get(edit.on)
    if target.entity == "feedback":
        raise Invalid("A report is commented on.", field="on", fix="Use kind feedback_comment with feedback and text.")
    values = {
        "entity": target.entity,
        "entity_id": target.id,
        "text": edit.text,
        "author_id": ctx.principal.person_id,
        "agent": ctx.principal.agent,
    }
    labels = {str(target.id): target.ref, str(ctx.principal.person_id): ctx.principal.name}
    return created("note", values, ref=target.ref, part="note", labels=labels)


def plan_tags(ctx: Context, wanted: Sequence[Wanted[TagEdit]]) -> list[Change]:
    """Plan tags to add (create) or take off (retire); a tag that is there already changes nothing.

    Raises:
        Invalid: The record or the name is missing.
        NotFound: No record has that ref.
    """
    targets = queries.targets(ctx, {on for w in wanted if (on := w.edit.on or w.ref)})
    asked: dict[tuple[UUID, str], tuple[queries.Target, Action]] = {}
    for w in wanted:
        on = w.edit.on or w.ref
        if not on or not w.edit.name:
            raise Invalid("A tag needs the record it is on and its name.", field="on" if not on else "name")
        target = targets.get(on)
        asked[target.id, w.edit.name] = (target, w.action)
    rows = queries.tags_by_record(ctx, {target_id for target_id, _ in asked})
    changes: list[Change] = []
    for (target_id, name), (target, action) in asked.items():
        row = rows.get((target_id, name))
        if action is Action.RETIRE and row is not None:
            changes.append(retired("tag", row, ref=target.ref, part="tag", shown=("name",)))
        elif action is not Action.RETIRE and row is None:
            values = {"entity": target.entity, "entity_id": target.id, "name": name}
            changes.append(created("tag", values, ref=target.ref, part="tag", labels={str(target.id): target.ref}))
    return changes


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
