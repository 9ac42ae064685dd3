"""Questions whose answer is put together from several records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from netos_core.demo.people import DANA, ELENA, GRACE, MARCUS, TOM, WILL, DemoPerson
from tests.evals.facts import (
    IN_USE,
    LIVE,
    TODAY,
    UNDECIDED,
    circuit,
    contract,
    ends_at,
    exactly,
    of_customer,
    said,
    together,
    values,
    words,
)
from tests.evals.hands import Hands
from tests.evals.task import Facts, Kind, Script, Task

TASKS: list[Task] = []
DUE = (
    f"act_by <= {TODAY} + 30 and {UNDECIDED} and kind in ('order', 'lease')"
    f" and (end_of_term = 'auto_renew' or term_end_date >= {TODAY}) and not evergreen and {LIVE}"
)
SILENCE = f"select mrc * renewal_term_months from contract where {DUE} and renewal_term_months is not null"


def hop(
    id: str,  # noqa: A002 - what it is called on a task
    who: DemoPerson,
    question: str,
    says: Facts,
    calls: int,
    tokens: int,
) -> Callable[[Script], Script]:
    """Make a task of the script that follows."""

    def made(script: Script) -> Script:
        TASKS.append(Task(id, Kind.MULTI_HOP, who, question, script, calls, tokens, says=says))
        return script

    return made


@hop(
    "cermak-and-zayo", TOM, "Which circuits end at Cermak, and whom do I call when the Zayo wave there is down?",
    together(
        exactly("CKT", ends_at("Chicago Cermak")),
        lambda world: [tuple(world.column(
            "select phone from provider_contact c join provider p on p.id = c.provider_id where p.name = 'Zayo'"
            " and c.kind = 'noc' union select noc_phone from provider where name = 'Zayo'"
        ))],
    ), 2, 1100,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", query="Cermak")
    zayo = await agent.call("get_provider", ref="Zayo")
    return said(*(row["ref"] for row in found.rows), zayo["contacts"][0]["phone"])


@hop(
    "next-thirty-days", MARCUS,
    "What must we act on within 30 days or have missed, and what does silence cost for each?",
    together(exactly("CTR", f"select ref from contract where {DUE}"), values(SILENCE)), 1, 260,
)  # fmt: skip
async def _(agent: Hands) -> str:
    due = await agent.call("list_renewals", within_days=30, fields=["contract", "title", "act_by", "cost_of_silence"])
    return said(*(f"{row['contract']} {row['cost_of_silence']}" for row in due.rows))


@hop(
    "crossroads-fort-wayne", GRACE,
    "Is the circuit of Crossroads Bank in Fort Wayne still under contract, and until when?",
    together(
        values(circuit("EVST/ELN/003590")),
        words("no contract", "not under contract", "no order", "not under any contract", "without contract"),
    ), 2, 1000,
)  # fmt: skip
async def _(agent: Hands) -> str:
    bank = await agent.call("get_customer", ref="Crossroads Bank")
    ref = next(row["ref"] for row in bank["circuits"] if row["z"] == "Crossroads Bank Tower")
    line = await agent.call("get_circuit", ref=ref)
    return said(ref, "no contract" if line["term"] is None else line["term"]["term_end_date"])


@hop(
    "crossroads-uncovered", GRACE, "Which circuits of Crossroads Bank have no contract with the carrier?",
    exactly("CKT", of_customer(
        "Crossroads Bank", more="not exists (select from contract_circuit g where g.circuit_id = c.id and g.governs)"
    )), 1, 330,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", customer="Crossroads Bank", fields=["ref", "contract"])
    return said(*(row["ref"] for row in found.rows if not row["contract"]))


@hop(
    "east-route-successor", DANA, "What replaces Lumen's 10 G east route to Chicago, and what is its firm date?",
    values(circuit("OGYX/209118//ZYO"), circuit("OGYX/209118//ZYO", "foc_date")), 2, 1100,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", query="Replaces the Lumen")
    line = await agent.call("get_circuit", ref=found.rows[0]["ref"])
    return said(line["ref"], line["foc_date"])


@hop(
    "brown-county-tower", TOM,
    "The Brown County tower is cut off again. Which circuit feeds it, how many unplanned outages had it, and whom do I "
    "call?",
    together(
        exactly("CKT", ends_at("Brown County Tower")),
        lambda world: [int(world.one(
            "select count(*) from circuit_event e join circuit c on c.id = e.circuit_id"
            " where c.provider_circuit_id = 'AS/KRGN/734512//ATI' and e.kind = 'outage'"
        ))],
        lambda world: [tuple(world.column(
            "select phone from provider_contact c join provider p on p.id = c.provider_id where p.name = 'AT&T'"
            " and c.kind = 'noc' union select noc_phone from provider where name = 'AT&T'"
        ))],
    ), 2, 1950,
)  # fmt: skip
async def _(agent: Hands) -> str:
    tower = await agent.call("get_site", ref="Brown County Tower")
    line = await agent.call("get_circuit", ref=tower["circuits"][0]["ref"])
    outages = [event for event in line["events"] if event["kind"] == "outage"]
    return said(line["ref"], f"{len(outages)} outages", line["provider_noc_phone"])


@hop(
    "riverbend-diverse", GRACE,
    "Do the two lines into Riverbend's main campus come from different carriers, and where does each start?",
    values(
        "select p.name from circuit c join provider p on p.id = c.provider_id join termination t on t.circuit_id = c.id"
        " join site s on s.id = t.site_id where s.name = 'Riverbend Main Campus'",
        "select a.name from termination z join site s on s.id = z.site_id join termination t on t.circuit_id ="
        " z.circuit_id and t.side = 'A' join site a on a.id = t.site_id where s.name = 'Riverbend Main Campus'",
    ), 1, 260,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", site="Riverbend Main Campus")
    return said(*(f"{row['provider']} from {row['a']}" for row in found.rows))


@hop(
    "chicago-capacity", DANA, "How much wave capacity is active between us and Cermak, in Mbps in total?",
    lambda world: [int(world.one(
        "select sum(c.bandwidth_mbps) from circuit c where c.service_type = 'wave' and c.status = 'active'"
        " and exists (select from termination t join site s on s.id = t.site_id where t.circuit_id = c.id"
        " and s.name = 'Cermak Suite 820')"
    ))], 1, 220,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", site="Cermak Suite 820", service_type=["wave"], status=["active"])
    return said(sum(int(row["bandwidth_mbps"]) for row in found.rows))


@hop(
    "open-outage-ticket", TOM,
    "What is down, under which ticket does the carrier have it, and what is their NOC number?",
    values(
        "select c.ref, e.ticket, p.noc_phone from circuit_event e join circuit c on c.id = e.circuit_id join provider p"
        " on p.id = c.provider_id where e.kind = 'outage' and e.ends_at is null"
    ), 2, 2500,
)  # fmt: skip
async def _(agent: Hands) -> str:
    board = await agent.call("get_dashboard")
    line = await agent.call("get_circuit", ref=board["open_outages"][0]["circuit"])
    ticket = next(event["ticket"] for event in line["events"] if event["ends_at"] is None)
    return said(line["ref"], ticket, line["provider_noc_phone"])


@hop(
    "kokomo-power", TOM, "The Kokomo cabinet has no generator. Which customers lose service if it goes dark?",
    values(
        "select distinct k.name from customer k join circuit_customer l on l.customer_id = k.id join circuit c on"
        " c.id = l.circuit_id join termination t on t.circuit_id = c.id join site s on s.id = t.site_id"
        f" where s.name = 'Kokomo Aggregation' and c.{IN_USE}"
    ), 1, 220,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", site="Kokomo Aggregation", fields=["ref", "status", "customers"])
    return said(*(row["customers"] for row in found.rows if row["customers"]))


@hop(
    "riverbend-margin", MARCUS, "What is left of what Riverbend Health pays a month once the carriers are paid?",
    values(of_customer("Riverbend Health", "sum(l.mrr) - sum(c.mrc)")), 1, 540,
)  # fmt: skip
async def _(agent: Hands) -> str:
    from decimal import Decimal

    customer = await agent.call("get_customer", ref="Riverbend Health")
    billed = Decimal(customer["mrr"]["USD"])
    return said(billed - sum(Decimal(row["mrc"]) for row in customer["circuits"]))


@hop(
    "where-to-write-lumen", MARCUS,
    "For the next Lumen deadline: which order is it, by when do we act, and where does the letter go?",
    values(
        contract("LUM-SO-204118"), contract("LUM-SO-204118", "act_by"),
        "select split_part(notice_address, ', Denver', 1) from contract where number = 'MSA-LUM-2019'",
    ), 3, 1450,
)  # fmt: skip
async def _(agent: Hands) -> str:
    due = await agent.call("list_renewals", provider="Lumen", limit=1)
    order = await agent.call("get_contract", ref=due.rows[0]["contract"])
    agreement = await agent.call("get_contract", ref=order["term"]["parent_ref"])
    return said(order["term"]["ref"], order["term"]["act_by"], agreement["notice_address"])


@hop(
    "spam-source", TOM, "198.51.100.130 sends spam. Whose address is it, and what is their phone number?",
    values("select name, phone from customer where name = 'Riverbend Health'"), 3, 1900,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search", query="198.51.100.130")
    block = next(hit for hit in found["hits"] if hit["kind"] == "ip_block")
    ref = next(part for part in block["detail"].split(", ") if part.startswith("CKT-"))
    line = await agent.call("get_circuit", ref=ref)
    customer = await agent.call("get_customer", ref=line["customers"][0]["ref"])
    return said(customer["name"], customer["phone"])


@hop(
    "ifn-saving", ELENA,
    "IFN lowers its rates: how much does the waiting change save us a month, on how many circuits?",
    lambda world: [
        world.one(open_change("round(sum((c.before ->> 'mrc')::numeric - (c.after ->> 'mrc')::numeric), 2)")),
        int(world.one(open_change("count(*)"))),
    ], 2, 1000,
)  # fmt: skip
async def _(agent: Hands) -> str:
    from decimal import Decimal

    found = await agent.call("search", query="MRC circuits", kind=["change"])
    ref = next(hit["ref"] for hit in found["hits"] if hit["detail"] == "open")
    change = await agent.call("get_change", change_id=ref)
    (monthly,) = change["monthly"]
    return said(Decimal(monthly["before"]) - Decimal(monthly["after"]), f"{change['changes_total']} circuits")


def open_change(column: str) -> str:
    return (
        f"select {column} from proposal_change c join proposal p on p.id = c.proposal_id"
        " where p.status = 'open' and c.columns like '%mrc%'"
    )


@hop(
    "old-account", MARCUS, "Which circuits does Hoosier Lightwave still bill, and under which contract do they run?",
    together(
        exactly(
            "CKT", "select c.ref from circuit c join provider p on p.id = c.provider_id"
            " where p.name = 'Hoosier Lightwave'",
        ),
        values(contract("HL-ORD-1189")),
    ), 1, 200,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", provider="Hoosier Lightwave", fields=["ref", "contract"])
    return said(*(f"{row['ref']} {row['contract']}" for row in found.rows))


@hop(
    "louisville-maintenance", TOM, "What work is announced for our wave to Louisville, and under which number?",
    values(
        "select e.ticket, e.summary from circuit_event e join circuit c on c.id = e.circuit_id"
        " where c.provider_circuit_id = 'OGYX/204903//ZYO' and e.starts_at > now()"
    ), 2, 1000,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search_circuits", query="Louisville", service_type=["wave"])
    line = await agent.call("get_circuit", ref=found.rows[0]["ref"])
    return said(*(f"{e['ticket']} {e['summary']}" for e in line["events"] if e["kind"] == "maintenance"))


@hop(
    "loa-ports", WILL, "Which ports does the letter for Henry Street's meet-me panel name, and how long is it valid?",
    lambda _: ["21", "22", ("sixty days", "60 days")], 2, 400,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("list_site_documents", site="Henry Street Suite 340", kind=["loa_cfa"])
    return (await agent.read(f"netos://document/{found.rows[0]['ref']}/page/1")).text


@hop(
    "paper-against-record", DANA,
    "The signed paper of order LUM-SO-204118: how many months does it renew for, and how many do we have on record?",
    together(
        lambda _: [("twelve", "12")],
        lambda world: [int(world.one(contract("LUM-SO-204118", "renewal_term_months")))],
    ), 3, 1100,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("search", query="LUM-SO-204118 signed")
    paper = next(hit["ref"] for hit in found["hits"] if hit["kind"] == "document")
    page = await agent.read(f"netos://document/{paper}/page/1")
    order = await agent.call("get_contract", ref="LUM-SO-204118")
    said_there = next(line for line in page.text.splitlines() if line.startswith("2. Renewal"))
    return said(said_there, order["term"]["renewal_term_months"])


# Half a year on, what ends with its term is gone by then, and what is raised once a year has been raised once.
LATER = f"(date_trunc('month', {TODAY}) + interval '6 months')::date"
ENDS = f"k.end_of_term = 'auto_disconnect' and k.term_end_date between {TODAY} and {LATER} - 1"
NEXT_RISE = f"k.term_start_date + interval '1 year' * ceil(({TODAY} - k.term_start_date) / 365.25)"
RISES = f"k.escalator->>'kind' = 'percent' and {NEXT_RISE} <= {LATER}"
GOVERNED = (
    "from circuit c join contract k on k.id = c.contract_id where c.retired_at is null"
    " and c.status in ('active', 'offline', 'deprovisioning') and"
)


@hop(
    "half-a-year-on", MARCUS,
    "What will our circuits cost a month half a year from now, and which contracts make it another amount than today?",
    together(
        exactly("CTR", f"select distinct k.ref {GOVERNED} (({ENDS}) or ({RISES}))"),
        values(
            "select (select sum(mrc) from circuit where retired_at is null and status in ('active', 'offline',"
            f" 'deprovisioning')) - (select coalesce(sum(c.mrc), 0) {GOVERNED} {ENDS})"
            " + (select coalesce(sum(round(c.mrc * (k.escalator->>'percent')::numeric / 100, 2)), 0)"
            f" {GOVERNED} {RISES})"
        ),
    ), 1, 1500,
)  # fmt: skip
async def _(agent: Hands) -> str:
    found = await agent.call("get_forecast", months=7)
    return said(found["months"][-1]["mrc"], *(f"{one['ref']} {one['why']}" for one in found["changes"]))


@hop(
    "losing-tower", MARCUS, "Which of our towers lost money last month, and what cost it the most?",
    together(
        exactly("SIT", "select ref from site where name = 'Greenwood Tower'"),
        values("select amount from site_cost k join site s on s.id = k.site_id where s.name = 'Greenwood Tower'"),
        words("facility", "rent"),
    ), 2, 3400,
)  # fmt: skip
async def _(agent: Hands) -> str:
    month = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1).isoformat()
    assets = await agent.call("get_pl_totals", by="asset", month=month, limit=20)
    tower = next(one for one in assets["groups"] if one["kind"] == "tower" and losing(one["money"][0]))
    why = await agent.call("get_infrastructure_pl", ref=tower["ref"], month=month)
    cost = max(why["costs"], key=lambda one: Decimal(one["amount"]))
    return said(tower["ref"], cost["component"], cost["amount"])


def losing(money: dict[str, str]) -> bool:
    return Decimal(money["contribution"]) < 0
