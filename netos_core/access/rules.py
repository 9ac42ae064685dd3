"""The rights table and the approval policy, as data.

`RIGHTS` is the only place that says what a role may do; `RISK` the only place that says how
dangerous a kind of change is and how many pairs of eyes it needs (requirements W2 and W6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Role(StrEnum):
    ADMIN = "admin"
    EXEC = "exec"
    FINANCE = "finance"
    ENGINEERING = "engineering"
    NOC = "noc"
    SALES = "sales"
    FIELD = "field"
    AUDITOR = "auditor"


class PersonKind(StrEnum):
    """Who a row of `person` stands for."""

    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


class Scope(StrEnum):
    """How much of its person's rights a personal token carries."""

    READ = "read"
    PROPOSE = "propose"


class Aspect(StrEnum):
    """What a change touches, which decides its risk and its approvers."""

    NOTE = "note"
    ATTRIBUTE = "attribute"
    CONTACT = "contact"
    MONEY = "money"
    TERM = "term"
    DELETE = "delete"
    BULK = "bulk"
    BANK = "bank"
    KEY = "key"
    OUTSIDE = "outside"


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class AspectPolicy:
    """Risk of one aspect, whether the proposer is shut out, and the words a page uses for it."""

    risk: Risk
    four_eyes: bool
    words: str


RISK: dict[Aspect, AspectPolicy] = {
    Aspect.NOTE: AspectPolicy(Risk.LOW, four_eyes=False, words="notes and tags"),
    Aspect.ATTRIBUTE: AspectPolicy(Risk.MEDIUM, four_eyes=False, words="attributes"),
    Aspect.CONTACT: AspectPolicy(Risk.MEDIUM, four_eyes=False, words="contacts"),
    Aspect.BULK: AspectPolicy(Risk.HIGH, four_eyes=False, words="many records at once"),
    Aspect.MONEY: AspectPolicy(Risk.HIGH, four_eyes=True, words="money"),
    Aspect.TERM: AspectPolicy(Risk.HIGH, four_eyes=True, words="a term or notice deadline"),
    Aspect.DELETE: AspectPolicy(Risk.HIGH, four_eyes=True, words="a retirement or disconnect"),
    Aspect.BANK: AspectPolicy(Risk.HIGH, four_eyes=True, words="bank details"),
    # A wrong key takes a session down, so a signed-in person decides; but no money leaves by it, and whoever restores
    # a session at night has no second pair of eyes at hand.
    Aspect.KEY: AspectPolicy(Risk.HIGH, four_eyes=False, words="a key of the network"),
    Aspect.OUTSIDE: AspectPolicy(Risk.HIGH, four_eyes=True, words="an act on the outside world"),
}

_LADDER = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)

FEATURES = (
    "providers", "customers", "sites", "circuits", "network", "contracts", "documents", "outages", "quotes",
    "renewals", "overview", "search", "changes", "annotations", "feedback",
)  # fmt: skip

_ALL = tuple(Aspect)
_EVERYDAY = (Aspect.NOTE, Aspect.ATTRIBUTE, Aspect.CONTACT)
_NOT_BANK = tuple(a for a in Aspect if a is not Aspect.BANK)
_NOT_KEY = tuple(a for a in Aspect if a is not Aspect.KEY)  # who may not see a key proposes none


@dataclass(frozen=True, slots=True)
class RoleRights:
    """One row of the rights table."""

    reads: tuple[str, ...]
    sees: tuple[str, ...]
    proposes: tuple[Aspect, ...]
    approves: tuple[Aspect, ...]
    runs: tuple[str, ...] = ()


RIGHTS: dict[Role, RoleRights] = {
    Role.ADMIN: RoleRights(
        (*FEATURES, "audit", "people"),
        ("money", "bank", "keys"),
        _ALL,
        _ALL,
        ("imports", "drafts", "reports", "jobs", "people"),
    ),
    Role.EXEC: RoleRights((*FEATURES, "audit"), ("money", "bank"), _NOT_KEY, _ALL, ("imports", "drafts", "reports")),
    Role.FINANCE: RoleRights(
        (*FEATURES, "audit"), ("money", "bank"), _NOT_KEY, _NOT_KEY, ("imports", "drafts", "reports")
    ),
    Role.ENGINEERING: RoleRights(
        (*FEATURES, "audit"),
        ("money", "keys"),
        _NOT_BANK,
        (*_EVERYDAY, Aspect.BULK, Aspect.DELETE, Aspect.KEY),
        ("imports", "drafts"),
    ),
    Role.NOC: RoleRights(FEATURES, (), (*_EVERYDAY, Aspect.BULK, Aspect.DELETE), _EVERYDAY, ("drafts",)),
    Role.SALES: RoleRights(FEATURES, ("money",), _EVERYDAY, (Aspect.NOTE,), ("drafts",)),
    Role.FIELD: RoleRights(FEATURES, (), (Aspect.NOTE, Aspect.ATTRIBUTE), (Aspect.NOTE,)),
    Role.AUDITOR: RoleRights((*FEATURES, "audit", "people"), ("money", "bank"), (), ()),
}


def rights_of(roles: Iterable[str]) -> frozenset[str]:
    """List every right a set of roles gives, such as `read:circuits` or `approve:money`."""
    return _rights_of(frozenset(roles))


@cache
def _rights_of(roles: frozenset[str]) -> frozenset[str]:
    """Work the rights out, once for each set of roles.

    Everyone who may propose anything holds `propose:changes`, and everyone who may approve anything
    `approve:changes`; what exactly is checked against the aspects of the change set itself.
    """
    rights: set[str] = set()
    for name in roles:
        row = RIGHTS[Role(name)]
        rights |= {f"read:{feature}" for feature in row.reads}
        rights |= {f"see:{what}" for what in row.sees}
        rights |= {f"propose:{aspect}" for aspect in row.proposes}
        rights |= {f"approve:{aspect}" for aspect in row.approves}
        rights |= {f"run:{what}" for what in row.runs}
        if row.proposes:
            rights.add("propose:changes")
        if row.approves:
            rights.add("approve:changes")
    return frozenset(rights)


STAGES = ("run:imports", "run:drafts")  # puts something before people and changes no record


def scoped(rights: frozenset[str], scope: Scope) -> frozenset[str]:
    """Return what a personal token carries of its person's rights; no token approves on a page."""
    verbs = ("read:", "see:") if scope is Scope.READ else ("read:", "see:", "propose:", "approve:", *STAGES)
    return frozenset(right for right in rights if right.startswith(verbs))


def unattended(rights: frozenset[str]) -> frozenset[str]:
    """Return what a scheduled agent has of its roles' rights: it reads, proposes and stages, and decides nothing."""
    return frozenset(right for right in rights if right.startswith(("read:", "see:", "propose:", *STAGES)))


def rights_table() -> dict[str, dict[str, list[str]]]:
    """Return the table as `netos doctor --rights` and the people page print it."""
    return {
        role: {
            "reads": list(row.reads),
            "sees": list(row.sees),
            "proposes": list(row.proposes),
            "approves": list(row.approves),
            "runs": list(row.runs),
        }
        for role, row in RIGHTS.items()
    }


def highest(aspects: Iterable[Aspect]) -> Risk:
    """Return the highest risk among aspects; a change that touches nothing known is high."""
    return max((RISK[a].risk for a in aspects), key=_LADDER.index, default=Risk.HIGH)


def at_most(risk: Risk, ceiling: Risk) -> bool:
    return _LADDER.index(risk) <= _LADDER.index(ceiling)
