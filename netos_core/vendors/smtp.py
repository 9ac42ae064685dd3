"""A mail server: SMTP with STARTTLS or TLS. What it says is sorted into refused, later, and away."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.policy import SMTP
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from netos_core.notices.channels import Message, compose
from netos_core.vendors.errors import (
    CredentialsInvalid,
    Deferred,
    PermissionDenied,
    Rejected,
    VendorError,
    VendorUnavailable,
)

SYSTEM = "Mail server"
SETTING = "NETOS_SMTP_URL"
SENDER_SETTING = "NETOS_MAIL_FROM"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"smtp": 587, "smtps": 465}
ANSWER_SECONDS = 30.0
FOR_GOOD = 500  # codes from here on are refused for good, those from 400 on for now
DONE = 250
ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # ASCII without blanks and further @
NOT_NOW = 421  # the server closes, whatever was asked


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mail server is and who we are there."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None


class AddressRefused(Rejected):
    """It has no such mailbox, or takes nothing for it: the address is the trouble."""

    address_refused = True


def server_of(url: str) -> Server:
    """Read smtp[s]://user:password@host:port; user and password are percent-encoded.

    Raises:
        ValueError: It is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be an address such as smtp://user:password@mail.example.com:587")
    user, password = parts.username, parts.password
    if (user is None) != (password is None):
        raise ValueError("must name user and password, or neither")
    port = parts.port or PORTS[parts.scheme]
    return Server(parts.hostname, port, parts.scheme == "smtps", user and unquote(user), password and unquote(password))


class Smtp:
    """Sends each message over a connection of its own.

    Args:
        url: Returns the address with our credential; with `True` it is read anew from where it is kept.
        sender: Who mail comes from, such as `NetOS <netos@example.com>`.
        trusts: The authorities to trust. None: the machine's own, or those in SSL_CERT_FILE.
    """

    system = SYSTEM

    def __init__(
        self, url: Callable[[bool], str], sender: str, *, trusts: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        self._url = url
        self._sender = sender
        self._trusts = trusts or ssl.create_default_context

    def send(self, message: Message) -> None:
        if not ADDRESS.fullmatch(message.recipient):
            raise _recipient_refused(FOR_GOOD)
        mail = compose(message, self._sender)
        with self._connected() as server:
            _take(server.mail(parseaddr(self._sender)[1]), _sender_refused)
            _take(server.rcpt(message.recipient), _recipient_refused)
            try:
                answer = server.data(mail.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError as refused:  # it would not even begin
                answer = (refused.smtp_code, b"")
            except OSError as cut:
                raise _away(maybe_done=True) from cut  # the mail may have been read whole
            _take(answer, _text_refused)

    def check(self) -> str:
        with self._connected() as server:
            server.noop()
        return "It lets us in."

    def close(self) -> None:
        pass

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open a connection that is signed in; with a secret read anew where the one we hold is refused."""
        try:
            server = self._opened(fresh=False)
        except CredentialsInvalid:
            server = self._opened(fresh=True)
        try:
            yield server
        except OSError as cut:
            raise _away() from cut
        finally:
            with contextlib.suppress(OSError):  # what is done is done
                server.quit()
            server.close()

    def _opened(self, *, fresh: bool) -> smtplib.SMTP:
        try:
            where = server_of(self._url(fresh))
        except ValueError:
            raise _refused_credential("is not written as it must be") from None
        name = parseaddr(self._sender)[1].rpartition("@")[2]  # else smtplib asks the name service who we are
        server: smtplib.SMTP | None = None
        try:
            if where.tls:
                trusts = self._trusts()
                server = smtplib.SMTP_SSL(where.host, where.port, name, timeout=ANSWER_SECONDS, context=trusts)
            else:
                server = smtplib.SMTP(where.host, where.port, name, timeout=ANSWER_SECONDS)
            server.ehlo_or_helo_if_needed()
            self._secured(server, where)
            self._signed_in(server, where)
        except VendorError:
            _dropped(server)
            raise
        except ssl.SSLError as broken:
            _dropped(server)
            raise VendorUnavailable(
                "The mail server's certificate is not trusted, or it speaks no TLS on this port.",
                system=SYSTEM,
                setting=SETTING,
                fix="Correct the port, or name the authority that signed it in SSL_CERT_FILE.",
            ) from broken
        except OSError as away:  # every SMTPException is one
            _dropped(server)
            raise _away() from away
        return server

    def _secured(self, server: smtplib.SMTP, where: Server) -> None:
        """Speak TLS wherever the server can; no password goes over an open line to another machine."""
        if where.tls:
            return
        if server.has_extn("starttls"):
            server.starttls(context=self._trusts())
            server.ehlo()
        elif where.user is not None and where.host not in LOOPBACK:
            raise PermissionDenied(
                "The mail server offers no TLS, and our password does not go over an open line.",
                system=SYSTEM,
                setting=SETTING,
                fix="Use smtps:// or a port with STARTTLS, or leave user and password out.",
            )

    def _signed_in(self, server: smtplib.SMTP, where: Server) -> None:
        if where.user is None or where.password is None:
            return
        try:
            server.login(where.user, where.password)
        except smtplib.SMTPAuthenticationError as refused:
            if refused.smtp_code < FOR_GOOD:
                raise _away() from refused
            raise _refused_credential("was refused") from None
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
            raise _refused_credential("can not be used: it takes none of the ways we sign in by") from None


def _take(answer: tuple[int, bytes], refusal: Callable[[int], VendorError]) -> None:
    """Raise what a refusal means; 25x is what a server says that has done it, or will."""
    code, _ = answer
    if code == NOT_NOW:
        raise _away(status=code)
    if code // 10 != DONE // 10:
        raise refusal(code)


def _for_now(code: int) -> Deferred:
    return Deferred(
        "The mail server does not take this mail now.", system=SYSTEM, status=code, fix="It is tried again by itself."
    )


def _sender_refused(code: int) -> VendorError:
    if code < FOR_GOOD:
        return _away(status=code)
    return PermissionDenied(
        "The mail server does not let us send from this address.",
        system=SYSTEM,
        status=code,
        setting=SENDER_SETTING,
        fix=f"Set {SENDER_SETTING} to an address it lets our account use.",
    )


def _recipient_refused(code: int) -> VendorError:
    if code < FOR_GOOD:
        return _for_now(code)
    return AddressRefused(
        f"The mail server refuses the address ({code}).",
        system=SYSTEM,
        status=code,
        fix="Correct the person's address in the directory, then send it again.",
    )


def _text_refused(code: int) -> VendorError:
    if code < FOR_GOOD:
        return _for_now(code)
    return Rejected(f"The mail server refuses this mail ({code}).", system=SYSTEM, status=code, fix="Its log says why.")


def _refused_credential(why: str) -> CredentialsInvalid:
    return CredentialsInvalid(
        f"Our credential for the mail server {why}.", system=SYSTEM, setting=SETTING, fix=f"Correct {SETTING}."
    )


def _away(*, status: int | None = None, maybe_done: bool = False) -> VendorUnavailable:
    return VendorUnavailable(
        "The mail server does not answer." if status is None else f"The mail server can not serve us now ({status}).",
        system=SYSTEM,
        status=status,
        fix="Try again later; if it stays so, check its address in the settings and the network.",
        maybe_done=maybe_done,
    )


def _dropped(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()
