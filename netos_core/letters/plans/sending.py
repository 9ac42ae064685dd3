"""What the change that sends a letter holds: its text word for word, and the digest of the PDF that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netos_core.annotations.queries import Target
from netos_core.changes.rules import Change
from netos_core.contracts.rules import NoticeMethod
from netos_core.documents import plans as documents
from netos_core.documents import queries as filed
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.letters import paper
from netos_core.letters.queries import facts
from netos_core.letters.rules.sending import problems
from netos_core.letters.rules.states import Sending
from netos_core.letters.wording import Part, compose

MOST_NAMED = 5


class NotReady(Invalid):
    """Something is missing before the letter can go out."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Values of the letter, words for the ids in them, and the document that is filed along."""

    values: dict[str, Any]
    labels: dict[str, str]
    filed: list[Change]


def withdrawn() -> Sent:
    """Plan that nobody is to sign it: the request is taken back, and the text is a draft again."""
    empty = dict.fromkeys(("sending", "sending_key", "wording", "pdf_sha256", "pdf_document_id", "serve_to"))
    return Sent({**empty, "signed_date": None}, {}, [])


def sent(ctx: Context, asked: Sending, letter: Mapping[str, Any]) -> Sent:
    """Plan the sending of a letter as it would be.

    Raises:
        NotReady: Something is missing; the first thing is named, and the others with it.
    """
    contract = facts.contract_of(ctx, letter["contract_id"])
    if asked is Sending.DOCUSEAL and not ctx.policy.signs_letters:
        raise NotReady(
            "No signing service is configured here.",
            field="sending",
            fix="Propose sending manual, print the PDF and have it signed; or set NETOS_DOCUSEAL_TOKEN.",
        )
    missing = problems(facts.ready(ctx, letter, contract), ctx.today, asked)
    if missing:
        others = ", ".join(problem.field for problem in missing[1:])
        raise NotReady(
            missing[0].message, field=missing[0].field, fix=f"Also to be filled: {others}." if others else None
        )
    parts = compose(facts.facts(ctx, letter, contract))
    _check_characters(parts)
    made = paper.printed(parts, letter["ref"], letter["letter_date"])
    document_id, label, change = _document(ctx, letter, contract, made)
    by_mail = asked is Sending.DOCUSEAL and letter["method"] == NoticeMethod.EMAIL
    values = {
        "sending": asked,
        # The version makes it another one each time, so that a request of before is never taken for this one.
        "sending_key": f"netos-{letter['id']}-{letter['version']}" if asked is Sending.DOCUSEAL else None,
        "wording": [{"part": part.name, "text": part.text} for part in parts],
        "pdf_sha256": made.sha256,
        "pdf_document_id": document_id,
        "serve_to": letter["recipient_email"] if by_mail else None,
        "signed_date": None,
    }
    return Sent(values, {str(document_id): label}, [change] if change else [])


def _check_characters(parts: tuple[Part, ...]) -> None:
    unknown = paper.unprintable(parts)
    if unknown:
        listed = ", ".join(f"U+{ord(character):04X}" for character in unknown[:MOST_NAMED])
        raise NotReady(f"The typeface of letters has no sign for {listed}.", fix="Write those names in Latin letters.")


def _document(
    ctx: Context, letter: Mapping[str, Any], contract: Mapping[str, Any], made: paper.Printed
) -> tuple[Any, str, Change | None]:
    """File the PDF with the contract, unless these very bytes are there already."""
    twin = filed.twin(ctx, "contract", contract["id"], made.sha256)
    if twin is not None:
        return filed.rows_by_ref(ctx, [twin])[twin]["id"], twin, None
    upload = UploadDocument(
        on=contract["ref"],
        content=made.pdf,
        kind=DocumentKind.NOTICE,
        title=f"{letter['ref']}, as approved",
        sensitivity=Sensitivity.OPEN,
    )
    target = Target("contract", contract["id"], contract["ref"])
    change = documents.plan_attached(ctx, upload, target, sha256=made.sha256, file_name=f"{letter['ref']}.pdf")
    return change.id, change.ref, change
