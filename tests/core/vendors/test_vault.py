"""Vault by AppRole, against a stand-in that Vault's own client accepts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import hvac
import hvac.exceptions
import pytest

from netos_core.vendors.http import (
    BadResponse,
    CredentialsInvalid,
    Rejected,
    VendorHttp,
    VendorNotFound,
    VendorUnavailable,
)
from netos_core.vendors.vault import Vault
from tests.standins import vault
from tests.standins.serving import Served, served

PATH = "netos/database"
FIRST = "postgresql://netos:first@db/netos"
LOGIN = "/v1/auth/approle/login"
RENEW = "/v1/auth/token/renew-self"
READ = f"/v1/secret/data/{PATH}"


class Clock:
    """Seconds that pass when a test says so, for the stand-in and the client alike."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> Any:
    return vault.make_app(clock)


@pytest.fixture
def state(app: Any) -> vault.State:
    return app.state.vault


@pytest.fixture
def server(app: Any) -> Iterator[Served]:
    with served(app) as running:
        yield running


@pytest.fixture
def connect(server: Served, clock: Clock) -> Iterator[Callable[..., Vault]]:
    opened: list[Vault] = []

    def begin(secret_id: str = vault.SECRET_ID, namespace: str | None = None, mount: str = "secret") -> Vault:
        opened.append(
            Vault(
                server.url,
                vault.ROLE_ID,
                secret_id,
                namespace=namespace,
                mount=mount,
                clock=clock,
                sleep=lambda _: None,
            )
        )
        return opened[-1]

    yield begin
    for client in opened:
        client.close()


@pytest.fixture
def client(connect: Callable[..., Vault]) -> Vault:
    return connect()


def paths(server: Served) -> list[str]:
    return [asked.path for asked in server.requests]


@pytest.fixture
def official(server: Served) -> Iterator[hvac.Client]:
    made = hvac.Client(url=server.url)
    yield made
    made.adapter.close()


def test_the_client_of_vault_itself_accepts_the_stand_in(official: hvac.Client, state: vault.State) -> None:
    logged_in = official.auth.approle.login(role_id=vault.ROLE_ID, secret_id=vault.SECRET_ID)
    assert logged_in["auth"]["lease_duration"] == 3600
    assert official.is_authenticated()
    kv = official.secrets.kv.v2
    assert kv.read_secret_version(PATH, raise_on_deleted_version=True)["data"]["data"] == {"url": FIRST}
    kv.create_or_update_secret(PATH, secret={"url": "second"})
    newest = kv.read_secret_version(PATH, raise_on_deleted_version=True)["data"]
    assert (newest["data"], newest["metadata"]["version"]) == ({"url": "second"}, 2)
    assert kv.read_secret_version(PATH, version=1, raise_on_deleted_version=True)["data"]["data"] == {"url": FIRST}
    kv.delete_latest_version_of_secret(PATH)
    deleted = kv.read_secret_version(PATH, raise_on_deleted_version=False)["data"]
    assert deleted["data"] is None
    assert deleted["metadata"]["deletion_time"]
    assert official.auth.token.renew_self()["auth"]["renewable"]
    assert not official.sys.is_sealed()


def test_the_client_of_vault_itself_reads_the_stand_in_s_refusals(official: hvac.Client, state: vault.State) -> None:
    with pytest.raises(hvac.exceptions.InvalidRequest, match="invalid role or secret ID"):
        official.auth.approle.login(role_id=vault.ROLE_ID, secret_id="wrong")
    official.auth.approle.login(role_id=vault.ROLE_ID, secret_id=vault.SECRET_ID)
    kv = official.secrets.kv.v2
    with pytest.raises(hvac.exceptions.InvalidPath):
        kv.read_secret_version("nowhere", raise_on_deleted_version=True)
    state.expire()
    assert not official.is_authenticated()
    with pytest.raises(hvac.exceptions.Forbidden):
        kv.read_secret_version(PATH, raise_on_deleted_version=True)
    state.sealed = True
    with pytest.raises(hvac.exceptions.VaultDown):
        kv.read_secret_version(PATH, raise_on_deleted_version=True)


def test_the_stand_in_hears_the_namespace_as_vault_s_client_says_it(server: Served, state: vault.State) -> None:
    state.namespace = "xiber"
    inside = hvac.Client(url=server.url, namespace="xiber")
    inside.auth.approle.login(role_id=vault.ROLE_ID, secret_id=vault.SECRET_ID)
    assert inside.is_authenticated()
    inside.adapter.close()


def test_a_secret_is_read_with_one_login(client: Vault, server: Served, state: vault.State) -> None:
    state.put("netos/odd name", a="1", b=2, c=None)
    assert client.read(PATH) == {"url": FIRST}
    assert client.read("netos/odd name") == {"a": "1"}, "only text is a secret"
    assert paths(server) == [LOGIN, READ, "/v1/secret/data/netos/odd name"]


def test_the_newest_version_is_read(client: Vault, state: vault.State) -> None:
    state.put(PATH, url="second")
    assert client.read(PATH) == {"url": "second"}


def test_a_token_is_renewed_after_four_fifths_of_its_lease(client: Vault, server: Served, clock: Clock) -> None:
    client.read(PATH)
    clock.now += 0.8 * 3600 - 1
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, READ]
    clock.now += 1
    client.read(PATH)
    clock.now += 3000
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, READ, RENEW, READ, RENEW, READ]
    assert len({asked.headers["x-vault-token"] for asked in server.requests if asked.path == READ}) == 1


def test_a_token_that_has_ended_is_replaced_without_being_tried(client: Vault, server: Served, clock: Clock) -> None:
    client.read(PATH)
    clock.now += 3600
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, LOGIN, READ]


def test_a_token_that_cannot_be_renewed_is_replaced(
    client: Vault, server: Served, clock: Clock, state: vault.State
) -> None:
    state.renewable = False
    client.read(PATH)
    clock.now += 3000
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, LOGIN, READ]


def test_a_token_whose_renewal_is_refused_is_replaced(
    client: Vault, server: Served, clock: Clock, state: vault.State
) -> None:
    client.read(PATH)
    state.renewable = False
    clock.now += 3000
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, RENEW, LOGIN, READ]


def test_a_token_with_life_left_serves_while_renewal_does_not_answer(
    client: Vault, server: Served, clock: Clock
) -> None:
    client.read(PATH)
    clock.now += 3000
    server.fail(503, times=5)
    assert client.read(PATH) == {"url": FIRST}
    assert paths(server) == [LOGIN, READ, *[RENEW] * 5, READ]


def test_a_lease_of_zero_never_ends(client: Vault, server: Served, clock: Clock, state: vault.State) -> None:
    state.lease = 0
    client.read(PATH)
    clock.now += 10**9
    client.read(PATH)
    assert paths(server) == [LOGIN, READ, READ]


def at_once(client: Vault, callers: int = 8) -> None:
    threads = [threading.Thread(target=client.read, args=(PATH,)) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_many_callers_share_one_login_and_one_renewal(client: Vault, server: Served, clock: Clock) -> None:
    at_once(client)
    clock.now += 3000
    at_once(client)
    assert sorted(paths(server)) == sorted([LOGIN, RENEW, *[READ] * 16])


def test_many_callers_with_a_revoked_token_log_in_once(client: Vault, server: Served, state: vault.State) -> None:
    client.read(PATH)
    state.expire()
    server.fail(delay=0.2, times=4)  # the refusals come together, so each caller holds the revoked token
    at_once(client, 4)
    assert paths(server).count(LOGIN) == 2


def test_a_revoked_token_is_replaced_once(client: Vault, server: Served, state: vault.State) -> None:
    client.read(PATH)
    state.expire()
    assert client.read(PATH) == {"url": FIRST}
    assert paths(server) == [LOGIN, READ, READ, LOGIN, READ]


def test_a_path_the_role_may_not_read_is_named_after_one_new_login(
    client: Vault, server: Served, state: vault.State
) -> None:
    state.forbidden.add(PATH)
    with pytest.raises(CredentialsInvalid, match=f"“secret/{PATH}”") as raised:
        client.read(PATH)
    assert paths(server) == [LOGIN, READ, LOGIN, READ]
    assert "policy" in (raised.value.fix or "")


def test_a_rotated_secret_id_is_told_by_its_setting(client: Vault, state: vault.State) -> None:
    client.read(PATH)
    state.expire()
    state.secret_id = "rotated"
    with pytest.raises(CredentialsInvalid) as raised:
        client.read(PATH)
    assert "NETOS_VAULT_SECRET_ID" in (raised.value.fix or "")
    assert raised.value.status == 400
    state.secret_id = vault.SECRET_ID
    assert client.read(PATH) == {"url": FIRST}, "the next call starts with a login of its own"


@pytest.mark.parametrize("path", ["netos/absent", "netos/deleted"])
def test_a_secret_that_is_not_there_is_named_by_its_path(client: Vault, state: vault.State, path: str) -> None:
    state.put("netos/deleted", url="gone")
    state.secrets["netos/deleted"][-1].deleted = True
    with pytest.raises(VendorNotFound, match=f"“secret/{path}”"):
        client.read(path)


def test_another_mount_is_another_place(connect: Callable[..., Vault]) -> None:
    with pytest.raises(VendorNotFound, match="“kv/netos/database”"):
        connect(mount="/kv/").read(PATH)


def test_the_namespace_goes_with_every_call(
    connect: Callable[..., Vault], server: Served, clock: Clock, state: vault.State
) -> None:
    state.namespace = "xiber/netos"
    client = connect(namespace="xiber/netos")
    client.read(PATH)
    clock.now += 3000
    client.read(PATH)
    assert {asked.headers["x-vault-namespace"] for asked in server.requests} == {"xiber/netos"}


def test_a_wrong_namespace_is_told_by_its_setting(client: Vault, state: vault.State) -> None:
    state.namespace = "xiber"
    with pytest.raises(VendorNotFound) as raised:
        client.read(PATH)
    assert "NETOS_VAULT_NAMESPACE" in (raised.value.fix or "")


def test_a_sealed_vault_is_away(client: Vault, server: Served, state: vault.State) -> None:
    client.read(PATH)
    state.sealed = True
    with pytest.raises(VendorUnavailable) as raised:
        client.read(PATH)
    assert raised.value.status == 503
    assert paths(server) == [LOGIN, READ, *[READ] * 5]


@pytest.mark.parametrize("body", [{}, {"data": {"data": "text"}}, [], "<html>"])
def test_what_has_not_the_shape_of_vault_is_bad(client: Vault, server: Served, body: Any) -> None:
    client.read(PATH)
    server.fail(200, body=body)
    with pytest.raises(BadResponse):
        client.read(PATH)


def test_a_login_without_a_token_is_bad_and_keeps_its_secret(client: Vault, server: Served) -> None:
    server.fail(200, body={"auth": {"client_token": "hvs.leaked", "lease_duration": "long", "renewable": True}})
    with pytest.raises(BadResponse) as raised:
        client.read(PATH)
    assert "hvs.leaked" not in f"{raised.value!r} {vars(raised.value)}"
    assert raised.value.__suppress_context__


def test_another_refusal_of_a_read_is_told_by_its_kind(client: Vault, server: Served) -> None:
    client.read(PATH)
    server.fail(405, body={"errors": ["unsupported operation"]})
    with pytest.raises(Rejected):
        client.read(PATH)


def test_a_login_that_vault_cannot_explain_is_bad(client: Vault, server: Served) -> None:
    server.fail(307)
    with pytest.raises(BadResponse):
        client.read(PATH)


def test_no_secret_is_logged_or_shown(
    client: Vault, server: Served, clock: Clock, state: vault.State, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.read(PATH)
        clock.now += 3000
        client.read(PATH)
        state.expire()
        state.secret_id = "rotated"
        with pytest.raises(CredentialsInvalid) as raised:
            client.read(PATH)
    token = server.requests[1].headers["x-vault-token"]
    told = f"{[vars(record) for record in caplog.records]} {raised.value!r} {vars(raised.value)} {client!r}"
    assert not [secret for secret in (FIRST, token, vault.SECRET_ID, vault.ROLE_ID) if secret in told]
    assert token not in repr(client._token)


def test_a_person_seals_the_stand_in_and_shortens_its_leases(server: Served, client: Vault, state: vault.State) -> None:
    person = VendorHttp("stand-in", server.url, setting="none")
    assert person.request("POST", "/__set", json={"lease": 60, "sealed": True}).status == 200
    assert (state.lease, state.sealed) == (60, True)
    assert person.request("POST", "/__set", json={"seeled": True}).status == 400
    person.request("POST", "/__set", json={"sealed": False})
    client.read(PATH)
    person.request("POST", "/__set", json={"expired": True})
    assert not state.ends
    person.close()
