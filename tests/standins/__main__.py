"""Run one stand-in for a person: python -m tests.standins vault [--port 8200] [--tls]."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import threading
from pathlib import Path

from tests.standins.serving import served

NO_SYSTEMS = {"serving", "__main__", "clamd", "s3", "mail"}  # these speak no HTTP of ours


def systems() -> list[str]:
    found = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    return sorted(found - NO_SYSTEMS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description="Run the stand-in of one system.")
    parser.add_argument("system", choices=systems())
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any that is free)")
    parser.add_argument("--tls", action="store_true", help="speak HTTPS; the authority's file is printed")
    asked = parser.parse_args()
    system = importlib.import_module(f"tests.standins.{asked.system}")
    with served(system.make_app(), tls=asked.tls, port=asked.port) as running:
        trust = f" SSL_CERT_FILE={running.ca_file}" if running.ca_file else ""
        sys.stdout.write(f"{asked.system} {running.url}{trust}\n{(system.__doc__ or '').strip()}\n")
        sys.stdout.flush()
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
