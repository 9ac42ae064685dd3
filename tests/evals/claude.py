"""Claude as the agent: a loop of the Messages API over the tools of the server, bounded in turns and in time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from netos_mcp.server import INSTRUCTIONS
from tests.evals.hands import READ, Hands, Transcript, hands
from tests.evals.task import Task
from tests.evals.world import World

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

DEFAULT_MODEL = "claude-opus-4-7"
LONGEST_ANSWER = 4096
TURNS = 12
SECONDS = 240.0

MANNERS = """
Answer {name}'s question with the tools at hand, in as few calls as it takes. There is nobody to ask back. State \
figures in digits, dates as YYYY-MM-DD, references such as CKT-1042 as they are shown, and nothing that was not asked. \
Asked which records, name each by its reference and no others. If something is refused or needs an approval, say so \
with the link and stop."""

READ_TOOL = {
    "name": READ,
    "description": "Read a resource of the server by its address, such as netos://guide or netos://schema/circuit.",
    "input_schema": {
        "type": "object",
        "properties": {"uri": {"type": "string"}},
        "required": ["uri"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Claude:
    """A model by its id, behind a client of the API."""

    client: AsyncAnthropic
    model: str = DEFAULT_MODEL
    turns: int = TURNS
    seconds: float = SECONDS

    async def __call__(self, task: Task, world: World, era: str) -> Transcript:
        """Do a task; whatever keeps the model from an answer is the failure of the transcript."""
        transcript = Transcript()
        started = time.perf_counter()
        async with hands(task, world, transcript, era) as agent:
            with anyio.move_on_after(self.seconds) as limit:
                await self._converse(task, agent, transcript)
            if limit.cancelled_caught:
                transcript.failure = f"no answer within {self.seconds:.0f} seconds"
        transcript.seconds = time.perf_counter() - started
        return transcript

    async def _converse(self, task: Task, agent: Hands, transcript: Transcript) -> None:
        from anthropic import APIError

        tools = await _tools(agent)
        system = INSTRUCTIONS + MANNERS.format(name=task.who.name)
        messages: list[Any] = [{"role": "user", "content": task.question}]
        for _ in range(self.turns):
            try:
                answer = await self.client.messages.create(
                    model=self.model,
                    max_tokens=LONGEST_ANSWER,
                    # The tools and the instructions are the same for every turn and task: paid in full once.
                    system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
                    tools=tools,
                    messages=messages,
                )
            except APIError as refusal:
                transcript.failure = f"the API answered {type(refusal).__name__}"
                return
            transcript.model_tokens += answer.usage.input_tokens + answer.usage.output_tokens
            transcript.model_tokens += (answer.usage.cache_read_input_tokens or 0) + (
                answer.usage.cache_creation_input_tokens or 0
            )
            transcript.answer = "\n".join(block.text for block in answer.content if block.type == "text")
            calls = [block for block in answer.content if block.type == "tool_use"]
            if answer.stop_reason != "tool_use" or not calls:
                if answer.stop_reason != "end_turn":
                    transcript.failure = f"the model stopped: {answer.stop_reason}"
                return
            messages.append({"role": "assistant", "content": [_kept(block) for block in answer.content]})
            messages.append({"role": "user", "content": [await _done(agent, call) for call in calls]})
        transcript.failure = f"no answer within {self.turns} turns"


def from_environment() -> Claude | None:
    """Make the agent where a key is set, at the address that is set; None without a key."""
    key = os.environ.get("NETOS_ANTHROPIC_API_KEY") or os.environ.get("ANTHROPIC_API_KEY")
    if not key:
        return None
    return connect(key, os.environ.get("NETOS_EVAL_MODEL", DEFAULT_MODEL))


def connect(key: str, model: str = DEFAULT_MODEL, *, url: str | None = None, **bounds: Any) -> Claude:
    """Connect to the API; without an address to ANTHROPIC_BASE_URL, else to Anthropic."""
    from anthropic import AsyncAnthropic  # lazy: slow to import, and without a key nobody needs it

    return Claude(AsyncAnthropic(api_key=key, base_url=url), model, **bounds)


async def _tools(agent: Hands) -> list[Any]:
    listed = await agent.client.list_tools()
    return [
        *({"name": t.name, "description": t.description, "input_schema": t.input_schema} for t in listed),
        READ_TOOL,
    ]


async def _done(agent: Hands, call: Any) -> dict[str, Any]:
    """Do what the model asks for; what it asks for wrongly is answered, as a client does."""
    if not isinstance(call.input, dict):
        return _answer(call, "The input of a tool is an object.", wrong=True)
    if call.name == READ:
        if not isinstance(call.input.get("uri"), str):
            return _answer(call, "uri: a text such as netos://guide.", wrong=True)
        result = await agent.read(call.input["uri"])
    else:
        result = await agent.call(call.name, **call.input)
    return _answer(call, result.text, wrong=result.code is not None)


def _answer(call: Any, text: str, *, wrong: bool) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call.id, "content": text or "nothing", "is_error": wrong}


def _kept(block: Any) -> dict[str, Any]:
    """Write a block of an answer back into the conversation; an input that is no object becomes an empty one."""
    kept: dict[str, Any] = block.model_dump(exclude_none=True, warnings=False)
    if kept["type"] == "tool_use" and not isinstance(kept["input"], dict):
        kept["input"] = {}
    return kept
