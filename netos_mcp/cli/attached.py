"""The core of a command that works on a home which runs already, or on services of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from netos_core.runtime.calls import Core
from netos_core.runtime.garbage import keep_what_is_loaded
from netos_core.runtime.home import Runtime
from netos_core.runtime.settings import load_settings


@contextlib.contextmanager
def core_on(runtime: Runtime) -> Iterator[Core]:
    """Make a core that agrees with what runs: its database, its login, the address of its pages."""
    core = Core(
        load_settings(
            home=runtime.home,
            database_url=runtime.database_url,
            redis_url=runtime.redis_url,
            demo=runtime.demo or None,
            port=runtime.port,
            public_url=runtime.web_url,
        )
    )
    keep_what_is_loaded()
    try:
        yield core
    finally:
        core.close()
