"""How an edge calls the core: one transaction per call, opened and closed here, never inside the core.

MCP tools, web pages and jobs share it, so a call is logged, bounded and committed in one way.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session, sessionmaker

from netos_core import tables  # noqa: F401 - a commit writes by table name, so every model must be known
from netos_core.access.queries import get_person, principal
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context, Policy, Principal, new_request_id
from netos_core.kernel.db import make_engine
from netos_core.kernel.errors import Invalid, NetosError
from netos_core.kernel.operation import Operation
from netos_core.runtime.logs import request_id as logged_request
from netos_core.runtime.settings import Settings

log = logging.getLogger(__name__)
Request = TypeVar("Request", bound=BaseModel)
View = TypeVar("View", bound=BaseModel)


def plan_large_sets() -> None:
    """Let the collector of garbage look less often: a change set is tens of thousands of objects that all stay.

    For processes that serve or plan; what has been loaded by now is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Core:
    """The core as one process uses it: its engine, its policy and its clock."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise Invalid("No database is configured.", fix="Set NETOS_DATABASE_URL, or use `netos up`.")
        self.settings = settings
        self.engine = make_engine(settings.database_url, pool_size=settings.pool_size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.policy = Policy(
            zone=settings.zone,
            currency=settings.currency,
            public_url=settings.url,
            proposal_days=settings.proposal_days,
            bulk_limit=settings.bulk_limit,
            medium_needs_page=settings.medium_needs_page,
            second_approval_from=settings.second_approval_from,
        )

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction; it commits when the block ends and rolls back when it raises."""
        with self._sessions() as session, session.begin():
            yield session

    @contextlib.contextmanager
    def context(
        self,
        caller: Principal,
        channel: Channel,
        *,
        request: str | None = None,
        address: str | None = None,
        now: datetime | None = None,
    ) -> Iterator[Context]:
        """Open the context of one call, in a transaction of its own."""
        request = request or new_request_id()
        token = logged_request.set(request)
        try:
            with self.session() as session:
                yield Context(session, caller, now or utc_now(), self.policy, channel, request, address)
        finally:
            logged_request.reset(token)

    def call(
        self,
        operation: Operation[Request, View],
        request: Request,
        caller: Principal,
        channel: Channel,
        *,
        request_id: str | None = None,
        address: str | None = None,
    ) -> View:
        """Run one operation in one transaction, and log what it was, how long it took and how it ended."""
        started = time.perf_counter()
        outcome = "internal"
        try:
            with self.context(caller, channel, request=request_id, address=address) as ctx:
                view = operation(ctx, request)
            outcome = "ok"
        except NetosError as refusal:
            outcome = refusal.code
            raise
        else:
            return view
        finally:
            log.info(
                "call",
                extra={
                    "operation": operation.name,
                    "outcome": outcome,
                    "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                    "person": str(caller.person_id),
                    "agent": caller.agent,
                    "channel": str(channel),
                },
            )

    def principal(self, email: str, agent: str | None = None) -> Principal:
        """Return the principal of a person by e-mail address.

        Raises:
            PersonNotFound: No active person has it.
        """
        with self.session() as session:
            return principal(get_person(session, email), agent)

    def close(self) -> None:
        self.engine.dispose()
