"""An agent asks what term and rate held on a day, and why."""

from __future__ import annotations

import pytest

from tests.factories import make_contract
from tests.mcp.conftest import MODES, TOM, Plant, answered, connected, tokens

pytestmark = pytest.mark.anyio
MARCUS = "marcus.oyelaran@xiber.example"


@pytest.fixture(scope="module")
def order(plant: Plant) -> tuple[str, str]:
    with plant.session() as session:
        made = make_contract(
            session, provider=plant.provider, term_start_date="2024-01-01", term_months=36, end_of_term="auto_renew",
            notice_count=30, notice_unit="days", mrc="1000.00", escalator={"kind": "percent", "percent": 3},
        )  # fmt: skip
        price = make_contract(
            session, provider=plant.provider, kind="amendment", parent=made, term_start_date="2025-06-01", mrc="900.00"
        )
    return made, price


@pytest.mark.parametrize("mode", MODES)
async def test_what_term_and_rate_held_on_a_day_and_why(plant: Plant, order: tuple[str, str], mode: str) -> None:
    made, price = order
    async with connected(plant.server(MARCUS), mode) as client:
        told = (await answered(client, "get_contract", ref=made, on="2025-03-01"))["in_force"]
        assert told["why"] == "The term is the one its papers state, until 2026-12-31."
        found = {one["name"]: (one["amount"] or one["value"], one["source"], one["since"]) for one in told["values"]}
        assert found["mrc"] == ("1030.00", made, "2025-01-01")
        assert found["term_end_date"] == ("2026-12-31", made, "2024-01-01")
        assert found["etf"] == (None, None, None)
        result = await client.call_tool_mcp("get_contract", {"ref": made, "on": "2025-07-01"})
        assert price in result.content[0].text
        without = await client.call_tool_mcp("get_contract", {"ref": made})
        assert without.structured_content["in_force"] is None
        assert tokens(result.content[0].text) - tokens(without.content[0].text) < 1500
    async with connected(plant.server(TOM), mode) as client:
        hidden = await answered(client, "get_contract", ref=made, on="2025-03-01")
        assert {one["amount"] for one in hidden["in_force"]["values"]} == {None}
        assert {"rates", "amount", "clause"} <= set(hidden["withheld"])
