"""The settings of what Claude may read and what that may cost."""

from __future__ import annotations

import re
from decimal import Decimal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from netos_core.documents.rules.kinds import DocumentKind
from netos_core.runtime.settings_words import listed


class ClaudeSettings(BaseSettings):
    """With a key and nothing else, contracts are read by Claude too, for no more than the month's limit."""

    claude_documents: str = Field(
        "contract", description="Kinds of documents that may be sent to Claude, with commas, or none."
    )
    claude_monthly_limit: Decimal = Field(
        Decimal(50),
        ge=0,
        description="US dollars that Claude may cost in a month, reports and documents; 0: never ask.",
    )
    claude_document_limit: Decimal = Field(
        Decimal(5), ge=0, description="US dollars that one call about a document may cost at most."
    )
    claude_document_seconds: int = Field(
        180, ge=5, le=900, description="Seconds Claude may take for one document; then the rules read it alone."
    )
    claude_answer_days: int = Field(
        90, ge=1, le=3650, description="Days an answer about a document is kept; what it cost is kept for good."
    )
    anthropic_prices: str | None = Field(
        None,
        description="US dollars for a million tokens read, written, read from and written into the cache, such as "
        "5,25,0.5,6.25. Unset: the list prices we know.",
    )

    @field_validator("claude_documents")
    @classmethod
    def _known_documents(cls, value: str) -> str:
        unknown = [] if value == "none" else sorted(set(listed(value)) - set(DocumentKind))
        if unknown:
            raise ValueError(f"names {', '.join(unknown)}; valid: none, or {', '.join(DocumentKind)}")
        return value

    @field_validator("anthropic_prices")
    @classmethod
    def _four_prices(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(\d{1,6}(\.\d{1,6})?)(,\d{1,6}(\.\d{1,6})?){3}", value):
            raise ValueError("must be four prices with commas, such as 5,25,0.5,6.25")
        return value

    @property
    def claude_kinds(self) -> frozenset[str]:
        """The kinds of documents that may be sent."""
        return frozenset(() if self.claude_documents == "none" else listed(self.claude_documents))
