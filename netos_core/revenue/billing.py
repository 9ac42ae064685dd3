"""What a sync needs of the outside: a billing system that can be read piece by piece. `vendors` has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Kept(StrEnum):
    """What of it is mirrored record by record."""

    ACCOUNTS = "accounts"
    SERVICES = "services"


@dataclass(frozen=True, slots=True)
class Product:
    """What can be sold: its price for `months` months; a credit is taken off. One that is not monthly has no months."""

    key: str
    name: str
    amount: Decimal | None
    months: int | None
    credit: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """Who is billed. What is sold to an account that is not active earns nothing."""

    key: str
    name: str
    number: str
    status: str | None
    active: bool
    line1: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Service:
    """One thing an account is billed for. Its own price wins over that of the product."""

    key: str
    account: str
    product: str
    name: str | None
    quantity: Decimal
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """Some records in the order of their keys; `after` is where to go on, None at the end."""

    rows: Sequence[T]
    after: str | None


class BillingSystem(Protocol):
    """Reads a billing system, a piece at a time, in the order of keys: what comes and goes meanwhile moves no piece.

    Each method raises a `VendorError` where the system does not answer as it should.
    """

    def products(self, after: str | None) -> Piece[Product]:
        """Read what is sold."""

    def accounts(self, after: str | None, since: datetime | None) -> Piece[Account]:
        """Read accounts, those changed since then where it is given."""

    def services(self, after: str | None, since: datetime | None) -> Piece[Service]:
        """Read services, those changed since then where it is given."""

    def keys(self, kind: Kept, after: str | None) -> Piece[str]:
        """Read only which there are."""

    def check(self) -> str:
        """Ask the cheapest question, and say how it was answered."""

    def close(self) -> None:
        """Let go of the connections."""
