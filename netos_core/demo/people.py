"""The people of Xiber, an invented ISP: at least one for each role."""

from __future__ import annotations

from dataclasses import dataclass

from netos_core.access.rules import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    email: str
    name: str
    roles: tuple[Role, ...]


def _person(name: str, *roles: Role) -> DemoPerson:
    return DemoPerson(f"{'.'.join(name.lower().split())}@xiber.example", name, roles)


DANA = _person("Dana Whitfield", Role.ENGINEERING)
MARCUS = _person("Marcus Oyelaran", Role.FINANCE)
ELENA = _person("Elena Voss", Role.EXEC)
PRIYA = _person("Priya Raman", Role.ADMIN)
TOM = _person("Tom Kessler", Role.NOC)
GRACE = _person("Grace Lindqvist", Role.SALES)
WILL = _person("Will Hoskins", Role.FIELD)
RUTH = _person("Ruth Abernathy", Role.AUDITOR)

DEMO_PEOPLE = (DANA, MARCUS, ELENA, PRIYA, TOM, GRACE, WILL, RUTH)
DEFAULT_PERSON = DANA.email
