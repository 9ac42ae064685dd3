"""A mail server over the network: what it takes, what it refuses for good or for now, and who we are there."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from netos_core.notices.channels import MARK, Message
from netos_core.vendors.errors import (
    CredentialsInvalid,
    Deferred,
    PermissionDenied,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.smtp import AddressRefused, Server, Smtp, server_of
from tests.standins.mail import ENCODED, Mailbox, mail_server

MESSAGE = Message(
    id=UUID(int=7),
    key="renewal:CTR-1042:critical",
    kind="renewal",
    recipient="dana@isp.example",
    title="CTR-1042 is critical — act by 4 Dec",
    body="Notice must be received by 31 December.\n.\nA line with a dot alone stands above.",
    link="https://netos.isp.example/contracts/CTR-1042",
    due=None,
    repeat=False,
    thread=None,
    made_at=datetime(2026, 11, 26, 12, 0, tzinfo=UTC),
)
SENDER = "NetOS <netos@isp.example>"


def client(box: Mailbox, url: str | None = None) -> Smtp:
    trusts = (lambda: ssl.create_default_context(cafile=box.ca_file)) if box.ca_file else None
    return Smtp(lambda _: url or box.url, SENDER, trusts=trusts)


def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as box:
        client(box).send(MESSAGE)
    (mail,) = box.mails
    assert (mail["From"], mail["To"]) == (SENDER, "dana@isp.example")
    assert mail["Subject"] == MESSAGE.title
    assert mail["Message-ID"] == f"<{UUID(int=7)}@isp.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail[MARK] is None
    assert mail.get_content().replace("\r\n", "\n") == f"{MESSAGE.body}\n\n{MESSAGE.link}\n"


def test_a_possible_repeat_says_so() -> None:
    with mail_server() as box:
        client(box).send(MESSAGE)
        client(box).send(replace(MESSAGE, repeat=True))
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert second[MARK] == "possible"
    assert second.get_content().startswith("This may be a repeat")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_line_is_closed_and_we_sign_in(tls: str) -> None:
    with mail_server(tls, sign_in=True) as box:
        client(box).send(MESSAGE)
        assert client(box).check() == "It lets us in."
        assert len(box.mails) == 1


def test_a_certificate_nobody_vouches_for_is_said() -> None:
    with mail_server("starttls") as box, pytest.raises(VendorUnavailable) as refusal:
        Smtp(lambda _: box.url, SENDER).send(MESSAGE)
    assert "SSL_CERT_FILE" in str(refusal.value.fix)
    assert not refusal.value.maybe_done


def test_a_wrong_password_names_the_setting() -> None:
    with mail_server(sign_in=True) as box:
        for url in (box.url.replace(ENCODED, "netos:wrong"), box.url.replace(f"{ENCODED}@", "x:y@")):
            with pytest.raises(CredentialsInvalid) as refusal:
                client(box, url).send(MESSAGE)
            assert refusal.value.setting == "NETOS_SMTP_URL"
            assert "wrong" not in str(refusal.value.as_dict())
        assert box.mails == []


def test_a_rotated_password_heals_itself() -> None:
    with mail_server(sign_in=True) as box:
        kept = {False: box.url.replace(ENCODED, "netos:old"), True: box.url}
        Smtp(kept.__getitem__, SENDER).send(MESSAGE)
        assert len(box.mails) == 1


def test_an_address_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(CredentialsInvalid):
        Smtp(lambda _: "mail.example.com", SENDER).send(MESSAGE)


def test_a_server_that_can_not_sign_us_in_just_now_is_away() -> None:
    with mail_server(sign_in=True) as box:
        box.sign_in_answer = "454 4.7.0 Temporary authentication failure"
        with pytest.raises(VendorUnavailable):
            client(box).send(MESSAGE)


def test_no_password_goes_over_an_open_line_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as box:
        monkeypatch.setattr("netos_core.vendors.smtp.LOOPBACK", frozenset())
        with pytest.raises(PermissionDenied) as refusal:
            client(box, box.url.replace("://", f"://{ENCODED}@")).send(MESSAGE)
    assert refusal.value.setting == "NETOS_SMTP_URL"
    assert box.mails == []


@pytest.mark.parametrize(
    ("field", "answer", "kind"),
    [
        ("rcpt", "550 5.1.1 No such user", AddressRefused),
        ("rcpt", "552 5.2.2 Mailbox full for good", AddressRefused),
        ("rcpt", "450 4.2.0 Greylisted", Deferred),
        ("rcpt", "421 Closing", VendorUnavailable),
        ("text", "554 5.7.1 Spam", Rejected),
        ("text", "452 4.3.1 No room", Deferred),
        ("sender", "553 5.7.1 Not your address", PermissionDenied),
        ("sender", "451 4.3.0 Later", VendorUnavailable),
    ],
)
def test_a_refusal_is_sorted_and_told_in_our_words(field: str, answer: str, kind: type[VendorError]) -> None:
    with mail_server() as box:
        if field == "rcpt":
            box.refused["dana@isp.example"] = answer
        else:
            setattr(box, f"{field}_answer", answer)
        with pytest.raises(kind) as refusal:
            client(box).send(MESSAGE)
    assert type(refusal.value) is kind
    assert not refusal.value.maybe_done
    assert answer[6:] not in str(refusal.value.as_dict())
    if kind is PermissionDenied:
        assert refusal.value.setting == "NETOS_MAIL_FROM"


@pytest.mark.parametrize("address", ["dana@isp.example\r\nRCPT TO:<all@isp.example>", "dänä@isp.example", "dana", ""])
def test_what_is_no_address_is_refused_before_it_is_asked(address: str) -> None:
    with mail_server() as box, pytest.raises(AddressRefused):
        client(box).send(replace(MESSAGE, recipient=address))
    assert box.mails == []


def test_a_server_that_is_not_there_is_away_and_nothing_was_sent() -> None:
    with mail_server() as box:
        pass
    with pytest.raises(VendorUnavailable) as refusal:
        client(box).send(MESSAGE)
    assert not refusal.value.maybe_done


def test_a_line_that_breaks_before_the_answer_may_have_carried_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netos_core.vendors.smtp.ANSWER_SECONDS", 0.3)
    with mail_server() as box:
        box.seconds_of_silence = 5
        with pytest.raises(VendorUnavailable) as refusal:
            client(box).send(MESSAGE)
        assert refusal.value.maybe_done
        assert len(box.mails) == 1


@contextmanager
def says(*lines: bytes) -> Iterator[int]:
    """A server that says its lines, one for each of ours, and hangs up; returns its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            peer, _ = listener.accept()
            with peer:
                for line in lines:
                    peer.sendall(line)
                    peer.recv(4096)

        thread = threading.Thread(target=talk)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "lines", [(b"554 Not today\r\n",), (b"421 Too many\r\n",), (b"220 hi\r\n",), (b"HTTP/1.1 400 Bad Request\r\n\r\n",)]
)
def test_whatever_greets_us_otherwise_is_away(lines: tuple[bytes, ...]) -> None:
    with says(*lines) as port, pytest.raises(VendorUnavailable) as refusal:
        Smtp(lambda _: f"smtp://127.0.0.1:{port}", SENDER).send(MESSAGE)
    assert not refusal.value.maybe_done


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.isp.example", Server("mail.isp.example", 587, False, None, None)),
        ("smtps://mail.isp.example", Server("mail.isp.example", 465, True, None, None)),
        ("smtp://a%40b:c%3Ad@mail.isp.example:25", Server("mail.isp.example", 25, False, "a@b", "c:d")),
    ],
)
def test_an_address_says_where_how_and_who(url: str, server: Server) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize(
    "url", ["http://mail", "smtp://", "smtp://user@mail", "smtp://mail/inbox", "smtp://mail:99999", "smtp://mail?x=1"]
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        server_of(url)
