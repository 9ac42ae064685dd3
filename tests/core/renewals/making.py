"""What tests of renewals begin from: three years to 2027-03-31, renewed by twelve months, with 90 days of notice."""

from __future__ import annotations

from datetime import date

from netos_core.contracts.rules import EndOfTerm, Notice, NoticeCountedFrom, NoticeMethod, NoticeUnit, Terms

USUAL = Terms(
    term_start_date=date(2024, 4, 1),
    term_months=36,
    term_end_date=date(2027, 3, 31),
    end_of_term=EndOfTerm.AUTO_RENEW,
    evergreen=False,
    notice=Notice(90, NoticeUnit.DAYS),
    notice_method=NoticeMethod.EMAIL,
    delivery_lead_days=None,
    notice_counted_from=NoticeCountedFrom.RECEIVED,
    co_terminus_end=None,
    renewal_term_months=12,
)
