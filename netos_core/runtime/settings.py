"""What an installation may decide: environment variables that begin with NETOS_, read once at start."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid
from netos_core.runtime.settings_claude import ClaudeSettings
from netos_core.runtime.settings_finance import FinanceSettings
from netos_core.runtime.settings_letters import LETTER_SECRETS, LetterSettings
from netos_core.runtime.settings_notices import NOTICE_SECRETS, NoticeSettings
from netos_core.runtime.settings_reports import REPORT_SECRETS, ReportSettings
from netos_core.runtime.settings_sonar import SONAR_SECRETS, SonarSettings
from netos_core.runtime.settings_spend import SpendSettings
from netos_core.runtime.settings_words import LOOPBACK, listed, safe_address

PREFIX = "NETOS_"
ELSEWHERE = ("vault:", "doppler:")
SHORTEST_KEY = 32
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECRET = (
    NOTICE_SECRETS
    | LETTER_SECRETS
    | REPORT_SECRETS
    | SONAR_SECRETS
    | frozenset(
        {
            "database_url",
            "redis_url",
            "secret_keys",
            "entra_client_secret",
            "metrics_token",
            "vault_secret_id",
            "doppler_token",
            "store_secret",
            "availability_token",
        }
    )
)


class SettingsRefused(Invalid):
    """At least one setting is wrong; the message has one line for each."""


class Settings(
    NoticeSettings, LetterSettings, ReportSettings, ClaudeSettings, FinanceSettings, SpendSettings, SonarSettings
):
    """The settings of this process. Frozen: a change takes a restart, so every process agrees."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)
    _references: dict[str, str] = PrivateAttr(default_factory=dict)
    _rotated: dict[str, str] = PrivateAttr(default_factory=dict)

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
    allowed_hosts: str = Field(
        "", description="More host names requests may be addressed to, with commas; the public one always may."
    )
    trusted_proxies: str = Field(
        "", description="Addresses of the proxies in front, with commas: only their word for a caller's address counts."
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
    secret_keys: str | None = Field(
        None,
        repr=False,
        description="Keys that seal what is stored, newest first, with commas, 32 characters or more each. "
        "Unset: one in the home, which is enough for one machine with the embedded database.",
    )
    entra_tenant_id: str | None = Field(None, description="Microsoft Entra ID: GUID of the one tenant that signs in.")
    entra_client_id: str | None = Field(None, description="GUID of the app registration that is NetOS.")
    entra_client_secret: str | None = Field(None, repr=False, description="Its client secret.")
    entra_authority: str = Field(
        "https://login.microsoftonline.com", description="Where Entra is; another one for government clouds."
    )
    entra_group_roles: dict[str, Role] = Field(
        {}, description='Groups that give a role where no app role does, as JSON: {"GUID": "noc"}.'
    )
    entra_clients: str = Field(
        "", description="Client applications (GUIDs, with commas) whose tokens are taken. Empty: any of the tenant."
    )
    graph_url: str = Field("https://graph.microsoft.com", description="Where Microsoft Graph is.")
    mcp_redirects: str = Field(
        "http://localhost:*,http://127.0.0.1:*,https://claude.ai/*,https://claude.com/*",
        description="Where MCP clients may be sent back to after signing in, with commas; * matches anything.",
    )
    vault_addr: str | None = Field(None, description="HashiCorp Vault, for settings written vault:path#key.")
    vault_role_id: str | None = Field(None, description="Its AppRole.")
    vault_secret_id: str | None = Field(None, repr=False, description="The secret of that AppRole.")
    vault_namespace: str | None = Field(None, description="Its namespace, where there is one.")
    vault_mount: str = Field("secret", description="Mount of its KV version 2 engine.")
    doppler_token: str | None = Field(None, repr=False, description="Doppler, for settings written doppler:NAME.")
    doppler_project: str | None = Field(None, description="Its project; a service token needs none.")
    doppler_config: str | None = Field(None, description="Its config; a service token needs none.")
    doppler_url: str = Field("https://api.doppler.com", description="Where Doppler is.")
    store_url: str | None = Field(
        None, description="Bucket of documents, such as s3://netos/documents. Unset: a folder in the home."
    )
    store_key: str | None = Field(None, description="Access key of that bucket.")
    store_secret: str | None = Field(None, repr=False, description="Its secret.")
    store_endpoint: str | None = Field(None, description="Where S3 is, for MinIO and the like. Unset: Amazon.")
    store_region: str = Field("us-east-1", min_length=1, description="The bucket's region.")
    upload_megabytes: int = Field(50, ge=1, le=60, description="Largest document that may be uploaded, in MB.")
    clamd_url: str | None = Field(
        None, description="ClamAV daemon that looks into uploads, such as tcp://127.0.0.1:3310. Unset: none does."
    )
    availability_url: str | None = Field(
        None, description="Service Address Availability Checker. Unset: our own circuits and assets answer."
    )
    availability_token: str | None = Field(None, repr=False, description="Its bearer token or API key.")
    availability_names: dict[str, str] = Field(
        {},
        description="What its path, header and fields are called where they differ from ours, as JSON: "
        '{"path": "/check", "header": "X-Api-Key", "scheme": "", "line1": "street"}.',
    )
    otlp_endpoint: str | None = Field(None, description="Where traces and metrics are sent (OTLP over HTTP).")
    metrics_token: str | None = Field(
        None, repr=False, description="Bearer token that reads /metrics from another machine. Unset: loopback only."
    )
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

    @field_validator("secret_keys")
    @classmethod
    def _long_keys(cls, value: str | None) -> str | None:
        if value is not None and any(len(key) < SHORTEST_KEY for key in listed(value)):
            raise ValueError(
                f"must be keys of at least {SHORTEST_KEY} characters, such as `openssl rand -hex 32` makes"
            )
        return value

    @field_validator("entra_tenant_id", "entra_client_id")
    @classmethod
    def _one_tenant(cls, value: str | None) -> str | None:
        """Take a GUID only: with “organizations” or “common” anybody's tenant would sign in."""
        if value is not None and not GUID.fullmatch(value.lower()):
            raise ValueError("must be a GUID, as the app registration's overview shows it")
        return value and value.lower()

    @field_validator(
        "entra_authority",
        "graph_url",
        "vault_addr",
        "doppler_url",
        "otlp_endpoint",
        "store_endpoint",
        "availability_url",
    )
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        return safe_address(value)

    @field_validator("availability_names")
    @classmethod
    def _known_names(cls, value: dict[str, str]) -> dict[str, str]:
        if value:
            from netos_core.vendors.availability import NAMES  # lazy: few installations map anything

            unknown = sorted(set(value) - set(NAMES))
            if unknown:
                raise ValueError(f"has unknown names {', '.join(unknown)}; valid: {', '.join(NAMES)}")
        return value

    @field_validator("store_url")
    @classmethod
    def _bucket(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?", value):
            raise ValueError("must be an address such as s3://bucket or s3://bucket/folder")
        return value

    @field_validator("clamd_url")
    @classmethod
    def _daemon(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"tcp://[^\s/]+|unix:///\S+", value):
            raise ValueError("must be tcp://host:3310 or unix:///path/of/the/socket")
        return value

    @model_validator(mode="after")
    def _whole_store(self) -> Self:
        if bool(self.store_key) != bool(self.store_secret):
            raise ValueError("NETOS_STORE_KEY and NETOS_STORE_SECRET go together")
        return self

    @model_validator(mode="after")
    def _whole_sign_in(self) -> Self:
        """An identity provider is configured whole or not at all, and never beside a login without password."""
        parts = (self.entra_tenant_id, self.entra_client_id, self.entra_client_secret)
        if any(parts) and not all(parts):
            raise ValueError("NETOS_ENTRA_TENANT_ID, NETOS_ENTRA_CLIENT_ID and NETOS_ENTRA_CLIENT_SECRET go together")
        if self.entra_tenant_id and self.demo:
            raise ValueError("NETOS_DEMO and NETOS_ENTRA_TENANT_ID exclude each other: the demo asks for no password")
        public = urlsplit(self.url)
        if self.entra_tenant_id and public.scheme != "https" and public.hostname not in LOOPBACK:
            raise ValueError("NETOS_PUBLIC_URL must be an https address where people sign in with Entra")
        return self

    @model_validator(mode="after")
    def _demo_stays_here(self) -> Self:
        """The development login asks for no password, so nobody else may reach it."""
        if self.demo and self.host not in LOOPBACK:
            raise ValueError("NETOS_DEMO works only on a loopback NETOS_HOST, because its login asks for no password")
        elsewhere = self.hosts - LOOPBACK
        if self.demo and (elsewhere or self.trusted_proxies):
            raise ValueError(
                "NETOS_DEMO does not stand behind a proxy or under a public name: its login is for this machine"
            )
        return self

    def secret(self, name: str, *, fresh: bool = False) -> str:
        """Return a secret setting; `fresh` reads it from its source anew, for it may have been rotated there."""
        reference = self._references.get(name)
        if fresh and reference is not None:
            from netos_core.runtime.secrets import Secrets  # lazy: most installations keep none elsewhere

            with contextlib.closing(Secrets(os.environ)) as secrets:
                self._rotated[name] = secrets.again(reference)
        return self._rotated.get(name) or str(getattr(self, name) or "")

    @property
    def references(self) -> Mapping[str, str]:
        """The settings whose secret is kept elsewhere, with where."""
        return self._references

    @property
    def hosts(self) -> frozenset[str]:
        """The names a request may be addressed to: the loopback's, those listened on, and the public ones."""
        named = {*LOOPBACK, self.host, urlsplit(self.url).hostname or "", *listed(self.allowed_hosts)}
        return frozenset(name.lower() for name in named - {"", "0.0.0.0", "::"})  # noqa: S104 - compared, not bound

    @property
    def letterhead(self) -> tuple[str, ...]:
        """Our name and the lines of our address; the sample company has some of its own."""
        if self.company_name is not None:
            return (self.company_name, *(line for part in self.company_address.split(";") if (line := part.strip())))
        return ("Xiber", "200 South Meridian Street", "Indianapolis, IN 46225") if self.demo else ()

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
    chosen = {name: value for name, value in given.items() if value is not None}
    references = {name: text for name in Settings.model_fields if (text := _reference(name, chosen)) is not None}
    if references:
        from netos_core.runtime.secrets import Secrets, resolve_all  # lazy: most installations keep none elsewhere

        with contextlib.closing(Secrets(os.environ)) as secrets:
            chosen |= resolve_all(references, secrets)
    try:
        settings = Settings(**chosen)
        settings._references = references  # noqa: SLF001 - the settings' own, known only here
    except ValidationError as refused:
        lines = [_line(problem) for problem in refused.errors(include_url=False)]
        raise SettingsRefused("\n".join(lines)) from None
    return settings


def _reference(name: str, given: Mapping[str, Any]) -> str | None:
    """Return a setting that names a secret kept elsewhere instead of being it."""
    found = next((text for key, text in os.environ.items() if key.upper() == f"{PREFIX}{name.upper()}"), "")
    text = given.get(name, found)
    return text if isinstance(text, str) and text.startswith(ELSEWHERE) else None


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
    bases = (NoticeSettings, ReportSettings, ClaudeSettings, FinanceSettings, SpendSettings, SonarSettings)
    inherited = {name for base in bases for name in base.model_fields}  # a base's fields come first, and belong last
    for name, field in sorted(Settings.model_fields.items(), key=lambda one: one[0] in inherited):
        default = (
            ""
            if field.default is None
            else f"`{str(field.default).lower() if field.default is False else field.default}`"
        )
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"
