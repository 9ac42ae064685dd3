"""A whole installation of a large provider, planted by COPY and by statements over sets; the same each time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.data import SEED, Rows, providers, rows_of
from bench.planted import BESIDE
from bench.terms import terms_of
from netos_core.contracts.model import Contract
from netos_core.contracts.plans.terms import worked_out
from netos_core.contracts.rules.papers import Papers

CUSTOMERS = 3_000
INSTALLED = ("Active", "Provisioning", "Offline", "Decommissioned")
TABLES = {
    "provider": ("id", "ref", "name", "noc_phone", "noc_email", "portal_url"),
    "customer": ("id", "ref", "name", "account_number", "kind", "city", "state"),
    "site": (
        "id", "ref", "external_id", "name", "kind", "address", "city", "state", "postal_code", "lat", "lon", "market",
    ),
    "circuit": (
        "id", "ref", "provider_id", "provider_circuit_id", "service_type", "bandwidth_mbps", "status", "mrc", "nrc",
        "currency", "install_date", "order_number", "market",
    ),
    "termination": ("id", "circuit_id", "side", "site_id", "place"),
    "circuit_customer": ("id", "circuit_id", "customer_id", "mrr", "currency"),
    "contract_circuit": ("id", "contract_id", "circuit_id", "governs"),
}  # fmt: skip
Line = tuple[Any, ...]


class Planter:
    """Gives out ids in order, remembers which name has which, and writes rows."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        first = (time.time_ns() // 1_000_000 << 80) | (0x7 << 76) | (0x2 << 62)
        self._numbers = count(first)
        self.ids: dict[tuple[str, object], UUID] = {}

    def id(self, table: str = "", name: object = None) -> UUID:
        made = UUID(int=next(self._numbers))
        if table:
            self.ids[table, name] = made
        return made

    def copy(self, table: str, rows: Iterable[Sequence[Any]], columns: Sequence[str] | None = None) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns or TABLES[table]))
        statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copied:
            for row in rows:
                copied.write_row(row)


def plant(conninfo: str, circuits: int, sites: int, today: date) -> Rows:
    """Plant so many circuits and sites, and all that hangs on them; returns the lines they were made from."""
    rows = rows_of(circuits, today, sites=sites, customers=CUSTOMERS)
    with psycopg.connect(conninfo) as connection:
        planter = Planter(connection)
        _inventory(planter, rows)
        _contracts(planter, rows, today)
        for statement in BESIDE:
            connection.execute(statement)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("vacuum analyze")  # the server does so by itself within a minute
    return rows


def _inventory(planter: Planter, rows: Rows) -> None:
    made = planter.id
    planter.copy("provider", ((made("provider", r[0]), f"PRV-{2000 + n}", *r) for n, r in enumerate(providers())))
    planter.copy("customer", ((made("customer", r[0]), f"CUS-{2000 + n}", *r) for n, r in enumerate(rows.customers)))
    planter.copy("site", ((made("site", r[1]), f"SIT-{2000 + n}", *r, r[4]) for n, r in enumerate(rows.sites)))
    planter.copy("circuit", (_circuit(planter, n, r) for n, r in enumerate(rows.circuits)))
    planter.copy("termination", (end for r in rows.circuits for end in _ends(planter, r)))
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    planter.copy("circuit_customer", (_served(planter, rng, r) for r in rows.circuits if r[6]))


def _circuit(planter: Planter, number: int, row: Line) -> Line:
    circuit_id, provider, service, speed, a, _, _, mrc, nrc, installed, order, status = row
    unit = {"Mbps": 1, "Gbps": 1000}
    mbps = int(speed.split()[0]) * unit[speed.split()[1]] if speed else None
    market = a.rpartition(", ")[2] if ", " in a else None
    return (
        planter.id("circuit", circuit_id), f"CKT-{2000 + number}", planter.ids["provider", provider], circuit_id,
        service.lower().replace(" ", "_"), mbps, status.lower(), _money(mrc), _money(nrc), "USD", installed or None,
        order, market,
    )  # fmt: skip


def _money(text: str) -> Decimal | None:
    return Decimal(text.lstrip("$").replace(",", "")) if text else None


def _ends(planter: Planter, row: Line) -> list[Line]:
    circuit = planter.ids["circuit", row[0]]
    return [
        (planter.id(), circuit, side, planter.ids.get(("site", name)), name if name == "Internet" else None)
        for side, name in (("A", row[4]), ("Z", row[5]))
    ]


def _served(planter: Planter, rng: random.Random, row: Line) -> Line:
    mrr = (_money(row[7]) or 0) * Decimal(rng.randint(110, 190)) / 100 if rng.random() < 0.6 else None  # noqa: PLR2004
    return planter.id(), planter.ids["circuit", row[0]], planter.ids["customer", row[6]], mrr, "USD"


def _contracts(planter: Planter, rows: Rows, today: date) -> None:
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    made: list[dict[str, Any]] = []
    links: list[Line] = []
    for number, (paper, provider, title, *_, circuits) in enumerate(rows.contracts):
        row = terms_of(rng, today) | {
            "id": planter.id(), "ref": f"CTR-{2000 + number}", "provider_id": planter.ids["provider", provider],
            "title": title, "number": paper, "kind": "order", "mrc": None,
        }  # fmt: skip
        made.append(row | worked_out(row, set(), None, Papers()))
        links += [(planter.id(), row["id"], planter.ids["circuit", one], True) for one in str(circuits).split("; ")]
    columns = [c.name for c in Contract.__table__.columns if c.name in made[0]]
    planter.copy("contract", ([row[name] for name in columns] for row in made), columns)
    planter.copy("contract_circuit", links)
