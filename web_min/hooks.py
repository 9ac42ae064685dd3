"""Calls that outside systems make of us: the bytes as they came, checked before anything of them is read.

What is genuine is answered at once and worked on by the worker. Who forges a call learns nothing but that it was not
taken, and makes no row anywhere: it is in the log.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.runtime import letters
from netos_core.runtime.calls import Core
from netos_core.vendors.docuseal_hook import HEADER, Doubt, HookRefused

log = logging.getLogger(__name__)
STATUS = {
    Doubt.FORGED: HTTPStatus.UNAUTHORIZED,
    Doubt.STALE: HTTPStatus.FORBIDDEN,
    Doubt.UNREADABLE: HTTPStatus.BAD_REQUEST,
}


def routes(core: Core) -> list[BaseRoute]:
    """Return the webhooks of the systems that are configured to call; for the others there is nothing here."""

    async def docuseal(request: Request) -> Response:
        if not core.settings.docuseal_webhook_secret:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body = await request.body()
        return await run_in_threadpool(_docuseal, core, request, body)

    return [Route("/hooks/docuseal", docuseal, methods=["POST"], name="docuseal_hook")]


def _docuseal(core: Core, request: Request, body: bytes) -> Response:
    try:
        taken = letters.take_hook(core, request.headers.get(HEADER), body)
    except HookRefused as refused:
        address = request.client.host if request.client else None
        log.warning("webhook refused", extra={"system": "DocuSeal", "why": str(refused.doubt), "address": address})
        status = STATUS[refused.doubt]
        return PlainTextResponse(f"{status.phrase}\n", status_code=status)
    return PlainTextResponse("ok\n" if taken else "taken before\n")
