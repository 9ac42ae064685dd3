"""The ways a message leaves. Until a mail server is configured, mail is a file in the home's outbox folder."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from netos_core.notices.records import Letter

Send = Callable[[Letter], None]
"""Hands one message over; raises whatever went wrong."""

MAIL = "mail"


def channels(outbox: Path, public_url: str) -> Mapping[str, Send]:
    """Name the way of each channel on this installation.

    Args:
        outbox: Folder of mail that has no server to go to.
        public_url: Address of this installation; its host signs the mail.
    """
    return {MAIL: functools.partial(write_eml, outbox, urlsplit(public_url).hostname or "localhost")}


def attempt(ways: Mapping[str, Send], letter: Letter) -> str | None:
    """Send one message; return None, or what went wrong in words."""
    send = ways.get(letter.channel)
    if send is None:
        return f"No channel is called {letter.channel}."
    try:
        send(letter)
    except Exception as failed:  # noqa: BLE001 - whatever fails is recorded with the message and tried again
        return f"{type(failed).__name__}: {failed}"
    return None


def write_eml(outbox: Path, host: str, letter: Letter) -> None:
    """Write a message as a mail file named by its key, in one step: a repeat replaces the same file."""
    mail = compose(letter, host)
    place = outbox / f"{quote(letter.delivery_key, safe='').replace('%3A', '+')}.eml"
    made = place.with_name(f".{letter.id}.{letter.tries}.new")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(mail.as_bytes(policy=SMTP))
        file.flush()
        os.fsync(file.fileno())
    made.replace(place)


def compose(letter: Letter, host: str) -> EmailMessage:
    """Write the mail of a message; the first line of its template is the subject."""
    subject, _, body = _render(letter.payload["template"], letter.payload).partition("\n")
    mail = EmailMessage()
    mail["From"] = f"NetOS <netos@{_domain(host)}>"
    mail["To"] = letter.recipient
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = letter.created_at
    mail["Message-ID"] = f"<{letter.id}@{_domain(host)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body.lstrip("\n"))
    return mail


def _domain(host: str) -> str:
    return host if any(c.isalpha() for c in host) and ":" not in host else "localhost"


def _render(name: str, values: Mapping[str, object]) -> str:
    return _templates().get_template(f"{name}.txt.j2").render(values)


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("netos_core.notices"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )
