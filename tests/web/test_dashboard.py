"""Every figure of the dashboard is the number, or the sum, of the rows its link opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from netos_core.catalogue import BY_NAME
from netos_core.circuits.rules import IN_USE
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.queries import LISTS
from netos_core.dashboard.schemas import DashboardView, Figure, GetDashboard
from netos_core.demo.people import ELENA, TOM
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from tests.web.conftest import sign_in
from web_min.pages.dashboard import rows_of

MARKET = "Indianapolis"
AMOUNTS = {"search_circuits": "mrc", "list_revenue": "mrr"}


def board(core: Core, market: str | None = None, email: str = ELENA.email) -> DashboardView:
    return core.call(get_dashboard, GetDashboard(market=market), core.principal(email), Channel.PAGE)


def all_rows(core: Core, name: str, where: dict[str, Any], email: str = ELENA.email) -> list[Any]:
    """Walk a list to its end."""
    operation, cursor, found = BY_NAME[name], None, []
    while True:
        asked = operation.request.model_validate({**where, "limit": 100, **({"cursor": cursor} if cursor else {})})
        page = core.call(operation, asked, core.principal(email), Channel.PAGE)
        found += page.changes if name == "list_changes" else page.rows
        if (cursor := page.next_cursor) is None:
            return found


def figures(view: DashboardView) -> Iterator[tuple[str, Figure]]:
    return ((card.name, figure) for card in view.cards for figure in card.figures)


@pytest.mark.parametrize("market", [None, MARKET])
def test_each_figure_counts_and_adds_up_its_rows(demo_core: Core, market: str | None) -> None:
    view = board(demo_core, market)
    some = 0
    for name, figure in figures(view):
        if figure.count is None:
            continue
        rows = all_rows(demo_core, figure.list, figure.where)
        assert len(rows) == figure.count, (name, figure.label)
        some += figure.count > 0
        if figure.list in AMOUNTS:
            amounts = (getattr(row, AMOUNTS[figure.list]) for row in rows if row.currency == figure.currency)
            assert sum((a for a in amounts if a is not None), Decimal(0)) == figure.amount, (name, figure.label)
    assert some >= 8


@pytest.mark.parametrize("market", [None, MARKET])
def test_the_money_of_the_month_is_that_of_its_totals(demo_core: Core, market: str | None) -> None:
    view = board(demo_core, market)
    told = {name: figure for name, figure in figures(view) if figure.list == "get_pl_totals"}
    operation = BY_NAME["get_pl_totals"]
    asked = operation.request.model_validate(told["revenue"].where)
    totals = demo_core.call(operation, asked, demo_core.principal(ELENA.email), Channel.PAGE)
    money = totals.whole if market is None else next(g.money for g in totals.groups if g.name == market)
    sums = next(one for one in money if one.currency == "USD")
    assert {name: figure.amount for name, figure in told.items()} == {name: getattr(sums, name) for name in told}
    assert sums.contribution == sums.revenue - sums.cost


@pytest.mark.parametrize("market", [None, MARKET])
def test_each_bar_counts_and_adds_up_its_rows(demo_core: Core, market: str | None) -> None:
    view, within = board(demo_core, market), {"market": market} if market else {}
    for name, bars in (
        ("provider", view.by_provider), ("service_type", view.by_service_type),
        ("renewal_state", view.by_renewal_state),
    ):  # fmt: skip
        assert sum(bar.count for bar in bars) == view.circuits_in_use
        for bar in bars:
            if bar.key.endswith(" others"):
                continue
            word: Any = bar.key if name == "provider" else [bar.key]
            rows = all_rows(demo_core, "search_circuits", {name: word, "status": sorted(IN_USE), **within})
            assert len(rows) == bar.count, (name, bar.key)
            assert sum((row.mrc or Decimal(0) for row in rows if row.currency == "USD"), Decimal(0)) == bar.mrc


def test_every_card_of_the_page_opens_its_rows(demo_core: Core) -> None:
    browser = sign_in(demo_core, ELENA.email)
    for address in ("/dashboard", f"/dashboard?market={MARKET}&month=2026-09"):
        page = browser.get(address)
        cards = re.findall(r'<(?:a|section) class="card', page)
        assert len(cards) >= 17 if "market" not in address else len(cards) >= 12
        grid = page[page.index('<div class="grid">') : page.index("</main>")]
        for link in sorted(set(re.findall(r'href="([^"#]+)"', grid))):
            browser.get(link.replace("&amp;", "&"))


def test_each_figures_page_asks_what_the_figure_asked(demo_core: Core) -> None:
    browser = sign_in(demo_core, ELENA.email)
    for _, figure in figures(board(demo_core)):
        if figure.list in {"search_circuits", "list_renewals", "list_orders", "get_worklist", "list_letters"}:
            page = browser.get(rows_of(figure))
            assert re.search(rf"\b{figure.count:,}\b", page), (figure.label, rows_of(figure))


def test_a_figure_needs_the_right_of_its_list() -> None:
    assert {name: asked.right for name, asked in LISTS.items()} == {name: BY_NAME[name].right for name in LISTS}


def test_who_sees_no_money_sees_no_amount(demo_core: Core) -> None:
    view = board(demo_core, email=TOM.email)
    assert all(figure.amount is None for _, figure in figures(view))
    assert "$" not in sign_in(demo_core, TOM.email).get("/dashboard")


def test_a_market_that_is_none_has_nothing(demo_core: Core) -> None:
    view = board(demo_core, "Atlantis")
    assert view.circuits == 0
    assert all(not figure.count for _, figure in figures(view))
