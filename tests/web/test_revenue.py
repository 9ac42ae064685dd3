"""The pages of revenue: what is unattributed with its suggestions, proposed by a button or a form; amounts by role."""

from __future__ import annotations

import csv
import io

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import make_circuit, make_services, make_site
from tests.web.conftest import as_role


@pytest.fixture
def refs(core: Core) -> dict[str, str]:
    with core.session() as session:
        circuit = make_circuit(session, provider_circuit_id="10/KFGS/123456//ZYO")
        site = make_site(session, "Berry Tower", kind="tower")
        known, other = make_services(
            session, {"name": "DIA over 10/KFGS/123456//ZYO", "mrr": "4321.09"}, {"name": "=cmd", "mrr": "40.00"}
        )
    return {"circuit": circuit, "site": site, "known": known, "other": other}


def test_suggestions_are_proposed_by_one_button_and_lead_to_their_change(core: Core, refs: dict[str, str]) -> None:
    browser = as_role(core, Role.FINANCE)
    page = browser.get("/revenue?attributed=false&sort=-mrr")
    assert "$4,321.09" in page
    assert f"Its name has the id of {refs['circuit']}." in page
    assert browser.where("/revenue/suggested", {}).startswith("/approvals/CHG-")
    assert browser.where("/revenue/suggested", {"ref": refs["other"]}) == "/revenue?attributed=false"


def test_one_is_attributed_by_a_form(core: Core, refs: dict[str, str]) -> None:
    browser = as_role(core, Role.FINANCE)
    form = f"/revenue/{refs['other']}/attribute"
    assert "what held until then ends" in browser.get(form)
    assert "needs its reason" in browser.post(form, {"site": "Berry Tower"}, 400)
    nothing = browser.post(form, {"reason": "The tower feeds it."}, 400)
    assert "of a circuit, a site or a customer" in nothing
    sent = {"site": "Berry Tower", "starts_on": "2026-05-01", "reason": "The tower feeds it."}
    change = browser.where(form, sent).partition("?")[0]
    as_role(core, Role.EXEC).post(f"{change}/approve", {"digest": _digest(core, change)})
    page = browser.get(f"/revenue/{refs['other']}")
    assert f'<a href="/sites/{refs["site"]}">{refs["site"]}</a>' in page
    assert "By hand" in page
    assert refs["other"] not in browser.get("/revenue?attributed=false")


def _digest(core: Core, change: str) -> str:
    from netos_core.changes.operations import get_change
    from netos_core.changes.schemas import GetChange
    from netos_core.kernel.context import Channel

    asked = GetChange(change_id=change.rpartition("/")[2])
    return core.call(get_change, asked, core.principal("exec.person@isp.example"), Channel.PAGE).digest


def test_who_sees_no_amounts_finds_none_on_pages_and_in_files(core: Core, refs: dict[str, str]) -> None:
    browser = as_role(core, Role.NOC)
    for path in ("/revenue", "/revenue?attributed=false", f"/revenue/{refs['known']}", "/revenue.csv"):
        page = browser.get(path)
        assert "4321" not in page
        assert "4,321" not in page
        assert "Propose all suggestions" not in page
    browser.get(f"/revenue/{refs['known']}/attribute", 403)
    browser.post("/revenue/suggested", {}, 403)


def test_the_list_goes_out_as_a_file_that_runs_nothing(core: Core, refs: dict[str, str]) -> None:
    text = as_role(core, Role.FINANCE).get("/revenue.csv?attributed=false").lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["ref"], row["mrr"], row["suggested"]) for row in rows] == [
        (refs["known"], "4321.09", refs["circuit"]), (refs["other"], "40.00", ""),
    ]  # fmt: skip
    assert rows[1]["service"] == "'=cmd"
    assert as_role(core, Role.FINANCE).client.get("/revenue.xlsx").content[:2] == b"PK"


def test_the_api_lists_and_proposes_too(core: Core, refs: dict[str, str]) -> None:
    browser = as_role(core, Role.FINANCE)
    answer = browser.client.get("/api/v1/list_revenue", params={"attributed": "false"})
    assert answer.status_code == 200, answer.text
    assert [row["ref"] for row in answer.json()["rows"]] == [refs["known"], refs["other"]]
