"""What quotes, drafts, comparisons and orders take and show."""

from netos_core.quotes.schemas.compare import CompareQuotes, Comparison, Keeping, OfferView, PartView, WinnerView
from netos_core.quotes.schemas.drafts import (
    DraftField,
    GetQuoteDraft,
    ProposeQuoteDraft,
    QuoteDraftView,
    ReadFlag,
    ReadValue,
    RejectQuoteDraft,
    ReviewQuoteDraft,
    StagedDraft,
    StageQuoteDraft,
)
from netos_core.quotes.schemas.edits import OrderEdit, OrderStepEdit, QuoteEdit, QuoteTermEdit
from netos_core.quotes.schemas.orders import ListOrders, OrderList, OrderRow, OrderView, StepView
from netos_core.quotes.schemas.quotes import GetOne, ListQuotes, QuoteList, QuoteRow, QuoteTermView, QuoteView

__all__ = [
    "CompareQuotes",
    "Comparison",
    "DraftField",
    "GetOne",
    "GetQuoteDraft",
    "Keeping",
    "ListOrders",
    "ListQuotes",
    "OfferView",
    "OrderEdit",
    "OrderList",
    "OrderRow",
    "OrderStepEdit",
    "OrderView",
    "PartView",
    "ProposeQuoteDraft",
    "QuoteDraftView",
    "QuoteEdit",
    "QuoteList",
    "QuoteRow",
    "QuoteTermEdit",
    "QuoteTermView",
    "QuoteView",
    "ReadFlag",
    "ReadValue",
    "RejectQuoteDraft",
    "ReviewQuoteDraft",
    "StageQuoteDraft",
    "StagedDraft",
    "StepView",
    "WinnerView",
]
