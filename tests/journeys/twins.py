"""Two installations that differ in nothing but hidden values, and what of their answers is each one's own.

What a search for the values themselves can not find shows between them: an order, a cut, a count, a sentence, a refusal
or a hash that follows from them. Ids, hashes of what is shown, times and the secrets of a session are each
installation's own, and are put out of the comparison.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import Any

import pytest

from netos_core.access.rules import Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.operation import Effect, Operation
from tests.journeys.planting import Plant, Secrets
from tests.journeys.walking import BLIND, KEYS, ROUND, SECRETS, TITLES, call

FIRST = SECRETS
OTHER_BANK = ("Other House", "9", "12 and more", "Elsewhere 1, far away")
OTHER_KEYS = ("a-wholly-other-key", "short")
OTHER_TITLES = ("Rate card Quoll", "Void cheque Tapir")
# The twins of the first: for roles that see no money, and for those that see money and no bank details.
TWINS = {
    "money and bank": Secrets(
        ("1200.10", "1100.20", "1310.35", "4.05"), OTHER_BANK, OTHER_KEYS, OTHER_TITLES, dearest_first=False
    ),
    "bank": Secrets(ROUND, OTHER_BANK, KEYS, (TITLES[0], OTHER_TITLES[1])),
}

# Who sees all but the keys of BGP sessions is walked, not compared: a sealed key tells nothing.
COMPARED = [role for role in BLIND if "see:bank" not in rights_of([role])]
# Roles that read and see no more than another: their reads are walked, not compared.
LESS_THAN = {Role.FIELD: Role.NOC, Role.SALES: Role.ENGINEERING}

OWN = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b[0-9a-f]{6}\.[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"), "CURSOR"),  # what it sorts by stays
    (re.compile(r"\b(?:[0-9a-f]{64}|(?:[0-9a-f]{4} ){15}[0-9a-f]{4})\b"), "HASH"),
    (re.compile(r"untrusted-[0-9a-f]{8}\b"), "QUOTED"),
    (re.compile(r"\breq_[0-9a-f]+"), "REQUEST"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:\d\d)?"), "TIME"),
    (re.compile(r"\b\d\d?:\d\d\b|\b(?:just now|an?|\d+) (?:second|minute)s? ago|\bjust now\b"), "CLOCK"),
    (re.compile(r'(name="csrf" value=)"[^"]*"'), r"\1"),
    (re.compile(r"\bnetos_[A-Za-z0-9_-]{20,}"), "TOKEN"),
)

Pair = tuple[Plant, Plant]


def without_own(text: str) -> str:
    """Put out what is each installation's own and follows from no value."""
    for pattern, word in OWN:
        text = pattern.sub(word, text)
    return text


def paired(role: Role, plant: Plant, twins: dict[str, Pair]) -> Pair:
    """Pair the first with the twin that differs in just what this role does not see.

    Both are tried with the digests the first has, so that one may be guessed right: but for changes that the role is
    shown whole, whose digests are no secret.
    """
    if role not in COMPARED:
        return plant, plant
    first, other = twins["bank" if "see:money" in rights_of([role]) else "money and bank"]
    who = other.core.principal(f"{role}.person@isp.example")
    shown = {c: call(other, "get_change", {"change_id": c}, who).digest for c in other.of_each_sort()}  # type: ignore[attr-defined]
    return first, replace(other, digests={c: shown.get(c) or first.digests[c] for c in other.digests})


def is_compared(operation: Operation[Any, Any], role: Role) -> bool:
    """Tell whether twins are to answer this alike; else another role that sees the same asks the same and more."""
    return role in COMPARED and (role not in LESS_THAN or operation.effect is not Effect.READ)


def the_same(one: str, other: str, what: Any) -> None:
    told = [without_own(text) for text in (one, other)]
    if told[0] != told[1]:
        lines = [text.replace("><", ">\n<").replace(", ", ",\n").splitlines() for text in told]
        apart = [line for line in difflib.unified_diff(*lines, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")]
        pytest.fail(f"{what}\n" + "\n".join(apart[:40]), pytrace=False)


READS = [operation.name for operation in OPERATIONS if operation.effect is Effect.READ]
