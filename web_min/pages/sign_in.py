"""Signing in and out. In a demo one chooses who to be; elsewhere an identity provider says who one is."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.kernel.errors import NetosError
from web_min import errors, session
from web_min.site import SEE_OTHER, Site, Visit, post, render


def routes(site: Site) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        return await run_in_threadpool(_page, site, request)

    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=10) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(_enter, site, request, fields)

    return [
        Route("/sign-in", show, methods=["GET"], name="sign_in"),
        Route("/sign-in", enter, methods=["POST"], name="enter"),
        post(site, "/sign-out", _leave, "sign_out"),
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
        next=session.local_path(request.query_params.get("next")),
        refusal=refusal,
    )
    session.set_cookie(site.core, response, session.FIRST_FORM, token)
    return response


def _enter(site: Site, request: Request, form: dict[str, str]) -> Response:
    try:
        session.check_form(request, form.get(session.FIELD), request.cookies.get(session.FIRST_FORM))
        cookie = session.sign_in(site.core, request, form.get("person", ""))
    except NetosError as refusal:
        return _page(site, request, refusal)
    response = RedirectResponse(session.local_path(form.get("next")), SEE_OTHER)
    session.set_cookie(site.core, response, session.COOKIE, cookie)
    session.drop_cookie(site.core, response, session.FIRST_FORM)
    return response


def _leave(visit: Visit) -> Response:
    session.sign_out(visit.site.core, visit.request)
    response = visit.go("/sign-in")
    session.drop_cookie(visit.site.core, response, session.COOKIE)
    return response
