"""The end of a contract's term and its deadlines, worked out as the contract would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from netos_core.changes.rules import Action, Change
from netos_core.contracts import queries
from netos_core.contracts.rules import (
    deadline_of,
    governing_end_date,
    problems_of,
    term_end_date,
)
from netos_core.contracts.rules.papers import Paper, Papers, completed, terms_of
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid


class ImpossibleTerms(Invalid):
    """Terms that can not be so, whatever the paper says."""


PLAIN = (
    "kind", "number", "title", "signed_date", "term_start_date", "term_months", "term_end_date", "co_terminus",
    "end_of_term", "evergreen", "renewal_term_months", "notice_count", "notice_unit", "notice_opens_count",
    "notice_opens_unit", "renewal_notice_count", "renewal_notice_unit", "notice_method", "notice_address",
    "notice_counted_from", "delivery_lead_days", "mrc", "nrc", "total_value", "currency", "etf", "escalator",
    "description",
)  # fmt: skip
EMPTY: Mapping[str, Any] = {
    **dict.fromkeys((*PLAIN, "id", "parent_id", "notice_deadline", "act_by")),
    "evergreen": False,
    "co_terminus": False,
}

NOTICES = ("notice", "notice_opens", "renewal_notice")


def worked_out(
    after: Mapping[str, Any], given: set[str], row: Mapping[str, Any] | None, papers: Papers
) -> dict[str, Any]:
    """Work out the end, the notice deadline and the day to act by of a contract as it would be.

    Args:
        after: Its values as they would be, with its id.
        given: The fields that are asked for.
        row: Its values as they are, where it is there.
        papers: All papers that bear on it, as they would be.

    Raises:
        Invalid: A notice is half given, or an end is stated for a contract that ends with another.
        ImpossibleTerms: The terms can not be so.
    """
    for name in NOTICES:
        count, unit = after[f"{name}_count"], after[f"{name}_unit"]
        if (count is None) != (unit is None):
            raise Invalid(
                "A notice period is a count and its unit.",
                field=f"{name}_unit" if unit is None else f"{name}_count",
                fix=f"Such as {name}_count 3, {name}_unit months.",
            )
    end = _agreements_end(after, given, papers) if after["co_terminus"] else _end(after, given, row)
    terms = terms_of(completed({**after, "term_end_date": end}, papers))
    for problem in problems_of(terms):
        if problem.code in _IMPOSSIBLE:
            raise ImpossibleTerms(problem.message, field=_FIELD.get(problem.field, problem.field))
    deadline = deadline_of(terms)
    return {
        "term_end_date": governing_end_date(terms),
        "notice_deadline": deadline.notice_deadline,
        "act_by": deadline.act_by,
    }


_IMPOSSIBLE = frozenset(
    {"term_months_out_of_range", "notice_out_of_range", "delivery_lead_out_of_range", "end_before_start"}
)
_FIELD = {"co_terminus_end": "co_terminus"} | {name: f"{name}_count" for name in NOTICES}


def _agreements_end(after: Mapping[str, Any], given: set[str], papers: Papers) -> date | None:
    parent = papers.get(after["parent_id"])
    if parent is None:
        raise Invalid("It ends with which agreement?", field="parent", fix="Set parent, or co_terminus to false.")
    end: date | None = parent.row["term_end_date"]
    if "term_end_date" in given and after["term_end_date"] not in (None, end):
        raise Invalid(
            f"It ends with {parent.ref} on {end}, so it has no end of its own.",
            field="term_end_date",
            fix="Leave term_end_date out, or set co_terminus to false.",
        )
    return end


def _end(after: Mapping[str, Any], given: set[str], row: Mapping[str, Any] | None) -> date | None:
    """Return the end as stated, else as counted.

    An end that agreed with the old start and months was counted, or may as well have been: it moves with them.
    One that disagreed is what the paper says, and stays.
    """
    stated: date | None = after["term_end_date"]
    counted = counted_end(after)
    if stated is None:
        return counted
    moved = row is not None and "term_end_date" not in given and bool(given & {"term_start_date", "term_months"})
    if row is not None and moved and counted is not None and stated == counted_end(row):
        return counted
    return stated


def counted_end(row: Mapping[str, Any]) -> date | None:
    start, months = row["term_start_date"], row["term_months"]
    return None if start is None or months is None else term_end_date(start, months)


_TERM_DATES = ("signed_date", "term_start_date", "term_end_date")


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say what in the planned terms of contracts contradicts itself without being impossible.

    Args:
        ctx: The call.
        changes: A planned change set; what is no contract in it is passed over.

    Returns:
        One sentence each, such as "CTR-1001: 36 months from 2024-04-01 end on 2027-03-31, not on 2027-04-30.",
        for `ChangeSet.warnings`.
    """
    planned = [c for c in changes if c.entity == "contract" and c.action in (Action.CREATE, Action.UPDATE)]
    if not planned:
        return ()
    rows = queries.rows_by_id(ctx, {c.id for c in planned if c.action is Action.UPDATE})
    after = {c.id: _after(rows.get(c.id, EMPTY), c) for c in planned}
    papers = queries.papers_of(ctx.session, {i for row in after.values() for i in (row["id"], row["parent_id"]) if i})
    for row_id, row in after.items():
        known = papers.get(row_id)
        papers.put(Paper(row, known.governs if known else False))
    return tuple(
        f"{change.ref}: {problem.message}"
        for change in planned
        for problem in problems_of(terms_of(completed(after[change.id], papers)))
    )


def _after(row: Mapping[str, Any], change: Change) -> dict[str, Any]:
    after = {**row, **change.after, "id": change.id}
    for name in _TERM_DATES:
        if isinstance(after[name], str):
            after[name] = date.fromisoformat(after[name])
    if isinstance(after["parent_id"], str):
        after["parent_id"] = UUID(after["parent_id"])
    return after
