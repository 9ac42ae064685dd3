"""A public function of the core: it knows its effect, its right and its types, so every edge can publish it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, cast, get_type_hints

from pydantic import BaseModel

from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Forbidden
from netos_core.kernel.redaction import redacted

Request = TypeVar("Request", bound=BaseModel)
View = TypeVar("View", bound=BaseModel)


class Effect(StrEnum):
    """What a call may do: look, put something before people, decide on it, or start work."""

    READ = "read"
    PROPOSE = "propose"
    APPROVE = "approve"
    RUN = "run"


class PageOnly(Forbidden):
    """Only a signed-in person on a page may do this."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Request, View]):
    """One function of the catalogue. Calling it checks the right, runs the body and redacts the view."""

    name: str
    effect: Effect
    right: str
    request: type[Request]
    view: type[View]
    body: Callable[[Context, Request], View]
    description: str
    page_only: bool = False
    kept: bool = False

    def __call__(self, ctx: Context, request: Request) -> View:
        if self.page_only and ctx.channel is not Channel.PAGE:
            raise PageOnly(
                "This is done by a signed-in person on a page of NetOS, never by an agent or a token.",
                fix="Open the page; an approval's link is its approve_url.",
            )
        ctx.require(self.right)
        return redacted(self.body(ctx, request), ctx.principal.rights)


def operation(
    effect: Effect, *, right: str | None = None, page_only: bool = False, kept: bool = False
) -> Callable[[Callable[[Context, Request], View]], Operation[Request, View]]:
    """Make a function `(ctx, request) -> view` public.

    Args:
        effect: What it may do; decides the HTTP verb and the tool hints.
        right: The right it needs; by default the effect and the feature, such as `read:circuits`.
        page_only: Whether only a signed-in person on a page may do it, whoever holds the right.
        kept: Whether it adds up the whole plant, so that its answer is kept until something is written.
    """

    def wrap(body: Callable[[Context, Request], View]) -> Operation[Request, View]:
        hints = get_type_hints(body)
        parameters = list(inspect.signature(body).parameters)
        feature = body.__module__.split(".")[1]
        return Operation(
            name=body.__name__,
            effect=effect,
            right=right or f"{effect}:{feature}",
            request=cast("type[Request]", hints[parameters[1]]),
            view=cast("type[View]", hints["return"]),
            body=body,
            description=inspect.getdoc(body) or "",
            page_only=page_only,
            kept=kept,
        )

    return wrap
