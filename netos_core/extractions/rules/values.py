"""The values of fields, as they are kept, typed by a person, and written into a contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.kernel.errors import Invalid

MANDATORY = (FieldName.MRC, FieldName.ETF, FieldName.INITIAL_TERM_MONTHS)
"""What a person decides, however sure the reading is: what we pay, for how long, and what leaving costs."""

LABELS: Mapping[FieldName, str] = {
    FieldName.MRC: "MRC",
    FieldName.NRC: "NRC",
    FieldName.ETF: "ETF",
    FieldName.INITIAL_TERM_MONTHS: "Initial term (months)",
    FieldName.RENEWAL_TERM_MONTHS: "Renewal term (months)",
    FieldName.NOTICE_DAYS: "Notice (days)",
    FieldName.AUTO_RENEWS: "Renews by itself",
    FieldName.CIRCUIT_IDS: "Circuit ids",
}

PLAIN: Mapping[FieldName, str] = {
    FieldName.MRC: "mrc",
    FieldName.NRC: "nrc",
    FieldName.CURRENCY: "currency",
    FieldName.INITIAL_TERM_MONTHS: "term_months",
    FieldName.RENEWAL_TERM_MONTHS: "renewal_term_months",
    FieldName.AGREEMENT_DATE: "signed_date",
    FieldName.EFFECTIVE_DATE: "term_start_date",
    FieldName.EXPIRATION_DATE: "term_end_date",
    FieldName.END_OF_TERM: "end_of_term",
    FieldName.NOTICE_DAYS: "notice_count",
}
"""The column of a contract a field becomes as it stands."""

USED = frozenset({*PLAIN, FieldName.ETF, FieldName.ESCALATOR, FieldName.CIRCUIT_IDS, FieldName.PROVIDER})
"""The fields a contract is made of; of the others a person is only shown what the document says."""

SURE = 0.8
"""From so sure a reading on, a field that is not mandatory and says itself what it says needs no person."""

_NUMBER = re.compile(r"(\d{1,5})(?:\s*(?:months?|days?))?", re.IGNORECASE)
_ENDS = ("auto_renew", "roll", "auto_disconnect", "unknown")


def label_of(name: FieldName) -> str:
    """Call a field as a page does."""
    return LABELS.get(name, str(name).replace("_", " ").capitalize())


def typed(name: FieldName, text: str) -> Any:
    """Read what a person typed for a field; it is kept as the extraction keeps values, as JSON.

    Raises:
        Invalid: It is no such value.
    """
    said = " ".join(text.split())
    if not said:
        raise Invalid(f"{label_of(name)} is empty.", field=name, fix="Type it, or reject the field.")
    for names, read in _READERS:
        if name in names:
            return read(name, said)
    return said


def _money(name: FieldName, said: str) -> str:
    try:
        amount = Decimal(re.sub(r"[$€£,\s]", "", said))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < Decimal("1e12"):
        raise Invalid(f"{label_of(name)} is an amount.", field=name, fix="Such as 1250.00.")
    return f"{amount:f}"


def _count(name: FieldName, said: str) -> int:
    found = _NUMBER.fullmatch(said)
    if found is None:
        raise Invalid(f"{label_of(name)} is a whole number.", field=name, fix="Such as 36.")
    return int(found[1])


def _day(name: FieldName, said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise Invalid(f"{label_of(name)} is a date.", field=name, fix="Such as 2026-03-31.") from None


def _several(_: FieldName, said: str) -> list[str]:
    return [part for one in said.split(";") if (part := one.strip())]


def _truth(name: FieldName, said: str) -> bool:
    if said.lower() not in ("yes", "no", "true", "false"):
        raise Invalid(f"{label_of(name)} is yes or no.", field=name)
    return said.lower() in ("yes", "true")


def _end(name: FieldName, said: str) -> str:
    code = said.lower().replace(" ", "_")
    if code not in _ENDS:
        raise Invalid(
            f"{label_of(name)} is not one of the known values.", field=name, fix=f"Valid: {', '.join(_ENDS)}."
        )
    return code


_READERS: Sequence[tuple[frozenset[FieldName], Callable[[FieldName, str], Any]]] = (
    (frozenset({FieldName.MRC, FieldName.NRC}), _money),
    (frozenset({FieldName.INITIAL_TERM_MONTHS, FieldName.RENEWAL_TERM_MONTHS, FieldName.NOTICE_DAYS}), _count),
    (frozenset({FieldName.AGREEMENT_DATE, FieldName.EFFECTIVE_DATE, FieldName.EXPIRATION_DATE}), _day),
    (frozenset({FieldName.PARTIES, FieldName.CIRCUIT_IDS, FieldName.ADDRESSES}), _several),
    (frozenset({FieldName.AUTO_RENEWS, FieldName.TERMINATION_FOR_CONVENIENCE}), _truth),
    (frozenset({FieldName.END_OF_TERM}), _end),
)


def as_text(value: Any) -> str:
    """Write a kept value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)
