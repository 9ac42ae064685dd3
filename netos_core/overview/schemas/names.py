"""What the letters somebody has typed so far may mean."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from netos_core.kernel.redaction import Request, View

MOST = 100


class ListNames(Request):
    """Letters of a ref, a name, a carrier's circuit id, or of the title of a contract or document."""

    kind: Literal["circuit", "contract", "site", "provider", "customer", "document"]
    letters: str = Field("", max_length=100, description="Without any, the first records.")
    limit: int = Field(MOST, ge=1, le=MOST)


class NamedRecord(View):
    """A record and what it is called. Titles stand for nothing alone, so contracts and documents have no name here."""

    ref: str
    name: str | None


class NameList(View):
    """Records whose words begin with the letters, then those that hold them; near spellings where none does."""

    names: list[NamedRecord]
    more: bool
    near: bool = Field(description="Nothing holds the letters; these are spelled nearly so.")
