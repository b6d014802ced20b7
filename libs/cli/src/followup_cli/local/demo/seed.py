"""Adding the demo company, once: through the API's own code and under its role, so with its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from followup_api.audit import sign
from followup_api.followups import service
from followup_api.followups.completing import complete
from followup_api.followups.completing_schemas import Completion
from followup_api.followups.facts import NewFacts
from followup_api.followups.schemas import FollowUpCreate, FollowUpPatch, SubjectInput
from followup_api.followups.scopes import Scope
from followup_api.followups.service import Target
from followup_api.unit_of_work import UnitOfWork, transaction
from followup_api.users.service import change_user, create_user
from followup_common.db import Database
from followup_common.db.tables import users
from followup_common.messaging import Publisher
from sqlalchemy import func, select, text

from followup_cli.local.demo.company import DemoFollowUp, DemoPerson, follow_ups, past_follow_ups, people
from followup_cli.local.demo.history import record_history
from followup_cli.local.demo.passwords import (
    PUBLISHED,
    Passwords,
    published_passwords,
    random_password,
    replace_published,
)
from followup_cli.local.demo.rulebook import add_calendars, publish_policies

BY = "demo"
EVERYONE = Scope(None)

# What people did lies in the past, as it would in a company that has worked with it for weeks. The
# API always says now; only the owner of the tables can say otherwise.
BACKDATE = (
    """
    UPDATE follow_ups SET completed_at = :completed_at WHERE id = :id AND NOT is_open
    """,
    """
    UPDATE follow_ups SET
        created_at = LEAST(due_at, now()) - (interval '30 hours' + id % 7 * interval '19 hours'),
        updated_at = COALESCE(completed_at, LEAST(due_at, now()) - interval '25 hours')
    WHERE id = :id
    """,
    """
    UPDATE activities a SET created_at = CASE a.kind
        WHEN 'completed' THEN f.completed_at
        WHEN 'reassigned' THEN f.updated_at
        ELSE f.created_at END
    FROM follow_ups f WHERE f.id = a.follow_up_id AND a.follow_up_id = :id
    """,
)


@dataclass(frozen=True)
class DemoState:
    """Whether there is the demo company, and with which passwords.

    Args:
        present: added now, or by an earlier start.
        passwords: those that are known; of others only the hash is.
        replaced: whether they take the place of published ones, which others could have tried.
    """

    present: bool
    passwords: Passwords = field(default_factory=dict, repr=False)
    replaced: bool = False


def ensure_demo(
    database: Database, publisher: Publisher, owner_url: str, *, others_reach_it: bool
) -> DemoState:
    """Add the demo company, unless there are people or follow-ups already.

    Args:
        database: under the API's role.
        publisher: takes the events; it may be started later.
        owner_url: of the same database, as the owner of the tables.
        others_reach_it: whether anybody but this machine's own user may log in: nobody in it has the
            published password then, no matter who added it.
    """
    everybody = people()
    with transaction(database, publisher) as work:
        sign(work.tx, by=BY)
        known = select(func.count()).where(users.c.email == everybody[0].email)
        if work.tx.execute(known).scalar_one():
            return _present(work, others_reach_it=others_reach_it)
        if work.tx.execute(
            text("SELECT EXISTS (SELECT FROM follow_ups) OR count(*) > 1 FROM users")
        ).scalar():
            return DemoState(present=False)
        now: datetime = work.tx.execute(select(func.now())).scalar_one()
        planned = [*past_follow_ups(now), *follow_ups(now)]
        passwords = {
            person.email: random_password() if others_reach_it else PUBLISHED for person in everybody
        }
        ids = _add_people(work, everybody, passwords, add_calendars(work))
        publish_policies(work, ids[next(person.email for person in everybody if person.role == "admin")])
        added = [_add_follow_up(work, follow_up, ids) for follow_up in planned]
        for person in everybody:
            if not person.active:
                change_user(work.tx, ids[person.email], {"active": False})
    _backdate(owner_url, dict(zip(added, planned, strict=True)), now)
    return DemoState(present=True, passwords=passwords)


def protect_demo(database: Database) -> DemoState | None:
    """Before others reach a demo that an earlier start added: replace its published passwords.

    Returns:
        The new ones; None when there was nothing to replace.
    """
    with database.transaction() as tx:
        sign(tx, by=BY)
        passwords = replace_published(tx)
    return DemoState(present=True, passwords=passwords, replaced=True) if passwords else None


def _present(work: UnitOfWork, *, others_reach_it: bool) -> DemoState:
    if not others_reach_it:
        return DemoState(present=True, passwords=published_passwords(work.tx))
    replaced = replace_published(work.tx)
    return DemoState(present=True, passwords=replaced, replaced=bool(replaced))


def _add_people(
    work: UnitOfWork, everybody: list[DemoPerson], passwords: Passwords, calendars: dict[str, int]
) -> dict[str, int]:
    ids: dict[str, int] = {}
    for person in everybody:
        ids[person.email] = create_user(
            work.tx,
            email=person.email,
            name=person.name,
            role=person.role,
            manager_id=ids[person.manager_email] if person.manager_email else None,
            time_zone=person.time_zone,
            calendar_id=calendars[person.calendar] if person.calendar else None,
            password=passwords[person.email],
        ).id
    return ids


def _add_follow_up(work: UnitOfWork, planned: DemoFollowUp, ids: dict[str, int]) -> int:
    """Create one, have it handed over and completed, each by the person who would do so."""
    subject = planned.subject
    first, assignee = ids[planned.handed_over_by or planned.assignee], ids[planned.assignee]
    about = {
        name: getattr(subject, name) for name in ("kind", "external_id", "name", "url", "phone", "email")
    }
    body = FollowUpCreate(
        title=planned.title,
        due_at=planned.due_at,
        notes=planned.notes,
        assignee_id=first,
        subject=SubjectInput.model_validate(about),
        **NewFacts.model_validate(
            {name: getattr(planned, name) for name in ("kind", "priority", "tags", "value")}
        ).model_dump(),
    )
    created = service.create(work, body, EVERYONE, first)
    if first != assignee:
        service.edit(Target(work, created.id, EVERYONE, None, first), FollowUpPatch(assignee_id=assignee))
    if planned.completed_at:
        complete(Target(work, created.id, EVERYONE, None, assignee), Completion())
    return created.id


def _backdate(owner_url: str, planned: dict[int, DemoFollowUp], now: datetime) -> None:
    owner = Database(owner_url)
    rows = [{"id": id_, "completed_at": follow_up.completed_at} for id_, follow_up in planned.items()]
    with owner.transaction() as tx:
        for statement in BACKDATE:
            tx.execute(text(statement), rows)
        record_history(tx, now)
    owner.close()
