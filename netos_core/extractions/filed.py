"""What the contract on file says, field by field, as an extraction would write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from netos_core.contracts.rules.etf import clause_words, escalator_of, escalator_words, etf_terms
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules import values
from netos_core.kernel.context import Context
from netos_core.providers import queries as providers

_COMPARED = frozenset(values.PLAIN) - {FieldName.NOTICE_DAYS}


def terms_on_file(ctx: Context, contract: Mapping[str, Any]) -> dict[FieldName, Any]:
    """Write what the contract on file says of each field as the extraction would."""
    told = {name: _plain(contract[values.PLAIN[name]]) for name in _COMPARED}
    if contract["notice_unit"] in (None, "days"):
        told[FieldName.NOTICE_DAYS] = contract["notice_count"]
    etf = etf_terms(contract["etf"])
    told[FieldName.ETF] = " ".join(clause_words(etf, contract["currency"])) if etf else None
    rising = escalator_of(contract["escalator"])
    told[FieldName.ESCALATOR] = escalator_words(rising, contract["currency"]) if rising else None
    named = providers.rows_by_id(ctx, [contract["provider_id"]])
    told[FieldName.PROVIDER] = named[contract["provider_id"]]["name"] if named else None
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def comparable(name: FieldName, value: Any) -> Any:
    """Write an amount with the decimals a contract keeps."""
    if value is not None and name in (FieldName.MRC, FieldName.NRC):
        return f"{Decimal(str(value)):.2f}"
    return value
