"""How a notice may be sent on to Monday.com: the board of a kind, as the settings have it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

_ID = r"^[A-Za-z0-9_]{1,64}$"


class Board(BaseModel):
    """A board of Monday.com and the ids of its columns; the `key` column is a text by which a repeat is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    board: str = Field(pattern=r"^[0-9]{1,20}$")
    key: str = Field(pattern=_ID)
    group: str | None = Field(None, pattern=_ID)
    text: str | None = Field(None, pattern=_ID)
    link: str | None = Field(None, pattern=_ID)
    date: str | None = Field(None, pattern=_ID)
    status: str | None = Field(None, pattern=_ID)
    label: str = Field("New", min_length=1, max_length=60)

    def columns(self) -> dict[str, str]:
        """Return the configured columns by what they hold."""
        held = {"key": self.key, "text": self.text, "link": self.link, "date": self.date, "status": self.status}
        return {name: column for name, column in held.items() if column}
