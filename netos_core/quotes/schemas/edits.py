"""What may be said about a quote, its terms, an order and its steps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netos_core.circuits.rules import ServiceType
from netos_core.kernel.fields import Currency, LongText, Mbps, Money, Name, Text
from netos_core.kernel.redaction import Request
from netos_core.quotes.rules.states import OrderStage, QuoteLevel, QuoteState, Serviceability

TermMonths = Annotated[int, Field(ge=1, le=360)]
Days = Annotated[int, Field(ge=0, le=1000)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]


class QuoteEdit(Request):
    """A vendor's quote. A field left out stays; null clears it. Names and refs stand for records."""

    provider: Text | None = None
    number: Name | None = Field(None, description="The vendor's own number of the quote.")
    a_site: Text | None = Field(None, description="Ref or name of our site at the A end.")
    a_place: Text | None = Field(None, description="Address or place at the A end where no site of ours is meant.")
    z_site: Text | None = None
    z_place: Text | None = None
    service_type: ServiceType | None = None
    bandwidth_mbps: Mbps | None = None
    level: QuoteLevel | None = Field(None, description="How binding it is, as the vendor says.")
    state: QuoteState | None = Field(None, description="Expired is worked out from valid_until.")
    received_date: date | None = None
    valid_until: date | None = Field(None, description="The last day the offer stands.")
    serviceability: Serviceability | None = None
    currency: Currency | None = None
    replaces: Text | None = Field(None, description="The circuit it would replace.")
    requested_by: Text | None = None
    source: Text | None = Field(None, description="Where it came from, such as the draft or the mail.")
    description: LongText | None = None


class QuoteTermEdit(Request):
    """The prices of a quote for one length of term, in the quote's currency; what is not stated stays empty."""

    quote: Text | None = Field(None, description="Ref or vendor's number of the quote.")
    term_months: TermMonths | None = None
    mrc: Money | None = None
    nrc: Money | None = None
    special_build: Money | None = Field(None, description="Construction charged once.")
    tax_monthly: Money | None = Field(None, description="Taxes and fees a month, as estimated.")
    escalator_percent: Percent | None = Field(None, description="Raise of the MRC at each anniversary.")
    install_days: Days | None = None
    etf: Money | None = Field(None, description="Early termination fee, where it is one amount.")
    etf_terms: Text | None = Field(None, description="Early termination in the vendor's words.")


class OrderEdit(Request):
    """An accepted quote that was ordered."""

    quote: Text | None = Field(None, description="Ref or vendor's number of the quote that was accepted.")
    term_months: TermMonths | None = Field(None, description="Which of its terms.")
    circuit: Text | None = Field(None, description="The circuit that is being built, once it has a record.")
    number: Name | None = Field(None, description="The vendor's order number.")
    acceptance_days: Days | None = Field(None, description="Business days to accept after the connection notice.")
    cancelled_date: date | None = None
    description: LongText | None = None


class OrderStepEdit(Request):
    """One step of an order: when it is to be, and when it was."""

    order: Text | None = Field(None, description="Ref or vendor's number of the order.")
    stage: OrderStage | None = None
    planned_date: date | None = Field(None, description="The day it is to be; of a hold, the day it is to end.")
    actual_date: date | None = Field(None, description="The day it was; of a hold, the day it began.")
    released_date: date | None = Field(None, description="The day a hold ended.")
    who: Text | None = Field(None, description="Who said so, or who does it.")
    reason: Text | None = Field(None, description="Why it is on hold.")
    charge: Money | None = Field(None, description="What it costs once, in the quote's currency.")
    description: LongText | None = None
