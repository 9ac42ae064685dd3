"""The hands of an agent: calls through a real client, each remembered with what it cost."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.exceptions import MCPError

from tests.evals.task import Task
from tests.evals.world import World
from tests.mcp.conftest import tokens

READ = "read_resource"
"""The name by which reading a resource is counted and offered to a model; many clients have such a tool."""


@dataclass(frozen=True)
class Result:
    """What a call returned: the text a model reads, and the values a script takes from it."""

    text: str
    data: dict[str, Any]
    code: str | None

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of a list, by their columns."""
        return [dict(zip(self.data["columns"], row, strict=True)) for row in self.data["rows"]]


@dataclass(frozen=True)
class Step:
    """One call as it happened."""

    tool: str
    arguments: Any
    result: Result
    tokens_out: int
    tokens_in: int
    seconds: float


@dataclass
class Transcript:
    """All of an attempt: the calls, the answer, and what went wrong besides refusals."""

    steps: list[Step] = field(default_factory=list)
    answer: str = ""
    failure: str | None = None
    model_tokens: int = 0
    seconds: float = 0.0

    @property
    def calls(self) -> int:
        return len(self.steps)

    @property
    def tokens(self) -> int:
        """Tokens of what was sent to the tools and what came back."""
        return sum(step.tokens_in + step.tokens_out for step in self.steps)

    @property
    def errors(self) -> int:
        return sum(step.result.code is not None for step in self.steps)

    @property
    def codes(self) -> set[str]:
        """The refusals met; `withheld` where a result says that it withholds something."""
        found = {step.result.code for step in self.steps if step.result.code}
        return found | {"withheld" for step in self.steps if step.result.data.get("withheld")}


@dataclass
class Hands:
    """What an agent can do: call a tool, read a resource."""

    client: Client[Any]
    transcript: Transcript

    async def call(self, tool: str, **arguments: Any) -> Result:
        started = time.perf_counter()
        answer = await self.client.call_tool_mcp(tool, arguments)
        text = "\n".join(part.text for part in answer.content if part.type == "text")
        code = text.partition(" | ")[0] if answer.is_error else None
        return self._note(tool, arguments, Result(text, answer.structured_content or {}, code), started)

    async def read(self, uri: str) -> Result:
        started = time.perf_counter()
        try:
            parts = await self.client.read_resource(uri)
        except MCPError as refusal:
            text = str(refusal)
            return self._note(READ, {"uri": uri}, Result(text, {}, text.partition(" | ")[0]), started)
        text = "\n".join(part.text for part in parts if hasattr(part, "text"))
        return self._note(READ, {"uri": uri}, Result(text, {}, None), started)

    def _note(self, tool: str, arguments: Any, result: Result, started: float) -> Result:
        seconds = time.perf_counter() - started
        sent = json.dumps(arguments, ensure_ascii=False)
        self.transcript.steps.append(Step(tool, arguments, result, tokens(sent), tokens(result.text), seconds))
        return result


# Every answer is held against the schema its tool promises. All servers here promise the same, and compiling that anew
# for each connection would be a third of the run.
_SCHEMAS: dict[str, Any] = {}
_VALIDATORS: dict[str, Any] = {}


@contextlib.asynccontextmanager
async def hands(task: Task, world: World, transcript: Transcript, mode: str) -> AsyncIterator[Hands]:
    """Connect as the person of a task, in one of the two protocol eras."""

    async def accept(*_: Any) -> Any:
        return ElicitResult(action="accept", content={"apply": True})

    person = accept if task.accepts else None
    async with Client(world.server(task.who), mode=mode, elicitation_handler=person) as client:
        client.session._tool_output_schemas = _SCHEMAS
        client.session._tool_output_validators = _VALIDATORS
        yield Hands(client, transcript)


async def scripted(task: Task, world: World, mode: str) -> Transcript:
    """Let the script of a task do it."""
    transcript = Transcript()
    started = time.perf_counter()
    async with hands(task, world, transcript, mode) as agent:
        try:
            transcript.answer = await task.script(agent)
        except (KeyError, IndexError, StopIteration, TypeError, ValueError) as missing:
            # What the script reaches for is not where it was: the answer is not there, and that is a result.
            transcript.failure = f"the script did not find its way: {missing!r}"
    transcript.seconds = time.perf_counter() - started
    return transcript
