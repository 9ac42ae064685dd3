"""Microsoft Entra ID: signatures of its tokens, the groups of a person, and renewing a sign-in.

What a token's claims must say is `netos_core.access.claims`; here is only what needs the network: the
keys, our own token for Microsoft Graph, and the errors Entra answers with (the AADSTS numbers).
"""

from __future__ import annotations

import logging
import re
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netos_core.access.claims import SCOPE
from netos_core.kernel.errors import Forbidden
from netos_core.vendors.entra_keys import SigningKeys
from netos_core.vendors.http import BadResponse, CredentialsInvalid, Reply, VendorError, VendorHttp

log = logging.getLogger(__name__)

FAILED_FOR_SECONDS = 30.0  # before renewing our own token is tried again
GROUPS_FOR_SECONDS = 600.0
MOST_PEOPLE = 10_000  # whose groups are kept
RENEW_AT = 0.8  # of a token's life
READ_SECONDS = 10.0  # somebody waits for the answer

SECRET_SETTING = "NETOS_ENTRA_CLIENT_SECRET"  # noqa: S105 - the name of the setting
WRONG_SECRET = frozenset({7000215, 7000222})
WRONG_SETTING: Mapping[int, tuple[str, str]] = {
    7000215: ("The client secret of NetOS is not the one Entra ID knows.", SECRET_SETTING),
    7000222: ("The client secret of NetOS has expired.", SECRET_SETTING),
    700016: ("Entra ID knows no application with our client id in this tenant.", "NETOS_ENTRA_CLIENT_ID"),
    90002: ("Entra ID knows no such tenant.", "NETOS_ENTRA_TENANT_ID"),
}


class SignInAgain(Forbidden):
    """The sign-in cannot be renewed: the person has to come to the sign-in page.

    `claims` is what Entra wants satisfied there (its claims challenge), to be sent along; often None.
    """

    code = "invalid_token"

    def __init__(self, claims: str | None = None) -> None:
        super().__init__("Your sign-in at Microsoft has ended.", fix="Sign in again.")
        self.claims = claims


@dataclass(frozen=True, slots=True)
class Tokens:
    """What renewing gives. `refresh_token` is the newest and replaces the one that was used."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int  # seconds


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Granted(_Answer):
    access_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0)
    refresh_token: str | None = None


class _Denied(_Answer):
    error: str
    error_description: str = ""
    error_codes: list[int] = []
    claims: str | None = None

    def numbers(self) -> list[int]:
        """List the AADSTS numbers; an older answer has its number in the description alone."""
        described = re.match(r"AADSTS([0-9]{1,9})\b", self.error_description)
        return [*self.error_codes, *([int(described[1])] if described else [])]


class _Groups(_Answer):
    value: list[str]


@dataclass(frozen=True, slots=True)
class _AppToken:
    text: str = field(repr=False)
    renew_at: float
    ends_at: float


class Entra:
    """One tenant and our registration in it; threads may share it. Instants are those of `clock`, in seconds.

    Args:
        authority: Address of Entra, such as https://login.microsoftonline.com.
        tenant_id: GUID of the directory.
        client_id: GUID of our app registration.
        client_secret: Returns our secret, read anew from its source where the argument is true.
        graph_url: Address of Microsoft Graph.
        clock: A clock that only goes forward.
        sleep: Waits between tries.
        verify: Certificate authorities to trust. None: the machine's own.
    """

    def __init__(
        self,
        authority: str,
        tenant_id: str,
        client_id: str,
        client_secret: Callable[[bool], str],
        graph_url: str = "https://graph.microsoft.com",
        clock: Callable[[], float] = time.monotonic,
        *,
        sleep: Callable[[float], None] = time.sleep,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._base = f"{authority.rstrip('/')}/{tenant_id}"
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._secret = client_secret
        self._graph_url = graph_url.rstrip("/")
        self._clock = clock
        self._login = VendorHttp(
            "Entra ID",
            authority,
            setting=SECRET_SETTING,
            most_bytes=1 << 20,
            read_seconds=READ_SECONDS,
            sleep=sleep,
            verify=verify,
        )
        self._graph = VendorHttp(
            "Microsoft Graph", graph_url, setting=SECRET_SETTING, read_seconds=READ_SECONDS, sleep=sleep, verify=verify
        )
        self._keys = SigningKeys(self._login, self.keys_url, clock)
        self._app_token: _AppToken | None = None
        self._app_token_lock = threading.Lock()
        self._groups: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()
        self._groups_lock = threading.Lock()

    @property
    def issuer(self) -> str:
        return f"{self._base}/v2.0"

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def keys_url(self) -> str:
        return f"{self._base}/discovery/v2.0/keys"

    @property
    def authorize_url(self) -> str:
        return f"{self._base}/oauth2/v2.0/authorize"

    @property
    def token_url(self) -> str:
        return f"{self._base}/oauth2/v2.0/token"

    @property
    def logout_url(self) -> str:
        return f"{self._base}/oauth2/v2.0/logout"

    @property
    def scopes(self) -> str:
        """What a person's sign-in asks for: who they are, a token for NetOS, and the means to renew it."""
        return f"openid profile offline_access api://{self._client_id}/{SCOPE}"

    def close(self) -> None:
        self._login.close()
        self._graph.close()

    def claims(self, token: str) -> dict[str, Any]:
        """Check the signature of a token and return its payload, of which nothing else has been checked.

        Raises:
            TokenRefused: It is too long, malformed, not signed by RS256, or not by a key of this tenant.
            VendorError: No key could ever be read.
        """
        return self._keys.claims(token)

    def check(self) -> None:
        """Ask for the keys and for a token of ours: the cheapest proof that the settings are right.

        Raises:
            VendorError: One of them is refused or not answered.
        """
        self._keys.read()
        self._application_token(None)

    def groups_of(self, object_id: str) -> frozenset[str]:
        """Return the GUIDs of the security groups a person is in, directly or through others; up to 10 minutes old.

        Raises:
            VendorError: Graph did not tell; whoever asked must then be let in nowhere.
        """
        now = self._clock()
        with self._groups_lock:
            until, groups = self._groups.get(object_id, (now, frozenset()))
        if now < until:
            return groups
        groups = self._member_of(object_id)
        with self._groups_lock:
            self._groups[object_id] = (now + GROUPS_FOR_SECONDS, groups)
            self._groups.move_to_end(object_id)
            while len(self._groups) > MOST_PEOPLE:
                self._groups.popitem(last=False)
        return groups

    def refresh(self, refresh_token: str) -> Tokens:
        """Renew a person's sign-in.

        Raises:
            SignInAgain: Entra wants to see the person.
            VendorError: Entra did not answer, or does not accept our own credentials.
        """
        granted = self._grant({"grant_type": "refresh_token", "refresh_token": refresh_token, "scope": self.scopes})
        return Tokens(granted.access_token, granted.refresh_token or refresh_token, granted.expires_in)

    def _member_of(self, object_id: str) -> frozenset[str]:
        path = f"/v1.0/users/{quote(object_id, safe='')}/getMemberObjects"
        reply, used = self._ask_graph(path, None)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            reply, _ = self._ask_graph(path, used)
        if reply.status != HTTPStatus.OK:
            raise self._graph.refused(reply)
        return frozenset(_read(_Groups, reply).value)

    def _ask_graph(self, path: str, refused: str | None) -> tuple[Reply, str]:
        token = self._application_token(refused)
        reply = self._graph.request(
            "POST",
            path,
            json={"securityEnabledOnly": True},
            headers={"Authorization": f"Bearer {token}"},
            repeatable=True,  # it only reads
        )
        return reply, token

    def _application_token(self, refused: str | None) -> str:
        """Return our own token for Graph, renewed by one caller at 80 % of its life; never the refused one."""
        held = self._app_token
        if held is not None and held.text != refused:
            now = self._clock()
            if now < held.renew_at or (now < held.ends_at and self._app_token_lock.locked()):
                return held.text
        with self._app_token_lock:
            held = self._app_token
            if held is None or held.text == refused or self._clock() >= held.renew_at:
                held = self._app_token = self._renewed(None if held is None or held.text == refused else held)
            return held.text

    def _renewed(self, held: _AppToken | None) -> _AppToken:
        """Get a token; where that fails, the one we hold serves to its end."""
        form = {"grant_type": "client_credentials", "scope": f"{self._graph_url}/.default"}
        now = self._clock()
        try:
            granted = self._grant(form)
        except VendorError as failed:
            if held is None or now >= held.ends_at:
                raise
            log.warning("token for Microsoft Graph not renewed", extra={"error": failed.code})
            return replace(held, renew_at=now + FAILED_FOR_SECONDS)
        return _AppToken(granted.access_token, now + granted.expires_in * RENEW_AT, now + granted.expires_in)

    def _grant(self, form: Mapping[str, str]) -> _Granted:
        """Ask for tokens, once more with the secret read anew where Entra does not know the one we have."""
        secret = self._secret(False)
        reply = self._post(form, secret)
        if reply.status != HTTPStatus.OK and WRONG_SECRET.intersection(_denied(reply).numbers()):
            fresh = self._secret(True)
            reply = self._post(form, fresh) if fresh != secret else reply
        if reply.status == HTTPStatus.OK:
            return _read(_Granted, reply)
        denied = _denied(reply)
        wrong = next((number for number in denied.numbers() if number in WRONG_SETTING), None)
        if wrong is not None:
            what, setting = WRONG_SETTING[wrong]
            raise CredentialsInvalid(
                what,
                system=self._login.system,
                status=reply.status,
                vendor_code=f"AADSTS{wrong}",
                vendor_request_id=reply.request_id,
                setting=setting,
                fix=f"Correct {setting}.",
            )
        if "refresh_token" in form and denied.error in {"invalid_grant", "interaction_required"}:
            raise SignInAgain(denied.claims)
        raise self._login.refused(reply, denied.error)

    def _post(self, form: Mapping[str, str], secret: str) -> Reply:
        return self._login.request(
            "POST",
            self.token_url,
            form={"client_id": self._client_id, "client_secret": secret, **form},
            repeatable="refresh_token" not in form,
        )


_Shape = TypeVar("_Shape", bound=_Answer)


def _read(shape: type[_Shape], reply: Reply) -> _Shape:
    try:
        return shape.model_validate(reply.json())
    except ValidationError:
        raise reply.bad("lacks what its interface promises") from None


def _denied(reply: Reply) -> _Denied:
    try:
        return _read(_Denied, reply)
    except BadResponse:  # a refusal in another shape, such as a proxy's page: its status still says what it is
        return _Denied(error="")
