"""What a row says of a term, its end and its notice; nothing is filled in that it does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netos_core.changes.rules import Change
from netos_core.contracts.plans import warnings_of
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.imports.rules.cells import NoticePeriod
from netos_core.imports.rules.preview import StagedRow
from netos_core.kernel.context import Context

MOST_TOLD = 5

TERM_FIELDS = ("term_months", "term_start_date", "term_end_date", "auto_renews", "notice", "contract_number")
_ENDINGS = {"roll": EndOfTerm.ROLL, "autoRenew": EndOfTerm.AUTO_RENEW, "autoDisconnect": EndOfTerm.AUTO_DISCONNECT}
_KIND_WORDS = (
    (ContractKind.AMENDMENT, ("amendment", "addendum", "amend")),
    (ContractKind.IRU, (" iru", "indefeasible", "right of use")),
    (ContractKind.ORDER, ("order", "schedule", "statement of work", "sow", "sof", "quote")),
    (ContractKind.AGREEMENT, ("agreement", "msa", "master", "framework")),
)


def clause(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a row says of the end of the term and of notice."""
    fields: dict[str, Any] = {}
    if "end_of_term" in said:
        fields["end_of_term"] = _ENDINGS[said["end_of_term"]]
    elif said.get("auto_renews") is True:
        fields["end_of_term"] = EndOfTerm.AUTO_RENEW
    notice = said.get("notice")
    if isinstance(notice, NoticePeriod):
        fields |= {"notice_count": notice.count, "notice_unit": notice.unit}
    elif "notice_days" in said:
        fields |= {"notice_count": said["notice_days"], "notice_unit": "days"}
    return fields


def kind_of(words: str) -> ContractKind | None:
    """Read the kind of a contract from what the sheet calls it, where one of the trade's words is in it."""
    said = f" {words.casefold()}"
    return next((kind for kind, known in _KIND_WORDS if any(word in said for word in known)), None)


def contradictions(ctx: Context, changes: Sequence[Change], rows: Mapping[str, int]) -> tuple[str, ...]:
    """Say which rows tell terms that contradict themselves, the first few of them in full.

    Args:
        ctx: The call.
        changes: The planned contracts.
        rows: The row each contract came from, by its reference.
    """
    told = [(warning.partition(": ")) for warning in warnings_of(ctx, changes)]
    full = [f"Row {rows[ref]}: {words}" for ref, _, words in told[:MOST_TOLD]]
    left = len(told) - len(full)
    return (*full, *([f"{left} more rows tell terms that contradict themselves."] if left else []))


def terms_told(row: StagedRow) -> dict[str, Any]:
    return {name: row.values[name] for name in TERM_FIELDS if name in row.values and name != "contract_number"}
