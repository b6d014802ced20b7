"""A company of 2,000 people after a year: a million follow-ups, two million notifications, set by set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from followup_api.auth.secrets import new_api_token
from followup_api.tokens.queries import add_token
from sqlalchemy import Connection, create_engine, text

FOLLOW_UPS = 1_000_000
PEOPLE = 2_000
ADMIN, DIRECTOR = 1, 2

# Two directors below the admin, eight people below each of their managers: half of the company each.
MAKE_PEOPLE = """
    INSERT INTO users (email, name, role, manager_id)
    SELECT 'person' || i || '@example.com', 'Person ' || i,
           CASE WHEN i = 1 THEN 'admin' WHEN i <= 3 + (:people - 3) / 8 THEN 'manager' ELSE 'employee' END,
           CASE WHEN i = 1 THEN NULL WHEN i <= 3 THEN 1 ELSE 2 + (i - 4) / 8 END
    FROM generate_series(1, :people) i
"""
MAKE_SUBJECTS = """
    INSERT INTO subjects (kind, external_id, name)
    SELECT CASE WHEN i % 2 = 0 THEN 'lead' ELSE 'client' END, 'C-' || i, 'Company ' || i
    FROM generate_series(1, :people * 10) i
"""
# Half of it is completed, a third is late, and a sixth is still to come. About one of a thousand is a visit,
# four are of low priority, one is worth much, one of 2,500 is tagged as a key account, and of one of 1,000 a
# meeting came. One of 101 is about nobody, one of 23 was put off, up to five times. The last change was at
# any time since it was planned. None of it depends on how late something is.
MAKE_FOLLOW_UPS = """
    INSERT INTO follow_ups (external_id, title, notes, due_at, assignee_id, subject_id, created_at,
                            updated_at, completed_at, outcome, kind, priority, tags, value_amount,
                            value_currency, moved, first_due_at)
    SELECT external_id, title, 'Ask how the trial went.', due_at, assignee_id,
           CASE WHEN i % 101 <> 7 THEN subject_id END,
           due_at - interval '20 days',
           now() - i * 1009 % 100003 * 1e-5 * (now() - least(due_at, now()) + interval '20 days'),
           CASE WHEN i % 6 < 3 THEN due_at + (random() ^ 4 * 8 - 1) * interval '1 day' END,
           CASE WHEN i % 1002 = 2 THEN 'meeting set' WHEN i % 6 < 2 THEN 'done'
                WHEN i % 6 < 3 THEN 'reached' END,
           CASE WHEN i % 1001 = 4 THEN 'visit' WHEN i % 5 = 4 THEN 'call' ELSE 'task' END,
           CASE WHEN i % 251 = 1 THEN 'low' WHEN i % 11 = 1 THEN 'high' ELSE 'normal' END,
           CASE WHEN i % 2501 = 2 THEN '{key account}'::text[] WHEN i % 19 = 2 THEN '{vip}' ELSE '{}' END,
           CASE WHEN i % 1003 = 3 THEN 250000 WHEN i % 7 < 2 THEN i % 5000 END,
           CASE WHEN i % 1003 = 3 THEN 'CHF' WHEN i % 7 < 2 THEN 'EUR' END,
           CASE WHEN i % 23 = 3 THEN 1 + i % 5 ELSE 0 END,
           CASE WHEN i % 23 = 3 THEN due_at - interval '5 days' END
    FROM (
        SELECT i, 'deal-' || i AS external_id, 'Call about contract ' || i AS title,
               1 + (random() * (:people - 1))::int AS assignee_id,
               1 + (random() * (:people * 10 - 1))::int AS subject_id,
               CASE i % 6
                   WHEN 5 THEN now() + random() ^ 2 * interval '60 days'
                   ELSE now() - interval '8 days' * (i % 6 < 3)::int
                              - random() * interval '350 days' END AS due_at
        FROM generate_series(1, :follow_ups) i
    ) planned
"""
# A policy of last year, on whose version one of 499 still is.
MAKE_POLICY = """
    INSERT INTO policies (name, archived_at) VALUES ('Of last year', now())
"""
MAKE_VERSION = """
    INSERT INTO policy_versions (policy_id, policy, version, conditions, steps, lead_seconds)
    SELECT policies.id, policies.name, 1, v.conditions, v.steps, v.lead_seconds
    FROM policies, policy_versions v WHERE policies.name = 'Of last year' AND v.id = 1
"""
# Most of what is late has been for long: it is at the last step.
MAKE_STATES = """
    INSERT INTO escalation_states (follow_up_id, run, last_run, policy_version_id, anchor_at, step, severity,
                                   assignee_id, is_open, wake_at)
    SELECT id, 1, 1, CASE WHEN id % 499 = 4 THEN 2 ELSE 1 END, due_at, step,
           (ARRAY['overdue', 'escalated', 'breach'])[step], assignee_id, is_open,
           CASE WHEN is_open THEN due_at + (ARRAY[0, 48, 96])[step + 1] * interval '1 hour' END
    FROM (
        SELECT *,
               CASE WHEN late < interval '0' THEN 0 WHEN late < interval '48 hours' THEN 1
                    WHEN late < interval '96 hours' THEN 2 ELSE 3 END AS step
        FROM (SELECT *, COALESCE(completed_at, now()) - due_at AS late FROM follow_ups) timed
    ) placed
"""
MAKE_TEXTS = """
    INSERT INTO follow_up_texts (follow_up_id, text)
    SELECT id, searchable(
        concat_ws(E'\\n', title, notes, external_id, nullif(array_to_string(tags, E'\\n'), ''))
    )
    FROM follow_ups
"""
MAKE_ESCALATIONS = """
    INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity, raised_at, ended_at)
    SELECT f.id, 1, taken.step, 1, (ARRAY['overdue', 'escalated', 'breach'])[taken.step],
           f.due_at + (ARRAY[0, 48, 96])[taken.step] * interval '1 hour',
           CASE WHEN taken.step < s.step THEN f.due_at + (ARRAY[48, 96])[taken.step] * interval '1 hour'
                ELSE f.completed_at END
    FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id,
         generate_series(1, s.step) taken (step)
    ORDER BY 6
"""
MAKE_ACTIVITIES = """
    INSERT INTO activities (follow_up_id, kind, actor_id, details, created_at)
    SELECT id, 'created', assignee_id, jsonb_build_object('assignee_id', assignee_id, 'due_at', due_at),
           created_at
    FROM follow_ups
    UNION ALL
    SELECT id, 'completed', assignee_id, '{}', completed_at FROM follow_ups WHERE NOT is_open
"""
# Two about each follow-up; the last month's are unread for one in three.
MAKE_NOTIFICATIONS = """
    INSERT INTO notifications (user_id, follow_up_id, run, step, policy_version_id, due_at, audience,
                               created_at, read_at)
    SELECT CASE step WHEN 1 THEN f.assignee_id ELSE COALESCE(u.manager_id, u.id) END, f.id, 1, step, 1,
           f.due_at, CASE step WHEN 1 THEN 'assignee' ELSE 'manager' END, f.due_at + step * interval '1 hour',
           CASE WHEN f.due_at < now() - interval '30 days' OR f.id % 3 > 0
                THEN f.due_at + interval '1 day' END
    FROM follow_ups f JOIN users u ON u.id = f.assignee_id, generate_series(1, 2) step
    ORDER BY f.due_at
"""


@dataclass(frozen=True)
class Company:
    """Who asks.

    Args:
        tokens: API tokens of an employee, a manager of half of the company, and an admin, by these names.
        last_follow_up: id of the newest one.
    """

    tokens: dict[str, str]
    last_follow_up: int


def make_company(database_url: str, follow_ups: int = FOLLOW_UPS, people: int = PEOPLE) -> Company:
    """Fill an empty, migrated database; the URL is a superuser's."""
    engine = create_engine(database_url)
    with engine.begin() as tx:
        # As rows of a backup would come: what triggers and foreign keys would do has been done.
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text("SELECT setseed(0.5)"))
        for statement in _statements():
            tx.execute(text(statement), {"people": people, "follow_ups": follow_ups})
        company = Company(_tokens(tx, people), follow_ups)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
    return company


def _statements() -> Iterator[str]:
    yield from (MAKE_PEOPLE, MAKE_SUBJECTS, MAKE_POLICY, MAKE_VERSION)
    yield from (MAKE_FOLLOW_UPS, MAKE_STATES, MAKE_TEXTS)
    yield from (MAKE_ESCALATIONS, MAKE_ACTIVITIES, MAKE_NOTIFICATIONS)


def _tokens(tx: Connection, people: int) -> dict[str, str]:
    tokens = {}
    for name, user_id in (("employee", people), ("manager", DIRECTOR), ("admin", ADMIN)):
        token = new_api_token()
        add_token(tx, user_id, "benchmark", token)
        tokens[name] = token.token
    return tokens
