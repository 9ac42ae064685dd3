"""From what is asked of electrical accounts and bills to the exact rows that would change. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netos_core.changes.plans import Wanted
from netos_core.changes.rows import About, Draft, Kind, plan_leaving, plan_rows
from netos_core.changes.rules import Action, Change
from netos_core.electrical import queries
from netos_core.electrical.rules import first_of
from netos_core.electrical.schemas import ElectricalAccountEdit, ElectricalBillEdit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.providers import queries as providers
from netos_core.sites import queries as sites


class MonthTaken(Invalid):
    """The account has a bill of that month."""


def _bill_part(row: Mapping[str, Any], _about: About) -> str:
    return f"bill of {row['month']:%Y-%m}"


ACCOUNT = Kind(
    "electrical_account",
    "electrical account",
    required=("site", "provider"),
    links={"site": sites.names, "provider": providers.names},
    shown=("ref", "account_number", "meter_number"),
    names=queries.names,
)
BILL = Kind(
    "electrical_bill",
    "electrical bill",
    required=("account", "month", "amount"),
    links={"account": queries.names},
    shown=("month", "amount", "currency"),
    owner="account",
    part=_bill_part,
    lists="get_electrical_account",
    kept=("currency",),
)


def plan(ctx: Context, wanted: Sequence[Wanted[ElectricalAccountEdit]]) -> list[Change]:
    """Plan a batch of electrical accounts. Retiring one retires its bills with it.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: The site or the utility is missing, or its days are in the wrong order.
        Conflict: The same account is asked for twice.
    """
    changes = plan_rows(ctx, ACCOUNT, wanted, check=_check_days)
    leaving = [c.id for c in changes if c.action is Action.RETIRE]
    return [*plan_leaving(ctx, BILL, "account", leaving), *changes]


def _check_days(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        starts, ends = draft.values.get("starts_on"), draft.values.get("ends_on")
        if starts and ends and ends < starts:
            raise Invalid("The service ends before it starts.", field="ends_on")


def plan_bills(ctx: Context, wanted: Sequence[Wanted[ElectricalBillEdit]]) -> list[Change]:
    """Plan what was billed for months; a bill is changed and retired by its row id.

    Raises:
        NotFound: An account or a bill id means nothing we have.
        Invalid: A field is missing, or the account has a bill of that month.
        Conflict: The same bill is asked for twice.
    """
    by_month = [Wanted(w.action, w.ref, _by_month(w.edit)) for w in wanted]

    def complete(draft: Draft) -> None:
        draft.values["currency"] = draft.values.get("currency") or ctx.policy.currency

    def check(drafts: Sequence[Draft]) -> None:
        going = {w.ref for w in wanted if w.action is Action.RETIRE}
        kept = queries.billed_months(ctx, {draft.values["account_id"] for draft in drafts})
        taken = {key: row_id for key, row_id in kept.items() if str(row_id) not in going}
        for draft in drafts:
            key = (draft.values["account_id"], draft.values["month"])
            if taken.setdefault(key, draft.id) != draft.id:
                account = draft.about[key[0]].ref
                raise MonthTaken(f"{account} has a bill of {key[1]:%B %Y}.", field="month", fix="Change that bill.")

    return plan_rows(ctx, BILL, by_month, complete=complete, check=check)


def _by_month(edit: ElectricalBillEdit) -> ElectricalBillEdit:
    return edit if edit.month is None else edit.model_copy(update={"month": first_of(edit.month)})


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan the retirement of the accounts, and their bills, of sites that are retired."""
    gone = [c.id for c in changes if c.entity == "site" and c.action is Action.RETIRE]
    accounts = plan_leaving(ctx, ACCOUNT, "site", gone)
    return [*plan_leaving(ctx, BILL, "account", [c.id for c in accounts]), *accounts]
