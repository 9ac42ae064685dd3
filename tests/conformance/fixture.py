"""NetOS as it is served, with what the conformance suite calls beside its own tools.

    python -m tests.conformance.fixture FD

serves on the listening socket FD, with the settings of the environment. The suite sends no token, so the
development login stands in; everything else is the production stack: what every request passes, gate, host
protection, rate limit, unknown tools, sealed request state.
"""

from __future__ import annotations

import socket
import sys

import uvicorn
from mcp_types import CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference
from starlette.applications import Starlette

from netos_core.runtime.calls import Core
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings
from netos_mcp.app import make_app, use_our_logs
from netos_mcp.auth import HttpDoor
from netos_mcp.server import make_server
from tests.conformance.components import suite
from tests.conformance.rounds import rounds
from web_min.app import middleware


def app() -> Starlette:
    settings = load_settings()
    configure_logging(settings.log_level)
    use_our_logs()
    core = Core(settings)
    server = make_server(core, HttpDoor())
    for provider in (suite, rounds):
        server.add_provider(provider)
    server.add_completion_handler(completed)
    return make_app(core, shell=middleware(core), server=server)


def completed(
    ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    context: CompletionContext | None,
) -> list[str]:
    return [value for value in ("testing", "tested") if value.startswith(argument.value)]


def main(descriptor: str) -> None:
    listening = socket.socket(fileno=int(descriptor))
    uvicorn.Server(uvicorn.Config(app, factory=True, log_config=None)).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])
