"""From the words people use to the record they mean: by reference, by name, by another name; never by guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, SQLColumnExpression, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from netos_core.kernel.errors import Ambiguous, NotFound


@dataclass(frozen=True, slots=True)
class Named:
    """A record as it is spoken of: its id for writing, its reference and name for reading."""

    id: UUID
    ref: str
    name: str

    def __str__(self) -> str:
        return self.name if self.name == self.ref else f"{self.name} ({self.ref})"


def folded(text: str) -> str:
    """Fold a name for comparison: case and runs of blanks do not matter."""
    return " ".join(text.lower().split())


class Names:
    """Names already looked up, so that planning thousands of rows asks the database once.

    Args:
        what: The kind of record, such as "provider".
        tool: The tool that finds one.
        near: Finds records whose words are most like a name that nothing has; asked only for the refusal.
    """

    def __init__(self, what: str, tool: str, near: Callable[[str], list[Named]] | None = None) -> None:
        self._what = what
        self._tool = tool
        self._near = near
        self._found: dict[str, dict[UUID, Named]] = {}

    def add(self, key: str, named: Named) -> None:
        self._found.setdefault(folded(key), {})[named.id] = named

    def find(self, key: str) -> Named | None:
        hits = self._found.get(folded(key), {})
        return next(iter(hits.values())) if len(hits) == 1 else None

    def all(self, key: str) -> list[Named]:
        """Return every record that answers to a name."""
        return list(self._found.get(folded(key), {}).values())

    def knows(self, key: str) -> bool:
        """Tell whether anything answers to a name, be it one record or several."""
        return folded(key) in self._found

    def get(self, key: str, field: str, near: Iterable[Named] = ()) -> Named:
        """Return the one record a name means.

        Raises:
            NotFound: Nothing has that name; the nearest are listed.
            Ambiguous: Several records have it; they are listed.
        """
        hits = self._found.get(folded(key), {})
        if len(hits) > 1:
            listed = ", ".join(str(n) for n in list(hits.values())[:5])
            raise Ambiguous(f"Several {self._what}s answer to that name: {listed}.", field=field, fix="Use the ref.")
        if not hits:
            listed = ", ".join(str(n) for n in near or (self._near(key) if self._near else ()))
            hint = f"Nearest: {listed}. " if listed else ""
            raise NotFound(
                f"No {self._what} has that ref or name.", field=field, fix=f"{hint}Look it up with {self._tool}."
            )
        return next(iter(hits.values()))


def fill(
    session: Session,
    names: Names,
    table: FromClause,
    keys: Iterable[str],
    *,
    by: Iterable[ColumnElement[str | None]],
    name: ColumnElement[str] | None = None,
) -> None:
    """Look up many names at once and add what is found.

    Args:
        session: The database session.
        names: Where the finds are added.
        table: A table, or a join, with the columns `id`, `ref` and `retired_at` of the record.
        keys: The words to look up.
        by: Columns a word may match besides the reference; their case does not matter.
        name: The column shown as the record's name; `name` of the table by default.
    """
    wanted = sorted({folded(k) for k in keys})
    if not wanted:
        return
    shown = name if name is not None else table.c.name
    for column, keyed in ((table.c.ref, [k.upper() for k in wanted]), *((func.lower(c), wanted) for c in by)):
        rows = session.execute(
            select(table.c.id, table.c.ref, shown.label("name"), column.label("key")).where(
                column.in_(keyed), table.c.retired_at.is_(None)
            )
        )
        for row in rows:
            names.add(row.key, Named(row.id, row.ref, row.name))


MOST_WORDS = 8


def words_of(query: str) -> list[str]:
    return query.lower().split()[:MOST_WORDS]


def like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


NEAR = 0.45  # word similarity under which a spelling is not offered
NEAREST = 3


def spelled_like(
    session: Session, text: SQLColumnExpression[str], given: str, near: float = NEAR
) -> ColumnElement[bool]:
    """Match text spelled near the given words, as the trigram index of a column can.

    The operator that the index serves takes its bound from a setting, which holds until the transaction ends.
    """
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(near), True)))
    return text.op("%>", is_comparison=True)(given.lower())


def nearest(
    session: Session, table: FromClause, given: str, *, name: SQLColumnExpression[Any] | None = None
) -> list[Named]:
    """Return up to three live records spelled most like the given words: near ones by the index, else the least far."""
    shown = name if name is not None else table.c.name
    unlike = literal(given.lower()).op("<<->")(table.c.search_text)
    query = (
        select(table.c.id, table.c.ref, shown.label("name"))
        .where(table.c.retired_at.is_(None))
        .order_by(unlike)
        .limit(NEAREST)
    )
    near = session.execute(query.where(spelled_like(session, table.c.search_text, given))).all()
    rows = near if len(near) == NEAREST else session.execute(query).all()
    return [Named(row.id, row.ref, row.name) for row in rows]


def chain_from(
    session: Session, column: InstrumentedAttribute[UUID | None], ids: Iterable[UUID]
) -> dict[UUID, UUID | None]:
    """Return what a column that points into its own table holds for these rows, for those it leads to, and so on."""
    table = column.class_.__table__
    pointer = table.c[column.key]
    chain = select(table.c.id, pointer).where(table.c.id.in_(list(ids))).cte("chain", recursive=True)
    chain = chain.union(select(table.c.id, pointer).join(chain, table.c.id == chain.c[column.key]))
    return {row[0]: row[1] for row in session.execute(select(chain))}
