"""The settings of what notices go out by: mail, Slack, Teams, Monday.com."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from netos_core.kernel.context import Room
from netos_core.notices.boards import Board
from netos_core.notices.rules.kinds import SHARED, Way
from netos_core.runtime.settings_words import listed, safe_address

NOTICE_SECRETS = frozenset({"smtp_url", "slack_webhook_url", "slack_bot_token", "teams_workflow_url", "monday_token"})
ROOMS = (Way.SLACK, Way.TEAMS, Way.MONDAY)


class NoticeSettings(BaseSettings):
    """Each way is off until it is set; mail is then files in the home, the rest is in the notice centre."""

    smtp_url: str | None = Field(
        None,
        repr=False,
        description="Mail server: smtp://user:password@host:587 (STARTTLS) or smtps:// (TLS), both percent-encoded. "
        "Unset: mail is files in the home's outbox folder.",
    )
    mail_from: str | None = Field(
        None, description="Who mail comes from, such as NetOS <netos@example.com>. Unset: netos@ the public host."
    )
    slack_webhook_url: str | None = Field(None, repr=False, description="Incoming webhook of a Slack channel.")
    slack_bot_token: str | None = Field(
        None, repr=False, description="Slack bot (xoxb-…): threads in the channel, and messages to single people."
    )
    slack_channel: str | None = Field(
        None, min_length=1, max_length=80, description="Id or name of the channel the bot posts notices into."
    )
    slack_base_url: str = Field("https://slack.com/api", description="Where Slack's Web API is.")
    teams_workflow_url: str | None = Field(
        None, repr=False, description="Address of a Teams workflow that posts adaptive cards."
    )
    monday_token: str | None = Field(None, repr=False, description="API token of Monday.com.")
    monday_api_version: str = Field(
        "2026-10", pattern=r"^20[0-9]{2}-(01|04|07|10)$", description="Version of its API that is spoken."
    )
    monday_url: str = Field("https://api.monday.com/v2", description="Where Monday.com is.")
    monday_boards: dict[str, Board] = Field(
        {},
        description="Board and column ids by kind of notice, as JSON: "
        '{"renewal": {"board": "123", "key": "text1", "date": "date4", "link": "link1", "status": "status"}}; '
        "`key` is a text column by which a repeat is known.",
    )
    notices_with_money: str = Field(
        "", description="Of slack, teams and monday, with commas, where everybody may read amounts; else none are sent."
    )

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        if value is not None:
            from netos_core.vendors.smtp import server_of  # lazy: few processes send mail

            server_of(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", parseaddr(value)[1]):
            raise ValueError("must be an address such as NetOS <netos@example.com>")
        return value

    @field_validator("slack_webhook_url", "slack_base_url", "teams_workflow_url", "monday_url")
    @classmethod
    def _posted_to(cls, value: str | None) -> str | None:
        return safe_address(value, with_query=True)

    @field_validator("monday_boards")
    @classmethod
    def _known_kinds(cls, value: dict[str, Board]) -> dict[str, Board]:
        unknown = sorted(set(value) - SHARED)
        if unknown:
            raise ValueError(f"has unknown kinds {', '.join(unknown)}; valid: {', '.join(sorted(SHARED))}")
        return value

    @field_validator("notices_with_money")
    @classmethod
    def _known_rooms(cls, value: str) -> str:
        unknown = sorted(set(listed(value)) - set(ROOMS))
        if unknown:
            raise ValueError(f"names {', '.join(unknown)}; valid: {', '.join(ROOMS)}")
        return value

    @model_validator(mode="after")
    def _whole_ways(self) -> Self:
        if self.slack_channel and not self.slack_bot_token:
            raise ValueError("NETOS_SLACK_CHANNEL needs NETOS_SLACK_BOT_TOKEN; a webhook has its own channel")
        if bool(self.monday_token) != bool(self.monday_boards):
            raise ValueError("NETOS_MONDAY_TOKEN and NETOS_MONDAY_BOARDS go together")
        return self

    @property
    def personal_channels(self) -> frozenset[str]:
        """The ways to a person that this installation has."""
        return frozenset({str(Way.MAIL), str(Way.DIRECT)} if self.slack_bot_token else {str(Way.MAIL)})

    @property
    def rooms(self) -> tuple[Room, ...]:
        """The places where many read notices."""
        named = listed(self.notices_with_money)
        found: list[tuple[Way, str, frozenset[str]]] = []
        if self.slack_bot_token and self.slack_channel:
            found.append((Way.SLACK, self.slack_channel, frozenset(SHARED)))
        elif self.slack_webhook_url:
            found.append((Way.SLACK, "webhook", frozenset(SHARED)))
        if self.teams_workflow_url:
            found.append((Way.TEAMS, "workflow", frozenset(SHARED)))
        found += [(Way.MONDAY, f"board {board.board}", frozenset({kind})) for kind, board in self.monday_boards.items()]
        return tuple(Room(way, name, kinds, money=way in named) for way, name, kinds in found)
