"""A month as a workbook that adds itself up: every line, and formulas over the lines for what they come to."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from starlette.responses import Response

from netos_core.finance.schemas import MonthPack, PackLine
from web_min.export import XLSX, as_csv

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

LINES = (
    ("Circuit", 12), ("Site", 12), ("Provider", 28), ("Market", 20), ("Service", 14), ("Component", 16), ("Amount", 14),
    ("Currency", 10), ("Basis", 12), ("Source", 36), ("How", 48), ("Provider no.", 10), ("Market no.", 10),
    ("Service no.", 10),
)  # fmt: skip
COMPONENT, AMOUNT, CURRENCY, BASIS = "F", "G", "H", "I"
GROUPINGS = (("Provider", "L"), ("Market", "M"), ("Service", "N"))
"""What Summary adds up by, and the column of Lines with the number of each: a number is matched as it is, and a name
may be told from another by its capitals alone, or read as a pattern."""

PARTS = (
    ("Revenue", "revenue", "<>modeled"), ("Modeled revenue", "revenue", "modeled"), ("Carrier", "carrier", None),
    ("Facility", "facility_share", None), ("Transport", "transport_share", None), ("Power", "power_share", None),
)  # fmt: skip
COST = ("Cost", "<>revenue", None)
SUMS = (*(name for name, _, _ in PARTS), COST[0], "Contribution")
OF_CIRCUITS = (*(name for name, _, _ in PARTS[:2]), COST[0], "Contribution")
MONEY = "#,##0.00;[Red]-#,##0.00"
CSV_HEAD = ("month", "circuit", "site", "component", "amount", "currency", "basis", "source", "how")
MEANINGS = (
    ("actual", "What was billed or invoiced."),
    ("contracted", "What the papers and records say: rates, customers' MRR, recorded costs."),
    ("modeled", "An estimate. Revenue of 1.35 times the MRC where none is known is in no other figure;"),
    ("", "the power of a month without a bill, the average of the twelve months before, is in the cost."),
)
PRORATION = {"30": "Days of a partial month are counted of thirty.", "actual": "Days are counted as they are."}


@dataclass(slots=True)
class _Numbers:
    """Gives each name a number, in the order in which they come."""

    of: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return self.of.setdefault(name, len(self.of) + 1)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with the groups it is in."""

    line: PackLine
    groups: tuple[str, str, str]


class _Sums(dict[str, Decimal]):
    """What lines come to, by the names of the columns."""

    def add(self, line: PackLine) -> None:
        amount = line.amount or Decimal(0)
        if line.component != "revenue":
            self[COST[0]] = self.get(COST[0], Decimal(0)) + amount
        name = _PART[line.component, line.component == "revenue" and line.basis == "modeled"]
        self[name] = self.get(name, Decimal(0)) + amount

    def value(self, name: str) -> float:
        if name == "Contribution":
            return float(self.get("Revenue", Decimal(0)) - self.get(COST[0], Decimal(0)))
        return float(self.get(name, Decimal(0)))


_PART = {(component, basis == "modeled"): name for name, component, basis in PARTS}


def as_file(pack: MonthPack, kind: str) -> Response:
    """Send a month as a workbook, or its lines as CSV."""
    name = f"netos-money-{pack.month:%Y-%m}"
    if kind != XLSX:
        return as_csv(CSV_HEAD, _texts(pack), f"{name}.csv")
    content = io.BytesIO()
    write(pack, content)
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content.getvalue(), media_type=XLSX, headers=headers)


def _texts(pack: MonthPack) -> Iterator[list[str]]:
    for one in pack.lines:
        amount = "" if one.amount is None else f"{one.amount:f}"
        told = (one.circuit, one.site, one.component, amount, one.currency, one.basis, one.source, one.how)
        yield [f"{pack.month:%Y-%m}", *(text or "" for text in told)]


def write(pack: MonthPack, to: io.BytesIO) -> None:
    """Write the workbook, row after row: what is written is in a file beside, not in memory."""
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet as Sheet

    class Plain(Sheet):  # type: ignore[misc]
        """A sheet that does not look for thirty new functions in each formula: ours use those that always were."""

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
            return formula.removeprefix("=")

    book = xlsxwriter.Workbook(to, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"NetOS: money of {pack.month:%B %Y}"})
    head, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": MONEY})
    summary, lines, circuits, basis = (
        book.add_worksheet(name, Plain) for name in ("Summary", "Lines", "Circuits", "Basis")
    )
    rows = list(_rows(pack))
    numbers = tuple(_Numbers() for _ in GROUPINGS)
    _lines(lines, rows, numbers, head, money)
    _circuits(circuits, pack, rows, head, money)
    _summary(summary, pack, rows, numbers, book, head, money)
    _basis(basis, pack, head)
    book.close()


def _rows(pack: MonthPack) -> Iterator[_Row]:
    circuits, markets = {one.ref: one for one in pack.circuits}, {one.ref: one.market for one in pack.sites}
    for one in pack.lines:
        if one.circuit:
            circuit = circuits[one.circuit]
            yield _Row(one, (circuit.provider, circuit.market, circuit.service_type))
        else:
            beside = one.beside or ""
            yield _Row(one, (beside, markets[one.site] if one.site else beside, beside))


def _lines(
    sheet: Worksheet, rows: Sequence[_Row], numbers: Sequence[_Numbers], head: Format, money: Format
) -> None:  # fmt: skip
    _head(sheet, LINES, head)
    for at, row in enumerate(rows, start=1):
        line = row.line
        texts = (line.circuit, line.site, *row.groups, line.component)
        for column, text in enumerate(texts):
            if text is not None:
                sheet.write_string(at, column, text)
        sheet.write_number(at, 6, float(line.amount or 0), money)
        for column, text in enumerate((line.currency, line.basis, line.source, line.how), start=7):
            if text is not None:
                sheet.write_string(at, column, text)
        for column, (group, known) in enumerate(zip(row.groups, numbers, strict=True), start=11):
            sheet.write_number(at, column, known.number(group))
    _finish(sheet, len(rows), len(LINES))


def _circuits(sheet: Worksheet, pack: MonthPack, rows: Sequence[_Row], head: Format, money: Format) -> None:
    """Write a row for each circuit and currency, added up over its own lines, which stand together."""
    texts = (("Circuit", 12), ("Provider", 28), ("Market", 20), ("Service", 14), ("Currency", 10))
    _head(sheet, (*texts, *((name, 15) for name in OF_CIRCUITS)), head)
    about = {one.ref: one for one in pack.circuits}
    at, first = 0, 2
    for ref, group in groupby(rows, key=lambda row: row.line.circuit):
        mine = list(group)
        last = first + len(mine) - 1
        for currency in sorted({row.line.currency for row in mine}) if ref else ():
            at += 1
            one = about[ref or ""]
            for column, text in enumerate((one.ref, one.provider, one.market, one.service_type, currency)):
                sheet.write_string(at, column, text)
            sums = _Sums()
            for row in mine:
                if row.line.currency == currency:
                    sums.add(row.line)
            _sums(sheet, at, 5, _over(OF_CIRCUITS, first, last, f"$E{at + 1}"), sums, money)
        first = last + 1
    _finish(sheet, at, len(texts) + len(OF_CIRCUITS))


def _summary(
    sheet: Worksheet, pack: MonthPack, rows: Sequence[_Row], numbers: Sequence[_Numbers], book: Workbook, head: Format,
    money: Format,
) -> None:  # fmt: skip
    """Write what the month came to by each grouping, added up over all lines; every table ends with the whole."""
    strong = book.add_format({"bold": True})
    strong_money = book.add_format({"bold": True, "num_format": MONEY, "top": 1})
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 36)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 2 + len(SUMS), 16)
    told = f"closed as {pack.closed}" if pack.closed else f"open, as worked out at {_moment(pack.worked_at)}"
    sheet.write_string(0, 0, f"Money of {pack.month:%B %Y}, {told}", strong)
    sheet.freeze_panes(1, 2)
    last, at = len(rows) + 1, 2
    currencies = sorted({row.line.currency for row in rows})
    for place, (title, column) in enumerate(GROUPINGS):
        for cell, name in enumerate(("No.", title, "Currency", *SUMS)):
            sheet.write_string(at, cell, name, head)
        sums = _added(rows, place)
        for (name, currency), mine in sorted(sums.items()):
            at += 1
            sheet.write_number(at, 0, numbers[place].number(name))
            sheet.write_string(at, 1, name)
            sheet.write_string(at, 2, currency)
            matching = f"{_column(column, 2, last)},$A{at + 1},"
            _sums(sheet, at, 3, _over(SUMS, 2, last, f"$C{at + 1}", matching), mine, money)
        for currency in currencies:
            at += 1
            sheet.write_string(at, 1, "All", strong)
            sheet.write_string(at, 2, currency, strong)
            whole = _Sums()
            for row in rows:
                if row.line.currency == currency:
                    whole.add(row.line)
            _sums(sheet, at, 3, _over(SUMS, 2, last, f"$C{at + 1}"), whole, strong_money)
        at += 3


def _added(rows: Iterable[_Row], place: int) -> Mapping[tuple[str, str], _Sums]:
    found: dict[tuple[str, str], _Sums] = {}
    for row in rows:
        found.setdefault((row.groups[place], row.line.currency), _Sums()).add(row.line)
    return found


def _column(name: str, first: int, last: int) -> str:
    return f"Lines!${name}${first}:${name}${last}"


def _over(names: Sequence[str], first: int, last: int, currency: str, matching: str = "") -> dict[str, str]:
    """Write the formula of each part over rows of Lines."""
    amounts = f"=SUMIFS({_column(AMOUNT, first, last)},{matching}{_column(CURRENCY, first, last)},{currency},"
    made = {}
    for name, component, basis in (*PARTS, COST):
        if name in names:
            rests = f',{_column(BASIS, first, last)},"{basis}"' if basis else ""
            made[name] = f'{amounts}{_column(COMPONENT, first, last)},"{component}"{rests})'
    return made | {"Contribution": ""}


def _sums(sheet: Worksheet, at: int, start: int, formulas: Mapping[str, str], sums: _Sums, money: Format) -> None:
    """Write formulas, each with what it comes to for programs that add nothing up; the last is what is left."""
    letters = {name: f"{chr(ord('A') + column)}{at + 1}" for column, name in enumerate(formulas, start=start)}
    for column, (name, formula) in enumerate(formulas.items(), start=start):
        written = formula or f"={letters['Revenue']}-{letters[COST[0]]}"
        sheet.write_formula(at, column, written, money, sums.value(name))


def _basis(sheet: Worksheet, pack: MonthPack, head: Format) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 120)
    closed = ", ".join(f"{one.month:%B %Y} ({one.ref})" for one in pack.periods) or "none"
    told = [
        ("Basis", "What an amount rests on"),
        *MEANINGS,
        ("Revenue", "Actual and contracted; contribution is revenue less cost, without modeled revenue."),
        ("Currencies", "Are never added up: each has its own rows."),
        ("Proration", PRORATION.get(pack.proration, pack.proration)),
        ("Worked out", f"Closed as {pack.closed}: as it was then." if pack.closed else _moment(pack.worked_at)),
        ("Closed months", closed),
        (
            "Formulas",
            "Circuits reads the rows of Lines where they stand: filter Lines as you like; do not sort it.",
        ),
    ]
    for at, (name, words) in enumerate(told):
        sheet.write_string(at, 0, name, head if at == 0 else None)
        sheet.write_string(at, 1, words, head if at == 0 else None)
    sheet.freeze_panes(1, 0)


def _head(sheet: Worksheet, columns: Iterable[tuple[str, int]], head: Format) -> None:
    for at, (name, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)


def _finish(sheet: Worksheet, rows: int, columns: int) -> None:
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, rows, columns - 1)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
