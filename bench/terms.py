"""Contracts by the ten thousand, of every shape of clause, planted by COPY; the same for the same day and size."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.data import PROVIDERS, SEED
from netos_core.contracts.model import Contract
from netos_core.contracts.plans.terms import EMPTY, worked_out
from netos_core.contracts.rules.papers import Paper, Papers

ENDS = (("auto_renew", 64), ("roll", 16), ("auto_disconnect", 12), ("unknown", 8))
NOTICES = (
    ((90, "days"), 34), ((60, "days"), 20), ((30, "days"), 18), ((3, "months"), 8), ((1, "months"), 5),
    ((30, "business_days"), 4), ((180, "days"), 4), ((None, None), 7),
)  # fmt: skip
METHODS = (("email", 34), ("certified_mail", 28), ("portal", 14), ("courier", 8), ("mail", 4), (None, 12))
COUNTED = (("received", 50), ("dispatched", 25), (None, 25))
TERMS = ((12, 18), (24, 16), (36, 42), (60, 20), (84, 4))
RENEWALS = ((12, 62), (1, 8), (24, 6), (36, 12), (None, 12))
EVERGREEN, NO_END, WINDOW, AMENDED = 0.04, 0.04, 0.05, 0.04
PROVIDER = "insert into provider (id, ref, name) values (%s, %s, %s) on conflict do nothing"
CIRCUITS = """
insert into circuit (id, ref, provider_id, service_type, status, mrc, currency, market, install_date)
select gen_random_uuid(), 'BEN' || k.ref, k.provider_id, 'dia', 'active', k.mrc, k.currency, 'Indiana',
       k.term_start_date
from contract k where k.ref > %(last)s and k.ref like 'BEN%%'
"""
LINKS = """
insert into contract_circuit (id, contract_id, circuit_id, governs)
select gen_random_uuid(), k.id, c.id, true from contract k join circuit c on c.ref = 'BEN' || k.ref
where k.ref > %(last)s
"""
DECISIONS = """
insert into renewal_decision (id, ref, contract_id, term_end_date, choice, decided_date)
select gen_random_uuid(), 'BEN' || k.ref, k.id, k.term_end_date, (array['renew', 'negotiate', 'terminate'])[1 + n %% 3],
       current_date
from (select *, row_number() over (order by id) as n from contract where ref > %(last)s and ref like 'BEN%%') k
where n %% 33 = 0 and term_end_date > current_date
"""


def plant(conninfo: str, first: int, count: int, today: date) -> None:
    """Add contracts numbered from `first`, a circuit under each and a decision about some."""
    rng = random.Random(SEED + first)  # noqa: S311 - the same data every time is the point
    with psycopg.connect(conninfo) as connection:
        providers = _providers(connection)
        rows = _rows(rng, first, count, today, providers)
        names = [c.name for c in Contract.__table__.columns if c.name in next(iter(_rows(rng, 0, 1, today, providers)))]
        copy = sql.SQL("copy contract ({}) from stdin").format(sql.SQL(", ").join(map(sql.Identifier, names)))
        with connection.cursor() as cursor, cursor.copy(copy) as copied:
            for row in rows:
                copied.write_row([row[name] for name in names])
        for statement in (CIRCUITS, LINKS, DECISIONS):
            connection.execute(statement, {"last": _ref(first - 1)})
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("vacuum analyze")


def _providers(connection: psycopg.Connection[Any]) -> list[UUID]:
    for at, (name, _, _) in enumerate(PROVIDERS):
        connection.execute(PROVIDER, [UUID(int=at + 1), f"BEN-{at}", f"Bench {name}"])
    return [UUID(int=at + 1) for at in range(len(PROVIDERS))]


def _ref(number: int) -> str:
    return f"BEN{number:07d}"


def _rows(rng: random.Random, first: int, count: int, today: date, providers: list[UUID]) -> Iterator[dict[str, Any]]:
    started = (time.time_ns() << 64) + first
    order: dict[str, Any] | None = None
    for number in range(first, first + count):
        row = terms_of(rng, today)
        row |= {"id": UUID(int=started + number), "ref": _ref(number), "provider_id": rng.choice(providers)}
        row |= {"title": f"Service order {number}", "kind": "order"}
        papers = Papers()
        if order is not None and rng.random() < AMENDED:
            row |= {"kind": "amendment", "parent_id": order["id"], "provider_id": order["provider_id"]}
            papers = Papers((Paper(order, governs=True), Paper(row, governs=False)))
        yield row | worked_out(row, set(), None, papers)
        order = row


def terms_of(rng: random.Random, today: date) -> dict[str, Any]:
    """Make the terms of one contract, most of which end within three years of today, some of them long ago."""
    months = _one(rng, TERMS)
    ends = today + timedelta(days=rng.randint(-500, 1100))
    known = rng.random() > NO_END
    notice, opens = _one(rng, NOTICES), rng.random() < WINDOW
    return {
        **EMPTY,
        "term_start_date": ends - timedelta(days=round(months * 30.44)),
        "term_months": months if known else None,
        "end_of_term": _one(rng, ENDS),
        "evergreen": rng.random() < EVERGREEN,
        "renewal_term_months": _one(rng, RENEWALS),
        "notice_count": notice[0],
        "notice_unit": notice[1],
        "notice_opens_count": 200 if opens else None,
        "notice_opens_unit": "days" if opens else None,
        "notice_method": _one(rng, METHODS),
        "notice_counted_from": _one(rng, COUNTED),
        "mrc": rng.randint(4, 900) * 10,
        "currency": "USD",
    }


def _one(rng: random.Random, shares: tuple[tuple[Any, int], ...]) -> Any:
    return rng.choices([value for value, _ in shares], [share for _, share in shares])[0]
