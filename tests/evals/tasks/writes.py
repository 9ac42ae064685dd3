"""What people have an agent change: proposed exactly, applied only as the policy of its risk allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from netos_core.demo.people import DANA, ELENA, GRACE, MARCUS, PRIYA, TOM, WILL, DemoPerson
from netos_core.kernel.clock import business_day, utc_now
from tests.evals.facts import said
from tests.evals.hands import Hands, Result
from tests.evals.task import Kind, Row, Task, Wrote
from tests.evals.world import World

APPROVAL_PAGE = "approvals"
"""A part of the link a person is given."""
SERVED = business_day(utc_now(), ZoneInfo("America/Indiana/Indianapolis"))

# The fee a task has put on file, as it is kept.
HALF = {
    "formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": "50"}]}, "per": "contract",
    "mrc_basis": "at_termination", "convenience_exit": True, "exits": [], "clause": "Section 12",
}  # fmt: skip

Rows = Callable[[World], Sequence[Row]]


def write(
    id: str,  # noqa: A002 - what it is called on a task
    who: DemoPerson,
    question: str,
    wish: dict[str, Any],
    rows: Rows,
    proof: str,
    *,
    status: str = "open",
    approver: DemoPerson | None = None,
    code: str | None = "needs_approval",
    calls: int = 2,
    tokens: int = 650,
    accepts: bool = False,
    twice: bool = False,
    on: str | None = None,
) -> Task:
    """Make a task of one wish: proposed, confirmed, and left to a person where one is needed.

    An open change is told with the link to its page. What a note or tag is put on is looked up first.
    """

    async def script(agent: Hands) -> str:
        if on is not None:
            found = await agent.call("search", query=on, limit=1)
            wish["set"] = {**wish["set"], "on": found["hits"][0]["ref"]}
        change = await propose(agent, twice=twice, **wish)
        done = await agent.call("confirm_change", change_id=change["change_id"], digest=change["digest"])
        return said(change["change_id"], done.text if done.code else done["status"], change["approve_url"])

    return Task(
        id, Kind.WRITE, who, question, script, calls + twice + (on is not None), tokens + 400 * twice,
        says=(lambda _: [APPROVAL_PAGE]) if status == "open" else (lambda _: ()),
        wrote=Wrote(rows, status, proof, approver), code=code if status == "open" else None, accepts=accepts,
    )  # fmt: skip


async def propose(agent: Hands, *, twice: bool = False, **wish: Any) -> Result:
    change = await agent.call("propose_change", **wish)
    return await agent.call("propose_change", **wish) if twice else change


def ref(world: World, key: str) -> str:
    return world.ref("circuit", provider_circuit_id=key)


def is_true(table: str, where: str) -> str:
    return f"select exists (select from {table} where {where} and retired_at is null)"


TASKS = (
    write(
        "note-on-east-route", TOM, "Put a note on Lumen's 66/KXGS/204118//LVLC: Loop tested clean at both ends.",
        {
            "kind": "note", "action": "create", "reason": "Asked by the NOC.",
            "set": {"text": "Loop tested clean at both ends."},
        },
        lambda w: [Row("note", ref(w, "66/KXGS/204118//LVLC"), "create", {"text": "Loop tested clean at both ends."})],
        is_true("note", "text = 'Loop tested clean at both ends.'"), status="committed", tokens=850,
        on="66/KXGS/204118//LVLC",
    ),
    write(
        "tag-for-review", GRACE, "Tag Whitewater Insurance as reprice, please.",
        {
            "kind": "tag", "action": "create", "reason": "Revenue is not on record.",
            "set": {"name": "reprice"},
        },
        lambda w: [Row("tag", w.ref("customer", name="Whitewater Insurance"), "create", {"name": "reprice"})],
        "select exists (select from tag t join customer c on c.id = t.entity_id where t.name = 'reprice'"
        " and c.name = 'Whitewater Insurance')", status="committed", tokens=750, on="Whitewater Insurance",
    ),
    write(
        "everstream-phone", TOM, "Set the NOC phone of Everstream to 216-555-0199; their desk told me just now.",
        {
            "kind": "provider", "ref": "Everstream", "set": {"noc_phone": "216-555-0199"},
            "reason": "Told by their desk.",
        },
        lambda w: [Row("provider", w.ref("provider", name="Everstream"), "update", {"noc_phone": "216-555-0199"})],
        is_true("provider", "name = 'Everstream' and noc_phone = '216-555-0199'"), approver=DANA,
    ),
    write(
        "cincinnati-rate", MARCUS, "Lumen lowers 66/KXGS/204377//LVLC to 1,290 a month. Put it through.",
        {
            "kind": "circuit", "ref": "66/KXGS/204377//LVLC", "set": {"mrc": "1290.00"},
            "reason": "Lumen lowered the rate.",
        },
        lambda w: [Row("circuit", ref(w, "66/KXGS/204377//LVLC"), "update", {"mrc": "1290.00"})],
        is_true("circuit", "provider_circuit_id = '66/KXGS/204377//LVLC' and mrc = 1290"), approver=ELENA,
    ),
    write(
        "notice-found", MARCUS, "The missing page of ATT-SO-738816 turned up: notice is 60 days, by mail. Record that.",
        {
            "kind": "contract", "ref": "ATT-SO-738816", "reason": "The page of the notice clause turned up.",
            "set": {"notice_count": 60, "notice_unit": "days", "notice_method": "mail"},
        },
        lambda w: [
            Row("contract", w.ref("contract", number="ATT-SO-738816"), "update",
                {"notice_count": 60, "notice_unit": "days", "notice_method": "mail"})
        ],
        is_true("contract", "number = 'ATT-SO-738816' and notice_deadline = term_end_date - 60"), approver=ELENA,
        tokens=750,
    ),
    write(
        "record-a-fee", MARCUS,
        "AT&T's order ATT-SO-735001 says in section 12: whoever leaves early pays 50 % of the monthly charges that "
        "remain. Put that on file.",
        {
            "kind": "contract", "ref": "ATT-SO-735001", "reason": "Section 12 of the order.",
            "set": {"etf": {"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 50}]},
                            "clause": "Section 12"}},
        },
        lambda w: [Row("contract", w.ref("contract", number="ATT-SO-735001"), "update", {"etf": HALF})],
        is_true("contract", "number = 'ATT-SO-735001' and etf #>> '{formula,bands,0,percent}' = '50'"), approver=ELENA,
        tokens=900,
    ),
    write(
        "log-an-outage", TOM,
        "Log an outage of Verizon's U0131207 in Kokomo from 2026-01-15 08:05 to 09:20 UTC: no signal. Ticket VZ-7790.",
        {
            "kind": "event", "action": "create", "reason": "Seen in monitoring.",
            "set": {
                "circuit": "U0131207", "kind": "outage", "impact": "outage", "starts_at": "2026-01-15T08:05:00Z",
                "ends_at": "2026-01-15T09:20:00Z", "summary": "No signal.", "ticket": "VZ-7790",
            },
        },
        lambda w: [Row("circuit_event", ref(w, "U0131207"), "create", {"kind": "outage", "ticket": "VZ-7790"})],
        is_true("circuit_event", "ticket = 'VZ-7790' and ends_at - starts_at = interval '75 minutes'"), approver=DANA,
        tokens=800,
    ),
    write(
        "new-escalation", TOM, "Everstream's second level is now Rita Salas, 216-555-0190. Add her.",
        {
            "kind": "contact", "action": "create", "reason": "Told by their NOC.",
            "set": {
                "provider": "Everstream", "kind": "escalation", "level": 2, "name": "Rita Salas",
                "phone": "216-555-0190",
            },
        },
        lambda w: [
            Row("provider_contact", w.ref("provider", name="Everstream"), "create",
                {"name": "Rita Salas", "phone": "216-555-0190", "level": 2, "kind": "escalation"})
        ],
        is_true("provider_contact", "name = 'Rita Salas' and level = 2"), approver=PRIYA, tokens=750,
    ),
    write(
        "customer-phone", GRACE, "Geist Orthopedics has a new phone number, 317-555-0175.",
        {
            "kind": "customer", "ref": "Geist Orthopedics", "set": {"phone": "317-555-0175"},
            "reason": "Told by the customer.",
        },
        lambda w: [Row("customer", w.ref("customer", name="Geist Orthopedics"), "update", {"phone": "317-555-0175"})],
        is_true("customer", "name = 'Geist Orthopedics' and phone = '317-555-0175'"), approver=DANA,
    ),
    write(
        "cabinet-suite", WILL, "The suite of the Kokomo Aggregation site should read Cabinet 4; I stand before it.",
        {"kind": "site", "ref": "Kokomo Aggregation", "set": {"suite": "Cabinet 4"}, "reason": "Read on site."},
        lambda w: [Row("site", w.ref("site", name="Kokomo Aggregation"), "update", {"suite": "Cabinet 4"})],
        is_true("site", "name = 'Kokomo Aggregation' and suite = 'Cabinet 4'"), approver=TOM,
    ),
    write(
        "market-of-three", DANA, "Move WVN-EPL-0412, WVN-EPL-0433 and WVN-EPL-0447 to the market West, in one change.",
        {
            "kind": "circuit", "set": {"market": "West"}, "reason": "The markets are drawn anew.",
            "items": [{"ref": "WVN-EPL-0412"}, {"ref": "WVN-EPL-0433"}, {"ref": "WVN-EPL-0447"}],
        },
        lambda w: [
            Row("circuit", ref(w, key), "update", {"market": "West"})
            for key in ("WVN-EPL-0412", "WVN-EPL-0433", "WVN-EPL-0447")
        ],
        "select count(*) = 3 from circuit where market = 'West'", approver=TOM, tokens=700,
    ),
    write(
        "retire-muncie", DANA, "The old Muncie line 66/KRGN/288410//LVLC is long gone. Take it out of the records.",
        {
            "kind": "circuit", "ref": "66/KRGN/288410//LVLC", "action": "retire",
            "reason": "Decommissioned and no longer billed.",
        },
        lambda w: [
            Row("termination", ref(w, "66/KRGN/288410//LVLC"), "retire", {}),
            Row("termination", ref(w, "66/KRGN/288410//LVLC"), "retire", {}),
            Row("circuit", ref(w, "66/KRGN/288410//LVLC"), "retire", {}),
        ],
        "select retired_at is not null from circuit where provider_circuit_id = '66/KRGN/288410//LVLC'",
        approver=ELENA, tokens=750,
    ),
    write(
        "asked-twice", TOM,
        "Set the NOC mailbox of Metronet to noc-in@metronet.example. (The line dropped; do it again.)",
        {
            "kind": "provider", "ref": "Metronet", "set": {"noc_email": "noc-in@metronet.example"},
            "reason": "Their notice of this week.",
        },
        lambda w: [
            Row("provider", w.ref("provider", name="Metronet"), "update", {"noc_email": "noc-in@metronet.example"})
        ],
        is_true("provider", "name = 'Metronet' and noc_email = 'noc-in@metronet.example'"), approver=DANA, twice=True,
    ),
    write(
        "in-service", DANA, "EVST/WL10/005117 was handed over and carries traffic. Set it active.",
        {
            "kind": "circuit", "ref": "EVST/WL10/005117", "set": {"status": "active"},
            "reason": "Handed over; carries traffic.",
        },
        lambda w: [Row("circuit", ref(w, "EVST/WL10/005117"), "update", {"status": "active"})],
        is_true("circuit", "provider_circuit_id = 'EVST/WL10/005117' and status = 'active'"), approver=TOM,
    ),
    write(
        "accepted-at-the-client", TOM,
        "The market of the Verizon line U0129984 is Richmond East. I am here to confirm.",
        {
            "kind": "circuit", "ref": "U0129984", "set": {"market": "Richmond East"},
            "reason": "The markets are drawn anew.",
        },
        lambda w: [Row("circuit", ref(w, "U0129984"), "update", {"market": "Richmond East"})],
        is_true("circuit", "provider_circuit_id = 'U0129984' and market = 'Richmond East'"), status="committed",
        accepts=True,
    ),
    write(
        "let-east-route-end", MARCUS,
        "We let Lumen's LUM-SO-204118 end: Zayo's new wave replaces it. Record that as our decision.",
        {
            "kind": "decision", "action": "create", "reason": "Finance decided today.",
            "set": {
                "contract": "LUM-SO-204118", "choice": "terminate", "reasoning": "Zayo's new wave replaces it.",
            },
        },
        lambda w: [Row("renewal_decision", next_of(w, "renewal_decision"), "create", {"choice": "terminate"})],
        "select exists (select from renewal_decision d join contract c on c.id = d.contract_id where d.choice ="
        " 'terminate' and c.number = 'LUM-SO-204118')", approver=ELENA, tokens=850,
    ),
    write(
        "draft-the-notice", PRIYA,
        "Draft the notice for Lumen's LUM-SO-319140, which we let end. Elena Voss, elena.voss@xiber.example, signs.",
        {
            "kind": "letter", "action": "create", "reason": "The decision to end it stands.",
            "set": {
                "contract": "LUM-SO-319140", "signer_name": "Elena Voss", "signer_email": "elena.voss@xiber.example",
            },
        },
        lambda w: [
            Row("letter", next_of(w, "letter"), "create", {"kind": "non_renewal", "method": "certified_mail"})
        ],
        "select exists (select from letter l join contract c on c.id = l.contract_id where c.number ="
        " 'LUM-SO-319140' and l.sending is null)", approver=ELENA, tokens=900,
    ),
    write(
        "notice-went-out", PRIYA,
        "The notice for LUM-SO-319140 went out by certified mail today, tracking 7020 1810 0000 4433. Record that.",
        {
            "kind": "decision", "ref": "DEC-1002", "reason": "The receipt of the post office is here.",
            "set": {"served_date": SERVED.isoformat(), "served_reference": "7020 1810 0000 4433"},
        },
        lambda _: [
            Row("renewal_decision", "DEC-1002", "update",
                {"served_date": SERVED, "served_reference": "7020 1810 0000 4433"})
        ],
        is_true("renewal_decision", "ref = 'DEC-1002' and served_reference = '7020 1810 0000 4433'"), approver=ELENA,
        tokens=850,
    ),
    write(
        "order-a-wave", DANA,
        "Record our order of a 10 G wave from Zayo, OGYX/210001//ZYO, Fort Wayne Data Center to South Bend Union "
        "Station, 1,300 a month.",
        {
            "kind": "circuit", "action": "create", "reason": "Ordered today.",
            "set": {
                "provider": "Zayo", "provider_circuit_id": "OGYX/210001//ZYO", "service_type": "wave",
                "status": "ordered", "bandwidth_mbps": "10000", "mrc": "1300.00", "a_site": "Fort Wayne Data Center",
                "z_site": "South Bend Union Station",
            },
        },
        lambda w: [
            Row("circuit", next_circuit(w), "create", {"provider_circuit_id": "OGYX/210001//ZYO", "mrc": "1300.00"}),
            Row("termination", next_circuit(w), "create", {"side": "A"}),
            Row("termination", next_circuit(w), "create", {"side": "Z"}),
        ],
        is_true("circuit", "provider_circuit_id = 'OGYX/210001//ZYO' and status = 'ordered' and mrc = 1300"),
        approver=MARCUS, tokens=1050,
    ),
)  # fmt: skip


def next_circuit(world: World) -> str:
    return next_of(world, "circuit")


def next_of(world: World, entity: str) -> str:
    return str(world.one(f"select left(max(ref), 4) || (max(substr(ref, 5)::int) + 1) from {entity}"))
