"""The tasks, by kind. Those about quotes and microwave links join them in a file of their own when there are such."""

from __future__ import annotations

from tests.evals.task import Task
from tests.evals.tasks import injections, lookups, multi_hop, refusals, writes

TASKS: tuple[Task, ...] = (
    *lookups.TASKS,
    *multi_hop.TASKS,
    *writes.TASKS,
    *refusals.TASKS,
    *injections.TASKS,
)
