"""DocuSeal: a letter goes out for its signature, is looked at, fetched when it is signed, or taken back.

What a webhook says is never believed: a genuine one only tells that it is worth looking (`docuseal_hook`).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from netos_core.letters.paper import Box
from netos_core.letters.signing import Accepted, Progress, Request, Submission
from netos_core.vendors.errors import NotConfigured
from netos_core.vendors.http import Rejected, Reply, VendorError, VendorHttp, VendorNotFound

SYSTEM = "DocuSeal"
SETTING = "NETOS_DOCUSEAL_TOKEN"
TEMPLATE_SETTING = "NETOS_DOCUSEAL_TEMPLATE_ID"
ROLE = "Signer"  # of the one who signs, in what we send and in a template the operator prepares
LETTER, REFERENCE = "Letter", "Reference"
"""The fields of such a template that take the text and our reference."""

PRO_ONLY = "Pro Edition"
MOST_BYTES = 40 << 20
MOST_HOPS = 3
MOST_OF_A_TOLD = 500
PDF, TEMPLATE = "pdf", "template"
S = TypeVar("S", bound=BaseModel)


class _Shape(BaseModel):
    """What is read of an answer; what else it says is left alone."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Named(_Shape):
    id: int


class _Person(_Shape):
    submission_id: int
    external_id: str | None = None


class _People(_Shape):
    data: list[_Person]


class _Event(_Shape):
    event_type: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class _File(_Shape):
    url: str = Field(max_length=4000)


class _Signer(_Shape):
    opened_at: datetime | None = None
    declined_at: datetime | None = None


class _Submission(_Shape):
    id: int
    status: str
    archived_at: datetime | None = None
    expire_at: datetime | None = None
    completed_at: datetime | None = None
    submitters: list[_Signer] = Field(default_factory=list)
    submission_events: list[_Event] = Field(default_factory=list)
    documents: list[_File] = Field(default_factory=list)
    audit_log_url: str | None = Field(None, max_length=4000)

    @field_validator("archived_at", "expire_at", "completed_at", mode="after")
    @classmethod
    def _aware(cls, at: datetime | None) -> datetime | None:
        return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class DocuSeal:
    """DocuSeal at one address; threads may share it.

    Args:
        address: Such as https://api.docuseal.com, or https://host/api of one's own.
        token: Returns our API token; with `True` it is read anew from where it is kept.
        template_id: The template to use where this DocuSeal can not take a PDF; None where none is prepared.
        sleep: Waits that many seconds between tries.

    Raises:
        ValueError: `address` is no http or https address.
    """

    def __init__(
        self,
        address: str,
        token: Callable[[bool], str],
        *,
        template_id: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=SETTING, sleep=sleep)
        self._origin = _origin(address)
        self._sleep = sleep
        self._token = token
        self._template_id = template_id

    def close(self) -> None:
        self._http.close()

    def check(self) -> None:
        self._asked("GET", "/submissions", params={"limit": 1})

    def find(self, external_id: str) -> Sequence[str]:
        reply = self._asked("GET", "/submitters", params={"external_id": external_id, "limit": 100})
        people = _read(_People, reply).data
        # An installation that did not know the filter would list everybody.
        return [str(found) for found in sorted({p.submission_id for p in people if p.external_id == external_id})]

    def submit(self, request: Request) -> Accepted:
        try:
            reply = self._asked("POST", "/submissions/pdf", json=_of_pdf(request))
        except VendorNotFound as refused:
            if refused.vendor_code != "pro_edition":
                raise
            return self._submit_template(request)
        return Accepted(str(_read(_Named, reply).id), PDF)

    def _submit_template(self, request: Request) -> Accepted:
        """Fill the operator's template with the text, where this edition takes no PDF."""
        if self._template_id is None:
            raise NotConfigured(
                "This DocuSeal takes no PDF, which its Pro Edition does, and no template is configured.",
                system=SYSTEM,
                setting=TEMPLATE_SETTING,
                fix=f"Prepare a template and set {TEMPLATE_SETTING}; or withdraw the letter and sign it by hand.",
            )
        reply = self._asked("POST", "/submissions", json=_of_template(request, self._template_id))
        people = reply.json()
        if not isinstance(people, list) or not people:
            raise reply.bad("names no signer")
        return Accepted(str(_valid(_Person, people[0], reply).submission_id), TEMPLATE)

    def get(self, submission_id: str) -> Submission:
        found = _read(_Submission, self._asked("GET", f"/submissions/{int(submission_id)}"))
        declined = next((one.declined_at for one in found.submitters if one.declined_at), None)
        progress = _progress(found)
        ended = {
            Progress.COMPLETED: found.completed_at,
            Progress.DECLINED: declined,
            Progress.EXPIRED: found.expire_at,
            Progress.ARCHIVED: found.archived_at,
        }.get(progress)
        return Submission(
            id=str(found.id),
            progress=progress,
            opened_at=next((one.opened_at for one in found.submitters if one.opened_at), None),
            ended_at=ended,
            told=_told(found) if progress is Progress.DECLINED else None,
            documents=[one.url for one in found.documents],
            record=found.audit_log_url,
        )

    def fetch(self, address: str) -> bytes:
        """Return a file that DocuSeal links to; it may lie on another host, which is not told our token.

        Raises:
            BadResponse: The address is none we follow, or leads round in a circle.
        """
        at = address
        for _ in range(MOST_HOPS):
            if urlsplit(at).scheme != "https" and _origin(at) != self._origin:
                break
            reply = self._download(at)
            if reply.status == HTTPStatus.OK:
                return reply.body
            if reply.status not in {301, 302, 303, 307, 308} or "location" not in reply.headers:
                raise self._http.refused(reply)
            at = urljoin(at, reply.headers["location"])
        raise Reply(HTTPStatus.OK, {}, b"", SYSTEM).bad("links to a file at an address that is not followed")

    def _download(self, address: str) -> Reply:
        parts = urlsplit(address)
        try:
            client = VendorHttp(SYSTEM, _origin(address), setting=SETTING, sleep=self._sleep, most_bytes=MOST_BYTES)
        except ValueError:
            raise Reply(HTTPStatus.OK, {}, b"", SYSTEM).bad("links to a file at no address") from None
        try:
            return client.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        finally:
            client.close()

    def withdraw(self, submission_id: str) -> None:
        try:
            self._asked("DELETE", f"/submissions/{int(submission_id)}")
        except VendorNotFound:
            return

    def _asked(self, method: str, path: str, **more: Any) -> Reply:
        """Ask, and once more with a token read anew: it may have been rotated."""
        reply = self._send(method, path, fresh=False, **more)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            reply = self._send(method, path, fresh=True, **more)
        if reply.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return reply
        raise self._refused(reply)

    def _send(self, method: str, path: str, *, fresh: bool, **more: Any) -> Reply:
        return self._http.request(method, path, headers={"X-Auth-Token": self._token(fresh)}, **more)

    def _refused(self, reply: Reply) -> VendorError:
        """Make the error of a refusal; what DocuSeal wrote is looked at and never repeated."""
        if reply.status == HTTPStatus.NOT_FOUND and PRO_ONLY.encode() in reply.body[:2000]:
            return self._http.refused(reply, "pro_edition")
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return Rejected(
                "DocuSeal refused the letter as it stands.",
                system=SYSTEM,
                status=reply.status,
                vendor_request_id=reply.request_id,
                fix="Check the signer's email address, and the template if one is used; then send the letter again.",
            )
        return self._http.refused(reply)


def _progress(found: _Submission) -> Progress:
    if found.status == "completed":
        return Progress.COMPLETED
    if found.archived_at is not None:
        return Progress.ARCHIVED
    known = {"pending": Progress.PENDING, "declined": Progress.DECLINED, "expired": Progress.EXPIRED}
    return known.get(found.status, Progress.UNKNOWN)


def _told(found: _Submission) -> str | None:
    reasons = (one.data.get("reason") for one in found.submission_events if one.event_type == "decline_form")
    return next((reason[:MOST_OF_A_TOLD] for reason in reasons if isinstance(reason, str) and reason), None)


def _common(request: Request) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "send_email": True,
        "order": "preserved",
        "message": {"subject": request.subject, "body": request.message},
    }
    if request.copy_to is not None:
        asked["bcc_completed"] = request.copy_to
    if request.until is not None:
        asked["expire_at"] = request.until.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return asked


def _signer(request: Request) -> dict[str, Any]:
    return {
        "role": ROLE,
        "name": request.signer_name,
        "email": request.signer_email,
        "external_id": request.external_id,
    }


def _of_pdf(request: Request) -> dict[str, Any]:
    fields = [
        {"name": "Signature", "type": "signature", "role": ROLE, "required": True, "areas": [_area(request.signature)]},
        {"name": "Date", "type": "date", "role": ROLE, "required": True, "areas": [_area(request.dated)]},
    ]
    document = {
        "name": request.file_name,
        "file": base64.b64encode(request.pdf).decode(),
        "fields": fields,
    }
    return {"name": request.name, "documents": [document], "submitters": [_signer(request)], **_common(request)}


def _of_template(request: Request, template_id: int) -> dict[str, Any]:
    filled = [
        {"name": LETTER, "default_value": request.text, "readonly": True},
        {"name": REFERENCE, "default_value": request.name, "readonly": True},
    ]
    signer = {**_signer(request), "fields": filled}
    return {"template_id": template_id, "name": request.name, "submitters": [signer], **_common(request)}


def _area(box: Box) -> dict[str, Any]:
    return {"page": box.page, "x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _read(shape: type[S], reply: Reply) -> S:
    return _valid(shape, reply.json(), reply)


def _valid(shape: type[S], told: Any, reply: Reply) -> S:
    try:
        return shape.model_validate(told)
    except ValidationError:
        raise reply.bad("has other fields than we expect") from None
