"""What the search over everything takes and shows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from netos_core.kernel.redaction import Request, View

Kind = Literal[
    "circuit", "site", "provider", "customer", "contract", "quote", "order", "rf_link", "electrical_account",
    "interface", "handoff_port", "vlan", "bgp_session", "ip_block", "document", "letter", "feedback", "note", "change",
]  # fmt: skip


class Search(Request):
    query: str = Field(min_length=1, max_length=200, description="An id, name, place or words; spelling may be off.")
    kind: list[Kind] | None = None
    limit: int = Field(10, ge=1, le=50)


class Hit(View):
    kind: Kind
    ref: str
    title: str
    detail: str | None
    score: float


class SearchResult(View):
    total: int
    shown: int
    hits: list[Hit]
    hint: str | None
