"""Revenue from Sonar: a first sync, changes, deletions, a worker killed in the middle, limits and expired tokens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from netos_core.kernel.clock import utc_now
from netos_core.revenue import records
from netos_core.runtime import revenue
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.standins import sonar
from tests.standins.fixtures import stood_in
from tests.standins.serving import Served

app, state, running = stood_in(sonar.make_app, "sonar")
REPOSITORY = Path(__file__).parents[2]
MANY = 20_000
MONTHLY = {1: Decimal("300.00"), 2: Decimal("33.33")}
Sync = Callable[[], None]


@pytest.fixture
def core(fresh_db: str, running: Served) -> Iterator[Core]:
    made = Core(Settings(database_url=fresh_db, sonar_url=running.url, sonar_token=sonar.TOKEN))
    yield made
    made.close()


@pytest.fixture
def sync(core: Core) -> Sync:
    """Sync as of now, whether or not it is time."""

    def run() -> None:
        now = utc_now()
        with core.session() as session:
            records.begin(session, revenue.SONAR, now, now.date(), whole=False)
        assert revenue.sync_due(core)

    return run


def rows(core: Core, query: str, **values: Any) -> list[Any]:
    with core.session() as session:
        return list(session.execute(text(query), values))


def one(core: Core, query: str, **values: Any) -> Any:
    ((found,),) = rows(core, query, **values)
    return found


def last(core: Core) -> Any:
    return rows(core, "select * from revenue_sync order by started_at desc limit 1")[0]


def age(core: Core, days: int) -> None:
    """Let days pass: what is kept happened so much earlier."""
    with core.session() as session:
        session.execute(text("update revenue_price set starts_on = starts_on - :days"), {"days": days})


def true_revenue(state: sonar.State) -> Decimal:
    """Add up what the stand-in bills a month, without any of our code."""
    prices = [MONTHLY[s["service_id"]] for s in state.services.values() if s["price_override"] is None]
    own = [Decimal(s["price_override"]) / 100 for s in state.services.values() if s["price_override"] is not None]
    return sum(prices, Decimal(0)) + sum(own, Decimal(0))


def mirrors(core: Core, state: sonar.State) -> None:
    """Nothing is lost or doubled, and the sum is that of the billing system."""
    keys = [int(row.key) for row in rows(core, "select key from revenue_service where gone_at is null")]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(state.services)
    assert one(core, "select count(*) from revenue_account where gone_at is null") == len(state.accounts)
    assert one(core, "select sum(mrr) from revenue_price where ends_on is null") == true_revenue(state)


def test_twenty_thousand_services_are_read_and_then_only_what_changed(
    core: Core, state: sonar.State, sync: Sync, running: Served
) -> None:
    state.fill(MANY)
    started = time.monotonic()
    sync()
    assert time.monotonic() - started < 120
    mirrors(core, state)
    assert (last(core).services, last(core).accounts, last(core).whole) == (MANY, MANY, True)
    running.forget()
    state.now = utc_now() + timedelta(hours=1)
    state.service(17, 17, 1, price_override=12345)
    sync()
    assert (last(core).services, last(core).accounts, last(core).whole) == (1, 0, False)
    assert last(core).repriced == 1
    mirrors(core, state)
    assert len(running.requests) < 50  # two times twenty pieces of keys, and the changes


def test_a_change_of_price_keeps_its_history(core: Core, state: sonar.State, sync: Sync) -> None:
    state.fill(6)
    sync()
    age(core, 40)
    state.now = utc_now()
    state.service(2, 2, 1, price_override=25000)  # its own price
    state.products[2]["amount"] = 12000  # a price of the catalogue touches no service of Sonar's
    sync()
    told = rows(
        core,
        "select s.key, p.mrr, p.starts_on, p.ends_on from revenue_price p join revenue_service s on s.id = p.service_id"
        " where s.key in ('1', '2') order by s.key, p.starts_on",
    )
    today = utc_now().date()
    assert [(r.key, r.mrr, (today - r.starts_on).days, r.ends_on and (today - r.ends_on).days) for r in told] == [
        ("1", Decimal("33.33"), 40, 1), ("1", Decimal("40.00"), 0, None),
        ("2", Decimal("300.00"), 40, 1), ("2", Decimal("250.00"), 0, None),
    ]  # fmt: skip
    state.service(2, 2, 1, price_override=26000)
    sync()
    assert [r.mrr for r in rows(core, "select mrr from revenue_price where mrr >= 250 and mrr < 300")] == [260]


def test_what_is_deleted_is_gone_and_keeps_its_past(core: Core, state: sonar.State, sync: Sync) -> None:
    state.fill(30)
    sync()
    age(core, 10)
    del state.services[4], state.accounts[4]
    state.now = utc_now()
    state.account(5, account_status={"name": "Closed", "activates_account": False})
    sync()
    assert last(core).gone == 1
    assert [r.key for r in rows(core, "select key from revenue_service where gone_at is not null")] == ["4"]
    ended = rows(
        core, "select s.key, p.ends_on from revenue_price p join revenue_service s on s.id = p.service_id"
        " where p.ends_on is not null order by s.key",
    )  # fmt: skip
    assert [(r.key, r.ends_on) for r in ended] == [(k, utc_now().date() - timedelta(days=1)) for k in ("4", "5")]
    state.account(4)
    state.service(4, 4, 1)
    sync()
    assert one(core, "select count(*) from revenue_service where key = '4'") == 1
    assert one(core, "select gone_at from revenue_service where key = '4'") is None


def test_losing_most_of_it_waits_for_a_person(core: Core, state: sonar.State, sync: Sync) -> None:
    state.fill(100)
    sync()
    for key in range(1, 80):
        del state.services[key]
    sync()
    assert "79 of 100" in last(core).problem
    assert one(core, "select count(*) from revenue_price where ends_on is null") == 100
    now = utc_now()
    with core.session() as session:
        assert not records.begin(session, revenue.SONAR, now, now.date(), whole=False, accept=True)
    revenue.sync_due(core)
    mirrors(core, state)


def test_a_limit_and_an_expired_token_are_waited_out_where_the_sync_stood(
    core: Core, state: sonar.State, sync: Sync, running: Served
) -> None:
    state.fill(900)
    running.fail(429, retry_after=2000, times=1)
    sync()
    assert "limits how often" in last(core).problem
    assert timedelta(seconds=1900) < last(core).claimed_until - utc_now() < timedelta(seconds=2000)
    assert not revenue.sync_due(core), "not before it may be asked again"
    _wake(core)
    state.tokens = {"another"}
    revenue.sync_due(core)
    assert "NETOS_SONAR_TOKEN" in last(core).problem
    assert one(core, "select state from outside_system where system = 'Sonar'") == "credentials_invalid"
    state.tokens = {sonar.TOKEN}
    _wake(core)
    revenue.sync_due(core)
    assert (last(core).problem, last(core).done_at is None) == (None, False)
    mirrors(core, state)


def _wake(core: Core) -> None:
    with core.session() as session:
        session.execute(text("update revenue_sync set claimed_until = now() where done_at is null"))


SYNC = """
from netos_core.runtime import revenue
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import load_settings
revenue.sync_due(Core(load_settings()))
"""


@pytest.mark.processes
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    core: Core, state: sonar.State, running: Served, fresh_db: str, tmp_path: Path
) -> None:
    state.fill(MANY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    chosen = {
        "PYTHONPATH": str(REPOSITORY), "NETOS_DATABASE_URL": fresh_db, "NETOS_HOME": str(tmp_path),
        "NETOS_SONAR_URL": running.url, "NETOS_SONAR_TOKEN": sonar.TOKEN, "NETOS_LOG_LEVEL": "error",
    }  # fmt: skip
    reached: list[tuple[str, int]] = []
    for least in (3_000, 8_000):
        child = subprocess.Popen([sys.executable, "-c", SYNC], env=kept | chosen, stderr=subprocess.DEVNULL)
        _until(lambda least=least: one(core, "select count(*) from revenue_service") >= least)
        child.send_signal(signal.SIGKILL)
        assert child.wait(20) == -signal.SIGKILL
        reached.append((last(core).step, last(core).services))
        assert not revenue.sync_due(core), "the dead worker's claim has not run out"
        _wake(core)
        for key in (reached[-1][1] - 100, MANY - least):  # one that was read, one that was not
            del state.services[key]
    assert [step for step, _ in reached] == ["services", "services"]
    assert 3_000 <= reached[0][1] < reached[1][1] < MANY
    before = len(running.requests)
    assert revenue.sync_due(core)
    assert last(core).done_at is not None
    assert last(core).tries == 3
    assert len(running.requests) - before <= (MANY - reached[1][1]) // 250 + 2, "what was read is not read again"
    assert last(core).services == MANY - 2, "each was counted once; two were gone before they were read"
    _settled(core)
    mirrors(core, state)


def _settled(core: Core) -> None:
    """Sync once more: what was deleted after it was read is seen to be gone by the next one."""
    with core.session() as session:
        now = utc_now()
        records.begin(session, revenue.SONAR, now, now.date(), whole=False)
    assert revenue.sync_due(core)


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_earlier_try_that_wakes_up_late_writes_nothing(core: Core, state: sonar.State) -> None:
    now = utc_now()
    with core.session() as session:
        records.begin(session, revenue.SONAR, now, date(2026, 5, 31), whole=True)
        first = records.claim(session, revenue.SONAR, now)
        assert first is not None
        assert records.claim(session, revenue.SONAR, now) is None
        second = records.claim(session, revenue.SONAR, now + records.CLAIM)
    assert second is not None
    with pytest.raises(records.ClaimLost), core.session() as session:
        records.go_on(session, first, now, None)
    with core.session() as session:
        assert records.go_on(session, second, now, None).step is records.Step.ACCOUNTS
