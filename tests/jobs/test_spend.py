"""Snapshots of months are taken and fees of months to come kept, however often the worker runs."""

from __future__ import annotations

from typing import Any

import anyio
from sqlalchemy import text

from jobs import spend
from netos_core.runtime.calls import Core
from netos_core.spend.records import BACK, BATCH
from tests.factories import make_circuit, make_contract, make_provider


def one(core: Core, query: str) -> Any:
    with core.session() as session:
        return session.scalar(text(query))


def test_a_month_is_taken_once_and_every_contract_has_its_fees(core: Core) -> None:
    with core.session() as session:
        carrier = make_provider(session)
        circuits = [make_circuit(session, provider=carrier, mrc="100.00") for _ in range(3)]
        orders = [
            make_contract(session, provider=carrier, circuits=[circuit], mrc="100.00", term_start_date="2026-01-01",
                          term_months=120, etf={"formula": {"kind": "fixed", "amount": "500.00"}})
            for circuit in circuits
        ]  # fmt: skip
    worker = {"core": core}
    for _ in range(2):
        anyio.run(spend.snapshot, worker)
        anyio.run(spend.keep, worker)
        anyio.run(spend.keep_all, worker)
        assert one(core, "select count(*) from spend_snapshot") == BACK + 1
        assert one(core, "select sum(circuits) from spend_sum") == 3 * (BACK + 1)
        assert one(core, "select count(*) from exposure_ahead") == len(orders)
    assert one(core, "select fees->>35 from exposure_ahead limit 1") == "500.00"
    with core.session() as session:
        session.execute(text("update circuit set retired_at = now() where ref = :ref"), {"ref": circuits[0]})
    anyio.run(spend.keep, worker)
    assert one(core, "select count(*) from exposure_ahead") == len(orders) - 1


def test_more_contracts_than_a_batch_are_all_kept(core: Core) -> None:
    with core.session() as session:
        carrier = make_provider(session)
        circuit = make_circuit(session, provider=carrier, mrc="100.00")
        make_contract(session, provider=carrier, circuits=[circuit], mrc="100.00", term_start_date="2026-01-01")
        session.execute(
            text(
                "insert into contract (id, ref, kind, provider_id, title, end_of_term, currency, mrc)"
                " select gen_random_uuid(), 'TST-' || n, 'order', provider_id, 'Many', 'unknown', 'USD', 10"
                " from contract, generate_series(1, :many) n"
            ),
            {"many": BATCH},
        )
        session.execute(
            text(
                "insert into circuit (id, ref, provider_id, service_type, status, currency, mrc)"
                " select gen_random_uuid(), 'TSC-' || ref, provider_id, 'dia', 'active', 'USD', 10 from contract"
                " where ref like 'TST-%'"
            )
        )
        session.execute(
            text(
                "insert into contract_circuit (id, contract_id, circuit_id, governs)"
                " select gen_random_uuid(), k.id, c.id, true from contract k join circuit c on c.ref = 'TSC-' || k.ref"
            )
        )
    anyio.run(spend.keep, {"core": core})
    assert one(core, "select count(*) from exposure_ahead") == BATCH + 1
