from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from netos_core.changes import audit
from netos_core.changes.rules import as_json_value
from netos_core.runtime import migrate
from tests.database import TestServer


def test_a_new_database_is_at_the_newest_revision(fresh_db: str) -> None:
    assert migrate.current(fresh_db) == migrate.head()
    migrate.upgrade(fresh_db)
    assert migrate.current(fresh_db) == migrate.head()


def test_every_revision_can_be_taken_back(fresh_db: str) -> None:
    migrate.downgrade(fresh_db, "base")
    assert migrate.current(fresh_db) is None
    migrate.upgrade(fresh_db)
    assert migrate.current(fresh_db) == migrate.head()


def test_the_migrations_make_what_the_models_declare(fresh_db: str) -> None:
    assert migrate.differences(fresh_db) == []


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(migrate.DatabaseUnavailable) as refused:
        migrate.current("postgresql+psycopg://netos:hunter2@127.0.0.1:1/netos")
    assert "127.0.0.1:1/netos does not answer" in refused.value.message
    assert "hunter2" not in refused.value.message


def test_an_extension_only_an_administrator_may_create_is_named(database_server: TestServer) -> None:
    server = database_server
    server.execute("drop database if exists plain with (force)")
    server.execute("drop role if exists plain")
    server.execute("create role plain login")
    server.execute("create database plain owner plain")
    url = server.postgres.url("plain").replace("netos@", "plain@")
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection, pytest.raises(migrate.ExtensionMissing) as refused, migrate.refusals():
            connection.exec_driver_sql('create extension if not exists "vector"')
        assert refused.value.message == "This database has no extension vector, and this user may not create it."
        assert refused.value.fix == "Ask its administrator to run: create extension vector;"
    finally:
        server.execute("drop database plain with (force)")
        server.execute("drop role plain")


FORMER = """
insert into person (id, email, name, roles, active) values
  ('00000000-0000-7000-8000-000000000001', 'netos@localhost', 'NetOS', '[]', false),
  ('00000000-0000-7000-8000-0000000000aa', 'dana@isp.example', 'Dana', '["engineering"]', true);
insert into web_session (id_sha256, person_id, csrf, expires_at)
  values ('abc', '00000000-0000-7000-8000-0000000000aa', 'token', now() + interval '1 hour');
insert into audit (at, action, entity, ref, part, before, after, labels, person_id, approved_by, agent, channel,
                   request_id) values
  ('2026-05-01T10:00:00Z', 'create', 'provider', 'PRV-1001', '', '{}', '{"name": "Lumen"}', '{}',
   '00000000-0000-7000-8000-0000000000aa', '[]', 'claude', 'agent', 'req_1');
"""


def test_data_of_the_first_release_survives_and_its_seals_hold(fresh_db: str) -> None:
    migrate.downgrade(fresh_db, "0001")
    engine = create_engine(fresh_db, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(FORMER)
        row = connection.exec_driver_sql("select * from audit").mappings().one()
        told = json.dumps({n: as_json_value(v) for n, v in row.items()}, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(told.encode()).hexdigest()
        kept = f"insert into audit_seal (first_id, last_id, rows, sha256, at) values (1, 1, 1, '{digest}', now())"
        connection.exec_driver_sql(kept)
    migrate.upgrade(fresh_db)
    with Session(engine) as session:
        assert audit.verify(session).holds
        assert {row.email: row.kind for row in session.execute(text("select email, kind from person"))} == {
            "netos@localhost": "system",
            "dana@isp.example": "person",
        }
        assert session.scalar(text("select count(*) from web_session")) == 1
    migrate.downgrade(fresh_db, "0001")
    migrate.upgrade(fresh_db)
    with Session(engine) as session:
        assert audit.verify(session).holds


CALLED = """
insert into model_call (id, at, purpose, model, about, outcome, tokens_read, tokens_written, tokens_from_cache,
                        tokens_into_cache, cost)
  values ('00000000-0000-7000-8000-0000000000ab', now(), 'report', 'claude-opus-4-7', 'RPT-1001', 'answered', 1, 2, 3,
          4, 0.000081);
"""


def test_calls_of_a_model_are_noted_from_their_release_on_beside_the_reports_that_were(fresh_db: str) -> None:
    migrate.downgrade(fresh_db, "0017")
    engine = create_engine(fresh_db, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into report (id, ref, as_of, since, recent, content, state, writer, problems, made_at) values "
            "('00000000-0000-7000-8000-0000000000ac', 'RPT-1001', '2026-11-02', now(), '[]', '{}', 'done', 'rules', "
            "'[]', now())"
        )
    migrate.upgrade(fresh_db)
    with engine.begin() as connection:
        connection.exec_driver_sql(CALLED)
        assert connection.exec_driver_sql("select ref from report").scalar() == "RPT-1001"
        assert str(connection.exec_driver_sql("select cost from model_call").scalar()) == "0.000081"
        assert connection.exec_driver_sql("select count(*) from model_answer").scalar() == 0
