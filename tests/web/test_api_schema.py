"""Whatever the OpenAPI document allows, and what it does not: no bug answers, and every answer is as documented."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from netos_core.access.rules import Scope
from netos_core.demo.load import load
from netos_core.kernel.context import Channel
from netos_core.people.operations import create_token
from netos_core.people.schemas import CreateToken
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.web.conftest import make_application
from web_min.openapi import document

MARCUS = "marcus.oyelaran@xiber.example"
EXAMPLES = 12
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def documented(database_server: TestServer) -> Iterator[Any]:
    with database_server.clone() as url, contextlib.closing(_core(url)) as core:
        load(core)
        with core.context(core.principal(MARCUS), Channel.PAGE) as ctx:
            made = create_token(ctx, CreateToken(name="schemathesis", scope=Scope.PROPOSE, days=1))
        SENT["Authorization"] = f"Bearer {made.secret}"
        yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", make_application(core), headers=SENT)


def _core(url: str) -> Core:
    return Core(Settings(database_url=url, calls_per_second=100_000, calls_at_once=100_000))


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
    @given(case=documented[path][method.upper()].as_strategy(generation_mode=mode))
    def each(case: schemathesis.Case) -> None:
        answer = case.call(headers=SENT)
        case.validate_response(answer, checks=CHECKED)

    try:
        each()
    except Unsatisfiable:
        pytest.skip("nothing about it can be wrong")
