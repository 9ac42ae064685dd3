"""From the core's refusals to HTTP: one table of status codes and the heading a page gives each."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from netos_core.kernel.errors import (
    Ambiguous,
    Conflict,
    Forbidden,
    Invalid,
    NetosError,
    NotFound,
    NotSignedIn,
    Unavailable,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a kind of refusal looks from outside."""

    status: HTTPStatus
    heading: str
    icon: str = "warn"


TABLE: tuple[tuple[type[NetosError], Shown], ...] = (
    (NotFound, Shown(HTTPStatus.NOT_FOUND, "Not found", "open")),
    (Ambiguous, Shown(HTTPStatus.CONFLICT, "Several records answer to that")),
    (Invalid, Shown(HTTPStatus.BAD_REQUEST, "That input does not fit")),
    (NotSignedIn, Shown(HTTPStatus.UNAUTHORIZED, "You are not signed in", "no")),
    (Forbidden, Shown(HTTPStatus.FORBIDDEN, "Your role does not include this", "no")),
    (Conflict, Shown(HTTPStatus.CONFLICT, "Something changed in between")),
    (Unavailable, Shown(HTTPStatus.SERVICE_UNAVAILABLE, "An outside system does not answer")),
    (NetosError, Shown(HTTPStatus.CONFLICT, "Not done")),
)

BUG = Shown(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side")


class FormRefused(Forbidden):
    """A form came without its token, or from another site."""


def shown(refusal: NetosError) -> Shown:
    return next(entry for kind, entry in TABLE if isinstance(refusal, kind))
