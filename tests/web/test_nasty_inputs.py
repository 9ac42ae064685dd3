"""What nobody should send is answered by the API and the pages as input that does not fit, never as a bug of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.runtime.calls import Core
from tests import nasty
from tests.web.conftest import HOME, Browser, make_application, sign_in
from tests.web.test_api import API, AS_JSON, HERE, refusal

DANA = "dana.whitfield@xiber.example"
MARCUS = {"Authorization": "Bearer demo:marcus.oyelaran@xiber.example"}
AWAY = ("203.0.113.9", 50000)


@pytest.fixture(scope="module")
def api(demo_core: Core) -> Iterator[TestClient]:
    with TestClient(make_application(demo_core), base_url=HOME, client=HERE, headers=MARCUS) as client:
        yield client


@pytest.fixture(scope="module")
def circuit(api: TestClient) -> str:
    return str(api.get(f"{API}/search_circuits", params={"limit": 1}).json()["rows"][0]["ref"])


@pytest.fixture(scope="module")
def change(api: TestClient, circuit: str) -> dict[str, Any]:
    refs = [row["ref"] for row in api.get(f"{API}/search_circuits", params={"limit": 3}).json()["rows"]]
    assert circuit in refs
    for market in ("Elsewhere", "Nowhere"):
        items = [{"ref": ref, "set": {"market": market}} for ref in refs]
        made = api.post(f"{API}/propose_change", json={"kind": "circuit", "items": items, "reason": "it moved"}).json()
    return dict(made)


@pytest.fixture(scope="module")
def imported(api: TestClient) -> str:
    rows = b"".join(b"%d/KFGS/1//LUM,Lumen,100.00\n" % n for n in range(10, 14))
    for name in ("a.csv", "b.csv"):
        body = b"Circuit ID,Carrier,MRC\n" + rows + name.encode() + b",Lumen,1\n"
        answer = api.post(f"{API}/stage_import", files={"file": (name, body)}, data={"kind": "circuits"})
    return str(answer.json()["ref"])


def told_invalid(answer: Any) -> None:
    assert answer.status_code == 400, answer.text[:2000]
    refusal(answer, 400, "invalid_argument")


def test_a_wish_that_can_not_be_one_is_refused(api: TestClient, circuit: str) -> None:
    for wish in nasty.proposals(circuit):
        body = json.dumps(wish)  # half a surrogate pair is sent escaped, as JSON can
        answer = api.post(f"{API}/propose_change", content=body, headers=AS_JSON)
        assert answer.status_code in {400, 404}, (str(wish)[:200], answer.text[:500])
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("body", ['{"set": {"mrc": 1e400}}', '{"set": {"a": 1e400}, "reason": "abc"}', '"\\ud800"'])
def test_a_number_without_end_is_refused(api: TestClient, body: str) -> None:
    told_invalid(api.post(f"{API}/propose_change", content=body, headers=AS_JSON))


def test_an_argument_of_a_read_out_of_its_bounds_is_refused(api: TestClient, circuit: str) -> None:
    for name, arguments in nasty.reads(circuit):
        answer = api.get(f"{API}/{name}", params=arguments)
        assert answer.status_code == 400, (name, str(arguments)[:200], answer.text[:500])


@pytest.mark.parametrize("instant", nasty.FAR_INSTANTS)
@pytest.mark.parametrize("name", ["since", "until"])
def test_an_instant_no_zone_can_shift_is_refused(api: TestClient, name: str, instant: str) -> None:
    auditor = {"Authorization": "Bearer demo:dana.whitfield@xiber.example"}
    told_invalid(api.get(f"{API}/search_audit", params={name: instant}, headers=auditor))


@pytest.mark.parametrize("digest", ["ü" * 64, "٣", "", "\ud800", "x" * 5000])
def test_a_digest_that_is_none_is_refused(api: TestClient, change: dict[str, Any], digest: str) -> None:
    for name in ("confirm_change", "reject_change"):
        body = json.dumps({"change_id": change["change_id"], "digest": digest})
        told_invalid(api.post(f"{API}/{name}", content=body, headers=AS_JSON))


PAGED = [
    *(("search_circuits", {"sort": sort}) for sort in (
        "ref", "-ref", "provider", "mrc", "-mrc", "act_by", "-act_by", "bandwidth_mbps", "install_date", "market")),
    *((name, {}) for name in ("search_sites", "list_providers", "list_customers", "search_contracts",
                              "list_renewals", "list_imports", "search_audit")),
    ("search_contracts", {"sort": "act_by"}),
    ("list_changes", {"status": "open"}),
    ("get_change", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "asked"), PAGED)
def test_an_altered_cursor_is_refused_and_its_own_is_taken(
    api: TestClient, change: dict[str, Any], imported: str, name: str, asked: dict[str, str]
) -> None:
    assert imported
    who = {"Authorization": "Bearer demo:dana.whitfield@xiber.example"} if name == "search_audit" else MARCUS
    if name == "get_change":
        asked = {"change_id": change["change_id"]}
    first = api.get(f"{API}/{name}", params={**asked, "limit": "1"}, headers=who).json()
    cursor = first["next_cursor"]
    assert cursor, first
    assert api.get(f"{API}/{name}", params={**asked, "limit": "1", "cursor": cursor}, headers=who).status_code == 200
    for wrong in nasty.altered(cursor):
        answer = api.get(f"{API}/{name}", params={**asked, "cursor": wrong}, headers=who)
        assert answer.status_code in {200, 400}, (wrong[:80], answer.text)


def test_a_row_no_sheet_has_is_refused(api: TestClient, imported: str) -> None:
    for row in (2**31, 2**63, 10**30, -1):
        told_invalid(api.get(f"{API}/get_import", params={"ref": imported, "after_row": row}))
        body = {"ref": imported, "row": row, "cells": {"MRC": "1"}}
        told_invalid(api.post(f"{API}/edit_import_row", json=body))
    for cells in ({}, {"\ud800": "1"}, {"MRC": "\ud800"}, {"MRC": "x" * 40_000}, {"nothing": "1"}):
        body = json.dumps({"ref": imported, "row": 2, "cells": cells})
        told_invalid(api.post(f"{API}/edit_import_row", content=body, headers=AS_JSON))
    for fields in ({"\ud800": "mrc"}, {"MRC": "\ud800"}, {"MRC": "x" * 40_000}):
        body = json.dumps({"ref": imported, "fields": fields})
        told_invalid(api.post(f"{API}/map_import", content=body, headers=AS_JSON))


def test_a_file_with_an_odd_name_is_refused_or_taken(api: TestClient) -> None:
    for name in ("x" * 5000, "ü.csv", "a\ud800.csv".encode(errors="surrogatepass").decode("latin-1")):
        answer = api.post(f"{API}/stage_import", files={"file": (name, b"Circuit ID,Carrier\n1,Lumen\n")})
        assert answer.status_code in {200, 400}, answer.text
    for field in ("kind", "sheet", "x" * 3000):
        form = {"file": ("a.csv", b"Circuit ID,Carrier\n1,Lumen\n")}
        answer = api.post(f"{API}/stage_import", files=form, data={field: "\0" * 3})
        assert answer.status_code == 400, answer.text


# Who is unknown


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO"])
@pytest.mark.parametrize("path", ["", "/", "/get_circuit", "/propose_change", "/stage_import", "/openapi.json",
                                  "/approve_change", "/no_such", "/%00", "/a/b/c", "/..%2f"])  # fmt: skip
def test_an_unknown_caller_learns_nothing_whatever_they_send(demo_core: Core, method: str, path: str) -> None:
    with TestClient(make_application(demo_core), base_url=HOME, client=AWAY, raise_server_exceptions=False) as away:
        for sent in ({}, {"content": b"{"}, {"content": b"x", "headers": {"content-length": "99999999999"}}):
            answer = away.request(method, f"{API}{path}", follow_redirects=False, **sent)  # type: ignore[arg-type]
            assert answer.status_code == 401
            assert answer.headers["x-request-id"].startswith("req_")


def test_an_unknown_callers_body_is_not_read(demo_core: Core) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            assert len(read) < 100
            yield b"x" * 1000

    with TestClient(make_application(demo_core), base_url=HOME, client=AWAY) as away:
        answer = away.post(f"{API}/propose_change", headers={"content-length": "100000000"}, content=b"{}")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": value}
        for value in ("Bearer \xff", "Bearer netos_\xe9", "Bearer demo:\xff@x", "\xff", "Bearer demo:")
    ]
    + [{"Origin": value} for value in ("http://[", "null", "\xff", "http://a:b:c")]
    + [{"Cookie": "netos_session=\xff\xfe"}],
)
def test_headers_of_nonsense_let_nobody_in(demo_core: Core, headers: dict[str, str]) -> None:
    with TestClient(make_application(demo_core), base_url=HOME, client=AWAY) as away:
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        assert away.get(f"{API}/get_dashboard", headers=raw).status_code == 401  # type: ignore[arg-type]


# The pages


@pytest.fixture(scope="module")
def browser(demo_core: Core) -> Browser:
    return sign_in(demo_core, DANA)


LISTS = (
    "/circuits",
    "/sites",
    "/providers",
    "/customers",
    "/contracts",
    "/renewals",
    "/approvals",
    "/trail",
    "/trail.csv",
    "/notices",
    "/me/notices",
    "/people",
    "/search",
    "/",
    "/imports",
)
QUERIES = ("cursor=x", "cursor=%ff", "cursor=" + "9" * 9000, "query=%00", "query=" + "x" * 5000, "sort=%00", "sort=-",
           "act_by_before=0001-01-01", "act_by_before=9999-12-31", "since=0001-01-01", "since=9999-12-31",
           "until=9999-12-31", "until=0001-01-01T00:00:00%2B14:00", "start=" + "9" * 400, "city=%00",
           "within_days=" + "9" * 5000, "min_mrc=1e400000", "%00=1", "x" * 3000 + "=1", "ref=%00", "person=%00",
           "field=%00", "entity=%00", "action=%00", "change=%00", "status=%00")  # fmt: skip


@pytest.mark.parametrize("page", LISTS)
def test_a_page_asked_nonsense_says_so(browser: Browser, page: str) -> None:
    for query in QUERIES:
        answer = browser.client.get(f"{page}?{query}")
        assert answer.status_code < 500, (query[:80], answer.text[-1500:])


@pytest.mark.parametrize("page", ["/circuits/{}", "/sites/{}", "/providers/{}", "/customers/{}", "/contracts/{}",
                                  "/approvals/{}", "/imports/{}", "/people/{}", "/circuits/{}/edit", "/{}",
                                  "/parts/note/new?on={}", "/parts/event/{}/edit?on=CKT-1001"])  # fmt: skip
def test_a_record_of_no_name_is_not_found(browser: Browser, page: str) -> None:
    for ref in ("%00", "x" * 3000, "%ff", "%ED%A0%80", "a%20b"):
        answer = browser.client.get(page.format(ref))
        assert 400 <= answer.status_code < 500, (ref[:20], answer.status_code, answer.text[-1500:])
