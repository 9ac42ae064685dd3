"""Settings that name a secret instead of holding it: `vault:path#key` and `doppler:NAME`.

A value that was read is handed to the caller and kept here in memory; it is in no repr, log or error.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from netos_core.kernel.errors import Invalid, NetosError

if TYPE_CHECKING:  # the HTTP client is loaded only where a setting is a reference
    from netos_core.vendors.doppler import Doppler
    from netos_core.vendors.vault import Vault

VAULT = "vault:"
DOPPLER = "doppler:"
VAULT_NEEDS = ("NETOS_VAULT_ADDR", "NETOS_VAULT_ROLE_ID", "NETOS_VAULT_SECRET_ID")
DOPPLER_NEEDS = ("NETOS_DOPPLER_TOKEN",)
DEFAULT_MOUNT = "secret"
DEFAULT_DOPPLER_URL = "https://api.doppler.com"

_VAULT_FORM = re.compile(r"vault:([\w.@~-]+(?:/[\w.@~-]+)*)#([^\s#]+)")
_DOPPLER_FORM = re.compile(r"doppler:([A-Za-z_][A-Za-z0-9_]*)")
_UPWARDS = frozenset({".", ".."})


class ReferenceRefused(Invalid):
    """A reference that cannot be followed as it is, or whose source is not set up."""


class SecretsRefused(Invalid):
    """At least one reference could not be followed; the message has one line for each."""


def is_reference(value: str) -> bool:
    """Tell whether a setting names a secret; one that is misspelt after its prefix does too."""
    return value.startswith((VAULT, DOPPLER))


class Secrets:
    """Follows references. Each path of Vault and the config of Doppler are read once and kept.

    Args:
        environment: Where Vault and Doppler are and who we are there (NETOS_VAULT_…, NETOS_DOPPLER_…).
        sleep: Waits that many seconds between tries.
    """

    def __init__(self, environment: Mapping[str, str], *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._environment = {name: value for name, value in environment.items() if value}
        self._sleep = sleep
        self._vault: Vault | None = None
        self._doppler: Doppler | None = None
        self._kept: dict[str, Mapping[str, str]] = {}  # by what one read fetches: vault:path, or doppler:
        self._one_at_a_time = threading.RLock()

    def close(self) -> None:
        with self._one_at_a_time:
            for source in (self._vault, self._doppler):
                if source is not None:
                    source.close()
            self._vault = self._doppler = None

    def resolve(self, reference: str) -> str:
        """Return the secret a reference names.

        Raises:
            ReferenceRefused: It is misspelt, its source is not set up, or the source has no such key.
            VendorError: Vault or Doppler refused us or is away.
        """
        place, key = _parts(reference)
        with self._one_at_a_time:
            if place not in self._kept:
                self._kept[place] = self._read(place)
            found = self._kept[place].get(key)
        if found is None:
            holder = f"The secret “{place.removeprefix(VAULT)}” of Vault" if place != DOPPLER else "Doppler's config"
            raise ReferenceRefused(f"{holder} has no text under “{key}”.", fix="Correct the name, or add it there.")
        return found

    def again(self, reference: str) -> str:
        """Return the secret as it is now: after a rotation, when the one we hold was refused.

        Raises:
            ReferenceRefused: As for `resolve`.
            VendorError: As for `resolve`; what was read before is then kept.
        """
        place, _ = _parts(reference)
        with self._one_at_a_time:
            self._kept[place] = self._read(place)
            return self.resolve(reference)

    def _read(self, place: str) -> Mapping[str, str]:
        if place == DOPPLER:
            return self._open_doppler().download()
        return self._open_vault().read(place.removeprefix(VAULT))

    def _open_vault(self) -> Vault:
        if self._vault is None:
            from netos_core.vendors.vault import Vault

            address, role_id, secret_id = self._needed("Vault", VAULT_NEEDS)
            try:
                self._vault = Vault(
                    address,
                    role_id,
                    secret_id,
                    namespace=self._environment.get("NETOS_VAULT_NAMESPACE"),
                    mount=self._environment.get("NETOS_VAULT_MOUNT", DEFAULT_MOUNT),
                    sleep=self._sleep,
                )
            except ValueError:
                raise _no_address("NETOS_VAULT_ADDR") from None
        return self._vault

    def _open_doppler(self) -> Doppler:
        if self._doppler is None:
            from netos_core.vendors.doppler import Doppler

            (token,) = self._needed("Doppler", DOPPLER_NEEDS)
            try:
                self._doppler = Doppler(
                    self._environment.get("NETOS_DOPPLER_URL", DEFAULT_DOPPLER_URL),
                    token,
                    project=self._environment.get("NETOS_DOPPLER_PROJECT"),
                    config=self._environment.get("NETOS_DOPPLER_CONFIG"),
                    sleep=self._sleep,
                )
            except ValueError:
                raise _no_address("NETOS_DOPPLER_URL") from None
        return self._doppler

    def _needed(self, source: str, names: tuple[str, ...]) -> list[str]:
        missing = [name for name in names if name not in self._environment]
        if missing:
            raise ReferenceRefused(f"{source} is not set up: {', '.join(missing)} missing.", fix="Set them.")
        return [self._environment[name] for name in names]


def resolve_all(values: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """Put secrets in the place of references; other values stay as they are.

    Args:
        values: Settings by their name, such as NETOS_DATABASE_URL.
        secrets: What follows the references.

    Raises:
        SecretsRefused: One line for each setting whose reference could not be followed.
    """
    resolved: dict[str, str] = {}
    refused: list[str] = []
    away: dict[str, NetosError] = {}  # a source that does not answer is waited for once, not for every setting
    for name, value in values.items():
        source = value.partition(":")[0]
        if not is_reference(value):
            resolved[name] = value
        elif source in away:
            refused.append(_line(name, away[source]))
        else:
            try:
                resolved[name] = secrets.resolve(value)
            except NetosError as refusal:
                refused.append(_line(name, refusal))
                if refusal.code in {"unavailable", "rate_limited"}:
                    away[source] = refusal
    if refused:
        raise SecretsRefused("\n".join(refused))
    return resolved


def _line(name: str, refusal: NetosError) -> str:
    return f"{name}: {refusal.message} {refusal.fix or ''}".rstrip()


def _parts(reference: str) -> tuple[str, str]:
    """Split a reference into what one read fetches and the key in it."""
    if found := _VAULT_FORM.fullmatch(reference):
        path, key = found.groups()
        if not _UPWARDS & set(path.split("/")):
            return f"{VAULT}{path}", key
    if found := _DOPPLER_FORM.fullmatch(reference):
        return DOPPLER, found[1]
    # What stands there may be a secret somebody typed in the wrong place, so it is not repeated.
    raise ReferenceRefused(
        "It begins like a reference to a secret and is none.", fix="Write vault:path#key or doppler:NAME."
    )


def _no_address(setting: str) -> ReferenceRefused:
    return ReferenceRefused(f"{setting} is no http or https address.", fix=f"Correct {setting}.")
