"""Joins what the rules and a model have read: where they agree it stands as proven, where not both are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netos_core.documents.rules.extraction.fields import Extraction, Field, FieldName, Problem, Value
from netos_core.documents.rules.extraction.quotes import letters, plain
from netos_core.documents.rules.extraction.said import AMOUNT, PERCENT, made_plain

DISPUTED = 0.5
"""The most that is left of a confidence where the two disagree."""

_CLAUSES = frozenset({FieldName.ETF, FieldName.ESCALATOR})

ALONE = 0.85
"""What is left of it where only one of them has found the value."""


def merged(rules: Extraction, model: Extraction) -> Extraction:
    """Join two extractions of the same document.

    A value both found keeps the higher confidence, and no more. Of two values the surer stands, the rules' of equals,
    with its confidence lowered; the problem carries both.
    """
    ours = {field.name: field for field in rules.fields}
    theirs = {field.name: field for field in model.fields}
    fields: list[Field] = []
    problems = [*rules.problems, *(one for one in model.problems if one not in rules.problems)]
    for name in FieldName:
        field, problem = _joined(name, ours, theirs)
        if field is not None:
            fields.append(field)
        if problem is not None:
            problems.append(problem)
    return Extraction(rules.pages, rules.ocr_pages, tuple(fields), tuple(problems))


def _joined(
    name: FieldName, ours: Mapping[FieldName, Field], theirs: Mapping[FieldName, Field]
) -> tuple[Field | None, Problem | None]:
    one, other = ours.get(name), theirs.get(name)
    if one is None or other is None:
        alone = one or other
        return alone and replace(alone, confidence=alone.confidence * ALONE), None
    if agree(one, other):
        if name in _CLAUSES:  # the one that has more of the clause
            return max(one, other, key=lambda field: len(str(field.value))), None
        return (one if one.confidence >= other.confidence or one.items else other), None
    surer, weaker = (one, other) if one.confidence >= other.confidence else (other, one)
    told = f"The rules and Claude read {name} differently; the surer of both was taken."
    problem = Problem("extractors_disagree", told, name, surer.proof.page, (one, other))
    return replace(surer, confidence=min(DISPUTED, weaker.confidence)), problem


def agree(one: Field, other: Field) -> bool:
    """Whether two fields say the same, however it is worded."""
    if one.name is FieldName.ETF:  # each words it in its own length
        return _prices(one.value) == _prices(other.value)
    return _same(one.value, other.value)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(any(_same(a, b) for b in other) for a in one)
    if isinstance(one, str) and isinstance(other, str):
        a, b = letters(one), letters(other)
        return bool(a and b) and (a in b or b in a) and _figures(one) == _figures(other)
    return type(one) is type(other) and one == other


def _prices(value: Value) -> set[str]:
    """Give the percentages and amounts of a clause; the rest of its figures say where it stands."""
    words = made_plain(str(value)) or str(value)
    return {found[1].replace(",", "") for form in (PERCENT, AMOUNT) for found in form.finditer(words)}


def _figures(value: Value) -> set[str]:
    words = plain(str(value)).replace(",", "").split()
    return {
        "".join(c for c in word if c.isdigit() or c == ".").strip(".") for word in words if any(map(str.isdigit, word))
    }
