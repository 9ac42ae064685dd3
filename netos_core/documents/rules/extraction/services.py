"""What is ordered: the kind of service, its bandwidth, its circuits, and between which places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from netos_core.documents.rules.extraction.cells import Cell, Row, overlap
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.form import Form
from netos_core.documents.rules.extraction.labels import Label, label_of
from netos_core.documents.rules.extraction.script import Script

_I = re.IGNORECASE
Part = tuple[str, int, int]
_ID = re.compile(r"[A-Z0-9][A-Z0-9./_-]{3,40}[A-Z0-9]|[A-Z0-9]{4,}")
_ECCKT = re.compile(
    r"\b(?:\d{2,3}/[A-Z0-9]{3,6}/\d{4,7}(?:/\d{0,4})?/[A-Z]{2,5}|"
    r"\d{2}\.[A-Z]{4}\.\d{5,7}(?:\.\d{0,3})?\.{1,2}[A-Z]{2,4}|[A-Z]{4}[./]\d{5,7}[./]{1,3}[A-Z0-9]{2,5}|"
    r"[A-Z]{4}/\d{5,7}//?[A-Z]{2,4}|\d{2,3}/[A-Z0-9]{2,6}/[A-Z]{6,8}[A-Z0-9]{2,5}/[A-Z]{6,8}[A-Z0-9]{2,5})\b"
)
_IN_TEXT = re.compile(
    r"\b(?i:circuit|ckt|ecckt)\s*(?i:id(?:entifier)?s?|number|no\.?|"
    r"#)\s*[:#]?\s*(?:is\s+)?(?P<id>[A-Z0-9][A-Z0-9./_-]{4,40}[A-Z0-9])"
)
_SPEED = re.compile(
    r"(?<![\w.$])(?P<count>\d{1,4}(?:,\d{3})?(?:\.\d+)?)\s?(?P<unit>[GMK](?:b(?:ps|it/s|/s|its?/s)?|bE|ig(?:E|"
    r"abit)?|E)?|gig(?:abit)?s?(?:\s+per\s+second)?|meg(?:abit)?s?)\b(?!\s*(?:\$|USD))",
    _I,
)
_CARRIED = re.compile(r"\b(?:OC-?(?:3|12|48|192)c?|DS-?[013]|T-?[13]|E-?1|STM-?\d{1,2})\b")
_KINDS = re.compile(
    r"Dedicated Internet Access|Dedicated Internet|Ethernet Virtual Private Line|Ethernet Private Line|"
    r"Ethernet Dedicated Internet|Ethernet Transport|Ethernet Access|Switched Ethernet|Metro Ethernet|E-?LAN|"
    r"Optical Wavelength|Wavelengths?(?: Service)?|Lit Wave|Dark Fiber(?: (?:IRU|Lease))?|IP Transit|"
    r"Internet Transit|MPLS(?: IP-?VPN)?|IP-?VPN|VPLS|Private Line|Point[\s-]to[\s-]Point|Business Internet|"
    r"Broadband Internet|Fiber Internet|Internet Access|SD-?WAN|SIP Trunk(?:ing|s)?|Cross[\s-]Connects?|"
    r"Colocation|Fixed Wireless(?: Access)?|Tower (?:Lease|Space)|\bDIA\b|\bEPL\b|\bEVPL\b|\bEPLAN\b",
    _I,
)
_STREET = re.compile(
    r"\d{1,6}(?:-\d{1,5})?\s+(?:[NSEW]\.?\s+|North\s+|South\s+|East\s+|"
    r"West\s+)?(?:[A-Z0-9][\w.'’-]*\s+){0,5}?(?:Street|St|Avenue|Ave|Av|Boulevard|Blvd|Road|Rd|Drive|Dr|Lane|Ln|"
    r"Way|Parkway|Pkwy|Court|Ct|Place|Pl|Plaza|Highway|Hwy|Broadway|Circle|Cir|Square|Sq|Terrace|Trail|Pike|Loop|"
    r"Row|Route|Expressway|Freeway|Fwy|Turnpike|Tpke|Commons|Crossing|Center|Centre|(?:County|State|"
    r"Farm)\s+(?:Road|Route|Highway)\s+\d+|(?:Highway|Route|FM)\s+\d+)\b\.?(?:\s+(?:[NSEW]{1,2}|North|South|East|"
    r"West)\b)?"
)
_WHOLE = re.compile(
    _STREET.pattern + r"(?:[,\s]+(?:Suite|Ste\.?|Floor|Fl\.?|Rm\.?|Room|Unit|Bldg\.?|Building|#)\s?[\w-]+|"
    r"[,\s]+\d{1,2}(?:st|nd|rd|th)\s+(?:Floor|"
    r"Fl\.?))*(?:[,\s]+[A-Z][\w.'’ -]{1,30}?[,\s]+[A-Z]{2}\.?\s+\d{5}(?:-\d{4})?)?"
)
_ZIP = re.compile(r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b")
_NOT_THE_SITE = re.compile(r"bill|notice|remit|mail|headquarter|principal|corporate|invoice|legal", _I)
_NOT_A_KIND = re.compile(r"^(?:\d|\$|n/?a\b)|@", _I)
_LONGEST_KIND = 80
_INITIALS = 2
_BROKEN, _SHORT = 2, 6


def services(script: Script, form: Form) -> Iterator[Finding]:
    """Find circuits, bandwidth, kind and places of what is ordered."""
    yield from _circuits(script, form)
    yield from _bandwidth(script, form)
    yield from _kind(script, form)
    yield from _addresses(script, form)


def _several(
    script: Script, name: FieldName, parts: Iterable[Part], score: float, *, joined: bool = False
) -> Iterator[Finding]:
    """Make one finding of several values; it quotes as many of them as stand on the page of the first."""
    distinct: dict[str, Part] = {}
    for part in parts:
        distinct.setdefault(re.sub(r"\W", "", part[0]).lower(), part)
    kept = tuple(
        part for key, part in distinct.items() if not any(other != key and other.startswith(key) for other in distinct)
    )
    if not kept:
        return
    page = script.page_at(kept[0][1])
    last = [part for part in kept if script.page_at(part[1]) == page][-1]
    values = tuple(part[0] for part in kept)
    value = "; ".join(values) if joined else values
    yield Finding(name, value, kept[0][1], kept[0][1], max(last[2], kept[0][2]), score, parts=kept)


def _circuits(script: Script, form: Form) -> Iterator[Finding]:
    parts = [part for cells in form.cells(Label.CIRCUIT) for cell in _whole_ids(cells) for part in _ids(cell)]
    parts += [part for one in form.values(Label.CIRCUIT) for part in _ids(one.value)]
    parts += [
        (found["id"], found.start("id"), found.end("id"))
        for found in _IN_TEXT.finditer(script.text)
        if _is_id(found["id"])
    ]
    parts += [(found[0], found.start(), found.end()) for found in _ECCKT.finditer(script.text)]
    ordered = sorted(parts, key=lambda part: part[1])
    whole = [part for part in ordered if not any(_is_end_of(part, other) for other in ordered)]
    yield from _several(script, FieldName.CIRCUIT_IDS, whole, 0.9)


def _is_end_of(part: Part, other: Part) -> bool:
    """Whether an id is the end of another, which is printed with something before it."""
    before, id_, after = other[0].upper().rpartition(part[0].upper())
    return bool(id_ and before) and not after and not before[-1].isalnum()


def _whole_ids(cells: Sequence[Cell]) -> list[Cell]:
    """Put together an id that a narrow column has broken over two lines."""
    if (
        len(cells) == _BROKEN
        and all(" " not in cell.text for cell in cells)
        and len(cells[1].text) < _SHORT
        and _is_id(cells[0].text)
    ):
        first, second = cells
        return [replace(first, text=first.text + second.text, end=first.end)]
    return list(cells)


def _ids(cell: Cell) -> Iterator[Part]:
    for found in _ID.finditer(cell.text):
        if _is_id(found[0]):
            yield found[0], cell.start + found.start(), cell.start + found.end()


def _is_id(text: str) -> bool:
    letters = sum(c.isalnum() for c in text)
    digits = sum(c.isdigit() for c in text)
    is_date = re.fullmatch(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}", text)
    return letters > 4 and digits > 1 and not is_date and not _SPEED.fullmatch(text)  # noqa: PLR2004


def _speeds(text: str, offset: int) -> Iterator[Part]:
    for found in _SPEED.finditer(text):
        scale = {"g": "Gbps", "m": "Mbps", "k": "Kbps"}[found["unit"][0].lower()]
        count = found["count"].replace(",", "")
        plain = count.rstrip("0").rstrip(".") if "." in count else count
        yield f"{plain} {scale}", offset + found.start(), offset + found.end()
    for found in _CARRIED.finditer(text):
        yield found[0], offset + found.start(), offset + found.end()


def _bandwidth(script: Script, form: Form) -> Iterator[Finding]:
    parts: list[Part] = []
    heads = [
        (column.head.text, cells)
        for table in form.tables
        for row in table.rows
        for number, column in enumerate(table.columns)
        if column.label is Label.BANDWIDTH and (cells := row.get(number))
    ]
    heads += [(one.head.text, [one.value]) for one in form.values(Label.BANDWIDTH)]
    for head, cells in heads:
        for cell in cells:
            found = list(_speeds(cell.text, cell.start))
            scale = re.search(r"[MG]bps", head, _I)
            if not found and scale and re.fullmatch(r"\d[\d,]*", cell.text):
                found = [(f"{cell.text.replace(',', '')} {scale[0].title()}", cell.start, cell.end)]
            parts += found
    if parts:
        yield from _several(script, FieldName.BANDWIDTH, parts, 0.92, joined=True)
        return
    lines = [cell for label in (Label.SERVICE,) for cells in form.cells(label) for cell in cells] + [
        one.value for one in form.values(Label.SERVICE)
    ]
    parts = [part for cell in lines for part in _speeds(cell.text, cell.start)]
    if parts:
        yield from _several(script, FieldName.BANDWIDTH, parts, 0.85, joined=True)
        return
    for span in script.sentences:
        said = script.said(span)
        if re.search(r"bandwidth|circuit|\bport\b|internet|ethernet|wavelength|capacity|transit", said, _I):
            parts += [part for part in _speeds(said, span.start) if part[0][0].isdigit()]
    if parts and (form.tables or len(script.text) < 30_000):  # noqa: PLR2004  an order, not a book of terms
        yield from _several(script, FieldName.BANDWIDTH, parts[:4], 0.6, joined=True)


def _kind(script: Script, form: Form) -> Iterator[Finding]:
    told: list[tuple[Cell, float]] = [(one.value, 0.9) for one in form.values(Label.SERVICE)]
    told += [(cells[0], 0.85) for cells in form.cells(Label.SERVICE)]
    for cell, score in told:
        known = _KINDS.search(cell.text)
        if known is not None:
            yield Finding(
                FieldName.SERVICE_TYPE, known[0], cell.start + known.start(), cell.start, cell.end, score + 0.05
            )
        elif (
            len(cell.text) < _LONGEST_KIND
            and not _NOT_A_KIND.search(cell.text)
            and label_of(cell.text) is None
            and len(cell.text) > _INITIALS
        ):
            yield Finding(FieldName.SERVICE_TYPE, cell.text, cell.start, cell.start, cell.end, score - 0.25)
    for found in _KINDS.finditer(script.text):
        span = script.sentence_at(found.start())
        share = found.start() / max(len(script.text), 1)
        start, end = max(span.start, found.start() - 80), min(span.end, found.end() + 80)
        yield Finding(FieldName.SERVICE_TYPE, found[0], found.start(), start, max(end, found.end()), 0.62 - share * 0.1)
        break


def _addresses(script: Script, form: Form) -> Iterator[Finding]:
    parts: list[Part] = []
    for one in form.values(Label.ADDRESS):
        if not _NOT_THE_SITE.search(one.head.text):
            parts += _place([one.value, *_continued(form.rows, one.value)])
    for cells in form.cells(Label.ADDRESS):
        parts += _place(cells)
    for found in re.finditer(
        r"(?:located at|service (?:address|location)s?|premises at|installed at|site at|between)\s*:?\s+(?=\d)",
        script.text,
        _I,
    ):
        whole = _WHOLE.match(script.text, found.end())
        if whole and not _NOT_THE_SITE.search(script.text[max(found.start() - 60, 0) : found.start()]):
            parts.append((" ".join(whole[0].split()), whole.start(), whole.end()))
            other = re.compile(r",?\s+(?:and|to)\s+(?=\d)").match(script.text, whole.end())
            if other and (second := _WHOLE.match(script.text, other.end())):
                parts.append((" ".join(second[0].split()), second.start(), second.end()))
    yield from _several(script, FieldName.ADDRESSES, parts, 0.85)


def _place(cells: Sequence[Cell]) -> list[Part]:
    text = " ".join(cell.text for cell in cells)
    if not (_STREET.search(text) or _ZIP.search(text)):
        return []
    end = _ZIP.search(text)
    return [(text[: end.end()] if end else text.strip(" ,"), cells[0].start, cells[-1].end)]


def _continued(rows: Sequence[Row], value: Cell) -> Iterator[Cell]:
    """Give the lines an address goes on over, up to its postal code."""
    if _ZIP.search(value.text):
        return
    before = value
    for row in rows:
        if row[0].page != value.page or row[0].start <= value.end:
            continue
        if row[0].top - before.bottom > 10:  # noqa: PLR2004  points
            return
        found = max(row, key=lambda one: overlap(value, one))
        if abs(found.x0 - value.x0) > 6 or ":" in found.text or label_of(found.text) is not None:  # noqa: PLR2004  points
            return
        yield found
        if _ZIP.search(found.text):
            return
        before = found
