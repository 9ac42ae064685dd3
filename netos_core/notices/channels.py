"""What goes out and by what: a letter as text, the shape of every way, and mail as files where no server is set up."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound

from netos_core.notices.sending import Letter

REPEATED = "This may be a repeat: an earlier try was cut off, and nobody knows whether it arrived."
MARK = "X-NetOS-Repeat"


@dataclass(frozen=True, slots=True)
class Message:
    """A letter in words, the same for every way.

    Args:
        id: Of its row; the same at every try.
        key: Its delivery key.
        kind: What it is about.
        recipient: Address of the person, or the name of the place.
        title: One line.
        body: Its text, without the link.
        link: Whole address of the page to open.
        due: Day by which somebody has to act.
        repeat: Whether an earlier try may have got through.
        thread: What the first message about the same subject is called there.
        made_at: When its cause happened.
        html: Its text for readers of mail, where it has one laid out.
    """

    id: UUID
    key: str
    kind: str
    recipient: str
    title: str
    body: str
    link: str | None
    due: date | None
    repeat: bool
    thread: str | None
    made_at: datetime
    html: str | None = None


class Channel(Protocol):
    """A way out. `system` is what stands behind it as people know it; None where that is this machine."""

    @property
    def system(self) -> str | None: ...

    def send(self, message: Message) -> str | None:
        """Hand a message over; return what the system calls it, if anything.

        Raises:
            VendorError: It was refused or did not get through; its code says which, `maybe_done` whether it may have.
        """

    def check(self) -> str:
        """Ask the cheapest question that shows whether the way is open; return in words what was found."""

    def close(self) -> None: ...


def message_of(letter: Letter, public_url: str) -> Message:
    """Write a letter in words.

    Raises:
        jinja2.TemplateError: Its template and its values do not fit: a bug of ours, which no retry mends.
    """
    link = f"{public_url}{letter.link}" if letter.link else None
    around = {"title": letter.title, "link": link, "repeat": REPEATED if letter.repeat else None}
    return Message(
        id=letter.id,
        key=letter.delivery_key,
        kind=letter.kind,
        recipient=letter.recipient,
        title=letter.title,
        body=text_of(letter.template, letter.values, public_url),
        link=link,
        due=date.fromisoformat(letter.due) if letter.due else None,
        repeat=letter.repeat,
        thread=letter.thread,
        made_at=letter.created_at,
        html=html_of(letter.template, {**letter.values, **around}, public_url),
    )


def text_of(template: str, values: Mapping[str, Any], public_url: str) -> str:
    """Fill the text of a notice."""
    return _templates(public_url).get_template(f"{template}.txt.j2").render(values).strip()


def html_of(template: str, values: Mapping[str, Any], public_url: str) -> str | None:
    """Fill the laid-out text of a notice, every value escaped; None where it has plain text only."""
    try:
        found = _templates(public_url).get_template(f"{template}.html.j2")
    except TemplateNotFound:
        return None
    return found.render(values).strip()


@functools.lru_cache(maxsize=4)
def _templates(public_url: str) -> Environment:
    made = Environment(
        loader=PackageLoader("netos_core.notices"),
        undefined=StrictUndefined,
        autoescape=lambda name: (name or "").endswith(".html.j2"),  # noqa: S701 - the others are plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["whole"] = lambda path: f"{public_url}{path}"
    return made


def sender_of(mail_from: str | None, public_url: str) -> str:
    """Say who mail comes from: as the setting has it, else NetOS at the host of this installation."""
    if mail_from:
        return mail_from
    host = urlsplit(public_url).hostname or ""
    return formataddr(("NetOS", f"netos@{host if _is_name(host) else 'localhost'}"))


def compose(message: Message, sender: str) -> EmailMessage:
    """Write a message as mail. Its Message-ID is the same at every try, so that a repeat shows."""
    mail = EmailMessage(policy=default.clone(cte_type="7bit"))  # every server takes that
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = " ".join(message.title.split())
    mail["Date"] = message.made_at
    mail["Message-ID"] = f"<{message.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.repeat:
        mail[MARK] = "possible"
    parts = (REPEATED if message.repeat else None, message.body, message.link)
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    if message.html:
        mail.add_alternative(message.html + "\n", subtype="html")
    return mail


class MailFiles:
    """Mail as files in a folder of the home, until a mail server is set up."""

    system = None

    def __init__(self, outbox: Path, sender: str) -> None:
        self._outbox = outbox
        self._sender = sender

    def send(self, message: Message) -> None:
        """Write a message as a file named by its key, in one step: a repeat replaces the same file."""
        mail = compose(message, self._sender)
        place = self._outbox / f"{quote(message.key, safe='').replace('%3A', '+')}.eml"
        made = place.with_name(f".{message.id}.new")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(mail.as_bytes(policy=SMTP))
            file.flush()
            os.fsync(file.fileno())
        made.replace(place)

    def check(self) -> str:
        return f"Mail is written as files into {self._outbox}."

    def close(self) -> None:
        pass


def _is_name(host: str) -> bool:
    return any(c.isalpha() for c in host) and ":" not in host
