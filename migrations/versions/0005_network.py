"""Network detail: interfaces, handoff ports, VLANs, BGP sessions, IP blocks.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import CIDR, INET, TIMESTAMP

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = ("interface", "handoff_port", "vlan", "bgp_session", "ip_block")
SEARCHED = {
    "interface": ("ref", "router", "name", "lag", "media", "description"),
    "handoff_port": ("ref", "rack", "panel", "port", "connector", "media", "description"),
    "vlan": ("ref", "scope", "name", "description"),
    "bgp_session": ("ref", "description"),
    "ip_block": ("ref", "role", "description"),
}
LIVE = sa.text("retired_at is null")


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def to(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def make(table: str, *columns: sa.Column[object], points: tuple[str, ...]) -> None:
    now = sa.text("now()")
    words = " || ' ' || ".join(f"coalesce({c}, '')" for c in SEARCHED[table])
    op.create_table(
        table,
        sa.Column("ref", sa.String(length=24), nullable=False),
        *columns,
        sa.Column("search_text", sa.Text(), sa.Computed(f"lower({words})", persisted=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("retired_at", TIMESTAMP(timezone=True), nullable=True),
        *(sa.ForeignKeyConstraint([f"{p}_id"], [f"{p}.id"], name=op.f(f"fk_{table}_{p}_id")) for p in points),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("ref", name=op.f(f"uq_{table}_ref")),
    )
    for p in points:
        op.create_index(op.f(f"ix_{table}_{p}_id"), table, [f"{p}_id"])
    op.create_index(
        f"ix_{table}_search_text_trgm", table, ["search_text"], postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )  # fmt: skip
    op.execute(sa.schema.CreateSequence(sa.Sequence(f"ref_{table}", start=1001)))


def check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    make(
        "interface",
        text("router", nullable=False), text("name", nullable=False), to("site_id"), to("circuit_id"),
        text("description"), sa.Column("speed_mbps", sa.Numeric(12, 3), nullable=True), text("media"), text("lag"),
        number("mtu"), points=("site", "circuit"),
    )  # fmt: skip
    check("interface", "speed_positive", "speed_mbps > 0")
    op.create_index("uq_interface_name_live", "interface", [sa.text("lower(router)"), sa.text("lower(name)")],
                    unique=True, postgresql_where=LIVE)  # fmt: skip
    make(
        "handoff_port",
        to("site_id", nullable=False), text("rack"), text("panel"), text("port", nullable=False), text("connector"),
        text("media"), sa.Column("speed_mbps", sa.Numeric(12, 3), nullable=True), to("circuit_id"),
        text("status", nullable=False), text("description"), points=("site", "circuit"),
    )  # fmt: skip
    check("handoff_port", "free_has_no_circuit", "status <> 'free' or circuit_id is null")
    op.create_index(
        "uq_handoff_port_live", "handoff_port",
        ["site_id", sa.text("lower(coalesce(rack, ''))"), sa.text("lower(coalesce(panel, ''))"), sa.text("lower(port)")],
        unique=True, postgresql_where=LIVE,
    )  # fmt: skip
    make(
        "vlan",
        text("scope", nullable=False), number("outer_tag"), number("first_number", nullable=False),
        number("last_number", nullable=False), text("name"), to("site_id"), to("circuit_id"), to("interface_id"),
        text("description"), points=("site", "circuit", "interface"),
    )  # fmt: skip
    check("vlan", "numbers", "first_number between 1 and 4094 and last_number between first_number and 4094")
    check("vlan", "outer_tag", "outer_tag between 1 and 4094")
    op.execute(
        "alter table vlan add constraint ex_vlan_numbers_live exclude using gist (lower(scope) with =,"
        " coalesce(outer_tag, 0) with =, int4range(first_number, last_number, '[]') with &&) where (retired_at is null)"
    )
    make(
        "bgp_session",
        to("circuit_id"), to("interface_id"), sa.Column("local_asn", sa.BigInteger(), nullable=False),
        sa.Column("peer_asn", sa.BigInteger(), nullable=False), sa.Column("local_ip", INET(), nullable=True),
        sa.Column("peer_ip", INET(), nullable=False), text("family", nullable=False), text("description"),
        text("md5_key"), number("max_prefix"), points=("circuit", "interface"),
    )  # fmt: skip
    check("bgp_session", "on_something", "circuit_id is not null or interface_id is not null")
    check("bgp_session", "asn", "local_asn between 1 and 4294967294 and peer_asn between 1 and 4294967294")
    check("bgp_session", "key_is_sealed", "md5_key like 'sealed:%'")
    op.create_index("uq_bgp_session_live", "bgp_session", ["peer_ip", sa.text("coalesce(local_ip, '0.0.0.0'::inet)")],
                    unique=True, postgresql_where=LIVE)  # fmt: skip
    op.create_index("ix_bgp_session_peer_asn", "bgp_session", ["peer_asn"])
    make(
        "ip_block",
        sa.Column("network", CIDR(), nullable=False), text("role", nullable=False), text("status", nullable=False),
        to("site_id"), to("circuit_id"), to("customer_id"), sa.Column("gateway", INET(), nullable=True),
        text("description"), points=("site", "circuit", "customer"),
    )  # fmt: skip
    check("ip_block", "gateway_inside", "gateway << network or gateway = host(network)::inet")
    op.create_index("uq_ip_block_live", "ip_block", ["network", "role"], unique=True, postgresql_where=LIVE)
    op.create_index("ix_ip_block_network", "ip_block", ["network"], postgresql_using="gist",
                    postgresql_ops={"network": "inet_ops"})  # fmt: skip
    for name, column, sign, roles in (
        ("ex_ip_block_leaf", "role", "=", "role in ('p2p', 'loopback')"),
        ("ex_ip_block_customer", "customer_id", "<>", "role = 'customer'"),
    ):
        op.execute(
            f"alter table ip_block add constraint {name} exclude using gist (network inet_ops with &&,"
            f" {column} with {sign}) where ({roles} and retired_at is null)"
        )


def downgrade() -> None:
    for table in reversed(KINDS):
        op.drop_table(table)
        op.execute(f"drop sequence ref_{table}")
    op.execute("drop extension btree_gist")
