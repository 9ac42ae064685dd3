"""Where a letter stands: from what people recorded of it and what the signing service told of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class LetterKind(StrEnum):
    NON_RENEWAL = "non_renewal"
    TERMINATION = "termination"


class Sending(StrEnum):
    """How an approved letter goes out for its signature: through DocuSeal, or printed and signed by hand."""

    DOCUSEAL = "docuseal"
    MANUAL = "manual"


class SigningState(StrEnum):
    """How one request for a signature fares, as far as we know."""

    QUEUED = "queued"
    OUT = "out"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LetterState(StrEnum):
    """Where a letter stands, in the order it goes through."""

    DRAFT = "draft"
    APPROVED = "approved"
    QUEUED = "queued"
    OUT_FOR_SIGNATURE = "out_for_signature"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    REFUSED = "refused"
    SERVED = "served"


OF_SIGNING: Mapping[SigningState, LetterState] = {
    SigningState.QUEUED: LetterState.QUEUED,
    SigningState.OUT: LetterState.OUT_FOR_SIGNATURE,
    SigningState.SIGNED: LetterState.SIGNED,
    SigningState.DECLINED: LetterState.DECLINED,
    SigningState.EXPIRED: LetterState.EXPIRED,
    SigningState.REFUSED: LetterState.REFUSED,
    SigningState.WITHDRAWN: LetterState.DRAFT,
}
EDITABLE = frozenset({LetterState.DRAFT, LetterState.DECLINED, LetterState.EXPIRED, LetterState.REFUSED})
"""The text may still be changed: nobody holds a copy that could be signed."""

UNDER_WAY = frozenset({LetterState.APPROVED, LetterState.QUEUED, LetterState.OUT_FOR_SIGNATURE})
SETTLED = frozenset({SigningState.SIGNED, SigningState.DECLINED, SigningState.EXPIRED, SigningState.REFUSED,
                     SigningState.WITHDRAWN})  # fmt: skip


def state_of(
    sending: str | None, signing: SigningState | None, *, signed: bool, served: bool, serves_itself: bool
) -> LetterState:
    """Place a letter.

    Args:
        sending: How it was sent out for its signature, if it was.
        signing: How the service's request fares; None where none was made yet.
        signed: Whether a person recorded that it was signed by hand.
        served: Whether a person recorded that it was served.
        serves_itself: Whether its signed copy went to the provider's address of notice and lies here as proof.
    """
    if served or (serves_itself and signing is SigningState.SIGNED):
        return LetterState.SERVED
    if signing is SigningState.SIGNED or signed:
        return LetterState.SIGNED
    if sending == Sending.MANUAL:
        return LetterState.APPROVED
    if sending == Sending.DOCUSEAL:
        return LetterState.QUEUED if signing is None else OF_SIGNING[signing]
    return LetterState.DRAFT


NEXT: Mapping[LetterState, str] = {
    LetterState.DRAFT: "Read it, then send it for signature; it goes out once that is approved.",
    LetterState.APPROVED: "Print the approved PDF, have it signed, and record the day.",
    LetterState.QUEUED: "It is on its way to the signing service.",
    LetterState.OUT_FOR_SIGNATURE: "The signer has it. The signed copy is filed here by itself.",
    LetterState.DECLINED: "The signer declined. Correct it and send it again, or draft another.",
    LetterState.EXPIRED: "Nobody signed it in time. Send it again, or draft another.",
    LetterState.REFUSED: "The signing service refused it. Correct it and send it again.",
    LetterState.SERVED: "Have the provider confirm it in writing.",
}
