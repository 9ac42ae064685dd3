"""A corner as files write it, checked: two or three numbers, on the earth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from netos_core.geo.rules import POLE

TURN = 360.0
PAIR, WITH_HEIGHT = 2, 3


class OffTheEarth(ValueError):
    """A coordinate is no number or no place; the message says which."""


def corner(parts: Sequence[float | str]) -> list[float]:
    """Read longitude, latitude and, where it is given, height in metres.

    Raises:
        OffTheEarth: One of them is no finite number, or latitude lies beyond a pole.
    """
    if len(parts) < PAIR:
        raise OffTheEarth("A coordinate has longitude and latitude.")
    try:
        numbers = [float(part) for part in parts[:WITH_HEIGHT]]
    except (TypeError, ValueError, OverflowError):
        raise OffTheEarth("A coordinate is not a number.") from None
    if not all(map(math.isfinite, numbers)):
        raise OffTheEarth("A coordinate is not a finite number.")
    if abs(numbers[1]) > POLE or abs(numbers[0]) > TURN:
        raise OffTheEarth("A coordinate lies off the earth; longitude comes first.")
    return numbers
