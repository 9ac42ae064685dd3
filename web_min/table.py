"""Lists as data: which columns a list shows, how each cell reads, which filters stand above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from starlette.datastructures import QueryParams

from netos_core.kernel.operation import Operation
from netos_core.kernel.redaction import sensitive_fields
from web_min import asked
from web_min.format import field_label, words
from web_min.site import Visit

PAGE_ROWS = 50
YES_NO = (("true", "Yes"), ("false", "No"))


def rows_of(listing: Any) -> Any:
    return listing.rows


DATED = frozenset({"/circuits", "/contracts", "/renewals"})
"""Lists with days in them, which a calendar can show."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the row's field, its head, how a cell reads, the width it needs and the filter it needs."""

    name: str
    label: str
    kind: str = "text"
    at: str = ""
    sort: str | None = None
    money: bool = False
    needs: str = ""

    @property
    def right(self) -> bool:
        return self.kind in {"money", "number", "date", "bandwidth", "distance", "size", "ago", "month", "per_mbps",
                             "late"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter chip: its input and the words of its choices."""

    name: str
    label: str
    kind: str = "text"
    choices: Sequence[tuple[str, str]] = ()
    money: bool = False
    more: bool = False  # behind "More filters" until it is used
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as it stands: what was chosen, and the address without it."""

    filter: Filter
    values: Sequence[str]
    shown: str
    without: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: the address that sorts by it, and how it is sorted now."""

    column: Column
    href: str | None
    sorted: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list's page: what is asked, what came, and the addresses around it."""

    title: str
    path: str
    noun: str
    listing: Any
    rows: Sequence[Any]
    heads: Sequence[Head]
    chips: Sequence[Chip]
    kept: Sequence[tuple[str, str]]
    query: str
    first: int
    last: int
    next_url: str | None
    first_url: str | None
    csv_url: str
    xlsx_url: str
    clear_url: str
    sort_words: str
    ref_path: str
    columns: Sequence[tuple[str, str, bool]]
    ics_url: str | None

    @property
    def filtered(self) -> bool:
        return bool(self.query) or any(chip.values for chip in self.chips)


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that makes a list page of one operation."""

    title: str
    path: str
    noun: str
    operation: Operation[Any, Any]
    rows: Callable[[Any], Sequence[Any]]
    columns: Sequence[Column]
    filters: Sequence[Filter]
    sort: str
    ref_path: str


def choices(values: Iterable[Any]) -> list[tuple[str, str]]:
    return [(str(value), words(str(value))) for value in values]


def fitted(spec: Spec, pairs: Iterable[tuple[str, str]]) -> Spec:
    """Leave out the columns whose filter is not set; where one is, the list is sorted by its column.

    Chosen columns (`fields`) are shown instead of the usual ones.
    """
    pairs = list(pairs)
    given = {name for name, _ in pairs}
    columns = [column for column in spec.columns if not column.needs or column.needs in given]
    sort = next((column.sort for column in columns if column.needs and column.sort), spec.sort)
    wanted = [value for name, value in pairs if name == "fields"]
    return replace(spec, columns=_chosen(spec, columns, wanted) if wanted else columns, sort=sort)


def _chosen(spec: Spec, columns: Sequence[Column], wanted: Sequence[str]) -> list[Column]:
    """Return the columns a reader chose, after the one that names the row; a chosen one is shown at any width."""
    usual = {column.name: replace(column, at="") for column in spec.columns}
    first = columns[0]
    return [first, *(usual[name] if name in usual else _plain(spec, name) for name in wanted if name != first.name)]


def _plain(spec: Spec, name: str) -> Column:
    """Make the column of a field that the list does not usually show."""
    row = get_args(spec.operation.view.model_fields["rows"].annotation)[0]
    if name in sensitive_fields(row):
        return Column(name, field_label(name), "money", money=True)
    return Column(name, field_label(name), "plain")


def read(visit: Visit, spec: Spec) -> Sheet:
    """Read one page of a list as its address asks for it."""
    model = spec.operation.request
    query = visit.request.query_params
    pairs = asked.given(query, asked.filters_of(model))
    every = spec.columns
    spec = fitted(spec, pairs)
    listing = visit.call(spec.operation, asked.request_of(model, [("sort", spec.sort), *pairs], limit=PAGE_ROWS))
    start = _start(query)
    kept = [(name, value) for name, value in pairs if name not in asked.PAGING]
    more = listing.next_cursor
    following = asked.address(spec.path, kept)
    joint = "&" if "?" in following else "?"
    shown = len(spec.rows(listing))
    columns = [c for c in spec.columns if not c.money or visit.may("see:money")]
    return Sheet(
        title=spec.title,
        path=spec.path,
        noun=spec.noun,
        listing=listing,
        rows=spec.rows(listing),
        heads=[_head(spec, column, kept) for column in columns],
        chips=[_chip(spec, entry, kept) for entry in spec.filters if not entry.money or visit.may("see:money")],
        kept=kept,
        query=dict(kept).get("query", ""),
        first=start + 1 if shown else 0,
        last=start + shown,
        next_url=f"{following}{joint}cursor={more}&start={start + shown}" if more else None,
        first_url=following if start else None,
        csv_url=asked.address(f"{spec.path}.csv", kept),
        xlsx_url=asked.address(f"{spec.path}.xlsx", kept),
        clear_url=asked.address(spec.path, [(n, v) for n, v in kept if n == "sort"]),
        sort_words=_sort_words(spec, dict(kept).get("sort", spec.sort)),
        ref_path=spec.ref_path,
        columns=[
            (c.name, c.label, any(c.name == one.name for one in columns))
            for c in every[1:]
            if (not c.money or visit.may("see:money")) and (not c.needs or c.needs in dict(kept))
        ],
        ics_url=asked.address(f"{spec.path}.ics", kept) if spec.path in DATED else None,
    )


def _start(query: QueryParams) -> int:
    text = query.get("start", "0")
    return int(text) if query.get("cursor") and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


def _head(spec: Spec, column: Column, kept: Sequence[tuple[str, str]]) -> Head:
    if column.sort is None:
        return Head(column, None, None)
    now = dict(kept).get("sort", spec.sort)
    up, down = column.sort, f"-{column.sort}"
    state = {up: "ascending", down: "descending"}.get(now)
    return Head(column, asked.address(spec.path, kept, sort=down if now == up else up), state)


def _chip(spec: Spec, entry: Filter, kept: Sequence[tuple[str, str]]) -> Chip:
    values = [value for name, value in kept if name == entry.name]
    named = dict(entry.choices)
    shown = ", ".join(named.get(value, value) for value in values)
    return Chip(entry, values, shown, asked.address(spec.path, kept, without=[entry.name]))


def _sort_words(spec: Spec, sort: str) -> str:
    column = next((c for c in spec.columns if c.sort == sort.removeprefix("-")), None)
    if column is None:
        return ""
    label = column.label if column.label[1:2].isupper() else column.label.lower()
    return f"Sorted by {label}{', from the last' if sort.startswith('-') else ''}."
