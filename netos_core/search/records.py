"""Keeps the index in step: takes up what commits have touched, a batch at a time, each in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from netos_core.changes.model import Touched
from netos_core.search.embedding import MODEL, embed
from netos_core.search.followers import FOLLOWERS
from netos_core.search.model import SearchEntry
from netos_core.search.rules import key_of, pieces
from netos_core.search.sources import SOURCES, Source

BATCH = 1_000


def take_up(session: Session, now: datetime, most: int = BATCH) -> int:
    """Bring the index up to what some touched rows say now, and return how many were taken.

    A row that a commit under way holds is left for the next round, and several workers share the rest.
    """
    # Rows that others speak of come before those others, so that one commit's circuits are taken once, after its sites.
    oldest = (
        select(Touched.entity, Touched.entity_id)
        .order_by(Touched.at, Touched.entity.desc(), Touched.entity_id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("materialized")  # else it may be looked up anew for each row, each time with others
    )
    taken = session.execute(
        delete(Touched)
        .where(Touched.entity == oldest.c.entity, Touched.entity_id == oldest.c.entity_id)
        .returning(Touched.entity, Touched.entity_id)
    ).all()
    by_entity: dict[str, list[UUID]] = {}
    for row in taken:
        by_entity.setdefault(row.entity, []).append(row.entity_id)
    for entity, ids in by_entity.items():
        _touch_followers(session, entity, ids, now)
        if entity in SOURCES:
            _index(session, entity, SOURCES[entity], ids)
    return len(taken)


def waiting(session: Session, most: int) -> int:
    """Count the touched rows that are not taken up yet, as far as that number."""
    return session.scalar(select(func.count()).select_from(select(Touched.entity).limit(most).subquery())) or 0


def touch_outdated(session: Session, now: datetime) -> None:
    """Have what an earlier model has read be read anew."""
    session.execute(
        upsert(Touched)
        .from_select(
            ["entity", "entity_id", "at"],
            select(SearchEntry.entity, SearchEntry.entity_id, literal(now)).where(SearchEntry.model != MODEL),
        )
        .on_conflict_do_nothing()
    )


def _touch_followers(session: Session, entity: str, ids: Sequence[UUID], now: datetime) -> None:
    for follower in FOLLOWERS.get(entity, ()):
        found = follower.of(ids).subquery()
        column = next(iter(found.c))
        session.execute(
            upsert(Touched)
            .from_select(
                ["entity", "entity_id", "at"],
                select(literal(follower.entity), column, literal(now)).where(column.is_not(None)).order_by(column),
            )
            .on_conflict_do_update(index_elements=["entity", "entity_id"], set_={"at": now})
        )


def _index(session: Session, entity: str, source: Source, ids: Sequence[UUID]) -> None:
    rows = session.execute(source.rows.where(source.id.in_(ids))).mappings().all()
    session.execute(delete(SearchEntry).where(SearchEntry.entity == entity, SearchEntry.entity_id.in_(ids)))
    if not rows:
        return
    meant = embed([row["about"] for row in rows])
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row, vector in zip(rows, meant, strict=True):
            copy.write_row(_entry(entity, source.kind, row, vector))


_COPY = (
    "copy search_entry (entity, entity_id, kind, ref, title, detail, keys, names, words, needs, model, embedding)"
    " from stdin"
)


def _entry(entity: str, kind: str, row: Any, vector: Any) -> tuple[Any, ...]:
    ids = row["ids"].split("\n")
    words = " ".join((row["about"], row["words"], *(pieces(one) for one in ids)))
    meaning = str(vector.astype("f2").tolist()) if vector.any() else None  # as PostgreSQL reads it: [0.1, 0.2]
    names = row["names"].lower()
    return (
        entity, row["id"], kind, row["ref"], row["title"], row["detail"], _keys(ids), names, words, row.get("needs"),
        MODEL, meaning,
    )  # fmt: skip


def _keys(ids: Iterable[str]) -> list[str]:
    return sorted({key for one in ids if (key := key_of(one))})
