"""The history of a follow-up: what people did, and whom the system told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from followup_common.db import Transaction
from followup_common.db.policies import PolicyUnreadable, load_policies
from followup_common.db.tables import activities, follow_ups, policy_versions, users
from followup_common.policy import Fallback, Policy, Severity, Step
from followup_common.wording import hours_between
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.sql.elements import KeyedColumnElement

from followup_api.comments import queries as comments
from followup_api.comments.schemas import Comment
from followup_api.followups import sentences, why
from followup_api.followups.activity_schemas import Activity, ActivityEscalation, ActivityRecipient
from followup_api.followups.schemas import PersonName
from followup_api.ids import among
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.rows import Record

a = activities.c

ENDINGS = {"escalated": "", "assignment_announced": ", after it was handed on"}
"""Kinds that say whom a step told, and what their sentences end with."""


COMMENTED = "commented"
"""The kind that has a comment."""
OF_COMMENTS = {COMMENTED, "comment_edited", "comment_deleted"}


class Names(NamedTuple):
    """Names of users by id; of people who are unknown, a phrase instead."""

    known: Mapping[int, str]

    def of(self, user_id: int) -> PersonName:
        return PersonName(id=user_id, name=self.known.get(user_id, "somebody unknown"))


def record(
    tx: Transaction, actor_id: int | None, entries: Iterable[tuple[int, str, Mapping[str, Any]]]
) -> None:
    """Write what a person did, or the system (None): follow-up id, kind and details of each entry."""
    rows = [
        {"follow_up_id": follow_up_id, "kind": kind, "actor_id": actor_id, "details": details}
        for follow_up_id, kind, details in entries
    ]
    if rows:
        tx.execute(insert(activities), rows)


def page(tx: Transaction, follow_up_id: int, query: PageQuery, time_zone: str) -> Page[Activity]:
    """The history of one follow-up, newest first, told in the reader's time zone."""
    rows = paginate(tx, ENTRIES.where(a.follow_up_id == follow_up_id), (a.id.desc(),), query)
    return Page[Activity].of(rows, told(tx, rows.rows, time_zone))


def entry(tx: Transaction, activity_id: int, time_zone: str) -> Activity:
    """One entry of a history, told in the reader's time zone."""
    [activity] = told(tx, [tx.execute(ENTRIES.where(a.id == activity_id)).one()], time_zone)
    return activity


def told(tx: Transaction, rows: Sequence[Record], time_zone: str) -> list[Activity]:
    """Rows of `ENTRIES` as people read them."""
    names = names_of(tx, {user_id for row in rows for user_id in _mentioned(row)})
    said = comments.by_id(tx, {row.details["comment_id"] for row in rows if row.kind == COMMENTED})
    return [_activity(tx, row, names, time_zone, said.get(row.details.get("comment_id", 0))) for row in rows]


def assignee_then(
    follow_up_id: KeyedColumnElement[Any],
    moment: KeyedColumnElement[Any],
    activity_id: ColumnElement[int] | None = None,
) -> ColumnElement[int]:
    """SQL for whose follow-up it was at a moment: its first reassignment since says from whom it came."""
    later = activities.alias("later")
    path: ColumnElement[str] = literal_column("'{changes,assignee_id,from}'")
    from_whom = later.c.details.op("#>>", return_type=Text())(path).cast(BigInteger)
    since = later.c.created_at >= moment if activity_id is None else later.c.id > activity_id
    moved = (
        select(from_whom)
        .where(later.c.follow_up_id == follow_up_id, since, from_whom.is_not(None))
        .order_by(later.c.id)
        .limit(1)
        .scalar_subquery()
    )
    # Of its own name, so that it stays a query of its own within one about follow-ups.
    now = follow_ups.alias("as_it_is_now")
    theirs_now = select(now.c.assignee_id).where(now.c.id == follow_up_id).scalar_subquery()
    return func.coalesce(moved, theirs_now)


ENTRIES: Select[*tuple[Any, ...]] = select(
    *(a.id, a.kind, a.actor_id, a.created_at, a.details, a.step, a.policy_version_id, a.follow_up_id),
    *(policy_versions.c.policy, policy_versions.c.version),
    assignee_then(a.follow_up_id, a.created_at, a.id).label("assignee_id"),
).join(policy_versions, policy_versions.c.id == a.policy_version_id, isouter=True)
"""What an entry of a history is made of."""


def names_of(tx: Transaction, user_ids: Iterable[int]) -> Names:
    """The names of some users, in one query."""
    wanted = set(user_ids)
    named = select(users.c.id, users.c.name).where(among(users.c.id, wanted))
    return Names({row.id: row.name for row in tx.execute(named)} if wanted else {})


def step_of(tx: Transaction, policy_version_id: int, step: int) -> Step | None:
    """A step of a stored policy version; None when the version cannot be read."""
    policy = _policy(tx, policy_version_id)
    return policy.steps[step - 1] if policy and 1 <= step <= len(policy.steps) else None


def _policy(tx: Transaction, policy_version_id: int) -> Policy | None:
    policy = load_policies(tx, [policy_version_id]).get(policy_version_id)
    return None if isinstance(policy, PolicyUnreadable) else policy


def _mentioned(row: Record) -> Iterator[int]:
    yield row.assignee_id
    if row.actor_id is not None:
        yield row.actor_id
    for recipient in row.details.get("recipients", ()):
        yield recipient["user_id"]
        if "for_user_id" in recipient:
            yield recipient["for_user_id"]
    if row.kind == "hold_ended":
        yield row.details["user_id"]
    change = row.details.get("changes", {}).get("assignee_id", {})
    yield from (user_id for user_id in change.values() if user_id is not None)


def _activity(
    tx: Transaction, row: Record, names: Names, time_zone: str, comment: Comment | None
) -> Activity:
    actor = names.of(row.actor_id) if row.actor_id is not None else None
    assignee = names.of(row.assignee_id).name
    escalation = _escalation(tx, row, names, assignee) if row.kind in ENDINGS else None
    if escalation:
        summary = why.announcement(escalation, assignee) + ENDINGS[row.kind]
    elif actor and row.kind in OF_COMMENTS:
        summary = sentences.commented(row.kind, actor.name, comment)
    else:
        summary = sentences.action(row.kind, actor.name if actor else None, row.details, names.of, time_zone)
    return Activity(
        id=row.id,
        kind=row.kind,
        actor=actor,
        created_at=row.created_at,
        details=row.details,
        escalation=escalation,
        comment=comment if row.kind == COMMENTED else None,
        summary=summary,
    )


def _escalation(tx: Transaction, row: Record, names: Names, assignee: str) -> ActivityEscalation:
    number: int = row.details.get("step", row.step)
    step = step_of(tx, row.policy_version_id, number)
    label, policy, version = (
        step.label if step else f"step {number}",
        row.policy or "unknown",
        row.version or 0,
    )
    hours = hours_between(row.details["due_at"], row.created_at)
    breach = step is not None and step.severity is Severity.BREACH
    return ActivityEscalation(
        step=number,
        label=label,
        hours_overdue=hours,
        sla_breach=breach,
        policy=policy,
        policy_version=version,
        why=why.of_step(number, label, policy, version, hours, breach=breach),
        recipients=[_recipient(one, names, assignee) for one in row.details.get("recipients", ())],
    )


def _found(recipient: Mapping[str, Any], names: Names) -> str | None:
    """How somebody was found in place of who is away, or that it is they who are; None: in another way."""
    match recipient.get("fallback"):
        case Fallback.SUBSTITUTE:
            until = date.fromisoformat(recipient["until"])
            return why.in_place_of(names.of(recipient["for_user_id"]).name, until)
        case Fallback.ABSENT:
            return why.AWAY
        case _:
            return None


def _recipient(recipient: Mapping[str, Any], names: Names, assignee: str) -> ActivityRecipient:
    audience, fallback = recipient["audience"], recipient.get("fallback")
    return ActivityRecipient(
        user=names.of(recipient["user_id"]),
        audience=audience,
        fallback=fallback,
        why=_found(recipient, names) or why.of_recipient(audience, fallback, assignee),
    )
