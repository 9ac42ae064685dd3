"""Make, list and revoke personal tokens: how an agent on a person's own machine signs in."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from netos_core.access.queries import get_person
from netos_core.access.rules import Scope
from netos_core.demo.people import DEFAULT_PERSON
from netos_core.kernel.arguments import parse
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.people import queries, records
from netos_core.people.rules import DEFAULT_DAYS, LONGEST_DAYS
from netos_core.people.schemas import CreateToken, TokenView
from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.settings import load_settings
from netos_core.runtime.supervisor import ensure_services
from netos_core.work.records import itself
from netos_mcp.cli.attached import core_on
from netos_mcp.schemas import input_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="create | list | revoke")
    create = actions.add_parser("create", help="make one; it is printed once and stored nowhere")
    create.add_argument("--for", dest="email", metavar="EMAIL", help="person it acts for (in a demo: the default one)")
    create.add_argument("--name", default="local agent", help="what will use it, such as laptop")
    create.add_argument("--scope", choices=[*Scope], default=Scope.READ, help="read (default), or propose as well")
    create.add_argument("--days", type=int, default=DEFAULT_DAYS, help=f"until it expires, at most {LONGEST_DAYS}")
    create.add_argument("--json", action="store_true")
    listing = actions.add_parser("list", help="list them, with their last use")
    listing.add_argument("--json", action="store_true")
    revoke = actions.add_parser("revoke", help="end one at once")
    revoke.add_argument("ref", help="such as TOK-1001")


def run(args: argparse.Namespace) -> int:
    with ensure_services(open_home(args.home), load_settings()) as runtime, core_on(runtime) as core:
        match args.action:
            case "create":
                _create(core, args)
            case "list":
                _list(core, as_json=args.json)
            case _:
                _revoke(core, args.ref)
    return 0


def _create(core: Core, args: argparse.Namespace) -> None:
    given = {"name": args.name, "scope": args.scope, "days": args.days}
    email = args.email or (DEFAULT_PERSON if core.settings.demo else None)
    if email is None:
        raise Invalid("Say whom the token acts for.", field="for", fix="netos token create --for EMAIL")
    asked = parse(CreateToken, given, input_schema(CreateToken, {})["properties"])
    with core.context(_operator(core), Channel.JOB) as ctx:
        person = get_person(ctx.session, email)
        row, secret = records.create_token(ctx, person, name=asked.name, scope=asked.scope, days=asked.days)
        view = queries.token_view(row, ctx.now)
    if args.json:
        _print({"token": view.model_dump(mode="json"), "secret": secret})
        return
    sys.stdout.write(
        f"{secret}\n\n{view.ref} acts for {email} with scope {view.scope} until {_day(view.expires_at)}."
        " It is shown this once.\nOver HTTP send it as `Authorization: Bearer ...`; for stdio set NETOS_TOKEN.\n"
    )


def _list(core: Core, *, as_json: bool) -> None:
    with core.context(_operator(core), Channel.JOB) as ctx:
        found = [(queries.token_view(t, ctx.now), person.email) for t, person in queries.list_tokens(ctx.session)]
    if as_json:
        _print({"tokens": [{**view.model_dump(mode="json"), "email": email} for view, email in found]})
        return
    lines = [f"{v.ref:10} {v.name:20} {email:34} {v.scope:8} {_state(v):22} {_used(v)}" for v, email in found]
    sys.stdout.write("\n".join(lines or ["There is no personal token."]) + "\n")


def _revoke(core: Core, ref: str) -> None:
    with core.context(_operator(core), Channel.JOB) as ctx:
        token = queries.get_token(ctx.session, ref)
        if token.revoked_at is not None:
            raise Conflict(f"{token.ref} is revoked already.")
        records.revoke_token(ctx, token)
        sys.stdout.write(f"{token.ref} ({token.name}) is revoked.\n")


def _operator(core: Core) -> Principal:
    """Return NetOS itself: who may start this program on its home stands behind it."""
    with core.session() as session:
        return itself(session)


def _state(token: TokenView) -> str:
    if token.revoked_at is not None:
        return f"revoked {_day(token.revoked_at)}"
    return f"{'until' if token.live else 'expired'} {_day(token.expires_at)}"


def _used(token: TokenView) -> str:
    where = f" from {token.used_from}" if token.used_from else ""
    return f"used {_day(token.used_at)}{where}" if token.used_at else "never used"


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
