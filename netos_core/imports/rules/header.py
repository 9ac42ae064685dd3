"""Where the header of a sheet is, what its columns are called, and which rows under it are data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from netos_core.kernel.errors import Invalid

from .grid import Cell, Merge, SheetRow, cell_text, column_letter, is_blank
from .names import header_words, take_side, unit_of
from .synonyms import CIRCUIT_SIDES, SYNONYMS

_SEARCHED_ROWS = 40
_SAMPLED_ROWS = 30
_LONGEST_NAME = 80
_LEAST_SCORE = 0.4
_DEPTH_COST = 0.004
_FIGURE = re.compile(
    r"[-+$€£(]*\s*[\d.,:/%()\s-]*\d[\d.,:/%()\s-]*(?:[kmgt]?bps|mb|gb|k|g|m|usd|gig|meg)?", re.IGNORECASE
)
_TOTALS = re.compile(
    r"(?:grand\s+|sub[\s-]*|overall\s+|report\s+|page\s+)?totals?\b"
    r"(?:\s*(?::|\(.*\)|(?:for|of|rows|records|circuits|mrc|amount|monthly|count)\b.*))?\s*[\d,.:$]*|"
    r"sum(?:\s*:)?|count(?:\s*:)?\s*\d*|averages?|(?:end of (?:report|file|list)).*|"
    r"\d+ (?:rows|records|circuits|items)(?: (?:listed|total|selected))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header: its spreadsheet row numbers, its column names, how sure that is and why."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    score: float
    why: str
    notes: tuple[str, ...] = ()


def find_header(rows: Sequence[SheetRow], merges: Sequence[Merge] = ()) -> HeaderRow:
    """Find the header among title rows, blank rows, group rows and units rows.

    Raises:
        Invalid: No row looks like a header.
    """
    searched = rows[:_SEARCHED_ROWS]
    best: HeaderRow | None = None
    for at in range(len(searched)):
        for span in (1, 2):
            if at + span > len(searched) or not _adjacent(searched[at : at + span]):
                continue
            found = _candidate(rows, at, span, merges)
            if found and (best is None or found.score > best.score + 0.001):
                best = found
    if best is None or best.score < _LEAST_SCORE:
        raise Invalid(
            "No row of the sheet looks like a header.",
            field="file",
            fix="Put a row with the column names above the rows.",
        )
    return best


def _adjacent(rows: Sequence[SheetRow]) -> bool:
    return all(second.number == first.number + 1 for first, second in pairwise(rows))


def _candidate(rows: Sequence[SheetRow], at: int, span: int, merges: Sequence[Merge]) -> HeaderRow | None:
    body = rows[at + span : at + span + _SAMPLED_ROWS]
    width = max((len(row.cells) for row in (*rows[at : at + span], *body)), default=0)
    lines = [_texts(row, width) for row in rows[at : at + span]]
    if span > 1:
        top = _filled(lines[0], lines[1], rows[at].number, merges)
        if top is None:
            return None
        lines[0] = top
    names = [" ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*lines, strict=True)]
    numbers = [row.number for row in rows[at : at + span]]
    notes: tuple[str, ...] = ()
    if body and body[0].number == numbers[-1] + 1 and (units := _units_row(_texts(body[0], width))):
        names = [f"{name} ({unit})" if name and unit else name for name, unit in zip(names, units, strict=True)]
        numbers.append(body[0].number)
        notes = (f"Row {body[0].number} holds the units of the columns.",)
        body = body[1:]
    score, why = _score(names, body)
    # Of two rows that would do, the upper one is the header: exports repeat it further down.
    score = round(max(0.0, score - at * _DEPTH_COST), 3)
    if at and score >= _LEAST_SCORE:
        notes = (f"{at} row{'s' if at > 1 else ''} above the header left out as titles.", *notes)
    return HeaderRow(tuple(numbers), _labels(names), score, why, notes)


def _texts(row: SheetRow, width: int) -> list[str]:
    texts = [cell_text(cell) for cell in row.cells]
    return texts + [""] * (width - len(texts))


def _filled(top: list[str], bottom: list[str], number: int, merges: Sequence[Merge]) -> list[str] | None:
    """Carry a group title over the columns it spans; none if the two rows are not one header."""
    if any(map(_is_figure, filter(None, top + bottom))) or sum(map(bool, top)) < 1:
        return None
    filled = list(top)
    spans = [merge for merge in merges if merge.first_row <= number <= merge.last_row]
    for merge in spans:
        for column in range(merge.first_column, min(merge.last_column + 1, len(filled))):
            filled[column] = top[merge.first_column]
    named = [text.casefold() for text in bottom if text]
    # Without merged cells only a repeated name ("City" ... "City") tells that the titles above it span columns.
    if not spans and len(set(named)) < len(named):
        for column in range(1, len(filled)):
            if not filled[column] and bottom[column] and bottom[column - 1]:
                filled[column] = filled[column - 1]
    holes = sum(1 for above, below in zip(top, bottom, strict=True) if below and not above)
    stacked = sum(1 for above, below in zip(filled, bottom, strict=True) if above and below)
    wide = sum(map(bool, top)) > 1 or len(spans) > 0
    whole = len(set(filter(None, filled))) > 1
    return filled if wide and whole and stacked and (holes or spans or stacked == len(named)) else None


def _units_row(texts: list[str]) -> list[str] | None:
    said = [text for text in texts if text]
    known = [text for text in said if unit_of(text)]
    if not said or len(known) < len(said) or len(known) == len(texts) == 1:
        return None
    return [text.strip("()[] ") if text else "" for text in texts]


def _labels(names: Sequence[str]) -> tuple[str, ...]:
    """Tell columns of the same name apart by their letter."""
    seen: set[str] = set()
    labels: list[str] = []
    for index, name in enumerate(names):
        label = f"{name} (column {column_letter(index)})" if name.casefold() in seen and name else name
        seen.add(name.casefold())
        labels.append(label)
    return tuple(labels)


def _is_figure(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and bool(_FIGURE.fullmatch(text))


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    names = {
        header_words(name).words
        for table in (*SYNONYMS.values(), CIRCUIT_SIDES)
        for synonyms in table.values()
        for name in synonyms.replace("~", ";").split(";")
    }
    return frozenset(names), frozenset(word for name in names for word in name)


@lru_cache(maxsize=8192)
def _likeness(text: str) -> float:
    """Say how much a cell reads like a column name: 1 for one we know, below 0 for a figure."""
    if _is_figure(text):
        return -1.0
    if len(text) > _LONGEST_NAME:
        return -0.3
    names, words_known = _vocabulary()
    words = header_words(text).words
    if words in names or take_side(words)[0] is not None:
        return 1.0
    if not words:
        return 0.0
    return 0.25 + 0.6 * sum(word in words_known for word in words) / len(words)


def _score(names: Sequence[str], body: Sequence[SheetRow]) -> tuple[float, str]:
    said = [name for name in names if name]
    held = [
        [cell_text(row.cells[at]) for row in body if at < len(row.cells) and not is_blank(row.cells[at])]
        for at in range(len(names))
    ]
    columns = max(sum(1 for values in held if values), len(said))
    if not said:
        return 0.0, "blank"
    pairs = [(name, values) for name, values in zip(names, held, strict=True) if name and (values or not body)]
    fill = min(1.0, len(pairs) / columns)
    known = sum(map(_likeness, said)) / len(said)
    distinct = len({name.casefold() for name in said}) / len(said)
    contrast = sum(1 for name, values in pairs if values and _differs(name, values))
    score = 0.3 * fill + 0.4 * known + 0.15 * distinct + 0.15 * contrast / columns
    if len(said) == 1 and columns > 1:
        score *= 0.5
    trade = sum(_likeness(name) == 1 for name in said)
    return round(max(0.0, score), 3), (f"{len(said)} of {columns} columns are named, {trade} by names of the trade.")


def _differs(name: str, values: Sequence[str]) -> bool:
    """Say whether the cells under a name are of another make than the name itself."""
    half = len(values) / 2
    figures = sum(map(_is_figure, values))
    same = sum(1 for value in values if value.casefold() == name.casefold())
    return figures > half or same < half


def data_rows(sheet_rows: Sequence[SheetRow], header: HeaderRow) -> tuple[tuple[SheetRow, ...], tuple[str, ...]]:
    """List the rows of data under the header; totals and repeated headers are left out and said so."""
    names = [name.casefold() for name in header.names]
    last = header.rows[-1]
    kept: list[SheetRow] = []
    notes: list[str] = []
    for row in sheet_rows:
        if row.number <= last:
            continue
        if _repeats(row, names):
            notes.append(f"Row {row.number} repeats the header and was left out.")
        elif _is_total(row.cells, len(names)):
            notes.append(f"Row {row.number} is a totals row and was left out.")
        else:
            kept.append(row)
    return tuple(kept), tuple(notes)


def _repeats(row: SheetRow, names: Sequence[str]) -> bool:
    first = next((at for at, cell in enumerate(row.cells) if not is_blank(cell)), None)
    if first is None or first >= len(names) or not isinstance(row.cells[first], str):
        return False
    if cell_text(row.cells[first]).casefold() != names[first]:
        return False
    pairs = [
        (cell_text(cell).casefold(), name) for cell, name in zip(row.cells, names, strict=False) if not is_blank(cell)
    ]
    same = sum(1 for cell, name in pairs if cell and name.startswith(cell))
    return same >= max(2, 0.8 * len(pairs)) or (len(names) == 1 and same == 1)


def _is_total(cells: Sequence[Cell], width: int) -> bool:
    """A totals row says so in its first words and leaves most of its columns blank."""
    said = [cell for cell in cells if not is_blank(cell)]
    if len(said) > max(2, 0.6 * width):
        return False
    words = [cell for cell in said if isinstance(cell, str) and not _is_figure(cell.strip())]
    if not words or len(words) > 2:  # noqa: PLR2004
        return False
    return bool(_TOTALS.fullmatch(cell_text(words[0])))
