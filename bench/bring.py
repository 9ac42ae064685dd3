"""Bring the data set in the way people do: staged, proposed, approved on the page; and the same rows by COPY."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import select

from bench.data import PROVIDERS, SEED, Sheets
from bench.figures import Figure
from bench.house import House
from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import Decide
from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.imports.operations import propose_import, stage_import
from netos_core.imports.schemas import KindName, ProposeImport, StageImport
from netos_core.kernel.context import Channel
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import Item, ProposeChange
from netos_core.proposals.schemas import KindName as Kind

PREVIEW_SECONDS = COMMIT_SECONDS = 10.0
OF_AN_IMPORT = ("circuit", "termination", "circuit_customer", "proposal_change", "audit")
EVENTS, NOTES, TAGS, DECIDED = 2000, 400, 300, 60
TROUBLES = ("Fiber cut between the towns", "Power at the far end", "Line card failed")


class NotBrought(RuntimeError):
    """The data set does not come in whole, so nothing measured on it would mean anything."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of the three steps of one import."""

    preview: float
    propose: float
    commit: float
    rows: int


def bring(place: House, sheets: Sheets) -> dict[KindName, Taken]:
    """Import every sheet, then add what no sheet carries: contacts, events, notes, tags and decisions."""
    kinds: tuple[tuple[KindName, bytes], ...] = (
        ("providers", sheets.providers),
        ("customers", sheets.customers),
        ("sites", sheets.sites),
        ("circuits", sheets.circuits),
        ("contracts", sheets.contracts),
    )
    taken = {kind: _import(place, kind, content) for kind, content in kinds}
    _beside(place)
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        connection.execute("analyze")  # the server does so by itself within a minute
    return taken


def figures(taken: Taken, floor: float) -> list[Figure]:
    rows = f"{taken.rows:,} circuits"
    copy = "COPY of every row it wrote, audit included"
    commit = taken.propose + taken.commit
    return [
        Figure(f"import {rows}: preview (staged)", "s", taken.preview, PREVIEW_SECONDS),
        Figure(f"import {rows}: propose", "s", taken.propose),
        Figure(f"import {rows}: approve = commit and audit", "s", taken.commit, COMMIT_SECONDS, floor, copy),
        Figure("import, from yes to committed (both)", "s", commit, COMMIT_SECONDS, floor, copy),
        Figure("import, file to committed rows", "circuits/s", taken.rows / (taken.preview + commit)),
    ]


def copy_floor(place: House, tables: Sequence[str] = OF_AN_IMPORT) -> float:
    """COPY rows, of the circuit import by default, into empty tables of their shape; returns the seconds it took."""
    seconds = 0.0
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        for table in tables:
            seconds += _copy(connection, table)
    return seconds


def _copy(connection: psycopg.Connection[Any], table: str) -> float:
    columns = [
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'"
            " and is_identity = 'NO' order by ordinal_position",
            [table],
        )
    ]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    of, to = sql.Identifier(table), sql.Identifier(f"bench_{table}")
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} ({}) to stdout").format(of, listed)) as out:
        rows = b"".join(bytes(part) for part in out)
    connection.execute(sql.SQL("create table {} (like {} including all)").format(to, of))
    started = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} ({}) from stdin").format(to, listed)) as into:
        into.write(rows)
    taken = time.perf_counter() - started
    connection.execute(sql.SQL("drop table {}").format(to))
    return taken


def _import(place: House, kind: KindName, content: bytes) -> Taken:
    clerk, approver = place.person(agent=None), place.approver
    started = time.perf_counter()
    staged = place.core.call(
        stage_import, StageImport(file_name=f"{kind}.csv", content=content, kind=kind), clerk, Channel.PAGE
    )
    previewed = time.perf_counter()
    if staged.counts["create"] != staged.rows:
        raise NotBrought(f"{kind}: {staged.counts}, such as {staged.errors[:3]}; mapping {staged.mapping}")
    change = place.core.call(propose_import, ProposeImport(ref=staged.ref), clerk, Channel.PAGE)
    proposed = time.perf_counter()
    _approve(place, change.change_id, change.digest, approver)
    return Taken(previewed - started, proposed - previewed, time.perf_counter() - proposed, staged.rows)


def _approve(place: House, change_id: str, digest: str, approver: Any) -> None:
    done = place.core.call(approve_change, Decide(change_id=change_id, digest=digest), approver, Channel.PAGE)
    if done.status != "committed":
        raise NotBrought(f"{change_id} is {done.status}, not committed.")


def _beside(place: House) -> None:
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    with place.core.session() as session:
        circuits = list(session.scalars(select(Circuit.ref).order_by(Circuit.id)))
        contracts = list(session.scalars(select(Contract.ref).order_by(Contract.id)))
    contacts = [
        {"provider": name, "kind": kind, "level": level, "name": said, "phone": f"+1 800 555 {2000 + at * 9 + level}"}
        for at, (name, _, _) in enumerate(PROVIDERS)
        for kind, level, said in (
            ("escalation", 1, "Shift lead"), ("escalation", 2, "Operations manager"), ("account_manager", None, "Sales")
        )
        if level is not None
    ]  # fmt: skip
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    events = []
    for ref in rng.choices(circuits, k=min(EVENTS, len(circuits))):
        starts = noon - timedelta(days=rng.randint(2, 700), minutes=rng.randint(0, 1400))
        ends = starts + timedelta(minutes=rng.randint(4, 600))
        events.append(
            {
                "circuit": ref, "kind": "outage", "impact": "outage", "starts_at": starts.isoformat(),
                "ends_at": ends.isoformat(), "summary": rng.choice(TROUBLES),
                "ticket": f"TT{rng.randint(10_000, 99_999)}",
            }
        )  # fmt: skip
    notes = [{"on": r, "text": "Escort needed; call the building office a day ahead."} for r in circuits[:NOTES]]
    tags = [{"on": ref, "name": rng.choice(("protected", "tls", "e-rate", "watch"))} for ref in circuits[:TAGS]]
    decided = [
        {"contract": ref, "choice": "renew", "decided_date": noon.date().isoformat()} for ref in contracts[:DECIDED]
    ]
    _add(place, "contact", contacts)
    _add(place, "event", events)
    _add(place, "note", notes)
    _add(place, "tag", tags)
    _add(place, "decision", decided)


def _add(place: House, kind: Kind, rows: Sequence[dict[str, Any]]) -> None:
    items = [Item(set=row) for row in rows]
    _propose(place, ProposeChange(kind=kind, action="create", items=items, reason="Part of the data set."))


def _propose(place: House, request: ProposeChange) -> None:
    change = place.core.call(propose_change, request, place.person(agent=None), Channel.PAGE)
    _approve(place, change.change_id, change.digest, place.approver)
