"""Promise 8: a service writes only what it owns; the database refuses the rest, column by column."""

from __future__ import annotations

from datetime import timedelta

import pytest
from followup_common.db import absences as _absences  # noqa: F401 - declares its table
from followup_common.db import calendars as _calendars  # noqa: F401 - declares its tables
from followup_common.db import series as _series  # noqa: F401 - declares its table
from followup_common.db.tables import metadata
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.support.company import Company
from tests.support.handlers import acting_as

ALL = {"INSERT", "UPDATE", "DELETE"}

AUDIT_COLUMNS = ["action", "actor_id", "target", "address", "request_id", "details"]
CHOICES = {f"INSERT({c})" for c in ("name", "label", "position")} | {
    f"UPDATE({c})" for c in ("label", "position", "archived_at")
}
ABSENCE_COLUMNS = ["first_day", "last_day", "substitute_id", "note"]
CALENDAR_COLUMNS = ["name", "time_zone", "country", "subdivision", "categories"]
PEOPLES_COLUMNS = [
    *("external_id", "title", "notes", "due_at", "assignee_id", "subject_id", "completed_at"),
    *("kind", "priority", "tags", "value_amount", "value_currency"),
]
TEMPLATE_COLUMNS = sorted({*PEOPLES_COLUMNS} - {"external_id", "due_at", "completed_at"})
RULE_COLUMNS = ("rule", "starts_on", "at", "time_zone", "last_on")

# What each service may write. Everything else, on every table there is, must be refused.
POLICY_COLUMNS = ("name", "position", "draft", "draft_by", "draft_at")
HOLD_COLUMNS = (
    *("follow_up_id", "number", "kind", "user_id", "run", "step", "assignment", "until", "reason", "version"),
)
POLICY_VERSION_COLUMNS = (
    *("policy_id", "policy", "version", "conditions", "steps", "published_by"),
    *("calendar_id", "lead_seconds", "holds"),
)
SUMMED_UP = ("read_at", "summed_up", "bundle")
PLANNED = ("notification_id", "user_id", "follow_up_id", "destination_id", "channel", "next_at", "severity")
DESTINATION_COLUMNS = ("channel", "address", "verified_at")
CODE_COLUMNS = ("code_hash", "code_expires_at")
DELIVERED = ("state", "attempts", "next_at", "error", "ended_at", "held_until")
PROBLEM = ("problem", "problem_since")
ANSWER_COLUMNS = ("token_hash", "mail_hash", "sender", "said", "refused")
LINK_COLUMNS = (
    *("token_hash", "act", "delivery_id", "user_id", "follow_up_id", "run", "assignee_id", "expires_at"),
)
WEBHOOK_COLUMNS = ("url", "event_types", "secret")
HEALTH_COLUMNS = ("state", "free_at", "failures", "failing_since", "off_because", "problem", "told_at")
POSTED = ("conversation", "ts")
SAID = ("answer", "due_at", "attempts", "changes")
OWNED: dict[str, dict[str, set[str]]] = {
    "followup_escalator": {
        "sweeps": {"INSERT", "UPDATE"},
        "escalations": {"INSERT", "UPDATE"},
        "rate_windows": {"INSERT", "UPDATE"},
        "outbox": ALL,
        "slow_clock": {"INSERT", "UPDATE"},
        # What is too old to be undone or to be restored; what may be updated may be locked.
        "undoable_changes": {"DELETE", "UPDATE(changed_at)"},
        "deleted_follow_ups": {"DELETE", "UPDATE(deleted_at)"},
        "escalation_states": {"UPDATE"},
    },
    "followup_notifier": {
        "notifications": {"INSERT", *(f"UPDATE({c})" for c in SUMMED_UP)},  # those that it sums up
        "activities": {"INSERT"},
        "outbox": {"INSERT", "UPDATE"},
        "deliveries": {f"INSERT({c})" for c in PLANNED},
    },
    "followup_dispatcher": {
        "channels": {"INSERT", "UPDATE"},
        "circuits": ALL,
        "destinations": {"DELETE"}
        | {f"INSERT({c})" for c in ("user_id", "by_default", *DESTINATION_COLUMNS)}
        | {f"UPDATE({c})" for c in ("address", "state", "verified_at", "sealed", *CODE_COLUMNS, *PROBLEM)},
        "deliveries": {f"UPDATE({c})" for c in (*DELIVERED, "digest_id")}
        | {f"INSERT({c})" for c in ("digest_id", "user_id", "destination_id", "channel", "next_at")},
        "digests": {f"INSERT({c})" for c in ("user_id", "destination_id", "kind", "ends_at")},
        "delivery_attempts": {"INSERT(delivery_id)", "INSERT(number)"}
        | {f"UPDATE({c})" for c in ("ended_at", "outcome", "answer")},
        "action_links": {"DELETE"} | {f"INSERT({c})" for c in LINK_COLUMNS},
        "unsubscribe_links": {"DELETE"}
        | {f"INSERT({c})" for c in ("token_hash", "category", "delivery_id", "user_id")},
        "slack_members": {"INSERT", "UPDATE(team_id)", "UPDATE(member_id)"},
        "slack_messages": {"DELETE"}
        | {f"INSERT({c})" for c in ("delivery_id", "follow_up_id", "run", "assignee_id", *POSTED)}
        | {f"UPDATE({c})" for c in (*POSTED, *SAID, "shows")},
        "mail_answers": {f"INSERT({c})" for c in ANSWER_COLUMNS},
        # It seals secrets again with another key.
        "push_subscriptions": {"UPDATE(sealed)"},
        "webhooks": {f"UPDATE({c})" for c in (*HEALTH_COLUMNS, "secret", "previous_secret")},
    },
    "followup_api": {
        "users": {"INSERT", "UPDATE"},
        "subjects": {"INSERT", "UPDATE"},
        "subject_changes": {
            f"INSERT({c})" for c in ("subject_id", "kind", "actor_id", "changes", "merge_id")
        },
        "subject_merges": {
            f"INSERT({c})"
            for c in ("survivor_id", "merged_id", "actor_id", "changes", "number", "last_follow_up_id")
        }
        | {f"UPDATE({c})" for c in ("undone_at", "undone_by", "given_back")},
        "subject_merge_items": {"INSERT"},
        "sessions": ALL,
        "api_tokens": ALL,
        "password_links": ALL,
        "action_links": {"UPDATE(used_at)"},
        "slack_messages": {f"UPDATE({c})" for c in SAID},
        "mail_answers": {f"UPDATE({c})" for c in ("said", "handled_at", "outcome", "told")},
        "deliveries": {f"UPDATE({c})" for c in ("state", "next_at", "ended_at", "retried_at")}
        # A test of a webhook; a code or a test of a destination.
        | {f"INSERT({c})" for c in ("event_id", "webhook_id", "channel")}
        | {f"INSERT({c})" for c in ("user_id", "destination_id", "notice")},
        "destinations": {"DELETE", "UPDATE(code_tries)"}
        | {f"INSERT({c})" for c in ("user_id", "channel", "address", "sealed", "verified_at")}
        | {f"UPDATE({c})" for c in ("state", "verified_at", *CODE_COLUMNS, *PROBLEM)},
        "webhooks": {"DELETE"}
        | {f"INSERT({c})" for c in ("owner_id", *WEBHOOK_COLUMNS)}
        | {f"UPDATE({c})" for c in (*WEBHOOK_COLUMNS, *HEALTH_COLUMNS, "previous_secret", "previous_until")},
        "notification_rules": ALL,
        "notification_preferences": ALL,
        "webhook_events": {"INSERT(type)", "INSERT(data)"},
        "push_subscriptions": {"INSERT"},
        "identities": {"INSERT", "DELETE"},
        "log_in_failures": ALL,
        "idempotency_keys": ALL,
        "outbox": {"INSERT", "UPDATE"},
        "notifications": {"UPDATE(read_at)"},
        "activities": {f"INSERT({c})" for c in ("follow_up_id", "kind", "actor_id", "details")},
        "sweeps": {"INSERT(trigger)", "INSERT(requested_by)"},
        "audit_log": {f"INSERT({c})" for c in AUDIT_COLUMNS},  # never UPDATE or DELETE: it only grows
        "calendars": {f"{verb}({c})" for verb in ("INSERT", "UPDATE") for c in CALENDAR_COLUMNS}
        | {"UPDATE(archived_at)"},
        "policies": {f"{verb}({c})" for verb in ("INSERT", "UPDATE") for c in POLICY_COLUMNS}
        | {"UPDATE(archived_at)"},
        "policy_versions": {f"INSERT({c})" for c in POLICY_VERSION_COLUMNS},  # they never change
        "follow_up_kinds": CHOICES,
        "outcomes": CHOICES,
        "organisation": {"UPDATE(calendar_id)"},
        "absences": {"DELETE"}
        | {f"INSERT({c})" for c in ("user_id", "set_by", "source", *ABSENCE_COLUMNS)}
        | {f"UPDATE({c})" for c in ("ended_at", *ABSENCE_COLUMNS)},
        "hand_overs": {f"INSERT({c})" for c in ("from_user_id", "to_user_id", "actor_id", "until", "number")},
        "hand_over_items": {"INSERT"},
        "calendar_hours": ALL,
        "calendar_days": ALL,
        "saved_views": {"DELETE"}
        | {f"INSERT({c})" for c in ("owner_id", "name", "shared", "filters")}
        | {f"UPDATE({c})" for c in ("name", "shared", "filters")},
        "sequences": {"DELETE", "INSERT(created_by)"}
        | {f"{verb}({c})" for verb in ("INSERT", "UPDATE") for c in ("name", "steps", "stops_on")},
        "enrolments": {f"INSERT({c})" for c in ("sequence_id", "name", "steps", "stops_on", "created_by")}
        | {f"{verb}({c})" for verb in ("INSERT", "UPDATE") for c in ("subject_id", "assignee_id")}
        | {f"UPDATE({c})" for c in ("ended_at", "ended_because", "ended_by")},
        "enrolment_steps": {"DELETE", *(f"INSERT({c})" for c in ("enrolment_id", "step", "follow_up_id"))},
        "calendar_feeds": {"DELETE"}
        | {f"INSERT({c})" for c in ("user_id", "name", "whose", "alarm_minutes", "token_hash")}
        | {f"UPDATE({c})" for c in ("token_hash", "last_read_at")},
        "comments": {f"INSERT({c})" for c in ("follow_up_id", "number", "author_id", "body")}
        | {f"UPDATE({c})" for c in ("body", "edited_at", "deleted_at", "deleted_by")},
        # Which tell by a trigger.
        "comment_recipients": {f"INSERT({c})" for c in ("comment_id", "user_id", "mentioned")}
        | {"UPDATE(mentioned)"},
        "holds": {f"INSERT({column})" for column in HOLD_COLUMNS}
        | {f"UPDATE({column})" for column in ("ended_at", "ended_by", "end_reason", "ended_version")},
        "follow_ups": {"DELETE", "UPDATE(outcome)", "UPDATE(hold_changes)"}
        | {
            f"{verb}({c})"
            for verb in ("INSERT", "UPDATE")
            for c in (*PEOPLES_COLUMNS, "series_id", "occurs_on")
        },
        "series": {
            f"{verb}({c})" for verb in ("INSERT", "UPDATE") for c in (*TEMPLATE_COLUMNS, *RULE_COLUMNS)
        }
        | {"INSERT(created_by)", *(f"UPDATE({c})" for c in ("made", "missed", "ended_at", "ended_by"))},
    },
}


def granted(company: Company, role: str, table: str) -> set[str]:
    """What a role may write to a table, as PostgreSQL itself says."""
    found = set()
    for verb in ("INSERT", "UPDATE", "DELETE"):
        if company.tx.execute(
            text("SELECT has_table_privilege(:role, :table, :verb)"),
            {"role": role, "table": table, "verb": verb},
        ).scalar():
            found.add(verb)
        elif verb != "DELETE":
            found |= {
                f"{verb}({column.name})"
                for column in metadata.tables[table].columns
                if company.tx.execute(
                    text("SELECT has_column_privilege(:role, :table, :column, :verb)"),
                    {"role": role, "table": table, "column": column.name, "verb": verb},
                ).scalar()
            }
    return found


@pytest.mark.parametrize("role", OWNED)
def test_a_role_may_write_exactly_what_its_service_owns(company: Company, role: str) -> None:
    for table in metadata.tables:
        assert granted(company, role, table) == OWNED[role].get(table, set()), f"{role} on {table}"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("followup_escalator", "UPDATE follow_ups SET completed_at = now()"),
        ("followup_escalator", "INSERT INTO notifications (user_id) VALUES (1)"),
        ("followup_notifier", "UPDATE escalation_states SET step = 0"),
        ("followup_notifier", "UPDATE escalations SET status = 'skipped'"),
        ("followup_notifier", "DELETE FROM outbox"),
        ("followup_escalator", "SELECT title FROM follow_ups"),
        ("followup_escalator", "INSERT INTO escalation_states (follow_up_id) VALUES (1)"),
        ("followup_escalator", "SELECT escalation_states_hold(ARRAY[1])"),
        ("followup_notifier", "SELECT escalation_states_hold_free(ARRAY[1])"),
        ("followup_notifier", "SELECT FROM escalation_states FOR SHARE"),
        ("followup_api", "SELECT escalation_states_move(ARRAY[1], ARRAY[1], true)"),
        ("followup_api", "SELECT policies_move_open(1, 1, 0, 10)"),
        ("followup_escalator", "SELECT calendar_work_out(1, '2026-01-01', '2026-12-31')"),
        ("followup_notifier", "SELECT calendars_move_horizon(731)"),
        ("followup_api", "SELECT calendars_refresh_holidays(1, 1, '{}', '{}', '2029-01-01')"),
        ("followup_api", "INSERT INTO organisation DEFAULT VALUES"),
        ("followup_escalator", "UPDATE organisation SET calendar_id = NULL"),
        ("followup_api", "UPDATE escalation_states SET step = 0"),
        ("followup_api", "UPDATE escalation_states SET wake_at = NULL"),
        ("followup_api", "INSERT INTO escalation_states (follow_up_id) VALUES (1)"),
        ("followup_api", "DELETE FROM escalation_states"),
        ("followup_api", "SELECT FROM escalation_states FOR SHARE"),
        ("followup_api", "SELECT escalation_states_hold(ARRAY[1])"),
        ("followup_api", "UPDATE follow_ups SET version = 1, moved = 0"),
        ("followup_api", "INSERT INTO undoable_changes (follow_up_id) VALUES (1)"),
        ("followup_api", "SELECT was FROM undoable_changes"),
        ("followup_notifier", "SELECT follow_ups_undo(ARRAY[1], 1)"),
        ("followup_api", "SELECT history FROM deleted_follow_ups"),
        ("followup_api", "DELETE FROM deleted_follow_ups"),
        ("followup_api", "SELECT rows_put_back('notifications', '[{\"id\": 1}]')"),
        ("followup_escalator", "SELECT follow_ups_restore(1)"),
        ("followup_api", "INSERT INTO notifications (user_id) VALUES (1)"),
        ("followup_api", "UPDATE policy_versions SET version = 9"),
        ("followup_api", "UPDATE audit_log SET action = 'nothing happened'"),
        ("followup_api", "DELETE FROM audit_log"),
        ("followup_dispatcher", "UPDATE notifications SET read_at = now()"),
        ("followup_dispatcher", "UPDATE outbox SET handled_at = now()"),
        ("followup_dispatcher", "SELECT password_hash FROM users"),
        ("followup_dispatcher", "SELECT notes FROM follow_ups"),
        ("followup_dispatcher", "SELECT token_hash FROM sessions"),
        ("followup_api", "TRUNCATE audit_log"),
        ("followup_api", "DELETE FROM calendars"),
        ("followup_api", "UPDATE calendars SET version = 9"),
        ("followup_api", "DELETE FROM calendar_spans"),
        ("followup_escalator", "UPDATE calendars SET name = 'Mine'"),
        ("followup_notifier", "SELECT calendar_work_out(1, '2026-01-01', '2026-12-31')"),
        ("followup_api", "UPDATE subject_changes SET kind = 'imported'"),
        ("followup_api", "DELETE FROM subject_changes"),
        ("followup_api", "INSERT INTO audit_log (action, at) VALUES ('user.created', 'epoch')"),
    ],
)
def test_what_it_does_not_own_is_refused(company: Company, role: str, statement: str) -> None:
    company.follow_up(company.person("Eve"), overdue=timedelta(hours=-1))
    with pytest.raises(ProgrammingError) as refused, acting_as(company.tx, role):
        company.tx.execute(text(statement))
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)


def test_frozen_policies_refuse_even_their_owner(company: Company) -> None:
    with pytest.raises(Exception, match="policy versions never change"):
        company.tx.execute(text("UPDATE policy_versions SET version = 9"))


def test_what_works_with_the_owners_rights_is_not_for_everyone(company: Company) -> None:
    """Or a service would put a trigger function of the owner on a table of its own."""
    public = text("""
        SELECT p.proname
        FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND acl.grantee = 0
    """)
    assert company.tx.execute(public).scalars().all() == []


def test_no_service_deletes_history_by_a_trigger_of_its_own(company: Company) -> None:
    with acting_as(company.tx, "followup_notifier"):
        company.tx.execute(text("CREATE TEMP TABLE own (id bigint)"))
        with pytest.raises(ProgrammingError) as refused, company.tx.begin_nested():
            company.tx.execute(
                text(
                    "CREATE TRIGGER own AFTER DELETE ON own REFERENCING OLD TABLE AS deleted "
                    "FOR EACH STATEMENT EXECUTE FUNCTION follow_ups_delete_dependents()"
                )
            )
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege)
