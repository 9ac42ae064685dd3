"""The money of months on pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from netos_core.contracts.rules.days import plus_months
from netos_core.finance.operations import get_circuit_pl
from netos_core.finance.schemas import CircuitPl, PlMonth, PlRequest
from netos_core.kernel.errors import Forbidden
from web_min import asked, charts
from web_min.asked import validated
from web_min.pages import notes
from web_min.site import Visit

SHOWN = 6


def sees_money(visit: Visit) -> None:
    """Refuse a page that is all about amounts to who sees none.

    Raises:
        Forbidden: The role does not show them.
    """
    if not visit.may("see:money"):
        raise Forbidden("Your role does not show amounts.", fix="Ask someone whose role does.")


def month_asked(visit: Visit, *also: str) -> date:
    """Read which month a page is asked for, beside what else it takes; this one where none is."""
    told = dict(asked.given(visit.request.query_params, ["month", *also, *notes.TOLD]))
    if "month" not in told:
        return visit.today.replace(day=1)
    wish = validated(PlRequest, {"ref": "CKT-0", "month": asked.as_day(told["month"])})
    return (wish.month or visit.today).replace(day=1)


def of_circuit(visit: Visit, ref: str) -> dict[str, Any]:
    """Read what a circuit earned and cost in a month and in those before it."""
    month = month_asked(visit)
    if not visit.may("see:money"):
        return {"pl": None}
    pl = visit.call(get_circuit_pl, PlRequest(ref=ref, month=plus_months(month, 1 - SHOWN), until=month))
    lines = [line for line in pl.lines if line.month == month]
    now = _of(pl, month)
    return {
        "pl": pl,
        "pl_month": month,
        "pl_now": now,
        "pl_this": visit.today.replace(day=1),
        "revenue": [line for line in lines if line.component == "revenue"],
        "steps": charts.pl_steps(lines),
        "corrections": [one for one in pl.corrections if one.month == month],
    }


def _of(pl: CircuitPl, month: date) -> PlMonth | None:
    return next((one for one in pl.months if (one.month, one.currency) == (month, pl.currency)), None)
