"""Runs the certified OpenID provider of `provider.mjs`, at Entra ID's addresses and with Entra's claims.

A second opinion beside our own stand-in for Entra: what signs in here was not written by those who wrote
NetOS. It needs Node 20 or newer and `npm ci` in this folder; without them a test that asks for it is skipped.

    with provider(clients=[web_client("https://127.0.0.1:8420/auth/callback")]) as running:
        settings = ...running.base, running.authority, running.tenant, running.api...
        arrived = running.sign_in(client, "https://...authorize?...", ACCOUNTS[0])

Not as in Entra: a client with the refresh grant gets a refresh token whether or not it asks for `offline_access`,
each client authenticates by one method only, and there is neither Graph nor on-behalf-of.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme

HERE = Path(__file__).parent
LIBRARY = HERE / "node_modules/oidc-provider"
NODE_NEEDED = 20
PATIENCE = 30.0
MOST_REDIRECTS = 10

TENANT = "7c9a0f5e-2b1d-4e6f-8a3c-5d4e3f2a1b0c"
API = "1f4b6c2a-9d8e-4c7b-a5f6-0e1d2c3b4a59"
WEB_SECRET = "web&secret: with/reserved characters"
AGENT_SECRET = "agent-secret"


@dataclass(frozen=True)
class Account:
    """A person of the directory; what is here becomes claims of their tokens, `email` of the ID token only.

    oid: The person's key, with the tenant. `sub` is another value.
    roles: App roles as their tokens carry them, such as `NetOS.Finance`.
    groups: GUIDs of their groups.
    """

    oid: str
    name: str
    preferred_username: str
    email: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


ACCOUNTS = (
    Account(
        "0b6f1c8e-51aa-4b52-9d3f-6f7a8b9c0d01", "Priya Raman", "priya.raman@xiber.example",
        "priya.raman@xiber.example", roles=("NetOS.Admin",),
    ),
    Account(
        "0b6f1c8e-51aa-4b52-9d3f-6f7a8b9c0d02", "Marcus Oyelaran", "marcus.oyelaran@xiber.example",
        "marcus.oyelaran@xiber.example", groups=("c0ffee00-0000-4000-8000-000000000001",),
    ),
)  # fmt: skip
"""One who holds an app role, one who holds none but is in a group."""


def web_client(*redirect_uris: str, client_id: str = API, logged_out: Sequence[str] = ()) -> dict[str, Any]:
    """Describe a confidential client that signs people in.

    Args:
        redirect_uris: Where the code may be sent; compared exactly.
        client_id: The API's own id unless said otherwise, as where one registration is both.
        logged_out: Where the browser may be sent after `oauth2/v2.0/logout`.
    """
    return {
        "client_id": client_id,
        "client_secret": WEB_SECRET,
        "redirect_uris": list(redirect_uris),
        "post_logout_redirect_uris": list(logged_out),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
    }


def agent_client(*roles: str, client_id: str = "5e0d4c3b-2a19-4f8e-9d7c-6b5a49382716") -> dict[str, Any]:
    """Describe an application that asks for tokens of its own.

    Args:
        roles: App roles granted to it; its tokens carry them as `roles`, beside `idtyp: app`.
        client_id: Its id.
    """
    return {
        "client_id": client_id,
        "client_secret": AGENT_SECRET,
        "oid": "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
        "roles": list(roles),
        "redirect_uris": [],
        "grant_types": ["client_credentials"],
        "response_types": [],
        "token_endpoint_auth_method": "client_secret_post",
    }


@dataclass(frozen=True)
class Running:
    """A provider that answers.

    base: `https://localhost:PORT`, in the place of `https://login.microsoftonline.com`.
    issuer: `{base}/{tenant}/v2.0`; discovery is below it.
    tenant: `tid` of every token.
    api: Client id of the API: `aud` of every access token. Its scope is `scope`.
    authority: A PEM file with the authority to trust, as SSL_CERT_FILE or as httpx2's `verify`.
    """

    base: str
    issuer: str
    tenant: str
    api: str
    authority: Path

    @property
    def netloc(self) -> str:
        """Host and port, which FastMCP's Azure classes take as `base_authority`."""
        return self.base.removeprefix("https://")

    @property
    def scope(self) -> str:
        """The delegated scope; an application asks for `api://{api}/.default` instead."""
        return f"api://{self.api}/access_as_user"

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """What trusts its certificate and no other."""
        return ssl.create_default_context(cafile=str(self.authority))

    def browser(self, **options: Any) -> httpx2.Client:
        """Return a client that keeps cookies, as a person's browser does, and follows no redirect by itself."""
        return httpx2.Client(verify=self.trust, timeout=PATIENCE, **options)

    def sign_in(self, browser: httpx2.Client, url: str, account: Account) -> str:
        """Go to an authorization address, choose an account on its page and return where it sends the browser.

        Args:
            browser: Keeps the cookies; a second sign-in with it shows no page.
            url: The whole authorization address.
            account: One of those the provider was started with.

        Returns:
            The redirect address of the application with `code` and `state`, or with `error`; it was not asked for.
        """
        answer = browser.get(url)
        for _ in range(MOST_REDIRECTS):
            if answer.is_redirect:
                target = str(answer.url.join(answer.headers["location"]))
                if not target.startswith(f"{self.base}/"):
                    return target
                answer = browser.get(target)
            else:
                assert answer.status_code == 200, answer.text
                answer = browser.post(str(answer.url), data={"account": account.oid})
        pytest.fail("the provider sends the browser in circles")


def node() -> str:
    """Return the installed Node, or skip."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("the OpenID provider needs Node, and none is installed")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.removeprefix("v").partition(".")[0]) < NODE_NEEDED:
        pytest.skip(f"the OpenID provider needs Node {NODE_NEEDED}, not {told.strip()}")
    if not LIBRARY.is_dir():
        pytest.skip("the OpenID provider is not installed: `npm ci` in tests/oidc")
    return found


@contextlib.contextmanager
def provider(
    *,
    clients: Sequence[dict[str, Any]],
    accounts: Sequence[Account] = ACCOUNTS,
    tenant: str = TENANT,
    api: str = API,
    port: int = 0,
) -> Iterator[Running]:
    """Run a provider in a process of its own; skips the test where it can not run.

    Args:
        clients: The applications it knows, made by `web_client` and `agent_client`.
        accounts: The people who may be chosen on its sign-in page.
        tenant: `tid` of its tokens and part of every address.
        api: Client id of the API its tokens are for.
        port: Where it listens on the loopback; 0 takes a free port.
    """
    program = node()
    with tempfile.TemporaryDirectory(prefix="netos-oidc-") as folder:
        key, certificate, authority = (Path(folder) / name for name in ("key.pem", "certificate.pem", "authority.pem"))
        issued = trustme.CA()
        pair = issued.issue_cert("localhost", "127.0.0.1")
        issued.cert_pem.write_to_path(str(authority))
        pair.private_key_pem.write_to_path(str(key))
        certificate.write_bytes(b"".join(blob.bytes() for blob in pair.cert_chain_pems))
        config = {
            "port": port, "tenant": tenant, "api": api, "key": str(key), "certificate": str(certificate),
            "clients": list(clients), "accounts": [asdict(account) for account in accounts],
        }  # fmt: skip
        log = Path(folder) / "provider.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [program, HERE / "provider.mjs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(config) + "\n")
            process.stdin.flush()
            told = process.stdout.readline()
            assert told, log.read_text()
            yield Running(tenant=tenant, api=api, authority=authority, **json.loads(told))
            process.terminate()
