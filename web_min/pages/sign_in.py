"""Signing in and out. In a demo one chooses who to be; elsewhere Microsoft Entra ID says who one is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.kernel.errors import NetosError
from web_min import errors, session
from web_min.site import SEE_OTHER, Site, Visit, post, render

if TYPE_CHECKING:
    from web_min.login import Login

log = logging.getLogger(__name__)


def routes(site: Site) -> list[BaseRoute]:
    login = _login(site)

    async def show(request: Request) -> Response:
        return await run_in_threadpool(_page, site, request)

    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(_enter, site, request, fields)

    async def left(_: Request) -> Response:
        return render(site, "signed_out.html", visit=None, logout_url=login.logout_url() if login else None)

    return [
        Route("/sign-in", show, methods=["GET"], name="sign_in"),
        Route("/sign-in", enter, methods=["POST"], name="enter"),
        Route("/signed-out", left, methods=["GET"], name="signed_out"),
        post(site, "/sign-out", _leave, "sign_out"),
        *(_with_provider(site, login) if login is not None else ()),
    ]


def _login(site: Site) -> Login | None:
    if site.core.entra is None:
        return None
    from web_min.login import Login  # lazy: Authlib is slow to import, and a demo needs none

    return Login(site.core)


def _with_provider(site: Site, login: Login) -> list[BaseRoute]:
    async def start(request: Request) -> Response:
        try:
            return await login.start(request)
        except NetosError as refusal:
            return await run_in_threadpool(_page, site, request, refusal)

    async def finish(request: Request) -> Response:
        try:
            cookie, where = await login.finish(request)
        except NetosError as refusal:
            log.info("sign-in refused", extra={"code": refusal.code, "reason": refusal.message})
            return await run_in_threadpool(_page, site, request, refusal)
        return _welcome(site, cookie, where)

    kept = login.middleware()
    return [
        Route("/sign-in/start", start, methods=["GET"], name="start", middleware=kept),
        Route(login.callback, finish, methods=["GET"], name="callback", middleware=kept),
    ]


def _page(site: Site, request: Request, refusal: NetosError | None = None) -> Response:
    token = session.first_token(request)
    response = render(
        site,
        "sign_in.html",
        visit=None,
        status=errors.shown(refusal).status if refusal else 200,
        token=token,
        people=session.people(site.core),
        with_entra=site.core.entra is not None,
        next=session.local_path(request.query_params.get("next")),
        refusal=refusal,
    )
    session.set_cookie(site.core, response, session.FIRST_FORM, token)
    return response


def _enter(site: Site, request: Request, form: dict[str, str]) -> Response:
    try:
        session.check_form(request, form.get(session.FIELD), request.cookies.get(session.FIRST_FORM))
        cookie = site.core.callers.sign_in_demo(form.get("person", ""), session.visitor(site.core, request))
    except NetosError as refusal:
        return _page(site, request, refusal)
    response = _welcome(site, cookie, session.local_path(form.get("next")))
    session.drop_cookie(site.core, response, session.FIRST_FORM)
    return response


def _welcome(site: Site, cookie: str, where: str) -> Response:
    response = RedirectResponse(where, SEE_OTHER)
    session.set_cookie(site.core, response, session.name_of(site.core), cookie)
    return response


def _leave(visit: Visit) -> Response:
    core = visit.site.core
    core.callers.sign_out(visit.person, session.visitor(core, visit.request))
    response = visit.go("/signed-out")
    session.drop_cookie(core, response, session.name_of(core))
    return response
