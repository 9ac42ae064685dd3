"""Short ways to say what is true: by SQL on the clone, so that nothing depends on the day or on a reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.evals.task import Exactly, Fact, Facts
from tests.evals.world import World

TODAY = "(now() at time zone 'America/Indiana/Indianapolis')::date"
UNDECIDED = (
    "ref not in (select c.ref from contract c join renewal_decision d on d.contract_id = c.id"
    " where d.retired_at is null) and ref not in (select c.ref from contract c join standing s on s.contract_id = c.id"
    " where s.number > 0)"
)
"""Of contracts: nobody decided about them, and they are in the term of their paper."""
LIVE = "retired_at is null"
IN_USE = "status not in ('decommissioned', 'cancelled')"


def values(*queries: str) -> Facts:
    """Make a fact of every value that is found."""

    def read(world: World) -> Sequence[Fact]:
        found = [value for query in queries for row in world.ask(query) for value in row.values()]
        assert found, queries
        assert None not in found, queries
        return found

    return read


def exactly(prefix: str, query: str) -> Facts:
    """Make the references that are found the only ones which may be named."""

    def read(world: World) -> Sequence[Fact]:
        refs = frozenset(world.column(query))
        assert refs, query
        return [Exactly(prefix, refs)]

    return read


def words(*any_of: str) -> Facts:
    """Ask for any one of these words."""
    return lambda _: [any_of]


def together(*facts: Facts) -> Facts:
    return lambda world: [fact for one in facts for fact in one(world)]


def circuit(key: str, column: str = "ref") -> str:
    """Query a column of a circuit by what its carrier calls it."""
    return f"select {column} from circuit where provider_circuit_id = '{key}'"


def contract(number: str, column: str = "ref") -> str:
    return f"select {column} from contract where number = '{number}'"


def ends_at(site: str, more: str = "true") -> str:
    """Query the circuits with an end at a site or inside of it."""
    return (
        "select distinct c.ref from circuit c join termination t on t.circuit_id = c.id join site s on s.id = t.site_id"
        " left join site p on p.id = s.parent_id"
        f" where '{site}' in (s.name, p.name) and c.retired_at is null and {more}"
    )


def of_customer(name: str, column: str = "c.ref", more: str = "true") -> str:
    return (
        f"select {column} from circuit c join circuit_customer l on l.circuit_id = c.id"
        f" join customer k on k.id = l.customer_id where k.name = '{name}' and c.retired_at is null and {more}"
    )


def said(*parts: Any) -> str:
    """Put an answer together."""
    return ", ".join(str(part) for part in parts)
