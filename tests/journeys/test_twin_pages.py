"""No page, export or answer of the API shows what a role may not see, and twins show it alike."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import httpx2
import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import Role
from netos_core.runtime.logs import JsonFormatter
from tests.journeys.planting import Plant
from tests.journeys.twins import COMPARED, READS, Pair, the_same
from tests.journeys.walking import (
    BANK,
    BLIND,
    BLIND_PAGES,
    KEYS,
    LISTS,
    MONEY,
    hidden_from,
    leaked,
    pages,
    read_through,
    requests,
)
from tests.web.conftest import HOME, make_application, sign_in

SHEETS = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@pytest.mark.parametrize("role", BLIND_PAGES)
def test_no_page_or_export_shows_it_and_those_of_twins_are_alike(
    pairs: Mapping[Role, Pair], role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "netos_core")
    first, other = pairs[role]
    browser, twin = (sign_in(plant.core, f"{role}.person@isp.example").client for plant in (first, other))
    hidden = hidden_from(role)
    for path, same in zip(pages(first), pages(other), strict=True):
        text = read_through(browser.get(path).content)
        assert not [value for value in hidden if value in text], path
        if role in COMPARED:
            the_same(text, read_through(twin.get(same).content), path)
    nothing_is_in_the_log(caplog)


@pytest.mark.parametrize("role", BLIND)
def test_no_answer_of_the_api_shows_it_and_those_of_twins_are_alike(
    pairs: Mapping[Role, Pair], role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "netos_core")
    first, other = pairs[role]
    api, twin = (Api(plant, role) for plant in (first, other))
    hidden = hidden_from(role)
    for name in READS:
        for asked, again in zip(requests(first)[name][:3], requests(other)[name][:3], strict=True):
            got = api.ask(name, asked)
            assert not leaked(hidden, got.text, asked), (name, asked)
            if role in COMPARED:
                told = twin.ask(name, again)
                assert got.status_code == told.status_code, (name, asked)
                assert got.headers.get("x-withheld") == told.headers.get("x-withheld")
                the_same(got.text, told.text, (name, asked))
    for name in LISTS:
        for kind in SHEETS:
            sheet = read_through(api.ask(name, {}, Accept=kind).content)
            assert "Marker" in sheet, name
            assert not [value for value in hidden if value in sheet], name
            if role in COMPARED:
                the_same(sheet, read_through(twin.ask(name, {}, Accept=kind).content), (name, kind))
    nothing_is_in_the_log(caplog)


class Api:
    """A program of a person of a role."""

    def __init__(self, plant: Plant, role: Role) -> None:
        self._client = TestClient(make_application(plant.core), base_url=HOME, client=("127.0.0.1", 5000))
        self._as_role = {"Authorization": f"Bearer demo:{role}.person@isp.example"}

    def ask(self, name: str, asked: Mapping[str, object], **headers: str) -> httpx2.Response:
        params = {key: value for key, value in asked.items() if value is not None}
        headers |= self._as_role
        return self._client.get(f"/api/v1/{name}", headers=headers, params=params)  # type: ignore[arg-type]


def nothing_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    lines = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert not [value for value in (*MONEY, *BANK, *KEYS) if value in lines], "whoever may see it"
