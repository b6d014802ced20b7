"""The people and follow-ups with which a round begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults import deliveries, digests, enrolled, journal, reach, recurring, settings
from tests.faults.established import Established, establish
from tests.faults.journal import Kind
from tests.faults.people import People, Person
from tests.faults.settings import Facts
from tests.support.company import Company

Due = Callable[[datetime, Random], datetime]
HOUR = timedelta(hours=1)

HOURS_OVERDUE = ((-700, -48), (1, 47), (49, 95), (97, 300))
"""Well away from each step of the standard policy."""

ELSEWHERE = "elsewhere.example.com"
MOVE = text("""
    UPDATE users SET email = replace(email, '@example.com', '@' || :domain) WHERE id % 3 = 0
""")
"""A third of the people have their mail at another domain."""

INSERT = text("""
    WITH inserted AS (
        INSERT INTO follow_ups (title, due_at, assignee_id, kind, priority)
        SELECT 'Call', due_at, assignee_id, :subject_kind, :priority
        FROM unnest(CAST(:due_ats AS timestamptz[]), CAST(:assignees AS bigint[])) AS t (due_at, assignee_id)
        RETURNING id, due_at, assignee_id
    )
    INSERT INTO fault_journal (follow_up_id, kind, due_at, assignee_id, facts)
    SELECT id, :kind, due_at, assignee_id, jsonb_build_array(:subject_kind, :priority) FROM inserted
""")


def hire(tx: Transaction) -> People:
    """Two admins, a head, six managers (one left), 42 employees (three left), and one without a manager."""
    company = Company(tx)
    by_id: dict[int, Person] = {}

    def add(name: str, role: str, manager: int | None, active: bool = True) -> int:
        id_ = company.person(name, role=role, manager=manager, active=active)
        by_id[id_] = Person(manager, active)
        return id_

    admins = tuple(add(f"Admin {i}", "admin", None) for i in range(2))
    add("Former admin", "admin", None, active=False)
    head = add("Head", "manager", None)
    managers = [add(f"Manager {i}", "manager", head, active=i > 0) for i in range(6)]
    for i in range(42):
        add(f"Employee {i}", "employee", managers[i % 6], active=i % 14 > 0)
    add("Alone", "employee", None)
    leavers = [managers[5], *(id_ for id_ in by_id if by_id[id_].manager_id == managers[3])][:4]
    return People(by_id, admins, tuple(leavers))


def promise(
    tx: Transaction, people: People, rng: Random, number: int, *, kind: Kind, facts: Facts, due: Due
) -> None:
    """Add follow-ups at all levels; many cross a step within the round."""
    now: datetime = tx.execute(text("SELECT now()")).scalar_one()
    everybody = list(people.by_id)  # those who left still have theirs
    values = {
        "kind": kind,
        "subject_kind": facts.kind,
        "priority": facts.priority,
        "due_ats": [due(now, rng) for _ in range(number)],
        "assignees": [rng.choice(everybody) for _ in range(number)],
    }
    tx.execute(INSERT, values)


def found(tx: Transaction, rng: Random, follow_ups: int, span: timedelta) -> tuple[People, Established]:
    """Everything with which a round begins: of its follow-ups, most are on the standard policy."""
    for statement in (
        *journal.ALL,
        settings.CREATE,
        deliveries.CREATE,
        reach.CREATE,
        recurring.CREATE,
        enrolled.CREATE,
    ):
        tx.execute(text(statement))
    people = hire(tx)
    tx.execute(MOVE, {"domain": ELSEWHERE})
    tx.execute(text(deliveries.SWITCH_ON))
    digests.want(tx, people)

    def standard(now: datetime, rng: Random) -> datetime:
        return _standard_due(now, rng, span)

    def quick(now: datetime, rng: Random) -> datetime:
        return now + span * rng.uniform(-0.2, 1)

    def working(now: datetime, rng: Random) -> datetime:
        return quick(now, rng) if rng.random() < 0.5 else now - _away_from_this_time_of_day(rng)

    plain, key, meeting = Facts(), Facts(priority="high"), Facts(kind="meeting")
    promise(tx, people, rng, follow_ups * 2 // 5, kind=Kind.CREATED_STANDARD, facts=plain, due=standard)
    established = establish(tx, people)
    rest = follow_ups - follow_ups * 2 // 5 - 2 * (follow_ups // 8)
    promise(tx, people, rng, rest, kind=Kind.CREATED, facts=plain, due=quick)
    for facts in (key, meeting):
        promise(tx, people, rng, follow_ups // 8, kind=Kind.CREATED, facts=facts, due=working)
    tx.execute(text(journal.OF_THE_API.format(actor_id=people.admins[0])))
    return people, established


def _standard_due(now: datetime, rng: Random, span: timedelta) -> datetime:
    if rng.random() < 0.5:
        return now + span * rng.random() - rng.choice((0, 48, 96)) * HOUR
    return now - timedelta(hours=rng.uniform(*rng.choice(HOURS_OVERDUE)))


def _away_from_this_time_of_day(rng: Random) -> timedelta:
    """So that no step that comes so many working days later comes while a round is judged."""
    return timedelta(days=rng.randint(0, 4), minutes=rng.uniform(90, 22 * 60))
