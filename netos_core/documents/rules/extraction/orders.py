"""The terms an order form states with labels: term, renewal, notice, dates, sides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netos_core.contracts.rules import term_end_date
from netos_core.documents.rules.extraction.cells import Cell
from netos_core.documents.rules.extraction.dates import days_said, puts_day_first
from netos_core.documents.rules.extraction.durations import Unit, durations
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding, best
from netos_core.documents.rules.extraction.form import Form
from netos_core.documents.rules.extraction.labels import Label, Stated
from netos_core.documents.rules.extraction.parties import parties
from netos_core.documents.rules.extraction.renewal import AUTO_DISCONNECT, AUTO_RENEW, ROLL
from netos_core.documents.rules.extraction.script import Script

_I = re.IGNORECASE
_DATES = {
    Label.AGREED: FieldName.AGREEMENT_DATE,
    Label.STARTS: FieldName.EFFECTIVE_DATE,
    Label.ENDS: FieldName.EXPIRATION_DATE,
}
_LONGEST_NAME = 70
_TITLE_WITHIN = 320
_ROLE = re.compile(
    r"""(?:service provider|provider|carrier|supplier|vendor|seller|lessor|licensor|landlord|grantor)\s*,?["“”]""",
    _I,
)
_LETTERHEAD = re.compile(
    r"^(?P<name>[A-Z][\w&.,'’ -]{2,50}?(?:,?\s(?:Inc|LLC|L\.L\.C|Ltd|Corp|Corporation|Company|Co|L\.P|LP|"
    r"Networks?|Communications?|Telecom|Fiber|Broadband|Telephone|Cable|Carrier Services|Business|"
    r"Wholesale)\b\.?)+)"
)


def orders(script: Script, form: Form) -> Iterator[Finding]:
    """Find what an order form says with labels."""
    yield from _terms(form)
    yield from _renewals(form)
    yield from _dates(script, form)
    yield from _sides(script, form)


def _proof(one: Stated) -> tuple[int, int]:
    return min(one.head.start, one.value.start), max(one.head.end, one.value.end)


def _months(head: str, cell: Cell) -> int | None:
    """Read a term; a bare number counts what its label says."""
    for one in durations(cell.text):
        if one.term_months:
            return one.term_months
    bare = re.fullmatch(r"(\d{1,3})\s*(?:mos?\.?|mths?\.?|m)?", cell.text.strip(), _I)
    if bare is not None:
        if re.search(r"\d\s*m", cell.text, _I) or re.search(r"month|mos?\b", head, _I):
            return int(bare[1])
        if re.search(r"year|yrs?\b", head, _I):
            return int(bare[1]) * 12
    years = re.fullmatch(r"(\d{1,2})\s*(?:yrs?\.?|y)", cell.text.strip(), _I)
    return int(years[1]) * 12 if years else None


def _terms(form: Form) -> Iterator[Finding]:
    for one in form.values(Label.TERM):
        months = _months(one.head.text, one.value)
        if months and len(one.value.text.split()) < 25:  # noqa: PLR2004  a value, not a clause
            yield Finding(FieldName.INITIAL_TERM_MONTHS, months, one.value.start, *_proof(one), 0.96)
    found = [
        (table, row[number][0], months)
        for table in form.tables
        if (number := table.column(Label.TERM)) is not None
        for row in table.rows
        if number in row and (months := _months(table.columns[number].head.text, row[number][0]))
    ]
    if found and len({months for _, _, months in found}) == 1:
        table, cell, months = found[0]
        row = next(row for row in table.rows if any(cell in cells for cells in row.values()))
        start = min(one.start for cells in row.values() for one in cells)
        end = max(one.end for cells in row.values() for one in cells)
        yield Finding(FieldName.INITIAL_TERM_MONTHS, months, cell.start, start, end, 0.95)


def _renewals(form: Form) -> Iterator[Finding]:
    for one in form.values(Label.RENEWAL):
        text = one.value.text
        start, end = _proof(one)
        if re.search(r"month[\s-]to[\s-]month|\bMTM\b|\bM2M\b", text, _I):
            yield Finding(FieldName.END_OF_TERM, ROLL, one.value.start, start, end, 0.95)
            yield Finding(FieldName.AUTO_RENEWS, True, one.value.start, start, end, 0.9)
            yield Finding(FieldName.RENEWAL_TERM_MONTHS, 1, one.value.start, start, end, 0.9)
            continue
        if re.match(r"(?:no|none|not applicable|n/a)\b", text, _I):
            yield Finding(FieldName.AUTO_RENEWS, False, one.value.start, start, end, 0.9)
            yield Finding(FieldName.END_OF_TERM, AUTO_DISCONNECT, one.value.start, start, end, 0.55)
            continue
        months = _months(one.head.text, one.value)
        if months:
            yield Finding(FieldName.RENEWAL_TERM_MONTHS, months, one.value.start, start, end, 0.94)
        if months or re.match(r"yes|auto", text, _I):
            yield Finding(FieldName.AUTO_RENEWS, True, one.value.start, start, end, 0.88)
            yield Finding(FieldName.END_OF_TERM, AUTO_RENEW, one.value.start, start, end, 0.88)
    for one in form.values(Label.NOTICE):
        for found in durations(one.value.text):
            yield Finding(FieldName.NOTICE_DAYS, found.days, one.value.start, *_proof(one), 0.92)
            break
        else:
            if re.fullmatch(r"\d{1,3}", one.value.text) and re.search(Unit.DAY, one.head.text, _I):
                yield Finding(FieldName.NOTICE_DAYS, int(one.value.text), one.value.start, *_proof(one), 0.92)


def _dates(script: Script, form: Form) -> Iterator[Finding]:
    day_first = puts_day_first(script.text)
    started = None
    for label, name in _DATES.items():
        for one in form.values(label):
            days = days_said(one.value.text, one.value.start, day_first=day_first)
            if len(days) != 1 or len(one.value.text.split()) > 8:  # noqa: PLR2004  a value, not a clause
                continue
            strong = not re.fullmatch(r"date", one.head.text.partition(":")[0].strip(), _I)
            yield Finding(
                name,
                days[0].value,
                days[0].start,
                *_proof(one),
                (0.93 if strong else 0.6) - (0 if days[0].is_clear else 0.15),
            )
            started = days[0].value if label is Label.STARTS and started is None else started
    months = next((found.value for found in _terms(form)), None)
    if started is not None and isinstance(months, int):
        term = next(_terms(form))
        yield Finding(
            FieldName.EXPIRATION_DATE,
            term_end_date(started, months),
            term.at,
            term.start,
            term.end,
            0.8,
            is_counted=True,
        )


def _sides(script: Script, form: Form) -> Iterator[Finding]:
    named: list[tuple[str, int, int]] = []
    for label in (Label.PROVIDER, Label.CUSTOMER):
        for one in form.values(label):
            name = one.value.text.strip(" ,")
            if not 2 < len(name) < _LONGEST_NAME or not re.search("[A-Za-z]{2}", name):  # noqa: PLR2004
                continue
            if label is Label.PROVIDER:
                yield Finding(FieldName.PROVIDER, name, one.value.start, *_proof(one), 0.93)
            named.append((name, one.value.start, one.value.end))
            break
    provider = _by_role(script)
    if provider is not None:
        name, start, end = provider
        yield Finding(FieldName.PROVIDER, name, start, start, end, 0.88)
    head = next((row[0] for row in form.rows[:4] if _LETTERHEAD.match(row[0].text)), None)
    if head is not None and form.stated and not any(True for _ in form.values(Label.PROVIDER)):
        found = _LETTERHEAD.match(head.text)
        if found is not None and not any(one[0].lower() == found["name"].lower() for one in named):
            yield Finding(FieldName.PROVIDER, found["name"].strip(" ,"), head.start, head.start, head.end, 0.7)
            named.insert(0, (found["name"].strip(" ,"), head.start, head.start + len(found["name"])))
    if len(named) > 1:
        page = script.page_at(named[0][1])
        ends = [end for _, start, end in named if script.page_at(start) == page]
        starts = [start for _, start, _ in named if script.page_at(start) == page]
        yield Finding(
            FieldName.PARTIES,
            tuple(name for name, _, _ in named[:2]),
            named[0][1],
            min(starts),
            max(ends),
            0.8,
            parts=tuple(named[:2]),
        )


def _by_role(script: Script) -> tuple[str, int, int] | None:
    """Give the party a contract calls its provider, in the title that stands behind its name."""
    told = best(parties(script))
    if told is None:
        return None
    for number, (name, start, end) in enumerate(told.parts):
        following = told.parts[number + 1][1] if number + 1 < len(told.parts) else end + _TITLE_WITHIN
        if _ROLE.search(script.text, end, min(following, end + _TITLE_WITHIN)):
            return name, start, end
    return None
