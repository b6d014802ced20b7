"""Tables.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("due_version", sa.Integer(), nullable=True),
        sa.Column("step", sa.SmallInteger(), nullable=True),
        sa.Column("repeat", sa.SmallInteger(), nullable=True),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "id", name=op.f("pk_activities")),
    )
    op.create_index(
        "uq_activities_once",
        "activities",
        ["follow_up_id", "due_version", "step", "repeat"],
        unique=True,
        postgresql_where=sa.text("step IS NOT NULL"),
    )
    op.create_table(
        "escalations",
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("repeat", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("sweep_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="raised", nullable=False),
        sa.Column(
            "raised_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "status IN ('raised', 'skipped', 'unroutable')", name=op.f("ck_escalations_status")
        ),
        sa.PrimaryKeyConstraint("follow_up_id", "due_version", "step", "repeat", name=op.f("pk_escalations")),
    )
    op.create_index(
        "ix_escalations_unroutable",
        "escalations",
        ["raised_at"],
        unique=False,
        postgresql_where=sa.text("status = 'unroutable'"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=False),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("repeat", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("fallback", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_notifications")),
        sa.UniqueConstraint(
            "follow_up_id", "due_version", "step", "repeat", "user_id", name="uq_notifications_once"
        ),
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["user_id", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "available_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("handled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["failed_at", "id"],
        unique=False,
        postgresql_where=sa.text("failed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_unhandled",
        "outbox",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL AND failed_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_unhandled_subject",
        "outbox",
        ["subject"],
        unique=False,
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("policy", "version", name=op.f("uq_policy_versions_policy_version")),
    )
    op.create_table(
        "rate_windows",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_windows")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('lead', 'client')", name=op.f("ck_subjects_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("kind", "external_id", name=op.f("uq_subjects_kind_external_id")),
    )
    op.create_index("ix_subjects_name", "subjects", [sa.literal_column("lower(name)"), "id"], unique=False)
    op.create_table(
        "sweeps",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("slot", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "requested_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lanes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("escalated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("notified", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'failed')", name=op.f("ck_sweeps_status")
        ),
        sa.CheckConstraint("trigger IN ('schedule', 'manual', 'cron')", name=op.f("ck_sweeps_trigger")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
        sa.UniqueConstraint("slot", name=op.f("uq_sweeps_slot")),
    )
    op.create_index(
        "ix_sweeps_unfinished",
        "sweeps",
        ["id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="employee", nullable=False),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("role IN ('employee', 'manager', 'admin')", name=op.f("ck_users_role")),
        sa.CheckConstraint("manager_id <> id", name=op.f("ck_users_not_own_manager")),
        sa.ForeignKeyConstraint(["manager_id"], ["users.id"], name=op.f("fk_users_manager_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_manager_id", "users", ["manager_id"], unique=False)
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_tokens_prefix")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "is_open", sa.Boolean(), sa.Computed("completed_at IS NULL", persisted=True), nullable=False
        ),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("assignment", sa.Integer(), server_default="1", nullable=False),
        sa.Column("due_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_step_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_follow_ups_assignee_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_follow_ups_policy_version_id")
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_follow_ups_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("external_id", name=op.f("uq_follow_ups_external_id")),
    )
    op.create_index(
        "ix_follow_ups_completed",
        "follow_ups",
        ["completed_at", "id"],
        unique=False,
        postgresql_where=sa.text("NOT is_open"),
    )
    op.create_index(
        "ix_follow_ups_completed_assignee",
        "follow_ups",
        ["assignee_id", "completed_at", "id"],
        unique=False,
        postgresql_where=sa.text("NOT is_open"),
    )
    op.create_index(
        "ix_follow_ups_escalated",
        "follow_ups",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_open AND level >= 2"),
    )
    op.create_index(
        "ix_follow_ups_next_step_at",
        "follow_ups",
        ["next_step_at"],
        unique=False,
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "ix_follow_ups_open_assignee",
        "follow_ups",
        ["assignee_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_follow_ups_open_due_at",
        "follow_ups",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    op.create_index("ix_follow_ups_subject", "follow_ups", ["subject_id", "due_at", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_follow_ups_subject", table_name="follow_ups")
    op.drop_index("ix_follow_ups_open_due_at", table_name="follow_ups", postgresql_where=sa.text("is_open"))
    op.drop_index("ix_follow_ups_open_assignee", table_name="follow_ups", postgresql_where=sa.text("is_open"))
    op.drop_index(
        "ix_follow_ups_next_step_at",
        table_name="follow_ups",
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_follow_ups_escalated", table_name="follow_ups", postgresql_where=sa.text("is_open AND level >= 2")
    )
    op.drop_index(
        "ix_follow_ups_completed_assignee", table_name="follow_ups", postgresql_where=sa.text("NOT is_open")
    )
    op.drop_index("ix_follow_ups_completed", table_name="follow_ups", postgresql_where=sa.text("NOT is_open"))
    op.drop_table("follow_ups")
    op.drop_index(op.f("ix_api_tokens_user_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index("uq_users_email", table_name="users")
    op.drop_index("ix_users_manager_id", table_name="users")
    op.drop_table("users")
    op.drop_index(
        "ix_sweeps_unfinished", table_name="sweeps", postgresql_where=sa.text("finished_at IS NULL")
    )
    op.drop_table("sweeps")
    op.drop_index("ix_subjects_name", table_name="subjects")
    op.drop_table("subjects")
    op.drop_table("rate_windows")
    op.drop_table("policy_versions")
    op.drop_index(
        "ix_outbox_unhandled_subject", table_name="outbox", postgresql_where=sa.text("handled_at IS NULL")
    )
    op.drop_index(
        "ix_outbox_unhandled",
        table_name="outbox",
        postgresql_where=sa.text("handled_at IS NULL AND failed_at IS NULL"),
    )
    op.drop_index("ix_outbox_failed", table_name="outbox", postgresql_where=sa.text("failed_at IS NOT NULL"))
    op.drop_table("outbox")
    op.drop_index(
        "ix_notifications_unread", table_name="notifications", postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_table("notifications")
    op.drop_index(
        "ix_escalations_unroutable",
        table_name="escalations",
        postgresql_where=sa.text("status = 'unroutable'"),
    )
    op.drop_table("escalations")
    op.drop_index("uq_activities_once", table_name="activities", postgresql_where=sa.text("step IS NOT NULL"))
    op.drop_table("activities")
