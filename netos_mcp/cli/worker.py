"""Run the job worker alone, on external services, on a running home, or on services of its own."""

from __future__ import annotations

import argparse
import os

from netos_core.runtime.home import open_home
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services, environment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--burst", action="store_true", help="end when the queue is empty")


def run(args: argparse.Namespace) -> int:
    settings = load_settings()
    configure_logging(settings.log_level)
    with ensure_services(open_home(args.home), settings) as runtime:
        os.environ.update(environment(runtime, settings))

        from arq.worker import run_worker

        from jobs.worker import WorkerSettings  # it reads the environment above

        run_worker(WorkerSettings, burst=args.burst)
    return 0
