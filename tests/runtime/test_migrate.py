from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

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
