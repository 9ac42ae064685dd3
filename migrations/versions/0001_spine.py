"""The inventory, contracts, the write path, audit, jobs and outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REFS = ("provider", "customer", "site", "circuit", "contract", "proposal", "job", "import")
APPEND_ONLY = ("audit", "audit_seal", "approval")


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    for kind in REFS:
        op.execute(f"create sequence ref_{kind} start with 1001")
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("last_id", name=op.f("uq_audit_seal_last_id")),
    )
    op.create_table(
        "customer",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("stub", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(name, '') || ' ' || coalesce(account_number, '') || ' ' || coalesce(city, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("ref", name=op.f("uq_customer_ref")),
    )
    op.create_index(
        "ix_customer_search_text_trgm",
        "customer",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_customer_name_live",
        "customer",
        [sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "note",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), sa.Computed("lower(coalesce(text, ''))", persisted=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_entity", "note", ["entity", "entity_id"], unique=False)
    op.create_index(
        "ix_note_search_text_trgm",
        "note",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("delivered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("delivery_key", name=op.f("uq_outbox_delivery_key")),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["next_try_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "provider",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("portal_url", sa.Text(), nullable=True),
        sa.Column("noc_phone", sa.Text(), nullable=True),
        sa.Column("noc_email", sa.Text(), nullable=True),
        sa.Column("asn", sa.BigInteger(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("succeeded_on", sa.Date(), nullable=True),
        sa.Column("remittance_address", sa.Text(), nullable=True),
        sa.Column("bank_name", sa.Text(), nullable=True),
        sa.Column("bank_routing", sa.Text(), nullable=True),
        sa.Column("bank_account", sa.Text(), nullable=True),
        sa.Column("stub", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(name, '') || ' ' || coalesce(legal_name, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["provider.id"], name=op.f("fk_provider_successor_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("ref", name=op.f("uq_provider_ref")),
    )
    op.create_index(
        "ix_provider_search_text_trgm",
        "provider",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(
        "uq_provider_name_live",
        "provider",
        [sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "tag",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_index("ix_tag_name", "tag", ["name"], unique=False, postgresql_where=sa.text("retired_at is null"))
    op.create_index(
        "uq_tag_live",
        "tag",
        ["entity", "entity_id", "name"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "billing_account",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("ban", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_billing_account_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_account")),
    )
    op.create_index(
        "uq_billing_account_live",
        "billing_account",
        ["provider_id", "ban"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "contract",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("signed_date", sa.Date(), nullable=True),
        sa.Column("term_start_date", sa.Date(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("term_end_date", sa.Date(), nullable=True),
        sa.Column("end_of_term", sa.Text(), nullable=False),
        sa.Column("evergreen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("renewal_term_months", sa.Integer(), nullable=True),
        sa.Column("notice_count", sa.Integer(), nullable=True),
        sa.Column("notice_unit", sa.Text(), nullable=True),
        sa.Column("notice_method", sa.Text(), nullable=True),
        sa.Column("notice_address", sa.Text(), nullable=True),
        sa.Column("notice_counted_from", sa.Text(), nullable=True),
        sa.Column("delivery_lead_days", sa.Integer(), nullable=True),
        sa.Column("notice_deadline", sa.Date(), nullable=True),
        sa.Column("act_by", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_date", sa.Date(), nullable=True),
        sa.Column("mrc", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("nrc", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("total_value", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(number, '') || ' ' || coalesce(title, '') || ' ' || coalesce(description, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(notice_count is null) = (notice_unit is null)", name=op.f("ck_contract_notice_is_whole")),
        sa.CheckConstraint("term_end_date >= term_start_date", name=op.f("ck_contract_term_end_after_start")),
        sa.ForeignKeyConstraint(["parent_id"], ["contract.id"], name=op.f("fk_contract_parent_id"), deferrable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_contract_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("ref", name=op.f("uq_contract_ref")),
    )
    op.create_index(
        "ix_contract_act_by", "contract", ["act_by"], unique=False, postgresql_where=sa.text("retired_at is null")
    )
    op.create_index("ix_contract_number", "contract", ["provider_id", "number"], unique=False)
    op.create_index(op.f("ix_contract_parent_id"), "contract", ["parent_id"], unique=False)
    op.create_index(op.f("ix_contract_provider_id"), "contract", ["provider_id"], unique=False)
    op.create_index(
        "ix_contract_search_text_trgm",
        "contract",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=Text()), nullable=True),
        sa.Column("error", postgresql.JSONB(astext_type=Text()), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("beat_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_job_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("ref", name=op.f("uq_job_ref")),
    )
    op.create_index(
        "ix_job_open", "job", ["created_at"], unique=False, postgresql_where=sa.text("state in ('queued', 'running')")
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("aspects", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("people_needed", sa.Integer(), nullable=False),
        sa.Column("schema_revision", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_proposal_ended_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proposal_person_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["proposal.id"], name=op.f("fk_proposal_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("ref", name=op.f("uq_proposal_ref")),
    )
    op.create_index(
        "ix_proposal_fingerprint",
        "proposal",
        ["fingerprint"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_proposal_open", "proposal", ["created_at"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index(
        "uq_proposal_undoes",
        "proposal",
        ["undoes_id"],
        unique=True,
        postgresql_where=sa.text("status in ('open', 'committed')"),
    )
    op.create_table(
        "provider_alias",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_alias_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_alias")),
    )
    op.create_index(op.f("ix_provider_alias_provider_id"), "provider_alias", ["provider_id"], unique=False)
    op.create_index(
        "uq_provider_alias_live",
        "provider_alias",
        [sa.literal_column("lower(alias)")],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "provider_contact",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_contact_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_contact")),
    )
    op.create_index(op.f("ix_provider_contact_provider_id"), "provider_contact", ["provider_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("building_name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("street_number", sa.Text(), nullable=True),
        sa.Column("street_name", sa.Text(), nullable=True),
        sa.Column("floor", sa.Text(), nullable=True),
        sa.Column("suite", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("postal_code_plus4", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("clli", sa.Text(), nullable=True),
        sa.Column("lata", sa.Text(), nullable=True),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("stub", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(name, '') || ' ' || coalesce(external_id, '') || ' ' || coalesce(building_name, '') || ' ' || coalesce(address, '') || ' ' || coalesce(city, '') || ' ' || coalesce(state, '') || ' ' || coalesce(postal_code, '') || ' ' || coalesce(clli, '') || ' ' || coalesce(market, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(lon is null) = (lat is null)", name=op.f("ck_site_point_is_whole")),
        sa.CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name=op.f("ck_site_point_on_earth")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_site_not_its_own_parent")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_site_customer_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["site.id"], name=op.f("fk_site_parent_id"), deferrable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_site_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("ref", name=op.f("uq_site_ref")),
    )
    op.create_index("ix_site_city_lower", "site", [sa.literal_column("lower(city)")], unique=False)
    op.create_index(op.f("ix_site_customer_id"), "site", ["customer_id"], unique=False)
    op.create_index(
        "ix_site_name_lower",
        "site",
        [sa.literal_column("lower(name)")],
        unique=False,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_index(op.f("ix_site_parent_id"), "site", ["parent_id"], unique=False)
    op.create_index(op.f("ix_site_provider_id"), "site", ["provider_id"], unique=False)
    op.create_index(
        "ix_site_search_text_trgm",
        "site",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_site_state_lower", "site", [sa.literal_column("lower(state)")], unique=False)
    op.create_index(
        "uq_site_external_id_live", "site", ["external_id"], unique=True, postgresql_where=sa.text("retired_at is null")
    )
    op.create_table(
        "web_session",
        sa.Column("id_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_web_session")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("roles", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_approval_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_proposal_id"), "approval", ["proposal_id"], unique=False)
    op.create_table(
        "approval_ask",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_ask_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_approval_ask_proposal_id")),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_approval_ask")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_audit_proposal_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_audit_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_entity", "audit", ["entity", "entity_id", "id"], unique=False)
    op.create_index("ix_audit_person", "audit", ["person_id", "id"], unique=False)
    op.create_index("ix_audit_proposal", "audit", ["proposal_id"], unique=False)
    op.create_index("ix_audit_ref", "audit", ["ref", "id"], unique=False)
    op.create_table(
        "circuit",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("provider_circuit_id", sa.Text(), nullable=True),
        sa.Column(
            "provider_circuit_key",
            sa.Text(),
            sa.Computed("upper(regexp_replace(provider_circuit_id, '[^A-Za-z0-9]', '', 'g'))", persisted=True),
            nullable=True,
        ),
        sa.Column("service_type", sa.Text(), nullable=False),
        sa.Column("bandwidth_mbps", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("port_speed_mbps", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mrc", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("nrc", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("billing_account_id", sa.Uuid(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("legacy_circuit_id", sa.Text(), nullable=True),
        sa.Column("customer_circuit_id", sa.Text(), nullable=True),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("ordered_date", sa.Date(), nullable=True),
        sa.Column("foc_date", sa.Date(), nullable=True),
        sa.Column("install_date", sa.Date(), nullable=True),
        sa.Column("billing_start_date", sa.Date(), nullable=True),
        sa.Column("disconnect_date", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("stub", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(provider_circuit_id, '') || ' ' || coalesce(legacy_circuit_id, '') || ' ' || coalesce(customer_circuit_id, '') || ' ' || coalesce(service_type, '') || ' ' || coalesce(order_number, '') || ' ' || coalesce(market, '') || ' ' || coalesce(description, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("bandwidth_mbps > 0", name=op.f("ck_circuit_bandwidth_positive")),
        sa.CheckConstraint("mrc >= 0", name=op.f("ck_circuit_mrc_not_negative")),
        sa.CheckConstraint("nrc >= 0", name=op.f("ck_circuit_nrc_not_negative")),
        sa.ForeignKeyConstraint(
            ["billing_account_id"], ["billing_account.id"], name=op.f("fk_circuit_billing_account_id")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_circuit_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuit")),
        sa.UniqueConstraint("ref", name=op.f("uq_circuit_ref")),
    )
    op.create_index(
        "ix_circuit_market", "circuit", ["market"], unique=False, postgresql_where=sa.text("retired_at is null")
    )
    op.create_index(
        "ix_circuit_mrc", "circuit", ["mrc", "id"], unique=False, postgresql_where=sa.text("retired_at is null")
    )
    op.create_index("ix_circuit_provider_circuit_key", "circuit", ["provider_circuit_key"], unique=False)
    op.create_index(
        "ix_circuit_provider_circuit_key_trgm",
        "circuit",
        ["provider_circuit_key"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"provider_circuit_key": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_circuit_provider_id"), "circuit", ["provider_id"], unique=False)
    op.create_index(
        "ix_circuit_search_text_trgm",
        "circuit",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_circuit_status", "circuit", ["status"], unique=False, postgresql_where=sa.text("retired_at is null")
    )
    op.create_index(
        "uq_circuit_provider_circuit_id_live",
        "circuit",
        ["provider_id", "provider_circuit_key"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kind_why", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("sheets", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("header", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'staged'"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_import_batch_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_import_batch_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("ref", name=op.f("uq_import_batch_ref")),
    )
    op.create_table(
        "proposal_change",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_change_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "seq", name=op.f("pk_proposal_change")),
    )
    op.create_index(op.f("ix_proposal_change_entity_id"), "proposal_change", ["entity_id"], unique=False)
    op.create_table(
        "site_cost",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_cost_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_cost")),
    )
    op.create_index(op.f("ix_site_cost_site_id"), "site_cost", ["site_id"], unique=False)
    op.create_table(
        "circuit_customer",
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("mrr", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_circuit_customer_circuit_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_circuit_customer_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuit_customer")),
    )
    op.create_index(op.f("ix_circuit_customer_customer_id"), "circuit_customer", ["customer_id"], unique=False)
    op.create_index(
        "uq_circuit_customer_live",
        "circuit_customer",
        ["circuit_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "circuit_event",
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_circuit_event_ends_after_start")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_circuit_event_circuit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuit_event")),
    )
    op.create_index("ix_circuit_event_circuit", "circuit_event", ["circuit_id", "starts_at"], unique=False)
    op.create_table(
        "contract_circuit",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("governs", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_contract_circuit_circuit_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_circuit_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_circuit")),
    )
    op.create_index(op.f("ix_contract_circuit_contract_id"), "contract_circuit", ["contract_id"], unique=False)
    op.create_index(
        "uq_contract_circuit_governs",
        "contract_circuit",
        ["circuit_id"],
        unique=True,
        postgresql_where=sa.text("governs and retired_at is null"),
    )
    op.create_index(
        "uq_contract_circuit_live",
        "contract_circuit",
        ["contract_id", "circuit_id"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("problems", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "row", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_outcome", "import_row", ["batch_id", "outcome", "row"], unique=False)
    op.create_table(
        "termination",
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("handoff", sa.Text(), nullable=True),
        sa.Column("demarc", sa.Text(), nullable=True),
        sa.Column("cross_connect_id", sa.Text(), nullable=True),
        sa.Column("patch_panel_port", sa.Text(), nullable=True),
        sa.Column("vlan", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("side in ('A', 'Z')", name=op.f("ck_termination_side_a_or_z")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_termination_circuit_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_termination_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_termination")),
    )
    op.create_index(op.f("ix_termination_site_id"), "termination", ["site_id"], unique=False)
    op.create_index(
        "uq_termination_side_live",
        "termination",
        ["circuit_id", "side"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.execute(
        """
        create function netos_append_only() returns trigger language plpgsql as $$
        begin
            raise exception 'rows of % are append-only', tg_table_name using errcode = 'restrict_violation';
        end $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger append_only before update or delete or truncate on {table}"
            " for each statement execute function netos_append_only()"
        )


def downgrade() -> None:
    op.drop_index("uq_termination_side_live", table_name="termination", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(op.f("ix_termination_site_id"), table_name="termination")
    op.drop_table("termination")
    op.drop_index("ix_import_row_outcome", table_name="import_row")
    op.drop_table("import_row")
    op.drop_index(
        "uq_contract_circuit_live", table_name="contract_circuit", postgresql_where=sa.text("retired_at is null")
    )
    op.drop_index(
        "uq_contract_circuit_governs",
        table_name="contract_circuit",
        postgresql_where=sa.text("governs and retired_at is null"),
    )
    op.drop_index(op.f("ix_contract_circuit_contract_id"), table_name="contract_circuit")
    op.drop_table("contract_circuit")
    op.drop_index("ix_circuit_event_circuit", table_name="circuit_event")
    op.drop_table("circuit_event")
    op.drop_index(
        "uq_circuit_customer_live", table_name="circuit_customer", postgresql_where=sa.text("retired_at is null")
    )
    op.drop_index(op.f("ix_circuit_customer_customer_id"), table_name="circuit_customer")
    op.drop_table("circuit_customer")
    op.drop_index(op.f("ix_site_cost_site_id"), table_name="site_cost")
    op.drop_table("site_cost")
    op.drop_index(op.f("ix_proposal_change_entity_id"), table_name="proposal_change")
    op.drop_table("proposal_change")
    op.drop_table("import_batch")
    op.drop_index(
        "uq_circuit_provider_circuit_id_live", table_name="circuit", postgresql_where=sa.text("retired_at is null")
    )
    op.drop_index("ix_circuit_status", table_name="circuit", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(
        "ix_circuit_search_text_trgm",
        table_name="circuit",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_circuit_provider_id"), table_name="circuit")
    op.drop_index(
        "ix_circuit_provider_circuit_key_trgm",
        table_name="circuit",
        postgresql_using="gin",
        postgresql_ops={"provider_circuit_key": "gin_trgm_ops"},
    )
    op.drop_index("ix_circuit_provider_circuit_key", table_name="circuit")
    op.drop_index("ix_circuit_mrc", table_name="circuit", postgresql_where=sa.text("retired_at is null"))
    op.drop_index("ix_circuit_market", table_name="circuit", postgresql_where=sa.text("retired_at is null"))
    op.drop_table("circuit")
    op.drop_index("ix_audit_ref", table_name="audit")
    op.drop_index("ix_audit_proposal", table_name="audit")
    op.drop_index("ix_audit_person", table_name="audit")
    op.drop_index("ix_audit_entity", table_name="audit")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("approval_ask")
    op.drop_index(op.f("ix_approval_proposal_id"), table_name="approval")
    op.drop_table("approval")
    op.drop_table("web_session")
    op.drop_index("uq_site_external_id_live", table_name="site", postgresql_where=sa.text("retired_at is null"))
    op.drop_index("ix_site_state_lower", table_name="site")
    op.drop_index(
        "ix_site_search_text_trgm",
        table_name="site",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_site_provider_id"), table_name="site")
    op.drop_index(op.f("ix_site_parent_id"), table_name="site")
    op.drop_index("ix_site_name_lower", table_name="site", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(op.f("ix_site_customer_id"), table_name="site")
    op.drop_index("ix_site_city_lower", table_name="site")
    op.drop_table("site")
    op.drop_index(op.f("ix_provider_contact_provider_id"), table_name="provider_contact")
    op.drop_table("provider_contact")
    op.drop_index("uq_provider_alias_live", table_name="provider_alias", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(op.f("ix_provider_alias_provider_id"), table_name="provider_alias")
    op.drop_table("provider_alias")
    op.drop_index(
        "uq_proposal_undoes", table_name="proposal", postgresql_where=sa.text("status in ('open', 'committed')")
    )
    op.drop_index("ix_proposal_open", table_name="proposal", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_proposal_fingerprint", table_name="proposal", postgresql_where=sa.text("status = 'open'"))
    op.drop_table("proposal")
    op.drop_index("ix_job_open", table_name="job", postgresql_where=sa.text("state in ('queued', 'running')"))
    op.drop_table("job")
    op.drop_index(
        "ix_contract_search_text_trgm",
        table_name="contract",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_contract_provider_id"), table_name="contract")
    op.drop_index(op.f("ix_contract_parent_id"), table_name="contract")
    op.drop_index("ix_contract_number", table_name="contract")
    op.drop_index("ix_contract_act_by", table_name="contract", postgresql_where=sa.text("retired_at is null"))
    op.drop_table("contract")
    op.drop_index(
        "uq_billing_account_live", table_name="billing_account", postgresql_where=sa.text("retired_at is null")
    )
    op.drop_table("billing_account")
    op.drop_index("uq_tag_live", table_name="tag", postgresql_where=sa.text("retired_at is null"))
    op.drop_index("ix_tag_name", table_name="tag", postgresql_where=sa.text("retired_at is null"))
    op.drop_table("tag")
    op.drop_index("uq_provider_name_live", table_name="provider", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(
        "ix_provider_search_text_trgm",
        table_name="provider",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_table("provider")
    op.drop_table("person")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table("outbox")
    op.drop_index(
        "ix_note_search_text_trgm",
        table_name="note",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_index("ix_note_entity", table_name="note")
    op.drop_table("note")
    op.drop_index("uq_customer_name_live", table_name="customer", postgresql_where=sa.text("retired_at is null"))
    op.drop_index(
        "ix_customer_search_text_trgm",
        table_name="customer",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.drop_table("customer")
    op.drop_table("audit_seal")
    op.execute("drop function netos_append_only()")
    for kind in REFS:
        op.execute(f"drop sequence ref_{kind}")
