"""One cell into the value its field wants, by the column it stands in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from . import cells, quantities, words
from .cells import CellProblem, Empty, NoticePeriod, PostalCode
from .dates import US_ORDER, DateOrder, parse_date
from .evidence import EMAIL, URL
from .fields import CellType, base_field, cell_type
from .grid import Cell, cell_text

Value: TypeAlias = str | int | bool | Decimal | date | NoticePeriod | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """The values a cell gives, by field (a price may state its currency), and what was repaired."""

    values: tuple[tuple[str, Value], ...]
    note: str | None = None


Reader: TypeAlias = Callable[[Cell], Typed | Empty | CellProblem]
_LIST_MARKS = re.compile(r"\s*[,;|\n]\s*")
_LONGEST_TEXT = 10_000
_LONGEST_IDENTIFIER = 200


def reader_for(field: str, unit: str | None, order: DateOrder = US_ORDER) -> Reader:
    """Make the reader of one column; bandwidths come out as `bandwidth_mbps` and `port_speed_mbps`."""
    kind = cell_type(field)
    if kind is CellType.MONEY:
        return lambda cell: _money(field, cell)
    if kind is CellType.BANDWIDTH:
        rate_unit = next((u for u in ("kbps", "mbps") if field.endswith(f"_{u}")), unit)
        rate_unit = rate_unit if rate_unit in {"bps", "kbps", "mbps", "gbps"} else None
        return lambda cell: _bandwidth(f"{base_field(field)}_mbps", cell, rate_unit)
    if kind is CellType.DATE:
        return lambda cell: _one(field, parse_date(cell, order))
    if kind is CellType.MONTHS:
        return lambda cell: _months(field, cell, 12 if unit == "years" else 1)
    if kind is CellType.NOTICE:
        return lambda cell: _notice(field, cell, unit)
    simple = _SIMPLE.get(kind, _text)
    return lambda cell: simple(field, cell)


def _one(field: str, value: Value | Empty | CellProblem) -> Typed | Empty | CellProblem:
    return value if isinstance(value, Empty | CellProblem) else Typed(((field, value),))


def _text(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cells.parse_text(cell)
    if isinstance(text, str) and len(text) > _LONGEST_TEXT:
        return CellProblem("too_long", f"The text is longer than {_LONGEST_TEXT:,} characters.")
    return _one(field, text)


def _identifier(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cells.parse_text(cell)
    if isinstance(text, str) and len(text) > _LONGEST_IDENTIFIER:
        return CellProblem("too_long", f"An identifier has at most {_LONGEST_IDENTIFIER} characters.")
    if isinstance(text, str) and re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d+", text):
        return CellProblem(
            "identifier_rounded", "The spreadsheet rounded the number. Format the column as text and retype it."
        )
    return _one(field, text)


def _money(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    stated = quantities.parse_money(cell)
    if not isinstance(stated, quantities.StatedAmount):
        return stated
    if stated.amount < 0:
        return CellProblem("negative_amount", "The amount is negative. A credit is no price.")
    if field == "mrc" and stated.cadence not in {None, "month"}:
        return CellProblem("wrong_cadence", "The amount is not monthly. State what is paid per month.")
    if field == "nrc" and stated.cadence not in {None, "once"}:
        return CellProblem("wrong_cadence", "The amount recurs. State what is paid once.")
    values: tuple[tuple[str, Value], ...] = ((field, stated.amount),)
    return Typed((*values, ("currency", stated.currency)) if stated.currency else values)


def _bandwidth(field: str, cell: Cell, unit: str | None) -> Typed | Empty | CellProblem:
    found = quantities.parse_bandwidth(cell, unit)
    if not isinstance(found, quantities.Bandwidth):
        return found
    note = found.note
    if found.upload_mbps is not None:
        note = f"Download taken; the cell states {found.upload_mbps} Mbps upload as well."
    return Typed(((field, found.mbps),), note)


def _months(field: str, cell: Cell, each: int) -> Typed | Empty | CellProblem:
    found = cells.parse_months(cell)
    bare = isinstance(cell, int | float) or cell_text(cell).isdecimal()
    return _one(field, found * each if isinstance(found, int) and bare else found)


def _notice(field: str, cell: Cell, unit: str | None) -> Typed | Empty | CellProblem:
    found = cells.parse_notice(cell)
    if isinstance(found, NoticePeriod) and unit == "months" and cell_text(cell).isdecimal():
        found = NoticePeriod(found.count, "months")
    return _one(field, found)


def _postal_code(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    found = cells.parse_postal_code(cell)
    if not isinstance(found, PostalCode):
        return found
    values: tuple[tuple[str, Value], ...] = ((field, found.code),)
    if found.plus4 and field == "postal_code":
        values = (*values, ("postal_code_plus4", found.plus4))
    return Typed(values, found.note)


def _state(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    found = words.parse_state(cell)
    if isinstance(found, CellProblem) and not any(map(str.isdecimal, cell_text(cell))):
        return Typed(((field, cell_text(cell)),), "Not a US state; kept as written.")
    return _one(field, found)


def _service_type(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    found = words.parse_service_type(cell)
    if not isinstance(found, words.ServiceType):
        return found
    note = (
        "No service type of ours is called that; taken as other."
        if words.known_service(found.original) is None
        else None
    )
    return Typed(((field, found.kind), ("service_type_original", found.original)), note)


def _list(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    # Line breaks part a list as commas do, so the cell is split before its spaces are folded.
    text = cell if isinstance(cell, str) else cell_text(cell)
    items = (cells.parse_text(item) for item in _LIST_MARKS.split(text))
    said = tuple(dict.fromkeys(item for item in items if isinstance(item, str)))
    return Typed(((field, said),)) if said else cells.BLANK


def _currency(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cells.parse_short(cell)
    if not isinstance(text, str):
        return text
    code = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}.get(text.upper(), text.upper())
    if re.fullmatch(r"[A-Z]{3}", code):
        return Typed(((field, code),))
    return CellProblem("not_a_currency", "The cell is not a currency code such as USD.")


def _email(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cells.parse_short(cell)
    if isinstance(text, str) and not EMAIL.fullmatch(text):
        return CellProblem("not_an_email", "The cell is not one e-mail address.")
    return _one(field, text)


def _url(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cells.parse_short(cell)
    if isinstance(text, str) and not URL.fullmatch(text):
        return CellProblem("not_a_url", "The cell is not a web address.")
    return _one(field, text)


def _integer(field: str, cell: Cell) -> Typed | Empty | CellProblem:
    text = cell_text(cell)
    number = cells.parse_integer(text[2:].strip() if field == "asn" and text[:2].upper() == "AS" else cell)
    if isinstance(number, int) and number < 0:
        return CellProblem("negative_number", "The number is negative.")
    if isinstance(number, CellProblem) and field == "notice_days":
        notice = cells.parse_notice(cell)
        number = notice.count if isinstance(notice, NoticePeriod) and notice.unit == "days" else number
    return _one(field, number)


_SIMPLE: dict[CellType, Callable[[str, Cell], Typed | Empty | CellProblem]] = {
    CellType.IDENTIFIER: _identifier,
    CellType.INTEGER: _integer,
    CellType.BOOL: lambda field, cell: _one(field, cells.parse_bool(cell)),
    CellType.LATITUDE: lambda field, cell: _one(field, cells.parse_latitude(cell)),
    CellType.LONGITUDE: lambda field, cell: _one(field, cells.parse_longitude(cell)),
    CellType.STATE: _state,
    CellType.POSTAL_CODE: _postal_code,
    CellType.PLUS4: lambda field, cell: _one(field, cells.parse_plus4(cell)),
    CellType.STATUS: lambda field, cell: _one(field, words.parse_status(cell)),
    CellType.SERVICE_TYPE: _service_type,
    CellType.END_OF_TERM: lambda field, cell: _one(field, words.parse_end_of_term(cell)),
    CellType.CURRENCY: _currency,
    CellType.LIST: _list,
    CellType.EMAIL: _email,
    CellType.URL: _url,
}
