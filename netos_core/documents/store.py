"""What documents need of the outside: a place for bytes, and someone who looks into them for viruses.

`vendors` has the implementations. A file's name in a store is its SHA-256, so it is written once and never changed.
"""

from __future__ import annotations

from typing import IO, Protocol


class Store(Protocol):
    """A place for bytes, known by their SHA-256. What is read has been checked against it."""

    def put(self, sha256: str, content: bytes) -> None:
        """Keep bytes; those that are there already stay. They are read back and compared.

        Raises:
            VendorError: The store refused us, is away, or gave back other bytes.
        """

    def read(self, sha256: str) -> IO[bytes]:
        """Open bytes that were checked as a whole.

        Raises:
            VendorError: The store refused us, is away, has no such file, or has other bytes under that name.
        """

    def delete(self, sha256: str) -> None:
        """Take bytes away; ones that are gone already are no error.

        Raises:
            VendorError: The store refused us or is away.
        """

    def check(self) -> None:
        """Ask the cheapest question that shows whether we may read and write here.

        Raises:
            VendorError: We may not, or the store is away.
        """


class Scanner(Protocol):
    """Looks into bytes for viruses."""

    def scan(self, content: bytes) -> str | None:
        """Return the name of what was found; None where nothing was.

        Raises:
            VendorError: The scanner is away or refused the bytes.
        """

    def check(self) -> None:
        """Ask whether it is there.

        Raises:
            VendorError: It is away.
        """
