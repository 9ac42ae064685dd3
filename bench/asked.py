"""What is asked of a large installation: words of every sort, every record's page and tool, every list."""

from __future__ import annotations

import random
from collections.abc import Sequence

import psycopg
from psycopg import sql

from bench.calls import LETTERS, Call
from bench.data import FIRST, SECOND, SEED, STREETS, TOWNS, Rows

MEANT = (
    "fiber between two towns", "where do we have towers", "slow internet for a hotel", "unlit glass to a school",
    "who is told of an outage", "wavelength to chicago", "backup path for the hospital", "power at the tower",
)  # fmt: skip
KINDS = {
    "circuit": ("get_circuit", "/circuits/{}"),
    "site": ("get_site", "/sites/{}"),
    "provider": ("get_provider", "/providers/{}"),
    "customer": ("get_customer", "/customers/{}"),
    "contract": ("get_contract", "/contracts/{}"),
    "rf_link": ("get_rf_link", "/rf-links/{}"),
    "electrical_account": ("get_electrical_account", "/electrical/{}"),
    "interface": ("get_network_record", "/network/interfaces/{}"),
    "handoff_port": ("get_network_record", "/network/ports/{}"),
    "vlan": ("get_network_record", "/network/vlans/{}"),
    "bgp_session": ("get_network_record", "/network/bgp/{}"),
    "ip_block": ("get_network_record", "/network/blocks/{}"),
    "document": ("get_document", "/documents/{}"),
    "quote": ("get_quote", "/quotes/{}"),
    "circuit_order": ("get_order", "/orders/{}"),
    "renewal_decision": ("get_decision", "/decisions/{}"),
    "letter": ("get_letter", "/letters/{}"),
    "feedback": ("get_feedback", "/feedback/{}"),
    "proposal": ("get_change", "/approvals/{}"),
}
"""By table: the tool that shows one record, and its page."""

BESIDE = (("get_circuit_pl", "circuit"), ("get_outage_history", "circuit"))
"""Tools that show something else of a record."""

LISTS = (
    "/", "/approvals", "/worklist", "/worklist?kind=renewal_deadline", "/renewals", "/renewals?state=overdue",
    "/pipeline", "/timeline", "/letters", "/quotes/drafts", "/orders", "/orders?late=true", "/imports",
    "/lookup", "/lookup?address=500+Henry+St%2C+Fort+Wayne+IN", "/notices", "/circuits", "/circuits?sort=-mrc",
    "/circuits?sort=provider", "/circuits?sort=-bandwidth_mbps", "/circuits?state=IN", "/circuits?query=fort+wayne",
    "/circuits?query=dia", "/circuits?renewal_state=critical&sort=act_by", "/circuits?near=39.77,-86.16&radius_km=2",
    "/sites", "/sites?sort=name", "/sites?sort=-circuits", "/sites?query=henry", "/sites?near=39.77,-86.16&radius_km=2",
    "/network/blocks", "/network/vlans", "/network/bgp", "/network/interfaces", "/network/ports", "/providers",
    "/providers?sort=-mrc", "/customers", "/customers?sort=-mrr", "/contracts", "/contracts?sort=act_by",
    "/contracts?sort=-mrc", "/contracts?query=lakeshore", "/quotes", "/rf-links", "/electrical", "/documents",
    "/trail", "/feedback", "/search?q=lakeshore+fort+wayne",
)  # fmt: skip


def searches(rows: Rows, count: int) -> list[Call]:
    """Make up searches: exact ids, ids with a typing error, words, addresses, and what is meant but not said."""
    rng = random.Random(SEED)  # noqa: S311 - the same questions every time are the point
    makers = (_exact, _typo, _words, _address, _meaning)
    made: list[Call] = []
    for maker in rng.choices(makers, (30, 15, 30, 15, 10), k=count):
        sort, query = maker(rng, rows)
        made.append(Call(sort, "search", {"query": query}))
    return made


def _exact(rng: random.Random, rows: Rows) -> tuple[str, str]:
    said = str(rng.choice(rows.circuits)[0])
    return "an id", rng.choice((said, said.lower().replace("/", " "), f"CKT-{rng.randint(2000, 50_000)}"))


def _typo(rng: random.Random, rows: Rows) -> tuple[str, str]:
    said = str(rng.choice(rows.circuits)[0])
    at = rng.choice([place for place, sign in enumerate(said) if sign.isdigit()])
    return "an id with a typing error", said[:at] + rng.choice(LETTERS) + said[at + 1 :]


def _words(rng: random.Random, rows: Rows) -> tuple[str, str]:
    town = rng.choice(TOWNS)[0].lower()
    provider = str(rng.choice(rows.circuits)[1]).lower()
    said = (
        f"{provider} {town}", f"{rng.choice(FIRST)} {rng.choice(SECOND)}", f"{town} tower", f"dia {town}",
        f"{provider} wave", town,
    )  # fmt: skip
    return "words", rng.choice(said)


def _address(rng: random.Random, rows: Rows) -> tuple[str, str]:
    site = rng.choice(rows.sites)
    return "an address", rng.choice((f"{site[3]}, {site[4]} {site[5]}", f"{rng.choice(STREETS)} {site[4]}"))


def _meaning(rng: random.Random, rows: Rows) -> tuple[str, str]:
    del rows
    return "what is meant", rng.choice(MEANT)


def records(connection: psycopg.Connection[tuple[str]], count: int) -> dict[str, list[str]]:
    """Choose some references of every kind, the same each time; a kind without records has none."""
    chosen = sql.SQL("select ref from {} order by md5(ref) limit %s")
    return {
        kind: [row[0] for row in connection.execute(chosen.format(sql.Identifier(kind)), [count])] for kind in KINDS
    }


def lookups(refs: dict[str, list[str]]) -> dict[str, list[Call]]:
    """Make up the calls of every tool that shows one record."""
    made: dict[str, list[Call]] = {}
    for tool, kind in (*((tool, kind) for kind, (tool, _) in KINDS.items()), *BESIDE):
        calls = [Call(kind, tool, {_argument(tool): ref}) for ref in refs[kind]]
        if calls:
            made.setdefault(tool, []).extend(calls)
    return made


def _argument(tool: str) -> str:
    return "change_id" if tool == "get_change" else "ref"


def pages(refs: dict[str, list[str]]) -> list[tuple[str, Sequence[str]]]:
    """Name every page with the addresses it is asked under."""
    detail: list[tuple[str, Sequence[str]]] = [
        (page.format("{ref}"), [page.format(ref) for ref in refs[kind]])
        for kind, (_, page) in KINDS.items()
        if refs[kind]
    ]
    return [*((path, [path]) for path in LISTS), *detail]
