"""Two installations that differ in nothing but hidden values answer a role that does not see them alike, to the byte.

What a search for the values themselves can not find is found here: an order, a cut, a count, a sentence, a refusal or a
hash that follows from them. Ids, hashes of what is shown, times and the secrets of a session are each installation's
own, and are put out of the comparison.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import RIGHTS, Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.operation import Effect, Operation
from netos_mcp import completions
from netos_mcp.answers import Call
from tests.database import TestServer
from tests.journeys.planting import Plant, Secrets, planted
from tests.journeys.test_redaction import (
    BANK,
    BLIND,
    KEYS,
    LISTS,
    NAMED,
    ROUND,
    TITLE_PARTS,
    TITLES,
    answered,
    call,
    every_way,
    hidden_from,
    pages,
    read_through,
    requests,
)
from tests.web.conftest import HOME, make_application, sign_in

OTHER_BANK = ("Other House", "9", "12 and more", "Elsewhere 1, far away")
OTHER_KEYS = ("a-wholly-other-key", "short")
OTHER_TITLES = ("Rate card Quoll", "Void cheque Tapir")
FIRST = Secrets(ROUND, BANK, KEYS, TITLES)
# The first and its twin: for roles that see no money, and for those that see money and no bank details.
PAIRS = {
    "money and bank": (
        FIRST,
        Secrets(("1200.10", "1100.20", "1310.35", "4.05"), OTHER_BANK, OTHER_KEYS, OTHER_TITLES, dearest_first=False),
    ),
    "bank": (FIRST, Secrets(ROUND, OTHER_BANK, KEYS, (TITLES[0], OTHER_TITLES[1]))),
}

# Who sees all but the keys of BGP sessions is walked, not compared: a sealed key tells nothing.
COMPARED = [role for role in BLIND if "see:bank" not in rights_of([role])]

OWN = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b[0-9a-f]{6}\.[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])"), "CURSOR"),  # what it sorts by stays
    (re.compile(r"\b(?:[0-9a-f]{64}|(?:[0-9a-f]{4} ){15}[0-9a-f]{4})\b"), "HASH"),
    (re.compile(r"untrusted-[0-9a-f]{8}\b"), "QUOTED"),
    (re.compile(r"\breq_[0-9a-f]+"), "REQUEST"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:\d\d)?"), "TIME"),
    (re.compile(r"\b\d\d?:\d\d\b|\b(?:just now|an?|\d+) (?:second|minute)s? ago|\bjust now\b"), "CLOCK"),
    (re.compile(r'(name="csrf" value=)"[^"]*"'), r"\1"),
    (re.compile(r"\bnetos_[A-Za-z0-9_-]{20,}"), "TOKEN"),
)


def without_own(text: str) -> str:
    """Put out what is each installation's own and follows from no value."""
    for pattern, word in OWN:
        text = pattern.sub(word, text)
    return text


Pair = tuple[Plant, Plant]


@pytest.fixture(scope="module")
def twins(database_server: TestServer) -> Iterator[dict[str, Pair]]:
    with contextlib.ExitStack() as stack:
        yield {
            name: (
                stack.enter_context(planted(database_server, one)),
                stack.enter_context(planted(database_server, two)),
            )
            for name, (one, two) in PAIRS.items()
        }


def of_role(twins: dict[str, Pair], role: Role) -> Pair:
    """Pair the first with the twin that differs in just what this role does not see.

    Both are tried with the digests the first has, so that one may be guessed right: but for changes that the role is
    shown whole, whose digests are no secret.
    """
    first, other = twins["bank" if "see:money" in rights_of([role]) else "money and bank"]
    who = other.core.principal(f"{role}.person@isp.example")
    shown = {c: call(other, "get_change", {"change_id": c}, who).digest for c in other.of_each_sort()}  # type: ignore[attr-defined]
    return first, replace(other, digests={c: shown.get(c) or first.digests[c] for c in other.digests})


def the_same(one: str, other: str, what: Any) -> None:
    told = [without_own(text) for text in (one, other)]
    if told[0] != told[1]:
        lines = [text.replace("><", ">\n<").replace(", ", ",\n").splitlines() for text in told]
        apart = [line for line in difflib.unified_diff(*lines, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")]
        pytest.fail(f"{what}\n" + "\n".join(apart[:40]), pytrace=False)


@pytest.mark.parametrize("name", PAIRS)
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


def asked_by(role: Role) -> list[Operation[Any, Any]]:
    """Leave the reads out where another role that sees the same reads the same and more."""
    more = {Role.FIELD: Role.NOC, Role.SALES: Role.ENGINEERING}.get(role)
    return [o for o in OPERATIONS if more is None or o.effect is not Effect.READ]


def test_the_roles_whose_reads_are_left_out_read_and_see_nothing_others_do_not() -> None:
    for fewer, more in ((Role.FIELD, Role.NOC), (Role.SALES, Role.ENGINEERING)):
        assert set(RIGHTS[fewer].reads) <= set(RIGHTS[more].reads)
        assert RIGHTS[fewer].sees == tuple(what for what in RIGHTS[more].sees if what != "keys")


def ways_of(operation: Operation[Any, Any], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask in every order and with every column; of the values to search by, one of each sort is enough."""
    return (way for way in every_way(operation, asked) if way.get("query") in (asked.get("query"), ROUND[0], BANK[0]))


@pytest.mark.parametrize(
    ("operation", "role"), [pytest.param(o, r, id=f"{o.name}-{r}") for r in COMPARED for o in asked_by(r)]
)
def test_every_operation_answers_alike(twins: dict[str, Pair], operation: Operation[Any, Any], role: Role) -> None:
    pair = of_role(twins, role)
    callers = [plant.core.principal(f"{role}.person@isp.example", "walker") for plant in pair]
    channel = Channel.PAGE if operation.page_only else Channel.AGENT
    for asked in zip(*(requests(plant)[operation.name] for plant in pair), strict=True):
        for ways in zip(*(ways_of(operation, one) for one in asked), strict=True):
            told = [answered(p, operation.name, w, c, channel) for p, w, c in zip(pair, ways, callers, strict=True)]
            the_same(*told, ways[0])


@pytest.mark.parametrize("role", COMPARED)
def test_every_completion_is_alike(twins: dict[str, Pair], role: Role) -> None:
    pair = of_role(twins, role)
    for kind in NAMED:
        for letters in ("", "m", "mar", *TITLE_PARTS, *ROUND, *BANK, *OTHER_BANK, *TITLES, *OTHER_TITLES):
            told = [
                completions.records(plant.core, Call(plant.core.principal(f"{role}.person@isp.example")), kind, letters,
                                    addressed=False).values
                for plant in pair
            ]  # fmt: skip
            assert told[0] == told[1], (kind, letters)


@pytest.mark.parametrize("role", COMPARED)
def test_every_page_and_export_is_alike(twins: dict[str, Pair], role: Role) -> None:
    pair = of_role(twins, role)
    browsers = [sign_in(plant.core, f"{role}.person@isp.example").client for plant in pair]
    for paths in zip(*(pages(plant) for plant in pair), strict=True):
        told = [read_through(b.get(p).content) for b, p in zip(browsers, paths, strict=True)]
        the_same(*told, paths[0])


@pytest.mark.parametrize("role", COMPARED)
def test_every_answer_of_the_api_is_alike(twins: dict[str, Pair], role: Role) -> None:
    pair = of_role(twins, role)
    apis = [TestClient(make_application(p.core), base_url=HOME, client=("127.0.0.1", 5000)) for p in pair]
    head = {"Authorization": f"Bearer demo:{role}.person@isp.example"}
    reads = [operation.name for operation in OPERATIONS if operation.effect is Effect.READ]
    for name in reads:
        for asked in zip(*(requests(plant)[name][:3] for plant in pair), strict=True):
            params = [{key: value for key, value in one.items() if value is not None} for one in asked]
            got = [a.get(f"/api/v1/{name}", headers=head, params=p) for a, p in zip(apis, params, strict=True)]
            assert got[0].status_code == got[1].status_code, (name, asked)
            assert got[0].headers.get("x-withheld") == got[1].headers.get("x-withheld")
            the_same(got[0].text, got[1].text, (name, params[0]))
    for name in LISTS:
        for kind in ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"):
            files = [a.get(f"/api/v1/{name}", headers={**head, "Accept": kind}).content for a in apis]
            the_same(*(read_through(content) for content in files), (name, kind))


def test_every_blind_role_is_blind_to_what_its_twin_differs_in() -> None:
    assert all(hidden_from(role) for role in COMPARED)
