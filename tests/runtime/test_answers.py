"""An answer that took long is kept, and is never behind what is on file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.demo.people import DANA, MARCUS
from netos_core.kernel.context import Channel
from netos_core.overview.operations import search_circuits
from netos_core.overview.schemas import SearchCircuits
from netos_core.runtime import calls, valkey
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.factories import make_person

RETIRE = "update circuit set retired_at = now() where ref = (select max(ref) from circuit where retired_at is null)"


@pytest.fixture
def kept_in() -> Iterator[valkey.Valkey]:
    with tempfile.TemporaryDirectory(prefix="netos-a-") as folder:
        server = valkey.start(Path(folder) / "valkey")
        yield server
        valkey.stop(server)


@pytest.fixture
def core(sample_db: str, kept_in: valkey.Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    monkeypatch.setattr(calls, "KEEP_FROM", 0.0)
    core = Core(Settings(database_url=sample_db, redis_url=kept_in.url))
    yield core
    core.close()


def circuits(core: Core, email: str = MARCUS.email) -> int:
    return core.call(get_dashboard, GetDashboard(), core.principal(email), Channel.PAGE).circuits


def keys(kept_in: valkey.Valkey) -> int:
    with Redis.from_url(kept_in.url) as asked:
        return len(asked.keys("netos:answer:*"))


@contextmanager
def retiring(core: Core, *, trailed: bool = True) -> Iterator[Session]:
    """Retire a circuit, as a commit does: with a row of the trail."""
    with core.itself() as ctx:
        ctx.session.execute(text(RETIRE))
        if trailed:
            audit.record(ctx, "retire", entity="circuit", ref="CKT-1")
            ctx.session.flush()
        yield ctx.session


def retire(core: Core, *, trailed: bool = True) -> None:
    with retiring(core, trailed=trailed):
        pass


def test_the_next_read_sees_a_write(core: Core) -> None:
    before = circuits(core)
    assert circuits(core) == before
    retire(core)
    assert circuits(core) == before - 1


def test_what_is_kept_is_what_is_shown(core: Core, kept_in: valkey.Valkey) -> None:
    before = circuits(core)
    retire(core, trailed=False)  # as nothing of NetOS ever does
    assert circuits(core) == before
    with Redis.from_url(kept_in.url) as asked:
        asked.flushall()
    assert circuits(core) == before - 1


def test_an_answer_from_while_a_write_was_under_way_is_not_shown_after_it(core: Core) -> None:
    with core.itself() as slow:
        audit.record(slow, "note", entity="circuit", ref="CKT-1")  # has its row of the trail before the other begins
        slow.session.flush()
        retire(core)
        under_way = circuits(core)
        slow.session.execute(text(RETIRE))
        assert circuits(core) == under_way
    assert circuits(core) == under_way - 1


def test_writers_do_not_wait_for_each_other(core: Core) -> None:
    with core.itself() as slow, core.itself() as quick:
        audit.record(slow, "note", entity="circuit", ref="CKT-1")
        slow.session.flush()
        quick.session.execute(text("set local lock_timeout = '2s'"))
        audit.record(quick, "note", entity="circuit", ref="CKT-2")
        quick.session.commit()


def test_who_sees_no_money_has_an_answer_of_their_own(core: Core) -> None:
    asked = SearchCircuits(limit=5)
    rich = core.call(search_circuits, asked, core.principal(MARCUS.email), Channel.PAGE)
    assert core.call(search_circuits, asked, core.principal(MARCUS.email), Channel.PAGE) == rich
    person = core.principal(DANA.email)
    blind = type(person)(**{**vars_of(person), "rights": person.rights - {"see:money"}})
    for _ in range(2):
        poor = core.call(search_circuits, asked, blind, Channel.PAGE)
        assert poor.mrc_total == {}
        assert all(row.mrc is None for row in poor.rows)
    assert rich.mrc_total


def vars_of(person: object) -> dict[str, object]:
    return {name: getattr(person, name) for name in person.__slots__}  # type: ignore[attr-defined]


def test_quick_answers_are_not_kept(core: Core, kept_in: valkey.Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "KEEP_FROM", 60.0)
    circuits(core)
    assert keys(kept_in) == 0


def test_a_spoiled_answer_is_worked_out_anew(core: Core, kept_in: valkey.Valkey) -> None:
    before = circuits(core)
    with Redis.from_url(kept_in.url) as asked:
        for key in asked.keys("netos:answer:*"):
            asked.set(key, b'{"circuits": -1}')
    assert circuits(core) == before


def test_before_anything_was_written_nothing_is_kept(
    fresh_db: str, kept_in: valkey.Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "KEEP_FROM", 0.0)
    core = Core(Settings(database_url=fresh_db, redis_url=kept_in.url))
    with core.session() as session:
        make_person(session, Role.EXEC, "First")
        session.execute(text("delete from written"))
    assert circuits(core, "first@isp.example") == 0
    assert keys(kept_in) == 0
    with core.itself() as ctx:
        audit.record(ctx, "note", entity="circuit", ref="CKT-1")
    assert circuits(core, "first@isp.example") == 0
    assert keys(kept_in) == 1
    core.close()


def test_without_valkey_answers_are_worked_out(sample_db: str) -> None:
    core = Core(Settings(database_url=sample_db, redis_url="redis://127.0.0.1:9/0"))
    try:
        assert circuits(core) == circuits(core)
    finally:
        core.close()


UNTRAILED = (
    "standing", "exposure", "work_item", "extraction", "quote_draft", "letter_signing", "revenue_service",
    "revenue_price",
)  # fmt: skip


def test_what_is_written_without_the_trail_counts_too(core: Core) -> None:
    stamped = "select tgrelid::regclass::text from pg_trigger where tgname = 'written'"
    with core.session() as session:
        assert set(session.scalars(text(stamped))) == {"audit", *UNTRAILED}
