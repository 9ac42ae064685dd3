"""The settings of Sonar, the billing system."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from netos_core.runtime.settings_words import safe_address

SONAR_SECRETS = frozenset({"sonar_token"})


class SonarSettings(BaseSettings):
    """Without Sonar revenue is read from a file: `netos revenue load`."""

    sonar_url: str | None = Field(
        None, description="Sonar, such as https://isp.sonar.software. Unset: revenue comes from files."
    )
    sonar_token: str | None = Field(None, repr=False, description="Personal access token of a user there who reads.")
    sonar_minutes: int = Field(60, ge=5, le=1440, description="Minutes from one sync with Sonar to the next.")

    @field_validator("sonar_url")
    @classmethod
    def _at(cls, value: str | None) -> str | None:
        return safe_address(value)
