"""Work in progress: agents have proposed, a person has changed their mind, and approvals wait."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from netos_core.changes import records
from netos_core.changes.model import Proposal
from netos_core.changes.queries import change_set_of
from netos_core.changes.rules import inverse
from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import get_circuit_id
from netos_core.demo.people import DANA, GRACE, TOM, DemoPerson
from netos_core.demo.write import acting, approve, latest, mark
from netos_core.kernel.context import Context
from netos_core.kernel.money import to_the_cent
from netos_core.proposals import plans
from netos_core.proposals.schemas import Item, ProposeChange
from netos_core.providers.queries import get_provider_id

STAGE = "activity"
RERATED = "Intelligent Fiber Network"
DISCOUNT = Decimal("0.93")
HANDED_OVER = "66/KXGS/204118//LVLC"
REPRICED = "8529104418830117"


def is_there(ctx: Context, after: Proposal) -> bool:
    """Tell whether it was made for the records that are loaded now."""
    made = latest(ctx, STAGE)
    return made is not None and made.id > after.id


def make(ctx: Context) -> list[Proposal]:
    """Make one change that was undone, and one open proposal of each risk."""
    return [*_undone(ctx), _high(ctx), _medium(ctx), _low(ctx)]


def _propose(ctx: Context, person: DemoPerson, wish: ProposeChange, agent: str) -> Proposal:
    by = acting(ctx, person, agent=agent)
    source = {"propose_change": wish.model_dump(mode="json", exclude_unset=True), **mark(STAGE, "load")}
    return records.save_proposal(by, plans.change_set(by, wish), reason=wish.reason, source=source)


def _undone(ctx: Context) -> list[Proposal]:
    wish = ProposeChange(
        kind="circuit",
        ref=get_circuit_id(ctx, HANDED_OVER).ref,
        set={"a_patch_panel_port": "C12 panel 2, ports 5-6", "market": "Indianapolis"},
        reason="The work order says the handoff was moved to panel 2.",
    )
    first = _propose(ctx, DANA, wish, "Claude Code")
    approve(ctx, first, by=TOM)
    by = acting(ctx, DANA)
    undo = records.save_proposal(
        by,
        inverse(change_set_of(by, first), first.ref),
        reason="Checked on site: the handoff is still on panel 1.",
        source={"undo": first.ref, **mark(STAGE, "load")},
        undoes=first,
    )
    approve(ctx, undo, by=TOM)
    return [first, undo]


def _high(ctx: Context) -> Proposal:
    provider = get_provider_id(ctx, RERATED)
    found = ctx.session.execute(
        select(Circuit.ref, Circuit.mrc)
        .where(
            Circuit.provider_id == provider.id,
            Circuit.mrc > 0,
            Circuit.status == "active",
            Circuit.service_type.in_(("wave", "epl")),
            Circuit.retired_at.is_(None),
        )
        .order_by(Circuit.ref)
    ).all()
    items = [Item(ref=row.ref, set={"mrc": str(to_the_cent(row.mrc * DISCOUNT))}) for row in found]
    wish = ProposeChange(
        kind="circuit",
        items=items,
        reason="IFN's letter of this week lowers every wave and Ethernet rate by 7 percent from the next bill, "
        "for keeping the statewide volume. Amounts are rounded to the cent.",
    )
    return _propose(ctx, DANA, wish, "Claude")


def _medium(ctx: Context) -> Proposal:
    wish = ProposeChange(
        kind="provider",
        ref=get_provider_id(ctx, "Everstream").ref,
        set={"noc_phone": "216-555-0178", "noc_email": "noc-indiana@everstream.example"},
        reason="Their maintenance notice gives a new number and mailbox for Indiana.",
    )
    return _propose(ctx, TOM, wish, "Claude")


def _low(ctx: Context) -> Proposal:
    wish = ProposeChange(
        kind="tag",
        action="create",
        set={"on": get_circuit_id(ctx, REPRICED).ref, "name": "reprice"},
        reason="It bills less than it costs; marked for the next review with the customer.",
    )
    return _propose(ctx, GRACE, wish, "Claude")
