"""Signing in for MCP clients that a person uses: the OAuth proxy in front of Microsoft Entra ID.

Entra registers no clients by itself, so NetOS does: a client registers here, its person agrees on a page of ours,
signs in at Entra, and the client gets a token of ours that stands for Entra's. What is stored for that lies sealed
in the queue's Valkey, where every replica finds it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from fastmcp.server.auth.oauth_proxy.upstream import AsyncOAuth2Client
from fastmcp.server.auth.providers.azure import AzureProvider
from key_value.aio.stores.redis import RedisStore
from key_value.aio.wrappers.encryption.fernet import FernetEncryptionWrapper
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.routing import Route

from netos_core.kernel.errors import Invalid
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.runtime.settings_words import listed

SCOPE = "access_as_user"
SIGNING = "oauth-signing"
STORAGE = "oauth-storage"
OWN_ALGORITHM = "HS256"  # tokens of ours; Entra's are RS256


class EntraProxy(AzureProvider):
    """The proxy, whose client secret may be rotated while it runs."""

    def __init__(self, settings: Settings, **given: Any) -> None:
        super().__init__(**given)
        self._settings = settings

    def _create_upstream_oauth_client(self) -> AsyncOAuth2Client:
        self._upstream_client_secret = SecretStr(self._settings.secret("entra_client_secret"))
        return super()._create_upstream_oauth_client()


class Interactive:
    """The sign-in of interactive clients: its routes, and the claims behind a token it gave out."""

    def __init__(self, core: Core, path: str) -> None:
        chosen = core.settings
        if chosen.redis_url is None:
            raise Invalid(
                "Signing in MCP clients needs the queue's Valkey or Redis.",
                field="redis_url",
                fix="Set NETOS_REDIS_URL.",
            )
        self._storage = Redis.from_url(chosen.redis_url, decode_responses=True)
        self._proxy = EntraProxy(
            chosen,
            client_id=chosen.entra_client_id,
            client_secret=chosen.secret("entra_client_secret"),
            tenant_id=chosen.entra_tenant_id,
            base_authority=chosen.entra_authority.removeprefix("https://"),
            required_scopes=[SCOPE],
            base_url=chosen.url,
            forward_resource=False,  # Entra v2 refuses `resource` beside scopes (AADSTS9010010)
            require_authorization_consent=True,
            allowed_client_redirect_uris=list(listed(chosen.mcp_redirects)),
            client_storage=FernetEncryptionWrapper(
                RedisStore(client=self._storage), fernet=core.keys.box(STORAGE), raise_on_decryption_error=False
            ),
            jwt_signing_key=base64.urlsafe_b64encode(core.keys.derive(SIGNING)[0]),
        )
        self.routes: list[Route] = self._proxy.get_routes(path)

    async def claims(self, token: str) -> tuple[Mapping[str, Any], str] | None:
        """Return the Entra claims behind a token this proxy gave out, and the client it was given to."""
        found = await self._proxy.load_access_token(token)
        if found is None:
            return None
        return found.claims or {}, f"mcp:{_part(token, 1).get('client_id', '')}"

    async def close(self) -> None:
        await self._storage.aclose()


def is_ours(token: str) -> bool:
    """Tell a token the proxy gave out from one of Entra's, by its header; it is verified afterwards."""
    return _part(token, 0).get("alg") == OWN_ALGORITHM


def _part(token: str, number: int) -> dict[str, Any]:
    """Read one part of a JWT without believing it."""
    try:
        piece = token.split(".")[number]
        found = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}
