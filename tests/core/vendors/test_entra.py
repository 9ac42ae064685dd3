"""Microsoft Entra ID over TLS: whose signature holds, which groups a person is in, and what its refusals mean."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette

from netos_core.access.claims import Identity, TokenRefused, Trust, identity_of, roles_of_groups
from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.vendors import entra as entra_module
from netos_core.vendors.entra import Entra, SignInAgain
from netos_core.vendors.http import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    VendorError,
    VendorNotFound,
    VendorUnavailable,
)
from tests.directory import ADA, CLIENT, NILS, NOC_GROUP, SECRET, TENANT, UNA, Directory, Grant, Key
from tests.standins.entra import make_app
from tests.standins.serving import Served, served

OTHER = "00000000-0000-4000-8000-000000000000"
Mint = Callable[..., str]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Vault:
    """Where the client secret comes from; remembers whether it was to be read anew."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = secrets or (SECRET,)
        self.asked: list[bool] = []

    def __call__(self, fresh: bool) -> str:
        self.asked.append(fresh)
        return self.secrets[-1 if fresh else 0]


@pytest.fixture(scope="module")
def app() -> Starlette:
    return make_app()


@pytest.fixture(scope="module")
def running(app: Starlette) -> Iterator[Served]:
    with served(app, tls=True) as server:
        yield server


@pytest.fixture(autouse=True)
def directory(app: Starlette, running: Served) -> Directory:
    """Every test has a directory of its own, with the keys of the one before: making a key takes a while."""
    fresh = Directory.of_one_tenant(app.state.entra.clock, TENANT, CLIENT, SECRET)
    fresh.keys = app.state.entra.keys
    app.state.entra = fresh
    running.fail(times=0)
    return fresh


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def secret() -> Vault:
    return Vault()


@pytest.fixture
def entra(running: Served, clock: Clock, secret: Vault) -> Iterator[Entra]:
    client = Entra(
        running.url, TENANT, CLIENT, secret, running.url, clock, sleep=lambda _: None, verify=running.trusting()
    )
    yield client
    client.close()


@pytest.fixture
def browser(running: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=running.url, verify=running.trusting()) as client:
        yield client


@pytest.fixture
def mint(browser: httpx2.Client) -> Mint:
    """Mint any token; a good one of a person unless told otherwise."""

    def token(**wish: Any) -> str:
        made: str = browser.post("/__token", json={"for": "person"} | wish).json()["token"]
        return made

    return token


@pytest.fixture
def knobs(browser: httpx2.Client) -> Callable[..., None]:
    def turn(**given: Any) -> None:
        assert browser.post("/__knobs", json=given).status_code == 200

    return turn


@pytest.fixture
def asked(running: Served) -> Callable[[str], int]:
    """Count the requests of this test whose path ends so."""
    before = len(running.requests)
    return lambda end: sum(1 for one in running.requests[before:] if one.path.endswith(end))


def trust(entra: Entra) -> Trust:
    return Trust(TENANT, CLIENT, entra.issuer, {NOC_GROUP: Role.NOC}, None)


def identify(entra: Entra, token: str) -> Identity:
    return identity_of(entra.claims(token), trust(entra), utc_now())


SHORTEST_TOLD = 8  # what is shorter stands in any sentence


def refused(entra: Entra, token: str) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        identify(entra, token)
    assert len(token) < SHORTEST_TOLD or token not in str(caught.value.as_dict())
    return caught.value


def segment(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


# Whose signature holds


def test_its_addresses_are_those_of_the_tenant(entra: Entra, browser: httpx2.Client) -> None:
    told = browser.get(entra.discovery_url).json()
    assert told["issuer"] == entra.issuer
    assert told["authorization_endpoint"] == entra.authorize_url
    assert told["token_endpoint"] == entra.token_url
    assert told["jwks_uri"] == entra.keys_url
    assert told["end_session_endpoint"] == entra.logout_url


def test_a_persons_token_is_believed(entra: Entra, mint: Mint, asked: Callable[[str], int]) -> None:
    for _ in range(3):
        identity = identify(entra, mint())
        assert (identity.name, identity.roles) == ("Ada Admin", {Role.ADMIN})
    assert asked("/keys") == 1


def test_an_agents_own_token_is_believed(entra: Entra, mint: Mint) -> None:
    identity = identify(entra, mint(**{"for": "application"}))
    assert identity.application
    assert identity.roles == {Role.ENGINEERING}


def test_a_token_without_signature_is_refused(entra: Entra, mint: Mint, asked: Callable[[str], int]) -> None:
    for name in ("none", "None", "NONE", "nOnE", ""):
        assert "RS256" in refused(entra, mint(key="none", header={"alg": name})).message
    assert "does not match" in refused(entra, mint(key="none", header={"alg": "RS256"})).message
    assert asked("/keys") == 1  # for the last one; the algorithm is looked at first


def test_a_token_signed_by_the_public_key_as_a_password_is_refused(entra: Entra, mint: Mint) -> None:
    assert "RS256" in refused(entra, mint(key="hs256-with-public-key")).message
    assert "does not match" in refused(entra, mint(key="hs256-with-public-key", header={"alg": "RS256"})).message


@pytest.mark.parametrize("algorithm", ["RS384", "PS256", "ES256", "rs256", 256, None, ["RS256"]])
def test_no_other_algorithm_is_taken(entra: Entra, mint: Mint, algorithm: Any) -> None:
    assert "RS256" in refused(entra, mint(header={"alg": algorithm})).message


def test_a_token_signed_by_another_key_is_refused(entra: Entra, mint: Mint) -> None:
    assert "does not match" in refused(entra, mint(key="other")).message


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit"])
def test_a_token_does_not_say_how_it_is_to_be_checked(
    entra: Entra, mint: Mint, running: Served, asked: Callable[[str], int], name: str
) -> None:
    value = {"jku": f"{running.url}/evil", "x5u": f"{running.url}/evil", "crit": ["exp"]}.get(name, {})
    assert "of its own" in refused(entra, mint(header={name: value})).message
    assert asked("/evil") == 0


@pytest.mark.parametrize("key_id", [None, "", 7, ["a"], "k" * 257])
def test_a_token_that_names_no_key_is_refused(entra: Entra, mint: Mint, key_id: Any) -> None:
    assert "which key" in refused(entra, mint(header={"kid": key_id})).message


def test_a_token_that_was_altered_anywhere_is_refused(entra: Entra, mint: Mint) -> None:
    token = mint()
    for at in {*range(0, len(token), 29), len(token) - 1}:
        for other in ("A", "B", ".", "=", " ", "\n"):
            if token[at] != other:
                refused(entra, f"{token[:at]}{other}{token[at + 1 :]}")
    head, _, signature = token.split(".")
    refused(entra, f"{head}.{segment({'oid': ADA})}.{signature}")
    refused(entra, f"{token}A")
    assert entra.claims(token)["oid"] == ADA


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "....",
        "a.b.c",
        "e30.e30.e30",
        "é.é.é",
        "\ud800.e30.e30",
        f"{segment([])}.e30.",
        f"{segment(['alg'])}.e30.",
        f"{segment('alg')}.e30.",
        f"{segment('alg b64')}.e30.",
        f"{segment(7)}.e30.",
        f"{segment(b'[' * 3000)}.e30.",
        f"{segment(b'{' + b'9' * 5000)}.e30.",
        segment(b"\xff\xfe") + ".e30.",
        segment({"alg": "RS256", "b64": False, "kid": "k"}) + ".e30.",
        "a" * (16 * 1024 + 1),
    ],
)
def test_what_is_no_token_is_refused(entra: Entra, token: str, asked: Callable[[str], int]) -> None:
    refused(entra, token)
    assert asked("/keys") == 0


@pytest.mark.parametrize("payload", ["[]", "7", "null", "not JSON", "[" * 3000, "1" * 5000, ""])
def test_a_signed_payload_that_is_no_object_is_refused(entra: Entra, mint: Mint, payload: str) -> None:
    assert "malformed" in refused(entra, mint(claims=payload)).message


def test_a_flood_of_unknown_keys_reaches_entra_once(
    entra: Entra, mint: Mint, clock: Clock, asked: Callable[[str], int]
) -> None:
    flood = [mint(header={"kid": f"key-{n}"}) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert all("publish" in refusal.message for refusal in pool.map(lambda t: refused(entra, t), flood))
    assert asked("/keys") == 1
    clock.now += 29.9
    refused(entra, flood[0])
    assert asked("/keys") == 1
    clock.now += 0.1
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda t: refused(entra, t), flood))
    assert asked("/keys") == 2
    assert identify(entra, mint()).object_id == ADA


def test_a_new_key_of_entra_is_found(entra: Entra, mint: Mint, clock: Clock, knobs: Callable[..., None]) -> None:
    old = mint()
    identify(entra, old)
    knobs(rotate_key=True)
    new = mint()
    clock.now += 30
    assert identify(entra, new).object_id == ADA
    assert identify(entra, old).object_id == ADA


def test_keys_are_read_again_after_a_day(
    entra: Entra, mint: Mint, clock: Clock, asked: Callable[[str], int], directory: Directory
) -> None:
    token = mint()
    identify(entra, token)
    clock.now += 24 * 3600 - 1
    identify(entra, token)
    assert asked("/keys") == 1
    retired, directory.keys = directory.keys, [Key("new", directory.keys[0].private)]
    clock.now += 1
    assert "publish" in refused(entra, token).message
    assert asked("/keys") == 2
    directory.keys = retired


@pytest.mark.parametrize(
    ("status", "body"), [(404, None), (503, None), (200, "a page"), (200, []), (200, {"keys": []}), (200, {"keys": 7})]
)
def test_keys_that_were_read_stay_where_reading_them_again_fails(
    entra: Entra, mint: Mint, clock: Clock, running: Served, asked: Callable[[str], int], status: int, body: Any
) -> None:
    token = mint()
    identify(entra, token)
    clock.now += 48 * 3600
    running.fail(status, body=body)
    assert identify(entra, token).object_id == ADA
    assert asked("/keys") == 2
    assert identify(entra, token).object_id == ADA
    assert asked("/keys") == 2  # and not again at once


def test_a_known_key_does_not_wait_for_keys_that_are_being_read(entra: Entra, mint: Mint, clock: Clock) -> None:
    token = mint()
    identify(entra, token)
    clock.now += 48 * 3600
    with entra._keys._lock:
        assert identify(entra, token).object_id == ADA


def test_without_any_key_nobody_is_believed(
    entra: Entra, mint: Mint, clock: Clock, running: Served, asked: Callable[[str], int]
) -> None:
    token = mint()
    running.fail(404)
    for error in (VendorNotFound, VendorUnavailable):
        with pytest.raises(error):
            entra.claims(token)
    assert asked("/keys") == 1
    clock.now += 30
    assert identify(entra, token).object_id == ADA


def test_the_first_reading_of_keys_is_worth_a_second_try(entra: Entra, mint: Mint, running: Served) -> None:
    token = mint()
    running.fail(503, times=2)
    assert identify(entra, token).object_id == ADA


def test_only_rsa_keys_for_signatures_are_taken(
    entra: Entra, mint: Mint, clock: Clock, running: Served, directory: Directory
) -> None:
    good = directory.keys[0].jwk()
    short = Key("short", rsa.generate_private_key(public_exponent=65537, key_size=1024)).jwk()  # noqa: S505 - the point
    others: list[Any] = [
        good | {"use": "enc"},
        {name: value for name, value in good.items() if name != "use"},
        {name: value for name, value in good.items() if name != "n"},
        good | {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "use": "sig", "kid": good["kid"], "crv": "P-256", "x": "AA", "y": "AA"},
        good | {"alg": "RS512"},
        good | {"kid": 7},
        good | {"n": 7},
        good | {"n": "!"},
        good | {"n": ""},
        good | {"e": "AQ"},
        good | {"n": "_" * 2000},
        short | {"kid": good["kid"]},
        "key",
        None,
    ]
    token = mint()
    for other in others:
        clock.now += 30
        running.fail(200, body={"keys": [other]})
        with pytest.raises(BadResponse):
            entra.claims(token)
    clock.now += 30
    running.fail(200, body={"keys": [*others, good, *others]})
    assert identify(entra, token).object_id == ADA


# What a well signed token must say


def test_a_token_of_another_issuer_is_refused(entra: Entra, mint: Mint) -> None:
    issuer = entra.issuer.replace(TENANT, OTHER)
    assert "issuer" in refused(entra, mint(claims={"iss": issuer})).message


def test_a_token_for_another_application_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(audience=OTHER)
    assert "another application" in refused(entra, mint()).message


def test_a_token_of_another_tenant_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(tenant=OTHER)
    assert "another tenant" in refused(entra, mint()).message


def test_an_old_token_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(version="1.0")
    assert "v1.0" in refused(entra, mint()).message
    assert "v1.0" in refused(entra, mint(**{"for": "application"})).message


def test_an_expired_token_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(clock_skew=-7200)
    assert "expired" in refused(entra, mint()).message


def test_a_token_that_is_not_valid_yet_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(clock_skew=7200)
    assert "not valid yet" in refused(entra, mint()).message


def test_a_token_that_never_ends_is_refused(entra: Entra, mint: Mint, knobs: Callable[..., None]) -> None:
    knobs(no_exp=True)
    assert "exp" in refused(entra, mint()).message


def test_an_id_token_is_no_access_token(entra: Entra, directory: Directory, mint: Mint) -> None:
    authority = entra.issuer.removesuffix(f"/{directory.tenant_id}/v2.0")
    told = directory.shaped(authority, CLIENT) | directory.about(directory.people[ADA])
    assert "azp" in refused(entra, mint(**{"for": "nobody"}, claims=told)).message


# Which groups a person is in


def test_the_groups_a_token_has_no_room_for_come_from_graph(
    entra: Entra, mint: Mint, knobs: Callable[..., None]
) -> None:
    knobs(overage=True)
    identity = identify(entra, mint(oid=NILS))
    assert identity.roles is None
    assert roles_of_groups(entra.groups_of(identity.object_id), trust(entra)) == {Role.NOC}


def test_groups_are_kept_for_ten_minutes(
    entra: Entra, clock: Clock, directory: Directory, asked: Callable[[str], int]
) -> None:
    assert entra.groups_of(NILS) == {NOC_GROUP}
    directory.people[NILS].groups = []
    clock.now += 599
    assert entra.groups_of(NILS) == {NOC_GROUP}
    clock.now += 1
    assert entra.groups_of(NILS) == frozenset()
    assert asked("/getMemberObjects") == 2


def test_groups_of_the_latest_people_are_kept(
    entra: Entra, asked: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entra_module, "MOST_PEOPLE", 2)
    for person in (ADA, NILS, UNA, NILS, ADA):
        entra.groups_of(person)
    assert asked("/getMemberObjects") == 4


def test_a_token_graph_no_longer_takes_is_replaced(
    entra: Entra, knobs: Callable[..., None], asked: Callable[[str], int]
) -> None:
    entra.groups_of(ADA)
    knobs(revoke_tokens=True)
    assert entra.groups_of(NILS) == {NOC_GROUP}
    assert asked("/token") == 2


def test_a_second_refusal_of_graph_is_one_too_many(
    entra: Entra, knobs: Callable[..., None], asked: Callable[[str], int]
) -> None:
    knobs(clock_skew=-7200)
    with pytest.raises(CredentialsInvalid):
        entra.groups_of(NILS)
    assert asked("/getMemberObjects") == 2


def test_our_token_is_renewed_by_one_caller_and_before_it_ends(
    entra: Entra, clock: Clock, knobs: Callable[..., None], asked: Callable[[str], int]
) -> None:
    knobs(expires_in=1000)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(entra.groups_of, (ADA, NILS, UNA)))
    assert asked("/token") == 1
    clock.now += 799
    entra.groups_of(ADA)
    assert asked("/token") == 1
    clock.now += 1
    entra.groups_of(NILS)
    assert asked("/token") == 2


def test_a_token_that_cannot_be_renewed_serves_to_its_end(
    entra: Entra, clock: Clock, knobs: Callable[..., None], asked: Callable[[str], int]
) -> None:
    knobs(expires_in=1000)
    entra.groups_of(UNA)
    knobs(secret_expired=True)
    clock.now += 900
    entra.groups_of(ADA)
    entra.groups_of(NILS)
    assert asked("/token") == 2  # the second caller does not try again at once
    clock.now += 100
    with pytest.raises(CredentialsInvalid):
        entra.groups_of(UNA)


def test_a_token_that_is_being_renewed_still_serves(entra: Entra, clock: Clock, knobs: Callable[..., None]) -> None:
    knobs(expires_in=1000)
    entra.groups_of(UNA)
    clock.now += 900
    with entra._app_token_lock:
        assert entra.groups_of(NILS) == {NOC_GROUP}


@pytest.mark.parametrize(
    ("status", "times", "body", "error"),
    [
        (403, 1, None, PermissionDenied),
        (503, 5, None, VendorUnavailable),
        (200, 1, "a page", BadResponse),
        (200, 1, {"value": "all"}, BadResponse),
        (200, 1, {"value": [7]}, BadResponse),
        (200, 1, {}, BadResponse),
    ],
)
def test_groups_that_graph_does_not_tell_are_not_made_up(
    entra: Entra, running: Served, status: int, times: int, body: Any, error: type[VendorError]
) -> None:
    entra.groups_of(ADA)
    running.fail(status, times=times, body=body)
    with pytest.raises(error):
        entra.groups_of(NILS)
    assert entra.groups_of(NILS) == {NOC_GROUP}


def test_someone_graph_does_not_know_has_no_groups_that_could_be_told(entra: Entra) -> None:
    for stranger in (OTHER, f"{NILS}/../{NILS}"):
        with pytest.raises(VendorNotFound):
            entra.groups_of(stranger)


# Our own credentials


def elsewhere(running: Served, clock: Clock, *, tenant: str = TENANT, client: str = CLIENT) -> Entra:
    return Entra(running.url, tenant, client, Vault(), running.url, clock, verify=running.trusting())


def test_a_new_secret_is_read_before_giving_up(entra: Entra, secret: Vault, knobs: Callable[..., None]) -> None:
    knobs(secret="second")
    secret.secrets = (SECRET, "second")
    assert entra.groups_of(NILS) == {NOC_GROUP}
    assert secret.asked == [False, True]


@pytest.mark.parametrize("secrets", [("wrong",), ("wrong", "wrong too")])
def test_a_secret_entra_does_not_know_names_the_setting(entra: Entra, secret: Vault, secrets: tuple[str, ...]) -> None:
    secret.secrets = secrets
    with pytest.raises(CredentialsInvalid) as caught:
        entra.groups_of(NILS)
    assert caught.value.vendor_code == "AADSTS7000215"
    assert "NETOS_ENTRA_CLIENT_SECRET" in (caught.value.fix or "")
    assert "wrong" not in str(caught.value.as_dict())
    assert secret.asked == [False, True]


def test_a_secret_that_has_expired_is_told_as_such(entra: Entra, knobs: Callable[..., None]) -> None:
    knobs(secret_expired=True)
    with pytest.raises(CredentialsInvalid, match="expired") as caught:
        entra.groups_of(NILS)
    assert caught.value.vendor_code == "AADSTS7000222"


def test_a_wrong_client_or_tenant_names_its_setting(running: Served, clock: Clock) -> None:
    for wrong, setting in (({"client": OTHER}, "NETOS_ENTRA_CLIENT_ID"), ({"tenant": OTHER}, "NETOS_ENTRA_TENANT_ID")):
        entra = elsewhere(running, clock, **wrong)
        with pytest.raises(CredentialsInvalid) as caught:
            entra.refresh("any")
        assert setting in (caught.value.fix or "")
        entra.close()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, None, CredentialsInvalid),
        (401, {"error": "invalid_client", "error_description": "AADSTS7000215: no codes here"}, CredentialsInvalid),
        (403, "a page of a proxy", PermissionDenied),
        (200, {"access_token": "a"}, BadResponse),
        (200, {"access_token": "", "expires_in": 10}, BadResponse),
        (200, {"access_token": "a", "expires_in": 0}, BadResponse),
        (200, [], BadResponse),
    ],
)
def test_an_unexpected_answer_is_an_error_of_ours(
    entra: Entra, running: Served, status: int, body: Any, error: type[VendorError]
) -> None:
    running.fail(status, body=body)
    with pytest.raises(error):
        entra.refresh("any")


# Renewing a sign-in


@pytest.fixture
def sign_in(directory: Directory, entra: Entra) -> str:
    """The refresh token of Ada, who has signed in."""
    directory.refreshes["first"] = Grant(ADA, CLIENT, entra.scopes.split(), None, "", "")
    return "first"


def test_renewing_gives_a_new_token_and_the_means_to_renew_again(entra: Entra, sign_in: str) -> None:
    renewed = entra.refresh(sign_in)
    assert identify(entra, renewed.access_token).roles == {Role.ADMIN}
    assert renewed.refresh_token != sign_in
    assert renewed.expires_in == 3900
    assert renewed.access_token not in repr(renewed)
    assert renewed.refresh_token not in repr(renewed)
    assert entra.refresh(renewed.refresh_token).access_token != renewed.access_token


def test_a_refresh_token_that_is_not_replaced_stays(entra: Entra, running: Served) -> None:
    running.fail(200, body={"token_type": "Bearer", "access_token": "a", "expires_in": "3599"})
    renewed = entra.refresh("first")
    assert (renewed.refresh_token, renewed.expires_in) == ("first", 3599)


def test_a_sign_in_that_has_ended_asks_for_another(entra: Entra) -> None:
    with pytest.raises(SignInAgain) as caught:
        entra.refresh("old")
    assert caught.value.code == "invalid_token"
    assert caught.value.claims is None


def test_what_entra_wants_to_see_at_the_next_sign_in_is_told(
    entra: Entra, sign_in: str, knobs: Callable[..., None]
) -> None:
    knobs(interaction_required=True)
    with pytest.raises(SignInAgain) as caught:
        entra.refresh(sign_in)
    assert "mfa" in (caught.value.claims or "")


def test_renewing_is_not_tried_twice(entra: Entra, sign_in: str, running: Served, asked: Callable[[str], int]) -> None:
    running.fail(503, times=5)
    with pytest.raises(VendorUnavailable):
        entra.refresh(sign_in)
    assert asked("/token") == 1


def test_when_a_token_was_issued_and_ends_is_told_in_utc(entra: Entra, mint: Mint) -> None:
    noon = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
    claims = entra.claims(mint(claims={"iat": noon, "nbf": noon, "exp": noon + 3600}))
    identity = identity_of(claims, trust(entra), datetime(2026, 11, 22, 12, 30, tzinfo=UTC))
    assert identity.expires_at - identity.issued_at == timedelta(hours=1)
    assert identity.expires_at.utcoffset() == timedelta(0)
