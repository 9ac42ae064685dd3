"""From a view to JSON values: money as exact decimal strings, days and instants as ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

CENTS = -2


def plain(value: Any) -> Any:
    """Write a value as JSON; nothing is rounded but an instant, to its second."""
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return plain(value.value)
    return value


def decimal_text(value: Decimal) -> str:
    """Write a decimal without exponent; zeros behind the cents, as columns of rates carry them, go."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < CENTS:
        shorter = value.normalize()
        value = shorter
    return format(value, "f")
