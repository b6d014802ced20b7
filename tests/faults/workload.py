"""People at work while things fail: most do in SQL what the API does, under its role; some call the API."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from followup_api.followups import activities
from followup_api.followups.holding import Wish, hold_many, resume_many
from followup_api.followups.problems import NotDeleted
from followup_api.followups.scopes import Scope
from followup_api.followups.service import restore
from followup_api.followups.undo import keep_for_undo, undo_changes
from followup_api.unit_of_work import UnitOfWork
from followup_common.contracts import (
    Envelope,
    EscalationsRaised,
    Event,
    FollowUpReassigned,
    OutboxTick,
    SweepRequested,
    SweepTick,
    wrap,
)
from followup_common.db import Database, Transaction
from followup_common.logging import configure_logging
from followup_common.messaging import Publisher, outbox, rabbitmq_broker
from followup_common.policy import HoldKind
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.faults import digests, journal, series_work
from tests.faults.callers import Callers
from tests.faults.journal import Kind
from tests.faults.people import People
from tests.faults.settings import Facts

SOURCE = "followup/api"
NEAR_SECONDS = (-15.0, 4.0)
"""Where most new due times lie, seen from now; all of their steps come within a round."""
FACTS = {
    Facts(): 7,
    Facts(priority="high"): 2,
    Facts(priority="low"): 1,
    Facts("meeting"): 2,
    Facts("visit"): 1,
}
"""What new ones are, and how often: those that a policy of their own is for, and others."""
LONGEST_ACTION = 180.0
"""Seconds for an action where servers are away: two requests, and what the database keeps waiting."""
NEVER_SENT = 0.1
"""How often the API dies between its commit and its message."""

# Those that were claimed and not announced yet: anyone who changes one of them races the notifier.
IN_FLIGHT = text("""
    SELECT CAST(follow_up_id AS bigint)
    FROM (SELECT payload FROM outbox WHERE handled_at IS NULL AND type = :raised LIMIT 20) o,
        jsonb_array_elements_text(o.payload -> 'follow_up_ids') AS follow_up_id
    ORDER BY random() LIMIT 1
""")
REASSIGN = text("""
    WITH before AS (SELECT id, assignee_id FROM follow_ups WHERE id = :id FOR UPDATE)
    UPDATE follow_ups f SET assignee_id = :assignee_id FROM before
    WHERE f.id = before.id AND f.is_open AND f.assignee_id <> :assignee_id
    RETURNING f.assignment, before.assignee_id
""")
ANY = text("""
    SELECT id FROM follow_ups
    WHERE id >= (SELECT (:part * max(id))::bigint FROM follow_ups) ORDER BY id LIMIT 1
""")


# Policies of their own take the others: those count in working time.
PLAIN_AND_OPEN = text("""
    SELECT now(), assignee_id FROM follow_ups
    WHERE id = :id AND is_open AND kind = 'task' AND priority = 'normal' FOR UPDATE
""")
# None of their policies tells people in their hours only.
TASK_AND_OPEN = text("""
    SELECT now(), assignee_id FROM follow_ups WHERE id = :id AND is_open AND kind = 'task' FOR UPDATE
""")
HELD = text("""
    SELECT step, until FROM holds
    WHERE follow_up_id = :id AND user_id = :actor AND kind = :kind AND ended_at IS NULL
""")
ACKNOWLEDGED = text("""
    SELECT h.follow_up_id, h.user_id FROM holds h JOIN follow_ups f ON f.id = h.follow_up_id
    WHERE h.kind = 'acknowledge' AND h.ended_at IS NULL ORDER BY h.id
""")
LOCK_ACKNOWLEDGED = text("""
    SELECT FROM follow_ups WHERE id IN (
        SELECT follow_up_id FROM holds WHERE kind = 'acknowledge' AND ended_at IS NULL)
    ORDER BY id FOR UPDATE
""")
HOLDERS = text("SELECT DISTINCT user_id FROM holds WHERE follow_up_id = :id AND ended_at IS NULL ORDER BY 1")


def silence() -> None:
    """Log nothing: with servers going away all the time, what the people's connections say is no news."""
    configure_logging("people")
    logging.disable()


class Workload:
    """People who complete, reopen, reschedule, reassign, create and delete, take back, and ask for sweeps.

    Args:
        database_url: as the role of the API.
        broker_url: where the API publishes.
        people: who may be assigned; an admin does everything.
        callers: those who work through the real API.
        seed: of what people decide to do.
        pause: seconds that each of them rests between two actions.
    """

    def __init__(
        self,
        database_url: str,
        broker_url: str,
        people: People,
        callers: Callers,
        seed: str,
        *,
        pause: float = 0.02,
    ) -> None:
        self.holds = False
        """Whether people hold follow-ups, too."""
        self._acted: Counter[str] = Counter()
        self._callers = callers
        self._database = Database(database_url, application_name="followup-faults-people")
        self._publisher = Publisher(rabbitmq_broker(broker_url, connection_attempts=1))
        self._people = people
        self._pause = pause
        self._stopping = threading.Event()
        self._recent: deque[tuple[int, int]] = deque(maxlen=20)
        """What was changed a moment ago, and by whom."""
        self._actor = threading.local()
        self._deleted: deque[int] = deque()
        tasks = [self._act(Random(f"{seed}-{number}")) for number in range(3)]
        tasks.append(self._call(Random(f"{seed}-api")))
        self._threads = [
            *(threading.Thread(target=self._repeat, args=(task, pause), daemon=True) for task in tasks),
            threading.Thread(target=self._repeat, args=(self._tick, 1.0), daemon=True),
            threading.Thread(
                target=self._repeat, args=(self._move_digests(Random(f"{seed}-digests")), 0.5), daemon=True
            ),
        ]

    @property
    def done(self) -> Counter[str]:
        """What people did, and how often."""
        return self._acted + self._callers.done

    @property
    def said(self) -> Sequence[str]:
        """The comments that the API said it has written."""
        return self._callers.said

    def start(self) -> None:
        """Begin."""
        self.start_publishing()
        for thread in self._threads:
            thread.start()

    def start_publishing(self) -> None:
        """Begin with what `sweep` and `tick` need, and nobody at work."""
        self._publisher.start()

    def stop(self) -> None:
        """Nobody does anything any more; what was published is sent."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(LONGEST_ACTION)

    def close(self) -> None:
        """Close the connections, too."""
        self._publisher.stop(1)
        self._callers.close()
        self._database.close()

    def let_go(self) -> bool:
        """Whatever somebody has goes on; returns whether it is known to have been done."""
        with suppress(SQLAlchemyError, PoolTimeoutError), self._database.transaction() as tx:
            tx.execute(LOCK_ACKNOWLEDGED)
            found: dict[int, list[int]] = {}
            for row in tx.execute(ACKNOWLEDGED):
                found.setdefault(row.user_id, []).append(row.follow_up_id)
            for actor, ids in found.items():
                for follow_up in resume_many(tx, actor, ids):
                    journal.write(tx, follow_up, Kind.RESUMED, actor_id=actor)
            return True
        return False

    def sweep(self) -> int:
        """What `POST /sweeps` does; returns the sweep's id."""
        with self._database.transaction() as tx:
            statement = text("INSERT INTO sweeps (trigger) VALUES ('manual') RETURNING id")
            sweep_id: int = tx.execute(statement).scalar_one()
            envelopes = self._store(tx, [SweepRequested(sweep_id=sweep_id)])
        self._publisher.publish(envelopes)
        return sweep_id

    def tick(self, *events: Event) -> None:
        """What the scheduler does."""
        self._publisher.publish([wrap(event, source="followup/scheduler") for event in events])

    def raise_again(self, limit: int) -> int:
        """The same escalations in a second event, as a replay by hand makes them."""
        with self._database.transaction() as tx:
            statement = text("SELECT payload FROM outbox WHERE type = :raised ORDER BY id DESC LIMIT :limit")
            payloads = tx.execute(statement, {"raised": EscalationsRaised.type, "limit": limit}).scalars()
            again = [EscalationsRaised.model_validate({**payload, "sweep_id": None}) for payload in payloads]
            envelopes = self._store(tx, again)
        self._publisher.publish(envelopes)
        return len(again)

    def _store(self, tx: Transaction, events: Iterable[Event]) -> list[Envelope]:
        return outbox.store(tx, events, source=SOURCE, redrive_after=timedelta(seconds=2))

    def _repeat(self, task: Callable[[], None], pause: float) -> None:
        while not self._stopping.wait(pause):
            with suppress(SQLAlchemyError, PoolTimeoutError):
                task()

    def _tick(self) -> None:
        self.tick(OutboxTick(), SweepTick())
        self.sweep()

    def _act(self, rng: Random) -> Callable[[], None]:
        actions: dict[Callable[[Transaction, int, Random], list[Event] | None], int] = {
            self._complete: 20,
            self._reopen: 10,
            self._reschedule: 25,
            self._reassign: 25,
            self._create: 15,
            self._delete: 5,
            self._undo: 20,
            self._restore: 5,
            self._begin_series: 8,
            self._work_on_series: 15,
        }

        holding: dict[Callable[[Transaction, int, Random], list[Event] | None], int] = {
            self._wait: 15,
            self._acknowledge: 10,
            self._snooze: 10,
            self._resume: 10,
        }

        def act() -> None:
            chances = actions | holding if self.holds else actions
            self._actor.id = self._people.admins[0]
            action = rng.choices(list(chances), weights=list(chances.values()))[0]
            with self._database.transaction() as tx:
                follow_up = self._pick(tx, rng)
                events = action(tx, follow_up, rng)
                if events is None:
                    return
                envelopes = self._store(tx, events)
            self._acted[action.__name__.strip("_")] += 1
            if action == self._delete:
                self._deleted.append(follow_up)
            elif action != self._create:
                self._recent.append((follow_up, self._actor.id))
            if rng.random() >= NEVER_SENT:
                self._publisher.publish(envelopes)

        return act

    def _move_digests(self, rng: Random) -> Callable[[], None]:
        def move() -> None:
            with self._database.transaction() as tx:
                digests.move(tx, rng)
            self._acted["move_digests"] += 1

        return move

    def _call(self, rng: Random) -> Callable[[], None]:
        def call() -> None:
            with self._database.transaction() as tx:
                follow_up, due_at = self._pick(tx, rng), _due(tx, rng)
            self._callers.act(rng, follow_up, due_at)

        return call

    def _pick(self, tx: Transaction, rng: Random) -> int:
        if rng.random() < 0.05 and (of_series := tx.execute(series_work.OF_SERIES).first()):
            return int(of_series.id)  # in SQL, as an API that knows no series
        in_flight = rng.random() < 0.7 and tx.execute(IN_FLIGHT, {"raised": EscalationsRaised.type}).scalar()
        return int(in_flight or tx.execute(ANY, {"part": rng.random()}).scalar() or 0)

    def _complete(self, tx: Transaction, follow_up: int, _: Random) -> list[Event] | None:
        return self._change(tx, follow_up, Kind.COMPLETED, "SET completed_at = now()", "is_open")

    def _reopen(self, tx: Transaction, follow_up: int, _: Random) -> list[Event] | None:
        return self._change(tx, follow_up, Kind.REOPENED, "SET completed_at = NULL", "NOT is_open")

    def _reschedule(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        due_at = _due(tx, rng)
        return self._change(tx, follow_up, Kind.RESCHEDULED, "SET due_at = :due_at", "is_open", due_at=due_at)

    def _reassign(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        assignee, actor = rng.choice(self._people.assignable), self._people.admins[0]
        keep_for_undo(tx, actor)
        reassigned = tx.execute(REASSIGN, {"id": follow_up, "assignee_id": assignee}).first()
        if reassigned is None:
            return None
        assignment, before = reassigned
        changes = {"changes": {"assignee_id": {"from": before, "to": assignee}}}
        activities.record(tx, actor, [(follow_up, "reassigned", changes)])
        journal.write(tx, follow_up, Kind.REASSIGNED, assignee_id=assignee, actor_id=actor)
        return [
            FollowUpReassigned(
                follow_up_id=follow_up, assignee_id=assignee, assignment=assignment, actor_id=actor
            )
        ]

    def _create(self, tx: Transaction, _: int, rng: Random) -> list[Event] | None:
        statement = text("""
            INSERT INTO follow_ups (title, due_at, assignee_id, kind, priority)
            VALUES ('New', :due_at, :assignee_id, :kind, :priority) RETURNING id
        """)
        due_at, assignee = _due(tx, rng), rng.choice(self._people.assignable)
        facts = rng.choices([*FACTS], [*FACTS.values()])[0]
        values = {"due_at": due_at, "assignee_id": assignee, **facts._asdict()}
        created: int = tx.execute(statement, values).scalar_one()
        journal.write(tx, created, Kind.CREATED, due_at=due_at, assignee_id=assignee, facts=facts)
        return []

    def _delete(self, tx: Transaction, follow_up: int, _: Random) -> list[Event] | None:
        statement = text("DELETE FROM follow_ups WHERE id = :id RETURNING id")
        if tx.execute(statement, {"id": follow_up}).scalar() is None:
            return None
        journal.write(tx, follow_up, Kind.DELETED)
        return []

    def _undo(self, tx: Transaction, _: int, rng: Random) -> list[Event] | None:
        if not self._recent:
            return None
        (follow_up, actor), work = rng.choice(self._recent), UnitOfWork(tx)
        if not undo_changes(work, [follow_up], actor, Scope(None)).done:
            return None
        journal.write(tx, follow_up, Kind.UNDONE)
        series_work.note_others(tx)
        return work.events

    def _begin_series(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        return series_work.begin(tx, follow_up, rng, self._people.admins[0])

    def _work_on_series(self, tx: Transaction, _: int, rng: Random) -> list[Event] | None:
        done = series_work.work(tx, rng, self._people)
        if done is None:
            return None
        follow_up, events = done
        self._recent.append((follow_up, self._people.admins[0]))
        return events

    def _wait(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        """Some seconds, of what is under the standard policy."""
        row = tx.execute(PLAIN_AND_OPEN, {"id": follow_up}).first()
        if row is None:
            return None
        until = row.now + timedelta(seconds=rng.uniform(1, 8))
        wish = Wish(HoldKind.WAIT, until=until, reason="They decide")
        if not hold_many(tx, self._people.admins[0], [follow_up], wish).done:
            return None
        journal.write(tx, follow_up, Kind.WAITS, due_at=until)
        return []

    def _acknowledge(self, tx: Transaction, follow_up: int, _: Random) -> list[Event] | None:
        """By its assignee, of what is under the standard policy."""
        row = tx.execute(PLAIN_AND_OPEN, {"id": follow_up}).first()
        return None if row is None else self._hold(tx, follow_up, row.assignee_id, Wish(HoldKind.ACKNOWLEDGE))

    def _snooze(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        """By its assignee, or the one above them."""
        row = tx.execute(TASK_AND_OPEN, {"id": follow_up}).first()
        if row is None:
            return None
        actor = rng.choice((row.assignee_id, self._people.by_id[row.assignee_id].manager_id))
        until = row.now + timedelta(seconds=rng.uniform(1, 8))
        return self._hold(tx, follow_up, actor, Wish(HoldKind.SNOOZE, until=until, reason="Later"))

    def _hold(self, tx: Transaction, follow_up: int, actor: int | None, wish: Wish) -> list[Event] | None:
        if actor not in self._people.assignable or not hold_many(tx, actor, [follow_up], wish).done:
            return None
        found = tx.execute(HELD, {"id": follow_up, "actor": actor, "kind": wish.kind}).one()
        kind = Kind.ACKNOWLEDGED if wish.kind is HoldKind.ACKNOWLEDGE else Kind.SNOOZED
        journal.write(tx, follow_up, kind, due_at=found.until, actor_id=actor, step=found.step)
        self._actor.id = actor
        return []

    def _resume(self, tx: Transaction, follow_up: int, rng: Random) -> list[Event] | None:
        """What one of those who hold it holds, or a wait."""
        if tx.execute(TASK_AND_OPEN, {"id": follow_up}).first() is None:
            return None
        holders = tx.execute(HOLDERS, {"id": follow_up}).scalars().all()
        if not holders:
            return None
        actor = rng.choice(holders)
        if not resume_many(tx, actor, [follow_up]):
            return None
        journal.write(tx, follow_up, Kind.RESUMED, actor_id=actor)
        self._actor.id = actor
        return []

    def _restore(self, tx: Transaction, _: int, __: Random) -> list[Event] | None:
        if not self._deleted:
            return None
        follow_up, work = self._deleted.popleft(), UnitOfWork(tx)
        try:
            restore(work, follow_up, Scope(None), self._people.admins[0])
        except NotDeleted:  # it was restored, and its answer did not come through
            return None
        journal.write(tx, follow_up, Kind.RESTORED)
        series_work.note_others(tx)
        return work.events

    def _change(
        self,
        tx: Transaction,
        follow_up: int,
        kind: Kind,
        change: str,
        condition: str,
        *,
        due_at: datetime | None = None,
    ) -> list[Event] | None:
        keep_for_undo(tx, self._people.admins[0])
        statement = text(f"UPDATE follow_ups {change} WHERE id = :id AND {condition} RETURNING id")
        values = {"id": follow_up} | ({"due_at": due_at} if due_at else {})
        if tx.execute(statement, values).scalar() is None:
            return None
        journal.write(tx, follow_up, kind, due_at=due_at)
        return []


def _due(tx: Transaction, rng: Random) -> datetime:
    now: datetime = tx.execute(text("SELECT now()")).scalar_one()
    if rng.random() < 0.2:
        return now + timedelta(days=rng.uniform(1, 30))
    return now + timedelta(seconds=rng.uniform(*NEAR_SECONDS))
