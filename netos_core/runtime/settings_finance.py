"""How money is counted by months."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from netos_core.finance.rules.months import Proration


class FinanceSettings(BaseSettings):
    proration: Proration = Field(
        Proration.THIRTY, description="Days of a partial month: 30, of thirty as carriers bill, or actual."
    )
