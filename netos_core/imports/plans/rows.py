"""From rows to what they ask for, and how one bad row is kept from stopping the rest."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change
from netos_core.imports.rules.outcome import Bad, Outcome
from netos_core.imports.rules.preview import RowProblem, StagedRow
from netos_core.kernel.errors import NetosError
from netos_core.kernel.lookup import Names, folded

Edit = TypeVar("Edit", bound=BaseModel)
Headers: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said(Generic[Edit]):
    """A row in the fields of a record. `supplied` names those a new record needs and the sheet does not say."""

    row: StagedRow
    edit: Edit
    supplied: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked(Generic[Edit]):
    """A row of the sheet and what it asks for."""

    row: StagedRow
    wanted: Wanted[Edit]


def read(
    model: type[Edit],
    rows: Sequence[StagedRow],
    fields: Callable[[StagedRow], tuple[Mapping[str, Any], Iterable[str]]],
    headers: Headers,
) -> tuple[list[Said[Edit]], Bad]:
    """Say every row in the fields of a record, or say what is wrong with it.

    Args:
        model: The record's edit.
        rows: The rows.
        fields: Gives a row's values, and the names of those that the sheet does not say.
        headers: The header of each field.
    """
    said: list[Said[Edit]] = []
    bad: Bad = {}
    for row in rows:
        values, supplied = fields(row)
        try:
            said.append(Said(row, model.model_validate(dict(values)), frozenset(supplied)))
        except ValidationError as refused:
            bad[row.row] = unfit(row, refused, headers)
    return said, bad


def unfit(row: StagedRow, refused: ValidationError, headers: Headers) -> tuple[RowProblem, ...]:
    """Tell what does not fit its field, by the column it stands in."""
    told = [(str(e["loc"][0]), e["msg"]) for e in refused.errors(include_url=False, include_input=False)]
    return tuple(
        RowProblem(row.row, column_of(field, headers), "invalid", f"{field.replace('_', ' ').capitalize()}: {what}.")
        for field, what in told
    )


def column_of(field: str | None, headers: Headers) -> str | None:
    """Name the column a field of a record came from, as far as that is one column."""
    if field is None:
        return None
    base = field.removesuffix("_mbps")
    return next((headers[name] for name in (field, base, f"{base}_kbps") if name in headers), None)


def problem(row: StagedRow, code: str, message: str, column: str | None = None) -> tuple[RowProblem, ...]:
    return (RowProblem(row.row, column, code, message),)


def asked_for(said: Said[Edit], ref: str | None, found_by: Iterable[str] = ()) -> Asked[Edit]:
    """Ask for a new record, or for what the sheet says to become of the one it was found to mean.

    The words a record was found by stay as they are: another spelling of a name is no new name.
    """
    if ref is None:
        return Asked(said.row, Wanted(Action.CREATE, None, said.edit))
    left_out = (said.supplied | set(found_by)) & said.edit.model_fields_set
    edit = said.edit
    if left_out:
        edit = type(edit).model_validate(edit.model_dump(exclude_unset=True, exclude=set(left_out)))
    return Asked(said.row, Wanted(Action.UPDATE, ref, edit))


def distinct(
    asked: Sequence[Asked[Edit]], keys: Callable[[Asked[Edit]], Iterable[tuple[str, Hashable]]]
) -> tuple[list[Asked[Edit]], Bad]:
    """Leave out every row that claims what an earlier one has: the same record, or the same name for a new one.

    Args:
        asked: The rows in order.
        keys: What a row claims: a word for it, and the thing itself.
    """
    first: dict[tuple[str, Hashable], int] = {}
    kept: list[Asked[Edit]] = []
    bad: Bad = {}
    for a in asked:
        claims = [*keys(a), *([("record", a.wanted.ref)] if a.wanted.ref else [])]
        taken = next((claim for claim in claims if claim in first), None)
        if taken is None:
            first |= dict.fromkeys(claims, a.row.row)
            kept.append(a)
        else:
            message = f"Rows {first[taken]} and {a.row.row} have the same {taken[0]}. Keep one of them."
            bad[a.row.row] = problem(a.row, "duplicate", message)
    return kept, bad


def planned_apart(
    asked: Sequence[Asked[Edit]], plan: Callable[[Sequence[Wanted[Edit]]], list[Change]], headers: Headers
) -> tuple[list[Change], Bad]:
    """Plan rows together, and where that is refused, halve them until the refused ones stand alone.

    Rows that can not stand beside each other must have been told apart before: see `distinct`.
    """
    if not asked:
        return [], {}
    try:
        return plan([a.wanted for a in asked]), {}
    except NetosError as refusal:
        if len(asked) == 1:
            row = asked[0].row
            told = " ".join(filter(None, (refusal.message, refusal.fix)))
            return [], {row.row: problem(row, refusal.code, told, column_of(refusal.field, headers))}
    middle = len(asked) // 2
    left, left_bad = planned_apart(asked[:middle], plan, headers)
    right, right_bad = planned_apart(asked[middle:], plan, headers)
    return [*left, *right], {**left_bad, **right_bad}


def in_waves(
    asked: Sequence[Asked[Edit]], parent_of: Callable[[Edit], str | None], names_of: Callable[[Edit], Iterable[str]]
) -> tuple[list[list[Asked[Edit]]], list[Asked[Edit]]]:
    """Order rows so that one that is under another of the same sheet comes in a later wave than it.

    Returns:
        The waves, and the rows that are under each other in a circle.
    """
    owner = {folded(name): a.row.row for a in reversed(asked) for name in names_of(a.wanted.edit)}
    under = {a.row.row: owner.get(folded(parent)) for a in asked if (parent := parent_of(a.wanted.edit))}
    waves: list[list[Asked[Edit]]] = []
    left, done = list(asked), set[int | None]({None})
    while wave := [a for a in left if under.get(a.row.row) in done]:
        waves.append(wave)
        done |= {a.row.row for a in wave}
        left = [a for a in left if a.row.row not in done]
    return waves, left


def orphans(
    asked: Sequence[Asked[Edit]],
    parent_of: Callable[[Edit], str | None],
    names_of: Callable[[Edit], Iterable[str]],
    known: Names,
    column: str | None,
) -> Bad:
    """Tell the rows under a record that is neither in the sheet nor among ours, or that several answer to."""
    here = {folded(name) for a in asked for name in names_of(a.wanted.edit)}
    told: Bad = {}
    for a in asked:
        parent = parent_of(a.wanted.edit)
        if parent and folded(parent) not in here and known.find(parent) is None:
            code = "ambiguous" if known.knows(parent) else "not_found"
            message = "Several records answer to that name." if known.knows(parent) else "No record has that name."
            told[a.row.row] = problem(a.row, code, f"{message} Give its ref, or add it first.", column)
    return told


def outcomes_of(asked: Sequence[Asked[Edit]], changes: Sequence[Change], entity: str, bad: Bad) -> dict[int, Outcome]:
    """Tell each row's outcome: new records come in the order of their rows, updates by their reference."""
    fresh = iter([c.ref for c in changes if c.entity == entity and c.action is Action.CREATE])
    touched = {c.ref for c in changes}
    told = {row: Outcome("invalid", None, problems) for row, problems in bad.items()}
    for a in asked:
        if a.row.row in told:
            continue
        ref = a.wanted.ref
        told[a.row.row] = (
            Outcome("update" if ref in touched else "unchanged", ref) if ref else Outcome("create", next(fresh))
        )
    return told


def ids_by_ref(entity: str, changes: Sequence[Change]) -> dict[str, Any]:
    """Return the ids of the records a plan makes, by their reference."""
    return {c.ref: c.id for c in changes if c.entity == entity and c.action is Action.CREATE}


def still_needed(made: Sequence[Change], changes: Sequence[Change]) -> list[Change]:
    """Leave out stubs that only refused rows asked for; an account needs its provider."""
    named = {value for change in changes for value in change.after.values() if isinstance(value, str)}
    named |= {str(c.after["provider_id"]) for c in made if c.entity == "billing_account" and str(c.id) in named}
    return [c for c in made if str(c.id) in named]
