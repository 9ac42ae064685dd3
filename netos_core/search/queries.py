"""Find records by exact ids, by all words, by near spelling and by meaning, and join what each way ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pgvector.sqlalchemy import BIT, HALFVEC
from sqlalchemy import ARRAY, ColumnElement, Select, Text, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from netos_core.kernel.context import Context
from netos_core.kernel.lookup import spelled_like
from netos_core.network.queries.finding import numbered
from netos_core.search.embedding import embed
from netos_core.search.model import DIMENSIONS, SearchEntry
from netos_core.search.rules import every_word, fused, key_of, looks_like_an_id
from netos_core.search.schemas import Hit, Search, SearchResult

E = SearchEntry
Key = tuple[str, UUID]
DEEP = 50  # how far down each ranked list is read
NEAR_IN_BITS = 200
ALIKE = 0.22  # cosine under which a text is about something else
NEAR_SPELLING = 0.6
NEAR_ID = 0.35
FEW = 3  # with fewer hits for all words, spelling may be off


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as each way of finding takes it."""

    session: Session
    words: str
    allowed: tuple[ColumnElement[bool], ...]

    def keys(self, query: Select[str, UUID], *wanted: ColumnElement[bool]) -> list[Key]:
        rows = self.session.execute(query.where(*self.allowed, *wanted).limit(DEEP))
        return [(row.entity, row.entity_id) for row in rows]


ROWS = select(E.entity, E.entity_id)


def search(ctx: Context, request: Search, *, by_meaning: bool = True) -> SearchResult:
    """Return the best hits over every kind that was asked for.

    Args:
        ctx: The call.
        request: The words, and the kinds to look among.
        by_meaning: Whether meanings are compared too; without it only ids, words and spelling count.
    """
    allowed = [or_(E.needs.is_(None), E.needs.in_(sorted(r for r in ctx.principal.rights if r.startswith("see:"))))]
    if request.kind:
        allowed.append(E.kind.in_(request.kind))
    asked = Asked(ctx.session, request.query, tuple(allowed))
    exact = [*_exact(asked), *_numbered(asked, request.kind)]
    worded = _worded(asked)
    # Who names a record exactly means that record: what is merely like it would only stand in the way.
    spelled = _spelled(asked) if not exact and len(worded) < FEW else []
    meant = _meant(asked) if by_meaning and not exact else []
    scores = fused([worded, spelled, meant])
    for place, key in enumerate(exact):
        scores[key] = scores.get(key, 0.0) + 1 - place / 1000
    best = sorted(scores, key=lambda key: -scores[key])
    shown = best[: request.limit]
    return SearchResult(
        total=len(best),
        shown=len(shown),
        hits=_hits(ctx.session, shown, scores),
        hint=_hint(found=bool(exact or worded), near=bool(best)),
    )


def _hint(*, found: bool, near: bool) -> str | None:
    if found:
        return None
    if near:
        return "Nothing contains all of these words; these are the nearest in spelling or meaning."
    return "Nothing is like that. Try fewer words, or a part of an id."


def _exact(asked: Asked) -> list[Key]:
    """Find what answers to exactly these letters and digits."""
    key = key_of(asked.words)
    if not key:
        return []
    return asked.keys(ROWS.order_by(E.entity, E.ref), E.keys.overlap(cast([key], ARRAY(Text))))


def _numbered(asked: Asked, kinds: Sequence[str] | None) -> list[Key]:
    """Find what holds an address or a number, which no text says: a block of addresses, a range of VLANs."""
    found: list[Key] = []
    for query in numbered(asked.words):
        rows = asked.session.execute(query.limit(DEEP)).all()
        found += [(row.entity, row.entity_id) for row in rows if not kinds or row.entity in kinds]
    return found


def _worded(asked: Asked) -> list[Key]:
    """Find what says every word, the ones that say them most and closest first."""
    wanted = every_word(asked.words)
    if not wanted:
        return []
    query = func.to_tsquery("english", wanted)
    return asked.keys(ROWS.order_by(func.ts_rank_cd(E.found_by, query, 1).desc(), E.ref), E.found_by.op("@@")(query))


def _spelled(asked: Asked) -> list[Key]:
    """Find what is called nearly so: an id with a letter or two mistaken, a name misspelt."""
    given = asked.words.lower()
    likeness = func.word_similarity(literal(given), E.names)
    if looks_like_an_id(asked.words):
        near = spelled_like(asked.session, E.names, given, NEAR_ID)
        key = key_of(asked.words)
        nearest = (
            select(func.min(func.levenshtein(literal(key), func.left(func.unnest(E.keys).column_valued("key"), 255))))
            .correlate(E)
            .scalar_subquery()
        )
        return asked.keys(ROWS.order_by(nearest, likeness.desc(), E.ref), near)
    return asked.keys(ROWS.order_by(likeness.desc(), E.ref), spelled_like(asked.session, E.names, given, NEAR_SPELLING))


def _meant(asked: Asked) -> list[Key]:
    """Find what is about the same: the nearest by the signs of the vectors, then by the vectors themselves."""
    (vector,) = embed([asked.words])
    if not vector.any():
        return []
    asked.session.execute(select(func.set_config("hnsw.iterative_scan", "relaxed_order", True)))
    asked.session.execute(select(func.set_config("hnsw.ef_search", str(NEAR_IN_BITS), True)))
    given = literal(vector, HALFVEC(DIMENSIONS))
    bits = cast(func.binary_quantize(E.embedding), BIT(DIMENSIONS))
    near = (
        select(E.entity, E.entity_id, E.embedding.cosine_distance(given).label("unlike"))
        .where(*asked.allowed)
        .order_by(bits.op("<~>")(cast(func.binary_quantize(given), BIT(DIMENSIONS))))
        .limit(NEAR_IN_BITS)
        .subquery()
    )
    rows = asked.session.execute(
        select(near.c.entity, near.c.entity_id)
        .where(near.c.unlike <= 1 - ALIKE)
        .order_by(near.c.unlike, near.c.entity_id)
        .limit(DEEP)
    )
    return [(row.entity, row.entity_id) for row in rows]


def _hits(session: Session, keys: Sequence[Key], scores: dict[Key, float]) -> list[Hit]:
    rows = {
        (row.entity, row.entity_id): row
        for row in session.execute(
            select(E.entity, E.entity_id, E.kind, E.ref, E.title, E.detail).where(
                tuple_(E.entity, E.entity_id).in_(keys)
            )
        )
    }
    return [
        Hit(kind=row.kind, ref=row.ref, title=row.title, detail=row.detail, score=round(scores[key], 3))
        for key in keys
        if (row := rows.get(key)) is not None
    ]
