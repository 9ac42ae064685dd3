"""What is read out of a contract: named values, each with its proof on a page.

Whoever extracts, by rules or by a model, answers with this one type; `quotes` checks it against the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class FieldName(StrEnum):
    """The fields of a contract, in the order they are shown."""

    PARTIES = "parties"
    AGREEMENT_DATE = "agreement_date"
    EFFECTIVE_DATE = "effective_date"
    EXPIRATION_DATE = "expiration_date"
    INITIAL_TERM_MONTHS = "initial_term_months"
    RENEWAL_TERM_MONTHS = "renewal_term_months"
    AUTO_RENEWS = "auto_renews"
    END_OF_TERM = "end_of_term"
    NOTICE_DAYS = "notice_days"
    GOVERNING_LAW = "governing_law"
    TERMINATION_FOR_CONVENIENCE = "termination_for_convenience"
    LIABILITY_CAP = "liability_cap"
    LIQUIDATED_DAMAGES = "liquidated_damages"
    MINIMUM_COMMITMENT = "minimum_commitment"
    PROVIDER = "provider"
    CIRCUIT_IDS = "circuit_ids"
    SERVICE_TYPE = "service_type"
    BANDWIDTH = "bandwidth"
    MRC = "mrc"
    NRC = "nrc"
    CURRENCY = "currency"
    ETF = "etf"
    ESCALATOR = "escalator"
    ADDRESSES = "addresses"


Box = tuple[float, float, float, float]
"""Left, top, right and bottom on the page, in points from its top left corner."""
Value = str | int | bool | Decimal | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Words that stand on a page, counted from 1, and where."""

    page: int
    quote: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a field that has several."""

    value: str
    proof: Proof

    def as_dict(self) -> dict[str, Any]:
        return {"value": self.value, **_proof(self.proof)}


@dataclass(frozen=True, slots=True)
class Field:
    """A value the document states.

    Args:
        confidence: From 0 to 1; what was read from a picture is never as sure as what the file says in letters.
        is_counted: The value is counted from what the quote says (a date from a term, a sum from its rows).
        items: Of a field with several values each one, with its own proof.
    """

    name: FieldName
    value: Value
    confidence: float
    proof: Proof
    is_counted: bool = False
    items: tuple[Item, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the field as `netos documents extract` prints it."""
        told = {"name": str(self.name), "value": _plain(self.value), "confidence": round(self.confidence, 2)}
        told |= _proof(self.proof)
        if self.is_counted:
            told["counted"] = True
        if self.items:
            told["items"] = [item.as_dict() for item in self.items]
        return told


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know before trusting the fields; in words of ours, never of the document.

    Args:
        candidates: Where a field can be read in more than one way, each reading with its proof.
    """

    code: str
    message: str
    field: FieldName | None = None
    page: int | None = None
    candidates: tuple[Field, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        told = {"code": self.code, "message": self.message, "field": self.field and str(self.field), "page": self.page}
        if self.candidates:
            return {**told, "candidates": [one.as_dict() for one in self.candidates]}
        return told


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything read out of one document. A name that is absent means the document does not say."""

    pages: int
    ocr_pages: tuple[int, ...]
    fields: tuple[Field, ...]
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the result as `netos documents extract` prints it."""
        return {
            "pages": self.pages,
            "ocr_pages": list(self.ocr_pages),
            "fields": [field.as_dict() for field in self.fields],
            "problems": [problem.as_dict() for problem in self.problems],
        }


def _proof(proof: Proof) -> dict[str, Any]:
    return {"page": proof.page, "quote": proof.quote, "box": proof.box and list(proof.box)}


def _plain(value: Value) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
