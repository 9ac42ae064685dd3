"""Doppler's download of one config."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netos_core.vendors.doppler import Doppler
from netos_core.vendors.http import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    Rejected,
    VendorError,
    VendorNotFound,
    VendorUnavailable,
)
from tests.standins import doppler
from tests.standins.serving import Served, served

Connect = Callable[..., Doppler]


@pytest.fixture
def app() -> Any:
    return doppler.make_app()


@pytest.fixture
def server(app: Any) -> Iterator[Served]:
    with served(app) as running:
        yield running


@pytest.fixture
def connect(server: Served) -> Iterator[Connect]:
    opened: list[Doppler] = []

    def begin(token: str = doppler.SERVICE_TOKEN, project: str | None = None, config: str | None = None) -> Doppler:
        opened.append(Doppler(server.url, token, project=project, config=config, sleep=lambda _: None))
        return opened[-1]

    yield begin
    for client in opened:
        client.close()


def test_a_service_token_knows_its_config(connect: Connect, server: Served) -> None:
    assert connect().download()["SONAR_TOKEN"] == "first-sonar-token"
    assert server.requests[0].query == {"format": "json"}


def test_another_token_names_project_and_config(connect: Connect) -> None:
    client = connect(doppler.PERSONAL_TOKEN, doppler.PROJECT, doppler.CONFIG)
    assert client.download()["DOPPLER_CONFIG"] == "prd"


@pytest.mark.parametrize(
    ("token", "project", "config", "kind", "setting"),
    [
        ("dp.st.prd.revoked", None, None, CredentialsInvalid, "NETOS_DOPPLER_TOKEN"),
        (doppler.PERSONAL_TOKEN, None, None, Rejected, "NETOS_DOPPLER_PROJECT"),
        (doppler.PERSONAL_TOKEN, "netos", "dev", VendorNotFound, "NETOS_DOPPLER_CONFIG"),
    ],
)
def test_a_refusal_names_the_setting_to_correct(
    connect: Connect, token: str, project: str | None, config: str | None, kind: type[VendorError], setting: str
) -> None:
    with pytest.raises(kind) as raised:
        connect(token, project, config).download()
    assert setting in (raised.value.fix or "")
    assert token not in f"{raised.value!r} {vars(raised.value)}"


def test_a_token_that_may_not_read_the_config_lacks_a_permission(connect: Connect, app: Any) -> None:
    app.state.doppler.readable = False
    with pytest.raises(PermissionDenied):
        connect().download()


def test_doppler_that_stays_down_is_away(connect: Connect, server: Served) -> None:
    server.fail(502, times=9)
    with pytest.raises(VendorUnavailable):
        connect().download()
    assert len(server.requests) == 5


def test_what_is_no_object_is_bad(connect: Connect, server: Served) -> None:
    server.fail(200, body=["SONAR_TOKEN"])
    with pytest.raises(BadResponse):
        connect().download()


def test_no_secret_is_logged(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        connect().download()
    told = str([vars(record) for record in caplog.records])
    assert not [secret for secret in (doppler.SERVICE_TOKEN, "first-sonar-token") if secret in told]
