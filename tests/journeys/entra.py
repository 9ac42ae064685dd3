"""NetOS with Microsoft Entra ID in front, all of it real but the directory: where journeys of identity start."""

from __future__ import annotations

import contextlib
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
from fastmcp.client.auth import OAuth
from mcp.shared.auth import AuthorizationCodeResult

from netos_core.runtime import valkey
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.directory import CLIENT, NOC_GROUP, SECRET, TENANT
from tests.standins import entra
from tests.standins.serving import Served, free_port, served

KEYS = "the keys of a journey that ends with its installation"
CHOOSER = re.compile(r'name="(oid|account)"')  # how the two directories ask who signs in
FORM = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class Installation:
    """A running NetOS and the directory it trusts."""

    url: str
    core: Core
    directory: Served
    log: Path

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Ask the directory's token endpoint as an application does."""
        with httpx2.Client(verify=self.directory.trusting()) as client:
            answer = client.post(f"{self.directory.url}/{TENANT}/oauth2/v2.0/token", data=dict(form))
        told: dict[str, Any] = answer.json()
        return told

    def minted(self, **how: Any) -> str:
        """Have the directory sign any claims at all, well or badly."""
        return str(self.tell("/__token", how)["token"])

    def tell(self, path: str, what: Any) -> dict[str, Any]:
        with httpx2.Client(verify=self.directory.trusting()) as client:
            answer = client.post(f"{self.directory.url}{path}", json=what)
        assert answer.status_code < 300, answer.text
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told


@contextlib.contextmanager
def installation(database_url: str, **more: Any) -> Iterator[Installation]:
    """Run NetOS on a database, with Entra's stand-in over TLS and a Valkey of its own."""
    with served(entra.make_app(), tls=True) as directory:
        assert directory.ca_file is not None
        entra_is = {
            "entra_tenant_id": TENANT,
            "entra_client_id": CLIENT,
            "entra_client_secret": SECRET,
            "entra_authority": directory.url,
            "graph_url": directory.url,
            "entra_group_roles": json.dumps({NOC_GROUP: "noc"}),
        }
        with running_netos(database_url, free_port(), directory.ca_file, **{**entra_is, **more}) as (url, core, log):
            yield Installation(url, core, directory, log)


@contextlib.contextmanager
def running_netos(database_url: str, port: int, ca_file: Path, **chosen: str) -> Iterator[tuple[str, Core, Path]]:
    """Run the web server in a process of its own; yields its address, a core on the same settings, and its log."""
    with contextlib.ExitStack() as stack:
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(ca_file)
        stack.callback(_restore, before)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netos-t-")))
        queue = valkey.start(folder / "valkey")
        stack.callback(valkey.stop, queue)
        chosen |= {
            "database_url": database_url,
            "redis_url": queue.url,
            "home": str(folder / "home"),
            "port": str(port),
            "secret_keys": KEYS,
        }
        log = folder / "web.log"
        written = stack.enter_context(log.open("wb"))
        web = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "netos_mcp.app:app", "--port", str(port), "--no-access-log"],
            env={**os.environ, **{f"NETOS_{name.upper()}": value for name, value in chosen.items()}},
            stdout=written,
            stderr=written,
        )
        stack.callback(_stop, web)
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, web, log)
        groups = json.loads(chosen.get("entra_group_roles", "{}"))
        core = Core(Settings(**{**chosen, "entra_group_roles": groups}))
        stack.callback(core.close)
        yield url, core, log


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(f"{url}/healthz").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text()[-5000:])


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop("SSL_CERT_FILE", None)
    else:
        os.environ["SSL_CERT_FILE"] = before


class AtTheBrowser(OAuth):
    """An MCP client's OAuth whose person clicks through the pages: allows the client, then says who they are."""

    def __init__(self, mcp_url: str, person: str, trust: ssl.SSLContext, **more: Any) -> None:
        super().__init__(mcp_url, **more)
        self._person = person
        self._trust = trust
        self._answer: dict[str, str] = {}

    async def redirect_handler(self, authorization_url: str) -> None:
        async with httpx2.AsyncClient(verify=self._trust) as browser:
            answer = await browser.get(authorization_url)
            while True:
                if answer.is_redirect:
                    place = urljoin(str(answer.url), answer.headers["location"])
                    if place.startswith(str(self.context.client_metadata.redirect_uris[0])):
                        self._answer = dict(parse_qsl(urlsplit(place).query))
                        return
                    answer = await browser.get(place)
                elif (field := CHOOSER.search(answer.text)) is not None:
                    answer = await browser.post(str(answer.url), data={field[1]: self._person})
                elif "txn_id" in answer.text:
                    fields = dict(FORM.findall(answer.text))
                    answer = await browser.post(str(answer.url), data={**fields, "action": "approve"})
                else:
                    raise AssertionError(f"{answer.status_code} at {answer.url}: {answer.text[:2000]}")

    async def callback_handler(self) -> AuthorizationCodeResult:
        assert "code" in self._answer, self._answer
        return AuthorizationCodeResult(
            code=self._answer["code"], state=self._answer.get("state"), iss=self._answer.get("iss")
        )
