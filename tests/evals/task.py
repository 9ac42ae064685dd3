"""What a task is: a question, who asks it, what must come of it, and what it may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from netos_core.demo.people import DemoPerson
from tests.evals.world import World

if TYPE_CHECKING:
    from tests.evals.hands import Hands


class Kind(StrEnum):
    LOOKUP = "lookup"
    MULTI_HOP = "multi_hop"
    WRITE = "write"
    REFUSAL = "refusal"
    INJECTION = "injection"


@dataclass(frozen=True)
class Exactly:
    """The references of one kind which an answer names: these, and no other."""

    prefix: str
    refs: frozenset[str]


Fact = Any
"""A text, number or day the answer must state; a tuple, any of which will do; or an Exactly."""

Facts = Callable[[World], Sequence[Fact]]
Script = Callable[["Hands"], Awaitable[str]]


@dataclass(frozen=True)
class Row:
    """One row's change of a proposal, in the words of the table it is in."""

    entity: str
    ref: str
    action: str
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Wrote:
    """What a task writes.

    Args:
        rows: Exactly the rows of the one proposal it makes. Of a new row the columns named are compared, of a changed
            one all that change.
        status: What the proposal has become when the agent is done: open, or committed where no one else is needed.
        proof: A query that is false before the change is applied and true after.
        approver: Who approves an open one afterwards, on the page; the proof must hold then.
    """

    rows: Callable[[World], Sequence[Row]]
    status: str
    proof: str
    approver: DemoPerson | None = None


def _nothing(_: World) -> Sequence[Fact]:
    return ()


@dataclass(frozen=True)
class Task:
    """One question and its checked outcome.

    Args:
        id: A name to call it by.
        kind: What it exercises.
        who: The person the agent acts for.
        question: As that person would ask.
        script: What a good agent does.
        calls: Calls it may take.
        tokens: Tokens of arguments and results it may take.
        says: What the answer must state.
        never: What neither the answer nor any result may contain.
        wrote: What it writes; None for nothing at all.
        code: The refusal it meets, or `withheld`.
        plant: Puts hostile text into the records before; returns the words of it that must only come fenced.
        accepts: Whether the person at the client accepts what they are asked there.
    """

    id: str
    kind: Kind
    who: DemoPerson
    question: str
    script: Script
    calls: int
    tokens: int
    says: Facts = field(default=_nothing)
    never: Facts = field(default=_nothing)
    wrote: Wrote | None = None
    code: str | None = None
    plant: Callable[[World], Sequence[str]] | None = None
    accepts: bool = False

    @property
    def alone(self) -> bool:
        """Whether it needs a clone of its own."""
        return self.wrote is not None or self.plant is not None
