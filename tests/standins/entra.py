"""Microsoft Entra ID (v2.0 endpoints) and the one call of Microsoft Graph that NetOS makes. Speak TLS to it.

People: Ada (app role Admin), Nils (group of the NOC), Una (neither). Applications: NetOS itself and a scheduled agent.
POST /__people {"people": [{"oid", "name", "username", "roles", "groups"}], "applications": [...]}   adds or replaces
POST /__knobs {"auto_submit": true, "overage": true, "rotate_key": true, ...}   see Knobs and `_turn`
POST /__token {"for": "person", "oid", "claims", "without", "header", "key"}   mints any token, well or badly signed
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.directory import (
    ADA,
    AGENT,
    CLIENT,
    GRAPH,
    SECRET,
    TENANT,
    App,
    Directory,
    Grant,
    Knobs,
    Person,
    b64,
    new_key,
    signed,
)

OIDC = {"openid", "profile", "email", "offline_access"}
OBO = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Denied(Exception):
    """A request Entra refuses, as it says so."""

    def __init__(self, status: int, error: str, number: int, what: str, **more: Any) -> None:
        super().__init__(what)
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        self.status = status
        self.body = {
            "error": error,
            "error_description": f"AADSTS{number}: {what} Trace ID: {trace} Correlation ID: {correlation}",
            "error_codes": [number],
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        } | more


def make_app(
    clock: Callable[[], float] = time.time, *, tenant_id: str = TENANT, client_id: str = CLIENT, secret: str = SECRET
) -> Starlette:
    """Make the stand-in of one tenant.

    Args:
        clock: Seconds since 1970, by which tokens are dated.
        tenant_id: The only tenant there is.
        client_id: The registration that is NetOS.
        secret: Its client secret.
    """
    app = Starlette(
        routes=[
            Route("/{tenant}/v2.0/.well-known/openid-configuration", _served(_discovery)),
            Route("/{tenant}/discovery/v2.0/keys", _served(_keys)),
            Route("/{tenant}/oauth2/v2.0/authorize", _served(_authorize), methods=["GET", "POST"]),
            Route("/{tenant}/oauth2/v2.0/token", _served(_token), methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/logout", _served(_logout)),
            Route("/v1.0/users/{oid}/getMemberObjects", _served(_member_objects), methods=["POST"]),
            Route("/__people", _served(_people), methods=["POST"]),
            Route("/__knobs", _served(_turn), methods=["POST"]),
            Route("/__token", _served(_mint), methods=["POST"]),
        ]
    )
    app.state.entra = Directory.of_one_tenant(clock, tenant_id, client_id, secret)
    return app


Handler = Callable[[Request, Directory], Awaitable[Response]]


def _served(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        directory: Directory = request.app.state.entra
        tenant = request.path_params.get("tenant", directory.tenant_id)
        try:
            if tenant == directory.tenant_id:
                return await handler(request, directory)
            denied = Denied(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        except Denied as raised:
            denied = raised
        return JSONResponse(denied.body, denied.status)

    return endpoint


def _authority(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


async def _discovery(request: Request, directory: Directory) -> Response:
    base = f"{_authority(request)}/{directory.tenant_id}"
    return JSONResponse(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": sorted(OIDC),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        }
    )


async def _keys(request: Request, directory: Directory) -> Response:
    return JSONResponse({"keys": [key.jwk() for key in directory.keys]})


async def _authorize(request: Request, directory: Directory) -> Response:
    """Show who may sign in; who is chosen goes back to the application with a code."""
    query = dict(request.query_params)
    if query.get("client_id") not in directory.apps:
        raise Denied(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    if not query.get("redirect_uri"):
        raise Denied(400, "invalid_request", 900144, "The request must contain 'redirect_uri'.")
    try:
        _check_asked(query, directory)
    except Denied as denied:
        told = {name: denied.body[name] for name in ("error", "error_description")}
        return _back(query, told)
    hint = query.get("login_hint", "").lower()
    hinted = next(
        (p.oid for p in directory.people.values() if directory.knobs.auto_submit and p.username.lower() == hint), ""
    )
    oid = (await _form(request)).get("oid") if request.method == "POST" else None
    oid = hinted if oid is None and directory.knobs.auto_submit else oid
    if oid not in directory.people:
        return HTMLResponse(_page(directory, hint))
    code = secrets.token_urlsafe(32)
    scopes = query["scope"].split()
    nonce = query.get("nonce")
    directory.codes[code] = Grant(
        oid, query["client_id"], scopes, nonce, query["redirect_uri"], query["code_challenge"]
    )
    return _back(query, {"code": code, "session_state": str(uuid.uuid4())})


def _check_asked(query: dict[str, str], directory: Directory) -> None:
    if query.get("response_type") != "code":
        raise Denied(400, "unsupported_response_type", 700051, "The response_type is not enabled.")
    if not query.get("scope"):
        raise Denied(400, "invalid_request", 900144, "The request must contain 'scope'.")
    _check_resource(query, directory)
    if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
        raise Denied(400, "invalid_request", 9002325, "Proof Key for Code Exchange is required.")


def _check_resource(given: dict[str, str], directory: Directory) -> None:
    if directory.knobs.refuses_resource and "resource" in given and "scope" in given:
        what = "The resource parameter provided in the request doesn't match with the requested scopes."
        raise Denied(400, "invalid_target", 9010010, what)


def _back(query: dict[str, str], told: dict[str, str]) -> Response:
    told |= {"state": query["state"]} if "state" in query else {}
    uri = query["redirect_uri"]
    if query.get("response_mode") == "form_post":
        inputs = "".join(f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in told.items())
        form = f'<form method="post" action="{html.escape(uri)}">{inputs}<button>Continue</button></form>'
        return HTMLResponse(f"<!doctype html><title>Working</title>{form}<script>document.forms[0].submit()</script>")
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(told)}", 302)


def _page(directory: Directory, hint: str) -> str:
    choices = "".join(
        f'<p><label><input type="radio" name="oid" value="{person.oid}" required'
        f"{' checked' if person.username.lower() == hint else ''}> {html.escape(person.name)}"
        f" ({html.escape(person.username)})</label></p>"
        for person in directory.people.values()
    )
    head = '<!doctype html><html lang="en"><title>Sign in (stand-in)</title><h1>Who signs in?</h1>'
    return f'{head}<form method="post">{choices}<button id="sign-in">Sign in</button></form></html>'


async def _logout(request: Request, directory: Directory) -> Response:
    to = request.query_params.get("post_logout_redirect_uri")
    return RedirectResponse(to, 302) if to else HTMLResponse("<!doctype html><title>Signed out</title><p>Signed out.")


async def _token(request: Request, directory: Directory) -> Response:
    form = await _form(request)
    app = _client(request, form, directory)
    _check_resource(form, directory)
    match form.get("grant_type"):
        case "authorization_code":
            grant = _redeemed(form, app, directory)
        case "refresh_token":
            grant = _renewed(form, app, directory)
        case "client_credentials":
            for_graph = _only_default(form, request, directory)
            claims = directory.application(_authority(request), app, for_graph=for_graph)
            return JSONResponse(directory.bearer(claims))
        case str(kind) if kind == OBO:
            grant = _on_behalf(form, app, directory)
        case _:
            raise Denied(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    return JSONResponse(_tokens(request, form, grant, directory))


def _client(request: Request, form: dict[str, str], directory: Directory) -> App:
    """Know the application by HTTP Basic or by the form."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    scheme, _, basic = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, _, secret = (unquote_plus(part) for part in base64.b64decode(basic).decode().partition(":"))
    app = directory.apps.get(client_id)
    if app is None:
        raise Denied(400, "unauthorized_client", 700016, "Application was not found in the directory.")
    if secret is None:
        raise Denied(401, "invalid_client", 7000218, "The request must contain 'client_secret'.")
    if not secrets.compare_digest(secret.encode(), app.secret.encode()):
        raise Denied(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if directory.knobs.secret_expired:
        raise Denied(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    return app


def _redeemed(form: dict[str, str], app: App, directory: Directory) -> Grant:
    code = form.get("code", "")
    grant = directory.codes.pop(code, None)
    if code in directory.redeemed:
        raise Denied(400, "invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
    if grant is None or grant.client_id != app.client_id:
        raise Denied(400, "invalid_grant", 70000, "The provided authorization code is not valid.")
    directory.redeemed.add(code)
    if form.get("redirect_uri") != grant.redirect_uri:
        raise Denied(400, "invalid_client", 500112, "The reply address does not match the one of the code.")
    if b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest()) != grant.challenge:
        raise Denied(400, "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge.")
    return grant


def _renewed(form: dict[str, str], app: App, directory: Directory) -> Grant:
    """Take a refresh token once: stricter than Entra, so a client that does not keep the newest one shows."""
    if directory.knobs.interaction_required:
        wanted = json.dumps({"access_token": {"capolids": {"essential": True, "values": ["mfa"]}}})
        raise Denied(400, "interaction_required", 50076, "You must use multi-factor authentication.", claims=wanted)
    grant = directory.refreshes.pop(form.get("refresh_token", ""), None)
    if grant is None or grant.client_id != app.client_id:
        raise Denied(400, "invalid_grant", 700082, "The refresh token has expired or is not valid.")
    return grant


def _only_default(form: dict[str, str], request: Request, directory: Directory) -> bool:
    """Check the one scope an application may ask for; true if it is that of Graph."""
    resource, _, name = form.get("scope", "").rpartition("/")
    if name != ".default" or " " in resource:
        raise Denied(400, "invalid_scope", 1002012, "The scope of client credentials must end with /.default.")
    if resource in {f"api://{directory.client_id}", directory.client_id}:
        return False
    if resource not in {"https://graph.microsoft.com", _authority(request)}:
        raise Denied(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
    return True


def _on_behalf(form: dict[str, str], app: App, directory: Directory) -> Grant:
    if form.get("requested_token_use") != "on_behalf_of":
        raise Denied(400, "invalid_request", 900144, "The request must contain 'requested_token_use'.")
    claims = directory.issued.get(form.get("assertion", ""))
    if claims is None or claims["aud"] != app.client_id:
        raise Denied(400, "invalid_grant", 50013, "Assertion failed signature validation or is for another audience.")
    if claims.get("idtyp") == "app":
        raise Denied(400, "invalid_grant", 7000114, "Application is not allowed to make on-behalf-of calls.")
    return Grant(claims["oid"], app.client_id, form.get("scope", "").split(), None, "", "")


def _tokens(request: Request, form: dict[str, str], grant: Grant, directory: Directory) -> dict[str, Any]:
    scopes = form.get("scope", "").split() or grant.scopes
    resources = [scope for scope in scopes if scope not in OIDC]
    if len({scope.rpartition("/")[0] for scope in resources}) > 1:
        raise Denied(400, "invalid_scope", 28000, "The scope contains more than one resource.")
    person, authority = directory.people[grant.oid], _authority(request)
    told = directory.bearer(directory.access(authority, person, grant.client_id, resources or scopes))
    told["scope"] = " ".join(scopes)
    if "offline_access" in scopes:
        told["refresh_token"] = secrets.token_urlsafe(48)
        directory.refreshes[told["refresh_token"]] = grant
    if "openid" in scopes:
        nonce = {"nonce": grant.nonce} if grant.nonce is not None else {}
        told["id_token"] = directory.issue(
            directory.shaped(authority, grant.client_id, **directory.about(person), **nonce)
        )
    if form.get("client_info") == "1":
        told["client_info"] = b64(json.dumps({"uid": person.oid, "utid": directory.tenant_id}).encode())
    return told


def _graph_error(status: int, code: str, message: str) -> JSONResponse:
    about = {"date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "request-id": str(uuid.uuid4())}
    return JSONResponse({"error": {"code": code, "message": message, "innerError": about}}, status)


async def _member_objects(request: Request, directory: Directory) -> Response:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    claims = directory.issued.get(token, {})
    if scheme.lower() != "bearer" or claims.get("aud") != GRAPH or claims.get("exp", 0) <= directory.clock():
        return _graph_error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    if not {"User.Read.All", "GroupMember.Read.All"} <= set(claims.get("roles", [])):
        return _graph_error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if not isinstance((await request.json()).get("securityEnabledOnly"), bool):
        return _graph_error(400, "Request_BadRequest", "securityEnabledOnly is required.")
    person = directory.people.get(request.path_params["oid"])
    if person is None:
        return _graph_error(404, "Request_ResourceNotFound", "Resource does not exist.")
    context = "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)"
    return JSONResponse({"@odata.context": context, "value": person.groups})


async def _people(request: Request, directory: Directory) -> Response:
    given = await request.json()
    directory.people |= {one["oid"]: Person(**one) for one in given.get("people", [])}
    directory.apps |= {one["client_id"]: App(**one) for one in given.get("applications", [])}
    return JSONResponse({"people": [asdict(person) for person in directory.people.values()]})


async def _turn(request: Request, directory: Directory) -> Response:
    """Turn knobs; rotate_key, revoke_tokens (all) and secret (a new one for NetOS) act at once."""
    given = await request.json()
    if given.pop("rotate_key", False):
        directory.keys = [new_key(), *directory.keys][:2]
    if given.pop("revoke_tokens", False):
        directory.issued.clear()
    if "secret" in given:
        directory.apps[directory.client_id].secret = given.pop("secret")
    if unknown := set(given) - {knob.name for knob in fields(Knobs)}:
        return JSONResponse({"error": f"no such knob: {', '.join(sorted(unknown))}"}, 400)
    for name, value in given.items():
        setattr(directory.knobs, name, value)
    return JSONResponse(asdict(directory.knobs))


async def _mint(request: Request, directory: Directory) -> Response:
    """Mint a token: claims of a good one (`for` person or application; absent: none), then as the request says."""
    given = await request.json()
    claims: Any = {}
    if given.get("for") == "person":
        person = directory.people[given.get("oid", ADA)]
        scopes = [f"api://{directory.client_id}/access_as_user"]
        claims = directory.access(_authority(request), person, directory.client_id, scopes)
    elif given.get("for") == "application":
        claims = directory.application(
            _authority(request), directory.apps[given.get("client_id", AGENT)], for_graph=False
        )
    stated = given.get("claims", {})
    claims = claims | stated if isinstance(stated, dict) else stated
    for name in given.get("without", []):
        del claims[name]
    how = given.get("key", "current")
    algorithm = {"none": "none", "hs256-with-public-key": "HS256"}.get(how, "RS256")
    header = {"typ": "JWT", "alg": algorithm, "kid": directory.keys[0].kid} | given.get("header", {})
    return JSONResponse({"token": signed(header, claims, new_key() if how == "other" else directory.keys[0], how)})
