"""What held under a contract on a day, on its page and by the JSON API."""

from __future__ import annotations

import html
import re

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import make_circuit, make_contract, make_provider
from tests.web.conftest import as_role


@pytest.fixture
def order(core: Core) -> tuple[str, str]:
    """Make an order of three years, and its amendment of the price."""
    with core.session() as session:
        carrier = make_provider(session, "Lumen")
        circuit = make_circuit(session, provider=carrier, mrc="900.00")
        made = make_contract(
            session, provider=carrier, circuits=[circuit], term_start_date="2024-01-01", term_months=120,
            end_of_term="auto_renew", notice_count=30, notice_unit="days", mrc="1000.00",
        )  # fmt: skip
        price = make_contract(
            session, provider=carrier, kind="amendment", parent=made, title="Price letter",
            term_start_date="2025-06-01", mrc="900.00",
        )  # fmt: skip
        return made, price


def row(page: str, name: str) -> str:
    """Read a row of the table as one line of text."""
    found = re.search(rf"<tr><th scope=\"row\" class=\"wrap\">{name}</th>(.*?)</tr>", page, re.DOTALL)
    assert found, name
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def test_the_page_shows_the_terms_of_a_day_with_their_papers_and_the_rate_over_time(
    core: Core, order: tuple[str, str]
) -> None:
    made, price = order
    finance = as_role(core, Role.FINANCE)
    then = finance.get(f"/contracts/{made}?on=2025-03-01")
    assert row(then, "MRC") == f"$1,000.00 The paper's own amount. {made} since 1 Jan 24"
    assert row(then, "Notice") == f"30 days {made} since 1 Jan 24"
    assert row(then, "ETF") == "No paper says"
    assert 'value="2025-03-01"' in then
    assert "Not yet in force" in then
    now = finance.get(f"/contracts/{made}")
    assert row(now, "MRC") == f"$900.00 As amended. {price} since 1 Jun 25"
    assert "Not yet in force" not in now
    assert "The rate over time" in now
    assert "On this day" in now


def test_who_sees_no_money_sees_the_terms_alone(core: Core, order: tuple[str, str]) -> None:
    page = as_role(core, Role.NOC).get(f"/contracts/{order[0]}?on=2025-03-01")
    assert row(page, "Notice") == f"30 days {order[0]} since 1 Jan 24"
    assert "The rate over time" not in page
    assert "$1,000.00" not in page


def test_a_day_that_is_none_is_refused_in_words(core: Core, order: tuple[str, str]) -> None:
    finance = as_role(core, Role.FINANCE)
    assert "date" in finance.get(f"/contracts/{order[0]}?on=someday", 400)
    assert "Valid: on" in html.unescape(finance.get(f"/contracts/{order[0]}?day=2025-03-01", 400))


def test_the_api_answers_by_the_same_operation(core: Core, order: tuple[str, str]) -> None:
    made, price = order
    answer = as_role(core, Role.FINANCE).client.get("/api/v1/get_contract", params={"ref": made, "on": "2026-01-01"})
    told = {one["name"]: one for one in answer.json()["in_force"]["values"]}
    assert (told["mrc"]["amount"], told["mrc"]["source"], told["mrc"]["since"]) == ("900.00", price, "2025-06-01")
