"""What an installation says about itself: each check is a finding with what is so and, if wrong, what to do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from netos_core.access.queries import list_people
from netos_core.changes import audit
from netos_core.changes.audit import Seal
from netos_core.contracts.queries import completed, terms_of
from netos_core.contracts.queries.papers import every_paper
from netos_core.contracts.rules import deadline_of, governing_end_date
from netos_core.finance.queries.worked import worked_months
from netos_core.geo.tables import Standing
from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import NetosError
from netos_core.notices import queries as notices
from netos_core.notices.rules.delivery import MessageState
from netos_core.runtime import migrate, seals
from netos_core.runtime.backup.trail import OVERDUE_AFTER, holds_real_work, last_backup
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home, Runtime
from netos_core.runtime.settings import SECRET, Settings
from netos_core.runtime.settings_words import listed
from netos_core.work import queries as work
from netos_core.work import systems
from netos_core.work.systems import SystemState

WORKER_KEY = "arq:queue:health-check"
MOST_NAMED = 5
BEHIND_AFTER = timedelta(hours=1)
"""What is written is in the months that are kept within minutes, where a worker runs."""

KEPT_WITHIN = timedelta(minutes=10)
"""A worker keeps seals outside of the database every few seconds; later than this it cannot."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it holds, what was found, and the fix in words where it does not."""

    check: str
    holds: bool
    found: str
    fix: str | None = None


def findings(runtime: Runtime, settings: Settings, *, worker_expected: bool, trail: bool) -> Iterator[Finding]:
    """Check everything, one finding after the other; what needs the database is left out where it does not answer.

    Args:
        runtime: The services to look at.
        settings: The settings of this process.
        worker_expected: Whether a worker ought to be running.
        trail: Whether to verify every seal of the audit trail, which reads it whole.
    """
    yield _home(runtime)
    yield _keys(settings)
    queue = Redis.from_url(runtime.redis_url, socket_timeout=3)
    with contextlib.closing(queue):
        yield from _queue(queue, worker_expected=worker_expected)
    database = _database(runtime.database_url)
    yield database
    if not database.holds:
        return
    yield _models(runtime.database_url)
    yield _places(runtime.database_url)
    core = Core(settings.model_copy(update={"database_url": runtime.database_url}))
    try:
        checks: tuple[Callable[[Core], Finding], ...] = (
            _outbox,
            _jobs,
            _deadlines,
            _months,
            _people,
            _systems,
            _backup,
        )
        for check in checks:
            yield check(core)
        if trail:
            yield from _trail(core, Home(runtime.home), worker_expected=worker_expected)
    finally:
        core.close()


def settings_in_force(settings: Settings) -> dict[str, Any]:
    """List the settings of this process; one that may hold a password only says whether it is set."""
    told = settings.model_dump(mode="json")
    return {name: ("set" if value else None) if name in SECRET else value for name, value in told.items()}


def _home(runtime: Runtime) -> Finding:
    path = runtime.home
    if os.access(path, os.W_OK | os.X_OK):
        return Finding("home", holds=True, found=f"{path} can be written.")
    return Finding("home", holds=False, found=f"{path} can not be written.", fix="Make it yours, or use --home.")


def _keys(settings: Settings) -> Finding:
    if settings.secret_keys is not None:
        return Finding("keys", holds=True, found=f"{len(listed(settings.secret_keys))} from NETOS_SECRET_KEYS.")
    if settings.database_url is None or settings.demo:
        return Finding("keys", holds=True, found="In the home, which is enough for one machine.")
    found = "The database is shared, and the keys that seal what is in it lie in this machine's home only."
    return Finding("keys", holds=False, found=found, fix="Set NETOS_SECRET_KEYS, the same on every machine.")


def _systems(core: Core) -> Finding:
    """Tell how the outside systems answered last; `--integrations` asks them now."""
    with core.session() as session:
        known = systems.standings(session)
    wrong = [one for one in known if one.state is not SystemState.OK]
    if not wrong:
        return Finding("systems", holds=True, found=f"{len(known)} outside systems were asked, and all answer.")
    found = "; ".join(f"{one.system}: {one.told}" for one in wrong)
    fix = ", ".join(one.setting for one in wrong if one.setting)
    return Finding("systems", holds=False, found=found, fix=f"Correct {fix}." if fix else "Try `--integrations`.")


def _queue(queue: Redis, *, worker_expected: bool) -> Iterator[Finding]:
    try:
        queue.ping()
        beat = queue.get(WORKER_KEY)
    except RedisError as refused:
        fix = "Start Valkey, or correct NETOS_REDIS_URL."
        yield Finding("queue", holds=False, found=f"The queue does not answer ({type(refused).__name__}).", fix=fix)
        return
    yield Finding("queue", holds=True, found="The queue answers.")
    if beat is not None:
        yield Finding("worker", holds=True, found="A worker reported within the last seconds.")
    elif worker_expected:
        fix = "Start one with `netos worker`; its log says why the last one ended."
        yield Finding("worker", holds=False, found="No worker reports.", fix=fix)
    else:
        yield Finding("worker", holds=True, found="NetOS is not running here, so no worker is expected.")


def _database(url: str) -> Finding:
    try:
        at, newest = migrate.current(url), migrate.head()
    except (NetosError, OperationalError) as refused:
        found = refused.message if isinstance(refused, NetosError) else "The database does not answer."
        return Finding("database", holds=False, found=found, fix="Start it, or correct NETOS_DATABASE_URL.")
    if at == newest:
        return Finding("database", holds=True, found=f"The database answers and is at revision {at}, the newest.")
    found = f"The database is at revision {at or 'none'}; the newest is {newest}."
    return Finding("database", holds=False, found=found, fix="Run `netos migrate`.")


def _models(url: str) -> Finding:
    different = migrate.differences(url)
    if not different:
        return Finding("models", holds=True, found="Tables and models agree.")
    found = f"Tables and models differ in {len(different)} places."
    fix = "Run `netos migrate`; if it finds nothing to do, somebody altered a table by hand."
    return Finding("models", holds=False, found=found, fix=fix)


def _places(url: str) -> Finding:
    """Tell what answers questions of distance; both answer alike, so neither is wrong."""
    found = {
        Standing.IN_USE: "PostGIS finds places.",
        Standing.AT_HAND: "Plain PostgreSQL finds places. PostGIS is there: `netos migrate --spatial` uses it.",
        Standing.NOT_OURS: "Plain PostgreSQL finds places. The server has PostGIS: an administrator may run"
        " `create extension postgis`, then `netos migrate --spatial` uses it.",
        Standing.NOT_THERE: "Plain PostgreSQL finds places; the server has no PostGIS, and needs none.",
    }
    return Finding("places", holds=True, found=found[migrate.spatial(url)])


def _outbox(core: Core) -> Finding:
    with core.session() as session:
        counted = notices.counts(session)
    dead = counted[MessageState.DEAD]
    found = ", ".join(f"{n} {state}" for state, n in counted.items())
    fix = "The page /notices?state=dead says why each one failed; correct the cause, then send them again there."
    return Finding("outbox", holds=not dead, found=f"Messages: {found}.", fix=fix if dead else None)


def _jobs(core: Core) -> Finding:
    with core.session() as session:
        stands = work.backlog(session, utc_now())
    found = f"Jobs: {stands.queued} queued, {stands.running} running, {stands.failed} failed."
    if not stands.stranded:
        return Finding("jobs", holds=True, found=found)
    fix = "Start a worker with `netos worker`; it runs them again by itself."
    return Finding("jobs", holds=False, found=f"{found} {stands.stranded} lost their worker.", fix=fix)


def _deadlines(core: Core) -> Finding:
    """Compute what every contract stores about its deadlines anew, by the rules."""
    wrong, seen = [], 0
    with core.session() as session:
        papers = every_paper(session)
        for row in (paper.row for paper in papers.by_id.values()):
            seen += 1
            terms = terms_of(completed(row, papers))
            due = deadline_of(terms)
            stored = (row["term_end_date"], row["notice_deadline"], row["act_by"])
            if stored != (governing_end_date(terms), due.notice_deadline, due.act_by):
                wrong.append(row["ref"])
    if not wrong:
        return Finding("deadlines", holds=True, found=f"The deadlines of {seen} contracts follow from their terms.")
    named = ", ".join(wrong[:MOST_NAMED])
    found = f"The stored deadlines of {len(wrong)} of {seen} contracts do not follow from their terms: {named}."
    return Finding("deadlines", holds=False, found=found, fix="Propose their terms again, so they are worked out anew.")


def _months(core: Core) -> Finding:
    """Tell since when open months are kept worked out, and how long what was written since has waited."""
    now = utc_now()
    with core.session() as session:
        stands = worked_months(session)
    if stands.months == 0:
        return Finding("months", holds=True, found="No open month is kept worked out; each is on the read.")
    found = f"{stands.months} open months are kept as worked out at {_minute(stands.worked_at)}; {stands.touched:,} of"
    found += " what they follow from has been written since."
    if stands.since is None or now - stands.since < BEHIND_AFTER:
        return Finding("months", holds=True, found=found)
    found += f" The oldest of it has waited since {_minute(stands.since)}: figures are right, and take longer."
    return Finding("months", holds=False, found=found, fix="Start a worker with `netos worker`; its log says why not.")


def _people(core: Core) -> Finding:
    with core.session() as session:
        people = [f"{p.email} ({', '.join(p.roles) or 'no role'})" for p in list_people(session)]
    return Finding("people", holds=True, found=f"{len(people)} active: {'; '.join(people)}." if people else "None yet.")


def _backup(core: Core) -> Finding:
    """Tell how old the last backup is; sample data may go without one."""
    now = utc_now()
    with core.session() as session:
        last, needed = last_backup(session), holds_real_work(session)
    fresh = last is not None and now - last.taken_at <= OVERDUE_AFTER
    found = (
        f"The last backup, {last.name}, holds what was so {_days((now - last.taken_at).days)}."
        if last is not None
        else "No backup has been taken."
    )
    if fresh or not needed:
        return Finding("backup", holds=True, found=found)
    return Finding("backup", holds=False, found=found, fix="Take one with `netos backup FILE`, and keep it elsewhere.")


def _days(days: int) -> str:
    return "within the last day" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"


def _trail(core: Core, home: Home, *, worker_expected: bool) -> Iterator[Finding]:
    """Check the seals against the rows, then against the file outside of the database."""
    try:
        kept, unread = seals.read(home), None
    except seals.SealsNotKept as refused:
        kept, unread = None, Finding("seals", holds=False, found=refused.message, fix=refused.fix)
    with core.session() as session:
        session.execute(text("set transaction isolation level repeatable read read only"))
        found = audit.verify(session)
        here = audit.seals_after(session, None)
    if found.holds:
        told = f"{found.seals} seals over {found.sealed_rows} rows hold; {found.unsealed_rows} rows wait for a seal."
        yield Finding("audit", holds=True, found=told)
    else:
        told = f"Seal {found.broken_seal} does not match its rows; {found.sealed_rows} rows before it hold."
        fix = "Compare the audit table with a backup made before that seal, and find out who had access."
        yield Finding("audit", holds=False, found=told, fix=fix)
    yield unread or _outside(home, kept, here, worker_expected=worker_expected)


def _outside(home: Home, kept: seals.Kept | None, here: Sequence[Seal], *, worker_expected: bool) -> Finding:
    """Compare the seals of the database with those in the file of this home."""
    if kept is None:
        told = f"This home keeps no seal outside of the database yet; a worker on it does, in {seals.file_of(home)}."
        return Finding("seals", holds=True, found=told)
    if kept.wrong is not None:
        fix = f"Somebody else wrote to it. Compare it with a copy; to go on, {seals.START_ANEW}"
        return Finding("seals", holds=False, found=kept.wrong, fix=fix)
    if (other := seals.difference(kept, here)) is not None:
        fix = "Find out who had access to database and file, change neither, and compare both with an earlier backup."
        return Finding("seals", holds=False, found=other, fix=fix)
    told = f"{len(kept.seals)} of {len(here)} seals are kept in {kept.path}, and agree."
    if kept.half:
        told += " Its last line was cut short by a crash; the worker completes it."
    if kept.restored:
        last = kept.restored[-1]
        told += f" Restored on {_minute(last.at)} from {last.backup}, the backup of {_minute(last.taken_at)}"
        told += f"; later seals, which it does not have, stay in the file: {kept.aside}." if kept.aside else "."
    waiting = here[len(kept.seals) :]
    if waiting and worker_expected and utc_now() - datetime.fromisoformat(waiting[0].at) > KEPT_WITHIN:
        told += f" {len(waiting)} wait since {_minute(datetime.fromisoformat(waiting[0].at))}."
        fix = "The log of the worker on this home says why, in the line “seals are not kept”."
        return Finding("seals", holds=False, found=told, fix=fix)
    return Finding("seals", holds=True, found=told)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
