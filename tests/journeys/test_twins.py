"""Two installations that differ in nothing but hidden values answer a role that does not see them alike, to the byte.

What a search for the values themselves can not find is found here: an order, a cut, a count, a sentence, a refusal or a
hash that follows from them. Ids, hashes of what is shown, times and the secrets of a session are each installation's
own, and are put out of the comparison.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel
from netos_core.kernel.operation import Effect, Operation
from tests.database import TestServer
from tests.journeys.planting import Plant, Secrets, planted
from tests.journeys.test_redaction import (
    BANK,
    BLIND,
    LISTS,
    ROUND,
    answered,
    every_way,
    hidden_from,
    pages,
    read_through,
    requests,
)
from tests.web.conftest import HOME, make_application, sign_in

OTHER_BANK = ("Other House", "9", "12 and more", "Elsewhere 1, far away")
SECRETS = {
    "first": Secrets(ROUND, BANK),
    "money and bank": Secrets(("1200.10", "1100.20", "1310.35", "4.05"), OTHER_BANK, dearest_first=False),
    "bank": Secrets(ROUND, OTHER_BANK),
}

OWN = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\b[0-9a-f]{6}\.[A-Za-z0-9_-]{22}(?=[.\"&\s])"), "CURSOR"),  # what it sorts by stays
    (re.compile(r"\b(?:[0-9a-f]{64}|(?:[0-9a-f]{4} ){15}[0-9a-f]{4})\b"), "HASH"),
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


@pytest.fixture(scope="module")
def twins(database_server: TestServer) -> Iterator[dict[str, Plant]]:
    """Plant each; the digests that are tried are the first's, which only it has."""
    with (
        planted(database_server, SECRETS["first"]) as first,
        planted(database_server, SECRETS["money and bank"]) as other,
        planted(database_server, SECRETS["bank"]) as third,
    ):
        yield {
            "first": first,
            "money and bank": replace(other, digests=first.digests),
            "bank": replace(third, digests=first.digests),
        }


def of_role(twins: dict[str, Plant], role: Role) -> tuple[Plant, Plant]:
    """Pair the first with the twin that differs in just what this role does not see."""
    return twins["first"], twins["bank" if "see:money" in rights_of([role]) else "money and bank"]


def the_same(one: str, other: str, what: Any) -> None:
    told = [without_own(text) for text in (one, other)]
    if told[0] != told[1]:
        lines = [text.replace("><", ">\n<").replace(", ", ",\n").splitlines() for text in told]
        apart = [line for line in difflib.unified_diff(*lines, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")]
        pytest.fail(f"{what}\n" + "\n".join(apart[:40]), pytrace=False)


def test_the_twins_are_the_same_but_for_what_is_hidden(twins: dict[str, Plant]) -> None:
    first, *others = twins.values()
    for other in others:
        assert {n: r for n, r in other.refs.items() if n != "cost"} == {
            n: r for n, r in first.refs.items() if n != "cost"
        }
        assert other.changes == first.changes
    seen = [_dashboard(plant, Role.FINANCE) for plant in twins.values()]
    assert len({without_own(text) for text in seen[:2]}) == 2, "who sees money sees that they differ"


def _dashboard(plant: Plant, role: Role) -> str:
    return answered(plant, "get_dashboard", {}, plant.core.principal(f"{role}.person@isp.example"), Channel.AGENT)


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_answers_alike(twins: dict[str, Plant], operation: Operation[Any, Any], role: Role) -> None:
    pair = of_role(twins, role)
    callers = [plant.core.principal(f"{role}.person@isp.example", "walker") for plant in pair]
    channel = Channel.PAGE if operation.page_only else Channel.AGENT
    for asked in zip(*(requests(plant)[operation.name] for plant in pair), strict=True):
        for ways in zip(*(every_way(operation, one) for one in asked), strict=True):
            told = [answered(p, operation.name, w, c, channel) for p, w, c in zip(pair, ways, callers, strict=True)]
            the_same(*told, ways[0])


@pytest.mark.parametrize("role", BLIND)
def test_every_page_and_export_is_alike(twins: dict[str, Plant], role: Role) -> None:
    pair = of_role(twins, role)
    browsers = [sign_in(plant.core, f"{role}.person@isp.example").client for plant in pair]
    for paths in zip(*(pages(plant) for plant in pair), strict=True):
        told = [read_through(b.get(p).content) for b, p in zip(browsers, paths, strict=True)]
        the_same(*told, paths[0])


@pytest.mark.parametrize("role", BLIND)
def test_every_answer_of_the_api_is_alike(twins: dict[str, Plant], role: Role) -> None:
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
    assert all(hidden_from(role) for role in BLIND)
