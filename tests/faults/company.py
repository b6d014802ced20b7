"""The people and follow-ups with which a round begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from followup_common.db import Transaction
from sqlalchemy import text

from tests.faults import journal
from tests.faults.journal import Kind
from tests.support.company import Company

STANDARD = (timedelta(0), timedelta(hours=48), timedelta(hours=96))
QUICK = (timedelta(0), timedelta(seconds=5), timedelta(seconds=10))
"""The steps of the second policy version: short, so that follow-ups climb them within a round."""

HOURS_OVERDUE = ((-700, -48), (1, 47), (49, 95), (97, 300))
"""Well away from each step of the standard policy."""

QUICK_POLICY = """
INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 2, '[
    {"after": "PT0S", "audience": ["assignee"], "label": "employee", "severity": "overdue"},
    {"after": "PT5S", "audience": ["manager", "assignee"], "label": "manager", "severity": "escalated"},
    {"after": "PT10S", "audience": ["admins"], "label": "admin", "severity": "breach"}]'::jsonb)
"""

INSERT = text("""
    WITH inserted AS (
        INSERT INTO follow_ups (title, due_at, assignee_id)
        SELECT 'Call', due_at, assignee_id
        FROM unnest(CAST(:due_ats AS timestamptz[]), CAST(:assignees AS bigint[])) AS t (due_at, assignee_id)
        RETURNING id, due_at, assignee_id
    )
    INSERT INTO fault_journal (follow_up_id, kind, due_at, assignee_id)
    SELECT id, :kind, due_at, assignee_id FROM inserted
""")


@dataclass(frozen=True)
class Person:
    """Somebody, as the model knows them."""

    manager_id: int | None
    active: bool = True


@dataclass(frozen=True)
class People:
    """Everybody; nobody changes during a round."""

    by_id: dict[int, Person]
    admins: tuple[int, ...]

    @property
    def assignable(self) -> list[int]:
        """Whom the API would accept as assignees."""
        return [id_ for id_, person in self.by_id.items() if person.active]


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
    return People(by_id, admins)


def promise(
    tx: Transaction, people: People, rng: Random, number: int, *, kind: Kind, span: timedelta
) -> None:
    """Add follow-ups at all levels; many cross a step within the next `span`."""
    now: datetime = tx.execute(text("SELECT now()")).scalar_one()
    due = _standard_due if kind is Kind.CREATED_STANDARD else _quick_due
    everybody = list(people.by_id)  # those who left still have theirs
    values = {
        "kind": kind,
        "due_ats": [due(now, rng, span) for _ in range(number)],
        "assignees": [rng.choice(everybody) for _ in range(number)],
    }
    tx.execute(INSERT, values)


def found(tx: Transaction, rng: Random, follow_ups: int, span: timedelta) -> People:
    """Everything with which a round begins."""
    tx.execute(text(journal.CREATE))
    people = hire(tx)
    promise(tx, people, rng, follow_ups // 2, kind=Kind.CREATED_STANDARD, span=span)
    tx.execute(text(QUICK_POLICY.replace(":", "\\:").replace("\\:\\:", "::")))
    promise(tx, people, rng, follow_ups - follow_ups // 2, kind=Kind.CREATED, span=span)
    tx.execute(text(journal.OF_THE_API.format(actor_id=people.admins[0])))
    return people


def _standard_due(now: datetime, rng: Random, span: timedelta) -> datetime:
    if rng.random() < 0.5:
        return now + span * rng.random() - rng.choice(STANDARD)
    return now - timedelta(hours=rng.uniform(*rng.choice(HOURS_OVERDUE)))


def _quick_due(now: datetime, rng: Random, span: timedelta) -> datetime:
    return now + span * rng.uniform(-0.2, 1)
