"""A change set is data: rows, fields, old and new values. Digest, aspects and inverse follow from it alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from netos_core.access.rules import RISK, Aspect, Risk

Json = Any


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    RETIRE = "retire"
    RESTORE = "restore"


class Status(StrEnum):
    OPEN = "open"
    COMMITTED = "committed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Via(StrEnum):
    """How an approval reached us, weakest first."""

    AGENT = "agent"
    CLIENT_RELAYED = "client_relayed"
    PAGE = "page"


VIA_CEILING = {Via.AGENT: Risk.LOW, Via.CLIENT_RELAYED: Risk.MEDIUM, Via.PAGE: Risk.HIGH}


@dataclass(frozen=True, slots=True)
class Change:
    """One row's change.

    Args:
        entity: The table.
        ref: The human reference of the record a person thinks of (a termination carries its circuit's).
        part: Which part of that record, such as "A end"; empty for the record itself.
        version: The version the change was planned against; None for a new row.
        before: Old values of the changed columns, as JSON.
        after: New values of the same columns, as JSON.
        labels: Words for ids that occur in the values, so a diff shows names.
    """

    action: Action
    entity: str
    id: UUID
    ref: str
    part: str
    version: int | None
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    labels: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        return {
            "action": str(self.action),
            "entity": self.entity,
            "id": str(self.id),
            "ref": self.ref,
            "part": self.part,
            "version": self.version,
            "before": dict(self.before),
            "after": dict(self.after),
            "labels": dict(self.labels),
        }


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What would be written, complete and exact, with what a person should know first."""

    title: str
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()


def as_json_value(value: object) -> Json:
    """Write a column value the way PostgreSQL reads it back from JSON, exactly."""
    if type(value) is str:  # most values of an import are
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, StrEnum):
        return str(value)
    return value


def digest_of(change_set: ChangeSet) -> str:
    """SHA-256 over the canonical JSON of everything shown: what is approved is this and no other."""
    hasher = hashlib.sha256(change_set.title.encode())
    for change in change_set.changes:
        hasher.update(b"\n")
        hasher.update(_canonical(change.as_json()))
    for warning in change_set.warnings:
        hasher.update(b"\n!" + warning.encode())
    return hasher.hexdigest()


def fingerprint_of(change_set: ChangeSet) -> str:
    """Hash of what a change set does, whatever ids and references its new rows were given.

    Two identical requests have one fingerprint, so a retried call finds the proposal it already made.
    """
    made: dict[str, str] = {}
    for place, change in enumerate(change_set.changes):
        if change.action is Action.CREATE:
            made[str(change.id)] = f"new{place}"
            if isinstance(change.after.get("ref"), str):
                made[change.after["ref"]] = f"ref{place}"
    hasher = hashlib.sha256()
    for change in change_set.changes:
        row_id = str(change.id)
        after = {k: made.get(v, v) if isinstance(v, str) else v for k, v in change.after.items()}
        told = (
            str(change.action), change.entity, made.get(row_id, row_id), made.get(change.ref, change.ref),
            _renamed(change.part, made), change.version, change.before, after,
        )  # fmt: skip
        hasher.update(_canonical(told) + b"\n")
    return hasher.hexdigest()


_REF = re.compile(r"\b[A-Z]{3}-(?:new)?\d+\b")


def _renamed(words: str, names: Mapping[str, str]) -> str:
    return _REF.sub(lambda found: names.get(found[0], found[0]), words) if "-" in words else words


def with_refs(change_set: ChangeSet, names: Mapping[str, str]) -> ChangeSet:
    """Put real references in the place of those a plan made up, wherever the plan wrote one.

    Args:
        change_set: The change set as planned.
        names: The real reference of each made-up one.
    """
    return ChangeSet(
        _renamed(change_set.title, names),
        tuple(_with_refs(change, names) for change in change_set.changes),
        tuple(_renamed(warning, names) for warning in change_set.warnings),
    )


def _with_refs(change: Change, names: Mapping[str, str]) -> Change:
    own = str(change.after.get("ref"))
    return Change(
        change.action,
        change.entity,
        change.id,
        names.get(change.ref, change.ref),
        _renamed(change.part, names),
        change.version,
        change.before,
        {**change.after, "ref": names[own]} if own in names else change.after,
        {key: names.get(words, words) for key, words in change.labels.items()},
    )


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _canonical(value: Json) -> bytes:
    return _ENCODER.encode(value).encode()


def inverse(change_set: ChangeSet, ref: str) -> ChangeSet:
    """Turn a committed change set round: last change first, each planned on the version the commit left."""
    return ChangeSet(
        f"Undo {ref}: {change_set.title}", tuple(_inverse(change) for change in reversed(change_set.changes))
    )


def _inverse(change: Change) -> Change:
    opposite = {
        Action.CREATE: Action.RETIRE,
        Action.RETIRE: Action.RESTORE,
        Action.RESTORE: Action.RETIRE,
        Action.UPDATE: Action.UPDATE,
    }
    action = opposite[change.action]
    values = action is Action.UPDATE
    return Change(
        action=action,
        entity=change.entity,
        id=change.id,
        ref=change.ref,
        part=change.part,
        version=1 if change.version is None else change.version + 1,
        before=change.after if values else {},
        after=change.before if values else {},
        labels=change.labels,
    )


WEIGHT: Mapping[Risk, int] = {Risk.LOW: 0, Risk.MEDIUM: 1, Risk.HIGH: 2}


@dataclass(frozen=True, slots=True)
class Given:
    """An approval that was given: by whom, with which rights, through which channel."""

    person_id: UUID
    rights: frozenset[str]
    via: Via


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proposal has the approvals it needs, and if not, which aspects still wait."""

    enough: bool
    waiting: frozenset[Aspect]
    people: int
    people_needed: int


def verdict(
    aspects: frozenset[Aspect], proposer: UUID, given: Iterable[Given], *, people_needed: int, medium_needs_page: bool
) -> Verdict:
    """Weigh the approvals of a proposal against the policy table.

    Each aspect needs one approval by someone whose roles approve it, through a channel strong enough
    for the aspect's risk, and by someone other than the proposer where the table wants four eyes.
    """
    waiting = set(aspects)
    people: set[UUID] = set()
    for approval in given:
        covered = {a for a in aspects if counts(a, approval, proposer, medium_needs_page=medium_needs_page)}
        if covered:
            people.add(approval.person_id)
            waiting -= covered
    return Verdict(not waiting and len(people) >= people_needed, frozenset(waiting), len(people), people_needed)


def counts(aspect: Aspect, approval: Given, proposer: UUID, *, medium_needs_page: bool) -> bool:
    """Tell whether one approval covers one aspect."""
    policy = RISK[aspect]
    if f"approve:{aspect}" not in approval.rights:
        return False
    if policy.four_eyes and approval.person_id == proposer:
        return False
    ceiling = VIA_CEILING[approval.via]
    if medium_needs_page and approval.via is Via.CLIENT_RELAYED:
        ceiling = Risk.LOW
    return WEIGHT[policy.risk] <= WEIGHT[ceiling]


def monthly_effect(change_set_rows: Iterable[tuple[str, str, Json, Json]]) -> Decimal:
    """Add up how much MRC a set of field changes moves a month, up and down alike.

    Args:
        change_set_rows: (entity, column, old, new) of each changed field.
    """
    moved = Decimal(0)
    for entity, column, old, new in change_set_rows:
        if column == "mrc" and entity in ("circuit", "contract"):
            moved += abs(Decimal(new or 0) - Decimal(old or 0))
    return moved
