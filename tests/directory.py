"""The directory behind the stand-in of Microsoft Entra ID: people, applications, keys, and what its tokens say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TENANT = "7e4a11ce-0d1c-4b5e-9a31-5f0c8d2b6a01"
CLIENT = "c11e47ab-52d3-4a68-8f0e-2b9d31c7e502"
SECRET = "netos-client-secret"
AGENT = "a9e47000-6c1b-4d2e-b7a4-90e1f3c85d03"
AGENT_SECRET = "agent-client-secret"
GRAPH = "00000003-0000-0000-c000-000000000000"
ADA = "ada00000-1111-4222-8333-444455556601"
NILS = "a11500c0-1111-4222-8333-444455556602"
UNA = "0a0a0a0a-1111-4222-8333-444455556603"
NOC_GROUP = "90c90c90-aaaa-4bbb-8ccc-dddd0000ee01"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_key() -> Key:
    return Key(secrets.token_urlsafe(20), rsa.generate_private_key(public_exponent=65537, key_size=2048))


def signed(header: dict[str, Any], claims: Any, key: Key, how: str = "current") -> str:
    """Sign as `how` says, whatever the header claims; claims that are a text are the payload as it stands."""
    payload = claims if isinstance(claims, str) else json.dumps(claims)
    signing = f"{b64(json.dumps(header).encode())}.{b64(payload.encode('utf-8', 'surrogatepass'))}"
    if how == "none":
        return f"{signing}."
    if how == "hs256-with-public-key":
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = key.private.public_key().public_bytes(serialization.Encoding.PEM, spki)
        return f"{signing}.{b64(hmac.digest(pem, signing.encode(), 'sha256'))}"
    return f"{signing}.{b64(key.private.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@dataclass
class Person:
    oid: str
    name: str
    username: str
    roles: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


@dataclass
class App:
    client_id: str
    secret: str
    roles: list[str] = field(default_factory=list)


@dataclass
class Knobs:
    """How the next answers differ from the usual."""

    auto_submit: bool = False  # the sign-in page lets the login_hint in without a click
    secret_expired: bool = False
    audience: str | None = None
    tenant: str | None = None
    version: str = "2.0"
    no_exp: bool = False
    clock_skew: int = 0  # seconds by which the stand-in's clock is ahead
    overage: bool = False
    refuses_resource: bool = True
    interaction_required: bool = False  # on refresh
    expires_in: int = 3900


@dataclass
class Key:
    kid: str
    private: rsa.RSAPrivateKey

    def jwk(self) -> dict[str, str]:
        public = self.private.public_key().public_numbers()
        n = b64(public.n.to_bytes((public.n.bit_length() + 7) // 8, "big"))
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": n, "e": "AQAB"}


@dataclass
class Grant:
    """What a person consented to: behind a code first, behind refresh tokens later."""

    oid: str
    client_id: str
    scopes: list[str]
    nonce: str | None
    redirect_uri: str
    challenge: str


@dataclass
class Directory:
    """One tenant: who is in it, what was consented to, which tokens are out."""

    clock: Callable[[], float]
    tenant_id: str
    client_id: str
    people: dict[str, Person]
    apps: dict[str, App]
    knobs: Knobs = field(default_factory=Knobs)
    keys: list[Key] = field(default_factory=lambda: [new_key()])  # the first one signs
    codes: dict[str, Grant] = field(default_factory=dict)
    redeemed: set[str] = field(default_factory=set)
    refreshes: dict[str, Grant] = field(default_factory=dict)
    issued: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of_one_tenant(cls, clock: Callable[[], float], tenant_id: str, client_id: str, secret: str) -> Directory:
        people = [
            Person(ADA, "Ada Admin", "ada@netos.example", roles=["NetOS.Admin"]),
            Person(NILS, "Nils Noc", "nils@netos.example", groups=[NOC_GROUP]),
            Person(UNA, "Una Unknown", "una@netos.example"),
        ]
        apps = [App(client_id, secret), App(AGENT, AGENT_SECRET, roles=["NetOS.Engineering"])]
        known_people, known_apps = {p.oid: p for p in people}, {a.client_id: a for a in apps}
        return cls(clock, tenant_id, client_id, known_people, known_apps)

    def issue(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        token = signed({"typ": "JWT", "alg": "RS256", "kid": key.kid, "x5t": key.kid}, claims, key)
        self.issued[token] = claims
        return token

    def bearer(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Write the answer that carries an access token."""
        told: dict[str, Any] = {"token_type": "Bearer", "access_token": self.issue(claims)}
        return told | dict.fromkeys(("expires_in", "ext_expires_in"), self.knobs.expires_in)

    def shaped(self, authority: str, audience: str, **claims: Any) -> dict[str, Any]:
        """Add what every token says, as the knobs have it."""
        now = int(self.clock()) + self.knobs.clock_skew
        tenant = self.knobs.tenant or self.tenant_id
        whole = {
            "aud": self.knobs.audience or audience,
            "iss": f"{authority}/{self.tenant_id}/v2.0",
            "iat": now - 300,
            "nbf": now - 300,
            "exp": now + self.knobs.expires_in,
            "tid": tenant,
            "uti": secrets.token_urlsafe(16),
            "ver": "2.0",
        } | claims
        if self.knobs.no_exp:
            del whole["exp"]
        return whole

    def about(self, person: Person) -> dict[str, Any]:
        told: dict[str, Any] = {
            "oid": person.oid,
            "name": person.name,
            "preferred_username": person.username,
            "sub": b64(hashlib.sha256(f"{person.oid}{self.client_id}".encode()).digest()),
            "sid": str(uuid.uuid4()),
        }
        if person.roles:
            told["roles"] = person.roles
        if self.knobs.overage:
            retired = f"https://graph.windows.net/{self.tenant_id}/users/{person.oid}/getMemberObjects"
            told |= {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": retired}}}
        elif person.groups:
            told["groups"] = person.groups
        return told

    def access(self, authority: str, person: Person, client_id: str, scopes: list[str]) -> dict[str, Any]:
        """Write the claims of a person's access token."""
        ours = [scope for scope in scopes if scope.startswith((f"api://{self.client_id}/", f"{self.client_id}/"))]
        if not ours:
            permitted = " ".join(scope.rpartition("/")[2] for scope in scopes)
            return self.shaped(authority, GRAPH, azp=client_id, scp=permitted, **self.about(person))
        names = [scope.rpartition("/")[2].replace(".default", "access_as_user") for scope in ours]
        told = self.about(person) | {"azp": client_id, "azpacr": "1", "scp": " ".join(names)}
        return self.versioned(self.shaped(authority, self.client_id, **told))

    def application(self, authority: str, app: App, *, for_graph: bool) -> dict[str, Any]:
        """Write the claims of an application's own token."""
        oid = str(uuid.uuid5(uuid.NAMESPACE_OID, app.client_id))
        told: dict[str, Any] = {"azp": app.client_id, "azpacr": "1", "oid": oid, "sub": oid, "idtyp": "app"}
        roles = ["User.Read.All", "GroupMember.Read.All"] if for_graph else app.roles
        told |= {"roles": roles} if roles else {}
        claims = self.shaped(authority, GRAPH if for_graph else self.client_id, **told)
        return claims if for_graph else self.versioned(claims)

    def versioned(self, claims: dict[str, Any]) -> dict[str, Any]:
        """Rewrite an access token as v1.0 has it, where the manifest asks for none other."""
        if self.knobs.version == "2.0":
            return claims
        names = {"azp": "appid", "azpacr": "appidacr", "preferred_username": "unique_name"}
        old = {names.get(name, name): value for name, value in claims.items()}
        issuer = f"https://sts.windows.net/{self.tenant_id}/"
        return old | {"ver": "1.0", "iss": issuer, "aud": f"api://{self.client_id}"}
