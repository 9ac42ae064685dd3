"""From a PDF to a renewal in one sitting: sent, read by a worker, decided, approved, due, on the timeline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.extractions.making import order, work
from tests.factories import climb_the_ladder, make_circuit, make_person, make_provider
from tests.web.conftest import Browser, as_role
from tests.web.test_extractions import ALL, typed


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path, demo=True))
    with core.session() as session:
        for role in Role:
            make_person(session, role)
        carrier = make_provider(session, "Granite Peak Fiber")
        make_circuit(session, provider=carrier, provider_circuit_id="OGYX/418822//GPF", mrc="4850.00")
    yield core
    core.close()


def approve(browser: Browser, page: str) -> None:
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', browser.get(page))
    assert digest
    change = page.rpartition("/")[2].partition("?")[0]
    browser.where(f"/approvals/{change}/approve", {"digest": digest[1], "comment": ""})


def test_a_pdf_becomes_a_renewal_in_the_pipeline_in_one_sitting(core: Core) -> None:
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    files = {"file": ("SO-2204417.pdf", order(), "application/pdf")}
    sent = finance.client.post("/extractions", data={"csrf": finance.token()}, files=files, follow_redirects=False)
    at = sent.headers["location"]
    work(core)
    assert "SO-2204417.pdf" in finance.get("/extractions")
    ends = utc_now().date() + timedelta(days=100)
    page = finance.get(at)
    told = typed(page, **ALL, **{"d.expiration_date": "edit", "v.expiration_date": ends.isoformat()})
    change = finance.where(at, told | {"c.number": "SO-2204417", "c.provider": "Granite Peak Fiber", "do": "propose"})
    approve(finance, change)
    assert "No contract" in finance.get("/contracts"), "nothing is on file before another person approves"
    approve(executive, change)
    climb_the_ladder(core)
    contract = re.search(r"/contracts/(CTR-\d+)", finance.get(at))
    assert contract
    shown = finance.get(f"/contracts/{contract[1]}")
    assert "$4,850.00" in shown
    assert "/documents/DOC-1001" in shown, "its paper is on it"
    for where in ("/renewals", "/pipeline", "/timeline"):
        assert contract[1] in finance.get(where), where
    assert contract[1] in finance.get("/circuits/CKT-1001"), "the circuit it names is governed by it"
