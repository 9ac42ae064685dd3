"""What an installation may decide: environment variables that begin with NETOS_, read once at start."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from netos_core.kernel.errors import Invalid

PREFIX = "NETOS_"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SECRET = frozenset({"database_url", "redis_url"})


class SettingsRefused(Invalid):
    """At least one setting is wrong; the message has one line for each."""


class Settings(BaseSettings):
    """The settings of this process. Frozen: a change takes a restart, so every process agrees."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: str | None = Field(
        None, repr=False, description="PostgreSQL 15 or newer. Unset: the embedded one is started in the home."
    )
    redis_url: str | None = Field(
        None, repr=False, description="Valkey or Redis for the job queue. Unset: the embedded Valkey is started."
    )
    home: Path | None = Field(
        None, description="Folder of data, keys and logs. Unset: .netos here if it exists, else the user's data folder."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address the web server listens on.")
    port: int = Field(8420, ge=0, le=65535, description="Port of the web server; the next free one if it is taken.")
    public_url: str | None = Field(
        None, description="Address people and agents use, where a proxy stands in front. Unset: host and port."
    )
    demo: bool = Field(default=False, description="Sample data and the development login; only on a loopback host.")
    timezone: str = Field("America/Indiana/Indianapolis", description="Business time zone: which day it is today.")
    currency: str = Field("USD", description="Currency of an amount that states none (three letters).")
    medium_needs_page: bool = Field(
        default=False, description="Changes of medium risk need the approval page, not only the client's own prompt."
    )
    second_approval_from: Decimal | None = Field(
        None, gt=0, description="Monthly amount from which a change needs a second person. Unset: never."
    )
    proposal_days: int = Field(14, ge=1, le=365, description="Days until a proposal that nobody decided expires.")
    bulk_limit: int = Field(
        25, ge=1, le=10_000, description="Records above which one change is bulk, and so of high risk."
    )
    pool_size: int = Field(20, ge=1, le=200, description="Database connections and worker threads of each process.")
    calls_per_second: float = Field(50, gt=0, description="Calls a second of one person's agents, in the long run.")
    calls_at_once: int = Field(100, ge=1, description="Calls of one person's agents that may come at once.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("database_url")
    @classmethod
    def _one_driver(cls, value: str | None) -> str | None:
        """Accept the usual spellings, so a URL copied from a hosting page works."""
        if value is None:
            return None
        found = re.fullmatch(r"(?:postgres|postgresql|postgresql\+psycopg)://(.+)", value)
        if found is None:
            raise ValueError("must begin with postgresql://")
        return f"postgresql+psycopg://{found[1]}"

    @field_validator("redis_url")
    @classmethod
    def _queue_scheme(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http or https address such as https://netos.example.com")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as unknown:  # an absent name, a folder's name, a path outside
            raise ValueError("is no IANA time zone, such as America/Chicago") from unknown
        return value

    @field_validator("currency")
    @classmethod
    def _currency_code(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Z]{3}", value):
            raise ValueError("must be three capital letters, such as USD")
        return value

    @model_validator(mode="after")
    def _demo_stays_here(self) -> Self:
        """The development login asks for no password, so nobody else may reach it."""
        if self.demo and self.host not in LOOPBACK:
            raise ValueError("NETOS_DEMO works only on a loopback NETOS_HOST, because its login asks for no password")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        """The address to show to people: the public one, else where the server listens."""
        return self.public_url or web_address(self.host, self.port)


def web_address(host: str, port: int) -> str:
    """Write the address of a server; one that listens everywhere is reached on the loopback."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def load_settings(**given: Any) -> Settings:
    """Read the settings; what the command line gave (and is not None) wins over the environment.

    Raises:
        SettingsRefused: One line for each setting that is wrong.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as refused:
        lines = [_line(problem) for problem in refused.errors(include_url=False)]
        raise SettingsRefused("\n".join(lines)) from None


def _line(problem: Any) -> str:
    """Say which setting is wrong, how, and what it is now unless it may hold a password."""
    raised = problem.get("ctx", {}).get("error")
    message = str(raised) if raised is not None else problem["msg"][0].lower() + problem["msg"][1:]
    if not problem["loc"]:
        return f"{message}."
    name = str(problem["loc"][0]).lower().removeprefix(PREFIX.lower())
    shown = "" if name in SECRET else f" (now “{problem['input']}”)"
    return f"{PREFIX}{name.upper()} {message}{shown}."


def settings_table() -> str:
    """Write the settings as a Markdown table for the documentation."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = (
            ""
            if field.default is None
            else f"`{str(field.default).lower() if field.default is False else field.default}`"
        )
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
