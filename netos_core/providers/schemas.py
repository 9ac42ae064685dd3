"""What may be said about a provider, its names, its accounts and its people."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from netos_core.kernel.fields import Link, LongText, Mail, Name, Text
from netos_core.kernel.redaction import Request
from netos_core.providers.rules import AliasKind, ContactKind


class ProviderEdit(Request):
    """Fields of a provider. A field left out stays; null clears it."""

    name: Name | None = None
    legal_name: Name | None = None
    website: Link | None = None
    portal_url: Link | None = None
    noc_phone: Text | None = None
    noc_email: Mail | None = None
    asn: Annotated[int, Field(ge=1, le=4_294_967_295)] | None = None
    successor: Text | None = Field(None, description="Ref or name of the provider that took this one over.")
    succeeded_on: date | None = None
    remittance_address: LongText | None = None
    bank_name: Text | None = None
    bank_routing: Text | None = None
    bank_account: Text | None = None


class AliasEdit(Request):
    """Another name of a provider."""

    provider: Text | None = None
    alias: Name | None = None
    kind: AliasKind | None = None


class ContactEdit(Request):
    """A person or desk at a provider."""

    provider: Text | None = None
    kind: ContactKind | None = None
    level: Annotated[int, Field(ge=1, le=99)] | None = Field(None, description="Step of the escalation list, 1 first.")
    name: Name | None = None
    title: Text | None = None
    phone: Text | None = None
    email: Mail | None = None
    hours: Text | None = None


class BillingAccountEdit(Request):
    """An account a provider bills us under."""

    provider: Text | None = None
    ban: Name | None = None
    name: Name | None = None
