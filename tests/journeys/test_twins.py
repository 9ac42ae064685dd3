"""What a role may not see leaves by no way: every operation, every role, every way out, with values nobody could guess.

An operation the walk has no request for fails it, so a new one is covered from its first day. Each answer is searched
for the values themselves and, for what follows from them without being them, held against that of a twin: an
installation that differs in nothing but hidden values answers a role that does not see them alike, to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from netos_core.access.rules import RIGHTS, Role
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.operation import Operation
from netos_mcp import completions
from netos_mcp.answers import Call
from tests.journeys.planting import Plant
from tests.journeys.twins import (
    COMPARED,
    LESS_THAN,
    OTHER_BANK,
    OTHER_TITLES,
    TWINS,
    Pair,
    is_compared,
    the_same,
    without_own,
)
from tests.journeys.walking import (
    BANK,
    BLIND,
    NAMED,
    ROUND,
    TITLE_PARTS,
    TITLES,
    answered,
    every_way,
    hidden_from,
    leaked,
    requests,
)


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_nothing_hidden_is_told_and_twins_answer_alike(
    pairs: Mapping[Role, Pair], operation: Operation[Any, Any], role: Role
) -> None:
    pair = pairs[role]
    callers = [plant.core.principal(f"{role}.person@isp.example", "walker") for plant in pair]
    channel = Channel.PAGE if operation.page_only else Channel.AGENT
    hidden, compared = hidden_from(role), is_compared(operation, role)
    for asked in zip(*(requests(plant)[operation.name] for plant in pair), strict=True):
        for ways in zip(*(every_way(operation, one) for one in asked), strict=True):
            told = answered(pair[0], operation.name, ways[0], callers[0], channel)
            assert not leaked(hidden, told, ways[0]), ways[0]
            # Of the values to search by, one of each sort is enough to tell twins apart.
            if compared and ways[0].get("query") in (asked[0].get("query"), ROUND[0], BANK[0]):
                the_same(told, answered(pair[1], operation.name, ways[1], callers[1], channel), ways[0])


@pytest.mark.parametrize("role", COMPARED)
def test_every_completion_is_alike(pairs: Mapping[Role, Pair], role: Role) -> None:
    callers = [(plant.core, Call(plant.core.principal(f"{role}.person@isp.example"))) for plant in pairs[role]]
    for kind in NAMED:
        for letters in ("", "m", "mar", *TITLE_PARTS, *ROUND, *BANK, *OTHER_BANK, *TITLES, *OTHER_TITLES):
            told = [completions.records(*caller, kind, letters, addressed=False).values for caller in callers]
            assert told[0] == told[1], (kind, letters)


@pytest.mark.parametrize("name", TWINS)
def test_the_twins_are_the_same_but_for_what_is_hidden(twins: dict[str, Pair], name: str) -> None:
    first, other = twins[name]
    own = {"cost", "term", "bill"}  # known by their ids
    assert {n: r for n, r in other.refs.items() if n not in own} == {
        n: r for n, r in first.refs.items() if n not in own
    }
    assert (other.changes, list(other.digests)) == (first.changes, list(first.digests))
    seen = [
        without_own(answered(p, "get_provider", {"ref": p.refs["provider"]}, _finance(p), Channel.AGENT))
        for p in twins[name]
    ]
    assert seen[0] != seen[1], "who sees it sees that they differ"


def _finance(plant: Plant) -> Principal:
    return plant.core.principal("finance.person@isp.example")


def test_the_roles_whose_reads_are_left_out_read_and_see_nothing_others_do_not() -> None:
    for fewer, more in LESS_THAN.items():
        assert set(RIGHTS[fewer].reads) <= set(RIGHTS[more].reads)
        assert RIGHTS[fewer].sees == tuple(what for what in RIGHTS[more].sees if what != "keys")


def test_every_blind_role_is_blind_to_what_its_twin_differs_in() -> None:
    assert all(hidden_from(role) for role in COMPARED)
