"""The keys Microsoft Entra ID signs with, and the check of a signature against them.

Keys are kept as objects ready for use: every call over HTTP carries a token to be checked. The
signature only is checked here; what the claims must say is `netos_core.access.claims`.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import base64_to_int

from netos_core.access.claims import TokenRefused
from netos_core.vendors.http import Reply, VendorError, VendorHttp, VendorUnavailable

log = logging.getLogger(__name__)

ALGORITHM = "RS256"
LONGEST_TOKEN = 16 << 10
LONGEST_KEY_ID = 256
FEWEST_KEY_BITS = 2048
MOST_KEY_BITS = 8192  # a longer one costs more to check than any token is worth
KEYS_FOR_SECONDS = 24 * 3600.0
KEYS_APART_SECONDS = 30.0
# Each of these lets a token say itself which key to trust, or which rules to read it by.
OWN_RULES = ("jku", "jwk", "x5u", "x5c", "crit")

_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


class SigningKeys:
    """The keys of one tenant, read when needed and kept for a day; threads may share them."""

    def __init__(self, http: VendorHttp, url: str, clock: Callable[[], float]) -> None:
        self._http = http
        self._url = url
        self._clock = clock
        self._keys: Mapping[str, RSAKey] = {}
        self._keys_until = float("-inf")
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def claims(self, token: str) -> dict[str, Any]:
        """Check the signature of a token and return its payload.

        Raises:
            TokenRefused: It is too long, malformed, not signed by RS256, or not by a key of this tenant.
            VendorError: No key could ever be read.
        """
        if len(token) > LONGEST_TOKEN:
            raise _refused("is too long")
        try:
            signed = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _refused("is malformed") from None
        key = self._key(_key_id(signed.headers()))
        try:
            if not jws.validate_compact(signed, key, registry=_REGISTRY):
                raise _refused("has a signature that does not match")
            claims = json.loads(signed.payload)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _refused("is malformed") from None
        if not isinstance(claims, dict):
            raise _refused("is malformed")
        return claims

    def read(self) -> None:
        """Read the keys anew now.

        Raises:
            VendorError: That failed, and there are none yet.
        """
        with self._lock:
            self._fetch_keys()

    def _key(self, key_id: str) -> RSAKey:
        """Return the key of that id, asking Entra for its keys where it is new or ours are a day old."""
        key = self._keys.get(key_id)
        if key is not None and (self._clock() < self._keys_until or self._lock.locked()):
            return key
        with self._lock:
            # Whoever waited here finds what the other one fetched, and asks no second time.
            known = key_id in self._keys and self._clock() < self._keys_until
            if not known and self._clock() >= self._asked_at + KEYS_APART_SECONDS:
                self._fetch_keys()
        if key_id in self._keys:
            return self._keys[key_id]
        if not self._keys:
            raise VendorUnavailable(
                "The keys that Entra ID signs with could not be read.",
                system=self._http.system,
                fix="Try again in a minute; if it stays so, check NETOS_ENTRA_AUTHORITY and the network.",
            )
        raise _refused("is signed with a key that Entra ID does not publish")

    def _fetch_keys(self) -> None:
        """Read the keys anew; those we have stay where that fails. The lock is held."""
        try:
            # With keys in hand nobody should wait for a second try; without any, it is worth it.
            reply = self._http.request("GET", self._url, repeatable=not self._keys)
            if reply.status != HTTPStatus.OK:
                raise self._http.refused(reply)
            keys = _usable_keys(reply)
            self._keys, self._keys_until = keys, self._clock() + KEYS_FOR_SECONDS
        except VendorError as failed:
            log.warning("keys of Entra ID not read", extra={"error": failed.code, "kept": len(self._keys)})
            if not self._keys:
                raise
        finally:
            self._asked_at = self._clock()


def _key_id(header: object) -> str:
    """Check the header before anything is done with the token, and return which key it names."""
    if not isinstance(header, dict):
        raise _refused("is malformed")
    if header.get("alg") != ALGORITHM:
        raise _refused(f"is not signed by {ALGORITHM}")
    if any(name in header for name in OWN_RULES):
        raise _refused("brings rules or keys of its own")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= LONGEST_KEY_ID:
        raise _refused("does not say which key signed it")
    return key_id


def _usable_keys(reply: Reply) -> dict[str, RSAKey]:
    """Read the RSA keys for signatures from a key set; a key of any other kind is passed over.

    Raises:
        BadResponse: There is none.
    """
    published = reply.json()
    listed = published.get("keys") if isinstance(published, dict) else None
    keys = [_usable_key(entry) for entry in listed] if isinstance(listed, list) else []
    usable = {key.kid: key for key in keys if key is not None and key.kid is not None}
    if not usable:
        raise reply.bad("has no key we could use")
    return usable


def _usable_key(entry: object) -> RSAKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use") != "sig":
        return None
    if not isinstance(entry.get("kid"), str) or entry.get("alg", ALGORITHM) != ALGORITHM:
        return None
    try:
        # Before it is made: joserfc makes a short key too, and only warns.
        if not FEWEST_KEY_BITS <= base64_to_int(entry["n"]).bit_length() <= MOST_KEY_BITS:
            return None
        # The public half alone, whatever else is published beside it.
        return RSAKey.import_key({name: entry[name] for name in ("kty", "use", "kid", "n", "e")})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _refused(why: str) -> TokenRefused:
    return TokenRefused(f"The token {why}.", fix="Sign in to Microsoft Entra ID again, for this application.")
