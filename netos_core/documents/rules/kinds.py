"""The kinds of documents, and the class of what each shows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class DocumentKind(StrEnum):
    CONTRACT = "contract"
    LOA_CFA = "loa_cfa"
    INVOICE = "invoice"
    QUOTE = "quote"
    PHOTO = "photo"
    KMZ = "kmz"
    SITE_SURVEY = "site_survey"
    PERMIT = "permit"
    DRAWING = "drawing"
    NOTICE = "notice"
    OTHER = "other"


class Sensitivity(StrEnum):
    """The strictest class of what a document shows."""

    OPEN = "open"
    MONEY = "money"
    BANK = "bank"


SEEN_WITH: Mapping[Sensitivity, str | None] = {
    Sensitivity.OPEN: None,
    Sensitivity.MONEY: "see:money",
    Sensitivity.BANK: "see:bank",
}
"""The right without which a document of a class is not shown."""

_STRICTNESS = tuple(Sensitivity)
_PRICED = frozenset({DocumentKind.CONTRACT, DocumentKind.INVOICE, DocumentKind.QUOTE})


def least_class(kind: DocumentKind) -> Sensitivity:
    """Return the class a new document of a kind has at least: contracts, invoices and quotes show amounts."""
    return Sensitivity.MONEY if kind in _PRICED else Sensitivity.OPEN


def is_laxer(one: Sensitivity, other: Sensitivity) -> bool:
    return _STRICTNESS.index(one) < _STRICTNESS.index(other)


def classes_seen(rights: frozenset[str]) -> list[Sensitivity]:
    """List the classes these rights show."""
    return [one for one, right in SEEN_WITH.items() if right is None or right in rights]
