"""`netos doctor --integrations`: each configured system is asked, and what is wrong names its setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from netos_core.runtime.calls import Core
from netos_core.runtime.integrations import Integration, integrations, unused
from netos_core.runtime.settings import Settings, load_settings
from netos_core.work import systems
from tests.directory import CLIENT, SECRET, TENANT
from tests.standins import availability, entra, sonar, vault
from tests.standins.serving import Served, served


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with served(entra.make_app(), tls=True) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
        yield running


def asked(core: Core) -> dict[str, Integration]:
    return {one.system: one for one in integrations(core)}


def test_without_any_the_stand_in_is_named(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db, demo=True))
    told = asked(core)
    assert {one.mode for one in told.values()} == {"default"}
    assert all(one.holds for one in told.values())
    core.close()
    nobody = Core(Settings(database_url=fresh_db))
    assert "NETOS_ENTRA_TENANT_ID" in str(asked(nobody)["Microsoft Entra ID"].fix)
    nobody.close()


def test_entra_is_asked_and_a_secret_that_expired_is_named(fresh_db: str, directory: Served) -> None:
    core = Core(
        Settings(
            database_url=fresh_db,
            entra_tenant_id=TENANT,
            entra_client_id=CLIENT,
            entra_client_secret=SECRET,
            entra_authority=directory.url,
            graph_url=directory.url,
        )
    )
    assert asked(core)["Microsoft Entra ID"].holds
    with httpx2.Client(verify=directory.trusting()) as client:
        client.post(f"{directory.url}/__knobs", json={"secret_expired": True})
    core.close()
    again = Core(core.settings)
    told = asked(again)["Microsoft Entra ID"]
    assert not told.holds
    assert "NETOS_ENTRA_CLIENT_SECRET" in str(told.fix)
    with again.session() as session:
        assert {one.system: one.state for one in systems.standings(session)} == {
            "Document store": "ok",
            "Microsoft Entra ID": "credentials_invalid",
        }
    again.close()


CHECKER = "Availability checker"


@pytest.fixture
def checker() -> Iterator[Served]:
    with served(availability.make_app()) as running:
        yield running


def with_checker(url: str, checker: Served, token: str = availability.TOKEN) -> Core:
    return Core(Settings(database_url=url, demo=True, availability_url=checker.url, availability_token=token))


def standing(core: Core) -> tuple[str, str | None]:
    with core.session() as session:
        (found,) = [one for one in systems.standings(session) if one.system == CHECKER]
    return str(found.state), found.setting


def test_the_availability_checker_is_asked_its_cheapest_question(fresh_db: str, checker: Served) -> None:
    core = with_checker(fresh_db, checker)
    told = asked(core)[CHECKER]
    assert (told.mode, told.holds, told.found, told.fix) == ("real", True, "It knows us.", None)
    assert told.milliseconds is not None
    (question,) = checker.requests
    assert question.body == '{"lat":0.0,"lon":0.0}', "a place in the sea, and nothing of ours"
    assert standing(core) == ("ok", None)
    core.close()


@pytest.mark.parametrize(("status", "state"), [(401, "credentials_invalid"), (403, "credentials_invalid")])
def test_a_checker_that_refuses_our_credential_names_the_setting(
    fresh_db: str, checker: Served, status: int, state: str
) -> None:
    core = with_checker(fresh_db, checker)
    checker.fail(status, times=9, body="<html>a secret of theirs</html>")
    told = asked(core)[CHECKER]
    assert not told.holds
    assert "NETOS_AVAILABILITY_TOKEN" in str(told.fix)
    assert "secret" not in told.found
    assert standing(core) == (state, "NETOS_AVAILABILITY_TOKEN")
    checker.forget()
    assert asked(core)[CHECKER].holds
    assert standing(core) == ("ok", None)
    core.close()


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"status": 200, "body": {"offers": []}}])
def test_a_checker_that_is_away_or_answers_otherwise_is_told_without_blaming_a_setting(
    fresh_db: str, checker: Served, fault: dict[str, Any]
) -> None:
    core = with_checker(fresh_db, checker)
    checker.fail(**fault, times=9)
    told = asked(core)[CHECKER]
    assert (told.holds, standing(core)) == (False, ("unavailable", None))
    core.close()


def test_sonar_is_asked_how_many_accounts_it_has(fresh_db: str) -> None:
    app = sonar.make_app()
    app.state.sonar.fill(3)
    with served(app) as there:
        core = Core(Settings(database_url=fresh_db, demo=True, sonar_url=there.url, sonar_token=sonar.TOKEN))
        assert asked(core)["Sonar"].found == "It knows us, and has 3 accounts."
        app.state.sonar.tokens.clear()
        told = asked(core)["Sonar"]
        assert (told.holds, "NETOS_SONAR_TOKEN" in str(told.fix)) == (False, True)
        core.close()
    half = Core(Settings(database_url=fresh_db, demo=True, sonar_url="https://isp.sonar.software"))
    assert not asked(half)["Sonar"].holds
    half.close()


def test_a_system_that_is_no_longer_configured_is_named_as_unused(checker: Served) -> None:
    none = Settings(database_url="postgresql:///none", demo=True)
    assert unused(none) == {CHECKER, "Microsoft Entra ID", "Virus scanner", "Vault", "Doppler", "Claude", "Sonar"}
    assert CHECKER not in unused(none.model_copy(update={"availability_url": checker.url}))


def test_vault_is_asked_for_the_settings_that_point_to_it(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = vault.make_app()
    with served(app) as running:
        state: vault.State = app.state.vault
        state.put("netos/metrics", token="kept elsewhere")
        for name, value in {
            "NETOS_DATABASE_URL": fresh_db,
            "NETOS_METRICS_TOKEN": "vault:netos/metrics#token",
            "NETOS_VAULT_ADDR": running.url,
            "NETOS_VAULT_ROLE_ID": vault.ROLE_ID,
            "NETOS_VAULT_SECRET_ID": vault.SECRET_ID,
        }.items():
            monkeypatch.setenv(name, value)
        core = Core(load_settings())
        assert core.settings.secret("metrics_token") == "kept elsewhere"
        assert asked(core)["Vault"].holds
        state.forbidden.add("netos/metrics")
        state.expire()
        assert not asked(core)["Vault"].holds
        core.close()
