"""The JSON API: every operation that is not for a page alone, at `/api/v1/<name>`; GET for reads, POST for the rest."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from netos_core.access.queries import principal
from netos_core.finance.schemas import MonthPack
from netos_core.kernel.arguments import parse
from netos_core.kernel.context import Channel, Principal, new_request_id
from netos_core.kernel.errors import Ambiguous, Invalid, NetosError, NotFound, NotSignedIn, Unavailable, one_of
from netos_core.kernel.operation import Effect, Operation
from netos_core.kernel.page import MAX_LIMIT, Listing
from netos_core.kernel.redaction import withheld
from netos_core.kernel.values import plain
from netos_core.runtime.calls import Core
from netos_core.runtime.limits import Buckets, RateLimited
from web_min import errors, files, month_pack, session
from web_min.export import as_csv, as_xlsx, columns_shown
from web_min.fields import as_input
from web_min.openapi import BASE, CSV, DOWNLOADS, UPLOADS, XLSX, document, published

log = logging.getLogger(__name__)

AGENT = "api"
CSRF_HEADER = "x-csrf-token"
REQUEST_ID = "X-Request-Id"
MOST_DIGITS = 1000  # of a number in a body: a longer one only keeps the processor busy
FORM = "multipart/form-data"
JSON = "application/json"
DOCUMENT = "openapi.json"


class WrongType(Invalid):
    """The body is not of the type this operation takes."""


class WrongMethod(NotFound):
    """The operation exists, and is called by the other method."""


class Internal(NetosError):
    """A bug of ours; only its request id leaves this process."""

    code = "internal"


def routes(core: Core) -> list[BaseRoute]:
    """Return the API's routes; any address at or below its base is answered as JSON, whatever the method."""
    api = Api(core)
    return [Route(BASE, api, name="api-base"), Route(f"{BASE}/{{name:path}}", api, name="api")]


class Api:
    """Translates: a request into one call of the core, its view or refusal into JSON."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._operations = published()
        self._buckets = Buckets(core.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await self._answer(request)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """Answer a request. Who calls is asked first: an unknown caller's words are not read."""
        request_id = new_request_id()
        try:
            who = await run_in_threadpool(self._admitted, request)
            if request.method == "GET" and request.path_params.get("name") == DOCUMENT:
                return JSONResponse(document(), headers={REQUEST_ID: request_id})
            operation = self._operation(request)
            sent = await _sent(request, operation)
            return await run_in_threadpool(self._call, request, operation, sent, who, request_id)
        except NetosError as refusal:
            return refused(refusal, request_id)
        except HTTPException as refusal:  # the body is too large, too slow or no form
            return _told(request_id, HTTPStatus(refusal.status_code), "invalid_argument", "The body was not taken.")
        except (OperationalError, InterfaceError, PoolTimeout):
            log.exception("no database", extra={"request_id": request_id})
            return refused(Unavailable("The database does not answer.", fix="Call again in a minute."), request_id)
        except Exception:
            log.exception("api failed", extra={"request_id": request_id, "path": request.url.path})
            bug = Internal("NetOS failed on this call; what it had begun to write was undone.", fix="Report its id.")
            return refused(bug, request_id)

    def _admitted(self, request: Request) -> Principal:
        """Say who calls, or refuse who calls too often."""
        who = self._caller(request)
        if (limited := self._buckets.refusal(str(who.person_id))) is not None:
            raise limited
        return who

    def _operation(self, request: Request) -> Operation[Any, Any]:
        name = request.path_params.get("name", "")
        operation = self._operations.get(name)
        if operation is None:
            near = one_of(name[:60], list(self._operations), what="operation", field="path")
            raise NotFound(near.message, field="path", fix=f"{BASE}/{DOCUMENT} lists them all.")
        wanted = "GET" if operation.effect is Effect.READ else "POST"
        if request.method != wanted:
            raise WrongMethod(f"{name} is called with {wanted}.", field="method", fix=f"Send {wanted} {BASE}/{name}.")
        return operation

    def _caller(self, request: Request) -> Principal:
        """Say who calls: by a token, else by the session of a browser on our own pages."""
        given = request.headers.getlist("authorization")
        address = request.client.host if request.client else None
        if not given:
            if session.is_foreign(request):
                raise NotSignedIn("Another site's page may not call NetOS.", fix="Send a bearer token.")
            if (signed_in := session.find(self._core, request)) is not None:
                if request.method != "GET":
                    session.check_form(request, request.headers.get(CSRF_HEADER), signed_in.csrf)
                return principal(signed_in.person, AGENT, client="session")
        return dataclasses.replace(self._core.callers.of_headers(given, address), agent=AGENT)

    def _call(
        self, request: Request, operation: Operation[Any, Any], sent: Mapping[str, Any], who: Principal, request_id: str
    ) -> Response:
        properties = operation.request.model_json_schema()["properties"] if operation.request.model_fields else {}
        asked = parse(operation.request, sent, properties)
        call = _Call(self._core, operation, who, request_id, request.client.host if request.client else None)
        kind = _download(request, operation)
        if operation.name in DOWNLOADS:
            answer = files.send(self._core, request, operation.view.model_validate(call(asked)))
        else:
            answer = _file(call, asked, kind) if kind else _json(call, asked)
        answer.headers[REQUEST_ID] = request_id
        return answer


@dataclasses.dataclass(frozen=True, slots=True)
class _Call:
    """One operation for one caller, which may be asked page by page."""

    core: Core
    operation: Operation[Any, Any]
    who: Principal
    request_id: str
    address: str | None

    def __call__(self, asked: BaseModel) -> BaseModel:
        view: BaseModel = self.core.call(
            self.operation, asked, self.who, Channel.AGENT, request_id=self.request_id, address=self.address
        )
        return view


def _json(call: _Call, asked: BaseModel) -> Response:
    view = call(asked)
    hidden = withheld(view, call.who.rights)
    return JSONResponse(plain(view), headers={"X-Withheld": ", ".join(hidden)} if hidden else None)


def _download(request: Request, operation: Operation[Any, Any]) -> str | None:
    """Say as which kind of file a list is wanted; None for JSON."""
    accepted = request.headers.get("accept", "")
    if not issubclass(operation.view, (Listing, MonthPack)):
        return None
    return next((kind for kind in (CSV, XLSX) if accepted.partition(";")[0].strip() == kind), None)


def _file(call: _Call, asked: BaseModel, kind: str) -> Response:
    """Send every row of a list as it is filtered and sorted, with the columns the caller may see."""
    if call.operation.view is MonthPack:
        return month_pack.as_file(MonthPack.model_validate(call(asked)), kind)
    names = columns_shown(call.operation.view, call.who.rights)
    first = call(asked.model_copy(update={"limit": MAX_LIMIT, "cursor": None}))

    def rows() -> Iterator[Any]:
        page: Any = first
        while True:
            yield from page.rows
            if page.next_cursor is None:
                return
            page = call(asked.model_copy(update={"limit": MAX_LIMIT, "cursor": page.next_cursor}))

    name = call.operation.name
    if kind == CSV:
        return as_csv(names, ([as_input(getattr(row, n)) for n in names] for row in rows()), f"netos-{name}.csv")
    return as_xlsx(name[:31], names, rows(), f"netos-{name}.xlsx")


async def _sent(request: Request, operation: Operation[Any, Any]) -> Mapping[str, Any]:
    """Read the arguments: of a GET from its address, of a POST from its body."""
    if operation.effect is Effect.READ:
        return _from_query(request, operation.request)
    if request.query_params:
        name = next(iter(request.query_params))
        raise Invalid("This operation takes its arguments in the body.", field=name[:60], fix="Send a JSON object.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.name in UPLOADS:
        if kind != FORM:
            raise WrongType(f"{operation.name} takes {FORM}.", fix="Send the file as the part “file”.")
        async with request.form(max_files=1, max_fields=20, max_part_size=1 << 20) as form:
            return await _from_form(form, UPLOADS[operation.name])
    if kind != JSON:
        raise WrongType(f"{operation.name} takes {JSON}.", fix=f"Send a JSON object with Content-Type: {JSON}.")
    return _from_body(await request.body())


def _from_query(request: Request, model: type[BaseModel]) -> Mapping[str, Any]:
    """Read the query; a name given more than once is a list where the request has one."""
    sent: dict[str, Any] = {}
    properties = model.model_json_schema()["properties"] if model.model_fields else {}
    for name, value in request.query_params.multi_items():
        many = _holds(properties.get(name, {}), "array")
        if name in sent and not many:
            raise Invalid("Given more than once.", field=name[:60], fix="Give it once.")
        sent[name] = [*sent.get(name, []), value] if many else value
    return {name: _unwrapped(value, properties.get(name, {})) for name, value in sent.items()}


def _holds(schema: Mapping[str, Any], kind: str) -> bool:
    return any(one.get("type") == kind for one in (schema, *schema.get("anyOf", ())))


def _unwrapped(value: Any, schema: Mapping[str, Any]) -> Any:
    """Read what an address can say only as text: nothing, and lists written as JSON."""
    if value == "null" and _holds(schema, "null"):
        return None
    if isinstance(value, list) and len(value) == 1 and value[0][:1] == "[":
        try:
            found = json.loads(value[0])
        except (ValueError, RecursionError):
            return value
        return found if isinstance(found, list) else value
    return value


async def _from_form(form: FormData, field: str) -> Mapping[str, Any]:
    sent: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name in sent or (name == "file" and field in sent):
            raise Invalid("Given more than once.", field=name[:60], fix="Give it once.")
        if isinstance(value, UploadFile):
            if name != "file":
                raise Invalid("Only the part “file” is a file.", field=name[:60], fix="Send the others as text.")
            sent[field] = await value.read()
            sent["file_name"] = value.filename or "file"
        elif name in {field, "file_name", "file"}:
            raise Invalid("The file is sent as a file, with its name.", field=name, fix="Send the part “file”.")
        else:
            sent[name] = value
    if field not in sent:
        raise Invalid("No file was sent.", field="file", fix="Send it as the part “file”.")
    return sent


def _from_body(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object; doubled names, numbers that are none and endless ones are refused."""
    try:
        sent = json.loads(body, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_short_int)
    except (ValueError, RecursionError):
        raise Invalid("The body is not a JSON object.", field="body", fix='Send one, such as {"ref": "…"}.') from None
    if not isinstance(sent, dict):
        raise Invalid("The body is not a JSON object.", field="body", fix='Send one, such as {"ref": "…"}.')
    return sent


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _short_int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError("a number of that length is none")
    return int(text)


def refused(refusal: NetosError, request_id: str) -> Response:
    """Tell a refusal: its status, its code, and what to do."""
    answer = _told(request_id, _status(refusal), refusal.code, refusal.message, refusal.field, refusal.fix)
    if isinstance(refusal, NotSignedIn):
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, RateLimited):
        answer.headers["Retry-After"] = str(refusal.seconds)
    if isinstance(refusal, WrongMethod):
        answer.headers["Allow"] = str(refusal.fix).split()[1]
    return answer


def _status(refusal: NetosError) -> HTTPStatus:
    """Take the pages' table but where a program is told something else."""
    if isinstance(refusal, WrongType):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if isinstance(refusal, WrongMethod):
        return HTTPStatus.METHOD_NOT_ALLOWED
    if isinstance(refusal, RateLimited):
        return HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(refusal, Ambiguous):
        return HTTPStatus.BAD_REQUEST
    if isinstance(refusal, Internal):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return errors.shown(refusal).status


def _told(
    request_id: str, status: HTTPStatus, code: str, message: str, field: str | None = None, fix: str | None = None
) -> Response:
    body = {"code": code, "message": message, "field": field, "fix": fix, "request_id": request_id}
    return JSONResponse(body, status_code=status, headers={REQUEST_ID: request_id})
