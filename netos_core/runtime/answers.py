"""Answers that took long to add up, kept in Valkey for who asked until anything they rest on is written.

The database changes a stamp at the end of each transaction that wrote something (`changes.model.Written`), and the
stamp is part of the key: an answer from before a write is not found after it, whoever wrote and however long that took.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.changes.model import Written
from netos_core.kernel.context import Principal
from netos_core.kernel.operation import Operation
from netos_core.kernel.redaction import audited_fields

log = logging.getLogger(__name__)
View = TypeVar("View", bound=BaseModel)

RELEASE = version("netos")
"""Another release may say the same answer otherwise."""

KEPT_SECONDS = 60
"""What an answer says of the hour, such as which outage has begun, is no older than this."""

LARGEST = 512 << 10
PATIENCE = 0.25
"""Seconds to wait for Valkey, which an answer must not become slower by."""

REST = 30.0
"""Seconds in which a Valkey that did not answer is not asked again."""


class Answers:
    """The kept answers of an installation, as one process reads and writes them."""

    def __init__(self, url: str) -> None:
        self._valkey: Redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._silent_until = 0.0

    def key(
        self, session: Session, operation: Operation[Any, Any], request: BaseModel, caller: Principal, day: date
    ) -> str | None:
        """Name the answer to a question as of now: who asks, with which rights, what, on which day.

        Before anything was ever written there is no stamp, and nothing is kept.
        """
        stamp = session.scalar(select(Written.stamp))
        if stamp is None:
            return None
        told = (
            RELEASE, operation.name, request.model_dump_json(), caller.person_id, caller.scheduled,
            ",".join(sorted(caller.rights)), day,
        )  # fmt: skip
        asked = hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()
        return f"netos:answer:{stamp}:{asked}"

    def get(self, key: str, view: type[View]) -> View | None:
        """Return a kept answer; nothing where there is none, or Valkey does not answer."""
        told = self._ask(lambda: self._valkey.get(key))
        if told is None:
            return None
        try:
            return view.model_validate_json(told)
        except ValidationError:
            log.warning("a kept answer could not be read", extra={"view": view.__name__})
            return None

    def put(self, key: str, view: BaseModel) -> None:
        """Keep an answer, unless the trail must note each time it is shown."""
        if audited_fields(view):
            return
        told = view.model_dump_json().encode()
        if len(told) <= LARGEST:
            self._ask(lambda: self._valkey.set(key, told, ex=KEPT_SECONDS))

    def _ask(self, command: Callable[[], Any]) -> Any:
        if time.monotonic() < self._silent_until:
            return None
        try:
            return command()
        except (RedisError, OSError):
            self._silent_until = time.monotonic() + REST
            log.warning("answers are not kept: Valkey does not answer", exc_info=True)
            return None

    def close(self) -> None:
        self._valkey.close()
