"""What became of the signature of a letter is told to who approved it and to who owns its decision."""

from __future__ import annotations

from uuid import UUID

from netos_core.contracts.rules import BY_METHOD, NoticeMethod
from netos_core.kernel.context import Context
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.queries import facts
from netos_core.letters.rules.states import SigningState
from netos_core.notices import queries as readers
from netos_core.notices.records import Notice, tell
from netos_core.notices.rules.kinds import NoticeKind
from netos_core.renewals.model import RenewalDecision

ENDED = {
    SigningState.DECLINED: "was declined by its signer",
    SigningState.EXPIRED: "was not signed in time",
    SigningState.REFUSED: "was refused by the signing service",
    SigningState.WITHDRAWN: "was taken back at the signing service",
}


def tell_of(ctx: Context, signing_id: UUID) -> None:
    """Tell what became of a letter's signature, once for each request and outcome."""
    signing = ctx.session.get_one(LetterSigning, signing_id, populate_existing=True)
    letter = ctx.session.get_one(Letter, signing.letter_id)
    contract = facts.contract_of(ctx, letter.contract_id)
    signed = signing.state == SigningState.SIGNED
    serves_itself = signed and signing.serve_to is not None
    if serves_itself:
        said, left = "is signed and served", f"The signed copy went to {signing.serve_to}, which serves it."
    elif signed:
        method = BY_METHOD[NoticeMethod(letter.method or NoticeMethod.UNKNOWN)]
        said, left = "is signed and not served yet", f"Serve it{method}, and record that with its proof."
    else:
        said = ENDED[SigningState(signing.state)]
        left = "Correct it and send it again, or draft another: no notice is given yet."
    told = Notice(
        kind=NoticeKind.RENEWAL,
        key=f"letter:{signing.sending_key}:{signing.state}",
        title=f"{letter.ref} {said}",
        template="letter",
        values={
            "letter": letter.ref,
            "contract": contract["ref"],
            "provider": contract["provider"],
            "left": left,
            "told": signing.told or signing.problem,
            "act_by": contract["act_by"].isoformat() if contract["act_by"] else None,
            "due": contract["notice_deadline"].isoformat() if contract["notice_deadline"] else None,
        },
        about=letter.ref,
        link=f"/letters/{letter.ref}",
        due=None if serves_itself else contract["act_by"],
    )
    decision = ctx.session.get(RenewalDecision, letter.decision_id) if letter.decision_id else None
    concerned = {signing.approved_by, *([decision.owner_id] if decision and decision.owner_id else [])}
    tell(ctx, told, readers.people(ctx.session, concerned).values())
