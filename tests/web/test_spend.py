"""Spend on pages: months to come with what they stand on and why they change, and the snapshots of months gone by."""

from __future__ import annotations

import re

from netos_core.access.rules import Role
from netos_core.demo.people import MARCUS
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.spend.operations import get_forecast
from netos_core.spend.schemas import GetForecast
from tests.web.conftest import as_role, sign_in


def test_each_month_to_come_is_drawn_and_told_with_what_it_stands_on(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    page = browser.get("/forecast")
    found = demo_core.call(get_forecast, GetForecast(months=24), demo_core.principal(MARCUS.email), Channel.PAGE)
    assert 'href="/forecast"' in browser.get("/")
    for one in found.months:
        assert f"${one.mrc:,.2f}" in page
    assert page.count('class="fill"') >= len(found.months)
    assert all(name in page for name in ("Committed", "Renewed in silence", "Month to month", "No term on file"))
    for change in found.changes:
        assert f'href="/contracts/{change.ref}"' in page or f'href="/circuits/{change.ref}"' in page
    assert 'role="img" aria-label="MRC by month in USD' in page


def test_a_month_is_explained_and_its_renewals_are_linked(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    found = demo_core.call(get_forecast, GetForecast(months=24), demo_core.principal(MARCUS.email), Channel.PAGE)
    due = found.cliff[-1]
    month = f"{due.month:%Y-%m}"
    page = browser.get(f"/forecast?month={month}")
    there = demo_core.call(
        get_forecast, GetForecast(months=24, month=due.month), demo_core.principal(MARCUS.email), Channel.PAGE
    )
    assert len(there.renewals) == due.contracts
    section = page.split('id="due"')[1]
    assert [one.contract for one in there.renewals] == re.findall(r'href="/contracts/(CTR-\d+)"', section)
    assert f'href="/forecast?month={month}#due"' in page


def test_snapshots_are_drawn_with_the_circuits_that_made_the_difference(demo_core: Core) -> None:
    page = sign_in(demo_core, MARCUS.email).get("/spend?by=market")
    assert page.count('<g data-s="stable">') == 13
    assert "afterwards" in page
    assert "Circuits that made the difference" in page


def test_filters_narrow_both_and_an_unknown_one_is_refused(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    whole, part = browser.get("/forecast"), browser.get("/forecast?provider=Zayo&service_type=wave&months=12")
    assert part.count('class="fill"') < whole.count('class="fill"')
    assert "12 months</span>" in part
    assert "Clear filters" in browser.get("/spend?provider=Zayo")
    browser.get("/forecast?nonsense=1", status=400)


def test_who_does_not_see_money_has_no_such_page(core: Core) -> None:
    noc = as_role(core, Role.NOC)
    for page in ("/forecast", "/spend"):
        assert "Your role does not" in noc.get(page, status=403)
    assert 'href="/forecast"' not in noc.get("/")
