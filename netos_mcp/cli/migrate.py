"""Bring the database to the schema of this version, and say from where to where it went."""

from __future__ import annotations

import argparse
import sys

from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit code 1 when a migration is due")
    parser.add_argument("--spatial", action="store_true", help="also use PostGIS, which the server has by now")


def run(args: argparse.Namespace) -> int:
    settings = load_settings()
    if settings.database_url is not None:
        return _to_head(settings.database_url, check=args.check, spatial=args.spatial)
    # An embedded database is brought to head by whoever starts it, so this finds nothing left to do.
    with ensure_services(open_home(args.home), settings) as runtime:
        return _to_head(runtime.database_url, check=args.check, spatial=args.spatial)


def _to_head(url: str, *, check: bool, spatial: bool) -> int:
    from netos_core.runtime import migrate

    code = _schema_to_head(url, check=check)
    if spatial and not check:
        before = migrate.spatial(url)
        migrate.add_spatial(url)
        told = "was in use already" if before == migrate.spatial(url) else "is in use from the next start on"
        sys.stdout.write(f"PostGIS {told}.\n")
    return code


def _schema_to_head(url: str, *, check: bool) -> int:
    from netos_core.runtime import migrate

    before, newest = migrate.current(url), migrate.head()
    if before == newest:
        sys.stdout.write(f"The database is at revision {before}, the newest.\n")
        return 0
    if check:
        sys.stdout.write(f"The database is at revision {before or 'none'}; the newest is {newest}.\n")
        return 1
    migrate.upgrade(url)
    sys.stdout.write(f"The database went from revision {before or 'none'} to {migrate.current(url)}.\n")
    return 0
