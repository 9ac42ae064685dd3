"""Whatever the OpenAPI document allows, and what it does not: no bug answers, and every answer is as documented."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.testclient import TestClient

from netos_core.access.rules import Scope
from netos_core.kernel.context import Channel
from netos_core.people.operations import create_token
from netos_core.people.schemas import CreateToken
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests import nasty
from tests.database import TestServer
from tests.web.conftest import make_application
from web_min.openapi import BASE, document

MARCUS = "marcus.oyelaran@xiber.example"
EXAMPLES = 9
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def documented(database_server: TestServer) -> Iterator[Any]:
    with database_server.clone(of=database_server.sample) as url, contextlib.closing(_core(url)) as core:
        with core.context(core.principal(MARCUS), Channel.PAGE) as ctx:
            made = create_token(ctx, CreateToken(name="schemathesis", scope=Scope.PROPOSE, days=1))
        SENT["Authorization"] = f"Bearer {made.secret}"
        _know(make_application(core))
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", make_application(core), headers=SENT)


def _core(url: str) -> Core:
    return Core(Settings(database_url=url))


def _know(app: Starlette) -> None:
    """Learn what exists, so that a call comes further than to what it does not find."""
    client = TestClient(app, base_url="http://127.0.0.1:8420", headers=SENT)
    for name in ("circuit", "site", "contract", "provider", "customer"):
        lists = f"{'list' if name in {'provider', 'customer'} else 'search'}_{name}s"
        page = client.get(f"{BASE}/{lists}", params={"limit": 1}).json()
        REAL[f"get_{name}"] = {"ref": page["rows"][0]["ref"]}
        CURSORS[lists] = page["next_cursor"]
    circuit = REAL["get_circuit"]
    wish = {"kind": "circuit", "ref": circuit["ref"], "set": {"mrc": "4321.00"}, "reason": "asked by everybody"}
    change = client.post(f"{BASE}/propose_change", json=wish).json()
    decided = {"change_id": change["change_id"]}
    REAL.update(dict.fromkeys(("get_outage_history", "get_circuit_pl", "propose_change"), circuit))
    REAL.update(dict.fromkeys(("get_change", "undo_change", "confirm_change", "reject_change"), decided))
    REAL["get_person"] = {"email": MARCUS}


REAL: dict[str, dict[str, Any]] = {}
"""What exists, by the operation that takes it."""

CURSORS: dict[str, str] = {}
DAYS = ("since", "until", "month", "act_by_before", "act_by_after", "ends_before")
DIGESTS = ("0" * 64, "\u00fc" * 64, "\u0663")


def _made_real(case: schemathesis.Case, data: st.DataObject) -> None:
    """Put what exists in the place of what is made up, and what only looks like it beside it."""
    name = case.path.rpartition("/")[2]
    known = dict(REAL.get(name, {}))
    if name in CURSORS:
        known["cursor"] = data.draw(st.sampled_from([CURSORS[name], *nasty.altered(CURSORS[name])]))
    if case.method == "GET":
        query = dict(case.query or {})
        known.update({day: data.draw(st.sampled_from(nasty.FAR_DAYS)) for day in DAYS if day in query})
        case.query = {**query, **known}
    elif isinstance(case.body, dict):
        if "digest" in case.body:
            known["digest"] = data.draw(st.sampled_from(DIGESTS))
        if "set" in case.body:
            known["set"] = data.draw(st.sampled_from([wish["set"] for wish in nasty.PROPOSALS if "set" in wish]))
        case.body = {**case.body, **known}


SENT = {"host": "127.0.0.1"}
NAMES = [(path, method) for path, methods in document()["paths"].items() for method in methods]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), NAMES)
def test_no_call_is_a_bug_and_every_answer_is_as_documented(
    documented: Any, path: str, method: str, mode: GenerationMode
) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=documented[path][method.upper()].as_strategy(generation_mode=mode), data=st.data())
    def each(case: schemathesis.Case, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            _made_real(case, data)
        answer = case.call(headers=SENT)
        case.validate_response(answer, checks=CHECKED)

    try:
        each()
    except Unsatisfiable:
        pytest.skip("nothing about it can be wrong")
