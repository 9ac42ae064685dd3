"""From the claims of a token to who is calling: what an access token of Microsoft Entra ID must say.

Pure: the signature was checked before, and `now` is an argument. Roles come from app roles of ours, else
from groups; where the token has no room for the groups, only Microsoft Graph knows them and `roles` is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from netos_core.access.rules import Role
from netos_core.kernel.errors import Forbidden, NotSignedIn

SCOPE = "access_as_user"  # what a person's token permits its bearer: to act for them in NetOS
LEEWAY = timedelta(seconds=60)  # between their clock and ours
LAST_INSTANT = 253_402_300_799  # 9999-12-31T23:59:59Z: no later second is a date
LONGEST_TEXT = 1024
LONGEST_NAME = 256
APP_ROLES: Mapping[str, Role] = {f"NetOS.{role.capitalize()}": role for role in Role}

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, halves of characters

_SIGN_IN = "Sign in to Microsoft Entra ID again, for this application."


class TokenRefused(NotSignedIn):
    """The token is not one of ours, not for us, not of now or not well formed."""

    code = "invalid_token"


class NoRole(Forbidden):
    """The token is good, but gives no role in NetOS."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are accepted here, and which role a group gives.

    Attributes:
        tenant_id: GUID of the one directory whose tokens count.
        client_id: GUID of the app registration that is NetOS.
        issuer: The only issuer; compared to the letter.
        group_roles: GUID of a group to the role of its members.
        clients: Client applications that may ask (`azp`); None for any of this tenant.
        scope: The delegated permission a person's token must carry.
    """

    tenant_id: str
    client_id: str
    issuer: str
    group_roles: Mapping[str, Role]
    clients: frozenset[str] | None
    scope: str = SCOPE

    @property
    def audiences(self) -> tuple[str, str]:
        return (self.client_id, f"api://{self.client_id}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token speaks for. Only `directory_id` is a key: name and e-mail change and are for showing.

    Attributes:
        directory_id: Directory and object, `tid/oid`.
        roles: None where only Microsoft Graph knows the groups (overage).
        client_id: The application that asked for the token (`azp`).
        application: The token is the application's own; no person stands behind it.
    """

    directory_id: str
    object_id: str
    name: str
    email: str | None
    roles: frozenset[Role] | None
    client_id: str
    application: bool
    issued_at: datetime
    expires_at: datetime


def identity_of(claims: Mapping[str, Any], trust: Trust, now: datetime) -> Identity:
    """Check every claim of an access token and say who it speaks for.

    Args:
        claims: The payload of a token whose signature holds.
        trust: Whose tokens count here.
        now: The instant to judge by; aware.

    Raises:
        TokenRefused: A claim is missing, malformed or not as it must be.
        NoRole: An application's token has no app role of ours.
    """
    _check_version(claims)
    _check_addressee(claims, trust)
    issued_at, expires_at = _checked_times(claims, now)
    object_id = _guid(claims, "oid")
    client_id = _checked_client(claims, trust)
    application = _is_application(claims, trust)
    email = _email(claims)
    identity = Identity(
        directory_id=f"{trust.tenant_id}/{object_id}",
        object_id=object_id,
        name=_name(claims) or email or (f"Application {client_id}" if application else object_id),
        email=email,
        roles=_app_roles(claims) or (frozenset() if application else _group_roles(claims, trust)),
        client_id=client_id,
        application=application,
        issued_at=issued_at,
        expires_at=expires_at,
    )
    if application:
        require_role(identity.roles)
    return identity


def roles_of_groups(groups: Iterable[str], trust: Trust) -> frozenset[Role]:
    """Return the roles that membership of these groups (GUIDs, in any case) gives."""
    held = {group.lower() for group in groups}
    return frozenset(role for group, role in trust.group_roles.items() if group.lower() in held)


def require_role(roles: frozenset[Role] | None) -> None:
    """Refuse whoever holds no role.

    Raises:
        NoRole: There is none.
    """
    if not roles:
        raise NoRole(
            "Your sign-in is good, but it gives no role in NetOS.",
            fix="Ask for an app role such as NetOS.Noc, or membership of a group that has one, and sign in again.",
        )


def _check_version(claims: Mapping[str, Any]) -> None:
    """First of all: a v1 token fails every later check too, and none of them would tell why."""
    version = _text(claims, "ver")
    if version == "1.0":
        raise TokenRefused(
            "This is a v1.0 token; NetOS takes v2.0 tokens only.",
            fix="Set requestedAccessTokenVersion to 2 in the manifest of the app registration.",
        )
    if version != "2.0":
        raise TokenRefused("The token is of a version NetOS does not know.", fix=_SIGN_IN)


def _check_addressee(claims: Mapping[str, Any], trust: Trust) -> None:
    if _text(claims, "iss") != trust.issuer:
        raise TokenRefused("The token is not from the issuer NetOS trusts.", fix=_SIGN_IN)
    if _text(claims, "tid") != trust.tenant_id:
        raise TokenRefused("The token is from another tenant.", fix="Sign in with an account of this tenant.")
    stated = claims.get("aud")
    audiences = stated if isinstance(stated, list) else [_text(claims, "aud")]
    if not all(isinstance(audience, str) for audience in audiences):
        raise _malformed("aud")
    if not any(audience in trust.audiences for audience in audiences):
        raise TokenRefused(
            "The token is for another application.", fix=f"Ask for one with scope {trust.audiences[1]}/{trust.scope}."
        )


def _checked_times(claims: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    issued_at, expires_at = _instant(claims, "iat"), _instant(claims, "exp")
    # Compared as durations: an instant at the very end of the calendar has no later one.
    if now - expires_at >= LEEWAY:
        raise TokenRefused("The token has expired.", fix="Renew it, or sign in again.")
    if "nbf" in claims and _instant(claims, "nbf") - now > LEEWAY:
        raise TokenRefused("The token is not valid yet.", fix="Compare the clock of this machine with the true time.")
    return issued_at, expires_at


def _checked_client(claims: Mapping[str, Any], trust: Trust) -> str:
    client_id = _text(claims, "azp")
    if trust.clients is not None and client_id not in trust.clients:
        raise TokenRefused(
            "The token was issued to an application that may not call NetOS.",
            fix="Ask an administrator of NetOS to allow that client application.",
        )
    return client_id


def _is_application(claims: Mapping[str, Any], trust: Trust) -> bool:
    """Tell an application's own token from a person's; one that is neither is refused."""
    kind = _text(claims, "idtyp") if "idtyp" in claims else None
    scopes = _text(claims, "scp", most=LONGEST_TEXT * 4).split() if "scp" in claims else None
    if kind == "app" and scopes is None:
        return True
    if kind in {None, "user"} and scopes is not None:
        if trust.scope in scopes:
            return False
        raise TokenRefused(
            f"The token lacks the scope {trust.scope}.", fix=f"Ask for {trust.audiences[1]}/{trust.scope}."
        )
    raise TokenRefused(
        "The token says neither that it is a person's (scp) nor that it is an application's (idtyp).",
        fix=f"A person asks for scope {trust.scope}; for applications add the optional claim idtyp to the manifest.",
    )


def _app_roles(claims: Mapping[str, Any]) -> frozenset[Role]:
    return frozenset(APP_ROLES[value] for value in _texts(claims, "roles") if value in APP_ROLES)


def _group_roles(claims: Mapping[str, Any], trust: Trust) -> frozenset[Role] | None:
    """Return the roles of the groups; None where there were too many groups to list them in the token."""
    elsewhere = claims.get("_claim_names", {})
    if not isinstance(elsewhere, dict):
        raise _malformed("_claim_names")
    # Entra writes it as a truth value; its own documentation has shown it as a text too.
    left_out = claims.get("hasgroups", False)
    if left_out not in (True, False, "true", "false"):
        raise _malformed("hasgroups")
    groups = _texts(claims, "groups")
    if "groups" in elsewhere or left_out in (True, "true"):
        return None
    return roles_of_groups(groups, trust)


def _name(claims: Mapping[str, Any]) -> str:
    stated = claims.get("name")
    if stated is None:
        return ""
    # Someone's own line break or tab in a name is no reason to lock them out; it becomes a blank.
    name = _text({"name": " ".join(stated.split()) if isinstance(stated, str) else stated}, "name", empty=True)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _email(claims: Mapping[str, Any]) -> str | None:
    """Return the first claim that looks like an address; a guest's name may be a phone number instead."""
    given = [claim for claim in ("preferred_username", "upn", "email") if claims.get(claim) is not None]
    stated = [_text(claims, claim, empty=True) for claim in given]
    return next((text.strip() for text in stated if re.fullmatch(r"\s*[^@\s]+@[^@\s]+\s*", text)), None)


def _text(claims: Mapping[str, Any], claim: str, *, most: int = LONGEST_TEXT, empty: bool = False) -> str:
    value = claims.get(claim)
    if value is None:
        raise TokenRefused(f"The token lacks the claim {claim}.", fix=_SIGN_IN)
    if not isinstance(value, str) or len(value) > most or _UNSTORABLE.search(value):
        raise _malformed(claim)
    if not value and not empty:
        raise TokenRefused(f"The claim {claim} of the token is empty.", fix=_SIGN_IN)
    return value


def _texts(claims: Mapping[str, Any], claim: str) -> list[str]:
    values = claims.get(claim, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _malformed(claim)
    return values


def _guid(claims: Mapping[str, Any], claim: str) -> str:
    value = _text(claims, claim)
    if _GUID.fullmatch(value) is None:
        raise _malformed(claim)
    return value.lower()


def _instant(claims: Mapping[str, Any], claim: str) -> datetime:
    """Read seconds since 1970; Entra writes whole ones, so a truth value, fraction or text is a forgery or a bug."""
    value = claims.get(claim)
    if value is None:
        raise TokenRefused(f"The token lacks the claim {claim}.", fix=_SIGN_IN)
    if type(value) is not int or not 0 <= value <= LAST_INSTANT:
        raise _malformed(claim)
    return datetime.fromtimestamp(value, UTC)


def _malformed(claim: str) -> TokenRefused:
    return TokenRefused(f"The claim {claim} of the token is malformed.", fix=_SIGN_IN)
