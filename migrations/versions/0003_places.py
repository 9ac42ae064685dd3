"""Indices on where sites are, and the PostGIS columns where the server has PostGIS.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

from netos_core.geo import tables as geo

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists cube")
    op.execute("""
        create or replace function netos_xyz(lon float8, lat float8) returns cube
        language sql immutable strict parallel safe
        return cube(array[cos(radians(lat)) * cos(radians(lon)), cos(radians(lat)) * sin(radians(lon)), sin(radians(lat))])
    """)
    op.execute("create index ix_site_point on site using gist (point(lon, lat))")
    op.execute("create index ix_site_xyz on site using gist (netos_xyz(lon, lat))")
    # What only some servers have is added where it can be; `netos migrate --spatial` adds it later.
    if geo.standing(op.get_bind()) is geo.Standing.AT_HAND:
        geo.add_postgis(op.get_bind())


def downgrade() -> None:
    geo.drop_postgis(op.get_bind())
    op.drop_index("ix_site_xyz", table_name="site")
    op.drop_index("ix_site_point", table_name="site")
    op.execute("drop function netos_xyz(float8, float8)")
