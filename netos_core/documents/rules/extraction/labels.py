"""What the labels and column heads of order forms mean, and the values that stand with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netos_core.documents.rules.extraction.cells import Cell, Row, below, overlap

_I = re.IGNORECASE
_LONGEST = 60


class Label(StrEnum):
    """What a label asks for."""

    MRC = "mrc"
    NRC = "nrc"
    TERM = "term"
    CIRCUIT = "circuit"
    BANDWIDTH = "bandwidth"
    SERVICE = "service"
    ADDRESS = "address"
    PROVIDER = "provider"
    CUSTOMER = "customer"
    RENEWAL = "renewal"
    NOTICE = "notice"
    ETF = "etf"
    ESCALATOR = "escalator"
    CURRENCY = "currency"
    AGREED = "agreed"
    STARTS = "starts"
    ENDS = "ends"
    COMMITMENT = "commitment"
    LAW = "law"
    OTHER = "other"


_CHARGE = r"(?:charges?|costs?|fees?|rates?|price|amount|total)"
_UNIT = r"(?:\s*\(?(?:USD|CAD|EUR|GBP|US\$|\$|€|£|usd|per unit|/mo(?:nth)?|months?|mos?\.?|total)\)?)*"
_MEANINGS: tuple[tuple[Label, str], ...] = (
    (
        Label.MRC,
        rf"(?:total\s+|net\s+|extended\s+|new\s+|your\s+|order\s+|grand\s+total\s+)*(?:mrc|"
        rf"monthly\s+recurring(?:\s+{_CHARGE})?|monthly\s+{_CHARGE}|"
        rf"recurring\s+{_CHARGE}(?:\s*\(?monthly\)?)?|monthly|price\s+per\s+month|"
        rf"monthly\s+service\s+{_CHARGE}|monthly\s+recurring\s+charges?\s*\(mrc\)|(?:lease|"
        rf"license)\s+fee\s+per\s+month)(?:\s+total)?{_UNIT}(?:\s*\(mrc\))?",
    ),
    (
        Label.NRC,
        rf"(?:total\s+|net\s+|extended\s+|new\s+|order\s+|grand\s+total\s+)*(?:nrc|"
        rf"non[\s-]?recurring(?:\s+{_CHARGE})?|one[\s-]?time(?:\s+(?:setup|installation|"
        rf"install))?(?:\s+{_CHARGE})?|install(?:ation)?(?:\s+{_CHARGE})?|"
        rf"set[\s-]?up(?:\s+{_CHARGE})?|activation(?:\s+{_CHARGE})|otc|"
        rf"construction\s+{_CHARGE})(?:\s+total)?{_UNIT}(?:\s*\(nrc\))?",
    ),
    (
        Label.TERM,
        r"(?:initial\s+|service\s+|contract\s+|order\s+|minimum\s+|min\.?\s+|committed\s+|"
        r"circuit\s+|customer\s+|agreement\s+|lease\s+)*(?:term|commitment\s+period|term\s+length|"
        r"length\s+of\s+term|term\s+commitment|term\s+of\s+(?:service|agreement|"
        r"order))(?:\s*(?:\(?(?:in\s+)?(?:months|mos?\.?|years|yrs)\)?|length|plan))?",
    ),
    (
        Label.CIRCUIT,
        r"(?:carrier\s+|provider\s+|vendor\s+|existing\s+|our\s+|lec\s+|customer\s+)*(?:circuit|"
        r"ckt|line|service|ecckt|strand|fiber)\s*(?:id(?:entifier)?|ids?|id\(s\)|number|no\.?|nbr|"
        r"#|ref(?:erence)?)(?:s|\(s\))?(?:\s*/\s*\w+)?|cid|ecckt|circuits?",
    ),
    (
        Label.BANDWIDTH,
        r"(?:service\s+|port\s+|access\s+|circuit\s+|committed\s+|interface\s+|evc\s+|"
        r"internet\s+)*(?:bandwidth|speed|capacity|data\s+rate|cir|"
        r"committed\s+(?:information\s+)?rate|line\s+rate|throughput)(?:\s*\(?(?:mbps|gbps|mb/s|"
        r"down/up)\)?)?(?:\s*/\s*\w+)?",
    ),
    (
        Label.SERVICE,
        r"(?:service|product|circuit|access)\s*(?:type|name|description|ordered|offering)?|"
        r"description(?:\s+of\s+services?)?|type\s+of\s+service|item|services?\s+ordered|services",
    ),
    (
        Label.ADDRESS,
        r"(?:service|site|premises?|install(?:ation)?|location|end[\s-]?user|a|z|a[\s-]?end|"
        r"z[\s-]?end|a[\s-]?side|z[\s-]?side|side\s+[az]|end\s+[az]|a[\s-]?loc|z[\s-]?loc|"
        r"customer\s+site|demarc|from|to|originating|terminating|delivery|"
        r"leased\s+premises)\s*(?:site\s+|location\s+|service\s+)?(?:address|location|"
        r"premises?)(?:\s*(?:\(?[az12]\)?|of\s+service))?|(?:service\s+)?locations?(?:\s+[az12])?|"
        r"address(?:\s+[az12])?|[az][\s-]?(?:loc|end|site)\.?|premises|site(?:\s+[az12])?|"
        r"(?:location|end)\s+[az]\s+address|from|to",
    ),
    (
        Label.PROVIDER,
        r"(?:service\s+)?provider(?:\s+(?:name|entity|legal\s+name))?|carrier(?:\s+name)?|"
        r"supplier(?:\s+name)?|vendor(?:\s+name)?|seller|lessor|licensor|landlord",
    ),
    (
        Label.CUSTOMER,
        r"(?:customer|subscriber|buyer|client|purchaser|lessee|licensee|tenant|"
        r"end\s+user)(?:\s+(?:legal\s+)?(?:name|entity))?|company\s+name|account\s+name|"
        r"bill\s+to(?:\s+name)?|sold\s+to",
    ),
    (
        Label.RENEWAL,
        r"(?:auto(?:matic)?[\s-]?)?renewal(?:\s+(?:term|period|terms|option|length))?|"
        r"renewal\s+term\s*\(?months\)?",
    ),
    (
        Label.NOTICE,
        r"(?:non[\s-]?renewal\s+|renewal\s+|cancell?ation\s+|termination\s+|"
        r"disconnect\s+)*notice(?:\s+(?:period|of\s+non[\s-]?renewal|of\s+termination|required|"
        r"to\s+cancel|days|window))?(?:\s*\(?days\)?)?",
    ),
    (
        Label.ETF,
        r"early\s+termination(?:\s+(?:fee|charge|liability|liabilities|charges|"
        r"fees))?(?:\s*\(?et[flc]\)?)?|et[flc]|termination\s+(?:liability|charges?|fees?)|"
        r"cancell?ation\s+(?:fee|charge)s?",
    ),
    (
        Label.ESCALATOR,
        r"(?:annual\s+|price\s+|rate\s+|mrc\s+|yearly\s+)*(?:escalators?|escalation|increase|"
        r"uplift|adjustment)(?:\s+(?:clause|rate))?",
    ),
    (Label.CURRENCY, r"(?:billing\s+)?currency"),
    (
        Label.AGREED,
        r"(?:order|agreement|contract|quote|signature|document|service\s+order|sof|"
        r"proposal)\s+date|date(?:\s+of\s+(?:order|agreement))?",
    ),
    (
        Label.STARTS,
        r"effective\s+date(?:\s+of\s+\w+)?|(?:term\s+|contract\s+)(?:start|commencement)\s+date|"
        r"start\s+date|commencement\s+date",
    ),
    (
        Label.ENDS,
        r"(?:term\s+|contract\s+|service\s+|agreement\s+)?(?:end|expir(?:ation|y)|"
        r"termination)\s+date|expires(?:\s+on)?",
    ),
    (Label.COMMITMENT, r"(?:minimum|annual|monthly|revenue)\s+(?:\w+\s+)?commit(?:ment)?"),
    (Label.LAW, r"governing\s+law"),
    (
        Label.OTHER,
        r"quantity|qty\.?|unit(?:\s+price)?|handoff|interface|protocol|vlan|phone|e-?mail|"
        r"contact(?:\s+name)?|name|title|by|signature|signed|account(?:\s+(?:number|no\.?|#))?|"
        r"ban|po(?:\s+(?:number|#))?|order\s+(?:number|no\.?|#|id|type)|quote\s+(?:number|no\.?|#|"
        r"id)|billing\s+address|notice\s+address|remittance\s+address|payment\s+terms|taxes|"
        r"subtotal|remarks|notes|special\s+(?:terms|conditions)|sales\s+rep(?:resentative)?|"
        r"account\s+(?:manager|executive)|fax|city|state|zip|county|line|expedite|diversity|"
        r"tax\s+id|requested\s+(?:service|install|due)\s+date|customer\s+requested\s+date|"
        r"foc\s+date|billing\s+(?:start|contact|frequency)(?:\s+date)?|sla|mtu|connector|"
        r"demarcation|suite|floor|building",
    ),
)
_FULL = tuple((label, re.compile(form, _I)) for label, form in _MEANINGS)
_NUMBERED = re.compile(r"^(?:\(?\d{1,2}[.)]|[A-Za-z][.)]|[•▪*-])\s*")


def label_of(text: str) -> Label | None:
    """Say what a label asks for; None where the words are no label."""
    plain = _NUMBERED.sub("", " ".join(text.split())).strip(" :*#.–-")
    if not plain or len(plain) > _LONGEST:
        return None
    return next((label for label, form in _FULL if form.fullmatch(plain)), None)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the label it stands with."""

    label: Label
    head: Cell
    value: Cell
    is_total: bool = False


def stated(rows: Sequence[Row], taken: Collection[int]) -> Iterator[Stated]:
    """Find the values that stand beside or below their labels, but for the lines that are `taken` by tables."""
    for index, row in enumerate(rows):
        if index in taken:
            continue
        for place, cell in enumerate(row):
            yield from _beside(rows, index, place, cell)


def _beside(rows: Sequence[Row], index: int, place: int, cell: Cell) -> Iterator[Stated]:
    head, colon, rest = cell.text.partition(":")
    label = label_of(head)
    if colon and label is not None and rest.strip():
        at = cell.start + cell.text.index(rest.strip(), len(head))
        yield Stated(label, cell, _part(cell, rest.strip(), at), _is_total(head))
        return
    if label is None or (colon and rest.strip()):
        return
    row = rows[index]
    right = row[place + 1] if place + 1 < len(row) else None
    if right is not None and label_of(right.text.partition(":")[0]) is None:
        yield Stated(label, cell, right, _is_total(head))
        return
    under = below(rows, index, cell)
    if under is not None and label_of(under.text.partition(":")[0]) is None:
        yield Stated(label, cell, under, _is_total(head))


def _part(cell: Cell, text: str, at: int) -> Cell:
    return Cell(text, cell.page, cell.x0, cell.x1, cell.top, cell.bottom, at, at + len(text))


def _is_total(text: str) -> bool:
    return bool(re.search(r"\btotal\b", text, _I))


@dataclass(slots=True)
class Column:
    label: Label
    head: Cell


@dataclass(slots=True)
class Table:
    """A table of an order: its columns, its rows by column, and the row of its totals."""

    columns: list[Column]
    rows: list[dict[int, list[Cell]]]
    lines: range
    totals: dict[int, list[Cell]] | None = None

    def column(self, label: Label) -> int | None:
        """Give the column of a label; of several the one of totals, else the last but for places."""
        found = [number for number, one in enumerate(self.columns) if one.label is label]
        return next(
            (number for number in found if _is_total(self.columns[number].head.text)), found[-1] if found else None
        )


_HEADS = frozenset({Label.MRC, Label.NRC, Label.CIRCUIT, Label.BANDWIDTH, Label.ADDRESS, Label.SERVICE, Label.TERM})
_KEYS = frozenset({Label.MRC, Label.NRC, Label.CIRCUIT, Label.BANDWIDTH})
_AMOUNTS = frozenset({Label.MRC, Label.NRC})
_MOST_LINES = 60
_FAR_BELOW = 30.0
"""Points below which a line is no longer of the table above it."""
_WIDE = 250.0
_MANY_WORDS = 7
_PARTED = 1.25


def tables(rows: Sequence[Row]) -> Iterator[Table]:
    """Find tables by their heads: two labels of an order or more side by side, over rows of values."""
    index = 0
    while index < len(rows):
        found = _head(rows, index)
        if found is None:
            index += 1
            continue
        columns, height = found
        table, used = _body(rows, index, index + height, columns)
        if table.rows:
            yield table
            index += height + used
        else:
            index += 1


def _head(rows: Sequence[Row], index: int) -> tuple[list[Column], int] | None:
    """Read the heads of a table; they may run over up to three lines."""
    for height in (3, 2, 1):
        merged = _merged(rows[index : index + height])
        if merged is None:
            continue
        labels = [label_of(cell.text) for cell in merged]
        known = [label for label in labels if label in _HEADS]
        named = [label for label in labels if label is not None]
        if (
            len(known) > 1
            and len(named) * 3 >= len(merged) * 2
            and (Label.MRC in known or Label.NRC in known or len(known) > 2)
        ):
            return [Column(label or Label.OTHER, cell) for label, cell in zip(labels, merged, strict=True)], height
    return None


def _merged(lines: Sequence[Row]) -> list[Cell] | None:
    if not lines or any(":" in cell.text for row in lines for cell in row):
        return None
    columns: list[list[Cell]] = []
    for number, row in enumerate(lines):
        if number and (row[0].page != lines[0][0].page or row[0].top - lines[number - 1][0].bottom > 8):  # noqa: PLR2004  points between lines of a head
            return None
        for cell in row:
            if any(character.isdigit() for character in cell.text):
                return None
            home = max(columns, key=lambda column: overlap(column[0], cell), default=None)
            if home is not None and number and overlap(home[0], cell) > 0.2:  # noqa: PLR2004
                home.append(cell)
            else:
                columns.append([cell])
    return [
        Cell(
            " ".join(cell.text for cell in column),
            column[0].page,
            min(c.x0 for c in column),
            max(c.x1 for c in column),
            column[0].top,
            column[-1].bottom,
            column[0].start,
            column[0].end,
        )
        for column in sorted(columns, key=lambda one: one[0].x0)
    ]


def _body(rows: Sequence[Row], first: int, index: int, columns: list[Column]) -> tuple[Table, int]:
    """Read the lines under a head up to where the table ends, and make rows of them."""
    table = Table(columns, [], range(first, first))
    lines: list[Row] = []
    used = 0
    for row in rows[index : index + _MOST_LINES]:
        if row[0].page != columns[0].head.page or (lines and row[0].top - lines[-1][0].bottom > _FAR_BELOW):
            break
        text = " ".join(cell.text for cell in row)
        if len(row) == 1 and len(text.split()) > _MANY_WORDS and row[0].x1 - row[0].x0 > _WIDE:
            break
        if label_of(row[0].text.partition(":")[0]) is not None and not _is_total(row[0].text):
            break
        used += 1
        if re.match(r"(?:grand |order |sub)?-?\s?total", text, _I):
            table.totals = _placed(row, columns)
            if not re.match("sub", text, _I):
                break
            continue
        lines.append(row)
    table.rows = _grouped(lines, columns)
    table.lines = range(first, index + used)
    return table, used


def _grouped(lines: Sequence[Row], columns: Sequence[Column]) -> list[dict[int, list[Cell]]]:
    """Make rows of lines: by the wider gaps between rows where there are some, else by what each line holds."""
    placed = [_placed(line, columns) for line in lines]
    gaps = [b[0].bottom - a[0].bottom for a, b in zip(lines, lines[1:], strict=False)]
    if gaps and max(gaps) > _PARTED * max(min(gaps), 1.0):
        limit = (min(gaps) + max(gaps)) / 2
        rows: list[dict[int, list[Cell]]] = []
        for number, cells in enumerate(placed):
            if number == 0 or gaps[number - 1] > limit:
                rows.append({})
            _join(rows[-1], cells)
        if all(
            len(row[number]) == 1 for row in rows for number in _keys(row, columns) if columns[number].label in _AMOUNTS
        ):
            return rows
    rows = []
    for cells in placed:
        if rows and not _begins_a_row(cells, rows[-1], columns):
            _join(rows[-1], cells)
        else:
            rows.append({n: list(found) for n, found in cells.items()})
    return rows


def _join(row: dict[int, list[Cell]], more: dict[int, list[Cell]]) -> None:
    for number, cells in more.items():
        row.setdefault(number, []).extend(cells)


def _placed(row: Row, columns: Sequence[Column]) -> dict[int, list[Cell]]:
    placed: dict[int, list[Cell]] = {}
    for cell in row:
        number = max(
            range(len(columns)),
            key=lambda one: (max(overlap(columns[one].head, cell), 0.0), -abs(columns[one].head.middle - cell.middle)),
        )
        placed.setdefault(number, []).append(cell)
    return placed


def _begins_a_row(placed: dict[int, list[Cell]], current: dict[int, list[Cell]], columns: Sequence[Column]) -> bool:
    """Whether a line begins a row: one with an amount, an id or a bandwidth that the row before has already."""
    return any(number in current for number in _keys(placed, columns))


def _keys(placed: dict[int, list[Cell]], columns: Sequence[Column]) -> list[int]:
    return [
        number
        for number, column in enumerate(columns)
        if column.label in _KEYS and number in placed and re.search(r"\d|waived|icb|n/a", placed[number][0].text, _I)
    ]
