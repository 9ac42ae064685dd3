"""What our own records tell of service at a place. They never tell that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ON_NET_KM = 0.1
NEAR_NET_KM = 2.0


class Service(StrEnum):
    """Whether a place can be served."""

    SERVICEABLE = "serviceable"
    NEAR_NET = "near_net"
    NOT_SERVICEABLE = "not_serviceable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reach:
    status: Service
    why: str


def own_reach(*, placed: bool, circuit_km: float | None, asset_km: float | None) -> Reach:
    """Judge by the nearest circuit in use and the nearest asset of ours, in kilometres; None where none is near."""
    if not placed:
        return Reach(Service.UNKNOWN, "Not geocoded, so nothing can be measured from it.")
    if circuit_km is not None and circuit_km <= ON_NET_KM:
        return Reach(Service.SERVICEABLE, "A circuit of ours ends there.")
    named = (("circuit", circuit_km), ("asset", asset_km))
    near = [(km, what) for what, km in named if km is not None and km <= NEAR_NET_KM]
    if near:
        km, what = min(near)
        return Reach(Service.NEAR_NET, f"The nearest {what} of ours is {km:.1f} km away.")
    return Reach(Service.UNKNOWN, f"Nothing of ours is within {NEAR_NET_KM:.0f} km, which tells nothing of others.")
