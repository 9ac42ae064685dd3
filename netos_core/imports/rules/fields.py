"""The fields an import can fill, by kind, and what type of cell fills each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from .synonyms import SYNONYMS


class CellType(StrEnum):
    TEXT = "text"
    IDENTIFIER = "identifier"
    MONEY = "money"
    BANDWIDTH = "bandwidth"
    DATE = "date"
    INTEGER = "integer"
    MONTHS = "months"
    BOOL = "bool"
    NOTICE = "notice"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    PLUS4 = "plus4"
    STATUS = "status"
    SERVICE_TYPE = "service_type"
    END_OF_TERM = "end_of_term"
    CURRENCY = "currency"
    LIST = "list"
    EMAIL = "email"
    URL = "url"


KINDS: Final = ("circuits", "sites", "contracts", "providers", "customers")
BANDWIDTH_UNITS: Final = ("kbps", "mbps")
SIDES: Final = ("a", "z")
SIDE_FIELDS: Final = ("site", "address", "city", "state", "postal_code", "handoff")
_TYPES = {
    **dict.fromkeys(("mrc", "nrc", "total_value"), CellType.MONEY),
    **dict.fromkeys(("bandwidth", "port_speed"), CellType.BANDWIDTH),
    **dict.fromkeys(("term_months", "renewal_term_months"), CellType.MONTHS),
    **dict.fromkeys(("tags", "aliases", "circuit_ids"), CellType.LIST),
    **dict.fromkeys(("noc_email", "email"), CellType.EMAIL),
    **dict.fromkeys(("website", "portal_url"), CellType.URL),
    **dict.fromkeys(
        (
            "provider_circuit_id", "ref", "ban", "order_number", "legacy_circuit_id", "customer_circuit_id",
            "contract_number", "external_id", "number", "parent_number", "bid_number", "account_number", "clli",
        ),
        CellType.IDENTIFIER,
    ),
    "auto_renews": CellType.BOOL,
    "notice": CellType.NOTICE,
    "notice_days": CellType.INTEGER,
    "asn": CellType.INTEGER,
    "latitude": CellType.LATITUDE,
    "longitude": CellType.LONGITUDE,
    "state": CellType.STATE,
    "postal_code": CellType.POSTAL_CODE,
    "postal_code_plus4": CellType.PLUS4,
    "status": CellType.STATUS,
    "service_type": CellType.SERVICE_TYPE,
    "end_of_term": CellType.END_OF_TERM,
    "currency": CellType.CURRENCY,
}  # fmt: skip
# A sheet must say at least one field of every group; a row as well.
REQUIRED: Final = {
    "circuits": (("provider_circuit_id", "ref"), ("provider",)),
    "sites": (("external_id", "name", "address"),),
    "contracts": (("number", "title"), ("provider",)),
    "providers": (("name",),),
    "customers": (("name", "account_number"),),
}


def base_field(field: str) -> str:
    """Name the field without side and unit: `z_city` is a city, `bandwidth_kbps` a bandwidth."""
    for name in ("bandwidth", "port_speed"):
        if field in {f"{name}_{unit}" for unit in BANDWIDTH_UNITS}:
            return name
    side, _, rest = field.partition("_")
    return rest if side in SIDES and rest in SIDE_FIELDS else field


def cell_type(field: str) -> CellType:
    base = base_field(field)
    return CellType.DATE if base.endswith("_date") else _TYPES.get(base, CellType.TEXT)


def fields_of(kind: str) -> tuple[str, ...]:
    """List every field a kind has, in the order they are shown."""
    fields: list[str] = []
    for field in SYNONYMS[kind]:
        fields.append(field)
        if kind == "circuits" and field in {"bandwidth", "port_speed"}:
            fields.extend(f"{field}_{unit}" for unit in BANDWIDTH_UNITS)
        if kind == "circuits" and field == "port_speed":
            fields.extend(f"{side}_{name}" for side in SIDES for name in SIDE_FIELDS)
    return tuple(fields)
