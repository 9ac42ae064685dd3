"""The clause of leaving and of rising, from the words that were read to typed terms; what is not plain stays words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

_I = re.IGNORECASE
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s?%", _I)
_AMOUNT = re.compile(r"[$€£]\s?(\d[\d,]*(?:\.\d\d)?)")
_REMAINING = re.compile(r"\bremain|\bunexpired|\bbalance|rest of the", _I)
_FIRST_YEAR = re.compile(
    r"(?:first|1st)\s+(?:contract\s+)?(?:year|(?:twelve\s*)?(?:\(?12\)?\s*)?months)|months?\s+1\s*(?:-|–|to|through)\s*12|"
    r"year\s+(?:one|1)\b",
    _I,
)
_AFTER = re.compile(
    r"thereafter|balance\s+of\s+the\s+term|months?\s+13|remaining\s+months\s+(?:of\s+the\s+term|after)", _I
)
_MORE = re.compile(
    r"waived|third[\s-]part|construction|non[\s-]?recurring|\bNRC\b|install|credits?\b|discount|\bcap\b|not\s+exceed|"
    r"greater|lesser|minimum|at least|less\s+(?:any|the)|\bplus\b|net\s+present|average|present value",
    _I,
)
_WHOLE = re.compile(r"\b(?:all|the sum of all|the balance of|the remainder|the remaining|100\s?%)", _I)
_FREE = re.compile(r"\s*(?:none|no (?:fee|charge|etf)|\$?0(?:\.00)?)\s*\.?\s*", _I)
_YEARLY = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)\s?% a year")
FIRST_AFTER_YEAR = 13
HALVES = 2


def etf_terms_of(said: str) -> dict[str, Any] | None:
    """Read a clause as the formula of `docs/etf.md`; None where it says more than a formula can be read from safely.

    A clause with more parts than its percentages (a waived NRC, costs of others, a limit) is never cut down to them.
    """
    if _FREE.fullmatch(said):
        return {"kind": "none"}
    if _MORE.search(said):
        return None
    percents = [Decimal(found) for found in _PERCENT.findall(said)]
    amounts = _AMOUNT.findall(said)
    if amounts and not percents:
        only = len(amounts) == 1 and not _REMAINING.search(said) and "month" not in said.lower()
        return {"kind": "fixed", "amount": amounts[0].replace(",", "")} if only else None
    if amounts:
        return None
    if len(percents) == HALVES and _FIRST_YEAR.search(said) and _AFTER.search(said):
        first, then = percents
        bands = [{"from_month": 1, "percent": f"{first:f}"}, {"from_month": FIRST_AFTER_YEAR, "percent": f"{then:f}"}]
        return {"kind": "percent", "bands": bands}
    if len(percents) == 1 and _REMAINING.search(said) and not _FIRST_YEAR.search(said):
        return {"kind": "percent", "bands": [{"from_month": 1, "percent": f"{percents[0]:f}"}]}
    if not percents and _REMAINING.search(said) and _WHOLE.search(said) and not _FIRST_YEAR.search(said):
        return {"kind": "remainder"}
    return None


def escalator_of(said: str) -> dict[str, Any] | None:
    """Read a yearly rise as a typed escalator; None for an index, whose course the document does not say."""
    found = _YEARLY.fullmatch(said.strip())
    return {"kind": "percent", "percent": found[1]} if found else None
