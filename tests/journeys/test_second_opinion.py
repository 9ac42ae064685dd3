"""The same sign-in against a certified OpenID provider, which was not written by those who wrote NetOS."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from fastmcp import Client

from netos_core.runtime.calls import Core
from tests.database import TestServer
from tests.journeys.entra import AtTheBrowser, running_netos
from tests.mcp.conftest import answered, refused
from tests.oidc.serving import (
    ACCOUNTS,
    AGENT_SECRET,
    API,
    TENANT,
    WEB_SECRET,
    Running,
    agent_client,
    provider,
    web_client,
)
from tests.standins.serving import free_port

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore:Using in-memory token storage"),  # the client is gone after the test
]
ADMIN, FINANCE = (  # at other addresses than the people of the sample data, who are nobody in this directory
    dataclasses.replace(account, preferred_username=account.preferred_username.replace("xiber", "directory"))
    for account in ACCOUNTS
)
AGENT = agent_client("NetOS.Engineering")


@dataclass
class Installed:
    url: str
    core: Core
    directory: Running


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def netos(database_server: TestServer) -> Iterator[Installed]:
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    web = web_client(f"{here}/auth/callback", f"{here}/sign-in/callback", logged_out=[f"{here}/signed-out"])
    with (
        provider(clients=[web, AGENT], accounts=[ADMIN, FINANCE]) as directory,
        database_server.clone(of=database_server.sample) as database,
    ):
        chosen = {
            "entra_tenant_id": TENANT,
            "entra_client_id": API,
            "entra_client_secret": WEB_SECRET,
            "entra_authority": directory.base,
            "entra_group_roles": f'{{"{FINANCE.groups[0]}": "finance"}}',
        }
        with running_netos(database, port, directory.authority, **chosen) as (url, core, _):
            yield Installed(url, core, directory)


async def test_an_mcp_client_signs_in_and_acts_as_that_person(netos: Installed) -> None:
    url = f"{netos.url}/mcp"
    dance = AtTheBrowser(url, FINANCE.oid, netos.directory.trust, client_name="Claude")
    async with Client(url, auth=dance) as client:
        assert FINANCE.name in (await client.read_resource("netos://me"))[0].text
        dashboard = await answered(client, "get_dashboard")
    assert dashboard["mrc"]


async def test_an_agent_of_its_own_can_propose_and_not_approve(netos: Installed) -> None:
    with netos.directory.browser() as http:
        told = http.post(
            f"{netos.directory.base}/{TENANT}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": AGENT["client_id"],
                "client_secret": AGENT_SECRET,
                "scope": f"api://{API}/.default",
            },
        ).json()
    async with Client(f"{netos.url}/mcp", auth=told["access_token"]) as client:
        circuit = (await answered(client, "search_circuits", limit=1))["rows"][0][0]
        change = await answered(
            client, "propose_change", kind="circuit", ref=circuit, set={"mrc": "987.00"}, reason="the invoice says so"
        )
        refusal = await refused(client, "confirm_change", change_id=change["change_id"], digest=change["digest"])
    assert refusal[0] == "forbidden_scope"


def test_a_person_signs_in_on_the_pages_and_out_again(netos: Installed) -> None:
    with netos.directory.browser(base_url=netos.url) as browser:
        asked = browser.get("/sign-in/start", params={"next": "/circuits"})
        assert asked.status_code in {302, 303, 307}
        back = netos.directory.sign_in(browser, asked.headers["location"], ADMIN)
        arrived = browser.get(back)
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/circuits")
        page = browser.get("/circuits")
        assert page.status_code == 200
        assert ADMIN.name in page.text
        assert browser.get(back).status_code in {400, 401, 403}, "the same code again"
    assert httpx2.get(f"{netos.url}/circuits").status_code == 303
