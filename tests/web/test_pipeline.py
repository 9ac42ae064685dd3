"""The board of renewals: a lane for each state, its money for who sees money, and the list behind each count."""

from __future__ import annotations

import re
from datetime import timedelta

from netos_core.access.rules import Role
from netos_core.demo.people import MARCUS, PRIYA, TOM
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel
from netos_core.renewals.operations import get_pipeline
from netos_core.renewals.schemas import GetPipeline
from netos_core.runtime.calls import Core
from tests.factories import make_contract
from tests.web.conftest import as_role, sign_in

LANE = re.compile(r'<section class="lane" id="c-(\w+)"')


def test_a_lane_for_each_state_most_pressing_first_with_a_jump_to_it(demo_core: Core) -> None:
    page = sign_in(demo_core, MARCUS.email).get("/pipeline")
    assert LANE.findall(page) == ["overdue", "critical", "active", "watch", "decided"]
    assert re.findall(r'class="chip" href="#c-(\w+)"', page) == LANE.findall(page)
    board = demo_core.call(get_pipeline, GetPipeline(), demo_core.principal(MARCUS.email), Channel.PAGE)
    assert page.count('<li class="deal">') == sum(len(column.cards) for column in board.columns) > 5
    assert f"of {board.total} want to be acted on" in page
    assert f"${board.at_risk['USD']:,.2f}" in page
    assert 'href="/renewals?state=stable"' in page


def test_who_sees_no_money_sees_the_same_cards_without_it(demo_core: Core) -> None:
    page = sign_in(demo_core, TOM.email).get("/pipeline")
    assert '<li class="deal">' in page
    assert "$" not in page
    assert "at risk" not in page


def test_a_cut_lane_leads_to_all_of_it(core: Core) -> None:
    ends = business_day(utc_now(), core.policy.zone) + timedelta(days=300)
    with core.session() as session:
        for _ in range(10):
            make_contract(session, term_end_date=ends, end_of_term="auto_renew", notice_count=120, notice_unit="days")
    browser = as_role(core, Role.FINANCE)
    page = browser.get("/pipeline")
    assert page.count('<li class="deal">') == 8
    assert "nothing is committed by silence" in page
    more = re.search(r'<a href="([^"]+)">and 2 more</a>', page)
    assert more
    assert more[1] == "/renewals?state=watch"
    assert "10 terms here" in browser.get(more[1])


def test_a_list_behind_the_board_keeps_the_filters_it_knows(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    assert 'href="/renewals?provider=Lumen">As a table' in browser.get("/pipeline?provider=Lumen")
    by_market = browser.get("/pipeline?market=Indianapolis")
    assert 'href="/renewals?market=Indianapolis&amp;state=stable"' in by_market
    mine = browser.get(f"/pipeline?owner={PRIYA.email}")
    assert mine.count('<li class="deal">') == 1
    assert f"owner={PRIYA.email.replace('@', '%40')}" in mine


def test_a_filter_nobody_knows_is_refused(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    browser.get("/pipeline?colour=red", status=400)
    browser.get("/pipeline?provider=Nobody", status=404)
