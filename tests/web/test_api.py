"""The JSON API: the same answers as the core, the same refusals as the tools, and nothing for those who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import Role, Scope
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel
from netos_core.kernel.operation import Effect
from netos_core.people.operations import create_token
from netos_core.people.schemas import CreateToken
from netos_core.runtime.calls import Core
from tests.web.conftest import HOME, as_role, make_application
from web_min.openapi import document

TOM = {"Authorization": "Bearer demo:tom.kessler@xiber.example"}
MARCUS = {"Authorization": "Bearer demo:marcus.oyelaran@xiber.example"}
API = "/api/v1"
HERE = ("127.0.0.1", 50000)
AS_JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def api(demo_core: Core) -> Iterator[TestClient]:
    client = TestClient(make_application(demo_core), base_url=HOME, client=HERE)
    yield client
    client.close()


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert set(told) == {"code", "message", "field", "fix", "request_id"}
    assert told["code"] == code
    assert told["request_id"] == answer.headers["x-request-id"]
    return told


def test_a_read_is_a_get_and_answers_what_the_core_answers(api: TestClient) -> None:
    asked = {"query": "fort wayne", "sort": "-mrc", "limit": 3}
    answer = api.get(f"{API}/search_circuits", params=asked, headers=MARCUS)
    page = answer.json()
    assert (page["shown"], len(page["rows"])) == (3, 3)
    amounts = [row["mrc"] for row in page["rows"]]
    assert all(isinstance(amount, str) for amount in amounts)
    assert amounts == sorted(amounts, key=float, reverse=True)
    again = api.get(
        f"{API}/search_circuits",
        params={**asked, "cursor": page["next_cursor"]},
        headers=MARCUS,
    ).json()
    assert not {r["ref"] for r in again["rows"]} & {r["ref"] for r in page["rows"]}


def test_lists_are_given_by_repeating_their_name(api: TestClient) -> None:
    answer = api.get(f"{API}/search_circuits", params={"status": ["active", "planned"], "limit": 100}, headers=MARCUS)
    assert {row["status"] for row in answer.json()["rows"]} <= {"active", "planned"}


def test_a_proposal_is_a_post_and_waits_for_its_approval(api: TestClient) -> None:
    ref = api.get(f"{API}/search_circuits", params={"limit": 1}, headers=MARCUS).json()["rows"][0]["ref"]
    wish = {"kind": "circuit", "ref": ref, "set": {"mrc": "1234.50"}, "reason": "the new rate"}
    change = api.post(f"{API}/propose_change", json=wish, headers=MARCUS).json()
    assert change["risk"] == "high"
    told = {"change_id": change["change_id"], "digest": change["digest"]}
    refusal(api.post(f"{API}/confirm_change", json=told, headers=MARCUS), 409, "needs_approval")
    shown = api.get(f"{API}/get_change", params={"change_id": change["change_id"]}, headers=MARCUS).json()
    assert shown["agent"] == "api"


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.page_only], ids=lambda o: o.name)
def test_what_is_for_a_page_alone_is_not_here(api: TestClient, operation: Any) -> None:
    refusal(api.post(f"{API}/{operation.name}", json={}, headers=MARCUS), 404, "not_found")
    assert f"{API}/{operation.name}" not in document()["paths"]


def test_every_other_operation_is_here_under_its_name(api: TestClient) -> None:
    for operation in OPERATIONS:
        if not operation.page_only:
            method = "get" if operation.effect is Effect.READ else "post"
            assert document()["paths"][f"{API}/{operation.name}"][method]["operationId"] == operation.name
            wrong = api.request("POST" if method == "get" else "GET", f"{API}/{operation.name}", headers=MARCUS)
            told = refusal(wrong, 405, "not_found")
            assert wrong.headers["allow"] == method.upper()
            assert operation.name in told["message"]


CASES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "search_circuits?colour=red", {}, 400, "invalid_argument"),
    ("GET", "search_circuits?limit=1&limit=2", {}, 400, "invalid_argument"),
    ("GET", "search_circuits?sort=colour", {}, 400, "invalid_argument"),
    ("GET", "search_circuits?cursor=made-up", {}, 400, "invalid_argument"),
    ("GET", "search_circuits?query=%00", {}, 400, "invalid_argument"),
    ("GET", "get_circuit", {}, 400, "invalid_argument"),
    ("GET", "get_circuit?ref=CKT-99999", {}, 404, "not_found"),
    ("GET", "no_such_operation", {}, 404, "not_found"),
    ("GET", "..%2f..%2fetc%2fpasswd", {}, 404, "not_found"),
    ("POST", "propose_change?kind=circuit", {"json": {}}, 400, "invalid_argument"),
    ("POST", "propose_change", {"json": []}, 400, "invalid_argument"),
    ("POST", "propose_change", {"json": {"colour": 1}}, 400, "invalid_argument"),
    ("POST", "propose_change", {"content": b"{", "headers": AS_JSON}, 400, "invalid_argument"),
    ("POST", "propose_change", {"content": b'{"kind":"a","kind":"b"}', "headers": AS_JSON}, 400,
     "invalid_argument"),
    ("POST", "propose_change", {"content": b'{"a":NaN}', "headers": AS_JSON}, 400,
     "invalid_argument"),
    ("POST", "propose_change", {"content": b"[" * 100_000, "headers": AS_JSON}, 400,
     "invalid_argument"),
    ("POST", "propose_change", {"content": b'{"a":' + b"9" * 5000 + b"}", "headers": AS_JSON},
     400, "invalid_argument"),
    ("POST", "propose_change", {"content": b"a=b", "headers": {"content-type": "text/plain"}}, 415, "invalid_argument"),
    ("POST", "stage_import", {"json": {}}, 415, "invalid_argument"),
    ("POST", "stage_import", {"files": {"other": ("a.csv", b"x")}}, 400, "invalid_argument"),
    ("POST", "propose_change", {"content": b" " * (17 << 20), "headers": AS_JSON}, 413, ""),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "sent", "status", "code"), CASES)
def test_what_does_not_fit_is_told(
    api: TestClient, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    headers = {**MARCUS, **sent.get("headers", {})}
    answer = api.request(method, f"{API}/{path}", **{**sent, "headers": headers})
    assert answer.status_code == status, answer.text
    if code:
        refusal(answer, status, code)


def test_a_role_without_money_sees_none_and_is_told_what_is_missing(api: TestClient) -> None:
    answer = api.get(f"{API}/search_circuits", params={"limit": 5}, headers=TOM)
    assert all(row["mrc"] is None for row in answer.json()["rows"])
    assert "mrc" in answer.headers["x-withheld"].split(", ")
    refusal(api.get(f"{API}/search_audit", headers=TOM), 403, "forbidden_scope")


def test_a_list_is_a_file_where_one_is_asked_for(api: TestClient) -> None:
    total = api.get(f"{API}/search_circuits", headers=TOM).json()["total"]
    sheet = api.get(f"{API}/search_circuits", headers={**TOM, "Accept": "text/csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    lines = sheet.text.splitlines()
    assert len(lines) == total + 1
    assert "mrc" not in lines[0]
    book = api.get(
        f"{API}/search_circuits",
        headers={**TOM, "Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    assert book.content[:2] == b"PK"


def test_a_file_is_uploaded_as_a_form(api: TestClient) -> None:
    csv = b"Circuit ID,Carrier,MRC\n10/KFGS/1//LUM,Lumen,100.00\n"
    files = {"file": ("new.csv", csv)}
    answer = api.post(f"{API}/stage_import", files=files, data={"kind": "circuits"}, headers=MARCUS)
    assert answer.status_code == 200, answer.text
    assert answer.json()["file_name"] == "new.csv"


# Who calls


def test_headers_of_a_proxy_say_nothing(core: Core) -> None:
    away = TestClient(make_application(core), base_url=HOME, client=("203.0.113.9", 50000))
    forged = {"X-User-Role": "admin", "X-Forwarded-User": "a@b.example", "X-MS-CLIENT-PRINCIPAL": "e30=",
              "X-Forwarded-For": "127.0.0.1"}  # fmt: skip
    told = refusal(away.get(f"{API}/get_dashboard", headers=forged), 401, "forbidden_scope")
    assert "Bearer" in away.get(f"{API}/get_dashboard").headers["www-authenticate"]
    assert "token" in told["message"]


def test_two_tokens_or_another_scheme_are_refused(api: TestClient) -> None:
    for value in (
        "Basic dG9tOnRvbQ==",
        "Bearer",
        "Bearer demo:nobody@xiber.example",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ):
        assert api.get(f"{API}/get_dashboard", headers={"Authorization": value}).status_code == 401
    twice = [("Authorization", TOM["Authorization"]), ("Authorization", MARCUS["Authorization"])]
    assert api.get(f"{API}/get_dashboard", headers=twice).status_code == 401


def test_the_session_of_a_browser_counts_and_a_post_needs_its_token(core: Core) -> None:
    browser = as_role(core, Role.ENGINEERING)
    client = browser.client
    assert client.get(f"{API}/get_person").json()["email"] == "engineering.person@isp.example"
    wish = {"kind": "provider", "action": "create", "set": {"name": "Carrier"}, "reason": "a new one"}
    refusal(client.post(f"{API}/propose_change", json=wish), 403, "forbidden_scope")
    token = browser.token("/circuits")
    foreign = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
    refusal(client.post(f"{API}/propose_change", json=wish, headers=foreign), 401, "forbidden_scope")
    done = client.post(f"{API}/propose_change", json=wish, headers={"X-CSRF-Token": token})
    assert done.status_code == 200, done.text
    told = {"change_id": done.json()["change_id"], "digest": done.json()["digest"]}
    own = client.post(f"{API}/confirm_change", json=told, headers={"X-CSRF-Token": token})
    refusal(own, 409, "needs_approval")


def test_another_sites_page_does_not_use_the_demo(api: TestClient) -> None:
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        files = {"file": ("new.csv", b"a,b\n1,2\n")}
        assert api.post(f"{API}/stage_import", files=files, headers=header).status_code == 401


def test_a_reading_token_reads_and_proposes_nothing(core: Core) -> None:
    with core.context(core.principal("engineering.person@isp.example"), Channel.PAGE) as ctx:
        made = create_token(ctx, CreateToken(name="laptop", scope=Scope.READ, days=1))
    client = TestClient(make_application(core), base_url=HOME)
    mine = {"Authorization": f"Bearer {made.secret}"}
    assert client.get(f"{API}/get_dashboard", headers=mine).status_code == 200
    wish = {"kind": "provider", "action": "create", "set": {"name": "Carrier"}, "reason": "a new one"}
    refusal(client.post(f"{API}/propose_change", json=wish, headers=mine), 403, "forbidden_scope")


def test_a_request_id_is_ours_and_is_in_the_trail(core: Core) -> None:
    browser = as_role(core, Role.ENGINEERING)
    wish = {"kind": "provider", "action": "create", "set": {"name": "Carrier"}, "reason": "a new one"}
    headers = {"X-CSRF-Token": browser.token("/circuits"), "X-Request-Id": "mine"}
    done = browser.client.post(f"{API}/propose_change", json=wish, headers=headers)
    request_id = done.headers["x-request-id"]
    assert request_id.startswith("req_")
    found = (
        as_role(core, Role.AUDITOR).client.get(f"{API}/search_audit", params={"ref": done.json()["change_id"]}).json()
    )
    assert [entry["request_id"] for entry in found["entries"]] == [request_id]


def test_too_many_calls_at_once_are_told_to_wait(core: Core) -> None:
    slow = Core(core.settings.model_copy(update={"calls_per_second": 1.0, "calls_at_once": 2}))
    client = TestClient(make_application(slow), base_url=HOME, client=HERE)
    answers = [client.get(f"{API}/list_rights", headers={"Authorization": "Bearer demo:noc.person@isp.example"})
               for _ in range(4)]  # fmt: skip
    assert [a.status_code for a in answers] == [200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    slow.close()


def test_the_document_is_given_to_who_is_signed_in(api: TestClient, core: Core) -> None:
    told = api.get(f"{API}/openapi.json", headers=TOM).json()
    assert told["openapi"] == "3.1.0"
    assert json.dumps(told) == json.dumps(document())
    away = TestClient(make_application(core), base_url=HOME, client=("203.0.113.9", 50000))
    refusal(away.get(f"{API}/openapi.json"), 401, "forbidden_scope")
