"""The PDF of a letter is kept with the proposal that would send it, so that what goes out is what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from netos_core.changes.rules import Change
from netos_core.documents import staging
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict
from netos_core.letters import paper
from netos_core.letters.queries import finding
from netos_core.letters.wording import Part


def keep(ctx: Context, changes: Sequence[Change]) -> None:
    """Stage the PDF of each letter that these changes would send; no record names it before they are applied."""
    sent = [change for change in changes if change.entity == "letter" and change.after.get("pdf_sha256")]
    rows = finding.rows_by_id(ctx, {change.id for change in sent}) if sent else {}
    for change in sent:
        parts = tuple(Part(told["part"], told["text"]) for told in change.after["wording"])
        told = change.after.get("letter_date")
        made = paper.printed(parts, change.ref, date.fromisoformat(told) if told else rows[change.id]["letter_date"])
        if made.sha256 != change.after["pdf_sha256"]:
            raise Conflict(f"{change.ref} was printed differently a moment ago.", fix="Propose its sending again.")
        staging.stage(ctx, made.pdf, f"{change.ref}.pdf")
