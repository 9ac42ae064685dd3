"""Notices: kinds, readers and threads of the outbox, what people set, ways that rest, refused addresses.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

AT = TIMESTAMP(timezone=True)

# What waits or was sent before: its template was its kind, its reader the end of its key.
CARRIED_OVER = """
    update outbox set
      kind = coalesce(payload->>'template', 'decided'),
      person_id = (select p.id from person p where p.id::text = substring(delivery_key from '[^:]*$')),
      about = payload->>'change',
      link = '/approvals/' || (payload->>'change'),
      title = case payload->>'template'
        when 'approval' then concat(payload->>'change', ' waits for your approval: ', payload->>'title')
        when 'decided' then concat(payload->>'change', ' was ', payload->>'outcome', ': ', payload->>'title')
        when 'trail_broken' then 'The audit trail of NetOS does not hold'
        when 'credentials_invalid' then concat(payload->>'system', ' refuses NetOS')
        else delivery_key end,
      payload = jsonb_build_object('template', payload->'template', 'values', payload - 'template',
                                   'amounts', '[]'::jsonb, 'due', null),
      waits_since = created_at
"""
# Back to what the release before reads: flat values, a subject in the template, no other states and ways than it knows.
CARRIED_BACK = """
    update outbox set
      state = case when state in ('held', 'gathered') then 'withdrawn' else state end,
      payload = coalesce(payload->'values', '{}') || jsonb_build_object('template', payload->'template', 'url', link)
"""


def upgrade() -> None:
    op.execute("create sequence ref_notice start 1001")
    op.add_column(
        "outbox",
        sa.Column("ref", sa.String(24), nullable=False, server_default=sa.text("'NTC-' || nextval('ref_notice')")),
    )
    op.create_unique_constraint(op.f("uq_outbox_ref"), "outbox", ["ref"])
    for column in (
        sa.Column("kind", sa.Text(), nullable=False, server_default=""),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("about", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False, server_default=""),
        sa.Column("link", sa.Text()),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("money", JSONB()),
        sa.Column("claimed_at", AT),
        sa.Column("repeat", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("vendor_ref", sa.Text()),
        sa.Column("digest_id", sa.Uuid()),
        sa.Column("waits_since", AT, nullable=False, server_default=sa.text("now()")),
    ):
        op.add_column("outbox", column)
    op.create_foreign_key(op.f("fk_outbox_person_id_person"), "outbox", "person", ["person_id"], ["id"])
    op.create_foreign_key(op.f("fk_outbox_digest_id_outbox"), "outbox", "outbox", ["digest_id"], ["id"])
    op.execute(CARRIED_OVER)
    op.alter_column("outbox", "kind", server_default=None)
    op.alter_column("outbox", "title", server_default=None)
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.create_index("ix_outbox_due", "outbox", ["channel", "next_try_at"],
                    postgresql_where=sa.text("state = 'waiting'"))  # fmt: skip
    op.create_index("ix_outbox_held", "outbox", ["person_id"], postgresql_where=sa.text("state = 'held'"))
    op.create_index("ix_outbox_dead", "outbox", ["channel"], postgresql_where=sa.text("state = 'dead'"))
    op.create_index("ix_outbox_thread", "outbox", ["about", "recipient"],
                    postgresql_where=sa.text("vendor_ref is not null"))  # fmt: skip
    op.create_index("ix_outbox_person_id_id", "outbox", ["person_id", "id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wishes", JSONB(), nullable=False),
        sa.Column("quiet_from", sa.Time()),
        sa.Column("quiet_until", sa.Time()),
        sa.Column("digest_at", sa.Time(), nullable=False),
        sa.Column("updated_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_preference_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "notice_rest",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", AT, nullable=False),
        sa.Column("shut", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_notice_rest")),
    )
    op.create_table(
        "notice_refused_address",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_notice_refused_address")),
    )


def downgrade() -> None:
    for table in ("notice_refused_address", "notice_rest", "notice_preference"):
        op.drop_table(table)
    for index in ("ix_outbox_person_id_id", "ix_outbox_thread", "ix_outbox_dead", "ix_outbox_held", "ix_outbox_due"):
        op.drop_index(index, table_name="outbox")
    op.execute(CARRIED_BACK)
    op.create_index("ix_outbox_due", "outbox", ["next_try_at"], postgresql_where=sa.text("state = 'waiting'"))
    for column in ("waits_since", "digest_id", "vendor_ref", "repeat", "claimed_at", "money", "urgent", "link",
                   "title", "about", "person_id", "kind", "ref"):  # fmt: skip
        op.drop_column("outbox", column)
    op.execute("drop sequence ref_notice")
