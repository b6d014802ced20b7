"""What services keep to do their work; people see of it what the API makes of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from followup_common.db.tables.columns import (
    BEYOND_THE_ASSIGNEE,
    SEVERITIES,
    Time,
    by_age,
    created_at_column,
    id_column,
    metadata,
)

ALL_SCOPES = "'{read,write,ops,admin}'::text[]"
"""Of API tokens."""

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at_column(),
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
    created_at_column(),
    PrimaryKeyConstraint("issuer", "subject"),
    UniqueConstraint("user_id", "issuer"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("token_hash", LargeBinary, nullable=False),
    created_at_column(),
    Column("expires_at", Time),
    Column("last_used_at", Time),
    Column("scopes", ARRAY(Text), nullable=False, server_default=text(ALL_SCOPES)),
    Column("made_with", BigInteger, ForeignKey("api_tokens.id", ondelete="CASCADE"), index=True),
    CheckConstraint(f"scopes <@ {ALL_SCOPES}", name="scopes"),
)

# Links by which people set a password: at most one a person. The trigger `users_end_password_links` deletes
# it when something else about how they log in changes.
password_links = Table(
    "password_links",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("purpose", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at_column(),
    Column("expires_at", Time, nullable=False),
    CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),
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
    Column("anchor_at", Time, nullable=False),  # what the steps count from: the due time, or later
    Column("step", SmallInteger, nullable=False),  # the last one taken, from 1; 0: none yet
    Column(
        "repeat", SmallInteger, nullable=False, server_default="0"
    ),  # of that step, from 1; 0: the step itself
    Column("severity", Text),  # of that step
    Column("assignee_id", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
    # Nothing happens before it; what happens then, if anything, the escalator computes. Null: nothing will.
    Column("wake_at", Time),
    # The gravest of what people were told before another policy took over, if anything was told.
    Column("already_told", Text),
    # Another policy has taken over, and no step of it has been reached since: the first one that a sweep
    # finds is not announced where it is no graver than `already_told`.
    Column("unplaced", Boolean, nullable=False, server_default=text("false")),
    # What of `holds` counts in this run, written by triggers; null: nothing, as with nearly all.
    Column("holds", JSONB),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    CheckConstraint(f"already_told IN {SEVERITIES}", name="already_told"),
    CheckConstraint("is_open OR wake_at IS NULL", name="asleep"),
    Index("ix_escalation_states_wake_at", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
    Index("ix_escalation_states_holds", "follow_up_id", postgresql_where=text("holds IS NOT NULL")),
    Index(
        "ix_escalation_states_held_assignee",
        "assignee_id",
        postgresql_where=text("is_open AND holds IS NOT NULL"),
    ),
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

# No foreign keys on escalations: one check a row would cost more than the row. Rows are written while
# their follow-up is locked, and a trigger removes them with it (docs/adr/0004).

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
    CheckConstraint("status IN ('raised', 'skipped', 'unroutable', 'already_told')", name="status"),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    Index(
        "ix_escalations_ended_at",
        "ended_at",
        postgresql_where=text(f"ended_at IS NOT NULL AND {BEYOND_THE_ASSIGNEE}"),
    ),
    Index("ix_escalations_unroutable", "raised_at", postgresql_where=text("status = 'unroutable'")),
    by_age("escalations", "raised_at"),
)

sweeps = Table(
    "sweeps",
    metadata,
    id_column(),
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
    created_at_column(),
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
    created_at_column(),
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
