"""Says which circuits lose money, and which earn it at a cost nobody knows."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.finance.telling import tell_money
from netos_core.runtime.calls import Core


async def tell(worker: dict[str, Any]) -> None:
    """Bring the worklist up to the last full month; safe to run twice, late or after a gap."""
    await anyio.to_thread.run_sync(_tell, worker["core"])


def _tell(core: Core) -> None:
    with core.itself() as ctx:
        tell_money(ctx)
