"""Where documents lie: a folder of this machine, or a bucket of S3 or MinIO. One client for both.

Bytes are known by their SHA-256. They are written once, read back after writing, and checked on every read: what
leaves here is what came in, or an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions as refusals
from obstore.store import LocalStore, S3Store

from netos_core.vendors.errors import BadResponse, CredentialsInvalid, VendorNotFound, VendorUnavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SYSTEM = "Document store"
SETTING = "NETOS_STORE_SECRET"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
IN_MEMORY = 8 << 20  # above which what is read waits on disk until it is checked
PIECE = 1 << 20
PROBE = "sha256/probe"


def key_of(sha256: str) -> str:
    """Name a file's place: two levels of folders, so that none grows too full to list."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class DocumentStore:
    """A folder or a bucket; threads may share it.

    Args:
        place: The folder, or an address such as s3://bucket/prefix.
        key: Access key of a bucket.
        secret: Its secret.
        endpoint: Where S3 is, for MinIO and the like. None: Amazon.
        region: The bucket's region.

    Raises:
        ValueError: `place` is no address of a bucket.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        key: str | None = None,
        secret: str | None = None,
        endpoint: str | None = None,
        region: str = "us-east-1",
    ) -> None:
        self.folder = place if isinstance(place, Path) else None
        self._store: ObjectStore = (
            LocalStore(prefix=place, mkdir=True)
            if isinstance(place, Path)
            else _bucket(place, key=key, secret=secret, endpoint=endpoint, region=region)
        )

    def put(self, sha256: str, content: bytes) -> None:
        path = key_of(sha256)
        with _asked():
            try:
                obstore.put(self._store, path, content, mode="create")
            except refusals.AlreadyExistsError:
                if self._holds(sha256):
                    return
                obstore.put(self._store, path, content, mode="overwrite")  # what lay there was damaged
            self._settle(path)
        if not self._holds(sha256):
            raise _damaged(sha256)

    def read(self, sha256: str) -> IO[bytes]:
        kept = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the caller closes it
        try:
            hasher = hashlib.sha256()
            for piece in self._pieces(sha256):
                hasher.update(piece)
                kept.write(piece)
        except BaseException:
            kept.close()
            raise
        if hasher.hexdigest() != sha256:
            kept.close()
            raise _damaged(sha256)
        kept.seek(0)
        return kept

    def delete(self, sha256: str) -> None:
        with _asked(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, key_of(sha256))

    def check(self) -> None:
        with _asked():
            obstore.put(self._store, PROBE, b"NetOS may write here.\n", mode="overwrite")
            obstore.delete(self._store, PROBE)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        with _asked():
            try:
                found = obstore.get(self._store, key_of(sha256))
            except FileNotFoundError as lost:
                raise VendorNotFound(
                    "The document store does not have this file.",
                    system=SYSTEM,
                    fix="Restore it from a backup, or upload the document again.",
                ) from lost
            for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    def _holds(self, sha256: str) -> bool:
        hasher = hashlib.sha256()
        try:
            for piece in self._pieces(sha256):
                hasher.update(piece)
        except VendorNotFound:
            return False
        return hasher.hexdigest() == sha256

    def _settle(self, path: str) -> None:
        """Make a file of a folder outlast a power cut; a bucket does so by itself."""
        if self.folder is None:
            return
        for one in (self.folder / path, (self.folder / path).parent):
            descriptor = os.open(one, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _bucket(place: str, *, key: str | None, secret: str | None, endpoint: str | None, region: str) -> S3Store:
    parts = urlsplit(place)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as s3://bucket or s3://bucket/folder")
    config: dict[str, Any] = {"region": region}
    if key and secret:
        config |= {"access_key_id": key, "secret_access_key": secret}
    if endpoint:
        config |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
    plain = endpoint is not None and urlsplit(endpoint).scheme == "http"
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,  # type: ignore[arg-type]
        client_options={
            "allow_http": plain and urlsplit(endpoint or "").hostname in LOOPBACK,
            "timeout": timedelta(seconds=60),
            "connect_timeout": timedelta(seconds=5),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """Turn what the client raises into our words; its own carry addresses and keys."""
    try:
        yield
    except (refusals.PermissionDeniedError, refusals.UnauthenticatedError, PermissionError) as refused:
        raise CredentialsInvalid(
            "The document store does not let us in.",
            system=SYSTEM,
            setting=SETTING,
            fix=f"Correct NETOS_STORE_KEY or {SETTING}, or let that key read, write and delete in NETOS_STORE_URL.",
        ) from refused
    except (FileNotFoundError, refusals.NotFoundError) as lost:
        raise VendorNotFound(
            "The document store has no such bucket or folder.",
            system=SYSTEM,
            fix="Correct NETOS_STORE_URL, or make the bucket.",
        ) from lost
    except (refusals.BaseError, OSError) as failed:
        raise VendorUnavailable(
            "The document store does not answer.", system=SYSTEM, fix="Try again in a minute."
        ) from failed


def _damaged(sha256: str) -> BadResponse:
    return BadResponse(
        f"The document store has other bytes under {sha256[:12]}… than were put there.",
        system=SYSTEM,
        fix="Restore the file from a backup, or upload the document again.",
    )
