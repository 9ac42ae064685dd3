"""HashiCorp Vault: log in by AppRole, read secrets of a KV version 2 mount.

Vault answers 403 both to an expired token and to a path the role may not read, so a 403 is answered
with one new login before it is believed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from netos_core.vendors.http import (
    CredentialsInvalid,
    RateLimited,
    Reply,
    VendorHttp,
    VendorNotFound,
    VendorUnavailable,
)

SYSTEM = "Vault"
SETTING = "NETOS_VAULT_SECRET_ID"
RENEWED_AT = 0.8  # of a token's life
LOGIN = "v1/auth/approle/login"
RENEW = "v1/auth/token/renew-self"
LOGIN_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class _Answer(BaseModel):
    """What is read of an answer. Errors and reprs of it would show secrets, so neither leaves this file."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Auth(_Answer):
    client_token: str
    lease_duration: int
    renewable: bool


class _Login(_Answer):
    auth: _Auth


class _Versioned(_Answer):
    data: dict[str, Any]


class _Secret(_Answer):
    data: _Versioned


_Shape = TypeVar("_Shape", bound=_Answer)


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    renewable: bool
    renew_at: float
    ends_at: float


class Vault:
    """A Vault as one AppRole sees it; threads may share it.

    Args:
        address: Such as https://vault.example.com:8200.
        role_id: The AppRole.
        secret_id: Its password.
        namespace: Vault Enterprise's namespace. None: the root.
        mount: Where the KV version 2 engine is mounted.
        clock: Seconds that only go up; a token's life is counted by it.
        sleep: Waits that many seconds between tries.

    Raises:
        ValueError: `address` is no http or https address.
    """

    def __init__(
        self,
        address: str,
        role_id: str,
        secret_id: str,
        *,
        namespace: str | None,
        mount: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=SETTING, sleep=sleep)
        self._role = {"role_id": role_id, "secret_id": secret_id}
        self._headers = {} if namespace is None else {"X-Vault-Namespace": namespace}
        self._mount = mount.strip("/")
        self._clock = clock
        self._token: _Token | None = None
        self._one_at_a_time = threading.Lock()

    def close(self) -> None:
        self._http.close()

    def read(self, path: str) -> Mapping[str, str]:
        """Read the newest version of a secret: its keys that hold text.

        Args:
            path: Below the mount, such as `netos/database`.

        Raises:
            VendorNotFound: Nothing is there, or its newest version was deleted.
            CredentialsInvalid: The role is refused, or may not read this path.
            VendorUnavailable: Vault is sealed or away.
        """
        token = self._living_token()
        reply = self._get(path, token)
        if reply.status == HTTPStatus.FORBIDDEN:
            token = self._replaced(token)
            reply = self._get(path, token)
        match reply.status:
            case HTTPStatus.OK:
                found = _read_as(_Secret, reply).data.data
                return {key: value for key, value in found.items() if isinstance(value, str)}
            case HTTPStatus.FORBIDDEN:
                raise CredentialsInvalid(
                    f"Vault logs our role in and does not let it read “{self._mount}/{path}”.",
                    system=SYSTEM,
                    status=reply.status,
                    fix=f"Give the AppRole a policy that reads {self._mount}/data/{path}, or correct the path, "
                    f"NETOS_VAULT_NAMESPACE or {SETTING}.",
                )
            case HTTPStatus.NOT_FOUND:
                raise VendorNotFound(
                    f"Vault has no secret at “{self._mount}/{path}”, or its newest version was deleted.",
                    system=SYSTEM,
                    status=reply.status,
                    fix="Correct the path in the reference, or NETOS_VAULT_MOUNT.",
                )
        raise self._http.refused(reply)

    def _get(self, path: str, token: _Token) -> Reply:
        address = f"v1/{quote(self._mount)}/data/{quote(path)}"
        return self._http.request("GET", address, headers=self._headers | {"X-Vault-Token": token.value})

    def _living_token(self) -> _Token:
        """Return a token that Vault should accept: the one at hand, renewed or new when its time has come."""
        with self._one_at_a_time:
            token, now = self._token, self._clock()
            if token is None or now >= token.ends_at:
                token = self._log_in()
            elif now >= token.renew_at:
                token = self._renewed(token)
            self._token = token
            return token

    def _replaced(self, refused: _Token) -> _Token:
        """Return another token than the refused one, unless another caller has already fetched one."""
        with self._one_at_a_time:
            if self._token is refused or self._token is None:
                self._token = None  # should the login fail, nobody tries the refused one again
                self._token = self._log_in()
            return self._token

    def _log_in(self) -> _Token:
        reply = self._http.request("POST", LOGIN, json=self._role, headers=self._headers, repeatable=True)
        if reply.status in LOGIN_REFUSED:
            raise CredentialsInvalid(
                "Vault refused our role or its secret id.",
                system=SYSTEM,
                status=reply.status,
                fix=f"Correct {SETTING} (they expire), NETOS_VAULT_ROLE_ID or NETOS_VAULT_NAMESPACE.",
            )
        if reply.status == HTTPStatus.NOT_FOUND:
            raise VendorNotFound(
                "Vault has no AppRole login at that address.",
                system=SYSTEM,
                status=reply.status,
                fix="Correct NETOS_VAULT_ADDR or NETOS_VAULT_NAMESPACE, or enable the approle method.",
            )
        return self._issued(reply)

    def _renewed(self, token: _Token) -> _Token:
        if not token.renewable:
            return self._log_in()
        headers = self._headers | {"X-Vault-Token": token.value}
        try:
            reply = self._http.request("POST", RENEW, json={}, headers=headers, repeatable=True)
        except (VendorUnavailable, RateLimited):
            return token  # it has a fifth of its life left; the read will say whether Vault is away
        return self._issued(reply) if reply.status == HTTPStatus.OK else self._log_in()

    def _issued(self, reply: Reply) -> _Token:
        if reply.status != HTTPStatus.OK:
            raise self._http.refused(reply)
        auth = _read_as(_Login, reply).auth
        life = float(auth.lease_duration) or math.inf  # a lease of 0 never ends
        now = self._clock()
        return _Token(auth.client_token, auth.renewable, now + RENEWED_AT * life, now + life)


def _read_as(shape: type[_Shape], reply: Reply) -> _Shape:
    try:
        return shape.model_validate(reply.json())
    except ValidationError:
        raise reply.bad("has not the shape of Vault's API") from None
