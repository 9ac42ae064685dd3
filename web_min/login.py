"""Signing in with Microsoft Entra ID: the code flow with PKCE, state and nonce; Authlib does it, this file wires it.

What is under way lies for ten minutes in a signed cookie of its own, sent to /sign-in only. Who someone is says the
access token, checked as any other; the ID token proves that the answer belongs to the question of this browser.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from authlib.oidc.core import UserInfo
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response

from netos_core.kernel.errors import NotSignedIn, Unavailable
from netos_core.runtime.callers import ENTRA, Visitor
from netos_core.runtime.calls import Core
from netos_core.runtime.systems import Watch
from web_min import session

log = logging.getLogger(__name__)

UNDER_WAY = "netos_login"
LASTS_SECONDS = 600
PATIENCE_SECONDS = 15
SIGNING = "web-login"
OUR_SECRET = "entra_client_secret"  # noqa: S105 - the name of the setting
NOT_US = "invalid_client"
# No answer, one that says it failed, one that is no JSON, or metadata that names no endpoint.
UNUSABLE = (httpx2.HTTPError, OSError, ValueError, RuntimeError)
CALLBACK = "/sign-in/callback"
NEXT = "next"


class SignInFailed(NotSignedIn):
    """The sign-in did not come to its end."""


class ProviderSilent(Unavailable):
    """The identity provider does not answer."""


class Login:
    """The sign-in of one installation; none of it exists without an identity provider."""

    callback = CALLBACK

    def __init__(self, core: Core) -> None:
        if core.entra is None:
            raise ValueError("There is no identity provider.")
        self._core = core
        self._entra = core.entra
        self._client_id = str(core.settings.entra_client_id)
        self._watch = Watch(core, ENTRA)
        oauth = OAuth()
        self._app: Any = oauth.register(
            "entra",
            client_id=self._client_id,
            server_metadata_url=self._entra.discovery_url,
            client_kwargs={
                "scope": f"openid profile offline_access {self._entra.scopes}",
                "code_challenge_method": "S256",
                "timeout": PATIENCE_SECONDS,
            },
        )

    def middleware(self) -> list[Middleware]:
        """Return what keeps the state of a sign-in between its two requests."""
        return [
            Middleware(
                SessionMiddleware,
                secret_key=self._core.keys.derive(SIGNING)[0].hex(),
                session_cookie=UNDER_WAY,
                max_age=LASTS_SECONDS,
                path="/sign-in",
                same_site="lax",
                https_only=session.is_secure(self._core),
            )
        ]

    async def start(self, request: Request) -> Response:
        """Send the browser to the identity provider.

        Raises:
            ProviderSilent: It does not answer.
        """
        request.session.clear()
        request.session[NEXT] = session.local_path(request.query_params.get(NEXT))
        try:
            answer: Response = await self._app.authorize_redirect(request, f"{self._core.settings.url}{CALLBACK}")
        except UNUSABLE as silent:
            raise self._silent(silent) from silent
        return answer

    async def finish(self, request: Request) -> tuple[str, str]:
        """Take the answer of the identity provider; returns the new cookie's value and where to go.

        Raises:
            SignInFailed: It is not the answer to a question of this browser, or says no.
            Forbidden: The person may not come in.
            ProviderSilent: The identity provider does not answer.
        """
        where = session.local_path(request.session.get(NEXT))
        self._app.client_secret = self._core.settings.secret(OUR_SECRET)  # it may have been rotated
        options = {"iss": {"essential": True, "value": self._entra.issuer},
                   "aud": {"essential": True, "value": self._client_id}}  # fmt: skip
        try:
            tokens = await self._app.authorize_access_token(request, claims_options=options)
        except (OAuthError, JoseError) as refused:
            log.info("sign-in refused", extra={"reason": type(refused).__name__})
            if isinstance(refused, OAuthError) and refused.error == NOT_US:
                await run_in_threadpool(self._look_at_our_secret)
            raise _failed() from refused
        except UNUSABLE as silent:
            raise self._silent(silent) from silent
        finally:
            request.session.clear()
        cookie = await run_in_threadpool(self._enter, tokens, session.visitor(self._core, request))
        return cookie, where

    def _enter(self, tokens: dict[str, Any], visitor: Visitor) -> str:
        """Judge the access token; the ID token must speak of the same person."""
        told: UserInfo | None = tokens.get("userinfo")
        claims = self._core.callers.claims(str(tokens.get("access_token", "")))
        if told is None or not told.get("oid") or told["oid"] != claims.get("oid"):
            raise _failed()
        return self._core.callers.sign_in(claims, tokens.get("refresh_token"), visitor)

    def _look_at_our_secret(self) -> None:
        """Read our secret anew, for it may have been rotated, and have Entra say what is wrong with it.

        Raises:
            Unavailable: It is wrong, or the next try finds it right.
        """
        self._core.settings.secret(OUR_SECRET, fresh=True)
        with self._watch.asking():
            self._entra.check()
        raise ProviderSilent("Microsoft Entra ID did not accept the secret of NetOS.", fix="Start it again.")

    def _silent(self, failed: Exception) -> ProviderSilent:
        """Say that there was no usable answer, and ask for the metadata anew next time: they may be somebody else's."""
        log.warning("no usable answer to a sign-in", extra={"reason": type(failed).__name__})
        self._app.server_metadata.clear()
        return ProviderSilent("Microsoft Entra ID does not answer.", fix="Try again in a minute.")

    def logout_url(self) -> str:
        """Return where the identity provider's own session is ended, and how the browser comes back."""
        back = {"post_logout_redirect_uri": f"{self._core.settings.url}/signed-out"}
        return f"{self._entra.logout_url}?{urlencode(back)}"


def _failed() -> SignInFailed:
    return SignInFailed("The sign-in was not completed.", fix="Start it again from this page.")
