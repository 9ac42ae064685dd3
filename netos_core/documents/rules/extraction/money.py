"""Amounts of money in text."""

from __future__ import annotations

import re
from decimal import Decimal

AMOUNT = (
    r"(?:(?P<sign>US\$|CA\$|C\$|A\$|USD|CAD|EUR|GBP|[$€£])\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|"
    r"\d+(?:\.\d{1,2})?)(?![\d%])(?:\s?(?P<after>USD|CAD|EUR|GBP))?"
)
"""An amount as a pattern; whether a bare number is one its label must tell."""
SIGNED = re.compile(AMOUNT.replace(r"\s?)?(?P<number>", r"\s?)(?P<number>"))
ANY = re.compile(rf"(?<![\w.,/-]){AMOUNT}")
FREE = re.compile(r"\b(?:waived|no charge|none|free|included|n/c)\b", re.IGNORECASE)
_CODES = {"US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "€": "EUR", "£": "GBP", "$": "USD"}


def value_of(found: re.Match[str]) -> Decimal:
    number = Decimal(found["number"].replace(",", ""))
    return number.quantize(Decimal("0.01"))


def currency_of(found: re.Match[str]) -> str | None:
    """Give the currency an amount is marked with; a bare dollar sign is taken for US dollars."""
    sign = found["after"] or found["sign"]
    return _CODES.get(sign, sign) if sign else None
