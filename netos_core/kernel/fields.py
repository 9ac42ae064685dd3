"""The types of what people may say: texts, names, amounts, rates, addresses of the net. One place for their bounds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints


def unpacked(value: Any) -> Any:
    """Read an object that came as its JSON text, which is how an address sends one."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Name = Annotated[Text, AfterValidator(lambda name: " ".join(name.split()))]  # as names are compared: runs of blanks one
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\s\"'<>]+$")]
Mail = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Mbps = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]


def _said(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


# A speed in Mbps as a view says it: 10000, not the 10000.000 of its column.
Speed = Annotated[Decimal, AfterValidator(_said)]
JsonObject = Annotated[dict[str, Any], BeforeValidator(unpacked)]
