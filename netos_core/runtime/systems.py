"""Watches the outside systems while they are asked: that one refuses our credential is told to the admins, once."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.notices.queries import admins
from netos_core.notices.records import Notice, tell, withdraw
from netos_core.notices.rules.kinds import NoticeKind
from netos_core.vendors.errors import BadResponse, CredentialsInvalid, PermissionDenied, RateLimited, VendorUnavailable
from netos_core.work import systems
from netos_core.work.records import itself
from netos_core.work.systems import Standing, SystemState

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)


class Watch:
    """Notes how one system answers. What it notes is a transaction of its own, apart from who asked."""

    def __init__(self, core: Core, system: str) -> None:
        self._core = core
        self._system = system
        self._known: SystemState | None = None

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Ask the system inside of the block; no transaction may be open around it."""
        try:
            yield
        except (CredentialsInvalid, PermissionDenied) as refused:
            self._note(SystemState.CREDENTIALS_INVALID, refused.setting, refused.message)
            raise
        except (VendorUnavailable, RateLimited, BadResponse) as silent:
            self._note(SystemState.UNAVAILABLE, None, silent.message)
            raise
        else:
            if self._known is not SystemState.OK:
                self._note(SystemState.OK, None, None)

    def _note(self, state: SystemState, setting: str | None, told: str | None) -> None:
        now = utc_now()
        with self._core.session() as session:
            news = systems.note(session, Standing(self._system, state, setting, told, now))
            caller = itself(session)
        self._known = state
        if not news:
            return
        log.warning("outside system", extra={"system": self._system, "state": str(state), "setting": setting})
        with self._core.context(caller, Channel.JOB, now=now) as ctx:
            if state is SystemState.CREDENTIALS_INVALID:
                _tell_admins(ctx, self._system, setting)
            elif state is SystemState.OK:
                withdraw(ctx, f"credentials:{self._system}:")


def _tell_admins(ctx: Context, system: str, setting: str | None) -> None:
    refused = Notice(
        kind=NoticeKind.CREDENTIALS,
        key=f"credentials:{system}:{ctx.now.isoformat()}",
        title=f"{system} refuses NetOS",
        template="credentials_invalid",
        values={"system": system, "setting": setting},
        about=system,
    )
    tell(ctx, refused, admins(ctx.session))
