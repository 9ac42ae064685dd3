"""The same wish sent twice at once is one proposal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.factories import make_circuit, make_ctx, propose


def test_two_identical_requests_at_once_are_one_proposal(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db))
    with core.session() as session:
        circuit = make_circuit(session)
        make_ctx(session, Role.FINANCE)

    def ask(_: int) -> str:
        with core.session() as session:
            return propose(make_ctx(session, Role.FINANCE), "circuit", ref=circuit, mrc="75.00").change_id

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(ask, range(8)))
    core.close()
    assert len(made) == 1
