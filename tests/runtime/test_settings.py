from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from netos_core.kernel.errors import NetosError
from netos_core.runtime.settings import Settings, SettingsRefused, load_settings, settings_table, web_address
from tests.standins import vault
from tests.standins.serving import served


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.upper().startswith("NETOS_")]:
        monkeypatch.delenv(name)


def test_an_installation_needs_no_setting() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.currency) == ("127.0.0.1", 8420, "USD")
    assert settings.zone.key == "America/Indiana/Indianapolis"
    assert settings.url == "http://127.0.0.1:8420"
    assert settings.second_approval_from is None


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETOS_PORT", "9000")
    monkeypatch.setenv("NETOS_SECOND_APPROVAL_FROM", "5000.00")
    assert load_settings().port == 9000
    assert load_settings(port=9001).port == 9001
    assert load_settings(port=None).port == 9000
    assert load_settings().second_approval_from == Decimal("5000.00")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETOS_DATABASE_URL", "")
    assert load_settings().database_url is None


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PORT", "abc", "NETOS_PORT input should be a valid integer"),
        ("PORT", "70000", "NETOS_PORT input should be less than or equal to 65535 (now “70000”)."),
        ("TIMEZONE", "Mars/Base", "NETOS_TIMEZONE is no IANA time zone, such as America/Chicago (now “Mars/Base”)."),
        ("TIMEZONE", "America", "NETOS_TIMEZONE is no IANA time zone"),
        ("TIMEZONE", "../etc", "NETOS_TIMEZONE is no IANA time zone"),
        ("CURRENCY", "usd", "NETOS_CURRENCY must be three capital letters, such as USD (now “usd”)."),
        ("REDIS_URL", "http://x", "NETOS_REDIS_URL must begin with redis://, rediss:// or unix://."),
        ("PUBLIC_URL", "netos.example.com", "NETOS_PUBLIC_URL must be an http or https address"),
        ("SECOND_APPROVAL_FROM", "-1", "NETOS_SECOND_APPROVAL_FROM input should be greater than 0 (now “-1”)."),
        ("LOG_LEVEL", "loud", "NETOS_LOG_LEVEL input should be 'debug', 'info', 'warning' or 'error' (now “loud”)."),
    ],
)
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str) -> None:
    monkeypatch.setenv(f"NETOS_{name}", value)
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert refused.value.message.startswith(line)
    assert "\n" not in refused.value.message


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETOS_PORT", "-1")
    monkeypatch.setenv("NETOS_CURRENCY", "dollars")
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert [line.split()[0] for line in refused.value.message.splitlines()] == ["NETOS_PORT", "NETOS_CURRENCY"]


def test_a_refusal_does_not_show_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETOS_DATABASE_URL", "mysql://netos:hunter2@db/netos")
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert refused.value.message == "NETOS_DATABASE_URL must begin with postgresql://."
    assert "hunter2" not in repr(Settings(database_url="postgresql://netos:hunter2@db/netos"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_url_may_be_spelled_as_hosts_spell_it(scheme: str) -> None:
    assert load_settings(database_url=f"{scheme}://u@h/d").database_url == "postgresql+psycopg://u@h/d"


def test_the_demo_login_stays_on_the_loopback() -> None:
    with pytest.raises(SettingsRefused, match="only on a loopback NETOS_HOST"):
        load_settings(demo=True, host="0.0.0.0")  # noqa: S104
    assert load_settings(demo=True, host="::1").demo


def test_settings_do_not_change_while_running() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::1", "http://[::1]:1")],  # noqa: S104
)
def test_an_address_is_one_a_browser_can_open(host: str, address: str) -> None:
    assert web_address(host, 1) == address


def test_the_table_names_every_setting_with_its_meaning() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert f"| `NETOS_{name.upper()}` |" in table
        assert field.description in table


TENANT = "7e4a11ce-0d1c-4b5e-9a31-5f0c8d2b6a01"
ENTRA = {"NETOS_ENTRA_TENANT_ID": TENANT, "NETOS_ENTRA_CLIENT_ID": TENANT, "NETOS_ENTRA_CLIENT_SECRET": "hunter2"}


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"NETOS_ENTRA_CLIENT_SECRET": ""}, "NETOS_ENTRA_TENANT_ID, NETOS_ENTRA_CLIENT_ID and"),
        ({"NETOS_ENTRA_TENANT_ID": "common"}, "NETOS_ENTRA_TENANT_ID must be a GUID"),
        ({"NETOS_ENTRA_TENANT_ID": "organizations"}, "NETOS_ENTRA_TENANT_ID must be a GUID"),
        ({"NETOS_DEMO": "true"}, "NETOS_DEMO and NETOS_ENTRA_TENANT_ID exclude each other"),
        ({"NETOS_PUBLIC_URL": "http://netos.example.com"}, "NETOS_PUBLIC_URL must be an https address"),
        ({"NETOS_ENTRA_AUTHORITY": "http://login.example.com"}, "NETOS_ENTRA_AUTHORITY must be an https address"),
        ({"NETOS_SECRET_KEYS": "short"}, "NETOS_SECRET_KEYS must be keys of at least 32 characters"),
    ],
)
def test_a_sign_in_is_configured_whole_and_safely(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str], line: str
) -> None:
    for name, value in {**ENTRA, **more}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert refused.value.message.startswith(line)
    assert "hunter2" not in refused.value.message
    assert "short" not in refused.value.message


def test_secrets_are_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENTRA, "NETOS_SECRET_KEYS": "hunter2" * 8, "NETOS_METRICS_TOKEN": "hunter2"}.items():
        monkeypatch.setenv(name, value)
    assert "hunter2" not in repr(load_settings())


def test_a_secret_may_be_kept_elsewhere_and_is_read_anew_when_it_was_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    app = vault.make_app()
    with served(app) as running:
        state: vault.State = app.state.vault
        state.put("netos/entra", secret="first")
        for name, value in {
            **ENTRA,
            "NETOS_ENTRA_CLIENT_SECRET": "vault:netos/entra#secret",
            "NETOS_VAULT_ADDR": running.url,
            "NETOS_VAULT_ROLE_ID": vault.ROLE_ID,
            "NETOS_VAULT_SECRET_ID": vault.SECRET_ID,
        }.items():
            monkeypatch.setenv(name, value)
        settings = load_settings()
        assert settings.secret("entra_client_secret") == "first"
        state.put("netos/entra", secret="second")
        assert settings.secret("entra_client_secret") == "first"
        assert settings.secret("entra_client_secret", fresh=True) == "second"
        assert settings.secret("entra_client_secret") == "second"


def test_a_secret_that_can_not_be_read_names_its_setting_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENTRA, "NETOS_ENTRA_CLIENT_SECRET": "vault:netos/entra#secret"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NetosError) as refused:
        load_settings()
    assert "NETOS_VAULT_ADDR" in refused.value.message


@pytest.mark.parametrize(
    "more",
    [
        {"NETOS_HOST": "0.0.0.0"},  # noqa: S104 - refused is what it is
        {"NETOS_PUBLIC_URL": "https://netos.example.com"},
        {"NETOS_ALLOWED_HOSTS": "netos.example.com"},
        {"NETOS_TRUSTED_PROXIES": "127.0.0.1"},
    ],
)
def test_the_login_without_password_is_reached_from_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    for name, value in {"NETOS_DEMO": "true", **more}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused, match="NETOS_DEMO"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("claude_documents", "contract,letter", "names letter; valid: none, or contract"),
        ("anthropic_prices", "5,25", "must be four prices with commas"),
        ("anthropic_prices", "5,25,-1,6", "must be four prices with commas"),
        ("claude_monthly_limit", "-1", "greater than or equal to 0"),
    ],
)
def test_what_claude_may_read_and_cost_is_checked_at_the_start(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(**{name: value})
    assert told in refused.value.message


def test_kinds_that_claude_may_read_are_listed_or_none() -> None:
    assert load_settings().claude_kinds == {"contract"}
    assert load_settings(claude_documents="contract, quote").claude_kinds == {"contract", "quote"}
    assert load_settings(claude_documents="none").claude_kinds == frozenset()
