"""Runs tasks, each on data of its own where it writes, and keeps what came of each attempt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.evals.grading import Before, grade, over_budget
from tests.evals.hands import Transcript, scripted
from tests.evals.task import Task
from tests.evals.world import Sample, World

ERAS = ("auto", "legacy")
IN_BOTH_ERAS = 6
"""Every so many tasks is also done by a client of the handshake era."""

Agent = Callable[[Task, World, str], Awaitable[Transcript]]


@dataclass(frozen=True)
class Outcome:
    """One attempt at a task, judged."""

    task: Task
    era: str
    attempt: Transcript
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.wrong


class Worlds:
    """Hands out clones: one of its own to a task that writes, one for all others."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._shared = ExitStack()
        self._common: World | None = None

    @contextmanager
    def of(self, task: Task) -> Iterator[World]:
        if task.alone:
            with self._sample.world() as world:
                yield world
            return
        if self._common is None:
            self._common = self._shared.enter_context(self._sample.world())
        yield self._common

    def close(self) -> None:
        self._shared.close()


async def attempt(worlds: Worlds, task: Task, agent: Agent, era: str, *, model: bool = False) -> Outcome:
    """Let an agent do a task once and judge it."""
    with worlds.of(task) as world:
        before = Before.of(task, world)
        done = await agent(task, world, era)
        wrong = grade(task, world, before, done, model=model)
    if not model:
        wrong += over_budget(task, done)
    return Outcome(task, era, done, tuple(wrong))


async def run_scripted(sample: Sample, tasks: Iterable[Task]) -> list[Outcome]:
    """Let the scripts do their tasks: all in the current era, a sample of them in the older one too."""
    worlds = Worlds(sample)
    outcomes = []
    try:
        for number, task in enumerate(tasks):
            eras = ERAS if number % IN_BOTH_ERAS == 0 else ERAS[:1]
            outcomes += [await attempt(worlds, task, scripted, era) for era in eras]
    finally:
        worlds.close()
    return outcomes


async def run_model(sample: Sample, tasks: Iterable[Task], agent: Agent, trials: int) -> list[Outcome]:
    """Let a model do each task several times, in the current era."""
    worlds = Worlds(sample)
    try:
        return [await attempt(worlds, task, agent, ERAS[0], model=True) for task in tasks for _ in range(trials)]
    finally:
        worlds.close()
