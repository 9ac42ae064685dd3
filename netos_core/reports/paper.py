"""A report on paper: a PDF of what its reader may see, in the typeface of the letters."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from netos_core.letters.paper import FONT, add_typeface, printable
from netos_core.reports.schemas import ReportChange, ReportLine, ReportView, SectionSums

if TYPE_CHECKING:
    from fpdf import FPDF

# Points on US Letter paper.
MARGIN, FOOT = 60.0, 48.0
SIZE, LEADING = 10.0, 13.5
INDENT = 12.0
GAP = 8.0


def printed(view: ReportView, letterhead: Sequence[str] = ()) -> bytes:
    """Print a report.

    Args:
        view: It, without what its reader may not see.
        letterhead: Our own name, if there is one.
    """
    pdf = _blank(view)
    if letterhead:
        _write(pdf, letterhead[0], size=9)
    _write(pdf, f"Renewals on {view.as_of}", size=18, leading=24, style="B")
    _write(pdf, f"{view.ref}. {view.contracts:,} contracts looked at: {view.headline}.")
    if view.at_risk:
        _write(pdf, f"Silence would commit {_sums(view.at_risk)}.", style="B")
    if view.note:
        _write(pdf, view.note)
    pdf.ln(GAP)
    for block in view.text:
        _block(pdf, block.kind, "".join(part.text for part in block.parts))
    for section in view.sections:
        _section(pdf, section, [line for line in view.lines if line.section == section.name])
    _changes(pdf, view)
    return bytes(pdf.output())


def _blank(view: ReportView) -> FPDF:
    from fpdf import FPDF  # lazy: it takes a while to import

    # The library puts the number of pages where this mark stands, so it is one that the report does not hold.
    said = view.model_dump_json()
    total = next(mark for n in itertools.count() if (mark := f"<{n}>") not in said)

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-FOOT)
            self.set_font(FONT, size=8.5)
            self.cell(0, 12, f"{view.ref}, page {self.page_no()} of {total}", align="C")

    pdf = Sheet(unit="pt", format="letter")
    pdf.alias_nb_pages(total)
    pdf.c_margin = 0
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_auto_page_break(auto=True, margin=MARGIN + GAP)
    pdf.set_creation_date(datetime.combine(view.as_of, time(12), UTC))
    pdf.set_producer("NetOS")
    pdf.set_title(f"{view.ref}: renewals on {view.as_of}")
    pdf.set_lang("en-US")
    add_typeface(pdf)
    pdf.add_page()
    return pdf


def _block(pdf: FPDF, kind: str, text: str) -> None:
    if kind == "heading":
        _heading(pdf, text)
    else:
        _write(pdf, text, mark="•" if kind == "bullet" else "")
        pdf.ln(GAP / 2)


def _section(pdf: FPDF, section: SectionSums, lines: Sequence[ReportLine]) -> None:
    money = f", {_sums(section.at_risk)} at risk" if section.at_risk else ""
    _heading(pdf, f"{section.name.capitalize()}: {section.contracts:,}{money}")
    _write(pdf, section.meaning)
    for line in lines:
        amount = f" {_amount(line.at_risk, line.currency)} at risk." if line.at_risk is not None else ""
        decided = f" Decided to {line.choice}, {line.owner or 'nobody owns it'}." if line.choice else ""
        _write(pdf, f"{line.contract} {line.title}. {_due(line)}{line.why}{decided}{amount}", mark="•")
    if section.contracts > len(lines):
        _write(pdf, f"and {section.contracts - len(lines):,} more.")


def _due(line: ReportLine) -> str:
    if line.act_by is None or line.days_left is None:
        return ""
    days = f"{abs(line.days_left)} day{'' if abs(line.days_left) == 1 else 's'}"
    return f"Act by {line.act_by}, {f'{days} past' if line.days_left < 0 else f'{days} left'}. "


def _changes(pdf: FPDF, view: ReportView) -> None:
    _heading(pdf, f"Changed since {view.since}: {view.changed:,}")
    if view.missed_cost:
        _write(pdf, f"Deadlines that were missed have committed {_sums(view.missed_cost)}.")
    for change in view.changes:
        _write(pdf, f"{change.on} {change.contract} {change.title}: {_step(change)}", mark="•")
    if view.changed > len(view.changes):
        _write(pdf, f"and {view.changed - len(view.changes):,} more.")


def _step(change: ReportChange) -> str:
    cost = f", which committed {_amount(change.missed_cost, change.currency or '')}" if change.missed_cost else ""
    if change.missed:
        return f"renewed in silence{cost}."
    return f"{change.from_state or 'new'} to {change.state}."


def _sums(amounts: Mapping[str, Decimal]) -> str:
    return " + ".join(_all(sorted(amounts.items())))


def _all(amounts: Iterable[tuple[str, Decimal]]) -> list[str]:
    return [_amount(value, currency) for currency, value in amounts]


def _amount(value: Decimal | None, currency: str) -> str:
    return "" if value is None else f"{value:,.2f} {currency}"


def _heading(pdf: FPDF, text: str) -> None:
    if pdf.will_page_break(4 * LEADING):
        pdf.add_page()
    pdf.ln(GAP)
    _write(pdf, text, size=12.5, leading=18, style="B")


def _write(
    pdf: FPDF, text: str, *, size: float = SIZE, leading: float = LEADING, style: str = "", mark: str = ""
) -> None:
    pdf.set_font(FONT, style, size)
    if mark:
        pdf.cell(INDENT, leading, mark)
        pdf.set_x(MARGIN + INDENT)
    pdf.set_left_margin(MARGIN + (INDENT if mark else 0))
    pdf.multi_cell(0, leading, printable(text), align="L", new_x="LMARGIN", new_y="NEXT", markdown=False)
    pdf.set_left_margin(MARGIN)
    pdf.set_x(MARGIN)
