"""Run the web and MCP server alone, on external services, on a running home, or on services of its own."""

from __future__ import annotations

import argparse
import os
import sys

from netos_core.runtime.home import open_home
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings, web_address
from netos_core.runtime.supervisor import ensure_services, environment, free_port
from netos_mcp.cli.programs import APPLICATION, GRACE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; the next free one if it is taken")


def run(args: argparse.Namespace) -> int:
    settings = load_settings(host=args.host, port=args.port)
    configure_logging(settings.log_level)
    with ensure_services(open_home(args.home), settings) as runtime:
        port = free_port(settings.host, settings.port)
        os.environ.update(environment(runtime.model_copy(update={"port": port}), settings))

        import uvicorn

        sys.stdout.write(f"Serving on {web_address(settings.host, port)}. Ctrl-C stops it.\n")
        sys.stdout.flush()
        uvicorn.run(
            APPLICATION,
            factory=True,
            host=settings.host,
            port=port,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            timeout_graceful_shutdown=int(GRACE),
        )
    return 0
