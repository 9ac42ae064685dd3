"""Who someone is, read from the database; never from a header or an argument."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.rules import PersonKind, Role, Scope, rights_of, scoped, unattended
from netos_core.kernel.context import Context, Principal
from netos_core.kernel.errors import NotFound
from netos_core.kernel.lookup import Named, Names, folded


class PersonNotFound(NotFound):
    """No active person answers to that address."""


def principal(
    person: Person | Row[*tuple[Any, ...]],
    agent: str | None = None,
    *,
    client: str | None = None,
    scope: Scope | None = None,
) -> Principal:
    """Make the principal of a call for a person, through an agent where there is one.

    Args:
        person: Whose rights it has: the person, or a row with the columns that are read here.
        agent: What the agent calls itself.
        client: What signed the agent in.
        scope: How much of the rights a personal token carries; all of them without one.
    """
    known = frozenset(role for role in person.roles if role in set(Role))
    scheduled = person.kind == PersonKind.AGENT
    rights = unattended(rights_of(known)) if scheduled else rights_of(known)
    return Principal(
        person_id=person.id,
        name=person.name,
        email=person.email,
        roles=known,
        rights=rights if scope is None else scoped(rights, scope),
        agent=agent,
        client=client,
        scheduled=scheduled,
    )


def rights_held(person: Person) -> frozenset[str]:
    """List the rights a person's roles give today, such as when something is to be told to them."""
    return rights_of(role for role in person.roles if role in set(Role))


def find_person(session: Session, email: str) -> Person | None:
    return session.scalar(select(Person).where(func.lower(Person.email) == email.strip().lower(), Person.active))


def get_person(session: Session, email: str) -> Person:
    """Return the active person with that address.

    Raises:
        PersonNotFound: There is none.
    """
    person = find_person(session, email)
    if person is None:
        raise PersonNotFound(
            "No active person has that e-mail address.", field="email", fix="`netos doctor` lists the people."
        )
    return person


def list_people(session: Session) -> list[Person]:
    """List the people who may sign in; agents of their own and NetOS itself are none."""
    people = select(Person).where(Person.active, Person.kind == PersonKind.PERSON)
    return list(session.scalars(people.order_by(Person.name)))


def names_of(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of people by id, for pages and trails."""
    if not ids:
        return {}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look active people up by e-mail address or by name; what stands for their ref is the address."""
    found = Names("person", "list_people")
    wanted = {folded(key) for key in keys}
    if wanted:
        called = or_(func.lower(Person.email).in_(wanted), func.lower(Person.name).in_(wanted))
        for person in ctx.session.scalars(select(Person).where(Person.active, called)):
            for key in (person.email, person.name):
                found.add(key, Named(person.id, person.email, person.name))
    return found


def named(principal: Principal) -> Named:
    """Speak of a principal as of a record."""
    return Named(principal.person_id, principal.email, principal.name)
