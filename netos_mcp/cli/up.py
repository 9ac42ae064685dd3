"""Run everything in the foreground; Ctrl-C stops it and leaves nothing running."""

from __future__ import annotations

import argparse
import functools
import sys

from netos_core.runtime.home import Runtime, open_home
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import up
from netos_mcp.cli.programs import web_and_worker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", default=None, help="sample data and a login without password")
    parser.add_argument("--port", type=int, help="port of the web server; the next free one if it is taken")
    parser.add_argument("--reload", action="store_true", help="start the web server again when its code changes")


def run(args: argparse.Namespace) -> int:
    settings = load_settings(demo=args.demo, port=args.port)
    configure_logging(settings.log_level)
    home = open_home(args.home)
    programs = functools.partial(web_and_worker, trusted_proxies=settings.trusted_proxies, reload=args.reload)
    return up(home, settings, programs, prepare=_sample_data if settings.demo else None, on_ready=_say_ready)


def _sample_data(runtime: Runtime) -> None:
    from netos_mcp.cli.demo import prepare

    prepare(runtime)


def _say_ready(runtime: Runtime) -> None:
    if runtime.demo:
        from netos_mcp.cli.ready import banner

        text = banner(runtime)
    else:
        text = f"NetOS runs at {runtime.web_url} with its home in {runtime.home}. Ctrl-C stops it."
    sys.stdout.write(f"{text.rstrip()}\n")
    sys.stdout.flush()
