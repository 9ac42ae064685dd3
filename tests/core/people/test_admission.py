"""Who a verified token admits: known by the directory's id, never by an address; roles of the newest token."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from netos_core.access.claims import Identity, NoRole
from netos_core.access.rules import PersonKind, Role
from netos_core.people.records import AddressTaken, PersonClosed, admit
from tests.factories import NOW, make_person

ADA = Identity(
    directory_id="tenant/ada",
    object_id="ada",
    name="Ada",
    email="ada@isp.example",
    roles=frozenset({Role.NOC}),
    client_id="client",
    application=False,
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
)


def test_the_first_token_makes_the_person_and_the_next_finds_them(session: Session) -> None:
    made = admit(session, ADA, NOW)
    renamed = dataclasses.replace(ADA, name="Ada Lovelace", email="lovelace@isp.example", issued_at=NOW)
    assert admit(session, renamed, NOW).id == made.id
    assert (made.name, made.email, made.roles) == ("Ada Lovelace", "ada@isp.example", ["noc"])


def test_a_newer_token_changes_the_roles_and_an_older_one_does_not(session: Session) -> None:
    admit(session, ADA, NOW)
    later = dataclasses.replace(ADA, roles=frozenset({Role.AUDITOR}), issued_at=NOW + timedelta(minutes=5))
    assert admit(session, later, NOW).roles == ["auditor"]
    assert admit(session, ADA, NOW).roles == ["auditor"]


def test_a_token_without_roles_takes_them_away(session: Session) -> None:
    person = admit(session, ADA, NOW)
    none = dataclasses.replace(ADA, roles=frozenset(), issued_at=NOW + timedelta(minutes=5))
    admit(session, none, NOW)
    assert person.roles == []


def test_a_stranger_without_roles_leaves_no_row(session: Session) -> None:
    with pytest.raises(NoRole):
        admit(session, dataclasses.replace(ADA, roles=frozenset()), NOW)


def test_an_address_does_not_say_who_one_is(session: Session) -> None:
    """The directory may give an address to somebody else: that person does not become the one before."""
    known = make_person(session, Role.ADMIN, "Ada Admin")
    stranger = dataclasses.replace(ADA, email=known.email.upper())
    with pytest.raises(AddressTaken):
        admit(session, stranger, NOW)
    known.active = False
    session.flush()
    newcomer = admit(session, stranger, NOW)
    assert newcomer.id != known.id
    assert newcomer.roles == ["noc"]
    session.refresh(known)
    assert known.email.endswith("@former.invalid")


def test_who_was_shut_out_stays_out(session: Session) -> None:
    admit(session, ADA, NOW).active = False
    session.flush()
    with pytest.raises(PersonClosed):
        admit(session, ADA, NOW)


def test_an_application_becomes_an_agent_without_a_mailbox(session: Session) -> None:
    app = dataclasses.replace(ADA, application=True, email=None, directory_id="tenant/app", object_id="app")
    agent = admit(session, app, NOW)
    assert (agent.kind, agent.email) == (PersonKind.AGENT, "app@agent.invalid")
