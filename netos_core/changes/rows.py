"""Plan rows whose kind is told as data: what they need, which records they name, how a person speaks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table, select

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base, new_id
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.kernel.lookup import Named, Names

LookUp: TypeAlias = Callable[[Context, Iterable[str]], Names]
SPOKEN_OF = {
    "document": ("ref",),
    "revenue_service": ("ref",),
}  # a document's title may be one that its reader's roles do not show
About: TypeAlias = Mapping[UUID, Named]


def _no_part(_row: Mapping[str, Any], _about: About) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row.

    Args:
        entity: The table.
        word: What a person calls one, such as "RF link".
        required: Fields a new one can not be without and none may lose.
        links: Fields that name another record, and how each is looked up; `site` is the column `site_id`.
        shown: Columns a person recognises a retired one by.
        names: How one with a ref of its own is looked up; without it a row is known by its id.
        owner: The link whose record a row without a ref of its own hangs on.
        part: What such a row is called on that record.
        lists: The operation that lists such rows with their ids.
        kept: Fields besides the required ones that may not be emptied.
    """

    entity: str
    word: str
    required: tuple[str, ...]
    links: Mapping[str, LookUp]
    shown: tuple[str, ...]
    names: LookUp | None = None
    owner: str = ""
    part: Callable[[Mapping[str, Any], About], str] = _no_part
    lists: str = "search"
    kept: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.entity]

    def words(self, field: str) -> str:
        return field.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Draft:
    """One row as it would be, with what is known of the records it names."""

    id: UUID
    values: dict[str, Any]
    about: dict[UUID, Named]
    is_new: bool


def leave_as_asked(_draft: Draft) -> None:
    """Add nothing."""


def pass_all(_drafts: Sequence[Draft]) -> None:
    """Refuse nothing."""


def plan_rows(
    ctx: Context,
    kind: Kind,
    wanted: Sequence[Wanted[Any]],
    *,
    complete: Callable[[Draft], None] = leave_as_asked,
    check: Callable[[Sequence[Draft]], None] = pass_all,
) -> list[Change]:
    """Plan a batch of rows of one kind.

    Args:
        ctx: The call.
        kind: The kind.
        wanted: What is asked.
        complete: Puts what was not said into a new row.
        check: Refuses rows that can not be as they would be.

    Raises:
        NotFound: A name or an id in it means nothing we have.
        Invalid: A required field is missing or cleared.
        Conflict: The same row is asked for twice.
    """
    named = {
        name: look_up(ctx, {asked for w in wanted if (asked := getattr(w.edit, name))})
        for name, look_up in kind.links.items()
    }
    ids = _ids(ctx, kind, wanted)
    rows = rows_by_id(ctx, kind.table, ids)
    about = dict(_about(ctx, kind, rows.values()))
    made = sum(w.action is Action.CREATE for w in wanted)
    fresh = iter(next_refs(ctx.session, kind.entity, made) if kind.names else [])
    changes: list[Change] = []
    drafts: list[Draft] = []
    for w, row_id in zip(wanted, ids, strict=True):
        row = rows.get(row_id)
        if row is None and w.action is not Action.CREATE:
            raise _unknown(kind)
        if row is not None and w.action is Action.RETIRE:
            changes.append(row_retired(kind, row, about))
            continue
        given = _given(kind, w.edit, named, about, new=row is None)
        draft = Draft(row_id, {**(row or {}), **given}, about, row is None)
        drafts.append(draft)
        if row is None:
            complete(draft)
            changes.append(_created(kind, draft, next(fresh, "")))
        else:
            change = _updated(kind, row, given, about)
            changes += [change] if change else []
    check(drafts)
    return changes


def rows_by_id(ctx: Context, table: Table, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return whole live rows of a table, for planning."""
    found = ctx.session.execute(select(table).where(table.c.id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in found.mappings()}


def plan_leaving(ctx: Context, kind: Kind, link: str, ids: Iterable[UUID]) -> list[Change]:
    """Plan the retirement of every live row of a kind that names one of these records."""
    gone = list(ids)
    if not gone:
        return []
    table = kind.table
    found = ctx.session.execute(
        select(table).where(table.c[f"{link}_id"].in_(gone), table.c.retired_at.is_(None)).order_by(table.c.id)
    )
    rows = [dict(row) for row in found.mappings()]
    about = _about(ctx, kind, rows)
    return [row_retired(kind, row, about) for row in rows]


def row_retired(kind: Kind, row: Mapping[str, Any], about: About) -> Change:
    return retired(kind.entity, row, ref=_ref(kind, row, about), part=kind.part(row, about), shown=kind.shown)


def _ids(ctx: Context, kind: Kind, wanted: Sequence[Wanted[Any]]) -> list[UUID]:
    refs = {w.ref for w in wanted if w.ref and w.action is not Action.CREATE}
    known = kind.names(ctx, refs) if kind.names else None
    ids = []
    for w in wanted:
        if w.action is Action.CREATE:
            ids.append(new_id())
        elif known is not None:
            ids.append(known.get(w.ref or "", "ref").id)
        else:
            ids.append(_uuid(kind, w.ref))
    refuse_doubles((row_id, f"That {kind.word}") for row_id in ids)
    return ids


def _uuid(kind: Kind, ref: str | None) -> UUID:
    try:
        return UUID(ref or "")
    except ValueError:
        raise _unknown(kind) from None


def _unknown(kind: Kind) -> NotFound:
    return NotFound(f"No {kind.word} has that id.", field="ref", fix=f"{kind.lists} lists them with their ids.")


def _about(ctx: Context, kind: Kind, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, Named]:
    """Look up how the records that these rows name are called, live or retired."""
    asked: dict[str, set[UUID]] = {}
    for row in rows:
        for name in kind.links:
            if row[f"{name}_id"] is not None:
                asked.setdefault(name, set()).add(row[f"{name}_id"])
    about: dict[UUID, Named] = {}
    for name, ids in asked.items():
        target = next(iter(kind.table.c[f"{name}_id"].foreign_keys)).column.table
        called = next(target.c[column] for column in ("ref", "email") if column in target.c)
        shown = next(
            target.c[column] for column in SPOKEN_OF.get(target.name, ("name", "title", "ref")) if column in target.c
        )
        found = ctx.session.execute(
            select(target.c.id, called.label("ref"), shown.label("name")).where(target.c.id.in_(ids))
        )
        about |= {row.id: Named(row.id, row.ref, row.name) for row in found}
    return about


def _given(
    kind: Kind, edit: BaseModel, named: Mapping[str, Names], about: dict[UUID, Named], *, new: bool
) -> dict[str, Any]:
    """Read what is asked as column values; names become ids."""
    values: dict[str, Any] = {}
    for name in type(edit).model_fields:
        asked = getattr(edit, name)
        if asked is None and name in kind.required and (new or name in edit.model_fields_set):
            verb = "needs its" if new else "can not be without its"
            raise Invalid(f"{_a(kind.word)} {verb} {kind.words(name)}.", field=name)
        if name not in edit.model_fields_set:
            continue
        if asked is None and name in kind.kept and not new:
            raise Invalid(f"{_a(kind.word)} can not be without its {kind.words(name)}.", field=name)
        if name in kind.links:
            found = named[name].get(asked, name) if asked else None
            values[f"{name}_id"] = found.id if found else None
            if found:
                about[found.id] = found
        else:
            values[name] = asked
    return values


def _a(word: str) -> str:
    return f"{'An' if word.startswith(('a', 'e', 'i', 'o', 'u', 'RF')) else 'A'} {word}"


def _created(kind: Kind, draft: Draft, ref: str) -> Change:
    values = {"ref": ref, **draft.values} if kind.names else draft.values
    return created(
        kind.entity,
        values,
        ref=ref or _ref(kind, values, draft.about),
        part=kind.part(values, draft.about),
        labels=_labels((values,), draft.about),
        row_id=draft.id,
    )


def _updated(kind: Kind, row: Mapping[str, Any], given: Mapping[str, Any], about: About) -> Change | None:
    return changed(
        kind.entity,
        row,
        given,
        ref=_ref(kind, row, about),
        part=kind.part(row, about),
        labels=_labels((row, given), about),
    )


def _ref(kind: Kind, row: Mapping[str, Any], about: About) -> str:
    return str(row["ref"]) if kind.names else about[row[f"{kind.owner}_id"]].ref


def _labels(values: Iterable[Mapping[str, Any]], about: About) -> dict[str, str]:
    ids = {held for row in values for held in row.values() if isinstance(held, UUID)}
    return {str(row_id): about[row_id].name for row_id in ids if row_id in about}
