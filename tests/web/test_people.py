"""The pages of people, of oneself and of rights: seen by who may, and every act on them a form with its token."""

from __future__ import annotations

import re

import pytest

from netos_core.access.rules import Role
from netos_core.changes.model import AuditRow
from netos_core.runtime.calls import Core
from tests.web.conftest import as_role
from web_min.app import make_routes

NOC = "noc.person@isp.example"


def test_an_admin_and_an_auditor_see_everyone_and_others_are_refused(core: Core) -> None:
    for role in (Role.ADMIN, Role.AUDITOR):
        page = as_role(core, role).get("/people")
        assert "Noc Person" in page
        assert f"/people/{NOC.replace('@', '%40')}" in page or f"/people/{NOC}" in page
    as_role(core, Role.SALES).get("/people", 403)
    as_role(core, Role.SALES).get(f"/people/{NOC}", 403)


def test_everyone_sees_themselves_and_the_rights(core: Core) -> None:
    browser = as_role(core, Role.FIELD)
    page = browser.get("/you")
    assert "You, Field Person" in page
    assert "1 session" in page
    table = browser.get("/rights")
    for role in Role:
        assert f'<th scope="row">{"NOC" if role is Role.NOC else role.capitalize()}</th>' in table, role


def test_a_token_is_made_shown_once_and_revoked(core: Core) -> None:
    browser = as_role(core, Role.ENGINEERING)
    page = browser.post("/you/tokens", {"name": "laptop", "scope": "propose", "days": "7"})
    secret = re.search(r'value="(netos_pat_[^"]+)"', page)
    assert secret
    again = browser.get("/you")
    assert secret[1] not in again
    ref = re.search(r"TOK-\d+", again)
    assert ref
    headers = {"Authorization": f"Bearer {secret[1]}"}
    assert browser.client.get("/api/v1/get_dashboard", headers=headers).status_code == 200
    assert "revoked" in browser.post("/people/acts", {"act": "revoke", "ref": ref[0]})
    assert browser.client.get("/api/v1/get_dashboard", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "scope": "read", "days": "7"},
        {"name": "x", "scope": "all", "days": "7"},
        {"name": "x", "scope": "read", "days": "9999"},
    ],
)
def test_a_token_that_does_not_fit_is_not_made(core: Core, fields: dict[str, str]) -> None:
    as_role(core, Role.NOC).post("/you/tokens", fields, 400)


def test_an_admin_shuts_somebody_out_and_in_again(core: Core) -> None:
    noc, admin = as_role(core, Role.NOC), as_role(core, Role.ADMIN)
    page = admin.post("/people/acts", {"act": "close", "email": NOC, "reason": "left the company"})
    assert "Shut out" in page
    assert noc.client.get("/circuits", follow_redirects=False).status_code == 303
    assert "Let in again." in admin.post("/people/acts", {"act": "open", "email": NOC, "reason": "is back"})
    with core.session() as session:
        told = [(row.action, row.ref, row.reason) for row in session.query(AuditRow).order_by(AuditRow.id)]
    assert ("close", NOC, "left the company") in told
    assert ("open", NOC, "is back") in told


def test_signing_out_everywhere_ends_the_other_browsers(core: Core) -> None:
    one, other = as_role(core, Role.NOC), as_role(core, Role.NOC)
    assert one.where("/people/acts", {"act": "sign_out"}) == "/sign-in"
    for browser in (one, other):
        assert browser.client.get("/circuits", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("act", ["close", "open", "sign_out"])
def test_nobody_but_an_admin_acts_on_others(core: Core, act: str) -> None:
    fields = {"act": act, "email": "admin.person@isp.example", "reason": "because"}
    as_role(core, Role.AUDITOR).post("/people/acts", fields, 403)
    as_role(core, Role.ENGINEERING).post("/people/acts", fields, 403)


def test_an_act_nobody_knows_is_refused(core: Core) -> None:
    as_role(core, Role.ADMIN).post("/people/acts", {"act": "promote", "email": NOC}, 400)


def test_no_form_is_taken_without_its_token(core: Core) -> None:
    """CSRF: every route that takes a form refuses one without the session's token, and one of another site."""
    browser = as_role(core, Role.ADMIN)
    forms = [
        r
        for r in make_routes(core)
        if "POST" in (getattr(r, "methods", None) or ()) and r.name not in {"api", "docuseal_hook"}
    ]
    assert len(forms) > 15
    for route in forms:
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        assert browser.client.post(path, data={}, follow_redirects=False).status_code in {401, 403}, path
        sent = {"csrf": browser.token("/you")}
        foreign = browser.client.post(
            path, data=sent, headers={"origin": "https://evil.example"}, follow_redirects=False
        )
        assert foreign.status_code in {401, 403}, path
