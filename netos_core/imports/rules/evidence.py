"""What the values of a column say about the field it could be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from . import cells, dates, quantities, words
from .cells import CellProblem, Empty
from .fields import CellType, base_field, cell_type
from .grid import Cell, SheetRow, cell_text

_SAMPLE = 200
_SHORT = 250
_CURRENCY = re.compile(r"[A-Z]{3}", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
URL = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?", re.IGNORECASE)
_FIGURE = re.compile(r"[-+$€£(]?\s*[\d.,]+\s*\)?%?")
_DATE_LIKE = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4}(?:[ T].*)?")
_IDENTIFIER = re.compile(r"(?=.*\d)[\w./\\#:&+* -]{1,60}|[\w./#:-]{1,40}")
# Free text may be anything; these texts are never bare figures or dates.
_NAMES = frozenset(
    {"name", "title", "provider", "customer", "site", "city", "department", "legal_name", "address", "kind"}
)
_KEYS = frozenset({"provider_circuit_id", "ref", "external_id", "account_number"})
_FREE = frozenset({"notes", "tags", "aliases"})


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one column that say something, as a sample."""

    values: tuple[Cell, ...]
    asked: int


def column_of(rows: Sequence[SheetRow], index: int) -> Column:
    """Sample a column; blanks and words for nothing are left out."""
    held = (row.cells[index] for row in rows if index < len(row.cells))
    said = (cell for cell in held if not isinstance(cells.parse_text(cell), Empty))
    return Column(tuple(islice(said, _SAMPLE)), len(rows))


@lru_cache(maxsize=4096)
def fit(column: Column, field: str, unit: str | None) -> float | None:
    """Say how much of a column can be the field, 0 to 1; none where there is nothing to judge by."""
    if not column.values:
        return None
    kind = cell_type(field)
    if kind is CellType.DATE:
        order = dates.date_order(column.values)
        return _share(column, lambda cell: _read(dates.parse_date(cell, order)))
    if kind is CellType.BANDWIDTH:
        stated = unit if unit in {"bps", "kbps", "mbps", "gbps"} else None
        return _share(column, lambda cell: _read(quantities.parse_bandwidth(cell, stated)) or cell_text(cell) == "0")
    share = _share(column, _TESTS.get(kind) or _text_test(base_field(field)))
    # What names a row differs from row to row; the id of a whole list or export does not.
    return share * len(set(column.values)) / len(column.values) if field in _KEYS else share


def _share(column: Column, test: Callable[[Cell], bool]) -> float:
    return sum(map(test, column.values)) / len(column.values)


def _read(value: object) -> bool:
    return not isinstance(value, CellProblem)


def _matches(pattern: re.Pattern[str]) -> Callable[[Cell], bool]:
    return lambda cell: bool(pattern.fullmatch(cell_text(cell)[:_SHORT]))


def _known_service(cell: Cell) -> bool:
    return words.known_service(cell_text(cell)) is not None


def _text_test(field: str) -> Callable[[Cell], bool]:
    if field in _NAMES:
        return lambda cell: not (_FIGURE.fullmatch(cell_text(cell)) or _DATE_LIKE.fullmatch(cell_text(cell)))
    if field in _FREE:
        return lambda _cell: True
    return lambda cell: not _DATE_LIKE.fullmatch(cell_text(cell))


_TESTS: dict[CellType, Callable[[Cell], bool]] = {
    CellType.MONEY: lambda cell: _read(quantities.parse_money(cell)),
    CellType.INTEGER: lambda cell: _read(cells.parse_integer(_without_prefix(cell))),
    CellType.MONTHS: lambda cell: _read(cells.parse_months(cell)),
    CellType.BOOL: lambda cell: _read(cells.parse_bool(cell)),
    CellType.NOTICE: lambda cell: _read(cells.parse_notice(cell)),
    CellType.LATITUDE: lambda cell: _read(cells.parse_latitude(cell)),
    CellType.LONGITUDE: lambda cell: _read(cells.parse_longitude(cell)),
    CellType.STATE: lambda cell: _read(words.parse_state(cell)),
    CellType.POSTAL_CODE: lambda cell: _read(cells.parse_postal_code(cell)),
    CellType.PLUS4: lambda cell: _read(cells.parse_plus4(cell)),
    CellType.STATUS: lambda cell: _read(words.parse_status(cell)),
    CellType.SERVICE_TYPE: _known_service,
    CellType.END_OF_TERM: lambda cell: _read(words.parse_end_of_term(cell)),
    CellType.CURRENCY: _matches(_CURRENCY),
    CellType.EMAIL: _matches(EMAIL),
    CellType.URL: _matches(URL),
    CellType.IDENTIFIER: _matches(_IDENTIFIER),
}


def _without_prefix(cell: Cell) -> Cell:
    text = cell_text(cell)
    return text[2:].strip() if text[:2].upper() == "AS" else cell


# What a column can be known by when its header says nothing.
TELLING = (
    CellType.EMAIL,
    CellType.STATE,
    CellType.STATUS,
    CellType.SERVICE_TYPE,
)
