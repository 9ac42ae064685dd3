"""The Service Address Availability Checker: one question about one place. Paths, header and names can be mapped.

`NAMES` is the contract as we propose it; another service needs a mapping in the settings, and no code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from netos_core.lookup.checker import Answer, Offer, Question
from netos_core.lookup.rules.reach import Service
from netos_core.vendors.http import Rejected, Reply, VendorHttp

SYSTEM = "Availability checker"
SETTING = "NETOS_AVAILABILITY_TOKEN"
ANSWER_SECONDS = 10.0  # a person waits for it
MOST_OFFERS = 50
MOST_BYTES = 1 << 20

NAMES: Mapping[str, str] = {
    "path": "/v1/availability", "header": "Authorization", "scheme": "Bearer",
    "line1": "address.line1", "city": "address.city", "state": "address.state", "postal_code": "address.postal_code",
    "lat": "lat", "lon": "lon", "bandwidth_mbps": "bandwidth_mbps",
    "answer.status": "status", "answer.normalized_address": "normalized_address", "answer.lat": "lat",
    "answer.lon": "lon", "answer.offers": "offers", "answer.as_of": "as_of", "answer.request_id": "request_id",
    "offer.provider": "provider", "offer.technology": "technology", "offer.down_mbps": "down_mbps",
    "offer.up_mbps": "up_mbps", "offer.mrc": "mrc", "offer.nrc": "nrc", "offer.currency": "currency",
    "offer.term_months": "term_months", "offer.confidence": "confidence",
    "status.serviceable": "serviceable", "status.near_net": "near_net", "status.not_serviceable": "not_serviceable",
}  # fmt: skip
"""What each name of ours is at the service. A point leads into an object; an empty scheme sends the bare token."""

ASKED = ("line1", "city", "state", "postal_code", "lat", "lon", "bandwidth_mbps")
NOWHERE = Question(lat=0.0, lon=0.0)


class _Shape(BaseModel):
    """What is read of an answer; what else it says is left alone."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, coerce_numbers_to_str=True)


class _Offer(_Shape):
    provider: str = Field(min_length=1, max_length=200)
    technology: str | None = Field(None, max_length=80)
    down_mbps: Decimal | None = Field(None, gt=0, lt=10**9)
    up_mbps: Decimal | None = Field(None, gt=0, lt=10**9)
    mrc: Decimal | None = Field(None, ge=0, lt=10**12)
    nrc: Decimal | None = Field(None, ge=0, lt=10**12)
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")
    term_months: int | None = Field(None, ge=0, le=1200)
    confidence: str | None = Field(None, max_length=40)

    @field_validator("mrc", "nrc", "down_mbps", "up_mbps", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        return str(value) if isinstance(value, float) else value


class _Answered(_Shape):
    status: str
    normalized_address: str | None = Field(None, max_length=300)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    offers: list[Any] = Field(default_factory=list)
    as_of: datetime | None = None
    request_id: str | None = Field(None, max_length=120)


class Availability:
    """The checker at one address; threads may share it.

    Args:
        address: Such as https://availability.example.com.
        token: Returns our credential; with `True` it is read anew from where it is kept.
        names: What differs from `NAMES`.
        sleep: Waits that many seconds between tries.

    Raises:
        ValueError: `address` is no http or https address.
    """

    def __init__(
        self,
        address: str,
        token: Callable[[bool], str],
        *,
        names: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = VendorHttp(
            SYSTEM, address, setting=SETTING, sleep=sleep, read_seconds=ANSWER_SECONDS, most_bytes=MOST_BYTES
        )
        self._token = token
        self._names = {**NAMES, **(names or {})}
        self._statuses = {
            self._names[f"status.{one}"]: one for one in Service if f"status.{one}" in self._names
        }  # a status nobody has mapped is unknown

    def close(self) -> None:
        self._http.close()

    def ask(self, question: Question) -> Answer:
        reply = self._asked(question)
        match reply.status:
            case HTTPStatus.OK:
                return self._read(reply)
            case HTTPStatus.NOT_FOUND:
                return Answer(Service.UNKNOWN, None, None, None, (), None, reply.request_id)
            case HTTPStatus.UNPROCESSABLE_ENTITY:
                raise self._not_taken(reply)
        raise self._http.refused(reply)

    def check(self) -> None:
        """Ask about a place in the sea: an answer we can read, or that it knows no such place, tells it knows us."""
        reply = self._asked(NOWHERE)
        if reply.status == HTTPStatus.OK:
            self._read(reply)
        elif reply.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise self._http.refused(reply)

    def _asked(self, question: Question) -> Reply:
        """Ask, and once more with a credential read anew: it may have been rotated."""
        body: dict[str, Any] = {}
        for name in ASKED:
            value = getattr(question, name)
            if value is not None:
                _put(body, self._names[name], _number(value) if isinstance(value, Decimal) else value)
        reply = self._send(body, fresh=False)
        return self._send(body, fresh=True) if reply.status == HTTPStatus.UNAUTHORIZED else reply

    def _send(self, body: dict[str, Any], *, fresh: bool) -> Reply:
        token, scheme = self._token(fresh), self._names["scheme"]
        headers = {self._names["header"]: f"{scheme} {token}" if scheme else token} if token else {}
        return self._http.request("POST", self._names["path"], json=body, headers=headers)

    def _read(self, reply: Reply) -> Answer:
        told = reply.json()
        if not isinstance(told, dict):
            raise reply.bad("is no object")
        try:
            read = _Answered.model_validate(self._ours(told, "answer."))
            offers = [
                _Offer.model_validate(self._ours(one, "offer."))
                for one in read.offers[:MOST_OFFERS]
                if isinstance(one, dict)
            ]
        except ValidationError:
            raise reply.bad("has other fields than we expect") from None
        return Answer(
            status=Service(self._statuses.get(read.status, Service.UNKNOWN)),
            normalized_address=read.normalized_address,
            lat=read.lat,
            lon=read.lon,
            offers=tuple(Offer(**one.model_dump()) for one in offers),
            as_of=read.as_of,
            request_id=reply.request_id or read.request_id,
        )

    def _ours(self, told: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        """Rename what an object says to our names; what it leaves out stays out."""
        found = {}
        for name, theirs in self._names.items():
            if name.startswith(prefix) and (value := _get(told, theirs)) is not None:
                found[name.removeprefix(prefix)] = value
        return found

    def _not_taken(self, reply: Reply) -> Rejected:
        """Make the error of a refused place; it names our own fields, never the words of the service."""
        told = reply.json()
        errors = told.get("errors") if isinstance(told, dict) else None
        fields = {str(one.get("field")) for one in errors or () if isinstance(one, dict)}
        ours = [name for name in ASKED if self._names[name] in fields or self._names[name].split(".")[-1] in fields]
        which = f": {', '.join(ours)}" if ours else ""
        return Rejected(
            f"The availability checker can not use this place{which}.",
            system=SYSTEM,
            status=reply.status,
            vendor_request_id=reply.request_id,
            fix="Write the address in full, or give lat and lon.",
        )


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    *folders, name = path.split(".")
    for folder in folders:
        body = body.setdefault(folder, {})
    body[name] = value


def _get(told: Mapping[str, Any], path: str) -> Any:
    value: Any = told
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
