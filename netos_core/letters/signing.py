"""What a letter needs of the outside: a service that has people sign PDFs. `vendors` has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from netos_core.letters.paper import Box


class Progress(StrEnum):
    """How a request for a signature stands at the service."""

    PENDING = "pending"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Request:
    """What the service is asked for. `text` is the letter in words, for a service that can not take its PDF.

    Args:
        external_id: Our own name of the request: two with one name never exist.
        name: What it is called there.
        pdf: The letter, as approved.
        signature: Where it is signed, and `dated` where the day goes.
        copy_to: Who is sent the signed copy besides the signer; None for nobody.
        until: When it can no longer be signed.
    """

    external_id: str
    name: str
    file_name: str
    pdf: bytes
    text: str
    signature: Box
    dated: Box
    signer_name: str
    signer_email: str
    subject: str
    message: str
    copy_to: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as the service has it. `told` is what a signer said when declining: their words, data to us."""

    id: str
    progress: Progress
    opened_at: datetime | None
    ended_at: datetime | None
    told: str | None
    documents: Sequence[str]
    record: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The id the service gave a request, and how it was made: of our PDF, or of a template of the operator's."""

    id: str
    through: str


class SigningService(Protocol):
    """Has people sign letters. Every method raises VendorError where it refuses us or is away."""

    def find(self, external_id: str) -> Sequence[str]:
        """Return the ids of what is there under a name of ours, oldest first."""

    def submit(self, request: Request) -> Accepted:
        """Ask for a signature. The caller has looked for the name before: the service would ask twice."""

    def get(self, submission_id: str) -> Submission:
        """Return how a request stands; its documents are addresses that end soon."""

    def fetch(self, address: str) -> bytes:
        """Return the bytes of a document."""

    def withdraw(self, submission_id: str) -> None:
        """Take a request back; one that is gone already is no error."""

    def check(self) -> None:
        """Ask the cheapest question that shows whether it knows us."""

    def close(self) -> None:
        """Let go of the connections to it."""
