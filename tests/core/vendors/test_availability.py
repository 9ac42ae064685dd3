"""The availability checker over the network: its answers, its refusals, and names of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from netos_core.lookup.checker import Answer, Question
from netos_core.lookup.rules.reach import Service
from netos_core.vendors.availability import Availability
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from tests.standins import availability
from tests.standins.serving import Served, served

KNOWN = Question(line1="101 KNOWN ST", city="GARY", state="IN", postal_code="46402", bandwidth_mbps=Decimal("500.000"))


@pytest.fixture
def app() -> Starlette:
    return availability.make_app()


@pytest.fixture
def checker(app: Starlette) -> Iterator[Served]:
    with served(app) as running:
        yield running


Client = Callable[..., Availability]


@pytest.fixture
def client() -> Iterator[Client]:
    """Make clients of the checker, which are closed at the end."""
    with contextlib.ExitStack() as opened:

        def make(at: Served, token: str = availability.TOKEN, **names: str) -> Availability:
            made = Availability(at.url, lambda _: token, names=names, sleep=lambda _: None)
            opened.callback(made.close)
            return made

        yield make


def test_a_place_is_asked_in_the_words_of_the_contract(client: Client, checker: Served) -> None:
    answer = client(checker).ask(KNOWN)
    assert (answer.status, answer.normalized_address, answer.lat) == (
        Service.SERVICEABLE, "101 Known St, Gary, IN 46402", 41.6
    )  # fmt: skip
    (offer,) = answer.offers
    assert (offer.provider, offer.mrc, offer.nrc, offer.term_months) == (
        "Known Fiber", Decimal("812.50"), Decimal(1500), 36
    )  # fmt: skip
    (asked,) = checker.requests
    assert asked.headers["authorization"] == f"Bearer {availability.TOKEN}"
    assert asked.body == (
        '{"address":{"line1":"101 KNOWN ST","city":"GARY","state":"IN","postal_code":"46402"},"bandwidth_mbps":500}'
    )


def test_an_address_it_does_not_know_is_unknown(client: Client, checker: Served) -> None:
    answer = client(checker).ask(Question(line1="1 ELSEWHERE RD", city="GARY"))
    assert answer == Answer(Service.UNKNOWN, None, None, None, (), None, None)


def test_a_refused_place_names_our_field_and_none_of_its_words(client: Client, checker: Served) -> None:
    with pytest.raises(Rejected) as refusal:
        client(checker).ask(Question(city="GARY"))
    assert refusal.value.message == "The availability checker can not use this place: line1."
    assert "instructions" not in str(refusal.value.as_dict())


def test_a_refused_credential_names_the_setting(client: Client, checker: Served) -> None:
    with pytest.raises(CredentialsInvalid) as refusal:
        client(checker, "wrong").ask(KNOWN)
    assert refusal.value.setting == "NETOS_AVAILABILITY_TOKEN"
    with pytest.raises(CredentialsInvalid):
        client(checker, "wrong").check()


def test_a_rotated_credential_heals_itself(checker: Served) -> None:
    kept = {False: "old", True: availability.TOKEN}
    with contextlib.closing(Availability(checker.url, kept.__getitem__)) as rotated:
        assert rotated.ask(KNOWN).status is Service.SERVICEABLE
    assert len(checker.requests) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, PermissionDenied), (429, RateLimited), (500, VendorUnavailable), (503, VendorUnavailable), (400, Rejected)],
)
def test_a_fault_is_told_in_our_words_and_a_question_is_not_repeated(
    client: Client, checker: Served, status: int, kind: type[VendorError]
) -> None:
    checker.fail(status, times=9, body="<html>secret</html>")
    with pytest.raises(kind) as refusal:
        client(checker).ask(KNOWN)
    assert "secret" not in refusal.value.message
    assert len(checker.requests) == 1


def test_silence_is_unavailable(client: Client, checker: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netos_core.vendors.availability.ANSWER_SECONDS", 0.2)
    asking = client(checker)
    checker.fail(delay=5)
    with pytest.raises(VendorUnavailable):
        asking.ask(KNOWN)


@pytest.mark.parametrize(
    "body",
    ["no json", [], {"offers": []}, {"status": "serviceable", "lat": 400}, {"status": "serviceable", "offers": {}},
     {"status": "serviceable", "offers": [{"provider": "x", "mrc": -1}]},
     {"status": "serviceable", "offers": [{"provider": "x", "currency": "dollars"}]}],
)  # fmt: skip
def test_another_shape_is_refused(client: Client, checker: Served, body: Any) -> None:
    checker.fail(200, body=body)
    with pytest.raises(BadResponse):
        client(checker).ask(KNOWN)


def test_a_status_nobody_knows_is_unknown(client: Client, checker: Served) -> None:
    checker.fail(200, body={"status": "maybe", "request_id": "r-1"})
    assert client(checker).ask(KNOWN).status is Service.UNKNOWN


@pytest.mark.parametrize("status", [200, 404, 422])
def test_any_answer_but_a_refusal_shows_that_it_knows_us(client: Client, checker: Served, status: int) -> None:
    checker.fail(status, body={"status": "unknown"})
    client(checker).check()


def test_an_answer_we_can_not_read_does_not_show_that_it_works(client: Client, checker: Served) -> None:
    checker.fail(200, body={"state": "serviceable"})
    with pytest.raises(BadResponse):
        client(checker).check()


def test_another_service_needs_a_mapping_and_no_code(client: Client) -> None:
    seen: list[Any] = []

    async def answer(request: Request) -> Response:
        seen.append((request.headers["x-api-key"], await request.json()))
        return JSONResponse(
            {"result": {"code": "ON_NET"}, "products": [{"carrier": "Other Co", "price": {"mrc": 99.5}}]}
        )

    with served(Starlette(routes=[Route("/check", answer, methods=["POST"])])) as other:
        found = client(
            other, path="/check", header="X-Api-Key", scheme="", line1="street", **{
                "answer.status": "result.code", "status.serviceable": "ON_NET", "answer.offers": "products",
                "offer.provider": "carrier", "offer.mrc": "price.mrc",
            },
        ).ask(Question(line1="101 KNOWN ST"))  # fmt: skip
    assert seen == [(availability.TOKEN, {"street": "101 KNOWN ST"})]
    assert (found.status, found.offers[0].provider, found.offers[0].mrc) == (
        Service.SERVICEABLE, "Other Co", Decimal("99.5")
    )  # fmt: skip
