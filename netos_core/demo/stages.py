"""What is loaded, in order: each stage is one proposal whose records speak only of records loaded before it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.contracts.rules import term_end_date
from netos_core.customers import queries as customers
from netos_core.demo import billing
from netos_core.demo.people import DANA, MARCUS, PRIYA, TOM, DemoPerson
from netos_core.electrical import queries as electrical
from netos_core.feedback import queries as feedback
from netos_core.finance.queries.periods import closed_months
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names
from netos_core.links import queries as links
from netos_core.network.queries import lists, planning
from netos_core.network.rules import interface_name, vlan_range
from netos_core.network.schemas import SearchBgpSessions, SearchPorts, SearchVlans
from netos_core.providers import queries as providers
from netos_core.quotes.queries import names as quotes
from netos_core.sites import queries as sites

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of loading: its mark, its title, who proposes it, and its sections as file and name."""

    mark: str
    words: str
    proposer: DemoPerson
    sections: tuple[tuple[str, str], ...]


BILLED = "money"
"""The stage before which what is billed is mirrored."""

STAGES = (
    Stage("parties", "providers and customers", MARCUS, (("providers", "provider"), ("customers", "customer"))),
    Stage("places", "sites and a taken-over provider", MARCUS, (("providers", "successor"), ("sites", "site"))),
    Stage(
        "parts",
        "suites and cabinets; provider names, accounts and contacts",
        MARCUS,
        (
            ("sites", "inside"),
            ("providers", "alias"),
            ("providers", "billing_account"),
            ("providers", "contact"),
        ),
    ),
    Stage("circuits", "circuits and site costs", MARCUS, (("circuits", "circuit"), ("sites", "site_cost"))),
    Stage(
        "network",
        "interfaces, handoff ports and IP blocks",
        DANA,
        (("network", "interface"), ("network", "handoff_port"), ("network", "ip_block")),
    ),
    Stage("sessions", "VLANs and BGP sessions", DANA, (("network", "vlan"), ("network", "bgp_session"))),
    Stage("agreements", "agreements", MARCUS, (("contracts", "agreement"),)),
    Stage("orders", "orders and amendments", MARCUS, (("contracts", "order"), ("contracts", "amendment"))),
    Stage("decisions", "decisions about terms", MARCUS, (("contracts", "decision"),)),
    Stage("quotes", "quotes of providers", MARCUS, (("quotes", "quote"),)),
    Stage("prices", "prices of quotes", MARCUS, (("quotes", "quote_term"),)),
    Stage("ordered", "an order of a quote", MARCUS, (("quotes", "order"),)),
    Stage("steps", "how that order went", MARCUS, (("quotes", "order_step"),)),
    Stage("history", "what happened to the circuits", DANA, (("events", "event"),)),
    Stage("landlords", "landlords and utilities", MARCUS, (("plant", "landlord"),)),
    Stage("leases", "leases and electrical accounts", MARCUS, (("plant", "lease"), ("plant", "electrical_account"))),
    Stage(
        "ties",
        "leased sites, radio links, subtended circuits, power bills, customer contacts and a notice letter",
        MARCUS,
        (
            ("plant", "lease_site"),
            ("plant", "rf_link"),
            ("plant", "site_circuit"),
            ("plant", "electrical_bill"),
            ("plant", "customer_contact"),
            ("contracts", "letter"),
        ),
    ),
    Stage(
        BILLED,
        "what billed services are of, and how a cost is divided",
        MARCUS,
        (("money", "attribution"), ("money", "allocation_rule")),
    ),
    Stage("closing", "a closed month", MARCUS, (("money", "accounting_period"),)),
    Stage("feedback", "feedback", TOM, (("feedback", "feedback"),)),
    Stage("progress", "comments on feedback", PRIYA, (("feedback", "feedback_comment"),)),
    Stage("remarks", "notes and tags", TOM, (("events", "note"), ("events", "tag"))),
)

LookUp = Callable[[Context, set[str]], Names]

# The column that tells whether a record is there already, and how to look it up.
KEYS: Mapping[str, tuple[str, LookUp]] = {
    "provider": ("name", providers.names),
    "customer": ("name", customers.names),
    "site": ("external_id", sites.names),
    "circuit": ("provider_circuit_id", circuits.names),
    "contract": ("number", contracts.names),
    "quote": ("number", quotes.quote_names),
    "order": ("number", quotes.order_names),
    "alias": ("alias", providers.names),
    "rf_link": ("name", links.names),
    "electrical_account": ("account_number", electrical.names),
    "feedback": ("title", feedback.names),
}


# Whether a piece of network detail is there already.
NETWORK: Mapping[str, Callable[[Context, Row], bool]] = {
    "interface": lambda ctx, row: _is_named(ctx, "interface", f"{row['router']} {interface_name(row['name'])}"),
    "ip_block": lambda ctx, row: _is_named(ctx, "ip_block", row["network"]),
    "handoff_port": lambda ctx, row: bool(
        lists.ports(ctx, SearchPorts(site=row["site"], query=f"{row['rack']} {row['port']}")).total
    ),
    "vlan": lambda ctx, row: bool(
        lists.vlans(ctx, SearchVlans(scope=row["scope"], number=vlan_range(row["numbers"], "numbers")[0])).total
    ),
    "bgp_session": lambda ctx, row: bool(lists.sessions(ctx, SearchBgpSessions(ip=row["peer_ip"])).total),
}


def mirror_bills(ctx: Context) -> None:
    """Mirror what is billed before it is attributed."""
    section = _file("money")["service"]
    billing.mirror(ctx, [_row(ctx, section["columns"].split(), values) for values in section["rows"]])


def _is_named(ctx: Context, kind: str, name: str) -> bool:
    return planning.names(ctx, kind, {name}).knows(name)


def rows_of(ctx: Context, stage: Stage) -> list[tuple[str, list[Row]]]:
    """Return the rows of a stage by kind, as a person would type them, without those that exist already."""
    found = []
    for file, name in stage.sections:
        section = _file(file)[name]
        kind = section.get("kind", name)
        rows = [_row(ctx, section["columns"].split(), values) for values in section["rows"]]
        if kind == "contract":
            rows = [{**row, **_clauses(row.get("number"))} for row in rows]
        found.append((kind, _lacking(ctx, kind, rows)))
    return found


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(files("netos_core.demo").joinpath(f"data/{name}.toml").read_text("utf-8"))


def _row(ctx: Context, columns: list[str], values: list[Any]) -> Row:
    row = {c: _value(ctx, c, v) for c, v in zip(columns, values, strict=True) if v not in ("", [])}
    if "term_end_date" in row and "term_months" in row and "term_start_date" not in row:
        row |= _start(row)
    if "service" in row:
        row["service"] = billing.ref_of(ctx, row["service"])
    if " " in row.get("on", ""):
        row["on"] = _ref(ctx, *row["on"].split(" ", 1))
    return row


def _clauses(number: str | None) -> Row:
    """Give what the paper of that number says of leaving it early and of raises, where it says something."""
    found: Row = _file("contracts")["clauses"].get(number, {})
    return found


def _value(ctx: Context, column: str, value: Any) -> Any:
    if column.endswith("_at"):
        return (ctx.now + timedelta(days=value)).replace(second=0, microsecond=0)
    if column == "month":
        months = ctx.today.year * 12 + ctx.today.month - 1 + int(value)
        return date(months // 12, months % 12 + 1, 1)
    if column.endswith(("_date", "_on", "_until")):
        days, _, end_of_month = str(value).partition(" ")
        day = ctx.today + timedelta(days=int(days))
        return _month_end(day) if end_of_month else day
    return value


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _start(row: Row) -> Row:
    """Count the start of a term back from its end, and the signature a month before that.

    Where no day gives exactly that end, the months are left out.
    """
    end: date = row["term_end_date"]
    months = end.year * 12 + end.month - 1 - row["term_months"]
    near = date(months // 12, months % 12 + 1, 1)
    days = (near + timedelta(days=n) for n in range(62))
    exact = [day for day in days if term_end_date(day, row["term_months"]) == end]
    if not exact:
        return {"term_months": None}
    return {"term_start_date": exact[0], "signed_date": row.get("signed_date", exact[0] - timedelta(days=30))}


def _ref(ctx: Context, kind: str, key: str) -> str:
    return KEYS[kind][1](ctx, {key}).get(key, "on").ref


def _lacking(ctx: Context, kind: str, rows: list[Row]) -> list[Row]:
    if kind == "billing_account":
        return _lacking_accounts(ctx, rows)
    if kind == "accounting_period":
        return [row for row in rows if not closed_months(ctx, row["month"], row["month"])]
    if kind in NETWORK:
        return [row for row in rows if not NETWORK[kind](ctx, row)]
    if kind not in KEYS:
        return rows
    column, look_up = KEYS[kind]
    known = look_up(ctx, {row[column] for row in rows if column in row})
    return [row for row in rows if column not in row or known.find(row[column]) is None]


def _lacking_accounts(ctx: Context, rows: list[Row]) -> list[Row]:
    names = providers.names(ctx, {row["provider"] for row in rows})
    owners = [names.get(row["provider"], "provider").id for row in rows]
    pairs = [(owner, row["ban"]) for owner, row in zip(owners, rows, strict=True)]
    there = providers.accounts(ctx, pairs)
    return [row for pair, row in zip(pairs, rows, strict=True) if pair not in there]
