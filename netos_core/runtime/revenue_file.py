"""A file of billed services, read as if it were a billing system: the same sync mirrors it, and keeps its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from netos_core.imports.rules.cells import parse_decimal, parse_text
from netos_core.imports.rules.grid import Cell, Limits
from netos_core.imports.rules.sheet import read_sheet
from netos_core.kernel.errors import Invalid, one_of
from netos_core.revenue.billing import Account, Kept, Piece, Product, Service

NEEDED = ("service_id", "account_number", "account", "mrr")
COLUMNS = (*NEEDED, "service", "currency", "address", "city", "state", "postal_code")
MOST_ROWS = 200_000
MOST_TOLD = 10
LARGEST = Decimal(10**9)
PRODUCT = Product("monthly", "Monthly service", None, 1)


class RevenueFile:
    """All services that are billed now, each with its account and what it earns a month.

    Args:
        name: The file's name.
        content: CSV, XLSX, XLS or ODS with the columns `COLUMNS`; the first four are needed.
        currency: The one amounts are in; a row in another is refused.

    Raises:
        Invalid: A column is missing or unknown, or rows have no service, no amount or the service of another row.
    """

    def __init__(self, name: str, content: bytes, currency: str) -> None:
        rows = read_sheet(name, content, Limits(data_rows=MOST_ROWS)).rows
        columns = _columns(rows[0].cells if rows else ())
        self._accounts: dict[str, Account] = {}
        self._services: dict[str, Service] = {}
        problems = []
        for row in rows[1:]:
            cells = {field: row.cells[at] if at < len(row.cells) else None for field, at in columns.items()}
            if (problem := self._take(cells, currency)) is not None:
                problems.append(f"Row {row.number}: {problem}")
        if problems:
            more = f"\n… and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
            raise Invalid("\n".join(problems[:MOST_TOLD]) + more, fix="Mend the rows; nothing was read.")
        if not self._services:
            raise Invalid("The file has no services.", fix="It takes one row for each service that is billed now.")

    def _take(self, cells: Mapping[str, Cell], currency: str) -> str | None:
        """Take one row; returns what is wrong with it."""
        said = {field: _text(cell) for field, cell in cells.items()}
        key, number, account = said["service_id"], said["account_number"], said["account"]
        mrr = parse_decimal(cells["mrr"])
        if not key or not number or not account:
            return "service_id, account_number and account are needed."
        if not isinstance(mrr, Decimal) or abs(mrr) >= LARGEST or mrr != round(mrr, 2):
            return "mrr is no amount."
        if said.get("currency") not in {None, currency}:
            return f"only amounts in {currency} are read."
        if key in self._services:
            return "the service_id of another row."
        self._services[key] = Service(key, number, PRODUCT.key, said.get("service"), Decimal(1), mrr)
        self._accounts[number] = Account(
            number, account, number, None, active=True, line1=said.get("address"), city=said.get("city"),
            state=said.get("state"), postal_code=said.get("postal_code"), lat=None, lon=None,
        )  # fmt: skip
        return None

    def close(self) -> None:
        pass

    def check(self) -> str:
        return f"It has {len(self._services)} services."

    def products(self, _after: str | None) -> Piece[Product]:
        return Piece([PRODUCT], None)

    def accounts(self, after: str | None, _since: datetime | None) -> Piece[Account]:
        return _piece(self._accounts, after)

    def services(self, after: str | None, _since: datetime | None) -> Piece[Service]:
        return _piece(self._services, after)

    def keys(self, kind: Kept, after: str | None) -> Piece[str]:
        keys = list(self._accounts if kind is Kept.ACCOUNTS else self._services)
        return _piece(dict(zip(keys, keys, strict=True)), after)


PIECE = 1000
T = TypeVar("T")


def _piece(rows: Mapping[str, T], after: str | None) -> Piece[T]:
    keys = [key for key in sorted(rows) if after is None or key > after]
    return Piece([rows[key] for key in keys[:PIECE]], keys[PIECE - 1] if len(keys) > PIECE else None)


def _columns(head: Sequence[Cell]) -> dict[str, int]:
    """Find where each column is; its name may be written with blanks and in any case."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(head):
        name = "_".join((_text(cell) or "").lower().split())
        if name and name not in COLUMNS:
            raise one_of(name, list(COLUMNS), what="column", field="file")
        if name:
            columns[name] = at
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Invalid(f"The file lacks the columns {', '.join(missing)}.", fix=f"It takes {', '.join(COLUMNS)}.")
    return columns


def _text(cell: Cell) -> str | None:
    text = parse_text(cell)
    return text if isinstance(text, str) else None
