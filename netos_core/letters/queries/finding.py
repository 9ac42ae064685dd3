"""Letters as planning and the worker find them: their rows, the signing that counts, and where each stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, or_, select

from netos_core.contracts.model import Contract
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, fill, nearest
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.rules.states import LetterState, Sending, SigningState, state_of
from netos_core.renewals.model import RenewalDecision

LETTER = Letter.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look letters up by their ref."""
    ref = LETTER.c.ref
    found = Names("letter", "list_letters", lambda key: nearest(ctx.session, LETTER, key, name=ref))
    fill(ctx.session, found, LETTER, list(keys), by=[], name=ref)
    return found


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return whole live rows, for planning."""
    rows = ctx.session.execute(select(LETTER).where(LETTER.c.id.in_(list(ids)), LETTER.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def contract_refs(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Named]:
    """Return how contracts are called, live or retired."""
    rows = ctx.session.execute(select(Contract.id, Contract.ref, Contract.title).where(Contract.id.in_(list(ids))))
    return {row.id: Named(row.id, row.ref, row.title) for row in rows}


def decision_refs(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return how decisions are called, live or retired."""
    rows = ctx.session.execute(select(RenewalDecision.id, RenewalDecision.ref).where(RenewalDecision.id.in_(list(ids))))
    return {row.id: row.ref for row in rows}


# The request that counts: the letter's own, else the last one that was signed, which no undo takes back.
_COUNTS = (
    select(LetterSigning.id)
    .where(
        LetterSigning.letter_id == Letter.id,
        or_(LetterSigning.sending_key == Letter.sending_key, LetterSigning.state == SigningState.SIGNED),
    )
    .order_by((LetterSigning.sending_key == Letter.sending_key).desc().nulls_last(), LetterSigning.id.desc())
    .limit(1)
    .correlate(Letter)
    .scalar_subquery()
)
COUNTS: ColumnElement[bool] = LetterSigning.id == _COUNTS
"""Joins a letter to the request for its signature that counts."""

SERVES_ITSELF: ColumnElement[bool] = and_(LetterSigning.serve_to.is_not(None), LetterSigning.filed_at.is_not(None))
STATE: ColumnElement[str] = case(
    (
        or_(Letter.served_date.is_not(None), and_(LetterSigning.state == SigningState.SIGNED, SERVES_ITSELF)),
        LetterState.SERVED,
    ),
    (
        or_(Letter.signed_date.is_not(None), LetterSigning.state == SigningState.SIGNED),
        LetterState.SIGNED,
    ),
    (Letter.sending == Sending.MANUAL, LetterState.APPROVED),
    (Letter.sending.is_(None), LetterState.DRAFT),
    (LetterSigning.state == SigningState.OUT, LetterState.OUT_FOR_SIGNATURE),
    (LetterSigning.state == SigningState.WITHDRAWN, LetterState.DRAFT),
    (LetterSigning.state.in_([SigningState.DECLINED, SigningState.EXPIRED, SigningState.REFUSED]), LetterSigning.state),
    else_=LetterState.QUEUED,
)
"""Where a letter stands, as `rules.states.state_of` says it."""


def standing(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, LetterState]:
    """Say where each of these letters stands."""
    rows = ctx.session.execute(
        select(Letter.id, STATE.label("state"))
        .select_from(Letter)
        .outerjoin(LetterSigning, COUNTS)
        .where(Letter.id.in_(list(ids)))
    )
    return {row.id: LetterState(row.state) for row in rows}


def state_in(row: Mapping[str, Any], signing: LetterSigning | None) -> LetterState:
    """Place a letter that was read with the request that counts."""
    return state_of(
        row["sending"],
        None if signing is None else SigningState(signing.state),
        signed=row["signed_date"] is not None,
        served=row["served_date"] is not None,
        serves_itself=signing is not None and signing.serve_to is not None and signing.filed_at is not None,
    )
