"""A circuit carries the contract that governs it, as the links say, whatever way they were written."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.circuits.model import Circuit
from netos_core.contracts.model import ContractCircuit
from netos_core.kernel.context import Context
from netos_core.kernel.db import make_engine
from tests.database import TestServer
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_provider, row_of, undo

LINKED = select(ContractCircuit.circuit_id, ContractCircuit.contract_id).where(
    ContractCircuit.governs, ContractCircuit.retired_at.is_(None)
)
CARRIED = select(Circuit.id, Circuit.contract_id).where(Circuit.contract_id.is_not(None))


def carried(session: Session, circuit: str) -> UUID | None:
    """Return what the circuit carries, once it is seen that all carry what the links say."""
    assert sorted(session.execute(LINKED)) == sorted(session.execute(CARRIED))
    found = row_of(session, "circuit", circuit)["contract_id"]
    assert found is None or isinstance(found, UUID)
    return found


@pytest.fixture
def ctx(session: Session) -> Context:
    return make_ctx(session, Role.ADMIN)


def test_a_circuit_carries_the_contract_that_governs_it(ctx: Context, session: Session) -> None:
    provider = make_provider(session)
    circuit = make_circuit(session, provider=provider)
    first, second = (make_contract(session, provider=provider) for _ in range(2))
    ids = {ref: row_of(session, "contract", ref)["id"] for ref in (first, second)}
    version = row_of(session, "circuit", circuit)["version"]
    assert carried(session, circuit) is None

    apply(ctx, "contract_circuit", "create", contract=first, circuit=circuit)
    assert carried(session, circuit) == ids[first]

    taken = apply(ctx, "contract_circuit", "create", contract=second, circuit=circuit)
    assert carried(session, circuit) == ids[second]

    undo(ctx, taken)
    assert carried(session, circuit) == ids[first]

    apply(ctx, "contract_circuit", "create", contract=first, circuit=circuit, governs=False)
    assert carried(session, circuit) is None

    apply(ctx, "contract_circuit", "create", contract=second, circuit=circuit)
    gone = apply(ctx, "contract_circuit", "retire", second, circuit=circuit)
    assert carried(session, circuit) is None
    undo(ctx, gone)
    assert carried(session, circuit) == ids[second]
    # It is no change of the circuit: what was read of it before is not out of date.
    assert row_of(session, "circuit", circuit)["version"] == version


def test_a_row_written_past_every_plan_counts_too(session: Session) -> None:
    provider = make_provider(session)
    one, two = (make_circuit(session, provider=provider) for _ in range(2))
    contract = make_contract(session, provider=provider, circuits=[one])
    id_of = {ref: row_of(session, "circuit", ref)["id"] for ref in (one, two)}

    session.execute(text("update contract_circuit set circuit_id = :other"), {"other": id_of[two]})
    assert carried(session, one) is None
    assert carried(session, two) == row_of(session, "contract", contract)["id"]

    session.execute(text("delete from contract_circuit"))
    assert carried(session, two) is None


def test_every_circuit_of_the_sample_company_carries_it(database_server: TestServer) -> None:
    with database_server.clone(of=database_server.sample) as url:
        engine: Engine = make_engine(url)
        with Session(engine) as session:
            carry = sorted(session.execute(CARRIED))
            assert carry
            assert carry == sorted(session.execute(LINKED))
        engine.dispose()
