"""What may be said about a customer and its people."""

from __future__ import annotations

from pydantic import Field

from netos_core.kernel.fields import Mail, Name, Text
from netos_core.kernel.redaction import Request


class CustomerEdit(Request):
    """Fields of a customer. A field left out stays; null clears it."""

    name: Name | None = None
    account_number: Name | None = None
    kind: Text | None = None
    email: Mail | None = None
    phone: Text | None = None
    city: Text | None = None
    state: Text | None = None


class CustomerContactEdit(Request):
    """A person or desk at a customer."""

    customer: Text | None = None
    name: Name | None = None
    role: Text | None = Field(None, description="What they are there for, such as IT manager or accounts payable.")
    phone: Text | None = None
    email: Mail | None = None
