"""What may be said in a note or a tag."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from netos_core.kernel.redaction import Request

On = Literal["circuit", "provider", "customer", "site", "contract"]


class NoteEdit(Request):
    """A remark on a record."""

    on: str | None = Field(None, description="Ref of the record, such as CKT-1042.")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)] | None = None


class TagEdit(Request):
    """A tag on a record."""

    on: str | None = Field(None, description="Ref of the record, such as CKT-1042.")
    name: (
        Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[\w][\w .:/-]{0,47}$")] | None
    ) = None
