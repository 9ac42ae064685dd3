"""The trail: append-only by the database itself, sealed in runs, and a changed row is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from netos_core.access.rules import Role
from netos_core.changes import audit, upkeep
from netos_core.changes.model import AuditSeal
from netos_core.kernel.context import Channel
from netos_core.notices.model import OutboxMessage
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.records import itself
from tests.factories import NOW, make_circuit, make_ctx, make_provider

APPEND_ONLY = ("audit", "audit_seal", "approval")


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    with core.session() as session:
        make_circuit(session)
    with core.session() as session:
        assert audit.seal(session, NOW) > 0
    yield core
    core.close()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["update {} set at = now()", "delete from {}", "truncate {} cascade"])
def test_the_database_refuses_to_rewrite_what_happened(core: Core, table: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), core.session() as session:
        session.execute(text(statement.format(table)))


def test_seals_cover_every_row_once_and_chain(core: Core) -> None:
    with core.session() as session:
        make_provider(session)
        assert audit.verify(session).unsealed_rows > 0
    with core.session() as session:
        assert audit.seal(session, NOW) > 0
        assert audit.seal(session, NOW) == 0
        found = audit.verify(session)
        assert (found.holds, found.seals, found.unsealed_rows) == (True, 2, 0)
        first, second = session.scalars(select(AuditSeal).order_by(AuditSeal.id))
        assert first.last_id < second.first_id
        assert found.sealed_rows == first.rows + second.rows


def test_a_long_trail_is_sealed_in_batches(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 3)
    with core.session() as session:
        make_circuit(session)
    with core.session() as session:
        assert [audit.seal(session, NOW) for _ in range(2)] == [3, 3]
        while audit.seal(session, NOW):
            pass
        assert audit.verify(session).unsealed_rows == 0


def test_nothing_is_sealed_past_a_writer_still_at_work(core: Core) -> None:
    with core.session() as writer:
        make_provider(writer)
        with core.session() as sealer:
            assert audit.seal(sealer, NOW) == 0
    with core.session() as sealer:
        assert audit.seal(sealer, NOW) > 0


FORGED = (
    "insert into audit overriding system value select 100000, a.at, a.action, a.entity, a.entity_id, a.ref, a.part,"
    " a.before, a.after, a.labels, a.person_id, a.proposed_by, a.approved_by, a.agent, a.channel, a.reason,"
    " a.proposal_id, a.request_id, a.address from audit a where id = 1; update audit_seal set last_id = 100000"
)
TAMPERINGS = [
    'update audit set after = \'{"ref": "PRV-9999"}\' where id = 2',
    "update audit set at = at + interval '1 microsecond' where id = 1",
    "update audit set request_id = 'req_other' where id = 3",
    "delete from audit where id = 2",
    "delete from audit where id = 1",
    FORGED,
    FORGED.partition(";")[0].replace("100000", "-5"),
    "update audit_seal set last_id = last_id + 7",
    "update audit_seal set first_id = first_id + 1",
    "update audit_seal set rows = rows - 1",
]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whoever_gets_past_the_trigger_is_found_out(core: Core, tampering: str) -> None:
    with core.session() as session:
        assert audit.verify(session).holds
        for table in APPEND_ONLY:
            session.execute(text(f"alter table {table} disable trigger append_only"))
        for statement in tampering.split("; "):
            session.execute(text(statement))
    with core.session() as session:
        found = audit.verify(session)
        assert not found.holds
        assert (found.broken_seal, found.seals) == (1, 0)


def test_the_admins_are_told_of_a_broken_trail_once(core: Core) -> None:
    with core.session() as session:
        admin = make_ctx(session, Role.ADMIN)
        unasked = replace(admin, principal=itself(session), channel=Channel.JOB)
        assert upkeep.verify_trail(unasked, {})["holds"]
        session.execute(text("alter table audit disable trigger append_only"))
        session.execute(text("delete from audit where id = 2"))
        for _ in range(2):
            assert upkeep.verify_trail(unasked, {})["broken_seal"] == 1
        told = session.scalars(
            select(OutboxMessage).where(OutboxMessage.delivery_key.startswith("trail_broken:"))
        ).all()
        assert [m.recipient for m in told] == [admin.principal.email]
