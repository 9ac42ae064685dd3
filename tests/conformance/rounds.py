"""What the suite calls to see a question answered over several rounds of one call (protocol 2026-07-28)."""

from __future__ import annotations

from typing import Any

from fastmcp import Context
from fastmcp.server.providers import LocalProvider
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

rounds = LocalProvider()


def form(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(prompt: str) -> CreateMessageRequest:
    asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[asked], max_tokens=100))


def ask(state: str | None = None, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


def answered(ctx: Context, name: str, kind: type[Any]) -> Any:
    """Return the client's answer to one question; None where it is absent or of another kind."""
    given = (ctx.input_responses or {}).get(name)
    return given if isinstance(given, kind) else None


def filled(ctx: Context, name: str, field: str) -> Any:
    """Return what the person filled into a form; None unless they accepted it."""
    given = answered(ctx, name, ElicitResult)
    return (given.content or {}).get(field) if given is not None and given.action == "accept" else None


@rounds.tool
async def test_input_required_result_elicitation(ctx: Context) -> str | InputRequiredResult:
    """Greet a person by the name they give."""
    name = filled(ctx, "user_name", "name")
    return f"Hello, {name}!" if name else ask(user_name=form("What is your name?", "name"))


@rounds.tool
async def test_streaming_elicitation(ctx: Context) -> str | InputRequiredResult:
    """Ask within the answer, never in a request of its own."""
    name = filled(ctx, "user_name", "name")
    return f"Hello, {name}!" if name else ask(user_name=form("What is your name?", "name"))


@rounds.tool
async def test_input_required_result_sampling(ctx: Context) -> str | InputRequiredResult:
    """Ask the client's model."""
    said = answered(ctx, "capital_question", CreateMessageResult)
    return str(said.content) if said else ask(capital_question=sample("What is the capital of France?"))


@rounds.tool
async def test_input_required_result_list_roots(ctx: Context) -> str | InputRequiredResult:
    """Ask for the client's folders."""
    told = answered(ctx, "client_roots", ListRootsResult)
    return ", ".join(str(root.uri) for root in told.roots) if told else ask(client_roots=ListRootsRequest())


@rounds.tool
async def test_input_required_result_request_state(ctx: Context) -> str | InputRequiredResult:
    """Find its own state again in the second round."""
    if filled(ctx, "confirm", "ok") and ctx.request_state == "asked":
        return "state-ok"
    return ask("asked", confirm=form("Please confirm", "ok", "boolean"))


@rounds.tool
async def test_input_required_result_tampered_state(ctx: Context) -> str | InputRequiredResult:
    """Keep a state that a client may not change: the server's own seal refuses it."""
    if filled(ctx, "confirm", "ok") and ctx.request_state == "sealed":
        return "state-ok"
    return ask("sealed", confirm=form("Please confirm", "ok", "boolean"))


@rounds.tool
async def test_input_required_result_multiple_inputs(ctx: Context) -> str | InputRequiredResult:
    """Ask person, model and client at once."""
    name = filled(ctx, "user_name", "name")
    greeting = answered(ctx, "greeting", CreateMessageResult)
    roots = answered(ctx, "client_roots", ListRootsResult)
    if ctx.request_state == "asked" and name and greeting and roots:
        return f"{name}: {greeting.content}, {len(roots.roots)} roots"
    return ask(
        "asked",
        user_name=form("What is your name?", "name"),
        greeting=sample("Generate a greeting"),
        client_roots=ListRootsRequest(),
    )


@rounds.tool
async def test_input_required_result_multi_round(ctx: Context) -> str | InputRequiredResult:
    """Ask twice, one question after the other; the state carries the first answer."""
    first = ctx.request_state
    if first is None:
        return ask("", step1=form("Step 1: What is your name?", "name"))
    name = first or filled(ctx, "step1", "name")
    if not name:
        return ask("", step1=form("Step 1: What is your name?", "name"))
    color = filled(ctx, "step2", "color")
    return f"{name} likes {color}" if color else ask(name, step2=form("Step 2: What is your favorite color?", "color"))


@rounds.tool
async def test_input_required_result_capabilities(ctx: Context) -> str | InputRequiredResult:
    """Ask only what the client says it can answer."""
    able = ctx.session.client_capabilities
    requests: dict[str, InputRequest] = {}
    if able is not None and able.elicitation is not None:
        requests["user_name"] = form("What is your name?", "name")
    if able is not None and able.sampling is not None:
        requests["greeting"] = sample("Generate a greeting")
    return ask(**requests) if requests and not ctx.input_responses else "Nothing to ask."


@rounds.tool
async def test_missing_capability(ctx: Context) -> str:
    """Refuse a client that offers no model."""
    able = ctx.session.client_capabilities
    if able is None or able.sampling is None:
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY, "This needs sampling.", {"requiredCapabilities": {"sampling": {}}}
        )
    return "The client can sample."


@rounds.prompt
async def test_input_required_result_prompt(ctx: Context) -> str | InputRequiredResult:
    """Ask before there is a prompt."""
    context = filled(ctx, "user_context", "context")
    question = form("What context should the prompt use?", "context")
    return f"Use this context: {context}" if context else ask(user_context=question)
