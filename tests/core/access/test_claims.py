"""What an access token must say before NetOS believes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.access.claims import (
    APP_ROLES,
    NoRole,
    TokenRefused,
    Trust,
    identity_of,
    require_role,
    roles_of_groups,
)
from netos_core.access.rules import Role

TENANT = "7e4a11ce-0d1c-4b5e-9a31-5f0c8d2b6a01"
CLIENT = "c11e47ab-52d3-4a68-8f0e-2b9d31c7e502"
AGENT = "a9e47000-6c1b-4d2e-b7a4-90e1f3c85d03"
ADA = "ada00000-1111-4222-8333-444455556601"
NOC_GROUP = "90c90c90-aaaa-4bbb-8ccc-dddd0000ee01"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
TRUST = Trust(tenant_id=TENANT, client_id=CLIENT, issuer=ISSUER, group_roles={NOC_GROUP: Role.NOC}, clients=None)


def seconds(minutes: float) -> int:
    return int((NOW + timedelta(minutes=minutes)).timestamp())


COMMON: dict[str, Any] = {
    "aud": CLIENT,
    "iss": ISSUER,
    "tid": TENANT,
    "ver": "2.0",
    "iat": seconds(-5),
    "nbf": seconds(-5),
    "exp": seconds(60),
}
PERSON: dict[str, Any] = COMMON | {
    "oid": ADA,
    "azp": CLIENT,
    "scp": "openid access_as_user",
    "name": "Ada Admin",
    "preferred_username": "ada@netos.example",
    "roles": ["NetOS.Admin"],
}
APPLICATION: dict[str, Any] = COMMON | {
    "oid": "0b0b0b0b-1111-4222-8333-444455556604",
    "azp": AGENT,
    "idtyp": "app",
    "roles": ["NetOS.Engineering"],
}
NO_ROLES = {name: value for name, value in PERSON.items() if name != "roles"}


def without(claims: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in names}


def test_a_persons_token_says_who_they_are() -> None:
    identity = identity_of(PERSON, TRUST, NOW)
    assert identity.directory_id == f"{TENANT}/{ADA}"
    assert identity.object_id == ADA
    assert (identity.name, identity.email) == ("Ada Admin", "ada@netos.example")
    assert identity.roles == {Role.ADMIN}
    assert identity.client_id == CLIENT
    assert not identity.application
    assert identity.issued_at == NOW - timedelta(minutes=5)
    assert identity.expires_at == NOW + timedelta(minutes=60)


def test_an_applications_token_has_its_app_roles_and_no_person() -> None:
    identity = identity_of(APPLICATION, TRUST, NOW)
    assert identity.application
    assert identity.roles == {Role.ENGINEERING}
    assert identity.client_id == AGENT
    assert identity.email is None
    assert identity.name == f"Application {AGENT}"


@pytest.mark.parametrize("audience", [CLIENT, f"api://{CLIENT}", [CLIENT], ["https://other", f"api://{CLIENT}"]])
def test_both_spellings_of_our_audience_are_ours(audience: Any) -> None:
    assert identity_of(PERSON | {"aud": audience}, TRUST, NOW).object_id == ADA


def refused(claims: dict[str, Any], trust: Trust = TRUST, now: datetime = NOW) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        identity_of(claims, trust, now)
    assert caught.value.code == "invalid_token"
    assert caught.value.fix
    # It goes into a header between quotes.
    assert caught.value.message.isascii()
    assert '"' not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"iss": ISSUER.upper()}, "issuer"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"iss": "https://login.microsoftonline.com/common/v2.0"}, "issuer"),
        ({"aud": AGENT}, "another application"),
        ({"aud": f"api://{AGENT}"}, "another application"),
        ({"aud": []}, "another application"),
        ({"tid": "00000000-0000-0000-0000-000000000000"}, "another tenant"),
        ({"ver": "3.0"}, "version"),
        ({"scp": "access_as_users"}, "access_as_user"),
        ({"scp": "ACCESS_AS_USER"}, "access_as_user"),
        ({"scp": ""}, "empty"),
        ({"oid": "../../me"}, "oid"),
        ({"oid": f"{ADA}\n"}, "oid"),
        ({"azp": ""}, "azp"),
        ({"idtyp": "app"}, "neither"),
        ({"idtyp": "device"}, "neither"),
    ],
)
def test_a_token_that_says_something_else_is_refused(changed: dict[str, Any], said: str) -> None:
    assert said in refused(PERSON | changed).message


@pytest.mark.parametrize("claim", ["iss", "aud", "tid", "ver", "exp", "iat", "oid", "azp"])
@pytest.mark.parametrize("claims", [PERSON, APPLICATION], ids=["person", "application"])
def test_a_token_without_a_claim_that_is_needed_is_refused(claims: dict[str, Any], claim: str) -> None:
    assert claim in refused(without(claims, claim)).message


def test_an_old_token_is_refused_with_the_setting_to_change() -> None:
    v1 = PERSON | {"ver": "1.0", "iss": f"https://sts.windows.net/{TENANT}/", "aud": f"api://{CLIENT}"}
    assert "requestedAccessTokenVersion" in (refused(without(v1, "azp")).fix or "")


def test_a_token_that_is_neither_a_persons_nor_an_applications_is_refused() -> None:
    assert "idtyp" in refused(without(PERSON, "scp")).message
    assert "idtyp" in refused(without(APPLICATION, "idtyp")).message


@pytest.mark.parametrize(
    ("late", "accepted"), [(timedelta(0), True), (timedelta(seconds=59), True), (timedelta(seconds=60), False)]
)
def test_an_expired_token_lives_one_minute_for_the_sake_of_clocks(late: timedelta, accepted: bool) -> None:
    now = datetime.fromtimestamp(PERSON["exp"], UTC) + late
    if accepted:
        assert identity_of(PERSON, TRUST, now).object_id == ADA
    else:
        assert "expired" in refused(PERSON, now=now).message


@pytest.mark.parametrize(("early", "accepted"), [(60, True), (61, False)])
def test_a_token_of_the_future_is_refused_beyond_a_minute(early: int, accepted: bool) -> None:
    claims = PERSON | {"nbf": seconds(0) + early}
    if accepted:
        assert identity_of(claims, TRUST, NOW).object_id == ADA
    else:
        assert "not valid yet" in refused(claims).message


def test_a_token_may_leave_out_when_it_begins() -> None:
    assert identity_of(without(PERSON, "nbf"), TRUST, NOW).object_id == ADA


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value", ["1795356300", 1.5, True, -1, 10**30, float("inf"), float("nan"), [seconds(1)], {}, 253_402_300_800]
)
def test_an_instant_that_is_no_whole_second_is_refused(claim: str, value: Any) -> None:
    assert claim in refused(PERSON | {claim: value}).message


@pytest.mark.parametrize("claim", ["iss", "tid", "ver", "oid", "azp", "scp", "name", "preferred_username", "aud"])
@pytest.mark.parametrize("value", [7, True, {}, [7], ["a", 7], "x" * 70_000, "a\x00b", "\ud800"])
def test_a_text_claim_of_another_shape_is_refused(claim: str, value: Any) -> None:
    refused(PERSON | {claim: value})


@pytest.mark.parametrize("claim", ["roles", "groups"])
@pytest.mark.parametrize("value", ["NetOS.Admin", 7, None, {}, [7], [["NetOS.Admin"]], [None]])
def test_a_list_claim_of_another_shape_is_refused(claim: str, value: Any) -> None:
    refused(NO_ROLES | {claim: value})


def test_only_client_applications_on_the_list_may_ask() -> None:
    trust = Trust(tenant_id=TENANT, client_id=CLIENT, issuer=ISSUER, group_roles={}, clients=frozenset({CLIENT}))
    assert identity_of(PERSON, trust, NOW).client_id == CLIENT
    assert "may not call" in refused(APPLICATION, trust).message


@pytest.mark.parametrize("role", Role)
def test_every_role_has_an_app_role(role: Role) -> None:
    assert APP_ROLES[f"NetOS.{role.capitalize()}"] is role
    assert identity_of(PERSON | {"roles": [f"NetOS.{role.capitalize()}"]}, TRUST, NOW).roles == {role}


def test_app_roles_win_over_groups() -> None:
    assert identity_of(PERSON | {"groups": [NOC_GROUP]}, TRUST, NOW).roles == {Role.ADMIN}
    assert identity_of(PERSON | {"_claim_names": {"groups": "src1"}}, TRUST, NOW).roles == {Role.ADMIN}


@pytest.mark.parametrize("value", ["netos.admin", "NetOS.ADMIN", "Admin", "NetOS.Root", "NetOS.Admin "])
def test_an_app_role_is_matched_to_the_letter(value: str) -> None:
    assert identity_of(PERSON | {"roles": [value]}, TRUST, NOW).roles == frozenset()


def test_groups_give_roles_where_no_app_role_does() -> None:
    assert identity_of(NO_ROLES | {"groups": ["g", NOC_GROUP.upper()]}, TRUST, NOW).roles == {Role.NOC}
    assert identity_of(NO_ROLES | {"groups": ["g"]}, TRUST, NOW).roles == frozenset()
    assert identity_of(NO_ROLES, TRUST, NOW).roles == frozenset()


@pytest.mark.parametrize("more", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}, {"hasgroups": "true"}])
def test_too_many_groups_are_unknown_and_not_none(more: dict[str, Any]) -> None:
    assert identity_of(NO_ROLES | more, TRUST, NOW).roles is None


@pytest.mark.parametrize("more", [{"_claim_names": {"address": "src1"}}, {"hasgroups": False}])
def test_other_distributed_claims_leave_the_groups_known(more: dict[str, Any]) -> None:
    assert identity_of(NO_ROLES | more | {"groups": [NOC_GROUP]}, TRUST, NOW).roles == {Role.NOC}


@pytest.mark.parametrize("more", [{"_claim_names": ["groups"]}, {"_claim_names": None}, {"hasgroups": 7}])
def test_a_malformed_mark_of_too_many_groups_is_refused(more: dict[str, Any]) -> None:
    refused(NO_ROLES | more)


@pytest.mark.parametrize("roles", [[], ["User.Read.All"], ["netos.engineering"]])
def test_an_application_without_an_app_role_of_ours_has_no_role(roles: list[str]) -> None:
    with pytest.raises(NoRole) as caught:
        identity_of(APPLICATION | {"roles": roles, "groups": [NOC_GROUP]}, TRUST, NOW)
    assert caught.value.code == "forbidden_scope"


def test_whoever_has_no_role_is_told_so() -> None:
    require_role(frozenset({Role.FIELD}))
    with pytest.raises(NoRole):
        require_role(frozenset())
    with pytest.raises(NoRole):
        require_role(None)


def test_group_ids_are_compared_in_any_case() -> None:
    trust = Trust(
        tenant_id=TENANT,
        client_id=CLIENT,
        issuer=ISSUER,
        group_roles={NOC_GROUP.upper(): Role.NOC, "g2": Role.SALES, "g3": Role.EXEC},
        clients=None,
    )
    assert roles_of_groups([NOC_GROUP, "G2", "other"], trust) == {Role.NOC, Role.SALES}
    assert roles_of_groups([], trust) == frozenset()


@pytest.mark.parametrize(
    ("told", "email"),
    [
        ({"preferred_username": "ada@netos.example", "upn": "other@x.example"}, "ada@netos.example"),
        ({"preferred_username": "+1 317 555 0100", "upn": "ada@netos.example"}, "ada@netos.example"),
        ({"email": " ada@netos.example "}, "ada@netos.example"),
        ({"preferred_username": "", "email": None}, None),
        ({"preferred_username": "ada"}, None),
        ({}, None),
    ],
)
def test_the_address_is_the_first_that_is_one(told: dict[str, Any], email: str | None) -> None:
    assert identity_of(without(PERSON, "preferred_username") | told, TRUST, NOW).email == email


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("Ada\tAdmin\n", "Ada Admin"),
        ("田中　太郎", "田中 太郎"),
        ("", "ada@netos.example"),
        (None, "ada@netos.example"),
        ("x" * 300, "x" * 255 + "…"),
    ],
)
def test_a_name_is_shown_as_one_short_line(stated: str | None, shown: str) -> None:
    assert identity_of(PERSON | {"name": stated}, TRUST, NOW).name == shown


def test_a_person_without_name_and_address_is_shown_by_id() -> None:
    assert identity_of(without(PERSON, "name", "preferred_username"), TRUST, NOW).name == ADA


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([CLIENT, "app", "1.0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
NAMES = sorted({*PERSON, *APPLICATION, "groups", "_claim_names", "hasgroups", "upn", "email"})


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from([PERSON, APPLICATION, {}]),
    changed=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), JSON, max_size=5),
    missing=st.sets(st.sampled_from(NAMES), max_size=2),
)
def test_whatever_a_token_says_it_is_believed_or_refused(
    base: dict[str, Any], changed: dict[str, Any], missing: set[str]
) -> None:
    claims = without(base | changed, *missing)
    try:
        identity = identity_of(claims, TRUST, NOW)
    except (TokenRefused, NoRole) as refusal:
        assert refusal.message  # noqa: PT017 - being refused is one of the two good ends
    else:
        assert claims["iss"] == ISSUER
        assert claims["tid"] == TENANT
        assert identity.expires_at > NOW - timedelta(minutes=1)
        assert identity.roles or not identity.application
