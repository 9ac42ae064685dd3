"""Drafts as they are staged, reviewed and closed. They are no records of the history; only an approval makes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from netos_core.changes.plans import take_refs
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.quotes.model import QuoteDraft
from netos_core.quotes.queries import drafts
from netos_core.quotes.rules.proof import TOLD, Checked, Problem, check, source_key
from netos_core.quotes.rules.reading import in_order, kind_of, needs_a_person, split
from netos_core.quotes.schemas import ReadValue, StageQuoteDraft
from netos_core.quotes.schemas.values import fits


def save_draft(ctx: Context, request: StageQuoteDraft) -> tuple[QuoteDraft, bool]:
    """Keep a source with what was read out of it; the same words find the draft that is there.

    Returns:
        The draft, and whether it was there already.
    """
    sha256 = source_key(request.text)
    known = drafts.find_same(ctx, sha256)
    if known is not None:
        return known, True
    row = {
        "id": new_id(),
        "ref": take_refs(ctx.session, "quote_draft")[0],
        "kind": request.kind,
        "title": request.title,
        "sha256": sha256,
        "source_text": request.text,
        "fields": fields_of(request.text, request.values),
        "state": drafts.OPEN,
        "person_id": ctx.principal.person_id,
        "agent": ctx.principal.agent,
        "client": ctx.principal.client,
        "created_at": ctx.now,
    }
    made = ctx.session.execute(
        insert(QuoteDraft).values(**row).on_conflict_do_nothing(index_elements=["sha256"]).returning(QuoteDraft.id)
    ).first()
    draft = drafts.find_same(ctx, sha256)
    if draft is None:
        raise AssertionError("a staged draft is there")
    return draft, made is None


def fields_of(source: str, values: Mapping[str, ReadValue]) -> list[dict[str, Any]]:
    """Check every value against the words that are to prove it; the months of each term are a value of their own."""
    whole = dict(values)
    for name in values:
        months, _ = split(name)
        if months is not None:
            whole.setdefault(f"{months}.term_months", ReadValue(value=str(months)))
    return [_field(source, name, whole[name]) for name in sorted(whole, key=in_order)]


def _field(source: str, name: str, read: ReadValue) -> dict[str, Any]:
    kind = kind_of(name)
    if kind is None:
        raise AssertionError(f"{name} is no value of a quote")
    found = check(source, read.value, read.proof, kind)
    if not fits(name, read.value):
        found = Checked(found.start, found.end, Problem.UNREADABLE)
    trusted = found.problem is None and not needs_a_person(name)
    return {
        "field": name,
        "value": read.value,
        "as_read": read.value,
        "proof": read.proof,
        "start": found.start,
        "end": found.end,
        "problem": found.problem,
        "told": TOLD[found.problem] if found.problem else None,
        "decision": "accepted" if trusted else None,
        "by": None,
    }


def save_review(
    ctx: Context, draft: QuoteDraft, values: Mapping[str, str], accepted: set[str], rejected: set[str]
) -> None:
    """Keep what a person decided of the values of a draft; a corrected value is theirs."""
    kept = []
    for field in draft.fields:
        name, told = field["field"], dict(field)
        if name in values and values[name] != field["value"]:
            told |= {"value": values[name], "by": ctx.principal.name}
        decision = "accepted" if name in accepted else "rejected" if name in rejected else field["decision"]
        if decision != field["decision"]:
            told |= {"decision": decision, "by": ctx.principal.name}
        kept.append(told)
    draft.fields = kept


def close(ctx: Context, draft: QuoteDraft, state: str, reason: str | None) -> None:
    """Note who decided on a draft, when and why."""
    draft.state = state
    draft.decided_by = ctx.principal.person_id
    draft.decided_at = ctx.now
    draft.reason = reason
