"""What the worker reads of a letter before it asks the signing service, and who it works for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.queries import principal
from netos_core.changes.model import Proposal
from netos_core.contracts.model import Contract
from netos_core.kernel.context import Principal
from netos_core.letters import paper
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.signing import Request
from netos_core.letters.wording import Part, plain

SIGNED_BY = "DocuSeal"


class NotAsApproved(Exception):
    """The letter can not be sent as it was approved, and is not sent otherwise."""


@dataclass(frozen=True, slots=True)
class Named:
    """A letter and its contract, as they are spoken of, and the decision it carries out."""

    id: UUID
    ref: str
    contract_id: UUID
    contract_ref: str
    decision_id: UUID | None


def named(session: Session, letter_id: UUID) -> Named:
    row = session.execute(
        select(Letter.id, Letter.ref, Letter.contract_id, Contract.ref.label("contract_ref"), Letter.decision_id)
        .join(Contract, Contract.id == Letter.contract_id)
        .where(Letter.id == letter_id)
    ).one()
    return Named(row.id, row.ref, row.contract_id, row.contract_ref, row.decision_id)


def approved_pdf(session: Session, sending_key: str) -> str | None:
    """Return the digest of the PDF that is to go out under a name; None where its letter asks for it no more."""
    return session.scalar(select(Letter.pdf_sha256).where(Letter.sending_key == sending_key))


def request(session: Session, sending_key: str, pdf: bytes, zone: ZoneInfo) -> Request:
    """Write what the service is asked for. The PDF is printed once more, to know where it is signed.

    Raises:
        NotAsApproved: It would not be the approved one to the last byte.
    """
    letter, contract_ref = session.execute(
        select(Letter, Contract.ref).join(Contract, Contract.id == Letter.contract_id).where(
            Letter.sending_key == sending_key
        )
    ).one()  # fmt: skip
    parts = tuple(Part(told["part"], told["text"]) for told in letter.wording or ())
    made = paper.printed(parts, letter.ref, letter.letter_date)
    if made.pdf != pdf or made.sha256 != letter.pdf_sha256:
        raise NotAsApproved(
            "The letter is printed otherwise since NetOS was updated. Send it again to have it approved."
        )
    if not letter.signer_name or not letter.signer_email:
        raise NotAsApproved("Who signs it is no longer said. Send it again.")
    return Request(
        external_id=sending_key,
        name=f"{letter.ref} ({contract_ref})",
        file_name=letter.ref,
        pdf=pdf,
        text=plain(parts),
        signature=made.signature,
        dated=made.dated,
        signer_name=letter.signer_name,
        signer_email=letter.signer_email,
        subject=f"{letter.ref}: a notice letter waits for your signature",
        message=f"Read and sign {letter.ref} here: {{{{submitter.link}}}}",
        copy_to=letter.serve_to,
        until=_end_of(letter.sign_by, zone),
    )


def _end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def serves_itself(session: Session, signing_id: UUID) -> bool:
    """Whether the signed copy goes to the provider's address of notice by itself."""
    return session.get_one(LetterSigning, signing_id).serve_to is not None


def approver(session: Session, signing_id: UUID) -> tuple[Principal, Proposal]:
    """Return who approved a sending, acting through the service, and the proposal they approved."""
    signing = session.get_one(LetterSigning, signing_id)
    person = session.get_one(Person, signing.approved_by)
    return principal(person, SIGNED_BY), session.get_one(Proposal, signing.proposal_id)
