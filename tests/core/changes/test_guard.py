"""Nothing live is left pointing to something retired, whichever way the retirement came."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.guard import StillUsed
from tests.factories import (
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_a_provider_with_a_live_circuit_is_not_retired(session: Session) -> None:
    provider = make_provider(session)
    make_circuit(session, provider=provider)
    with pytest.raises(StillUsed, match=f"{provider} is still used by 1 circuit"):
        propose(make_ctx(session, Role.ADMIN), "provider", "retire", ref=provider)


def test_undoing_the_addition_of_a_provider_in_use_is_refused(session: Session) -> None:
    made = apply(make_ctx(session, Role.ADMIN), "provider", "create", name="Zayo")
    make_circuit(session, provider="Zayo")
    with pytest.raises(StillUsed):
        undo(make_ctx(session, Role.ADMIN), made)


def test_a_site_where_a_circuit_ends_is_not_retired(session: Session) -> None:
    site = make_site(session)
    make_circuit(session, a_site=site)
    with pytest.raises(StillUsed, match="termination"):
        propose(make_ctx(session, Role.ADMIN), "site", "retire", ref=site)


def test_what_came_to_use_it_after_the_proposal_stops_the_commit(session: Session) -> None:
    provider = make_provider(session)
    proposed = propose(make_ctx(session, Role.ADMIN), "provider", "retire", ref=provider)
    make_circuit(session, provider=provider)
    with pytest.raises(StillUsed):
        approve(session, proposed)
    assert row_of(session, "provider", provider)["retired_at"] is None


def test_a_retired_circuit_takes_its_ends_and_its_place_in_contracts_along(session: Session) -> None:
    circuit = make_circuit(session, a_site=make_site(session))
    make_contract(session, circuits=[circuit])
    made = apply(make_ctx(session, Role.ADMIN), "circuit", "retire", ref=circuit)
    assert row_of(session, "circuit", circuit)["retired_at"] is not None
    assert not rows_of(session, "contract_circuit", retired_at=None)
    undo(make_ctx(session, Role.ADMIN), made)
    assert row_of(session, "circuit", circuit)["retired_at"] is None
    assert len(rows_of(session, "contract_circuit", retired_at=None)) == 1
