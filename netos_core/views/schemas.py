"""What saving and listing views takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from netos_core.kernel.fields import JsonObject
from netos_core.kernel.redaction import Request, View

ListName = Literal[
    "circuits", "sites", "providers", "customers", "contracts", "renewals", "worklist", "letters", "documents",
    "interfaces", "ports", "vlans", "bgp", "blocks", "quotes", "orders", "rf-links", "electrical", "feedback",
    "notices", "reports", "revenue",
]  # fmt: skip
ViewName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ListViews(Request):
    list: ListName | None = Field(None, description="Of this list only.")


class SaveView(Request):
    """A name for what a list is asked; an own view of that name is replaced."""

    list: ListName
    name: ViewName
    query: JsonObject = Field(description="Arguments of the list's operation: filters, sort, fields.")
    shared: bool = Field(default=False, description="For everybody, instead of yourself.")


class DeleteView(Request):
    list: ListName
    name: ViewName
    shared: bool = Field(default=False, description="The one for everybody of that name, instead of your own.")


class SavedViewLine(View):
    """A view and whether its reader can use it. `problem` says why not; its query is then withheld."""

    list: str
    operation: str
    name: str
    query: dict[str, Any]
    shared: bool
    owner: str
    mine: bool
    may_delete: bool
    problem: str | None
    updated_at: datetime


class ViewList(View):
    views: list[SavedViewLine]
