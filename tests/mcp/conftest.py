"""A small plant behind a real server, and clients of both protocol eras that do and do not ask their person."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from fastmcp import Client, FastMCP
from fastmcp.client.elicitation import ElicitResult
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.rules import Role
from netos_core.demo.people import DEMO_PEOPLE
from netos_core.kernel.context import Channel
from netos_core.kernel.db import new_id
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.records import enqueue
from netos_mcp.auth import PersonDoor
from netos_mcp.server import make_server
from tests.database import TestServer
from tests.factories import approve as approve_in
from tests.factories import approver, make_circuit, make_contract, make_ctx, make_customer, make_provider, make_site
from tests.factories import propose as propose_in

DANA = "dana.whitfield@xiber.example"
TOM = "tom.kessler@xiber.example"
MODES = ("auto", "legacy")


@dataclass(frozen=True)
class Plant:
    """The core on a database with one provider, site, customer, contract and circuit of each kind of test."""

    core: Core
    circuit: str
    provider: str
    site: str
    customer: str
    contract: str

    def server(self, email: str = DANA) -> FastMCP[Any]:
        return make_server(self.core, PersonDoor(self.core, email))

    def new_circuit(self, **fields: Any) -> str:
        with self.core.session() as session:
            return make_circuit(session, provider=self.provider, **fields)

    def new_job(self, email: str = DANA) -> str:
        """Queue a job for someone, as an import does."""
        with self.core.context(self.core.principal(email, "mcp"), Channel.AGENT) as ctx:
            return enqueue(ctx, "import", {}).ref

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        with self.core.session() as session:
            yield session

    def approve(self, change_id: str, digest: str) -> str:
        """Approve on the page, as someone who may."""
        from netos_core.changes.operations import approve_change
        from netos_core.changes.schemas import Decide

        with self.core.session() as session:
            page = approver(session, now=datetime.now(UTC))
            return approve_change(page, Decide(change_id=change_id, digest=digest, comment=None)).status


@pytest.fixture(scope="module")
def plant(database_server: TestServer) -> Iterator[Plant]:
    with database_server.clone() as url:
        core = Core(Settings(database_url=url, demo=True, log_level="error"))
        with core.session() as session:
            made = build(session)
        yield Plant(core, **made)
        core.close()


def build(session: Session) -> dict[str, str]:
    for person in DEMO_PEOPLE:
        session.add(Person(id=new_id(), email=person.email, name=person.name, roles=[str(r) for r in person.roles]))
    session.flush()
    provider = make_provider(session, "Lumen Technologies", noc_phone="+1 800 555 0100")
    site = make_site(session, "Keystone Crossing", city="Indianapolis", state="IN")
    customer = make_customer(session, "Harbor Apartments")
    circuit = make_circuit(
        session, provider=provider, provider_circuit_id="12/KFGS/204481//LUM", mrc="1200.00", bandwidth_mbps="1000",
        a_site=site, z_place="Internet", customer=customer, mrr="2100.00",
    )  # fmt: skip
    contract = make_contract(session, provider=provider, title="Master services agreement", term_end_date="2027-03-31")
    bulk = propose_in(
        make_ctx(session, Role.ADMIN), "circuit", "create",
        items=[{"set": _circuit(number, provider, site)} for number in range(120)],
    )  # fmt: skip
    approve_in(session, bulk)
    return {
        "circuit": circuit, "provider": provider, "site": site, "customer": customer, "contract": contract,
    }  # fmt: skip


SERVICES = ("dia", "epl", "wave", "broadband", "ip_transit")
SPEEDS = ("100", "500", "1000", "10000")


def _circuit(number: int, provider: str, site: str) -> dict[str, Any]:
    ids = (
        f"{10 + number}/KFGS/{204000 + number * 37}//LUM",
        f"OGYX/{310000 + number * 91}//ZYO",
        f"ETH-{4000 + number}-IND",
    )
    far = ("Internet", "Henry Street POP, Indianapolis", "365 Data Center, Chicago")
    return {
        "provider": provider, "provider_circuit_id": ids[number % 3], "service_type": SERVICES[number % 5],
        "bandwidth_mbps": SPEEDS[number % 4], "status": "active", "mrc": f"{300 + number * 61}.{number % 100:02d}",
        "a_site": site, "z_place": far[number % 3],
    }  # fmt: skip


@dataclass
class AtTheClient:
    """The person at the client: what they answer, and what they were asked."""

    action: str = "accept"
    content: dict[str, Any] | None = field(default_factory=lambda: {"apply": True})
    asked: list[str] = field(default_factory=list)

    async def __call__(self, message: str, *_: Any) -> Any:
        self.asked.append(message)
        return ElicitResult(action=self.action, content=self.content if self.action == "accept" else None)


@contextlib.asynccontextmanager
async def connected(server: FastMCP[Any], mode: str, person: AtTheClient | None = None) -> AsyncIterator[Client[Any]]:
    async with Client(server, mode=mode, elicitation_handler=person) as client:
        yield client


async def answered(client: Client[Any], tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that answers; returns its structured result."""
    result = await client.call_tool_mcp(tool, arguments)
    assert not result.is_error, result.content[0].text
    return result.structured_content


async def refused(client: Client[Any], tool: str, **arguments: Any) -> list[str]:
    """Call a tool that refuses; returns the four parts of the refusal."""
    result = await client.call_tool_mcp(tool, arguments)
    assert result.is_error, result.structured_content
    parts = result.content[0].text.split(" | ")
    assert len(parts) == 4, parts
    return parts


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def tokens(text: str) -> int:
    """Count what a model reads."""
    return len(_vocabulary().encode_ordinary(text))


@functools.cache
def _vocabulary() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # how the wheel opens its own data
        from bpe_openai import get_encoding

        return get_encoding("o200k_base")
