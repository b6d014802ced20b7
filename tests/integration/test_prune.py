"""Pruning: what is old and no longer current goes, everything else stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from followup_common.db.prune import GROWING, ClocksDiffer, prune
from sqlalchemy import Engine, create_engine, text

MONTH = timedelta(days=30)
NOT_HERE = ("deliveries", "digests", "webhook_events", "hand_over_items", "subject_merge_items")
"""What else is pruned, of which these tests have none."""

# A hundred follow-ups, one every day, each told of once: of each ten, one was completed a week later, one
# has a later due time, and eight are open as they were.
FILL = """
    INSERT INTO users (email, name) VALUES ('eve@example.com', 'Eve');
    INSERT INTO follow_ups (title, due_at, assignee_id)
        SELECT 'Call ' || i, now() - interval '1 day' * i, 1 FROM generate_series(1, 100) i;
    INSERT INTO notifications
            (follow_up_id, run, step, policy_version_id, due_at, user_id, audience, created_at)
        SELECT id, 1, 1, 1, due_at, 1, 'assignee', due_at FROM follow_ups;
    INSERT INTO activities (kind, follow_up_id, run, step, repeat, created_at)
        SELECT 'escalated', id, 1, 1, 0, due_at FROM follow_ups;
    INSERT INTO activities (kind, follow_up_id, created_at)
        SELECT 'created', id, due_at FROM follow_ups;
    INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity, raised_at)
        SELECT id, 1, 1, 1, 'overdue', due_at FROM follow_ups;
    INSERT INTO comments (follow_up_id, number, author_id, body, created_at)
        SELECT id, 1, 1, 'Hm.', due_at FROM follow_ups;
    UPDATE follow_ups SET completed_at = due_at + interval '7 days' WHERE id % 10 = 1;
    UPDATE follow_ups SET due_at = now() + interval '1 day' WHERE id % 10 = 2;
"""

# Two follow-ups each: for good and long ago, back long ago, not back yet, and just now.
HAND_OVERS = """
    INSERT INTO users (email, name) VALUES ('ben@example.com', 'Ben');
    INSERT INTO hand_overs (id, from_user_id, to_user_id, actor_id, until, number, created_at, ended_at)
    OVERRIDING SYSTEM VALUE VALUES
        (1, 1, 2, 1, NULL, 2, now() - interval '31 days', NULL),
        (2, 1, 2, 1, current_date - 40, 2, now() - interval '50 days', now() - interval '39 days'),
        (3, 1, 2, 1, current_date + 9, 2, now() - interval '31 days', NULL),
        (4, 1, 2, 1, NULL, 2, now() - interval '29 days', NULL);
    INSERT INTO hand_over_items (hand_over_id, follow_up_id, version, assignment)
        SELECT h.id, f, 1, 1 FROM hand_overs h, generate_series(1, 2) f;
"""


# Of each age one that is done, with its attempt, and one that is not.
DELIVERIES = """
    INSERT INTO deliveries (notification_id, user_id, destination_id, channel, state, created_at, ended_at)
        SELECT days * 2 + is_done, 1, 1, 'email', CASE is_done WHEN 1 THEN 'sent' ELSE 'queued' END,
            now() - interval '1 day' * days, CASE is_done WHEN 1 THEN now() END
        FROM unnest(ARRAY[29, 31, 60]) days, generate_series(0, 1) is_done;
    INSERT INTO delivery_attempts (delivery_id, number) SELECT id, 1 FROM deliveries;
"""


WEBHOOKS = """
    INSERT INTO webhooks (url, event_types, owner_id, secret)
        SELECT 'https://93.184.215.14/', '{young,old,old and still to be sent}', min(id), '' FROM users,
            generate_series(1, 2) GROUP BY generate_series;
    INSERT INTO webhook_events (type, data, created_at) VALUES
        ('young', '{}', now() - interval '29 days'), ('old', '{}', now() - interval '31 days'),
        ('old and still to be sent', '{}', now() - interval '31 days');
    UPDATE deliveries d SET created_at = e.created_at FROM webhook_events e WHERE e.id = d.event_id;
    UPDATE deliveries d SET state = 'sent', ended_at = now() FROM webhook_events e
        WHERE e.id = d.event_id AND e.type IN ('young', 'old');
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    with engine.begin() as tx:
        tx.execute(text(FILL))
    yield engine
    engine.dispose()


def counts(engine: Engine, what: str) -> dict[str, int]:
    with engine.begin() as tx:
        return {
            table: tx.execute(
                text(
                    f"SELECT count(*) FROM {table} t JOIN follow_ups f ON f.id = t.follow_up_id WHERE {what}"
                )
            ).scalar_one()
            for table in GROWING
        }


def test_what_sums_up_others_goes_with_the_last_of_them(database_url: str, engine: Engine) -> None:
    """Two of them: of one that was completed is nothing left, of the other what is still open."""
    with engine.begin() as tx:
        tx.execute(
            text("""
                UPDATE notifications SET bundle = follow_up_id % 10, summed_up = true, read_at = now()
                WHERE follow_up_id > 38 AND follow_up_id % 10 IN (1, 3);
            """)
        )
        tx.execute(
            text("""
                INSERT INTO notifications (user_id, audience, summary_of, created_at)
                SELECT 1, 'bundle', bundle, max(created_at) FROM notifications
                WHERE bundle IS NOT NULL GROUP BY bundle
            """)
        )
    prune(database_url, MONTH)
    with engine.begin() as tx:
        left = tx.execute(text("SELECT summary_of FROM notifications WHERE audience = 'bundle'"))
        assert left.scalars().all() == [3]


def test_what_is_old_and_no_longer_current_goes(database_url: str, engine: Engine) -> None:
    young, as_they_were = "f.id <= 29", "f.id % 10 NOT IN (1, 2)"
    before = [counts(engine, young), counts(engine, as_they_were)]
    seen: dict[str, int] = {}
    deleted = prune(database_url, MONTH, lambda table, _, count: seen.update({table: count}))
    assert [counts(engine, young), counts(engine, as_they_were)] == before
    # Told 31 days ago and completed 24 days ago: its history is kept for a month from then.
    assert counts(engine, "f.id = 31") == {
        "notifications": 1,
        "activities": 2,
        "escalations": 1,
        "comments": 1,
    }
    assert counts(engine, "f.id > 38 AND f.id % 10 = 1") == dict.fromkeys(GROWING, 0)
    # What a person did or said belongs to no due time, and stays with an open follow-up.
    others = {"notifications": 0, "activities": 7, "escalations": 0, "comments": 7}
    assert counts(engine, "f.id > 30 AND f.id % 10 = 2") == others
    assert {**seen, **dict.fromkeys(NOT_HERE, 0)} == deleted


def test_pruning_again_finds_nothing(database_url: str, engine: Engine) -> None:
    prune(database_url, MONTH)
    assert prune(database_url, MONTH) == dict.fromkeys((*GROWING, *NOT_HERE), 0)


def test_which_follow_ups_went_is_kept_for_as_long_as_they_can_go_back(
    database_url: str, engine: Engine
) -> None:
    with engine.begin() as tx:
        tx.execute(text(HAND_OVERS))
    assert prune(database_url, MONTH)["hand_over_items"] == 4
    with engine.begin() as tx:
        left = (
            tx.execute(text("SELECT DISTINCT hand_over_id FROM hand_over_items ORDER BY 1")).scalars().all()
        )
        assert left == [3, 4]
        assert tx.execute(text("SELECT sum(number) FROM hand_overs")).scalar_one() == 8


def test_deliveries_go_with_their_attempts_once_they_are_done_and_old(
    database_url: str, engine: Engine
) -> None:
    with engine.begin() as tx:
        tx.execute(text(DELIVERIES))
    assert prune(database_url, MONTH)["deliveries"] == 2
    with engine.begin() as tx:
        left = "SELECT extract(day FROM now() - created_at), state FROM deliveries ORDER BY 1, 2"
        assert tx.execute(text(left)).all() == [
            *((29, "queued"), (29, "sent"), (31, "queued"), (60, "queued")),
        ]
        assert tx.execute(text("SELECT count(*) FROM delivery_attempts")).scalar_one() == 4


def test_what_webhooks_were_told_goes_with_the_last_delivery_of_it(database_url: str, engine: Engine) -> None:
    with engine.begin() as tx:
        tx.execute(text(WEBHOOKS))
    deleted = prune(database_url, MONTH)
    assert (deleted["deliveries"], deleted["webhook_events"]) == (2, 1)
    with engine.begin() as tx:
        left = "SELECT type FROM webhook_events ORDER BY type"
        assert tx.execute(text(left)).scalars().all() == ["old and still to be sent", "young"]


@pytest.mark.parametrize("off", [timedelta(days=3), timedelta(days=-3)])
def test_nothing_is_deleted_by_a_clock_that_is_days_off(
    database_url: str, engine: Engine, off: timedelta
) -> None:
    everything = counts(engine, "true")
    with pytest.raises(ClocksDiffer, match="nothing was deleted"):
        prune(database_url, MONTH, own_clock=lambda: datetime.now(UTC) - off)
    assert counts(engine, "true") == everything


def test_what_was_written_by_a_clock_ahead_is_deleted_when_its_time_has_come(
    database_url: str, engine: Engine
) -> None:
    """Fifty years ahead: it would stay for fifty years otherwise."""
    with engine.begin() as tx:
        for table, age in GROWING.items():
            tx.execute(text(f"UPDATE {table} SET {age} = now() + interval '50 years' WHERE follow_up_id = 1"))
    prune(database_url, MONTH)
    with engine.begin() as tx:
        for table, age in GROWING.items():
            ahead = text(f"SELECT count(*) FROM {table} WHERE {age} > now()")
            assert tx.execute(ahead).scalar_one() == 0, table


@pytest.mark.parametrize("table", GROWING)
def test_a_window_is_found_by_its_age(engine: Engine, table: str) -> None:
    with engine.begin() as tx:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        plan = tx.execute(
            text(
                f"EXPLAIN SELECT FROM {table} WHERE {GROWING[table]} BETWEEN now() - interval '1 h' AND now()"
            )
        ).scalars()
        assert f"ix_{table}_{GROWING[table]}" in "\n".join(plan)
