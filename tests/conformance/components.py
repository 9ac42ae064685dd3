"""The tools, resources and prompts that the official conformance suite calls by their fixed names.

None of them is NetOS': they show that what the suite sends and expects passes our middleware unharmed.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from fastmcp import Context
from fastmcp.exceptions import ToolError
from fastmcp.prompts import Message
from fastmcp.server.providers import LocalProvider
from mcp_types import (
    AudioContent,
    EmbeddedResource,
    ImageContent,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)

suite = LocalProvider()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")),
        _chunk(b"IEND", b""),
    ]
)
"""One red pixel."""
WAV = struct.pack("<4sI4s4sIHHIIHH4sIH", b"RIFF", 38, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 2, 0)
"""One sample of silence: 8 kHz, 16 bits, one channel."""


def image() -> ImageContent:
    return ImageContent(type="image", data=base64.b64encode(PNG).decode(), mime_type="image/png")


def embedded(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, text=text, mime_type=mime_type))


@suite.tool
async def test_simple_text() -> str:
    """Answer with text."""
    return "This is a simple text response for testing."


@suite.tool
async def test_image_content() -> ImageContent:
    """Answer with an image."""
    return image()


@suite.tool
async def test_audio_content() -> AudioContent:
    """Answer with a sound."""
    return AudioContent(type="audio", data=base64.b64encode(WAV).decode(), mime_type="audio/wav")


@suite.tool
async def test_embedded_resource() -> EmbeddedResource:
    """Answer with a resource inside the result."""
    return embedded("test://embedded-resource", "This is an embedded resource content.")


@suite.tool
async def test_multiple_content_types() -> list[Any]:
    """Answer with text, an image and a resource at once."""
    return [
        TextContent(type="text", text="Multiple content types test:"),
        image(),
        embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json"),
    ]


@suite.tool
async def test_error_handling() -> str:
    """Refuse."""
    raise ToolError("This tool intentionally returns an error for testing")


@suite.tool
async def test_tool_with_progress(ctx: Context) -> str:
    """Tell three times how far it is."""
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
    return "Done."


@suite.tool
async def test_tool_with_logging(ctx: Context) -> str:
    """Send three lines of log."""
    for line in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(line)
    return "Done."


@suite.tool
async def test_logging_tool(ctx: Context) -> str:
    """Log; a client that named no level must hear nothing of it."""
    await ctx.info("Said to nobody")
    return "Done."


@suite.tool
async def test_sampling(prompt: str, ctx: Context) -> str:
    """Ask the client's model, as handshake clients allow."""
    asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    answer = await ctx.session.create_message([asked], max_tokens=100, related_request_id=ctx.request_id)
    return f"LLM response: {answer.content}"


@suite.tool
async def test_elicitation(message: str, ctx: Context) -> str:
    """Ask the person at the client, as handshake clients allow."""
    return await _asked(ctx, message, {"username": {"type": "string"}, "email": {"type": "string"}})


@suite.tool
async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
    """Ask with a default in each kind of field."""
    return await _asked(
        ctx,
        "Please review the form.",
        {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": True},
        },
    )


@suite.tool
async def test_elicitation_sep1330_enums(ctx: Context) -> str:
    """Ask with each form of a choice."""
    plain = ["option1", "option2", "option3"]
    titled = [{"const": f"value{n}", "title": f"Choice {n}"} for n in (1, 2, 3)]
    return await _asked(
        ctx,
        "Please choose.",
        {
            "untitledSingle": {"type": "string", "enum": plain},
            "titledSingle": {"type": "string", "oneOf": titled},
            "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option 1", "Option 2"]},
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled}},
        },
    )


async def _asked(ctx: Context, message: str, fields: dict[str, Any]) -> str:
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    answer = await ctx.session.elicit_form(message, schema, ctx.request_id)
    return f"User response: action={answer.action}, content={answer.content}"


@suite.resource("test://static-text", name="Static text", mime_type="text/plain")
async def static_text() -> str:
    """Some text."""
    return "This is the content of the static text resource."


@suite.resource("test://static-binary", name="Static binary", mime_type="image/png")
async def static_binary() -> bytes:
    """Some bytes."""
    return PNG


@suite.resource("test://watched-resource", name="Watched", mime_type="text/plain")
async def watched() -> str:
    """What a client would subscribe to."""
    return "Nothing new."


@suite.resource("test://template/{number}/data", name="Template", mime_type="application/json")
async def templated(number: str) -> str:
    """Data of one number."""
    return f'{{"id": "{number}", "templateTest": true, "data": "Data for ID: {number}"}}'


@suite.prompt
async def test_simple_prompt() -> str:
    """Say one sentence."""
    return "This is a simple prompt for testing."


@suite.prompt
async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """Repeat two arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@suite.prompt
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:  # noqa: N803 - the suite's name
    """Carry a resource."""
    return [
        Message(embedded(resourceUri, "Embedded resource content for testing.")),
        Message("Please process the embedded resource above."),
    ]


@suite.prompt
async def test_prompt_with_image() -> list[Message]:
    """Carry an image."""
    return [Message(image()), Message("Please analyze the image above.")]
