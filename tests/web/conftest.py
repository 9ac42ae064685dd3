"""The pages over a real database: clients that sign in as people of each role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.factories import make_person
from web_min.app import exception_handlers, make_routes, middleware

HOME = "http://127.0.0.1:8420"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def make_application(core: Core) -> Starlette:
    return Starlette(
        routes=make_routes(core),
        middleware=middleware(core),
        exception_handlers=dict(exception_handlers(core)),  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Browser:
    """A client that keeps its cookies and sends the token of the page it read last."""

    client: TestClient

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == status, answer.text[:3000]
        return answer.text

    def token(self, page: str = "/") -> str:
        found = TOKEN.search(self.get(page))
        assert found
        return found[1]

    def post(self, path: str, fields: Mapping[str, Any], status: int = 200, *, token: str | None = None) -> str:
        """Send a form and follow its redirect."""
        sent = {"csrf": self.token() if token is None else token, **fields}
        answer = self.client.post(path, data=sent)
        assert answer.status_code == status, answer.text[:3000]
        return answer.text

    def where(self, path: str, fields: Mapping[str, Any]) -> str:
        """Send a form and return where it leads."""
        answer = self.client.post(path, data={"csrf": self.token(), **fields}, follow_redirects=False)
        assert answer.status_code == 303, answer.text[:3000]
        return str(answer.headers["location"])


def sign_in(core: Core, email: str) -> Browser:
    client = TestClient(make_application(core), base_url=HOME, headers={"accept": "text/html"})
    browser = Browser(client)
    browser.post("/sign-in", {"person": email, "next": "/"}, token=browser.token("/sign-in"))
    return browser


@pytest.fixture(scope="module")
def demo_core(database_server: TestServer) -> Iterator[Core]:
    """The sample company, for tests that only look."""
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url, demo=True))
        yield core
        core.close()


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    """An empty installation with one person of each role."""
    core = Core(Settings(database_url=fresh_db, demo=True))
    with core.session() as session:
        for role in Role:
            make_person(session, role)
    yield core
    core.close()


def as_role(core: Core, role: Role) -> Browser:
    return sign_in(core, f"{role}.person@isp.example")
