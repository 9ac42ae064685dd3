"""How a change of letters is headed, and what a person should know before deciding it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from netos_core.changes.rules import Action, Change
from netos_core.circuits.model import Circuit
from netos_core.contracts.rules import BY_METHOD, NoticeMethod
from netos_core.kernel.context import Context
from netos_core.letters.queries import facts, finding
from netos_core.letters.rules.sending import warnings
from netos_core.letters.rules.states import Sending

MOST_NAMED = 5


def heading(changes: Sequence[Change]) -> str | None:
    """Head a change of one letter with what it does; None where there are several, or it is a mere correction."""
    mine = [change for change in changes if change.entity == "letter"]
    if len(mine) != 1:
        return None
    (change,) = mine
    ref, after = change.ref, change.after
    if change.action is Action.CREATE:
        kind = str(after["kind"]).replace("_", "-")
        return f"Draft {ref}, a notice of {kind} of {change.labels.get(str(after['contract_id']), 'a contract')}"
    if change.action is not Action.UPDATE:
        return None
    if "sending" in after or "sending_key" in after:
        said = {Sending.DOCUSEAL: f"Send {ref} for signature", Sending.MANUAL: f"Approve {ref} to be signed by hand"}
        asked = after.get("sending", change.before.get("sending"))
        return f"Withdraw {ref}" if after.get("sending", "") is None else said.get(asked, f"Send {ref} for signature")
    if after.get("served_date"):
        return f"Record {ref} as served"
    return f"Record {ref} as signed" if after.get("signed_date") else None


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say of the letters that a change would send what follows, and of those it drafts what they name amiss."""
    planned = [c for c in changes if c.entity == "letter" and c.action in (Action.CREATE, Action.UPDATE)]
    rows = finding.rows_by_id(ctx, {c.id for c in planned}) if planned else {}
    return tuple(f"{c.ref}: {said}" for c in planned for said in _of_one(ctx, c, rows.get(c.id, {})))


def _of_one(ctx: Context, change: Change, row: Mapping[str, Any]) -> Iterator[str]:
    after = {**row, **change.after}
    if "circuits" in change.after:
        yield from _not_governed(ctx, after)
    if change.after.get("pdf_sha256") is None:
        return
    for name in ("letter_date", "effective_date", "sign_by"):
        if isinstance(after[name], str):
            after[name] = date.fromisoformat(after[name])
    contract = facts.contract_of(ctx, row["contract_id"])
    yield from warnings(facts.ready(ctx, after, contract), ctx.today)
    method = BY_METHOD[NoticeMethod(after["method"])]
    if after["serve_to"]:
        yield f"once signed, DocuSeal sends the signed copy to {after['serve_to']}, and that serves it."
    else:
        yield f"once signed it is still to be served{method}; that is recorded with its proof."


def _not_governed(ctx: Context, letter: Mapping[str, Any]) -> Iterator[str]:
    refs = list(letter["circuits"])
    governed = set(
        ctx.session.scalars(
            select(Circuit.ref).where(Circuit.ref.in_(refs), Circuit.contract_id == letter["contract_id"])
        )
    )
    others = [ref for ref in refs if ref not in governed]
    if others:
        named = ", ".join(others[:MOST_NAMED]) + (
            f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        )
        yield f"the contract does not govern {named}, which it names."
