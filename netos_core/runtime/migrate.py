"""Bring a database to a revision of the schema, from code: no configuration file has to be at hand."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from netos_core.geo import tables as geo
from netos_core.kernel.errors import Unavailable

ONE_AT_A_TIME = 0x4E45544F53  # "NETOS": two starting processes must not migrate together


class DatabaseUnavailable(Unavailable):
    """The database does not answer."""


class ExtensionMissing(Unavailable):
    """The database needs an extension that only its administrator may create."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision; does nothing, fast, when it is there already.

    Raises:
        DatabaseUnavailable: It does not answer.
        ExtensionMissing: An administrator has to create an extension first.
    """
    with _connected(url) as connection:
        config = _config(connection)
        heads = ScriptDirectory.from_config(config).get_heads()
        if revision == "head" and set(MigrationContext.configure(connection).get_current_heads()) == set(heads):
            return
        connection.rollback()
        with refusals():
            command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision (`base` empties it)."""
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """Return the revision a database is at, or None when it has no tables of ours."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision this program knows."""
    return ScriptDirectory(_scripts()).get_current_head()


def spatial(url: str) -> geo.Standing:
    """Tell whether PostGIS is in use in a database, and if not, what is missing."""
    with _connected(url) as connection:
        return geo.standing(connection)


def add_spatial(url: str) -> None:
    """Give the tables their PostGIS columns and indices, in place; does nothing where they have them.

    Raises:
        ExtensionMissing: The server has no PostGIS, or an administrator has to create the extension.
    """
    with _connected(url) as connection, connection.begin():
        match geo.standing(connection):
            case geo.Standing.NOT_THERE:
                raise ExtensionMissing(
                    "The server of this database has no PostGIS.",
                    fix="Ask its administrator to install it; until then places are found by plain PostgreSQL, too.",
                )
            case geo.Standing.NOT_OURS:
                raise ExtensionMissing(
                    "The server has PostGIS, and this user may not create it in this database.",
                    fix="Ask its administrator to run: create extension postgis; then run `netos migrate --spatial`.",
                )
            case _:
                geo.add_postgis(connection)


def differences(url: str) -> list[Any]:
    """List where the models and a migrated database disagree; empty when the migrations are complete."""
    from netos_core.tables import metadata

    with _connected(url) as connection:
        if geo.standing(connection) is geo.Standing.IN_USE:
            import geoalchemy2  # noqa: F401 - teaches SQLAlchemy to read the types of PostGIS
        connection.rollback()
        options = {"compare_type": True, "include_object": include_object, "target_metadata": metadata}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))


def include_object(item: Any, name: str | None, kind: str, reflected: bool, counterpart: Any) -> bool:  # noqa: ARG001
    """Tell Alembic what to compare: not what PostGIS adds, nor what a model flags with `info={"unmanaged": True}`."""
    if reflected and counterpart is None and name in geo.HIDDEN:
        return False
    declared = counterpart if reflected else item
    return declared is None or not declared.info.get("unmanaged", False)


def _scripts() -> str:
    found = find_spec("migrations")
    if found is None or not found.submodule_search_locations:
        raise Unavailable("The migrations are not installed.", fix="Install NetOS again.")
    return next(iter(found.submodule_search_locations))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _scripts().replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Connection]:
    """Connect once, alone: another migration on the same database waits."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": "-c timezone=UTC"})
    try:
        connection = engine.connect()
    except OperationalError as refused:
        raise DatabaseUnavailable(
            f"The database {engine.url.render_as_string(hide_password=True)} does not answer.",
            fix="Check that it runs and that NETOS_DATABASE_URL is right.",
        ) from refused
    with connection:
        connection.exec_driver_sql("select pg_advisory_lock(%(key)s)", {"key": ONE_AT_A_TIME})
        connection.commit()  # the lock is the session's; an open transaction would keep Alembic from committing
        yield connection


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Say what an administrator has to do where a migration may not do it itself."""
    try:
        yield
    except (ProgrammingError, OperationalError) as refused:
        wanted = re.match(r"\s*create extension (?:if not exists )?\"?(\w+)", refused.statement or "", re.IGNORECASE)
        if wanted is None:
            raise
        raise ExtensionMissing(
            f"This database has no extension {wanted[1]}, and this user may not create it.",
            fix=f"Ask its administrator to run: create extension {wanted[1]};",
        ) from refused
