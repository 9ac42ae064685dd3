"""What the database has for places besides the plain columns: indices always, PostGIS columns where it has PostGIS."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, Index, text

POINTS = ("site",)
"""Tables with a point: the columns `lon` and `lat`, both or neither."""

EXTENSION = "postgis"
COLUMNS = {
    "geom": "geometry(Point, 4326) generated always as (ST_SetSRID(ST_MakePoint(lon, lat), 4326)) stored",
    "geog": "geography(Point, 4326) generated always as (ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography) stored",
}
HIDDEN = frozenset({"spatial_ref_sys", *COLUMNS, *(f"ix_{table}_{column}" for table in POINTS for column in COLUMNS)})
"""What no model declares, because only some databases have it."""

_KNOWN = """
select (select count(*) from pg_extension where extname = 'postgis') as installed,
       (select count(*) from pg_available_extension_versions v
        where v.name = 'postgis' and (r.rolsuper or not v.superuser
          or (v.trusted and has_database_privilege(current_database(), 'create')))) as ours,
       (select count(*) from pg_available_extensions where name = 'postgis') as available
from pg_roles r where r.rolname = current_user
"""
_HAS = """
select count(*) from pg_attribute
where attrelid = to_regclass(%(table)s) and attname = any(%(columns)s) and not attisdropped
"""


class Standing(StrEnum):
    """How far a database is from using PostGIS, nearest last."""

    NOT_THERE = "not_there"  # the server has no such extension
    NOT_OURS = "not_ours"  # it has, and only an administrator may create it
    AT_HAND = "at_hand"  # one command away
    IN_USE = "in_use"


def point_indices(table: str) -> tuple[Index, Index]:
    """Declare the two indices of a table with a point: on the plane for boxes, on the sphere for the nearest."""
    return (
        Index(f"ix_{table}_point", text("point(lon, lat)"), postgresql_using="gist"),
        Index(f"ix_{table}_xyz", text("netos_xyz(lon, lat)"), postgresql_using="gist"),
    )


def standing(connection: Connection) -> Standing:
    """Tell whether PostGIS is in use here, and if not, what is missing."""
    if all(_has_columns(connection, table) for table in POINTS):
        return Standing.IN_USE
    known = connection.exec_driver_sql(_KNOWN).mappings().one()
    if known["installed"] or known["ours"]:
        return Standing.AT_HAND
    return Standing.NOT_OURS if known["available"] else Standing.NOT_THERE


def add_postgis(connection: Connection) -> None:
    """Give every table with a point its PostGIS columns and their indices; does nothing where it has them."""
    connection.exec_driver_sql(f"create extension if not exists {EXTENSION}")
    for table in POINTS:
        missing = "".join(f", add column if not exists {name} {kind}" for name, kind in COLUMNS.items())
        connection.exec_driver_sql(f"alter table {table} {missing[2:]}")
        for name in COLUMNS:
            connection.exec_driver_sql(f"create index if not exists ix_{table}_{name} on {table} using gist ({name})")


def drop_postgis(connection: Connection) -> None:
    """Take the columns away again; the extension stays, for it may be somebody else's."""
    for table in POINTS:
        for name in COLUMNS:
            connection.exec_driver_sql(f"alter table {table} drop column if exists {name}")


def _has_columns(connection: Connection, table: str) -> bool:
    asked = {"table": table, "columns": list(COLUMNS)}
    return connection.exec_driver_sql(_HAS, asked).scalar() == len(COLUMNS)
