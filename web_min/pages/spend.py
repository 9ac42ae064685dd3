"""Spend on pages: the months to come, and the snapshots of those gone by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.rules import ServiceType
from netos_core.renewals.schemas import ListRenewals
from netos_core.spend.operations import get_forecast, get_spend
from netos_core.spend.schemas import ForecastMonth, GetForecast, GetSpend, SpendMonth
from web_min import asked, charts_spend
from web_min.pages.finance import sees_money
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get

SPANS = (12, 24, 36)
MONTHS, SHOWN = 24, 40
BY = (("provider", "Provider"), ("market", "Market"), ("service_type", "Service"))
M = TypeVar("M", ForecastMonth, SpendMonth)


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/forecast", _forecast, "forecast"), get(site, "/spend", _spend, "spend")]


def _by_currency(months: Sequence[M]) -> dict[str, list[M]]:
    found: dict[str, list[M]] = {}
    for one in months:
        found.setdefault(one.currency, []).append(one)
    return found


def _forecast(visit: Visit) -> Response:
    sees_money(visit)
    pairs = asked.given(visit.request.query_params, asked.filters_of(GetForecast))
    told = [(name, asked.as_day(value) if name == "month" else value) for name, value in pairs]
    fixed = {"limit": SHOWN} if any(name == "months" for name, _ in told) else {"limit": SHOWN, "months": MONTHS}
    request = asked.request_of(GetForecast, told, **fixed)
    found = visit.call(get_forecast, request)
    by_currency = _by_currency(found.months)
    known = asked.filters_of(ListRenewals)
    return visit.page(
        "forecast.html",
        f=found,
        by_currency=by_currency,
        charts={code: charts_spend.ahead_columns(mine) for code, mine in by_currency.items()},
        cliff={(one.month, one.currency): one for one in found.cliff},
        parts=charts_spend.PARTS,
        spans=SPANS,
        services=[one.value for one in ServiceType],
        wish=request,
        page_of=page_of,
        link=partial(asked.address, "/forecast", pairs),
        listed=partial(asked.address, "/renewals", [pair for pair in pairs if pair[0] in known]),
    )


def _spend(visit: Visit) -> Response:
    sees_money(visit)
    pairs = asked.given(visit.request.query_params, asked.filters_of(GetSpend))
    request = asked.request_of(GetSpend, pairs, limit=SHOWN)
    found = visit.call(get_spend, request)
    by_currency = _by_currency(found.months)
    return visit.page(
        "spend.html",
        s=found,
        by_currency=by_currency,
        charts={code: charts_spend.spent_columns(mine) for code, mine in by_currency.items()},
        by=BY,
        services=[one.value for one in ServiceType],
        wish=request,
        page_of=page_of,
        link=partial(asked.address, "/spend", pairs),
    )
