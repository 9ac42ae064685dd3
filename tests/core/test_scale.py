"""What keeps a large installation quick: names found through indices, pages cut first, figures added up at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.customers import queries as customers
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.electrical import queries as electrical
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names
from netos_core.links import queries as links
from netos_core.overview import operations as look
from netos_core.overview.schemas import ListCustomers, Nothing, SearchCircuits, SearchContracts, SearchSites
from netos_core.providers import queries as providers
from netos_core.quotes.queries.names import order_names, quote_names
from netos_core.sites import queries as sites
from tests.factories import (
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
)

FINDERS: tuple[Callable[[Context, Iterable[str]], Names], ...] = (
    circuits.names, contracts.names, customers.names, electrical.names, links.names, providers.names, order_names,
    quote_names, sites.names,
)  # fmt: skip


@contextmanager
def sent(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Note the statements of a block with their values."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        noted.append((statement, parameters))

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("names", FINDERS, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_every_name_a_record_answers_to_is_found_through_an_index(
    session: Session, names: Callable[[Context, Iterable[str]], Names]
) -> None:
    ctx = make_ctx(session, Role.ENGINEERING)
    with sent(session) as statements:
        names(ctx, ["nobody knows this"])
    session.execute(text("set local enable_seqscan = off"))
    connection = session.connection()
    asked = [(statement, values) for statement, values in statements if "FROM" in statement]
    assert asked
    for statement, values in asked:
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"explain {statement}", values))
        assert "Seq Scan" not in plan, statement


def test_a_list_sorted_by_what_is_added_up_agrees_with_what_each_row_says(session: Session) -> None:
    busy, quiet, empty = make_site(session, "Busy"), make_site(session, "Quiet"), make_site(session, "Empty")
    owner = make_customer(session, "Served Twice")
    make_customer(session, "Never Served")
    both = [make_circuit(session, a_site=busy, customer=owner, mrc=amount) for amount in ("75.00", "25.00")]
    make_circuit(session, a_site=quiet, mrc="900.00")
    dear = make_contract(session, title="Both", circuits=both)
    own = make_contract(session, title="Own", mrc="60.00")
    bare = make_contract(session, title="Bare")
    ctx = make_ctx(session, Role.FINANCE)
    found = look.search_sites(ctx, SearchSites(sort="-circuits"))
    assert [(row.ref, row.circuits) for row in found.rows] == [(busy, 2), (quiet, 1), (empty, 0)]
    second = look.search_sites(ctx, SearchSites(sort="-circuits", limit=1))
    rest = look.search_sites(ctx, SearchSites(sort="-circuits", cursor=second.next_cursor))
    assert [row.ref for row in (*second.rows, *rest.rows)] == [busy, quiet, empty]
    priced = look.search_contracts(ctx, SearchContracts(sort="-mrc")).rows
    assert [(row.ref, row.mrc and str(row.mrc)) for row in priced] == [(dear, "100.00"), (own, "60.00"), (bare, None)]
    assert look.search_contracts(ctx, SearchContracts(sort="-circuits")).rows[0].ref == dear
    assert [row.circuits for row in look.list_customers(ctx, ListCustomers(sort="-circuits")).rows] == [2, 0]


def test_circuits_are_chosen_by_their_contract_or_by_having_none(session: Session) -> None:
    provider = make_provider(session, "Zayo")
    filed, loose, ended = (make_circuit(session, provider=provider) for _ in range(3))
    ended = make_circuit(session, provider=provider, status="decommissioned")
    paper = make_contract(session, circuits=[filed], provider=provider, term_end_date="2026-07-01",
                          end_of_term="roll", notice_count=30, notice_unit="days")  # fmt: skip
    ctx = make_ctx(session, Role.FINANCE)

    def refs(**asked: Any) -> set[str]:
        return {row.ref for row in look.search_circuits(ctx, SearchCircuits.model_validate(asked)).rows}

    every = refs()
    assert refs(sort="act_by") == refs(sort="term_end_date") == every
    assert refs(contract=paper) == refs(renewal_state=["critical"]) == refs(act_by_before="2026-12-31") == {filed}
    assert refs(contract="none") == every - {filed}
    assert refs(renewal_state=["unknown"]) == every - {filed, ended}
    assert refs(renewal_state=["unknown"], contract="none") == every - {filed, ended}
    assert refs(renewal_state=["critical", "unknown"]) == every - {ended}
    assert refs(renewal_state=["critical"], contract="none") == set()
    assert refs(act_by_before="2026-12-31", contract="none") == set()
    assert loose in every


def test_the_counts_beside_the_navigation_are_those_of_the_dashboard(session: Session) -> None:
    make_contract(session, circuits=[make_circuit(session, a_site=make_site(session))])
    make_customer(session)
    ctx = make_ctx(session, Role.FINANCE)
    board, counts = get_dashboard(ctx, GetDashboard()), look.get_counts(ctx, Nothing())
    assert counts.model_dump() == {name: getattr(board, name) for name in type(counts).model_fields}
