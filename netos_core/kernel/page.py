"""Keyset pages: an opaque cursor that names the last row seen, so pages neither skip nor repeat."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from netos_core.kernel.bounds import CURSOR_CHARACTERS
from netos_core.kernel.errors import Invalid, one_of
from netos_core.kernel.redaction import Request, View

DEFAULT_LIMIT = 25
MAX_LIMIT = 100


class CursorMismatch(Invalid):
    """A cursor belongs to the filters and the order it was made under."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort key and id of the last row of a page, bound to the list's order. Short: models read it."""

    order: str
    key: Any
    id: str

    def encode(self) -> str:
        parts = [_mark(self.order), _short(self.id)]
        if self.key is not None and str(self.key) != self.id:
            parts.append(_text64(str(self.key).encode()))
        return ".".join(parts)

    @classmethod
    def decode(cls, text: str, order: str) -> Cursor:
        """Read a cursor back.

        Raises:
            CursorMismatch: It is not one of ours, or belongs to another order.
        """
        mark, _, rest = text.partition(".")
        short, told, key = rest.partition(".")
        try:
            row_id = _long(short)
            last_key = _bytes64(key).decode() if told else row_id
        except (ValueError, binascii.Error):
            raise foreign_cursor() from None
        if mark != _mark(order):
            raise foreign_cursor()
        return cls(order, last_key, row_id)


def foreign_cursor() -> CursorMismatch:
    return CursorMismatch(
        "That cursor does not belong to this list and order.",
        field="cursor",
        fix="Leave the cursor out to start at the first page; keep filters and sort while paging.",
    )


SHORT_UUID = 22


def _mark(order: str) -> str:
    return hashlib.sha256(order.encode()).hexdigest()[:6]


def _short(row_id: str) -> str:
    return row_id if row_id.isdecimal() else _text64(UUID(row_id).bytes)


def _long(short: str) -> str:
    return str(UUID(bytes=_bytes64(short))) if len(short) == SHORT_UUID else str(int(short))


def _text64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes64(text: str) -> bytes:
    return base64.urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode())


CursorText = Annotated[str, Field(max_length=CURSOR_CHARACTERS)]


class ListRequest(Request):
    """What every list takes besides its own filters."""

    query: str | None = Field(None, max_length=200, description="Words that must all occur: ids, names, places.")
    sort: str | None = Field(None, description="Column, with - in front for descending.")
    detail: Literal["concise", "detailed"] = "concise"
    fields: list[str] | None = Field(None, description="Columns to return instead of the usual ones.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: CursorText | None = None


class Listing(View):
    """One page of a list. `columns` names the fields a table shows; the rows hold all of them."""

    total: int
    shown: int
    next_cursor: str | None
    columns: list[str]
    hint: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by and its direction."""

    column: str
    descending: bool

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"


def order_of(sort: str | None, default: str, sortable: list[str]) -> Order:
    """Read a sort, or refuse it naming the sortable columns."""
    asked = (sort or default).strip()
    column = asked.removeprefix("-")
    if column not in sortable:
        raise one_of(column, sortable, what="column to sort by", field="sort")
    return Order(column, asked.startswith("-"))


def columns_of(request: ListRequest, row: type[View], concise: tuple[str, ...]) -> list[str]:
    """Decide which columns a list shows, refusing unknown names."""
    known = list(row.model_fields)
    if request.fields:
        for name in request.fields:
            if name not in known:
                raise one_of(name, known, what="column", field="fields")
        return list(dict.fromkeys(request.fields))
    return known if request.detail == "detailed" else list(concise)
