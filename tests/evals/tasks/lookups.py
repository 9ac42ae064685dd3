"""Questions that one or two calls answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netos_core.demo.people import DANA, ELENA, GRACE, MARCUS, PRIYA, TOM, WILL, DemoPerson
from tests.evals.facts import (
    IN_USE,
    LIVE,
    UNDECIDED,
    circuit,
    contract,
    ends_at,
    exactly,
    said,
    together,
    values,
    words,
)
from tests.evals.hands import Hands, Result
from tests.evals.task import Facts, Kind, Task


def one(
    id: str,  # noqa: A002 - what it is called on a task
    who: DemoPerson,
    question: str,
    says: Facts,
    tokens: int,
    answer: Callable[[Result], Any],
    tool: str,
    **arguments: Any,
) -> Task:
    """Make a task that a single call answers."""

    async def script(agent: Hands) -> str:
        return str(answer(await agent.call(tool, **arguments)))

    return Task(id, Kind.LOOKUP, who, question, script, calls=1, tokens=tokens, says=says)


def listed(result: Result) -> str:
    return said(*(row.get("ref") or row["contract"] for row in result.rows))


def hit(result: Result, kind: str) -> dict[str, Any]:
    return next(one for one in result["hits"] if one["kind"] == kind)


TASKS = (
    one(
        "everstream-noc", TOM, "What is the NOC number of Everstream?",
        values("select noc_phone from provider where name = 'Everstream'"), 450,
        lambda p: p["noc_phone"], "get_provider", ref="Everstream",
    ),
    one(
        "lumen-second-level", TOM, "Lumen's desk is not moving. Who is the second level, and what is the number?",
        values(
            "select c.name, c.phone from provider_contact c join provider p on p.id = c.provider_id"
            " where p.name = 'Lumen' and c.kind = 'escalation' and c.level = 2"
        ), 800,
        lambda p: next(said(c["name"], c["phone"]) for c in p["contacts"] if c["level"] == 2),
        "get_provider", ref="Lumen",
    ),
    one(
        "address-owner", DANA, "Which IP block does 198.51.100.33 belong to, and over which circuit?",
        values(
            "select b.network::text, c.ref from ip_block b join circuit c on c.id = b.circuit_id"
            " where b.network::inet >>= '198.51.100.33'::inet order by masklen(b.network::inet) desc limit 1"
        ), 160,
        lambda found: said(hit(found, "ip_block")["title"], hit(found, "ip_block")["detail"]),
        "search", query="198.51.100.33",
    ),
    one(
        "chicago-wave", DANA, "How fast is Zayo's OGYX/204417//ZYO, and between which sites does it run?",
        together(
            lambda world: [int(world.one(circuit("OGYX/204417//ZYO", "bandwidth_mbps")))],
            values(
                "select s.name from termination t join site s on s.id = t.site_id join circuit c on c.id = t.circuit_id"
                " where c.provider_circuit_id = 'OGYX/204417//ZYO'"
            ),
        ), 1250,
        lambda c: said(c["bandwidth_mbps"], *(end["site"] for end in c["ends"])), "get_circuit", ref="OGYX/204417//ZYO",
    ),
    one(
        "at-cermak", TOM, "Which circuits end at Cermak, whatever their state?",
        exactly("CKT", ends_at("Chicago Cermak")), 450,
        listed, "search_circuits", query="Cermak",
    ),
    one(
        "vlan-1120", DANA, "Which circuit carries VLAN 1120 in the Indianapolis metro?",
        values("select c.ref from vlan v join circuit c on c.id = v.circuit_id where v.name = 'riverbend-main'"), 120,
        lambda found: hit(found, "vlan")["detail"], "search", query="VLAN 1120",
    ),
    one(
        "crossroads-bill", GRACE, "What do we bill Crossroads Bank a month for circuits?",
        values(
            "select sum(l.mrr) from circuit_customer l join customer k on k.id = l.customer_id"
            " where k.name = 'Crossroads Bank'"
        ), 450,
        lambda k: k["mrr"], "get_customer", ref="Crossroads Bank",
    ),
    one(
        "leaving-everstream", MARCUS, "If we gave notice on Everstream's EVS-SO-4821 today, what early termination fee "
        "would we owe?",
        values("select etf #>> '{formula,steps,1,amount}' as fee from contract where number = 'MSA-EVS-0092'"), 1500,
        lambda e: e["etf"], "preview_etf", ref="EVS-SO-4821",
    ),
    one(
        "leaving-att", PRIYA, "What would leaving AT&T's ATT-SO-735001 early cost us?",
        words("unknown", "not on file", "no paper", "not known", "does not say", "nothing on file"), 1500,
        lambda e: e["why"] if e["etf"] is None else e["etf"], "preview_etf", ref="ATT-SO-735001",
    ),
    one(
        "lumen-spend", MARCUS, "How much do we pay Lumen each month right now?",
        values(
            "select sum(c.mrc) from circuit c join provider p on p.id = c.provider_id"
            f" where p.name = 'Lumen' and c.{IN_USE} and c.{LIVE}"
        ), 800,
        lambda p: p["mrc"], "get_provider", ref="Lumen",
    ),
    one(
        "cincinnati-end", DANA, "Until when does our Lumen wave to Cincinnati run under its order?",
        values(contract("LUM-SO-204377", "term_end_date")), 1300,
        lambda c: c["term"]["term_end_date"], "get_circuit", ref="66/KXGS/204377//LVLC",
    ),
    one(
        "east-route-notice", MARCUS,
        "By which day must Lumen have our notice for order LUM-SO-204118, and how must it be sent?",
        together(
            values(contract("LUM-SO-204118", "term_end_date - notice_count")),
            words("certified mail", "certified_mail"),
        ), 550,
        lambda c: said(c["term"]["notice_deadline"], c["term"]["notice_method"]), "get_contract", ref="LUM-SO-204118",
    ),
    one(
        "no-notice-clause", MARCUS, "What is the notice period of AT&T's order ATT-SO-738816?",
        words("states no notice period", "no notice period", "not stated", "does not state", "unknown"), 400,
        lambda c: c["term"]["explanation"], "get_contract", ref="ATT-SO-738816",
    ),
    one(
        "down-now", TOM, "Which circuits are down right now?",
        exactly(
            "CKT", "select c.ref from circuit_event e join circuit c on c.id = e.circuit_id"
            " where e.kind = 'outage' and e.ends_at is null",
        ), 1600,
        lambda d: said(*(o["circuit"] for o in d["open_outages"])), "get_dashboard",
    ),
    one(
        "east-route-minutes", TOM, "For how many minutes was 66/KXGS/204118//LVLC down, unplanned, in the last year?",
        values(
            "select round(sum(extract(epoch from date_trunc('minute', e.ends_at) - date_trunc('minute', e.starts_at))"
            " / 60))::int from circuit_event e join circuit c on c.id = e.circuit_id"
            " where c.provider_circuit_id = '66/KXGS/204118//LVLC' and e.kind = 'outage' and e.impact = 'outage'"
        ), 550,
        lambda o: o["unplanned_minutes"], "get_outage_history", ref="66/KXGS/204118//LVLC",
    ),
    one(
        "library-margin", MARCUS, "Does the line of the Madison County library, 8529104418830117, pay for itself?",
        values(
            "select l.mrr - c.mrc from circuit c join circuit_customer l on l.circuit_id = c.id"
            " where c.provider_circuit_id = '8529104418830117'"
        ), 250,
        lambda pl: pl["contribution"], "get_circuit_pl", ref="8529104418830117",
    ),
    one(
        "our-pops", DANA, "Which PoPs do we have?",
        exactly("SIT", f"select ref from site where kind = 'pop' and {LIVE}"), 180,
        listed, "search_sites", kind=["pop"],
    ),
    one(
        "henry-street-cost", MARCUS, "What does Henry Street Suite 340 cost us a month, rent and power and all?",
        values(
            "select sum(k.amount) from site_cost k join site s on s.id = k.site_id"
            " where s.name = 'Henry Street Suite 340' and k.cadence = 'monthly'"
        ), 1900,
        lambda s: s["monthly_cost"], "get_site", ref="Henry Street Suite 340",
    ),
    one(
        "near-fort-wayne", WILL, "Which of our sites lie within 20 km of the Fort Wayne Data Center, itself included?",
        exactly(
            "SIT",
            "select s.ref from site s, site o where o.name = 'Fort Wayne Data Center' and s.retired_at is null and"
            " 2 * 6371 * asin(sqrt(sin(radians(s.lat - o.lat) / 2) ^ 2 + cos(radians(o.lat)) * cos(radians(s.lat))"
            " * sin(radians(s.lon - o.lon) / 2) ^ 2)) <= 20",
        ), 180,
        listed, "search_sites", near="Fort Wayne Data Center", radius_km=20,
    ),
    one(
        "hoosier-successor", GRACE, "Who took over Hoosier Lightwave?",
        values(
            "select s.name from provider p join provider s on s.id = p.successor_id where p.name = 'Hoosier Lightwave'"
        ), 320,
        lambda p: p["successor"], "get_provider", ref="Hoosier Lightwave",
    ),
    one(
        "centurylink", MARCUS, "An invoice says CenturyLink. Under which name do we have them?",
        values(
            "select p.name from provider p join provider_alias a on a.provider_id = p.id where a.alias = 'CenturyLink'"
        ), 420,
        lambda found: hit(found, "provider")["title"], "search", query="CenturyLink",
    ),
    one(
        "henry-street-loa", WILL, "Is there a letter of authorization on file for Henry Street Suite 340?",
        values("select ref from document where kind = 'loa_cfa'"), 200,
        listed, "list_site_documents", site="Henry Street Suite 340", kind=["loa_cfa"],
    ),
    one(
        "free-port", WILL, "Which port is free on rack C12, panel A, in Shadeland Cabinet C12?",
        values(
            "select h.port from handoff_port h join site s on s.id = h.site_id"
            " where s.name = 'Shadeland Cabinet C12' and h.status = 'free'"
        ), 1500,
        lambda s: said(*(n["name"] for n in s["network"] if n["facts"].startswith("free"))),
        "get_site", ref="Shadeland Cabinet C12",
    ),
    one(
        "missed", ELENA, "Which contracts are overdue: the day to act has passed and nobody decided?",
        exactly(
            "CTR",
            "select ref from contract where notice_deadline < (now() at time zone 'America/Indiana/Indianapolis')::date"
            f" and {UNDECIDED} and kind = 'order' and end_of_term = 'auto_renew' and not evergreen and {LIVE}",
        ), 400,
        listed, "list_renewals", state=["overdue"],
    ),
    one(
        "dearest-three", ELENA, "What are the three most expensive circuits we have in service?",
        exactly("CKT", f"select ref from circuit where status = 'active' and {LIVE} order by mrc desc limit 3"), 280,
        listed, "search_circuits", sort="-mrc", status=["active"], limit=3,
    ),
    one(
        "whitewater-basis", GRACE,
        "What does Whitewater Insurance bring in on IFN-E1-00644, and is that figure billed or only modeled?",
        together(words("modeled", "modelled"), values(circuit("IFN-E1-00644", "round(mrc * 1.35, 2)"))), 270,
        lambda pl: said(*(f"{x['basis']} {x['amount']}" for x in pl["lines"] if x["component"] == "revenue")),
        "get_circuit_pl", ref="IFN-E1-00644",
    ),
    one(
        "month-to-month", MARCUS, "Which contracts are month to month by now?",
        exactly(
            "CTR",
            "select ref from contract where (evergreen or (end_of_term = 'roll' and term_end_date <"
            f" (now() at time zone 'America/Indiana/Indianapolis')::date)) and {LIVE}",
        ), 220,
        listed, "search_contracts", renewal_state=["evergreen"],
    ),
    one(
        "first-of-the-day", ELENA, "What needs somebody first today, and what does it cost us to leave it?",
        values(
            f"select ref, round(mrc * renewal_term_months, 2) from contract where {UNDECIDED} and {LIVE} and kind ="
            " 'order' and end_of_term = 'auto_renew' and not evergreen and act_by = (select min(act_by) from contract"
            f" where {UNDECIDED} and {LIVE} and kind = 'order' and end_of_term = 'auto_renew' and not evergreen)"
        ), 160,
        lambda work: said(work.rows[0]["ref"], work.rows[0]["amount"]), "get_worklist", limit=1,
    ),
    one(
        "north-path-decided", MARCUS, "What did we decide about Zayo's order SO-ZAY-30147, and who sees it through?",
        values(
            "select d.choice, p.name from renewal_decision d join contract c on c.id = d.contract_id"
            " join person p on p.id = d.owner_id where c.number = 'SO-ZAY-30147'"
        ), 750,
        lambda found: said(found["term"]["choice"], found["term"]["owner"]), "get_contract", ref="SO-ZAY-30147",
    ),
    one(
        "decided-not-done", ELENA, "Which contracts did we decide to end without having served the notice yet?",
        exactly(
            "CTR",
            "select c.ref from contract c join renewal_decision d on d.contract_id = c.id where d.choice = 'terminate'"
            f" and d.served_date is null and d.{LIVE}",
        ), 180,
        lambda work: said(*(row["ref"] for row in work.rows)), "get_worklist", kind=["decision_open"],
    ),
    one(
        "on-order", DANA, "Which circuits are on order or being delivered?",
        exactly("CKT", f"select ref from circuit where status in ('ordered', 'provisioning') and {LIVE}"), 260,
        listed, "search_circuits", status=["ordered", "provisioning"],
    ),
)  # fmt: skip
