"""The settings of renewal reports, and of the model that writes about them."""

from __future__ import annotations

import re
from datetime import time

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from netos_core.access.rules import Role
from netos_core.reports.rules.schedule import ReportDay
from netos_core.runtime.settings_words import listed, safe_address

REPORT_SECRETS = frozenset({"anthropic_api_key"})


class ReportSettings(BaseSettings):
    """Without a key of Claude reports are made by rules alone, of the same data."""

    report_day: ReportDay = Field(ReportDay.MONDAY, description="Day of the weekly renewal report, or never.")
    report_at: str = Field("07:00", description="Its hour there, by the clock of the business.")
    report_roles: str = Field("exec,finance", description="Roles that are told of it, with commas.")
    report_turns: int = Field(16, ge=2, le=60, description="Turns Claude may take for the text of one report.")
    report_tokens: int = Field(250_000, ge=1000, description="Tokens, read and written, that text may cost.")
    report_minutes: int = Field(6, ge=1, le=45, description="Minutes it may take; then the report goes out by rules.")
    report_mcp_url: str | None = Field(
        None, description="Where the worker reaches our own MCP endpoint for it. Unset: NETOS_HOST and NETOS_PORT."
    )
    anthropic_api_key: str | None = Field(
        None, repr=False, description="Key of the Claude API. Unset: rules alone make reports and read contracts."
    )
    anthropic_url: str = Field("https://api.anthropic.com", description="Where the Claude API is.")
    anthropic_model: str = Field("claude-opus-4-7", min_length=1, max_length=100, description="The model to ask.")

    @field_validator("report_at")
    @classmethod
    def _hour(cls, value: str) -> str:
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            raise ValueError("must be an hour such as 07:00")
        return value

    @field_validator("report_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        unknown = sorted(set(listed(value)) - set(Role))
        if unknown:
            raise ValueError(f"names {', '.join(unknown)}; valid: {', '.join(Role)}")
        return value

    @field_validator("anthropic_url")
    @classmethod
    def _asked_at(cls, value: str | None) -> str | None:
        return safe_address(value)

    @field_validator("report_mcp_url")
    @classmethod
    def _reached_at(cls, value: str | None) -> str | None:
        """Take plain http too: the worker and the server may stand in one private network."""
        if value is not None and not re.fullmatch(r"https?://[^\s?#]+", value):
            raise ValueError("must be an http or https address such as http://web:8420/mcp")
        return value and value.rstrip("/")

    @property
    def report_hour(self) -> time:
        return time.fromisoformat(self.report_at)
