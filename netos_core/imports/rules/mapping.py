"""Which column fills which field, with a score that is honest and a reason that can be read."""

from __future__ import annotations

from collections.abc import Mapping as Choices
from collections.abc import Sequence
from dataclasses import dataclass, replace

from netos_core.kernel.errors import Invalid, one_of

from .assign import best_assignment
from .evidence import Column, column_of, fit
from .fields import KINDS, CellType, base_field, cell_type, fields_of
from .grid import SheetRow
from .header import HeaderRow
from .match import NameMatch, name_matches
from .names import header_words
from .telling import COMMON, TELLING

THRESHOLD = 0.6
_UNPROVEN = 0.9
_SOFT = frozenset({CellType.TEXT, CellType.IDENTIFIER, CellType.SERVICE_TYPE, CellType.END_OF_TERM, CellType.LIST})
_FITS = 0.95
_FAMILIES = (
    ("bandwidth", "bandwidth_kbps", "bandwidth_mbps"),
    ("port_speed", "port_speed_kbps", "port_speed_mbps"),
    ("notice", "notice_days"),
)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column of the sheet: the field it fills, or null, how sure that is, and why."""

    index: int
    header: str
    field: str | None
    score: float
    why: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns of a sheet of one kind, in sheet order."""

    kind: str
    kind_score: float
    kind_why: str
    columns: tuple[ColumnMapping, ...]

    def by_field(self) -> dict[str, ColumnMapping]:
        return {column.field: column for column in self.columns if column.field is not None}


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: str
    score: float
    why: str


def map_columns(kind: str | None, header: HeaderRow, sample_rows: Sequence[SheetRow]) -> Mapping:
    """Propose a field for every column, each field at most once; null with the reason where none is sure enough.

    Raises:
        Invalid: `kind` is none of ours, or none is given and the columns do not tell.
    """
    if kind is not None and kind not in KINDS:
        raise one_of(kind, list(KINDS), what="kind", field="kind")
    if kind is not None:
        return _map(kind, header, sample_rows)
    best, score, why = guess_kind(header, sample_rows)
    if best is None:
        raise Invalid(
            f"The columns do not tell what the sheet lists. {why}",
            field="kind",
            fix=f"State one of: {', '.join(KINDS)}.",
        )
    return replace(_map(best, header, sample_rows), kind_score=score, kind_why=why)


def _map(kind: str, header: HeaderRow, rows: Sequence[SheetRow]) -> Mapping:
    columns = [column_of(rows, index) for index in range(len(header.names))]
    candidates = [_candidates(kind, name, column) for name, column in zip(header.names, columns, strict=True)]
    fields = fields_of(kind)
    weights = [[next((c.score for c in found if c.field == field), 0.0) for found in candidates] for field in fields]
    # The cube keeps one certain column from being given up for two doubtful ones.
    chosen = best_assignment([[w**3 if w >= THRESHOLD else 0.0 for w in row] for row in weights])
    taken = {index: fields[at] for at, index in enumerate(chosen) if index is not None}
    taken = _one_of_family(taken, candidates)
    mapped = (
        _column(index, header, candidates[index], taken, columns[index])
        for index in range(len(header.names))
        if header.names[index] or columns[index].values
    )
    return Mapping(kind, 1.0, "Stated by the caller.", tuple(mapped))


def _candidates(kind: str, header: str, column: Column) -> tuple[_Candidate, ...]:
    unit = header_words(header).unit
    found = (_judged(match, column, unit) for match in name_matches(kind, header))
    return tuple(sorted(found, key=lambda candidate: -candidate.score))


def _judged(match: NameMatch, column: Column, unit: str | None) -> _Candidate:
    """Weigh what the header says by what the values say."""
    share = fit(column, match.field, unit)
    if share is None:
        return _Candidate(
            match.field, round(match.score * _UNPROVEN, 3), f"{match.why}; the column has no values to check"
        )
    soft = cell_type(match.field) in _SOFT
    factor = 1.0 if share == 1 else 0.7 + 0.3 * share if soft else 0.35 + 0.65 * share
    said = "the values fit" if share >= _FITS else f"{share:.0%} of the values fit"
    return _Candidate(match.field, round(match.score * factor, 3), f"{match.why}; {said}")


def _one_of_family(taken: dict[int, str], candidates: list[tuple[_Candidate, ...]]) -> dict[int, str]:
    """Keep one column of each family: a bandwidth in kbps and one in Mbps cannot both be the bandwidth."""
    dropped: set[int] = set()
    for family in _FAMILIES:
        rivals = [index for index, field in taken.items() if field in family]
        if len(rivals) > 1:
            best = max(rivals, key=lambda index: (_score(candidates[index], taken[index]), -index))
            dropped.update(index for index in rivals if index != best)
    return {index: field for index, field in taken.items() if index not in dropped}


def _score(candidates: tuple[_Candidate, ...], field: str) -> float:
    return next((candidate.score for candidate in candidates if candidate.field == field), 0.0)


def _column(
    index: int, header: HeaderRow, candidates: tuple[_Candidate, ...], taken: dict[int, str], column: Column
) -> ColumnMapping:
    name = header.names[index]
    unit = _unit(name)
    if index in taken:
        chosen = next(candidate for candidate in candidates if candidate.field == taken[index])
        return ColumnMapping(index, name, chosen.field, chosen.score, _sentence(chosen.why), unit)
    if not candidates:
        why = "No field is called that." if name else "The column has no header."
        return ColumnMapping(index, name, None, 0.0, why, unit)
    best = candidates[0]
    if best.score < THRESHOLD:
        why = f"Closest is {best.field} ({best.score:.2f}): {best.why}; too little to go by."
    else:
        family = next((names for names in _FAMILIES if best.field in names), (best.field,))
        by = next((header.names[other] for other, field in taken.items() if field in family), None)
        why = f"Would be {best.field}, but “{by}” fits it better." if by else f"Would be {best.field}, which is taken."
    return ColumnMapping(index, name, None, 0.0 if not column.values else min(best.score, 0.59), why, unit)


def _unit(header: str) -> str | None:
    named = header_words(header)
    return "years" if named.unit is None and "year" in named.words else named.unit


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def override_columns(mapping: Mapping, chosen: Choices[str, str | None]) -> Mapping:
    """Set the field of columns by header, as a person, a model or a saved mapping decided; null unmaps.

    Raises:
        Invalid: A header or field does not exist, or a field would be filled twice.
    """
    headers = [column.header for column in mapping.columns]
    allowed = list(fields_of(mapping.kind))
    for header, field in chosen.items():
        if header not in headers:
            raise one_of(header, headers, what="column", field="mapping")
        if field is not None and field not in allowed:
            raise one_of(field, allowed, what="field", field="mapping")
    wanted = {field for field in chosen.values() if field is not None}
    columns = tuple(_overridden(column, chosen, wanted) for column in mapping.columns)
    fields = [column.field for column in columns if column.field]
    twice = next((field for field in fields if fields.count(field) > 1), None)
    if twice:
        raise Invalid(f"The field {twice} is given to two columns.", field="mapping", fix="Give it to one of them.")
    return replace(mapping, columns=columns)


def _overridden(column: ColumnMapping, chosen: Choices[str, str | None], wanted: set[str]) -> ColumnMapping:
    if column.header in chosen:
        return replace(column, field=chosen[column.header], score=1.0, why="Chosen by the caller.")
    if column.field in wanted:
        return replace(column, field=None, score=0.0, why=f"{column.field} was given to another column.")
    return column


_NOUNS = {
    "circuits": "circuit",
    "sites": "site",
    "contracts": "contract",
    "providers": "provider",
    "customers": "customer",
}
_LEAST_EVIDENCE = 1.5


def guess_kind(header: HeaderRow, rows: Sequence[SheetRow]) -> tuple[str | None, float, str]:
    """Guess what the rows of a sheet are, with how far it is ahead of the next guess; null where nothing tells."""
    weights = {kind: _weight(kind, _map(kind, header, rows)) for kind in KINDS}
    ranked = sorted(KINDS, key=lambda kind: -weights[kind])
    best, second = ranked[0], ranked[1]
    if weights[best] < _LEAST_EVIDENCE:
        return None, 0.0, "No kind of ours has enough columns like these."
    lead = weights[best] / (weights[best] + weights[second])
    told = sorted(
        (column for column in _map(best, header, rows).columns if column.field),
        key=lambda column: -TELLING[best].get(base_field(column.field or ""), COMMON),
    )
    names = ", ".join(f"“{column.header}”" for column in told[:3])
    return (
        best,
        round(min(1.0, lead * min(1.0, weights[best] / 4) * 1.4), 3),
        f"Columns such as {names}; next is {second}.",
    )


def _weight(kind: str, mapping: Mapping) -> float:
    telling = TELLING[kind]
    total = 0.0
    for column in mapping.columns:
        if column.field is None:
            continue
        weight = telling.get(column.field) or telling.get(base_field(column.field), COMMON)
        total += weight * column.score
        # A field that says the kind's own noun ("Contract Number" among contracts) is the strongest word there is.
        if _NOUNS[kind] in header_words(column.header).words:
            total += 0.5
    return total
