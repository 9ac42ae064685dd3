"""The settings of notice letters: whose they are, and the service that has them signed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from netos_core.runtime.settings_words import safe_address

LETTER_SECRETS = frozenset({"docuseal_token", "docuseal_webhook_secret"})


class LetterSettings(BaseSettings):
    """Letters need our name and address; without DocuSeal they are printed and signed by hand."""

    company_name: str | None = Field(None, description="Our own name, at the head of notice letters.")
    company_address: str = Field("", description="Our address there, its lines with semicolons between them.")
    docuseal_url: str = Field("https://api.docuseal.com", description="DocuSeal; one's own is https://host/api.")
    docuseal_token: str | None = Field(
        None, repr=False, description="Its API token. Unset: letters are printed and signed by hand."
    )
    docuseal_webhook_secret: str | None = Field(
        None, repr=False, description="Secret of its calls to /hooks/docuseal. Unset: only a nightly look tells news."
    )
    docuseal_webhook_mode: Literal["hmac", "static"] = Field(
        "hmac", description="hmac: DocuSeal signs its calls; static: it sends the secret in X-Docuseal-Signature."
    )
    docuseal_template_id: int | None = Field(
        None, gt=0, description="Template for a DocuSeal of one's own that takes no PDF (docs/letters.md)."
    )

    @field_validator("docuseal_url")
    @classmethod
    def _asked_there(cls, value: str | None) -> str | None:
        return safe_address(value)
