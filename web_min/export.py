"""What a list shows, as a file: over all its pages, with the columns its reader may see."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

from starlette.responses import Response, StreamingResponse

from netos_core.kernel.page import MAX_LIMIT
from netos_core.kernel.redaction import View as Row
from netos_core.kernel.redaction import sensitive_fields
from web_min import asked
from web_min.fields import as_input
from web_min.format import MONEY_FIELDS, field_label
from web_min.site import Visit
from web_min.table import Spec, fitted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 48


def as_csv_of(visit: Visit, spec: Spec) -> Response:
    """Send everything the list shows as CSV."""
    names, rows = everything(visit, spec)
    texts = ([as_input(getattr(row, name)) for name in names] for row in rows)
    return as_csv(names, texts, file_name(visit, spec, "csv"))


def as_xlsx_of(visit: Visit, spec: Spec) -> Response:
    """Send everything the list shows as a workbook."""
    names, rows = everything(visit, spec)
    return as_xlsx(spec.title, names, rows, file_name(visit, spec, "xlsx"))


def as_xlsx(title: str, names: Sequence[str], rows: Iterable[Any], filename: str) -> Response:
    """Send rows as a workbook: amounts and dates are amounts and dates, text never a formula."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bottom": 1})
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, name in enumerate(names):
        sheet.write_string(0, at, field_label(name), head)
        sheet.set_column(at, at, min(WIDEST, max(10, len(name) + 4)))
    last = 0
    for last, row in enumerate(rows, start=1):
        for at, name in enumerate(names):
            value = getattr(row, name)
            if isinstance(value, bool):
                sheet.write_boolean(last, at, value)
            elif isinstance(value, (int, float, Decimal)):
                sheet.write_number(last, at, float(value), money if name in MONEY_FIELDS else None)
            elif isinstance(value, (date, datetime)):
                sheet.write_datetime(last, at, value, day)
            elif value is not None:
                sheet.write_string(last, at, as_input(value))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(names) - 1)
    book.close()
    headers = {"content-disposition": f'attachment; filename="{filename}"'}
    return Response(content.getvalue(), media_type=XLSX, headers=headers)


def file_name(visit: Visit, spec: Spec, kind: str) -> str:
    """Name an export by its list and day."""
    return f"netos-{spec.path.strip('/').replace('/', '-')}-{visit.today}.{kind}"


def everything(visit: Visit, spec: Spec) -> tuple[list[str], Iterator[Any]]:
    """Read the columns and, page by page, all rows of the list as it is filtered and sorted."""
    model = spec.operation.request
    pairs = [p for p in asked.given(visit.request.query_params, asked.filters_of(model)) if p[0] not in asked.PAGING]
    pairs.insert(0, ("sort", fitted(spec, pairs).sort))
    first = visit.call(spec.operation, asked.request_of(model, pairs, limit=MAX_LIMIT))

    def every() -> Iterator[Any]:
        listing = first
        while True:
            yield from spec.rows(listing)
            if listing.next_cursor is None:
                return
            asked_next = asked.request_of(model, pairs, limit=MAX_LIMIT, cursor=listing.next_cursor)
            listing = visit.call(spec.operation, asked_next)

    return _columns(visit, spec, pairs), every()


def _columns(visit: Visit, spec: Spec, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """List the fields of a row this reader chose and may see; the core has emptied the others."""
    shown = columns_shown(spec.operation.view, visit.person.rights)
    wanted = {value for name, value in pairs if name == "fields"}
    return [name for name in shown if not wanted or name in wanted or name == spec.columns[0].name]


def columns_shown(listing: type[Row], rights: frozenset[str]) -> list[str]:
    """List the fields of a list's rows that these rights show."""
    row: type[Row] = get_args(listing.model_fields["rows"].annotation)[0]
    sensitive = sensitive_fields(row)
    return [name for name in row.model_fields if sensitive.get(name, frozenset()) <= rights]


# What makes a spreadsheet take a cell for a formula; it reads the wide forms (U+FF0B and so on) as the plain ones.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


UNSEEN = " \u00a0\u200b\ufeff"
"""What stands before a formula without being seen; some programs cut it off when they read."""


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from running a cell as a formula; a plain number stays one."""
    if not text.lstrip(UNSEEN).startswith(DANGEROUS) or _is_number(text):
        return text
    return "'" + text


def _is_number(text: str) -> bool:
    return text[:1] == "-" and text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit()


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]], filename: str) -> Response:
    """Stream rows as CSV (RFC 4180, UTF-8 with a mark, so that spreadsheets read it right)."""

    def lines() -> Iterator[str]:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _csv_line(head)
        for row in rows:
            yield _csv_line([safe_cell(cell) for cell in row])

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{filename}"'},
    )


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
