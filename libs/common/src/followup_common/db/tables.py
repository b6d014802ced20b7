"""Every table. Which service may write what is in the first migration (`migrations/first/roles.sql`)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP

from followup_common.addresses import folded_sql
from followup_common.names import as_read_sql

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Time = TIMESTAMP(timezone=True)
ALL_SCOPES = "'{read,write,ops,admin}'::text[]"
"""Of API tokens."""
SEVERITIES = ("reminder", "overdue", "escalated", "breach")
BEYOND_THE_ASSIGNEE = "severity IN ('escalated', 'breach')"
"""SQL of what dashboards list and count; indexes have it."""
WELL_FORMED_STEP = (
    '@.after like_regex "^P" && @.label != "" && @.audience[0] != "" && '
    '(@.severity == "reminder" || @.severity == "overdue" || @.severity == "escalated" || '
    '@.severity == "breach")'
)
"""JSON path of what each stored step of a policy has; `policy.Policy` checks the rest when it is read."""
SEARCHABLE_SUBJECT = "searchable(subjects.name || ' ' || coalesce(subjects.external_id, ''))"
"""SQL of what searches look through of a lead or client; an index has it."""


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _created_at() -> Column[object]:
    return Column("created_at", Time, nullable=False, server_default=func.now())


def _by_age(table: str, column: str = "created_at") -> Index:
    """Finds what is old, for `prune`. Rows come in the order of time, so that a few kilobytes do."""
    return Index(f"ix_{table}_{column}", column, postgresql_using="brin")


users = Table(
    "users",
    metadata,
    _id(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="employee"),
    Column("manager_id", BigInteger, ForeignKey("users.id")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("password_hash", Text),
    _created_at(),
    # Kept by the trigger `users_keep_version`, never written by a service:
    Column("updated_at", Time, nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("role IN ('employee', 'manager', 'admin')", name="role"),
    CheckConstraint("manager_id <> id", name="not_own_manager"),
    Index("uq_users_address", text(folded_sql("email")), unique=True),
    Index("ix_users_manager_id", "manager_id"),
    Index("ix_users_name", text(as_read_sql("name")), "id"),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _created_at(),
    Column("expires_at", Time, nullable=False),
    Column("last_used_at", Time, nullable=False, server_default=func.now()),
    # When its person last showed that it is them: by a password, or freshly at the provider.
    Column("proved_at", Time, nullable=False, server_default=func.now()),
    Column("address", Text),
    Column("browser", Text),
)

# Which account of the OpenID Connect provider is which person; at most one of each provider's.
identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    _created_at(),
    PrimaryKeyConstraint("issuer", "subject"),
    UniqueConstraint("user_id", "issuer"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("token_hash", LargeBinary, nullable=False),
    _created_at(),
    Column("expires_at", Time),
    Column("last_used_at", Time),
    Column("scopes", ARRAY(Text), nullable=False, server_default=text(ALL_SCOPES)),
    Column("made_with", BigInteger, ForeignKey("api_tokens.id", ondelete="CASCADE"), index=True),
    CheckConstraint(f"scopes <@ {ALL_SCOPES}", name="scopes"),
)

subjects = Table(
    "subjects",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("external_id", Text),
    Column("name", Text, nullable=False),
    Column("url", Text),
    _created_at(),
    # Kept by the trigger `subjects_keep_version`, never written by a service:
    Column("updated_at", Time, nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("kind IN ('lead', 'client')", name="kind"),
    UniqueConstraint("kind", "external_id"),
    Index("ix_subjects_name", text(as_read_sql("name")), "id"),
    Index(
        "ix_subjects_searchable",
        text(f"({SEARCHABLE_SUBJECT}) gin_trgm_ops".replace("subjects.", "")),
        postgresql_using="gin",
    ),
)

# What was changed about a lead or client: who did it, and each field from what to what.
subject_changes = Table(
    "subject_changes",
    metadata,
    _id(),
    Column("subject_id", BigInteger, ForeignKey("subjects.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("created_at", Time, nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("kind IN ('edited', 'imported')", name="kind"),
    Index("ix_subject_changes_subject_id", "subject_id", "id"),
)

# In the order in which they are tried; the last one, the "catch-all", is for whatever no other one takes.
policies = Table(
    "policies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    _id(),
    Column("policy", Text, ForeignKey("policies.name"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("steps", JSONB, nullable=False),
    _created_at(),
    UniqueConstraint("policy", "version"),
    CheckConstraint("jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0", name="has_steps"),
    CheckConstraint(f"NOT jsonb_path_exists(steps, '$[*] ? (!({WELL_FORMED_STEP}))')", name="steps"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    _id(),
    Column("external_id", Text, unique=True),
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False, server_default=""),
    Column("due_at", Time, nullable=False),
    Column("assignee_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("subject_id", BigInteger, ForeignKey("subjects.id")),
    Column("completed_at", Time),
    Column("is_open", Boolean, Computed("completed_at IS NULL", persisted=True), nullable=False),
    _created_at(),
    # Kept by the trigger `follow_ups_keep_rules`, never written by a service:
    Column("updated_at", Time, nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("assignment", Integer, nullable=False, server_default="1"),
    # How often it got another due time, and its first one; null: it still has that.
    Column("moved", Integer, nullable=False, server_default="0"),
    Column("first_due_at", Time),
    Index(
        "ix_follow_ups_open_due_at",
        "due_at",
        "id",
        postgresql_include=["assignee_id"],
        postgresql_where=text("is_open"),
    ),
    Index("ix_follow_ups_open_assignee", "assignee_id", "due_at", "id", postgresql_where=text("is_open")),
    Index(
        "ix_follow_ups_completed",
        "completed_at",
        "id",
        postgresql_include=["assignee_id"],
        postgresql_where=text("NOT is_open"),
    ),
    Index(
        "ix_follow_ups_completed_assignee",
        "assignee_id",
        "completed_at",
        "id",
        postgresql_where=text("NOT is_open"),
    ),
    Index("ix_follow_ups_subject", "subject_id", "due_at", "id"),
)

# How far each follow-up is on its policy: one narrow row beside the wide one, so that a step that is taken
# writes no index that the step does not concern. The trigger `follow_ups_keep_states` keeps it as people
# change their follow-ups; the escalator moves `step`, `severity` and `wake_at`, and nobody else writes here.
# A completed one keeps its row, asleep, so that an undo wakes it as it was.
escalation_states = Table(
    "escalation_states",
    metadata,
    Column("follow_up_id", BigInteger, primary_key=True, autoincrement=False),
    # Counts how often the escalation has started over. An undo goes back to an earlier run, so no number is
    # given twice: the next one comes after `last_run`.
    Column("run", Integer, nullable=False),
    Column("last_run", Integer, nullable=False),
    Column("policy_version_id", BigInteger, nullable=False),
    Column("anchor_at", Time, nullable=False),  # what the steps count from
    Column("step", SmallInteger, nullable=False),  # the last one taken, from 1; 0: none yet
    Column("severity", Text),  # of that step
    Column("assignee_id", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
    # Nothing happens before it; what happens then, if anything, the escalator computes. Null: nothing will.
    Column("wake_at", Time),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    CheckConstraint("is_open OR wake_at IS NULL", name="asleep"),
    Index("ix_escalation_states_wake_at", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
    Index(
        "ix_escalation_states_escalated",
        *("severity", "anchor_at", "follow_up_id"),
        postgresql_include=["assignee_id"],
        postgresql_where=text(f"is_open AND {BEYOND_THE_ASSIGNEE}"),
    ),
    Index(
        "ix_escalation_states_escalated_assignee",
        *("assignee_id", "severity", "anchor_at", "follow_up_id"),
        postgresql_where=text(f"is_open AND {BEYOND_THE_ASSIGNEE}"),
    ),
)

# What searches look through: title, notes and external id of each follow-up, without accents and capitals
# (`searchable`). Triggers on `follow_ups` write it; no service does.
follow_up_texts = Table(
    "follow_up_texts",
    metadata,
    Column("follow_up_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Index(
        "ix_follow_up_texts_text",
        "text",
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
    ),
)

# Each follow-up's last change by a person, and how it was before: for some minutes they can undo it. The
# trigger `follow_ups_keep_what_was` writes it, the function `follow_ups_undo` reads it; no service does.
undoable_changes = Table(
    "undoable_changes",
    metadata,
    Column("follow_up_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # that the change made
    Column("actor_id", BigInteger, nullable=False),
    Column("changed_at", Time, nullable=False),
    Column("told", Boolean, nullable=False),  # whether its step had been announced by then
    Column("was", JSONB, nullable=False),
    Column("state", JSONB, nullable=False),  # its row of `escalation_states`
    Index("ix_undoable_changes_changed_at", "changed_at"),
)

# Deleted follow-ups, each with all that belonged to it: for 30 days they can be restored. The trigger
# `follow_ups_delete_dependents` writes it, the function `follow_ups_restore` takes from it. The API reads
# what is needed to find one, and neither notes nor history.
deleted_follow_ups = Table(
    "deleted_follow_ups",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("deleted_at", Time, nullable=False, server_default=func.now()),
    Column("deleted_by", BigInteger),
    Column("external_id", Text),
    Column("title", Text, nullable=False),
    Column("assignee_id", BigInteger, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("notifications", Integer, nullable=False),
    Column("activities", Integer, nullable=False),
    Column("was", JSONB, nullable=False),
    Column("history", JSONB, nullable=False),
    Index("ix_deleted_follow_ups_deleted_at", "deleted_at", "id"),
)

# No foreign keys from here on: one check a row would cost more than the row. Rows are written
# while their follow-up is locked, and a trigger removes them with it (docs/adr/0004).

escalations = Table(
    "escalations",
    metadata,
    Column("follow_up_id", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("repeat", SmallInteger, nullable=False, server_default="0"),
    Column("policy_version_id", BigInteger, nullable=False),
    Column("sweep_id", BigInteger),
    Column("status", Text, nullable=False, server_default="raised"),
    Column("severity", Text, nullable=False),
    Column("raised_at", Time, nullable=False, server_default=func.now()),
    # When a later step was taken, or the run ended; null: the follow-up is at this step.
    Column("ended_at", Time),
    PrimaryKeyConstraint("follow_up_id", "run", "step", "repeat"),
    CheckConstraint("status IN ('raised', 'skipped', 'unroutable')", name="status"),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    Index(
        "ix_escalations_ended_at",
        "ended_at",
        postgresql_where=text(f"ended_at IS NOT NULL AND {BEYOND_THE_ASSIGNEE}"),
    ),
    Index("ix_escalations_unroutable", "raised_at", postgresql_where=text("status = 'unroutable'")),
    _by_age("escalations", "raised_at"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("follow_up_id", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("repeat", SmallInteger, nullable=False, server_default="0"),
    Column("policy_version_id", BigInteger, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("audience", Text, nullable=False),
    Column("fallback", Text),
    Column("actor_id", BigInteger),
    _created_at(),
    Column("read_at", Time),
    PrimaryKeyConstraint("user_id", "id"),
    UniqueConstraint("follow_up_id", "run", "step", "repeat", "user_id", name="uq_notifications_once"),
    Index("ix_notifications_unread", "user_id", "id", postgresql_where=text("read_at IS NULL")),
    _by_age("notifications"),
)

activities = Table(
    "activities",
    metadata,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("follow_up_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", BigInteger),
    Column("run", Integer),
    Column("step", SmallInteger),
    Column("repeat", SmallInteger),
    Column("policy_version_id", BigInteger),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    _created_at(),
    PrimaryKeyConstraint("follow_up_id", "id"),
    Index(
        "uq_activities_once",
        "follow_up_id",
        "run",
        "step",
        "repeat",
        unique=True,
        postgresql_where=text("step IS NOT NULL"),
    ),
    _by_age("activities"),
)

sweeps = Table(
    "sweeps",
    metadata,
    _id(),
    Column("trigger", Text, nullable=False),
    Column("slot", Time, unique=True),
    Column("status", Text, nullable=False, server_default="queued"),
    Column("requested_by", BigInteger),
    Column("requested_at", Time, nullable=False, server_default=func.now()),
    Column("started_at", Time),
    Column("finished_at", Time),
    Column("lanes", Integer, nullable=False, server_default="0"),
    Column("escalated", Integer, nullable=False, server_default="0"),
    Column("delivered", Integer, nullable=False, server_default="0"),
    Column("notified", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    CheckConstraint("trigger IN ('schedule', 'manual', 'cron')", name="trigger"),
    CheckConstraint("status IN ('queued', 'running', 'completed', 'failed')", name="status"),
    Index("ix_sweeps_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
)

# Up to when the age of what is to be forgotten counts: see `slow_clock.py`. One row, or none before the first
# tick.
slow_clock = Table(
    "slow_clock",
    metadata,
    Column("id", Boolean, primary_key=True, server_default=text("true")),
    Column("at", Time, nullable=False),
    CheckConstraint("id", name="one_row"),
)

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("name", Text, primary_key=True),
    # What was raised when, within the last minute.
    Column("spent_at", ARRAY(Time), nullable=False, server_default="{}"),
    Column("spent", ARRAY(Integer), nullable=False, server_default="{}"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text),
    Column("payload", JSONB, nullable=False),
    Column("traceparent", Text),
    _created_at(),
    Column("available_at", Time, nullable=False, server_default=func.now()),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("handled_at", Time),
    Column("failed_at", Time),
    Column("error", Text),
    Column("first_failed_at", Time),
    # A dead letter that a person gave up counts as handled: nothing sends it again, and age prunes it.
    Column("discarded_at", Time),
    Column("note", Text),
    Index(
        "ix_outbox_unhandled",
        "available_at",
        postgresql_where=text("handled_at IS NULL AND failed_at IS NULL"),
    ),
    Index("ix_outbox_unhandled_subject", "subject", postgresql_where=text("handled_at IS NULL")),
    Index("ix_outbox_failed", "failed_at", "id", postgresql_where=text("failed_at IS NOT NULL")),
)

# The API appends and reads, and a trigger on `users` appends what changed about people. Nobody but the owner
# of the database can change or delete.
audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    Column("at", Time, nullable=False, server_default=func.clock_timestamp()),
    Column("action", Text, nullable=False),
    Column("actor_id", BigInteger),
    Column("target", Text),
    Column("address", Text),
    Column("request_id", Text),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Index("ix_audit_log_at", "at", "id"),
    Index("ix_audit_log_action_at", "action", "at", "id"),
    Index("ix_audit_log_actor_at", "actor_id", "at", "id"),
    Index("ix_audit_log_target_at", "target", "at", "id"),
)

# Answers to requests that create, by digests of their keys; nobody's id (0) is that of a secret's bearer.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", BigInteger, nullable=False),
    Column("route", Text, nullable=False),
    Column("key_digest", LargeBinary, nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    _created_at(),
    PrimaryKeyConstraint("user_id", "route", "key_digest"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

# Wrong passwords, by hashes of what they were tried on and from: accounts, addresses, and pairs of both.
log_in_failures = Table(
    "log_in_failures",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Time, nullable=False, server_default=func.now()),
    Column("blocked_until", Time),
    Index("ix_log_in_failures_failed_at", "failed_at"),
)
