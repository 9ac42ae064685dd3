"""The installation's secret keys: a ring, newest first, and one derived key for each purpose.

Keys come from NETOS_SECRET_KEYS, else from a file in the home. What an older key sealed can still be opened,
so a key is rotated by putting a new one in front and taking the old one away when nothing needs it any more.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from netos_core.kernel.errors import Unavailable
from netos_core.kernel.sealing import MARK


class Unopenable(Unavailable):
    """Something was sealed by a key this installation no longer has."""


class KeyRing:
    """Derives, seals and opens. Keys of two purposes tell nothing about each other."""

    def __init__(self, masters: Callable[[], Sequence[bytes]]) -> None:
        self._masters = cache(masters)
        self._boxes: dict[str, MultiFernet] = {}

    def derive(self, purpose: str) -> list[bytes]:
        """Return the keys of one purpose, newest first; 32 bytes each."""
        return [hmac.digest(master, purpose.encode(), hashlib.sha256) for master in self._masters()]

    def box(self, purpose: str) -> MultiFernet:
        """Return what seals with the newest key of a purpose and opens with any of them."""
        if purpose not in self._boxes:
            keys = (base64.urlsafe_b64encode(key) for key in self.derive(purpose))
            self._boxes[purpose] = MultiFernet([Fernet(key) for key in keys])
        return self._boxes[purpose]

    def seal(self, purpose: str, text: str) -> str:
        return self.box(purpose).encrypt(text.encode()).decode()

    def open(self, purpose: str, sealed: str) -> str:
        """Open what `seal` made for the same purpose.

        Raises:
            Unopenable: No key of the ring made it.
        """
        try:
            return self.box(purpose).decrypt(sealed.encode()).decode()
        except InvalidToken as foreign:
            raise _unopenable() from foreign

    def seal_alike(self, purpose: str, text: str) -> str:
        """Seal so that equal texts of one purpose give equal seals (AES-SIV, RFC 5297)."""
        sealed = AESSIV(self.derive(purpose)[0]).encrypt(text.encode(), [purpose.encode()])
        return MARK + base64.urlsafe_b64encode(sealed).decode()

    def open_alike(self, purpose: str, sealed: str) -> str:
        """Open what `seal_alike` made for the same purpose.

        Raises:
            Unopenable: No key of the ring made it.
        """
        raw = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
        for key in self.derive(purpose):
            with contextlib.suppress(InvalidTag):
                return AESSIV(key).decrypt(raw, [purpose.encode()]).decode()
        raise _unopenable()


def _unopenable() -> Unopenable:
    return Unopenable(
        "Something stored here was sealed with a key that is gone.",
        fix="Put the former key back behind the new one in NETOS_SECRET_KEYS.",
    )


def from_setting(keys: Sequence[str]) -> list[bytes]:
    """Turn the keys an operator wrote into masters."""
    return [hashlib.sha256(key.encode()).digest() for key in keys]
