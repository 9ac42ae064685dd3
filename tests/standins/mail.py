"""A mail server (aiosmtpd) on a loopback port, plain, with STARTTLS or with TLS, that says no when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import ssl
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "netos", "p@ss:word"
ENCODED = "netos:p%40ss%3Aword"


@dataclass
class Mailbox:
    """What has been accepted, and what is refused: an answer by recipient, or to every mail or sender."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    text_answer: str | None = None
    sender_answer: str | None = None
    sign_in_answer: str | None = None
    silent_from: int = 0
    seconds_of_silence: float = 0.0
    ca_file: Path | None = None

    wants_sign_in: bool = False

    async def handle_MAIL(self, _: SMTP, who: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd calls it so
        if self.wants_sign_in and not who.authenticated:
            return "530 5.7.0 Authentication required"
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802 - aiosmtpd calls it so
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        """Take a mail; with silence, it is taken and the answer does not come while the client waits."""
        if self.text_answer:
            return self.text_answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(BytesParser(policy=email.policy.default).parsebytes(content))
        if self.seconds_of_silence and len(self.mails) > self.silent_from:
            end = time.monotonic() + self.seconds_of_silence
            while time.monotonic() < end and not server.transport.is_closing():  # type: ignore[union-attr]  # noqa: ASYNC110 - a transport has no event for it
                await asyncio.sleep(0.02)
        return "250 OK"

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if self.sign_in_answer:
            return AuthResult(success=False, handled=False, message=self.sign_in_answer)
        return AuthResult(success=right, handled=right)  # unhandled, else no 535 is sent


@contextlib.contextmanager
def mail_server(tls: str | None = None, *, sign_in: bool = False, port: int = 0) -> Iterator[Mailbox]:
    """Run a mail server in a thread until the block ends.

    Args:
        tls: None, "starttls" or "tls"; with either, `ca_file` is the authority to trust.
        sign_in: Whether it wants user and password.
        port: Port to listen on; 0 takes any.
    """
    box = Mailbox()
    with tempfile.TemporaryDirectory(prefix="netos-t-") as folder:
        context = _certificate(Path(folder), box) if tls else None
        more: dict[str, Any] = {"tls_context": context} if tls == "starttls" else {}
        if sign_in:
            box.wants_sign_in = True
            more |= {"authenticator": box.authenticate, "auth_require_tls": tls == "starttls"}
        made = OnItsPort(
            box, hostname="127.0.0.1", port=port, ssl_context=context if tls == "tls" else None, server_hostname="mail",
            ready_timeout=20.0, **more,
        )  # fmt: skip
        made.start()
        scheme, credential = "smtps" if tls == "tls" else "smtp", f"{ENCODED}@" if sign_in else ""
        box.url = f"{scheme}://{credential}{'localhost' if tls else '127.0.0.1'}:{made.port}"
        try:
            yield box
        finally:
            made.stop()


class OnItsPort(Controller):
    """Knows the port the machine gave it."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _certificate(folder: Path, box: Mailbox) -> ssl.SSLContext:
    authority = trustme.CA()
    box.ca_file = folder / "authority.pem"
    authority.cert_pem.write_to_path(box.ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context
