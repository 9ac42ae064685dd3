"""What may be said in a note or a tag."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from netos_core.kernel.redaction import Request, View


class NoteEdit(Request):
    """A remark on a record."""

    on: str | None = Field(None, description="Record it is on: its ref, such as CKT-1042, or a name it is known by.")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)] | None = None


class TagEdit(Request):
    """A tag on a record."""

    on: str | None = Field(None, description="Record it is on: its ref, such as CKT-1042, or a name it is known by.")
    name: (
        Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[\w][\w .:/-]{0,47}$")] | None
    ) = None


class NoteView(View):
    """A note as its record shows it."""

    id: str
    text: str
    author: str
    agent: str | None
    at: datetime
