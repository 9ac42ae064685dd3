"""What a message shows of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from netos_core.kernel.redaction import View


class OutboxRow(View):
    id: UUID
    delivery_key: str
    channel: str
    recipient: str
    payload: dict[str, Any]
    state: str
    tries: int
    next_try_at: datetime
    error: str | None
    created_at: datetime
    delivered_at: datetime | None
