"""What a circuit may be and become."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class ServiceType(StrEnum):
    DIA = "dia"
    IP_TRANSIT = "ip_transit"
    BROADBAND = "broadband"
    EPL = "epl"
    EVPL = "evpl"
    WAVE = "wave"
    DARK_FIBER = "dark_fiber"
    MPLS = "mpls"
    PRIVATE_LINE = "private_line"
    VOICE = "voice"
    WIRELESS = "wireless"
    IRU = "iru"
    COLO = "colo"
    CROSS_CONNECT = "cross_connect"
    OTHER = "other"


class CircuitStatus(StrEnum):
    PLANNED = "planned"
    ORDERED = "ordered"
    PROVISIONING = "provisioning"
    ACTIVE = "active"
    OFFLINE = "offline"
    DEPROVISIONING = "deprovisioning"
    DECOMMISSIONED = "decommissioned"
    CANCELLED = "cancelled"


S = CircuitStatus

# Where a circuit may go from where it is. Going back is allowed only where the world does go back.
TRANSITIONS: Mapping[CircuitStatus, frozenset[CircuitStatus]] = {
    S.PLANNED: frozenset({S.ORDERED, S.PROVISIONING, S.ACTIVE, S.CANCELLED}),
    S.ORDERED: frozenset({S.PLANNED, S.PROVISIONING, S.ACTIVE, S.CANCELLED}),
    S.PROVISIONING: frozenset({S.ORDERED, S.ACTIVE, S.CANCELLED}),
    S.ACTIVE: frozenset({S.OFFLINE, S.DEPROVISIONING, S.DECOMMISSIONED}),
    S.OFFLINE: frozenset({S.ACTIVE, S.DEPROVISIONING, S.DECOMMISSIONED}),
    S.DEPROVISIONING: frozenset({S.ACTIVE, S.DECOMMISSIONED}),
    S.DECOMMISSIONED: frozenset(),
    S.CANCELLED: frozenset({S.PLANNED}),
}

# What is still ours to pay and to watch.
IN_USE = frozenset({S.ORDERED, S.PROVISIONING, S.ACTIVE, S.OFFLINE, S.DEPROVISIONING})
ENDED = (S.DECOMMISSIONED, S.CANCELLED)
NOT_INSTALLED = (S.PLANNED, S.ORDERED, S.PROVISIONING)


def is_billed(status: str, billing_start: date | None, disconnected: date | None) -> bool:
    """Say whether the carrier bills a circuit on days that are known."""
    return (disconnected is not None or status not in ENDED) and (
        billing_start is not None or status not in NOT_INSTALLED
    )


def may_become(old: CircuitStatus, new: CircuitStatus) -> bool:
    return old is new or new in TRANSITIONS[old]


class EventKind(StrEnum):
    ORDERED = "ordered"
    FOC = "foc"
    INSTALLED = "installed"
    ACCEPTED = "accepted"
    BILLING_STARTED = "billing_started"
    RERATED = "rerated"
    MOVED = "moved"
    OUTAGE = "outage"
    MAINTENANCE = "maintenance"
    DISCONNECT_REQUESTED = "disconnect_requested"
    DISCONNECTED = "disconnected"


def bandwidth_words(mbps: object) -> str:
    """Write a bandwidth as people say it: 10 G, 500 M, 1.544 M."""
    from decimal import Decimal

    if mbps is None:
        return ""
    value = Decimal(str(mbps))
    thousand = Decimal(1000)
    shown, unit = (value / thousand, "G") if value >= thousand else (value, "M")
    return f"{shown.normalize():f} {unit}"
