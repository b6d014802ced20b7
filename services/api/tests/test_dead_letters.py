"""What operators do with events that were given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from followup_common.contracts import FollowUpReassigned, OutboxTick
from followup_common.messaging import outbox
from httpx import Response

from tests.support.pipeline import Pipeline

from .companies import Company
from .conftest import World

DEAD = "/ops/dead-letters"
REASSIGNED = FollowUpReassigned.type


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def fail(company: Company, reason: str = "ValueError: no", subject_id: int = 1) -> str:
    """Give an event up, as a consumer does; returns its id."""
    event = FollowUpReassigned(
        follow_up_id=subject_id, assignee_id=company.amir.id, assignment=1, actor_id=None
    )
    with company.world.engine.begin() as tx:
        [stored] = outbox.store(tx, [event], source="followup/api")
        outbox.mark_failed(tx, stored.id, reason)
    return str(stored.id)


def junk(company: Company, body: bytes = b"\x00\xff{") -> str:
    """Keep a message that nobody can read; returns the dead letter's id."""
    with company.world.engine.begin() as tx:
        outbox.store_unreadable(tx, body, queue="notifier", error="JSONDecodeError: no")
    [row] = company.world.execute("SELECT id FROM outbox WHERE type = 'unreadable' ORDER BY id DESC LIMIT 1")
    return str(row.id)


def row_of(company: Company, event_id: str) -> Any:
    [row] = company.world.execute("SELECT *, now() AS now FROM outbox WHERE id = :id", id=UUID(event_id))
    return row


def act(company: Company, path: str, **body: Any) -> Response:
    return company.ask(company.ada, "POST", f"{DEAD}/{path}", json=body or None)


def ids(company: Company, **query: Any) -> list[str]:
    return [entry["id"] for entry in company.get(company.ada, DEAD, **query)["items"]]


def newest(company: Company) -> str:
    """When the dead letter failed that failed last."""
    return str(company.get(company.ada, DEAD)["items"][0]["last_failed_at"])


def audited(company: Company) -> list[tuple[str, str | None, dict[str, Any]]]:
    entries = company.get(company.ada, "/ops/audit-log")["items"]
    return [
        (entry["action"], entry["target"], entry["details"])
        for entry in entries
        if entry["action"].startswith("dead-letters.")
    ]


def test_dead_letters_are_listed_latest_failure_first_and_filtered(company: Company) -> None:
    first, second, third = fail(company), fail(company, "KeyError: 100%", 77), junk(company)
    assert ids(company) == [third, second, first]
    assert ids(company, type=REASSIGNED) == [second, first]
    assert ids(company, q="100%") == [second]
    assert ids(company, q="ups/77") == [second]
    page = company.get(company.ada, DEAD, limit=2)
    assert ids(company, limit=2, cursor=page["next_cursor"]) == [first]


def test_one_dead_letter_says_what_it_carries_and_why_it_failed(company: Company) -> None:
    event_id = fail(company, "ValueError: no")
    shown = company.get(company.ada, f"{DEAD}/{event_id}")
    assert (shown["type"], shown["reason"], shown["attempts"]) == (REASSIGNED, "ValueError: no", 1)
    assert shown["payload"]["assignee_id"] == company.amir.id
    assert shown["first_failed_at"] == shown["last_failed_at"]
    assert (shown["replayable"], shown["not_replayable_because"]) == (True, None)
    unreadable = company.get(company.ada, f"{DEAD}/{junk(company)}")
    assert unreadable["replayable"] is False
    assert unreadable["payload"]["bytes"] == 3


def test_what_is_not_dead_cannot_be_seen_or_acted_upon(company: Company) -> None:
    with company.world.engine.begin() as tx:
        event = FollowUpReassigned(follow_up_id=1, assignee_id=1, assignment=1, actor_id=None)
        [waiting, handled] = outbox.store(tx, [event, event], source="followup/api")
        outbox.mark_failed(tx, handled.id, "no")
        outbox.claim(tx, handled)
    for event_id in (waiting.id, handled.id, uuid4()):
        assert company.ask(company.ada, "GET", f"{DEAD}/{event_id}").status_code == 404
        assert act(company, f"{event_id}/replay").status_code == 404
        assert act(company, f"{event_id}/discard", note="x").status_code == 404
    assert audited(company) == []


def test_a_replay_is_published_at_once_and_left_to_the_redrive_too(company: Company) -> None:
    event_id = fail(company)
    company.world.execute("UPDATE outbox SET attempts = 20")
    assert act(company, f"{event_id}/replay").status_code == 204
    assert [str(envelope.id) for envelope in company.world.publisher.published] == [event_id]
    row = row_of(company, event_id)
    assert (row.failed_at, row.attempts) == (None, 0)
    assert row.now < row.available_at <= row.now + timedelta(seconds=60)
    assert row.first_failed_at is not None
    assert act(company, f"{event_id}/replay").status_code == 404
    assert audited(company) == [("dead-letters.replayed", f"dead-letters/{event_id}", {"type": REASSIGNED})]


@pytest.mark.parametrize("change", ["type = 'followup.from-the-future.v9'", "payload = '{}'"])
def test_what_can_never_be_handled_cannot_be_replayed(company: Company, change: str) -> None:
    event_id = fail(company)
    company.world.execute(f"UPDATE outbox SET {change}")
    answer = act(company, f"{event_id}/replay")
    assert answer.status_code == 409
    assert "cannot be replayed" in answer.json()["detail"]
    assert row_of(company, event_id).failed_at is not None


def test_an_unreadable_message_can_only_be_discarded(company: Company) -> None:
    event_id = junk(company)
    answer = act(company, f"{event_id}/replay")
    assert answer.status_code == 409
    assert "JSONDecodeError" in answer.json()["detail"]
    assert act(company, "replay", type="unreadable").status_code == 409
    assert act(company, f"{event_id}/discard", note="a port scan").status_code == 204
    assert ids(company) == []


def test_a_discarded_event_is_neither_sent_again_nor_handled_and_age_prunes_it(company: Company) -> None:
    event_id = fail(company)
    assert act(company, f"{event_id}/discard", note="told by phone").status_code == 204
    row = row_of(company, event_id)
    assert (row.note, row.discarded_at) == ("told by phone", row.handled_at)
    company.world.execute("UPDATE outbox SET available_at = now() - interval '1 day'")
    with company.world.engine.begin() as tx:
        assert outbox.redrive(tx) == []
        assert outbox.waiting(tx, row.id) is None
        assert outbox.mark_failed(tx, row.id, "late") is False
        assert outbox.prune(tx, older_than=timedelta(days=7)) == 0
    company.world.execute(
        "UPDATE outbox SET handled_at = now() - interval '8 days',"
        " id = overlay(id::text PLACING '0180' FROM 1 FOR 4)::uuid"
    )
    with company.world.engine.begin() as tx:
        assert outbox.prune(tx, older_than=timedelta(days=7)) == 1
    [(action, target, details)] = audited(company)
    assert (action, target) == ("dead-letters.discarded", f"dead-letters/{event_id}")
    assert details["note"] == "told by phone"


@pytest.mark.parametrize("note", ["", "  ", None, "x" * 1_001, "\x00"])
def test_a_discard_needs_a_note(company: Company, note: str | None) -> None:
    event_id = fail(company)
    assert act(company, f"{event_id}/discard", note=note).status_code == 422
    assert ids(company) == [event_id]


def test_many_are_replayed_by_type_oldest_first(company: Company) -> None:
    event_ids = [fail(company, subject_id=number) for number in range(1, 5)]
    other = junk(company)
    answer = act(company, "replay", type=REASSIGNED, limit=3)
    assert answer.json() == {"done": 3, "refused": 0, "reason": None, "left": 1}
    assert [str(envelope.id) for envelope in company.world.publisher.published] == event_ids[:3]
    assert ids(company) == [other, event_ids[3]]
    [(action, _, details)] = audited(company)
    assert (action, details["ids"]) == ("dead-letters.replayed", event_ids[:3])


def test_a_bulk_replay_leaves_what_is_beyond_help_and_says_why(company: Company) -> None:
    bad, good = fail(company), fail(company)
    company.world.execute("UPDATE outbox SET payload = '{}' WHERE id = :id", id=UUID(bad))
    result = act(company, "replay", type=REASSIGNED).json()
    assert (result["done"], result["refused"], result["left"]) == (1, 1, 1)
    assert "follow_up_id" in result["reason"]
    assert row_of(company, good).failed_at is None


def test_many_are_discarded_by_type(company: Company) -> None:
    for _ in range(3):
        junk(company)
    kept = fail(company)
    every = {"type": "unreadable", "up_to": newest(company), "note": "a port scan"}
    result = act(company, "discard", **every, limit=2).json()
    assert (result["done"], result["left"]) == (2, 1)
    assert act(company, "discard", **every).json()["left"] == 0
    assert ids(company) == [kept]
    assert len(audited(company)) == 2
    assert act(company, "discard", **every).json()["done"] == 0
    assert len(audited(company)) == 2


def test_what_failed_after_one_looked_is_not_discarded(company: Company) -> None:
    seen = [junk(company), junk(company)]
    up_to = newest(company)
    later = junk(company)
    result = act(company, "discard", type="unreadable", up_to=up_to, note="a port scan").json()
    assert (result["done"], result["left"]) == (2, 1)
    assert ids(company) == [later]
    assert audited(company)[0][2]["ids"] == seen


@pytest.mark.parametrize("up_to", [None, 1, "yesterday", "2026-03-31T09:00:00"])
def test_a_bulk_discard_says_what_one_has_seen(company: Company, up_to: Any) -> None:
    event_id = junk(company)
    sent = {} if up_to is None else {"up_to": up_to}
    answer = act(company, "discard", type="unreadable", note="a port scan", **sent)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "up_to")
    assert ids(company) == [event_id]


def test_two_operators_at_once_do_it_once(company: Company) -> None:
    event_id = fail(company)
    with company.world.engine.begin() as tx:
        tx.exec_driver_sql("SELECT FROM outbox FOR UPDATE")
        assert act(company, "replay", type=REASSIGNED).json()["done"] == 0
    assert act(company, f"{event_id}/replay").status_code == 204
    assert len(company.world.publisher.published) == 1


def test_only_admins_operate(company: Company) -> None:
    event_id = fail(company)
    for person in (company.dana, company.amir):
        assert company.ask(person, "GET", DEAD).status_code == 403
        assert company.ask(person, "POST", f"{DEAD}/{event_id}/replay").status_code == 403
        assert company.ask(person, "GET", "/ops/audit-log").status_code == 403
    assert ids(company) == [event_id]


def escalate_with_a_cause_of_failure(company: Company, pipeline: Pipeline) -> tuple[int, int, str]:
    """A sweep whose one escalation the database refuses; returns follow-up, sweep and dead letter."""
    follow_up = company.follow_up(company.amir)
    company.world.execute("ALTER TABLE notifications ADD CONSTRAINT cause CHECK (false) NOT VALID")
    sweep = company.ask(company.ada, "POST", "/sweeps").json()["id"]
    pipeline.publish(company.world.publisher.published)
    company.world.publisher.published.clear()
    pipeline.work()
    [event_id] = ids(company)
    return follow_up, sweep, event_id


def notifications(company: Company) -> int:
    return len(company.world.execute("SELECT FROM notifications"))


def test_a_replay_after_the_cause_is_fixed_delivers_exactly_once(company: Company) -> None:
    pipeline = Pipeline(company.world.engine.url.render_as_string(hide_password=False))
    follow_up, sweep, event_id = escalate_with_a_cause_of_failure(company, pipeline)

    assert act(company, f"{event_id}/replay").status_code == 204  # too early: it fails again
    pipeline.publish(company.world.publisher.published)
    pipeline.work()
    assert ids(company) == [event_id]
    assert notifications(company) == 0

    company.world.execute("ALTER TABLE notifications DROP CONSTRAINT cause")
    assert act(company, f"{event_id}/replay").status_code == 204
    # The message of each replay, and a redrive of the same event: three deliveries.
    pipeline.publish(company.world.publisher.published)
    pipeline.make_due()
    pipeline.tick(OutboxTick())
    pipeline.work()
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert notifications(company) == 1
    assert company.activities(follow_up).count("escalated") == 1
    assert ids(company) == []
    ended = company.get(company.ada, f"/sweeps/{sweep}")
    assert (ended["status"], ended["escalated"], ended["notified"]) == ("completed", 1, 1)
    pipeline.close()


def test_a_sweep_does_not_wait_for_what_was_discarded(company: Company) -> None:
    pipeline = Pipeline(company.world.engine.url.render_as_string(hide_password=False))
    _, sweep, event_id = escalate_with_a_cause_of_failure(company, pipeline)
    assert act(company, f"{event_id}/discard", note="told by phone").status_code == 204
    pipeline.tick(OutboxTick())
    pipeline.work()
    ended = company.get(company.ada, f"/sweeps/{sweep}")
    assert (ended["status"], ended["failed"], ended["notified"]) == ("completed", 1, 0)
    pipeline.close()
