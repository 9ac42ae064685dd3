"""What may be said about a contract and the circuits it names."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from netos_core.contracts.rules import (
    LONGEST_NOTICE,
    LONGEST_TERM_MONTHS,
    ContractKind,
    EndOfTerm,
    NoticeCountedFrom,
    NoticeMethod,
    NoticeUnit,
)
from netos_core.contracts.rules.etf import Escalator, EtfTerms
from netos_core.kernel.fields import Currency, LongText, Money, Name, Text, unpacked
from netos_core.kernel.redaction import Request

Months = Annotated[int, Field(ge=1, le=LONGEST_TERM_MONTHS)]
Count = Annotated[int, Field(ge=0, le=LONGEST_NOTICE)]
TermDate = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]  # terms and notices are counted from it


Etf = Annotated[EtfTerms, BeforeValidator(unpacked)]
Rising = Annotated[Escalator, BeforeValidator(unpacked)]


class ContractEdit(Request):
    """Fields of a contract, as the paper has them. A field left out stays; null clears it."""

    kind: ContractKind | None = None
    provider: Text | None = None
    parent: Text | None = Field(None, description="Ref or number of the agreement it is under or amends.")
    number: Name | None = None
    title: Name | None = None
    signed_date: TermDate | None = None
    term_start_date: TermDate | None = None
    term_months: Months | None = None
    term_end_date: TermDate | None = Field(
        None, description="Last day of the term; counted from start and months if left out."
    )
    co_terminus: bool | None = Field(None, description="Ends when its parent ends, and moves with it.")
    end_of_term: EndOfTerm | None = None
    evergreen: bool | None = Field(None, description="Runs month to month by the contract's own words.")
    renewal_term_months: Months | None = None
    notice_count: Count | None = None
    notice_unit: NoticeUnit | None = None
    notice_opens_count: Count | None = Field(
        None, description="Notice given longer than so before the end is too early."
    )
    notice_opens_unit: NoticeUnit | None = None
    renewal_notice_count: Count | None = Field(None, description="Notice in a renewal term, where it differs.")
    renewal_notice_unit: NoticeUnit | None = None
    notice_method: NoticeMethod | None = None
    notice_address: LongText | None = None
    notice_counted_from: NoticeCountedFrom | None = None
    delivery_lead_days: Count | None = None
    mrc: Money | None = None
    nrc: Money | None = None
    total_value: Money | None = None
    currency: Currency | None = None
    etf: Etf | None = Field(
        None, description="What leaving early costs, as typed data; replaced whole. docs/etf.md lists its parts."
    )
    escalator: Rising | None = Field(None, description="How the MRC moves: percent, steps, index or rates.")
    description: LongText | None = None
    circuits: list[Text] | None = Field(
        None, max_length=2000, description="Refs of circuits a new contract governs; later use contract_circuit."
    )


class ContractCircuitEdit(Request):
    """A circuit a contract names, and whether the contract governs it."""

    contract: Text | None = None
    circuit: Text | None = None
    governs: bool = True
