"""Letters drafted from their contract, corrected while nobody holds a copy, recorded as signed and as served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.documents import queries as documents
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.lookup import Named, Names
from netos_core.letters.plans import decisions, sending
from netos_core.letters.queries import facts, finding
from netos_core.letters.rules.states import EDITABLE, LetterState, Sending
from netos_core.letters.schemas import LetterEdit

_TEXT = (
    "kind", "method", "letter_date", "recipient_name", "recipient_address", "recipient_email", "effective_date",
    "opening", "extra", "signer_name", "signer_title", "signer_email", "sign_by",
)  # fmt: skip
_SAYS = frozenset({*_TEXT, "circuits"})
_REQUIRED = ("kind", "letter_date", "circuits")
_SERVED = ("served_date", "served_method", "tracking_number", "proof_document")
_LATER = frozenset({"sending", "signed_date", *_SERVED})
MOST_SENT = 20  # each is printed while the proposal is made
_WORDS = {state: str(state).replace("_", " ") for state in LetterState}


class LetterClosed(Conflict):
    """What is asked of the letter can not be done where it stands."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything planning looks up, looked up once."""

    contracts: Names
    letters: Names
    circuits: Names
    rows: Mapping[UUID, dict[str, Any]]
    states: Mapping[UUID, LetterState]
    decisions: decisions.Decisions
    documents: Mapping[str, dict[str, Any]]
    labels: Mapping[UUID, Named]


def plan(ctx: Context, wanted: Sequence[Wanted[LetterEdit]]) -> list[Change]:
    """Plan letters: new from their contract, changed, sent, withdrawn, recorded as signed or served, retired.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: Something is missing that a letter needs, or that its sending needs.
        LetterClosed: Its text is with the signer, or it is served.
        Conflict: The same letter is asked for twice.
    """
    if sum(w.edit.sending is not None for w in wanted) > MOST_SENT:
        raise Invalid(
            f"At most {MOST_SENT} letters go out with one change.", field="items", fix="Send them in several changes."
        )
    known = _known(ctx, wanted)
    asked = [None if w.action is Action.CREATE else known.letters.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    fresh = iter(next_refs(ctx.session, "letter", sum(named is None for named in asked)))
    changes: list[Change] = []
    for w, named in zip(wanted, asked, strict=True):
        if named is None:
            changes.append(_created(ctx, w.edit, next(fresh), known))
            continue
        row = known.rows[named.id]
        if w.action is Action.RETIRE:
            changes.append(retired("letter", row, ref=row["ref"], shown=("ref", "kind")))
        else:
            changes += _updated(ctx, w.edit, row, known)
    return changes


def _known(ctx: Context, wanted: Sequence[Wanted[LetterEdit]]) -> Known:
    letters = finding.names(ctx, {w.ref for w in wanted if w.ref})
    ids = {named.id for w in wanted if w.ref and (named := letters.find(w.ref))}
    rows = finding.rows_by_id(ctx, ids)
    return Known(
        contracts=contracts.names(ctx, {w.edit.contract for w in wanted if w.edit.contract}),
        letters=letters,
        circuits=circuits.names(ctx, {key for w in wanted for key in w.edit.circuits or ()}),
        rows=rows,
        states=finding.standing(ctx, ids),
        decisions=decisions.known(ctx, {w.edit.decision for w in wanted if w.edit.decision}),
        documents=documents.rows_by_ref(ctx, [w.edit.proof_document for w in wanted if w.edit.proof_document]),
        labels=finding.contract_refs(ctx, {row["contract_id"] for row in rows.values()}),
    )


def _created(ctx: Context, edit: LetterEdit, ref: str, known: Known) -> Change:
    if not edit.contract:
        raise Invalid("Which contract is it under?", field="contract", fix="Set contract, such as CTR-1004.")
    early = sorted(edit.model_fields_set & _LATER)
    if early and any(getattr(edit, name) is not None for name in early):
        raise Invalid(
            f"A new letter is a draft: {early[0]} comes later.", field=early[0], fix="Draft it, then change it."
        )
    contract = known.contracts.get(edit.contract, "contract")
    row = facts.contract_of(ctx, contract.id)
    given = {name: value for name, value in _said(edit, known).items() if value is not None}
    values = {"ref": ref, "contract_id": contract.id, **facts.defaults(ctx, row), **given}
    labels = {str(contract.id): contract.ref}
    values |= _decision(edit, contract.id, known, labels)
    if (decision_id := values["decision_id"]) is not None and str(decision_id) not in labels:
        labels |= {str(decision_id): finding.decision_refs(ctx, [decision_id])[decision_id]}
    return created("letter", values, ref=ref, labels=labels, row_id=new_id())


def _decision(edit: LetterEdit, contract_id: UUID, known: Known, labels: dict[str, str]) -> dict[str, Any]:
    """Return the decision that is asked for; null means none."""
    if "decision" not in edit.model_fields_set:
        return {}
    named = known.decisions.of(edit, contract_id)
    labels |= {str(named.id): named.ref} if named else {}
    return {"decision_id": named.id if named else None}


def _said(edit: LetterEdit, known: Known) -> dict[str, Any]:
    """Return what is asked of the letter's text, circuits by their refs."""
    values = edit.model_dump(include=edit.model_fields_set & set(_TEXT))
    if "circuits" in edit.model_fields_set and edit.circuits is not None:
        refs = [known.circuits.get(key, "circuits").ref for key in edit.circuits]
        values["circuits"] = list(dict.fromkeys(refs))
    elif "circuits" in edit.model_fields_set:
        values["circuits"] = None
    return values


def _updated(ctx: Context, edit: LetterEdit, row: dict[str, Any], known: Known) -> list[Change]:
    given, state = edit.model_fields_set, known.states[row["id"]]
    if "contract" in given:
        raise Invalid("A letter stays with its contract.", field="contract", fix="Draft another under the right one.")
    values = _said(edit, known)
    for name in _REQUIRED:
        if name in values and values[name] is None:
            raise Invalid(f"A letter can not be without its {name.replace('_', ' ')}.", field=name)
    if given & _SAYS and state not in EDITABLE:
        raise LetterClosed(
            f"{row['ref']} is {_WORDS[state]}, so its text stays as it was approved.",
            field=min(given & _SAYS),
            fix="Draft another letter, or withdraw this one first (sending null).",
        )
    named = known.labels[row["contract_id"]]
    labels = {str(named.id): named.ref}
    extra: list[Change] = []
    if "sending" in given:
        sent = _sent(ctx, edit.sending, row, {**row, **values}, state)
        values |= sent.values
        labels |= sent.labels
        extra = list(sent.filed)
    values |= _decision(edit, row["contract_id"], known, labels)
    values |= _signed(ctx, edit, row, state)
    values |= _served(ctx, edit, row, state, known, labels)
    change = changed("letter", row, values, ref=row["ref"], labels=labels)
    if change is None:
        return []
    carried_out = decisions.carried_out(ctx, {**row, **values}, labels) if values.get("served_date") else []
    return [*extra, change, *carried_out]


def _sent(
    ctx: Context, asked: Sending | None, row: Mapping[str, Any], after: dict[str, Any], state: LetterState
) -> sending.Sent:
    if asked is None:
        if state in (LetterState.SIGNED, LetterState.SERVED):
            raise LetterClosed(
                f"{row['ref']} is {_WORDS[state]}; what is signed is not withdrawn.",
                field="sending",
                fix="Write to the provider, and draft another letter.",
            )
        return sending.withdrawn()
    if state not in EDITABLE:
        raise LetterClosed(
            f"{row['ref']} is {_WORDS[state]} already.", field="sending", fix="get_letter tells what is next."
        )
    return sending.sent(ctx, asked, after)


def _signed(ctx: Context, edit: LetterEdit, row: Mapping[str, Any], state: LetterState) -> dict[str, Any]:
    if "signed_date" not in edit.model_fields_set:
        return {}
    if row["sending"] != Sending.MANUAL or state is LetterState.SERVED:
        raise LetterClosed(
            "Only a letter that was approved to be signed by hand is recorded as signed.",
            field="signed_date",
            fix="Propose sending manual first; through DocuSeal its signature is recorded by itself.",
        )
    if edit.signed_date is not None and edit.signed_date > ctx.today:
        raise Invalid("That day is still to come.", field="signed_date")
    return {"signed_date": edit.signed_date}


def _served(
    ctx: Context,
    edit: LetterEdit,
    row: Mapping[str, Any],
    state: LetterState,
    known: Known,
    labels: dict[str, str],
) -> dict[str, Any]:
    """Return what is recorded of the service of a letter.

    Raises:
        LetterClosed: It is not signed yet.
        Invalid: The day is still to come, or there is no proof.
    """
    given = edit.model_fields_set & set(_SERVED)
    if not given:
        return {}
    if state not in (LetterState.SIGNED, LetterState.SERVED):
        raise LetterClosed(
            f"{row['ref']} is {_WORDS[state]}; it is served once it is signed.",
            field=min(given),
            fix="get_letter tells what is next.",
        )
    values = edit.model_dump(include=given - {"proof_document"})
    if "proof_document" in given:
        proof = _document(ctx, edit.proof_document, known)
        values["proof_document_id"] = proof["id"] if proof else None
        labels |= {str(proof["id"]): proof["ref"]} if proof else {}
    after = {**row, **values}
    if after["served_date"] is None:
        return {**values, "served_date": None, "served_method": None}
    if after["served_date"] > ctx.today:
        raise Invalid("That day is still to come.", field="served_date", fix="Record it once it was served.")
    if after["proof_document_id"] is None:
        raise Invalid(
            "A service needs its proof.",
            field="proof_document",
            fix="Add the receipt, report or screenshot to the contract as a document, and name it here.",
        )
    return {**values, "served_method": after["served_method"] or row["method"]}


def _document(ctx: Context, ref: str | None, known: Known) -> dict[str, Any] | None:
    if ref is None:
        return None
    found = known.documents.get(ref.strip().upper())
    if found is None:
        raise documents.DocumentNotFound("No document has that ref.", field="proof_document", fix="list_documents.")
    if not documents.may_see(ctx, found["sensitivity"]):
        raise documents.ContentWithheld(f"{found['ref']} shows what your roles do not.", field="proof_document")
    return found
