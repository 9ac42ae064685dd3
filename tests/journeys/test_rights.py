"""The rights table as `netos doctor --rights` prints it is what agents, programs and people really meet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import Aspect, Role
from netos_core.changes.operations import get_change
from netos_core.changes.schemas import GetChange
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_mcp.auth import PersonDoor
from netos_mcp.cli import main
from netos_mcp.server import make_server
from tests.database import TestServer
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_person, make_provider, propose
from tests.mcp.conftest import connected
from tests.web.conftest import HOME, make_application, sign_in

pytestmark = pytest.mark.anyio

READS: Mapping[str, tuple[str | None, str, str | None]] = {
    # feature: the tool, the call of the API, the page
    "providers": ("get_provider", "list_providers", "/providers"),
    "customers": ("get_customer", "list_customers", "/customers"),
    "sites": ("search_sites", "search_sites", "/sites"),
    "circuits": ("search_circuits", "search_circuits", "/circuits"),
    "contracts": ("search_contracts", "search_contracts", "/contracts"),
    "outages": (None, "get_outage_history?ref={circuit}", None),
    "documents": (None, "list_documents", "/documents"),
    "quotes": ("list_quotes", "list_quotes", "/quotes"),
    "renewals": ("list_renewals", "list_renewals", "/renewals"),
    "overview": ("get_dashboard", "get_dashboard", "/"),
    "search": ("search", "search?query=carrier", "/search?q=carrier"),
    "changes": (None, "list_changes", "/approvals"),
    "audit": ("search_audit", "search_audit", "/trail"),
    "people": (None, "list_people", "/people"),
    "feedback": (None, "list_feedback", "/feedback"),
    "network": (None, "search_ip_blocks", "/network/blocks"),
}
NOT_BY_ITSELF = {"annotations"}  # notes and tags are read with the record they are on


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def core(database_server: TestServer) -> Iterator[Core]:
    with database_server.clone() as url:
        core = Core(Settings(database_url=url, demo=True, bulk_limit=2))
        with core.session() as session:
            for role in Role:
                make_person(session, role)
        yield core
        core.close()


@pytest.fixture(scope="module")
def refs(core: Core) -> dict[str, str]:
    with core.session() as session:
        provider = make_provider(session, "Carrier", bank_account="1")
        circuit = make_circuit(session, provider=provider, mrc="100.00")
        contract = make_contract(session, provider=provider, term_start_date="2026-01-01", term_months=12)
        return {
            "provider": provider,
            "circuit": circuit,
            "other": make_circuit(session, provider=provider),
            "third": make_circuit(session, provider=provider),
            "session": made_session(session, circuit),
            "contract": contract,
            "letter": made_letter(session, contract),
        }


def made_letter(session: Any, contract: str) -> str:
    wish = {"contract": contract, "method": "portal", "signer_name": "Elena Ruiz"}
    return apply(make_ctx(session, Role.ADMIN), "letter", "create", **wish).diff[0].ref


def made_session(session: Any, circuit: str) -> str:
    wish = {"circuit": circuit, "local_asn": "64512", "peer_asn": "174", "peer_ip": "192.0.2.1"}
    return apply(make_ctx(session, Role.ADMIN), "bgp_session", "create", **wish).diff[0].ref


@pytest.fixture
def table(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, list[str]]]:
    """What the command prints."""
    assert main(["doctor", "--rights"]) == 0
    printed: dict[str, dict[str, list[str]]] = json.loads(capsys.readouterr().out)["roles"]
    assert set(printed) == {str(role) for role in Role}
    return printed


def email(role: Role) -> str:
    return f"{role}.person@isp.example"


def wishes(refs: Mapping[str, str]) -> dict[Aspect, dict[str, Any]]:
    """Say for each aspect a change that touches it and no other."""
    many = [{"ref": refs[name], "set": {"market": "Bulk"}} for name in ("circuit", "other", "third")]
    return {
        Aspect.NOTE: {"kind": "note", "action": "create", "set": {"on": refs["circuit"], "text": "seen"}},
        Aspect.ATTRIBUTE: {"kind": "circuit", "ref": refs["circuit"], "set": {"market": "Elsewhere"}},
        Aspect.CONTACT: {
            "kind": "contact", "action": "create",
            "set": {"provider": refs["provider"], "kind": "noc", "name": "NOC", "phone": "+1 317 555 0100"},
        },
        Aspect.MONEY: {"kind": "circuit", "ref": refs["circuit"], "set": {"mrc": "120.00"}},
        Aspect.TERM: {"kind": "contract", "ref": refs["contract"], "set": {"term_months": 24}},
        Aspect.DELETE: {"kind": "circuit", "action": "retire", "ref": refs["third"]},
        Aspect.BULK: {"kind": "circuit", "items": many},
        Aspect.KEY: {"kind": "bgp_session", "ref": refs["session"], "set": {"md5_key": "another-key"}},
        Aspect.OUTSIDE: {"kind": "letter", "ref": refs["letter"], "set": {"sending": "manual"}},
        Aspect.BANK: {"kind": "provider", "ref": refs["provider"], "set": {"bank_account": "2"}},
    }  # fmt: skip


@pytest.mark.parametrize("role", Role)
async def test_reading_is_as_printed_over_mcp_api_and_pages(
    core: Core, refs: dict[str, str], table: dict[str, Any], role: Role
) -> None:
    printed = set(table[role]["reads"])
    assert printed <= set(READS) | NOT_BY_ITSELF
    browser = sign_in(core, email(role)).client
    api = TestClient(make_application(core), base_url=HOME, client=("127.0.0.1", 5000))
    arguments = {"get_provider": {"ref": "Carrier"}, "get_customer": {"ref": "nobody"}, "search": {"query": "carrier"}}
    async with connected(make_server(core, PersonDoor(core, email(role))), "auto") as client:
        for feature, (tool, call, page) in READS.items():
            allowed = feature in printed
            if tool is not None:
                result = await client.call_tool_mcp(tool, arguments.get(tool, {}))
                refused = result.is_error and "forbidden_scope" in result.content[0].text
                assert refused is not allowed, (feature, tool)
            answer = api.get(f"/api/v1/{call.format(**refs)}", headers={"Authorization": f"Bearer demo:{email(role)}"})
            assert answer.status_code == (200 if allowed else 403), (feature, answer.text)
            if page is not None:
                assert browser.get(page).status_code == (200 if allowed else 403), (feature, page)


@pytest.mark.parametrize("role", Role)
def test_seeing_is_as_printed(core: Core, refs: dict[str, str], table: dict[str, Any], role: Role) -> None:
    api = TestClient(make_application(core), base_url=HOME, client=("127.0.0.1", 5000))
    headers = {"Authorization": f"Bearer demo:{email(role)}"}
    circuit = api.get(f"/api/v1/get_circuit?ref={refs['circuit']}", headers=headers).json()
    provider = api.get(f"/api/v1/get_provider?ref={refs['provider']}", headers=headers).json()
    assert (circuit["mrc"] is not None) == ("money" in table[role]["sees"])
    assert (provider["bank_account"] is not None) == ("bank" in table[role]["sees"])
    page = sign_in(core, email(role)).get(f"/circuits/{refs['circuit']}")
    assert ("$100.00" in page) == ("money" in table[role]["sees"])


@pytest.mark.parametrize("role", Role)
async def test_proposing_is_as_printed_over_mcp_and_api(
    core: Core, refs: dict[str, str], table: dict[str, Any], role: Role
) -> None:
    api = TestClient(make_application(core), base_url=HOME, client=("127.0.0.1", 5000))
    async with connected(make_server(core, PersonDoor(core, email(role))), "auto") as client:
        for aspect, wish in wishes(refs).items():
            allowed = aspect in table[role]["proposes"]
            result = await client.call_tool_mcp("propose_change", {**wish, "reason": f"by {role}"})
            assert result.is_error is not allowed, (aspect, result.content[0].text)
            if allowed:
                assert aspect in {row["aspect"] for row in result.structured_content["diff"]} | {aspect.BULK}
            answer = api.post("/api/v1/propose_change", json={**wish, "reason": f"by {role}"},
                              headers={"Authorization": f"Bearer demo:{email(role)}"})  # fmt: skip
            assert answer.status_code == (200 if allowed else 403), (aspect, answer.text)


@pytest.mark.parametrize("aspect", Aspect)
def test_approving_is_as_printed_and_on_the_page_only(
    core: Core, refs: dict[str, str], table: dict[str, Any], aspect: Aspect
) -> None:
    with core.session() as session:
        wish = dict(wishes(refs)[aspect])
        kind, action, fields = wish.pop("kind"), wish.pop("action", "update"), wish.pop("set", {})
        asker = make_ctx(session, Role.ADMIN, name="Ada Asker", now=utc_now(), policy=core.policy)
        change = propose(asker, kind, action, **wish, **fields).change_id
    for role in Role:
        # Many attributes at once are attributes too: who approves those may give their part of the approval.
        parts = {aspect, Aspect.ATTRIBUTE} if aspect is Aspect.BULK else {aspect}
        allowed = bool(parts & set(table[role]["approves"]))
        who = core.principal(email(role))
        view = core.call(get_change, GetChange(change_id=change), who, Channel.PAGE)
        assert view.may_approve is allowed, (aspect, role, view.why_not)
        assert not core.call(get_change, GetChange(change_id=change), who, Channel.AGENT).may_approve
        browser = sign_in(core, email(role))
        page = browser.get(f"/approvals/{change}")
        assert ('<button class="btn primary">Approve' in page) is allowed, (aspect, role)
        if not allowed:
            form = {"digest": view.digest, "csrf": browser.token("/you")}
            assert browser.client.post(f"/approvals/{change}/approve", data=form).status_code == 403


@pytest.mark.parametrize("role", Role)
def test_running_is_as_printed(core: Core, table: dict[str, Any], role: Role) -> None:
    browser = sign_in(core, email(role))
    runs = set(table[role]["runs"])
    assert browser.client.get("/imports").status_code == (200 if "imports" in runs else 403)
    run = browser.client.post("/reports/run", data={"csrf": browser.token("/you")}, follow_redirects=False)
    assert run.status_code == (303 if "reports" in runs else 403)
    act = {"act": "close", "email": "nobody@isp.example", "reason": "nobody there", "csrf": browser.token("/you")}
    assert browser.client.post("/people/acts", data=act).status_code == (404 if "people" in runs else 403)
