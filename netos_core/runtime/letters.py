"""Letters at the signing service, for the worker and the webhook: no call to the service is made in a transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from netos_core.annotations.queries import Target
from netos_core.changes import audit
from netos_core.changes import records as write_path
from netos_core.changes.rules import Change, ChangeSet
from netos_core.contracts.rules import NoticeMethod
from netos_core.documents import plans as documents
from netos_core.documents import staging
from netos_core.documents.rules.content import FileRefused
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.letters import records, telling
from netos_core.letters.plans import decisions
from netos_core.letters.queries import work
from netos_core.letters.records import Claimed
from netos_core.letters.rules.states import SigningState
from netos_core.letters.rules.text import lines
from netos_core.letters.signing import Progress, SigningService, Submission
from netos_core.runtime import files
from netos_core.vendors import docuseal_hook
from netos_core.vendors.docuseal_hook import Mode
from netos_core.vendors.errors import NotConfigured, Rejected, VendorError, VendorUnavailable
from netos_core.work import receipts

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
SYSTEM = "DocuSeal"
NOT_SET = "No signing service is configured any more. Set NETOS_DOCUSEAL_TOKEN, or withdraw the letter."
ENDINGS = {
    Progress.DECLINED: (SigningState.DECLINED, "decline", "The signer declined."),
    Progress.EXPIRED: (SigningState.EXPIRED, "expire", "Nobody signed it in time."),
    Progress.ARCHIVED: (SigningState.WITHDRAWN, "withdraw", "It was taken back at DocuSeal."),
}


def do_due(core: Core) -> int:
    """Send approved letters, look at those out for signature, file signed ones; returns how many were settled."""
    with core.session() as session:
        records.take_up(session, utc_now())
        claimed = records.claim(session, utc_now())
    return sum(_settled(core, one) for one in claimed)


def ask_all(core: Core) -> int:
    """Have every letter looked at that is out for signature: a webhook may have been lost."""
    with core.session() as session:
        return records.ask_all(session, utc_now())


def wake(core: Core) -> int:
    """Try again at once what failed before this process began, for its settings may be new."""
    with core.session() as session:
        return records.wake(session, utc_now())


def _settled(core: Core, one: Claimed) -> bool:
    """Do one piece of work; one that fails rests a while and is taken up again, for as long as it takes."""
    try:
        if core.signer is None:
            raise NotConfigured(NOT_SET, system=SYSTEM)
        _step(core, core.signer, one)
    except VendorError as failure:
        if isinstance(failure, Rejected) and one.state is SigningState.QUEUED:
            _refused(core, one, f"{failure.message} {failure.fix or ''}".strip())
            return True
        problem = f"{failure.message} {failure.fix or ''}".strip()
        log.warning("letter waits", extra={"key": one.sending_key, "code": failure.code, "told": failure.message})
    except work.NotAsApproved as failure:
        _refused(core, one, str(failure))
        return True
    except FileRefused as failure:
        problem = f"What DocuSeal gave as the signed copy can not be kept: {failure.message}"
        log.warning("signed copy refused", extra={"key": one.sending_key, "told": failure.message})
    else:
        return True
    with core.session() as session:
        records.put_back(session, one, problem, utc_now())
    return False


def _step(core: Core, signer: SigningService, one: Claimed) -> None:
    if not one.wanted and one.state in (SigningState.QUEUED, SigningState.OUT):
        _withdraw(core, signer, one)
    elif one.submission_id is None:
        _send(core, signer, one)
    else:
        _look(core, signer, one, one.submission_id)


def _send(core: Core, signer: SigningService, one: Claimed) -> None:
    """Ask for the signature, unless a try that was cut short has asked already."""
    with core.watch(SYSTEM).asking():
        there = signer.find(one.sending_key)
    if there:
        submission_id, through = there[0], None
        for double in there[1:]:
            with core.watch(SYSTEM).asking():
                signer.withdraw(double)
    else:
        with core.session() as session:
            sha256 = work.approved_pdf(session, one.sending_key)
        if sha256 is None:
            return _withdraw(core, signer, one)
        with files.open_bytes(core, sha256) as file:
            pdf = file.read()
        with core.session() as session:
            request = work.request(session, one.sending_key, pdf, core.policy.zone)
        with core.watch(SYSTEM).asking():
            accepted = signer.submit(request)
        submission_id, through = accepted.id, accepted.through
    _note(
        core,
        one,
        "send",
        f"It is out for signature at DocuSeal as submission {submission_id}.",
        state=SigningState.OUT,
        submission_id=submission_id,
        through=through,
        out_at=utc_now(),
    )
    return None


def _look(core: Core, signer: SigningService, one: Claimed, submission_id: str) -> None:
    with core.watch(SYSTEM).asking():
        found = signer.get(submission_id)
    if found.progress is Progress.COMPLETED:
        _file(core, signer, one, found)
    elif found.progress in ENDINGS and one.state is not SigningState.SIGNED:
        state, action, why = ENDINGS[found.progress]
        told = lines(found.told) or None
        _note(core, one, action, why, state=state, ended_at=found.ended_at or utc_now(), told=told)
    else:
        with core.session() as session:
            records.settle(session, one, utc_now(), opened_at=found.opened_at)


def _file(core: Core, signer: SigningService, one: Claimed, found: Submission) -> None:
    """Note at once that it is signed, then fetch the copies before their addresses end, and file them."""
    ended = found.ended_at or utc_now()
    with core.session() as session:
        caller, _ = work.approver(session, one.id)
    if one.state is not SigningState.SIGNED:
        with core.context(caller, Channel.JOB) as ctx:
            if records.note(ctx.session, one, state=SigningState.SIGNED, ended_at=ended, opened_at=found.opened_at):
                _trail(ctx, one, "sign", f"It was signed through DocuSeal, submission {found.id}.")
    if not found.documents:
        raise VendorUnavailable(
            "DocuSeal has not made the signed copy yet.", system=SYSTEM, fix="It is asked again in a minute."
        )
    copies, record = _fetched(core, signer, found)
    with core.context(caller, Channel.JOB) as ctx:
        if records.hold(ctx.session, one):
            _filed(ctx, one, copies, record, ended)


def _fetched(core: Core, signer: SigningService, found: Submission) -> tuple[list[bytes], bytes | None]:
    with core.watch(SYSTEM).asking():
        copies = [signer.fetch(address) for address in found.documents]
        return copies, signer.fetch(found.record) if found.record else None


def _filed(ctx: Context, one: Claimed, copies: Sequence[bytes], record: bytes | None, ended: datetime) -> None:
    """File the signed copies and the signing record with the contract, as a change that follows the approved one.

    Where the signed copy went to the provider by itself, notice is served by it, and that is recorded along.
    """
    letter = work.named(ctx.session, one.letter_id)
    _, act = work.approver(ctx.session, one.id)
    signed = [_document(ctx, letter, content, "signed") for content in copies]
    kept = [_document(ctx, letter, record, "signing record")] if record else []
    served = _served(ctx, one, letter, signed[0], ended)
    change_set = ChangeSet(f"File the signed {letter.ref} with {letter.contract_ref}", (*signed, *kept, *served))
    why = f"{letter.ref} was signed through DocuSeal on {ended.astimezone(ctx.policy.zone):%Y-%m-%d}."
    write_path.follow(ctx, change_set, of=act, reason=why)
    records.settle(
        ctx.session,
        one,
        ctx.now,
        filed_at=ctx.now,
        signed_document_id=signed[0].id,
        record_document_id=kept[0].id if kept else None,
    )
    telling.tell_of(ctx, one.id)


def _served(ctx: Context, one: Claimed, letter: work.Named, proof: Change, ended: datetime) -> list[Change]:
    """Plan that a letter whose signed copy serves it carries its decision out."""
    if not work.serves_itself(ctx.session, one.id):
        return []
    service = {
        "decision_id": letter.decision_id,
        "served_date": business_day(ended, ctx.policy.zone),
        "served_method": NoticeMethod.EMAIL,
        "tracking_number": None,
        "proof_document_id": proof.id,
    }
    return decisions.carried_out(ctx, service, {str(proof.id): proof.ref})


def _document(ctx: Context, letter: work.Named, content: bytes, what: str) -> Change:
    staged = staging.stage(ctx, content, f"{letter.ref}-{what.replace(' ', '-')}.pdf")
    upload = UploadDocument(
        on=letter.contract_ref,
        content=b"",
        kind=DocumentKind.NOTICE,
        title=f"{letter.ref}, {what}",
        sensitivity=Sensitivity.OPEN,
    )
    target = Target("contract", letter.contract_id, letter.contract_ref)
    return documents.plan_attached(ctx, upload, target, sha256=staged.sha256, file_name=staged.file_name)


def _withdraw(core: Core, signer: SigningService, one: Claimed) -> None:
    """Take back what its letter no longer asks for; what was signed meanwhile is signed."""
    ids = [one.submission_id] if one.submission_id else []
    with core.watch(SYSTEM).asking():
        for submission_id in ids or signer.find(one.sending_key):
            found = signer.get(submission_id)
            if found.progress is Progress.COMPLETED:
                return _adopt(core, signer, one, found)
            signer.withdraw(submission_id)
    _note(core, one, "withdraw", "It was taken back.", state=SigningState.WITHDRAWN, ended_at=utc_now())
    return None


def _adopt(core: Core, signer: SigningService, one: Claimed, found: Submission) -> None:
    with core.session() as session:
        records.note(session, one, submission_id=found.id)
    _file(core, signer, one, found)


def _refused(core: Core, one: Claimed, problem: str) -> None:
    with core.session() as session:
        caller, _ = work.approver(session, one.id)
    with core.context(caller, Channel.JOB) as ctx:
        if records.settle(ctx.session, one, ctx.now, state=SigningState.REFUSED, ended_at=ctx.now, problem=problem):
            telling.tell_of(ctx, one.id)


def _note(core: Core, one: Claimed, action: str, why: str, **values: object) -> None:
    """Write what the service told, with its line in the trail, in the name of who approved the sending."""
    with core.session() as session:
        caller, _ = work.approver(session, one.id)
    with core.context(caller, Channel.JOB) as ctx:
        if records.settle(ctx.session, one, ctx.now, **values):
            _trail(ctx, one, action, why)
            if values.get("state") in telling.ENDED:
                telling.tell_of(ctx, one.id)


def _trail(ctx: Context, one: Claimed, action: str, why: str) -> None:
    letter = work.named(ctx.session, one.letter_id)
    _, act = work.approver(ctx.session, one.id)
    by = (ctx.principal.person_id,)
    audit.record(
        ctx, action, entity="letter", entity_id=letter.id, ref=letter.ref, proposal=act, reason=why, approved_by=by
    )


def take_hook(core: Core, signature: str | None, body: bytes) -> bool:
    """Take a call of DocuSeal's webhook: it makes the worker look, and says nothing itself. False: taken before.

    Raises:
        HookRefused: It is forged, stale or no such call, or no secret is configured.
    """
    now = utc_now()
    secret = core.settings.secret("docuseal_webhook_secret")
    news = docuseal_hook.verified(secret, Mode(core.settings.docuseal_webhook_mode), signature, body, now)
    with core.session() as session:
        if not receipts.take(session, SYSTEM, news.mark, now):
            return False
        known = records.ask(session, news.submission_id, news.external_ids, now)
    log.info("webhook", extra={"system": SYSTEM, "event": news.event, "known": known})
    return True
