"""The clauses of leaving and of rising that stand for a contract, as typed data; what is not plain stays words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from netos_core.contracts.rules.etf import escalator_of, etf_terms
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.leaving import etf_of
from netos_core.documents.rules.extraction.rising import rise_of
from netos_core.documents.rules.extraction.said import Typed

CLAUSES = (FieldName.ETF, FieldName.ESCALATOR)
BY_HAND = "type it on the contract's page"
_NAMES = {FieldName.ETF: "The ETF clause", FieldName.ESCALATOR: "The escalator"}


def typed_clause(
    name: FieldName, taken: Mapping[FieldName, Any], read: Mapping[str, Any] | None, *, by_rules: bool
) -> Typed:
    """Type the clause that stands for a field.

    Args:
        name: The field.
        taken: What stands for each field.
        read: What was read of it, where a person did not type it themselves.
        by_rules: Whether the rules alone have read it, which take a clause whole; another may have cut it down.
    """
    typed = _typed(name, str(taken[name]), taken)
    if typed.terms is None or read is None or by_rules:
        return typed
    if _typed(name, str(read["quote"]), taken).terms != typed.terms:
        return Typed(None, "may say more in its quote than in what was read")
    return typed


def _typed(name: FieldName, said: str, taken: Mapping[FieldName, Any]) -> Typed:
    """Read a clause, and see that a contract can have what was read."""
    read = _read(name, said, taken)
    try:
        etf_terms(read.terms) if name is FieldName.ETF else escalator_of(read.terms)
    except ValidationError:
        return Typed(None, "has figures that no contract can have")
    return read


def _read(name: FieldName, said: str, taken: Mapping[FieldName, Any]) -> Typed:
    if name is FieldName.ETF:
        months = taken.get(FieldName.INITIAL_TERM_MONTHS)
        return etf_of(said, months if isinstance(months, int) else None)
    starts = taken.get(FieldName.EFFECTIVE_DATE)
    return rise_of(said, date.fromisoformat(starts) if isinstance(starts, str) else None)


def by_hand(name: FieldName, typed: Typed) -> str:
    """Say in a sentence why a clause is left to a person."""
    return f"{_NAMES[name]} {typed.told}; {BY_HAND}."
