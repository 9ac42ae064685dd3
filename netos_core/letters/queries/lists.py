"""The list of letters: filtered, searched and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from netos_core.contracts.model import Contract
from netos_core.contracts.queries import get_contract_id
from netos_core.kernel import listing
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like
from netos_core.kernel.page import columns_of
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.queries.finding import COUNTS, STATE
from netos_core.letters.rules.states import LetterState
from netos_core.letters.schemas import LetterList, LetterRow, ListLetters
from netos_core.overview.queries.words import page_of
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries import ACT_BY, NOTICE_DEADLINE, with_standing
from netos_core.renewals.queries.decisions import get_decision_id

NEVER = date(2200, 12, 31)  # so that what has no day comes last
CONCISE = ("ref", "contract", "provider", "kind", "state", "method", "act_by", "notice_deadline", "served_date")
_ROWS: Select[Any] = with_standing(
    select(
        Letter.ref, Letter.kind, Contract.ref.label("contract"), Contract.title.label("contract_title"),
        RenewalDecision.ref.label("decision"),
        Provider.name.label("provider"), STATE.label("state"), Letter.method, Letter.letter_date,
        Letter.effective_date, NOTICE_DEADLINE.label("notice_deadline"), ACT_BY.label("act_by"), Letter.served_date,
        Letter.signer_name.label("signer"), LetterSigning.problem, LetterSigning.ended_at,
    )
    .select_from(Letter)
    .join(Contract, Contract.id == Letter.contract_id)
    .join(Provider, Provider.id == Contract.provider_id)
    .outerjoin(RenewalDecision, RenewalDecision.id == Letter.decision_id)
    .outerjoin(LetterSigning, COUNTS)  # type: ignore[arg-type]  # a statement of so many columns has no type of its own
)  # fmt: skip


def list_letters(ctx: Context, request: ListLetters) -> LetterList:
    """Return one page of letters, newest first unless sorted otherwise."""
    columns = columns_of(request, LetterRow, CONCISE)
    sortable: dict[str, listing.Column] = {
        "ref": Letter.id,
        "provider": func.lower(Provider.name),
        "contract": Contract.id,
        "kind": Letter.kind,
        "state": STATE,
        "letter_date": Letter.letter_date,
        "act_by": func.coalesce(ACT_BY, NEVER),
        "notice_deadline": func.coalesce(NOTICE_DEADLINE, NEVER),
    }
    source = listing.ListSource("letters", _ROWS, sortable, Letter.id, "-ref")
    found, hint = page_of(
        ctx, source, request, _filters(ctx, request), Letter, lambda word: Letter.search_text.like(like(word))
    )
    return LetterList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[_row(ctx, listing.plain(row)) for row in found.rows],
    )


def _row(ctx: Context, row: Mapping[str, Any]) -> LetterRow:
    told = dict(row)
    ended = told.pop("ended_at")
    if told["state"] == LetterState.SERVED and told["served_date"] is None:
        told["served_date"] = business_day(ended, ctx.policy.zone)
    return LetterRow(**told)


def _filters(ctx: Context, request: ListLetters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Letter.retired_at.is_(None)]
    if request.contract:
        wanted.append(Letter.contract_id == get_contract_id(ctx, request.contract, "contract").id)
    if request.decision:
        wanted.append(Letter.decision_id == get_decision_id(ctx, request.decision, "decision"))
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.kind:
        wanted.append(Letter.kind.in_(request.kind))
    if request.state:
        wanted.append(STATE.in_([str(state) for state in request.state]))
    if request.open is not None:
        done = STATE.in_([LetterState.DRAFT, LetterState.SERVED])
        wanted.append(~done if request.open else done)
    return wanted
