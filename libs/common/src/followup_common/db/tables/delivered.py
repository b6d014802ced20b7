"""What leaves the house: channels, destinations of people, webhooks, deliveries, their attempts, links."""

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIME

from followup_common.db.tables.columns import SEVERITIES, Time, created_at_column, id_column, metadata

CHANNELS = "('email', 'slack', 'slack_webhook', 'teams', 'apprise', 'push')"
"""Those by which people are told."""

# The channels that are configured; the dispatcher says so when it starts. None: nothing is planned.
channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    # The address that somebody logs in with is a destination of theirs by itself.
    Column("everybody", Boolean, nullable=False),
    # Why nothing can be handed over at the moment, and since when.
    Column("problem", Text),
    Column("problem_since", Time),
    # By which browsers subscribe to web push.
    Column("public_key", Text),
    CheckConstraint(f"name IN {CHANNELS}", name="name"),
)

destinations = Table(
    "destinations",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    # Of a browser its name and its push service, as name@host.
    Column("address", Text, nullable=False),
    # It follows the address that the person logs in with: the trigger `users_keep_destinations` writes it.
    Column("by_default", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default="ok"),
    Column("verified_at", Time),
    created_at_column(),
    # Where the address is a secret itself; then `address` is what may be shown of it.
    Column("sealed", LargeBinary),
    # What verifies it, until then; how often a wrong one was given.
    Column("code_hash", LargeBinary),
    Column("code_expires_at", Time),
    Column("code_tries", Integer, nullable=False, server_default="0"),
    # Why the last attempt to deliver there failed, and since when they do.
    Column("problem", Text),
    Column("problem_since", Time),
    CheckConstraint(f"channel IN {CHANNELS}", name="channel"),
    CheckConstraint("state IN ('ok', 'off')", name="state"),
    Index(
        "uq_destinations_by_default",
        *("user_id", "channel"),
        unique=True,
        postgresql_where=text("by_default"),
    ),
)

# How a place does that takes deliveries, such as the domain of an address (`followup_dispatcher.circuits`).
circuits = Table(
    "circuits",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    # Failures: in a row, among the last ten as bits, and how many of these ten there are.
    Column("in_a_row", Integer, nullable=False, server_default="0"),
    Column("recent", Integer, nullable=False, server_default="0"),
    Column("tried", SmallInteger, nullable=False, server_default="0"),
    # In a row, each for longer than the one before; null: it is closed.
    Column("openings", Integer, nullable=False, server_default="0"),
    Column("opened_at", Time),
    # When one delivery tries it, and until when one does.
    Column("retry_at", Time),
    Column("probing_until", Time),
    Column("problem", Text),
    # When the next one may go, where there is a rate.
    Column("free_at", Time, nullable=False, server_default=func.now()),
    CheckConstraint("(opened_at IS NULL) = (retry_at IS NULL)", name="open"),
)

# How people are told by a channel of what is of a severity; no person: those who have no rule of their own.
notification_rules = Table(
    "notification_rules",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE")),
    Column("channel", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("mode", Text, nullable=False),
    # On the person's clock; and the day, from 1 for Monday.
    Column("digest_at", TIME),
    Column("weekday", SmallInteger),
    # Whether nobody may have a rule of their own.
    Column("locked", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint(
        *("user_id", "channel", "severity"),
        name="uq_notification_rules_one",
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint("channel IN ('email')", name="channel"),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    CheckConstraint("mode IN ('at_once', 'hourly', 'daily', 'weekly', 'never')", name="mode"),
    CheckConstraint("(digest_at IS NOT NULL) = (mode IN ('daily', 'weekly'))", name="digest_at"),
    CheckConstraint("(weekday IS NOT NULL) = (mode = 'weekly') AND weekday BETWEEN 1 AND 7", name="weekday"),
    CheckConstraint("user_id IS NULL OR NOT locked", name="locked"),
)

# When somebody is not told, on their clock; no person: what holds for all.
notification_preferences = Table(
    "notification_preferences",
    metadata,
    id_column(),
    Column("user_id", BigInteger, ForeignKey("users.id", ondelete="CASCADE")),
    # They end on the next day unless that is later on the same one. They begin on these: 1 is Monday.
    Column("quiet_begins", TIME),
    Column("quiet_ends", TIME),
    Column("quiet_days", ARRAY(SmallInteger)),
    # Whether breaches are told all the same: where the company lets them and the person too.
    Column("breaches_pass", Boolean, nullable=False, server_default=text("true")),
    # "Your day": whether one has a mail each working day, when, and since when; null: as the others.
    Column("day", Boolean),
    Column("day_at", TIME),
    Column("day_locked", Boolean, nullable=False, server_default=text("false")),
    Column("day_since", Time, nullable=False, server_default=func.now()),
    UniqueConstraint("user_id", name="uq_notification_preferences_one", postgresql_nulls_not_distinct=True),
    CheckConstraint(
        "(day_at IS NOT NULL) = COALESCE(day, false)"
        " AND CASE WHEN user_id IS NULL THEN day IS NOT NULL ELSE NOT day_locked END",
        name="day",
    ),
    CheckConstraint(
        "CASE WHEN quiet_begins IS NULL THEN quiet_ends IS NULL AND quiet_days IS NULL"
        " ELSE user_id IS NOT NULL AND num_nulls(quiet_ends, quiet_days) = 0"
        " AND cardinality(quiet_days) > 0 AND quiet_days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]"
        " AND (quiet_begins <> quiet_ends OR NOT quiet_days @> ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]) END",
        name="quiet",
    ),
)

# How the browsers that are destinations are reached; what is secret of it is kept sealed.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column(
        "destination_id",
        BigInteger,
        ForeignKey("destinations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # SHA-256 of the address at which its maker reaches it: a browser is one person's.
    Column("endpoint_hash", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("endpoint_hash", name="uq_push_subscriptions_endpoint_hash"),
    CheckConstraint("octet_length(endpoint_hash) = 32", name="endpoint_hash"),
)

# Where programs of others hear what happens. Secrets are kept sealed (`followup_common.sealing`).
webhooks = Table(
    "webhooks",
    metadata,
    id_column(),
    Column("url", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    # Who made it, and is told when it fails.
    Column("owner_id", BigInteger, ForeignKey("users.id"), nullable=False),
    Column("state", Text, nullable=False, server_default="on"),
    Column("secret", LargeBinary, nullable=False),
    # Signed with as well until then, while the other side changes over.
    Column("previous_secret", LargeBinary),
    Column("previous_until", Time),
    # When its next delivery may begin: one is under way, or it failed and rests.
    Column("free_at", Time, nullable=False, server_default=func.now()),
    # In a row, and since when.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", Time),
    Column("off_because", Text),
    created_at_column(),
    # What was answered last, and when its owner was told; null: it does not fail.
    Column("problem", Text),
    Column("told_at", Time),
    CheckConstraint("state IN ('on', 'paused', 'off')", name="state"),
    CheckConstraint("cardinality(event_types) > 0", name="event_types"),
)

# What happened to follow-ups, as it is sent: triggers write it with what happens, and its deliveries too.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("type", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", Time, nullable=False, server_default=func.now(), index=True),
)

# What goes to an address in one message, whatever was due before a time: its delivery has no notification.
digests = Table(
    "digests",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("user_id", BigInteger, nullable=False),
    Column("destination_id", BigInteger, nullable=False),
    Column("ends_at", Time, nullable=False),
    Column("created_at", Time, nullable=False, server_default=func.now(), index=True),
    # `due`: what was due to somebody. `day`: what their day brings.
    Column("kind", Text, nullable=False, server_default="due"),
    CheckConstraint("kind IN ('due', 'day')", name="kind"),
    UniqueConstraint("destination_id", "kind", "ends_at", name="uq_digests_once"),
)

# One for each notification and destination, planned by the trigger `notifications_plan_deliveries` with the
# notification; one for each event and webhook, planned by `webhook_events_plan_deliveries`; and one for each
# code or test that somebody asks for, which tells of no notification (`notice`). Its id goes along with each
# attempt (to a webhook that of the event), so that the other side can tell a repetition.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("notification_id", BigInteger),
    Column("user_id", BigInteger),
    Column("follow_up_id", BigInteger),  # null where it tells of many
    Column("destination_id", BigInteger),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # When it is tried; of one that is being sent, when its lease ends: the process that had it is gone then.
    Column("next_at", Time, nullable=False, server_default=func.now()),
    # Why it was not sent, or not yet.
    Column("error", Text),
    created_at_column(),
    Column("ended_at", Time),
    # When somebody let it be tried again that had been given up.
    Column("retried_at", Time),
    Column("notice", Text),
    # What it is where it goes to a webhook: then none of the above says anything.
    Column("webhook_id", BigInteger, ForeignKey("webhooks.id", ondelete="CASCADE")),
    Column("event_id", Uuid),
    # How grave what it tells is; null: it was planned before there were rules, as what is overdue.
    Column("severity", Text),
    # Until when its reader's rules hold it: what is kept of `followup_common.policy.delivery.when`.
    Column("held_until", Time),
    # In which it goes (`digested`), or which it is: then it has no notification.
    Column("digest_id", Uuid),
    UniqueConstraint("notification_id", "destination_id", name="uq_deliveries_once"),
    CheckConstraint(
        "CASE WHEN webhook_id IS NOT NULL"
        " THEN event_id IS NOT NULL"
        " AND num_nonnulls(notification_id, user_id, destination_id, follow_up_id, notice, digest_id) = 0"
        " ELSE event_id IS NULL AND num_nulls(user_id, destination_id) = 0"
        " AND (notification_id IS NOT NULL OR follow_up_id IS NULL)"
        " AND (notice IS NULL) = (num_nonnulls(notification_id, digest_id) > 0) END",
        name="about",
    ),
    CheckConstraint(
        "state IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'suppressed', 'expired', 'digested')",
        name="state",
    ),
    CheckConstraint("state <> 'digested' OR digest_id IS NOT NULL", name="digested"),
    Index("ix_deliveries_digest", "digest_id", postgresql_where=text("digest_id IS NOT NULL")),
    Index(
        "uq_deliveries_digest",
        "digest_id",
        unique=True,
        postgresql_where=text("digest_id IS NOT NULL AND notification_id IS NULL"),
    ),
    CheckConstraint("(ended_at IS NULL) = (state IN ('queued', 'sending', 'unknown'))", name="ended"),
    CheckConstraint(f"severity IN {SEVERITIES}", name="severity"),
    Index(
        "ix_deliveries_held",
        "user_id",
        postgresql_where=text("held_until IS NOT NULL AND ended_at IS NULL"),
    ),
    CheckConstraint("notice IN ('code', 'test')", name="notice"),
    Index(
        "ix_deliveries_notices",
        *("user_id", "created_at"),
        postgresql_where=text("notice IS NOT NULL"),
    ),
    Index("ix_deliveries_due", "channel", "next_at", postgresql_where=text("ended_at IS NULL")),
    Index(
        "uq_deliveries_event",
        *("event_id", "webhook_id"),
        unique=True,
        postgresql_where=text("event_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_webhook_due",
        *("webhook_id", "next_at"),
        postgresql_where=text("ended_at IS NULL AND webhook_id IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_webhook",
        *("webhook_id", "created_at", "id"),
        postgresql_where=text("webhook_id IS NOT NULL"),
    ),
    Index("ix_deliveries_created_at", "created_at", "id"),
    Index(
        "ix_deliveries_given_up",
        *("created_at", "id"),
        postgresql_where=text("state IN ('failed', 'expired')"),
    ),
)

# An attempt without an outcome is under way, or was when its process ended.
delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery_id", Uuid, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("began_at", Time, nullable=False, server_default=func.now()),
    Column("ended_at", Time),
    Column("outcome", Text),
    Column("answer", Text),
    PrimaryKeyConstraint("delivery_id", "number"),
    CheckConstraint("outcome IN ('sent', 'refused', 'put_off', 'unknown')", name="outcome"),
)

# By which the recipient of a delivery does one thing to its follow-up, once, without a log-in; of what the
# link carries only the hash. It is for one run, as long as the follow-up is its assignee's.
action_links = Table(
    "action_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("act", Text, nullable=False),
    Column(
        "delivery_id",
        Uuid,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("user_id", BigInteger, nullable=False),
    Column("follow_up_id", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("assignee_id", BigInteger, nullable=False),
    created_at_column(),
    Column("expires_at", Time, nullable=False),
    Column("used_at", Time),
    # `answer`: what an answer to the mail carries in its address.
    CheckConstraint("act IN ('complete', 'snooze', 'acknowledge', 'answer')", name="act"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
)

# As whom somebody clicks who has a destination in Slack: the member to whom messages went there.
slack_members = Table(
    "slack_members",
    metadata,
    Column(
        "destination_id",
        BigInteger,
        ForeignKey("destinations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("team_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
)

# A message in Slack about one run of a follow-up of one assignee, and what it is to say next.
slack_messages = Table(
    "slack_messages",
    metadata,
    Column("delivery_id", Uuid, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("follow_up_id", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
    Column("assignee_id", BigInteger, nullable=False),
    # How Slack calls it.
    Column("conversation", Text, nullable=False),
    Column("ts", Text, nullable=False),
    created_at_column(),
    # What came of the last click.
    Column("answer", Text),
    # What it says of its follow-up: that something can be done by it, or why nothing can.
    Column("shows", Text, nullable=False, server_default="open"),
    # When it is to be changed; while that is under way, when its lease ends. Null: nothing is new.
    Column("due_at", Time),
    # To change it, in a row; and how often there was something else to say.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("changes", Integer, nullable=False, server_default="0"),
    CheckConstraint(
        "shows IN ('open', 'completed', 'reassigned', 'restarted', 'deleted')",
        name="shows",
    ),
    Index("ix_slack_messages_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_slack_messages_created_at", "created_at"),
    Index("ix_slack_messages_follow_up_id", "follow_up_id"),
)

# By which the recipient of a mail gets no more of the same kind; of what the link carries only the hash. It
# works as long as its delivery is kept.
unsubscribe_links = Table(
    "unsubscribe_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    # A severity, or what tells of several: `digest` or `day`.
    Column("category", Text, nullable=False),
    Column(
        "delivery_id",
        Uuid,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("user_id", BigInteger, nullable=False),
    created_at_column(),
    CheckConstraint(
        "category IN ('reminder', 'overdue', 'escalated', 'breach', 'digest', 'day')", name="category"
    ),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
)

# Answers to mails: kept by the dispatcher, which reads the mailbox; the API does what they say, once.
mail_answers = Table(
    "mail_answers",
    metadata,
    id_column(),
    Column(
        "token_hash", LargeBinary, ForeignKey("action_links.token_hash", ondelete="CASCADE"), nullable=False
    ),
    # SHA-256 of its Message-ID: a mailbox that is read twice has the same answers.
    Column("mail_hash", LargeBinary, nullable=False),
    Column("sender", Text, nullable=False),
    # Until it was done; or why it is not looked at.
    Column("said", Text),
    Column("refused", Text),
    created_at_column(),
    Column("handled_at", Time),
    Column("outcome", Text),
    # What its person finds in their inbox.
    Column("told", JSONB),
    UniqueConstraint("token_hash", "mail_hash", name="uq_mail_answers_token_hash"),
    CheckConstraint("octet_length(mail_hash) = 32", name="mail_hash"),
    CheckConstraint(
        "num_nulls(said, refused) = CASE WHEN handled_at IS NULL OR refused IS NOT NULL THEN 1 ELSE 2 END",
        name="said",
    ),
    CheckConstraint("(handled_at IS NULL) = (outcome IS NULL)", name="outcome"),
    Index("ix_mail_answers_waiting", "id", postgresql_where=text("handled_at IS NULL")),
)
