"""Who a request is made for, told from its bearer token: the one way in for MCP and the JSON API.

Three kinds of token are taken: a personal one (`netos token create`), one of Microsoft Entra ID, and in demo
mode on this machine `demo:EMAIL`. Nothing else of a request says who is calling.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from netos_core.access import sessions
from netos_core.access.claims import Identity, TokenRefused, Trust, identity_of, require_role, roles_of_groups
from netos_core.access.model import Person
from netos_core.access.queries import find_person, principal
from netos_core.demo.people import DEFAULT_PERSON
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.errors import Forbidden, NetosError, NotSignedIn
from netos_core.people import records
from netos_core.people.rules import PREFIX
from netos_core.runtime.settings import Settings
from netos_core.runtime.settings_words import LOOPBACK, listed
from netos_core.runtime.systems import Watch

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core
    from netos_core.vendors.entra import Entra

log = logging.getLogger(__name__)

DEMO_TOKEN = "demo:"  # noqa: S105 - a prefix, and no secret: the development login asks for none
ENTRA = "Microsoft Entra ID"
REFRESH = "web-refresh"
RENEW_EARLY = timedelta(minutes=5)
"""Roles are asked for anew this long before the access token they came with expires."""

UNREACHABLE_GRACE = timedelta(hours=1)
"""How long a session outlives roles that could not be asked for, because the identity provider is down."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: where it is, what it says it is, and the cookie it brings."""

    address: str | None
    browser: str | None
    cookie: str | None


class SignInNeeded(NotSignedIn):
    """The request does not say who it is made for."""


def trust_of(settings: Settings, issuer: str) -> Trust | None:
    """Say whose tokens this installation takes; None without an identity provider."""
    if not settings.entra_tenant_id or not settings.entra_client_id:
        return None
    return Trust(
        tenant_id=settings.entra_tenant_id,
        client_id=settings.entra_client_id,
        issuer=issuer,
        group_roles={group.lower(): role for group, role in settings.entra_group_roles.items()},
        clients=frozenset(listed(settings.entra_clients)) or None,
    )


class Callers:
    """Knows callers by their tokens and browsers by their cookies."""

    def __init__(self, core: Core, entra: Entra | None) -> None:
        self._core = core
        self._demo = core.settings.demo
        self._entra = entra
        self._trust = trust_of(core.settings, entra.issuer) if entra else None
        self._watch = Watch(core, ENTRA)

    def of_headers(self, authorization: Sequence[str], address: str | None) -> Principal:
        """Say for whom a request is made, by its Authorization headers.

        Raises:
            SignInNeeded: It carries no token, more than one, or one that is not valid here.
            TokenRefused: Its token is not one of ours, or not valid now.
            Forbidden: The token is good, and its person may not come in.
        """
        here = self._demo and address in LOOPBACK
        if not authorization:
            if here:
                return self._demo_person(DEFAULT_PERSON)
            raise SignInNeeded("This needs a bearer token: nobody is signed in.", fix=self._how())
        scheme, _, token = authorization[0].partition(" ")
        token = token.strip()
        if len(authorization) > 1 or scheme.lower() != "bearer" or not token:
            raise SignInNeeded("Send one Authorization header with a bearer token.", fix=self._how())
        if here and token.startswith(DEMO_TOKEN):
            return self._demo_person(token.removeprefix(DEMO_TOKEN))
        return self.of_token(token, address)

    def of_token(self, token: str, address: str | None = None) -> Principal:
        """Say who a bearer token acts for."""
        if token.startswith(PREFIX):
            with self._core.session() as session:
                return records.principal_of_token(session, token, utc_now(), address)
        if self._entra is None:
            raise SignInNeeded("That token is not valid here.", fix=self._how())
        return self.of_claims(self.claims(token))

    def claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token of Entra whose signature holds; `of_claims` judges them."""
        if self._entra is None:
            raise TokenRefused("This installation has no identity provider.", fix=self._how())
        with self._watch.asking():
            return self._entra.claims(token)

    def of_claims(self, claims: Mapping[str, Any]) -> Principal:
        """Say who the claims of a token speak for; its signature was checked before."""
        identity = self._identity(claims)
        client = f"app:{identity.client_id}"
        with self._core.session() as session:
            found = records.known(session, identity, client)
            if found is None:
                found = principal(records.admit(session, identity, utc_now()), client=client)
        require_role(frozenset(identity.roles or ()))
        return found

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        if self._entra is None or self._trust is None:
            raise TokenRefused("This installation has no identity provider.", fix=self._how())
        identity = identity_of(claims, self._trust, utc_now())
        if identity.roles is not None:
            return identity
        with self._watch.asking():
            groups = self._entra.groups_of(identity.object_id)  # closed when it fails: no roles are made up
        return dataclasses.replace(identity, roles=roles_of_groups(groups, self._trust))

    def demo_person(self, email: str | None) -> Principal:
        """Return the person the development login means, for a process of this machine's own.

        Raises:
            SignInNeeded: This is no demo, or nobody active has that address.
        """
        if not self._demo:
            raise SignInNeeded("The development login exists in demo mode only.", fix=self._how())
        return self._demo_person(DEFAULT_PERSON if email is None else email)

    def _demo_person(self, email: str) -> Principal:
        with self._core.session() as session:
            person = find_person(session, email)
            if person is None:
                raise SignInNeeded(
                    "No active person has that e-mail address.", fix="`netos demo load` makes the sample people."
                )
            return principal(person, client="demo")

    def _how(self) -> str:
        if self._demo:
            return "On this machine send `Authorization: Bearer demo:EMAIL`, or a personal token."
        if self._entra:
            return "Sign in with Microsoft Entra ID, or send a personal token (`netos token create`)."
        return "Send a personal token (`netos token create`); people sign in once NETOS_ENTRA_TENANT_ID is set."

    # Browsers

    def sign_in(self, claims: Mapping[str, Any], refresh_token: str | None, visitor: Visitor) -> str:
        """Start a browser session for the person of a verified access token; returns the cookie's value.

        Raises:
            Forbidden: They may not come in.
        """
        identity = self._identity(claims)
        require_role(identity.roles)
        if identity.application:
            raise TokenRefused("An application has no pages to sign in to.", fix="Sign in as a person.")
        with self._core.session() as session:
            who = principal(records.admit(session, identity, utc_now()))
        return self._enter(who, "entra", visitor, self._grant(refresh_token, identity.expires_at))

    def sign_in_demo(self, email: str, visitor: Visitor) -> str:
        """Start a browser session for a person of the demo; returns the cookie's value.

        Raises:
            SignInNeeded: This is no demo, or nobody active has that address.
        """
        return self._enter(self.demo_person(email), "demo", visitor, None)

    def _enter(self, who: Principal, through: str, visitor: Visitor, grant: sessions.Grant | None) -> str:
        """Start the session, end the one the browser had before, and write it into the trail."""
        with self._core.context(who, Channel.PAGE, address=visitor.address) as ctx:
            if visitor.cookie:
                sessions.end(ctx.session, visitor.cookie)
            person = ctx.session.get_one(Person, who.person_id)
            records.note_sign_in(ctx, through)
            return sessions.start(
                ctx.session, person, ctx.now, address=visitor.address, browser=visitor.browser, grant=grant
            )

    def sign_out(self, who: Principal, visitor: Visitor) -> None:
        """End the session of a browser."""
        with self._core.context(who, Channel.PAGE, address=visitor.address) as ctx:
            if visitor.cookie and sessions.end(ctx.session, visitor.cookie):
                records.note_sign_out(ctx)

    def browser(self, cookie: str) -> sessions.SignedIn | None:
        """Return the live session of a cookie, its roles renewed where that is due."""
        found = self._find(cookie)
        if found is None or not found.renewal_due:
            return found
        self.renew(cookie)
        return self._find(cookie)

    def _find(self, cookie: str) -> sessions.SignedIn | None:
        with self._core.session() as session:
            return sessions.find(session, cookie, utc_now())

    def _grant(self, refresh_token: str | None, expires_at: datetime) -> sessions.Grant:
        sealed = self._core.keys.seal(REFRESH, refresh_token) if refresh_token else None
        return sessions.Grant(sealed, expires_at - RENEW_EARLY)

    def renew(self, cookie: str) -> None:
        """Ask the identity provider for the roles behind a session anew, where that is due.

        One caller does it, the others go on with the roles known so far. Whoever may not come in any more is
        signed out; while the provider does not answer, the session lives on for an hour at most.
        """
        now = utc_now()
        with self._core.session() as session:
            due = sessions.begin_renewal(session, cookie, now)
        if due is None or self._entra is None:
            return
        try:
            if due.refresh_sealed is None:
                raise SignInNeeded("The sign-in is over.", fix="Sign in again.")
            with self._watch.asking():
                tokens = self._entra.refresh(self._core.keys.open(REFRESH, due.refresh_sealed))
            identity = self._identity(self.claims(tokens.access_token))
            require_role(identity.roles)
            with self._core.session() as session:
                person = records.admit(session, identity, now)
                if person.id != due.person_id:
                    raise TokenRefused("The identity provider answered for somebody else.", fix="Sign in again.")
                sessions.renewed(session, cookie, self._grant(tokens.refresh_token, identity.expires_at))
        except Forbidden as over:
            log.info("session ended", extra={"person": str(due.person_id), "reason": over.message})
            self._end(cookie)
        except NetosError as failed:
            log.warning("roles not renewed", extra={"person": str(due.person_id), "reason": failed.message})
            if due.renew_at is None or now - due.renew_at > UNREACHABLE_GRACE:
                self._end(cookie)

    def _end(self, cookie: str) -> None:
        with self._core.session() as session:
            sessions.end(session, cookie)
