"""What the dashboard takes and shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from netos_core.kernel.redaction import Request, Sensitive, View
from netos_core.overview.schemas import Dashboard
from netos_core.overview.schemas.parts import Money


class GetDashboard(Request):
    market: str | None = None
    month: date | None = Field(None, description="Of revenue and cost.")


class Figure(View):
    """A number and the list behind it: asked with `where`, it has so many rows, or comes to so much."""

    label: str
    count: int | None
    amount: Sensitive[Money] | None
    currency: str | None
    basis: str | None
    list: str
    where: dict[str, Any]


class Card(View):
    name: str
    title: str
    figures: list[Figure]


class DashboardView(Dashboard):
    """The plant at a glance, each figure with the list it comes from."""

    market: str | None
    month: date
    cards: list[Card]
