"""Read a spreadsheet: preview what importing it would do, or put its rows before people as one change."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound, Unavailable

if TYPE_CHECKING:
    from netos_core.changes.schemas import ChangeView
    from netos_core.imports.schemas import ImportPreview, ImportView
    from netos_core.kernel.context import Principal
    from netos_core.runtime.calls import Core
    from netos_core.runtime.home import Home

AGENT = "netos import"
POLL = 1.0
LONGEST_NAME = 255
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from netos_core.imports.rules.fields import KINDS

    actions = parser.add_subparsers(dest="action", required=True, metavar="preview|run")
    preview = actions.add_parser("preview", help="show how a sheet is read and what it would do; stores nothing")
    preview.add_argument("file", type=Path)
    run = actions.add_parser("run", help="propose the valid rows of sheets; a terminal answer approves nothing")
    run.add_argument("files", type=Path, nargs="+", metavar="file")
    run.add_argument("--wait", action="store_true", help="wait until the proposal is decided")
    run.add_argument("--timeout", type=float, default=3600.0, metavar="SECONDS", help="longest wait (one hour)")
    for each in (preview, run):
        each.add_argument("--kind", choices=KINDS, help="what the sheet lists; guessed from its columns without it")
        each.add_argument("--sheet", metavar="NAME", help="which sheet of a workbook; the fullest one without it")
        each.add_argument("--as", dest="email", metavar="EMAIL", help="person to act for (development login only)")
        each.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Do it; a refusal is one JSON object on standard error."""
    try:
        return _preview(args) if args.action == "preview" else _run(args)
    except NetosError as refusal:
        sys.stderr.write(json.dumps(refusal.as_dict(), ensure_ascii=False) + "\n")
        return 1


# Reading the file


def _content(path: Path) -> bytes:
    """Read a file, and of one that is too large no more than shows it is.

    Raises:
        NotFound: There is no such file.
        Invalid: It is a folder, is closed to this user, or is too large.
    """
    from netos_core.imports.rules.grid import MEGABYTE, Limits

    most = Limits().file_bytes
    shown = _told(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
            size = max(path.stat().st_size, len(content))
    except FileNotFoundError:
        raise NotFound(f"There is no file {shown}.", field="file", fix="Check the path and the folder.") from None
    except IsADirectoryError:
        raise Invalid(f"{shown} is a folder.", field="file", fix="Name the file in it.") from None
    except PermissionError:
        raise Invalid(
            f"You may not read {shown}.", field="file", fix="Copy it to where you may, or have it opened to you."
        ) from None
    except OSError as failed:
        raise Invalid(f"{shown} can not be read.", field="file", fix="Copy it and try again.") from failed
    if len(content) > most:
        raise Invalid(
            f"The file has {size / MEGABYTE:,.0f} MB; a sheet may have {most / MEGABYTE:,.0f} MB.",
            field="file",
            fix="Split it into smaller files.",
        )
    return content


def _told(name: str) -> str:
    """Write a file's name as text, whatever bytes it is made of."""
    return name.encode(errors="replace").decode()


# Preview


def _preview(args: argparse.Namespace) -> int:
    from netos_core.imports.operations import preview_file

    content = _content(args.file)
    name = _told(args.file.name)
    found = _compared(args, name, content) or preview_file(name, content, args.kind, sheet=args.sheet)
    if args.json:
        _print_json(found.model_dump(mode="json"))
    else:
        sys.stdout.write(_preview_words(found))
    return 0


def _compared(args: argparse.Namespace, name: str, content: bytes) -> ImportPreview | None:
    """Hold the rows against the records where a home runs; None where none does, for a preview starts nothing."""
    import os

    from netos_core.imports.operations import preview_file
    from netos_core.kernel.context import Channel
    from netos_core.runtime.home import Home, attach, resolve_home

    home = Home(resolve_home(args.home, os.environ, Path.cwd()))
    runtime = attach(home)
    if runtime is None:
        return None
    from netos_core.runtime.callers import SignInNeeded
    from netos_mcp.auth import PersonDoor
    from netos_mcp.cli.attached import core_on

    _log_to(home)
    with core_on(runtime) as core:
        try:
            person = dataclasses.replace(PersonDoor(core, args.email).caller(None), agent=AGENT)
        except SignInNeeded:
            if args.email:
                raise
            return None
        with core.context(person, Channel.AGENT) as ctx:
            return preview_file(name, content, args.kind, sheet=args.sheet, ctx=ctx)


def _preview_words(found: ImportPreview) -> str:
    lines = [
        f"Sheet “{found.sheet}”, header in row {found.header_row}: {found.rows} rows of {found.kind}. {found.kind_why}",
        "",
        *(f"  {c.header or '(no header)'} -> {c.field or 'not used'} ({c.score:.2f}). {c.why}" for c in found.mapping),
        "",
        _counts_words(found.counts),
    ]
    if not found.compared:
        lines.append("No running NetOS was found, so every row that can be read counts as new.")
    lines += [*found.notes, *found.warnings, *_problem_words(found.errors, len(found.errors))]
    return "\n".join(lines) + "\n"


def _counts_words(counts: dict[str, int]) -> str:
    words = {"create": "new", "update": "updated", "unchanged": "unchanged", "invalid": "with problems"}
    return ", ".join(f"{counts[key]} {word}" for key, word in words.items()) + "."


def _problem_words(errors: Sequence[Any], total: int) -> list[str]:
    lines = [f"  row {e.row}{f', {e.column}' if e.column else ''}: {e.message}" for e in errors[:SHOWN]]
    more = [f"  and {total - SHOWN} more problems; --json lists them."] if total > SHOWN else []
    return [*lines, *more]


# Run


def _run(args: argparse.Namespace) -> int:
    from netos_core.runtime.home import open_home
    from netos_core.runtime.settings import load_settings
    from netos_core.runtime.supervisor import ensure_services
    from netos_mcp.auth import PersonDoor
    from netos_mcp.cli.attached import core_on

    files = [(_told(path.name)[-LONGEST_NAME:], _content(path)) for path in args.files]
    settings, home = load_settings(), open_home(args.home)
    _log_to(home)
    with ensure_services(home, settings) as runtime, core_on(runtime) as core:
        if args.wait and runtime.web_url is None and settings.database_url is None:
            raise Unavailable(
                "Nothing serves the approval page, so waiting would not end.",
                fix="Start `netos up` on this home first, or leave --wait out.",
            )
        person = dataclasses.replace(PersonDoor(core, args.email).caller(None), agent=AGENT)
        terminal = Terminal(core, person, as_json=args.json)
        # Every file is read before the first is proposed: a mistake in the last leaves nothing behind.
        staged = [terminal.stage(name, content, args.kind, args.sheet) for name, content in files]
        told = [terminal.propose(view) for view in staged]
        if args.wait:
            try:
                told = terminal.waited(told, time.monotonic() + args.timeout)
            except KeyboardInterrupt:
                terminal.say("Stopped waiting; what was proposed stays open.")
                raise
    if args.json:
        _print_json(told[0] if len(told) == 1 else {"proposals": told})
    return 0 if all(one["status"] in (None, "open", "committed") for one in told) else 1


class Terminal:
    """The calls of one run, made for one person, and what they are told meanwhile."""

    def __init__(self, core: Core, person: Principal, *, as_json: bool) -> None:
        self._core = core
        self._person = person
        self._as_json = as_json

    def say(self, *lines: str) -> None:
        """Tell a person; with --json standard output holds the one object, so the words go beside it."""
        stream = sys.stderr if self._as_json else sys.stdout
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()

    def stage(self, name: str, content: bytes, kind: Any, sheet: str | None) -> ImportView:
        from netos_core.imports.operations import NothingValid, stage_import
        from netos_core.imports.schemas import StageImport
        from netos_core.kernel.context import Channel

        request = StageImport(file_name=name, content=content, kind=kind, sheet=sheet)
        try:
            view = self._core.call(stage_import, request, self._person, Channel.AGENT)
            if view.counts["invalid"] == view.rows:
                first = view.errors[0]
                raise NothingValid(
                    f"None of the {view.rows} rows can be imported; row {first.row}: {first.message}",
                    field="file",
                    fix=f"Correct {view.ref} on the page Imports, or the file.",
                )
        except NetosError as refusal:
            refusal.message = f"{name}: {refusal.message}"
            raise
        return view

    def propose(self, view: ImportView) -> dict[str, Any]:
        from netos_core.changes.records import NothingToChange
        from netos_core.imports.operations import propose_import
        from netos_core.imports.schemas import ProposeImport
        from netos_core.kernel.context import Channel

        if not self._as_json:
            self.say(f"{view.ref}: {view.file_name}, sheet “{view.sheet}”. {_counts_words(view.counts)}", *view.notes)
            self.say(*_problem_words(view.errors, view.errors_total))
        try:
            change = self._core.call(propose_import, ProposeImport(ref=view.ref), self._person, Channel.AGENT)
        except NothingToChange as nothing:
            if not self._as_json:
                self.say(nothing.message)
            return _object(view, None)
        if not self._as_json:
            self.say(*(f"  {row.ref} {row.field}: {row.old} -> {row.new}" for row in change.diff[:SHOWN]))
            self.say(*change.warnings, f"{change.change_id}, {change.risk_words}. Approve or reject it here:")
            self.say(f"  {change.approve_url}", "A terminal answer approves nothing.")
        return _object(view, change)

    def waited(self, told: Sequence[dict[str, Any]], end: float) -> list[dict[str, Any]]:
        """Wait until every proposal is decided.

        Raises:
            Conflict: The time is over and one still waits; it stays open.
        """
        from netos_core.changes.operations import get_change
        from netos_core.changes.schemas import GetChange
        from netos_core.kernel.context import Channel

        decided = []
        for one in told:
            ref = one["change_id"]
            if ref and self._as_json:
                self.say(f"{ref} waits: {one['approve_url']}")
            while ref and one["status"] == "open":
                request = GetChange(change_id=ref, limit=1, cursor=None)
                now = self._core.call(get_change, request, self._person, Channel.AGENT)
                one = {**one, "status": now.status, "ended_by": now.ended_by}  # noqa: PLW2901 - the same proposal later
                if now.status == "open" and time.monotonic() > end:
                    raise Conflict(f"{ref} still waits and stays open.", fix=f"Decide it at {now.approve_url}.")
                if now.status == "open":
                    time.sleep(POLL)
                elif not self._as_json:
                    self.say(f"{ref} is {now.status}{f' by {now.ended_by}' if now.ended_by else ''}.")
            decided.append(one)
        return decided


def _object(view: ImportView, change: ChangeView | None) -> dict[str, Any]:
    shown = change.model_dump(mode="json") if change else {}
    names = ("change_id", "title", "status", "digest", "risk", "risk_words", "counts", "approve_url", "expires_at")
    return {
        **{name: shown.get(name) for name in names},
        "warnings": shown.get("warnings", view.warnings),
        "import": view.ref,
        "file": view.file_name,
        "kind": view.kind,
        "sheet": view.sheet,
        "rows": view.counts,
        "errors": [error.model_dump(mode="json") for error in view.errors],
        "diff": shown.get("diff", []),
        "diff_total": shown.get("changes_total", 0),
    }


def _print_json(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def _log_to(home: Home) -> None:
    """Keep the log out of standard error, which holds one refusal and nothing else."""
    from netos_core.runtime.logs import JsonFormatter

    handler = logging.FileHandler(home.log("import"), delay=True)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
