"""What planning a sheet comes to, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from netos_core.changes.rules import Change

from .preview import RowProblem

Bad: TypeAlias = dict[int, tuple[RowProblem, ...]]
Told: TypeAlias = Mapping[int, tuple[RowProblem, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one row would do: create, update, unchanged, or invalid for the reasons given.

    `understood` tells why words of the row mean a record that is called otherwise.
    """

    outcome: str
    ref: str | None = None
    problems: tuple[RowProblem, ...] = ()
    understood: tuple[RowProblem, ...] = ()


UNPLANNED = Outcome("invalid")


@dataclass(frozen=True, slots=True)
class Planned:
    """The changes of a sheet and the outcome of each of its rows; stubs are counted by kind."""

    changes: tuple[Change, ...]
    outcomes: Mapping[int, Outcome]
    stubs: Mapping[str, int]
    warnings: tuple[str, ...] = ()

    def with_problems(self, problems: Mapping[int, tuple[RowProblem, ...]]) -> Planned:
        bad = {row: replace(self.outcomes.get(row, UNPLANNED), outcome="invalid", ref=None, problems=told)
               for row, told in problems.items()}  # fmt: skip
        return replace(self, outcomes={**self.outcomes, **bad})

    def with_understood(self, told: Told) -> Planned:
        """Tell beside the outcome of each row why its words mean what they mean."""
        more = {row: replace(self.outcomes[row], understood=why) for row, why in told.items() if row in self.outcomes}
        return replace(self, outcomes={**self.outcomes, **more})

    def counts(self) -> dict[str, int]:
        told = dict.fromkeys(("create", "update", "unchanged", "invalid"), 0)
        for outcome in self.outcomes.values():
            told[outcome.outcome] += 1
        return told
