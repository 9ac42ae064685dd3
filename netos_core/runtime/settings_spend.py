"""From when on a change of spend, or a market that hangs on one provider, is to be looked at."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field
from pydantic_settings import BaseSettings


class SpendSettings(BaseSettings):
    spend_change: Decimal = Field(
        Decimal(500), ge=0, description="A provider's spend that changes by no more a month is no anomaly; nor by 10 %."
    )
    concentration_percent: int = Field(
        40, ge=1, le=100, description="A provider above so many percent of a market's spend is a concentration."
    )
    concentration_circuits: int = Field(10, ge=1, description="A market with fewer circuits is too small to be one.")
