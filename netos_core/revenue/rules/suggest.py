"""What a service is probably of: told with the reason, and only where one record answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """What an attribution rests on, strongest first."""

    CIRCUIT_ID = "circuit_id"
    ACCOUNT_NUMBER = "account_number"
    ADDRESS = "address"
    PLACE = "place"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Refs of what a service is probably of, and why."""

    basis: Basis
    circuit: str | None
    site: str | None
    customer: str | None
    reason: str


def suggestion(
    by_id: Sequence[str],
    customers: Sequence[str],
    their_circuits: Sequence[str],
    sites: Sequence[str],
    near: Sequence[tuple[str, float]] = (),
) -> Suggestion | None:
    """Choose what to suggest; several candidates of one rule are none.

    Args:
        by_id: Circuits whose id stands in the name of the service.
        customers: Customers with the number of the account.
        their_circuits: The circuits of that customer.
        sites: Sites at the address of the account.
        near: Sites at the coordinates of the account, and how many metres away.
    """
    customer = customers[0] if len(customers) == 1 else None
    site = sites[0] if len(sites) == 1 else None
    if len(by_id) == 1:
        return Suggestion(Basis.CIRCUIT_ID, by_id[0], None, customer, f"Its name has the id of {by_id[0]}.")
    if customer is not None and len(their_circuits) == 1:
        reason = f"Its account has the number of {customer}, whose one circuit is {their_circuits[0]}."
        return Suggestion(Basis.ACCOUNT_NUMBER, their_circuits[0], None, customer, reason)
    if site is not None:
        return Suggestion(Basis.ADDRESS, None, site, customer, f"{site} is at the address of its account.")
    if len(near) == 1 and not sites:
        reason = f"{near[0][0]} is {near[0][1]:.0f} m from where its account is."
        return Suggestion(Basis.PLACE, None, near[0][0], customer, reason)
    if customer is not None:
        return Suggestion(Basis.ACCOUNT_NUMBER, None, None, customer, f"Its account has the number of {customer}.")
    return None


_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.\-_]*[A-Za-z0-9/]")
SHORTEST_ID = 5


def ids_in(name: str | None) -> set[str]:
    """Find what may be a circuit's id in the name of a service, as ids are compared: letters and digits, upper case."""
    words = (re.sub(r"[^A-Z0-9]", "", word.upper()) for word in _WORD.findall(name or ""))
    return {word for word in words if len(word) >= SHORTEST_ID and any(c.isdigit() for c in word)}


_SHORT = {
    "STREET": "ST", "AVENUE": "AVE", "AV": "AVE", "ROAD": "RD", "DRIVE": "DR", "LANE": "LN", "BOULEVARD": "BLVD",
    "COURT": "CT", "PARKWAY": "PKWY", "HIGHWAY": "HWY", "CIRCLE": "CIR", "PLACE": "PL", "NORTH": "N", "SOUTH": "S",
    "EAST": "E", "WEST": "W",
}  # fmt: skip


def street_key(line: str | None) -> str | None:
    """Write a street with its number as it is compared; None where it has no number."""
    words = re.findall(r"[A-Z0-9]+", (line or "").split(",")[0].upper())
    if len(words) < 2 or not words[0][0].isdigit():  # noqa: PLR2004 - a number and a name
        return None
    return " ".join(_SHORT.get(word, word) for word in words)
