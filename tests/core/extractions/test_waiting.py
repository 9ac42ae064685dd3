"""Extractions that wait for a person are seen: beside the navigation, on the first page, and on the worklist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.access.rules import Role
from netos_core.changes.operations import reject_change
from netos_core.changes.schemas import Decide
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.extractions import operations as extractions
from netos_core.extractions.queries import get_row
from netos_core.extractions.rules.states import FAILED
from netos_core.extractions.schemas import DismissExtraction
from netos_core.extractions.telling import tell_waiting
from netos_core.overview import operations as overview
from netos_core.overview.schemas import Nothing
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.worklist.operations import get_worklist
from netos_core.worklist.schemas import GetWorklist, WorkRow
from tests.core.extractions.making import calling, decide, order, propose, read, send, work
from tests.factories import approve, approver, make_provider

MUST = {"mrc": "accept", "etf": "accept", "initial_term_months": "accept"}


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path))
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    yield core
    core.close()


def told(core: Core, role: Role = Role.FINANCE) -> list[WorkRow]:
    """Tell what waits, and list it as an agent does."""
    with calling(core, role) as ctx:
        tell_waiting(ctx)
        rows = get_worklist(ctx, GetWorklist(kind=["unapproved_extraction"])).rows
        for counted in (overview.get_counts(ctx, Nothing()), get_dashboard(ctx, GetDashboard())):
            assert counted.extractions_waiting == len(rows)
    return rows


def test_what_waits_is_on_the_worklist_the_oldest_first_until_it_is_decided(core: Core) -> None:
    send(core, order("SO-1"))
    assert told(core) == [], "a file that is not read yet waits for the worker, not for a person"
    work(core)
    second = read(core, order("SO-2"))
    rows = told(core, Role.NOC)
    assert [row.ref for row in rows] == ["EXT-1001", second]
    assert "order.pdf" not in "".join(row.model_dump_json() for row in rows)
    assert told(core) == rows, "told twice it stands once"
    decide(core, second, **MUST)
    change = propose(core, second)
    assert [row.ref for row in told(core)] == ["EXT-1001"]
    with calling(core) as ctx:
        extractions.dismiss_extraction(ctx, DismissExtraction(ref="EXT-1001", reason="A brochure."))
    assert told(core) == []
    with core.session() as session:
        reject_change(approver(session), Decide(change_id=change.change_id, digest=change.digest, comment="No."))
    assert [row.ref for row in told(core)] == [second], "a change that was turned down gives it back"
    decide(core, second, mrc="accept")
    again = propose(core, second)
    with core.session() as session:
        approve(session, again)
    assert told(core) == []


def test_a_file_that_could_not_be_read_waits_for_a_person_too(core: Core) -> None:
    ref = send(core, order())
    with calling(core) as ctx:
        get_row(ctx, ref).state = FAILED
    (row,) = told(core)
    assert row.why == "The file could not be read. Read it again, or dismiss it."
