"""Settings that name a secret, followed to real Vault and Doppler stand-ins."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netos_core.kernel.errors import Invalid
from netos_core.runtime.secrets import ReferenceRefused, Secrets, SecretsRefused, is_reference, resolve_all
from netos_core.vendors.http import CredentialsInvalid, VendorNotFound, VendorUnavailable
from tests.standins import doppler, vault
from tests.standins.serving import Served, served

DATABASE = "vault:netos/database#url"
FIRST = "postgresql://netos:first@db/netos"
SONAR = "doppler:SONAR_TOKEN"
Open = Callable[..., Secrets]


@pytest.fixture
def vault_app() -> Any:
    return vault.make_app()


@pytest.fixture
def doppler_app() -> Any:
    return doppler.make_app()


@pytest.fixture
def vault_server(vault_app: Any) -> Iterator[Served]:
    with served(vault_app) as running:
        yield running


@pytest.fixture
def doppler_server(doppler_app: Any) -> Iterator[Served]:
    with served(doppler_app) as running:
        yield running


@pytest.fixture
def environment(vault_server: Served, doppler_server: Served) -> dict[str, str]:
    return {
        "NETOS_VAULT_ADDR": vault_server.url,
        "NETOS_VAULT_ROLE_ID": vault.ROLE_ID,
        "NETOS_VAULT_SECRET_ID": vault.SECRET_ID,
        "NETOS_VAULT_NAMESPACE": "",
        "NETOS_DOPPLER_TOKEN": doppler.SERVICE_TOKEN,
        "NETOS_DOPPLER_URL": doppler_server.url,
    }


@pytest.fixture
def open_secrets() -> Iterator[Open]:
    opened: list[Secrets] = []

    def begin(environment: dict[str, str]) -> Secrets:
        opened.append(Secrets(environment, sleep=lambda _: None))
        return opened[-1]

    yield begin
    for secrets in opened:
        secrets.close()


@pytest.fixture
def secrets(open_secrets: Open, environment: dict[str, str]) -> Secrets:
    return open_secrets(environment)


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        (DATABASE, True),
        (SONAR, True),
        ("vault:", True),
        ("doppler:not a name", True),
        ("postgresql://vault:doppler@db/netos", False),
        ("VAULT:a#b", False),
        ("https://vault.example.com", False),
        ("", False),
    ],
)
def test_a_reference_is_told_by_its_beginning(value: str, reference: bool) -> None:
    assert is_reference(value) is reference


def test_a_reference_is_followed_to_vault_and_to_doppler(secrets: Secrets) -> None:
    assert secrets.resolve(DATABASE) == FIRST
    assert secrets.resolve(SONAR) == "first-sonar-token"


def test_each_path_and_each_config_is_read_once(
    secrets: Secrets, vault_app: Any, vault_server: Served, doppler_server: Served
) -> None:
    vault_app.state.vault.put("netos/mail", user="netos", password="first-mail")
    for reference in (DATABASE, DATABASE, "vault:netos/mail#user", "vault:netos/mail#password"):
        secrets.resolve(reference)
    for name in ("SONAR_TOKEN", "DOPPLER_CONFIG", "SONAR_TOKEN"):
        secrets.resolve(f"doppler:{name}")
    assert [asked.path.rpartition("/")[2] for asked in vault_server.requests] == ["login", "database", "mail"]
    assert len(doppler_server.requests) == 1


def test_a_rotated_secret_heals_when_it_is_read_again(secrets: Secrets, vault_app: Any, doppler_app: Any) -> None:
    secrets.resolve(DATABASE)
    secrets.resolve(SONAR)
    vault_app.state.vault.put("netos/database", url="second")
    doppler_app.state.doppler.secrets["SONAR_TOKEN"] = "second-sonar-token"
    assert (secrets.resolve(DATABASE), secrets.resolve(SONAR)) == (FIRST, "first-sonar-token")
    assert (secrets.again(DATABASE), secrets.again(SONAR)) == ("second", "second-sonar-token")
    assert (secrets.resolve(DATABASE), secrets.resolve(SONAR)) == ("second", "second-sonar-token")


def test_a_secret_can_be_read_again_before_it_was_read(secrets: Secrets, vault_server: Served) -> None:
    assert secrets.again(DATABASE) == FIRST
    assert len(vault_server.requests) == 2


def test_what_was_read_is_kept_while_the_source_is_away(secrets: Secrets, vault_app: Any) -> None:
    secrets.resolve(DATABASE)
    vault_app.state.vault.sealed = True
    with pytest.raises(VendorUnavailable):
        secrets.again(DATABASE)
    assert secrets.resolve(DATABASE) == FIRST


def test_another_mount_and_namespace_are_settings(
    open_secrets: Open, environment: dict[str, str], vault_app: Any, vault_server: Served
) -> None:
    vault_app.state.vault.namespace = "xiber"
    secrets = open_secrets(environment | {"NETOS_VAULT_NAMESPACE": "xiber", "NETOS_VAULT_MOUNT": "kv"})
    with pytest.raises(VendorNotFound, match="kv/netos/database"):
        secrets.resolve(DATABASE)
    assert vault_server.requests[-1].path == "/v1/kv/data/netos/database"


def test_project_and_config_of_doppler_are_settings(open_secrets: Open, environment: dict[str, str]) -> None:
    named = {"NETOS_DOPPLER_PROJECT": doppler.PROJECT, "NETOS_DOPPLER_CONFIG": doppler.CONFIG}
    secrets = open_secrets(environment | {"NETOS_DOPPLER_TOKEN": doppler.PERSONAL_TOKEN} | named)
    assert secrets.resolve(SONAR) == "first-sonar-token"


@pytest.mark.parametrize(
    "reference",
    [
        "vault:netos/database",
        "vault:#url",
        "vault:netos/database#",
        "vault:/netos/database#url",
        "vault:netos//database#url",
        "vault:netos/../../sys/seal#x",
        "vault:./a#b",
        "vault:netos/data?version=1#url",
        "vault:a#b#c",
        "vault:a#b\n",
        "doppler:",
        "doppler:hunter2-is-my-password",
        "doppler:1ST",
    ],
)
def test_a_misspelt_reference_is_refused_without_being_repeated(open_secrets: Open, reference: str) -> None:
    with pytest.raises(ReferenceRefused) as raised:
        open_secrets({}).resolve(reference)
    assert reference not in f"{raised.value}"
    assert raised.value.fix == "Write vault:path#key or doppler:NAME."


@pytest.mark.parametrize(
    ("reference", "given", "missing", "present"),
    [
        (DATABASE, {}, ["NETOS_VAULT_ADDR", "NETOS_VAULT_ROLE_ID", "NETOS_VAULT_SECRET_ID"], []),
        (
            DATABASE,
            {"NETOS_VAULT_ADDR": "http://127.0.0.1", "NETOS_VAULT_ROLE_ID": ""},
            ["NETOS_VAULT_ROLE_ID", "NETOS_VAULT_SECRET_ID"],
            ["NETOS_VAULT_ADDR"],
        ),
        (SONAR, {}, ["NETOS_DOPPLER_TOKEN"], ["NETOS_DOPPLER_PROJECT"]),
    ],
)
def test_a_source_that_is_not_set_up_names_what_is_missing(
    open_secrets: Open, reference: str, given: dict[str, str], missing: list[str], present: list[str]
) -> None:
    with pytest.raises(Invalid) as raised:
        open_secrets(given).resolve(reference)
    assert all(name in raised.value.message for name in missing)
    assert not [name for name in present if name in raised.value.message]


@pytest.mark.parametrize(("reference", "setting"), [(DATABASE, "NETOS_VAULT_ADDR"), (SONAR, "NETOS_DOPPLER_URL")])
def test_an_address_that_is_none_is_named(open_secrets: Open, reference: str, setting: str) -> None:
    credentials = dict.fromkeys(("NETOS_VAULT_ROLE_ID", "NETOS_VAULT_SECRET_ID", "NETOS_DOPPLER_TOKEN"), "given")
    with pytest.raises(ReferenceRefused, match=setting):
        open_secrets(credentials | {setting: "vault:8200"}).resolve(reference)


@pytest.mark.parametrize(
    ("reference", "named"),
    [("vault:netos/database#password", "“password”"), ("doppler:MONDAY_TOKEN", "“MONDAY_TOKEN”")],
)
def test_a_key_the_source_does_not_have_is_named(secrets: Secrets, reference: str, named: str) -> None:
    with pytest.raises(ReferenceRefused, match=named):
        secrets.resolve(reference)


def test_references_among_the_settings_give_way_to_their_secrets(secrets: Secrets) -> None:
    given = {"NETOS_DATABASE_URL": DATABASE, "NETOS_SONAR_TOKEN": SONAR, "NETOS_PORT": "8420"}
    assert resolve_all(given, secrets) == {
        "NETOS_DATABASE_URL": FIRST,
        "NETOS_SONAR_TOKEN": "first-sonar-token",
        "NETOS_PORT": "8420",
    }


def test_settings_without_a_reference_need_no_source(open_secrets: Open) -> None:
    assert resolve_all({"NETOS_PORT": "8420"}, open_secrets({})) == {"NETOS_PORT": "8420"}


def test_every_setting_that_cannot_be_followed_is_listed(secrets: Secrets) -> None:
    given = {
        "NETOS_DATABASE_URL": DATABASE,
        "NETOS_REDIS_URL": "vault:netos/queue#url",
        "NETOS_SONAR_TOKEN": "doppler:SONAR_TOKENS",
        "NETOS_SMTP_URL": "vault:hunter2",
    }
    with pytest.raises(SecretsRefused) as raised:
        resolve_all(given, secrets)
    lines = raised.value.message.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["NETOS_REDIS_URL", "NETOS_SONAR_TOKEN", "NETOS_SMTP_URL"]
    assert "secret/netos/queue" in lines[0]
    assert "SONAR_TOKENS" in lines[1]
    assert not [secret for secret in ("hunter2", FIRST, "first-sonar-token") if secret in raised.value.message]


def test_a_source_that_is_away_is_waited_for_once(
    open_secrets: Open, environment: dict[str, str], vault_server: Served, vault_app: Any
) -> None:
    vault_app.state.vault.sealed = True
    with pytest.raises(SecretsRefused) as raised:
        resolve_all({"NETOS_A": "vault:a#b", "NETOS_B": "vault:c#d", "NETOS_C": SONAR}, open_secrets(environment))
    assert [line.partition(" ")[0] for line in raised.value.message.splitlines()] == ["NETOS_A:", "NETOS_B:"]
    assert len(vault_server.requests) == 5


def test_a_dead_source_is_a_reason_and_no_crash(open_secrets: Open, environment: dict[str, str]) -> None:
    with socket.socket() as freed:
        freed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{freed.getsockname()[1]}"
    with pytest.raises(SecretsRefused, match=r"NETOS_A: Vault cannot be reached\."):
        resolve_all({"NETOS_A": DATABASE}, open_secrets(environment | {"NETOS_VAULT_ADDR": dead}))


def test_a_resolved_secret_is_in_no_repr_log_or_error(
    secrets: Secrets, vault_app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        secrets.resolve(DATABASE)
        secrets.resolve(SONAR)
        vault_app.state.vault.expire()
        vault_app.state.vault.secret_id = "rotated"
        with pytest.raises(CredentialsInvalid) as raised:
            secrets.again(DATABASE)
    told = f"{secrets!r} {[vars(record) for record in caplog.records]} {raised.value!r} {vars(raised.value)}"
    held = (FIRST, "first-sonar-token", vault.SECRET_ID, doppler.SERVICE_TOKEN)
    assert not [secret for secret in held if secret in told]
