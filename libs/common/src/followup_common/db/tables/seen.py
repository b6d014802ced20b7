"""What people see and change: themselves, leads and clients, policies, follow-ups, and what was told."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from followup_common.addresses import folded_sql
from followup_common.db.tables.columns import (
    Time,
    by_age,
    created_at_column,
    id_column,
    metadata,
    version_columns,
)
from followup_common.names import as_read_sql

WELL_FORMED_STEP = (
    '(@.after like_regex "^-?P" || @.working like_regex "^-?P" || @.working_days.type() == "number") && '
    '@.label != "" && @.audience[0] != "" && '
    '(@.severity == "reminder" || @.severity == "overdue" || @.severity == "escalated" || '
    '@.severity == "breach")'
)
"""JSON path of what each stored step of a policy has; `policy.Policy` checks the rest when it is read."""
SEARCHABLE_SUBJECT = "searchable(subjects.name || ' ' || coalesce(subjects.external_id, ''))"
"""SQL of what searches look through of a lead or client; an index has it."""

users = Table(
    "users",
    metadata,
    id_column(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="employee"),
    Column("manager_id", BigInteger, ForeignKey("users.id")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    # Else an account that commands use: it gets no work, and is told only where no person is an admin.
    Column("is_person", Boolean, nullable=False, server_default=text("true")),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("password_hash", Text),
    # By which what is assigned to them counts; null: that of the nearest manager who has one.
    Column("calendar_id", BigInteger, ForeignKey("calendars.id")),
    # How times are written for them, and with which day their week begins; no change of a person.
    Column("clock", Text, nullable=False, server_default="24h"),
    Column("date_order", Text, nullable=False, server_default="day-month"),
    Column("week_start", Text, nullable=False, server_default="monday"),
    created_at_column(),
    *version_columns(),
    CheckConstraint("clock IN ('24h', '12h')", name="clock"),
    CheckConstraint("date_order IN ('day-month', 'month-day')", name="date_order"),
    CheckConstraint("week_start IN ('monday', 'sunday', 'saturday')", name="week_start"),
    CheckConstraint("role IN ('employee', 'manager', 'admin')", name="role"),
    CheckConstraint("manager_id <> id", name="not_own_manager"),
    Index("uq_users_address", text(folded_sql("email")), unique=True),
    Index("ix_users_manager_id", "manager_id"),
    Index("ix_users_name", text(as_read_sql("name")), "id"),
    Index("ix_users_calendar_id", "calendar_id", postgresql_where=text("calendar_id IS NOT NULL")),
)

# What holds for everybody, in one row.
organisation = Table(
    "organisation",
    metadata,
    Column("id", Boolean, primary_key=True, server_default=text("true")),
    # By which counts what nobody on the assignee's line has a calendar for; null: every hour counts.
    Column("calendar_id", BigInteger, ForeignKey("calendars.id")),
    CheckConstraint("id", name="one_row"),
)

subjects = Table(
    "subjects",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("external_id", Text),
    Column("name", Text, nullable=False),
    Column("url", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("owner_id", BigInteger, ForeignKey("users.id")),
    # It is one with that one, which is merged into none: anyone who names it gets that.
    Column("merged_into", BigInteger, ForeignKey("subjects.id")),
    created_at_column(),
    *version_columns(),
    CheckConstraint("kind IN ('lead', 'client')", name="kind"),
    CheckConstraint("merged_into <> id", name="merged_into"),
    UniqueConstraint("kind", "external_id"),
    Index("ix_subjects_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("ix_subjects_name", text(as_read_sql("name")), "id"),
    Index(
        "ix_subjects_owner_id",
        "owner_id",
        text(as_read_sql("name")),
        "id",
        postgresql_where=text("owner_id IS NOT NULL"),
    ),
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
    id_column(),
    Column("subject_id", BigInteger, ForeignKey("subjects.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("created_at", Time, nullable=False, server_default=text("clock_timestamp()")),
    Column("merge_id", BigInteger, ForeignKey("subject_merges.id")),
    CheckConstraint("kind IN ('edited', 'imported', 'merged', 'merge_undone', 'undone')", name="kind"),
    Index("ix_subject_changes_subject_id", "subject_id", "id"),
    Index("ix_subject_changes_merge_id", "merge_id", postgresql_where=text("merge_id IS NOT NULL")),
)

# In the order in which they are tried; the last one, the "catch-all", is for whatever no other one takes. One
# that is archived has no place any more.
policies = Table(
    "policies",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("position", Integer),
    # What is written and not in force yet, in the form in which the API takes it; who wrote it, and when.
    Column("draft", JSONB),
    Column("draft_by", BigInteger, ForeignKey("users.id")),
    Column("draft_at", Time),
    Column("archived_at", Time),
    created_at_column(),
    *version_columns(),
    UniqueConstraint("position", deferrable=True),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("(position IS NULL) = (archived_at IS NOT NULL)", name="placed"),
    CheckConstraint("(draft IS NULL) = (draft_at IS NULL)", name="drafted"),
    Index(
        "uq_policies_name",
        func.lower(text("name")),
        unique=True,
        postgresql_where=text("archived_at IS NULL"),
    ),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    id_column(),
    Column("policy", Text, nullable=False),  # the name that it had when this was published
    Column("version", Integer, nullable=False),
    Column("steps", JSONB, nullable=False),
    # By which its working time counts; null: that of the assignee.
    Column("calendar_id", BigInteger, ForeignKey("calendars.id")),
    # How long before the due time its first step comes (`Policy.lead_seconds`); null: a calendar says it.
    Column("lead_seconds", Integer, server_default="0"),
    created_at_column(),
    Column("policy_id", BigInteger, ForeignKey("policies.id"), nullable=False),
    Column("conditions", JSONB, nullable=False, server_default=text("'{}'")),
    Column("published_by", BigInteger, ForeignKey("users.id")),
    # How far people may hold what is on it (`policy.HoldRules`); what is not said is as by default.
    Column("holds", JSONB, nullable=False, server_default=text("'{}'")),
    UniqueConstraint("policy_id", "version"),
    CheckConstraint("lead_seconds >= 0", name="lead_seconds"),
    CheckConstraint("jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) > 0", name="has_steps"),
    CheckConstraint(f"NOT jsonb_path_exists(steps, '$[*] ? (!({WELL_FORMED_STEP}))')", name="steps"),
    CheckConstraint("jsonb_typeof(conditions) = 'object'", name="conditions"),
    CheckConstraint("jsonb_typeof(holds) = 'object'", name="holds"),
)


def _choices(name: str, fixed: str) -> Table:
    """A list that people choose from and admins edit.

    The name is what follow-ups, policies and programs say: it never changes, nor is one ever deleted.
    The label is what people read. One that is archived has no place any more; the default cannot be.

    Args:
        name: of the table.
        fixed: the name of the default.
    """
    return Table(
        name,
        metadata,
        id_column(),
        Column("name", Text, nullable=False, unique=True),
        Column("label", Text, nullable=False),
        Column("position", Integer),
        Column("archived_at", Time),
        created_at_column(),
        *version_columns(),
        UniqueConstraint("position", deferrable=True),
        CheckConstraint("name <> '' AND label <> ''", name="name"),
        CheckConstraint("(position IS NULL) = (archived_at IS NOT NULL)", name="placed"),
        CheckConstraint(f"name <> '{fixed}' OR archived_at IS NULL", name="default"),
        Index(
            f"uq_{name}_label",
            func.lower(text("label")),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )


follow_up_kinds = _choices("follow_up_kinds", "task")
"""What is to be done, such as a call."""
outcomes = _choices("outcomes", "done")
"""What came of it, such as that nobody answered."""

follow_ups = Table(
    "follow_ups",
    metadata,
    id_column(),
    Column("external_id", Text, unique=True),
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False, server_default=""),
    Column("due_at", Time, nullable=False),
    Column("assignee_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("subject_id", BigInteger, ForeignKey("subjects.id")),
    Column("completed_at", Time),
    Column("is_open", Boolean, Computed("completed_at IS NULL", persisted=True), nullable=False),
    created_at_column(),
    *version_columns(),
    # Kept by the trigger `follow_ups_keep_rules`, never written by a service:
    Column("assignment", Integer, nullable=False, server_default="1"),
    # How often it got another due time, and its first one; null: it still has that.
    Column("moved", Integer, nullable=False, server_default="0"),
    Column("first_due_at", Time),
    # A name of `follow_up_kinds`. No foreign key: each new follow-up would lock the row of its kind.
    Column("kind", Text, nullable=False, server_default="task"),
    Column("priority", Text, nullable=False, server_default="normal"),
    # As `followup_common.tags` reads them: in lower case, each once, in the order of their code points.
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("value_amount", Numeric(14, 2)),
    Column("value_currency", Text),  # ISO 4217
    # A name of `outcomes`; null: it is open, or nobody has said.
    Column("outcome", Text),
    # How often people began or ended a hold of it: each such change is one of the follow-up, and numbers it.
    Column("hold_changes", Integer, nullable=False, server_default="0"),
    # Of which series it is (`db/series.py`), and on which date of its rule.
    Column("series_id", BigInteger, ForeignKey("series.id")),
    Column("occurs_on", Date),
    CheckConstraint("(series_id IS NULL) = (occurs_on IS NULL)", name="series"),
    CheckConstraint("priority IN ('low', 'normal', 'high')", name="priority"),
    CheckConstraint(
        "cardinality(tags) <= 20 AND array_position(tags, NULL) IS NULL AND array_position(tags, '') IS NULL",
        name="tags",
    ),
    CheckConstraint(
        "(value_amount IS NULL) = (value_currency IS NULL) AND value_amount >= 0 "
        "AND value_currency ~ '^[A-Z]{3}$'",
        name="value",
    ),
    Index("ix_follow_ups_kind", "kind", "due_at", "id"),
    Index(
        "ix_follow_ups_priority",
        "priority",
        "due_at",
        "id",
        postgresql_where=text("priority <> 'normal'"),
    ),
    Index("ix_follow_ups_tags", "tags", postgresql_using="gin", postgresql_where=text("tags <> '{}'")),
    Index(
        "ix_follow_ups_value",
        "value_currency",
        "value_amount",
        "id",
        postgresql_where=text("value_amount IS NOT NULL"),
    ),
    Index(
        "ix_follow_ups_open_due_at",
        "due_at",
        "id",
        postgresql_include=["assignee_id"],
        postgresql_where=text("is_open"),
    ),
    *(
        Index(
            f"ix_follow_ups_open_{name}",
            *(name, "due_at", "id"),
            postgresql_include=["assignee_id"],
            postgresql_where=text("is_open"),
        )
        for name in ("priority", "kind")
    ),
    Index(
        "ix_follow_ups_open_updated_at",
        *("updated_at", "id"),
        postgresql_include=["assignee_id", "due_at"],
        postgresql_where=text("is_open"),
    ),
    Index("ix_follow_ups_open_assignee", "assignee_id", "due_at", "id", postgresql_where=text("is_open")),
    Index(
        "ix_follow_ups_completed",
        "completed_at",
        "id",
        postgresql_include=["assignee_id", "due_at"],  # what was due in a time is found from it alone
        postgresql_where=text("NOT is_open"),
    ),
    Index(
        "ix_follow_ups_completed_assignee",
        "assignee_id",
        "completed_at",
        "id",
        postgresql_include=["due_at"],  # what was done in time is counted from it alone
        postgresql_where=text("NOT is_open"),
    ),
    Index(
        "ix_follow_ups_moved",
        *("assignee_id", "is_open", "due_at", "id"),
        postgresql_include=["moved"],
        postgresql_where=text("moved > 0"),
    ),
    Index(
        "ix_follow_ups_outcome",
        *("outcome", "completed_at", "id"),
        postgresql_include=["assignee_id"],
        postgresql_where=text("NOT is_open AND outcome IS NOT NULL"),
    ),
    Index("ix_follow_ups_subject", "subject_id", "due_at", "id"),
    Index(
        "uq_follow_ups_series_open",
        "series_id",
        unique=True,
        postgresql_where=text("is_open AND series_id IS NOT NULL"),
    ),
    Index("ix_follow_ups_series", "series_id", "id", postgresql_where=text("series_id IS NOT NULL")),
)

# That somebody has it, is reminded later, or waits for somebody else. No foreign key: what is held stays with
# a deleted follow-up, which can be restored. Triggers put into `escalation_states` what the escalator must
# know.
holds = Table(
    "holds",
    metadata,
    id_column(),
    Column("follow_up_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),  # of the follow-up's `hold_changes`
    Column("kind", Text, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    # Of the escalation by then, the last step that had been told, and the number of the assignment.
    Column("run", Integer, nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("assignment", Integer, nullable=False),
    Column("starts_at", Time, nullable=False, server_default=func.now()),
    Column("until", Time, nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),  # of the follow-up, that the hold made
    Column("ended_at", Time),
    Column("ended_by", BigInteger),
    Column("end_reason", Text),
    # Of the follow-up, that ended it, and that began another run, in which it does not count any more.
    Column("ended_version", Integer),
    Column("over_version", Integer),
    CheckConstraint("kind IN ('acknowledge', 'snooze', 'wait')", name="kind"),
    CheckConstraint("until > starts_at", name="until"),
    CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    UniqueConstraint("follow_up_id", "number"),
    Index(
        "uq_holds_wait",
        "follow_up_id",
        unique=True,
        postgresql_where=text("kind = 'wait' AND ended_at IS NULL"),
    ),
    Index(
        "uq_holds_person",
        *("follow_up_id", "user_id", "kind"),
        unique=True,
        postgresql_where=text("kind <> 'wait' AND ended_at IS NULL"),
    ),
    Index("ix_holds_until", "until", postgresql_where=text("ended_at IS NULL")),
    Index("ix_holds_starts_at", "starts_at"),
    Index("ix_holds_ended_at", "ended_at", postgresql_where=text("end_reason = 'time'")),
)

# No foreign keys on notifications and activities: one check a row would cost more than the row. Rows are
# written while their follow-up is locked, and a trigger removes them with it (docs/adr/0004).

notifications = Table(
    "notifications",
    metadata,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    # The five that say what it is about are null where it sums others up.
    Column("follow_up_id", BigInteger),
    Column("run", Integer),
    Column("step", SmallInteger),
    Column("repeat", SmallInteger, nullable=False, server_default="0"),
    Column("policy_version_id", BigInteger),
    Column("due_at", Time),
    Column("audience", Text, nullable=False),
    Column("fallback", Text),
    Column("actor_id", BigInteger),
    created_at_column(),
    Column("read_at", Time),
    # In whose place they were told, who is away until then.
    Column("for_user_id", BigInteger),
    Column("until", Date),
    # The absence, hand-over or bundle whose silent notifications this one sums up, and how many they are.
    Column("summary_of", BigInteger),
    Column("details", JSONB),
    # What else one happening has told the same person, as grave as this, has the same number; what they found
    # on their return, that of the absence.
    Column("bundle", BigInteger),
    # Whether a summary of the bundle tells it, in place of this one.
    Column("summed_up", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("user_id", "id"),
    CheckConstraint(
        "num_nulls(follow_up_id, run, step, policy_version_id, due_at) = "
        "CASE WHEN summary_of IS NULL THEN 0 ELSE 5 END",
        name="about",
    ),
    Index(
        "uq_notifications_summary",
        *("user_id", "audience", "summary_of"),
        unique=True,
        postgresql_where=text("summary_of IS NOT NULL"),
    ),
    UniqueConstraint("follow_up_id", "run", "step", "repeat", "user_id", name="uq_notifications_once"),
    Index(
        "ix_notifications_bundle",
        *("user_id", "bundle", "summed_up"),
        postgresql_where=text("bundle IS NOT NULL"),
    ),
    Index("ix_notifications_unread", "user_id", "id", postgresql_where=text("read_at IS NULL")),
    by_age("notifications"),
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
    created_at_column(),
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
    by_age("activities"),
)

# The API appends and reads, and a trigger on `users` appends what changed about people. Nobody but the owner
# of the database can change or delete.
audit_log = Table(
    "audit_log",
    metadata,
    id_column(),
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
