"""What a job shows of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from netos_core.kernel.redaction import Request, View


class GetJob(Request):
    ref: str = Field(description="Such as JOB-1007.")


class JobView(View):
    ref: str
    kind: str
    state: str
    progress: str | None
    tries: int
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
