"""Reading inboxes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from followup_common.comments import MENTIONED
from followup_common.db import Transaction
from followup_common.db.tables import escalations, follow_ups, notifications, policy_versions, subjects
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    true,
)

from followup_api.followups.activities import assignee_then
from followup_api.followups.scopes import CONDITIONS, TOLD_BY_NAME, Scope, ScopeSize, taken_from, told_by_name
from followup_api.followups.summed_up import summed_up
from followup_api.ids import Ids
from followup_api.notifications.schemas import NotificationQuery
from followup_api.pagination import PagedQuery, Rows
from followup_api.rows import Record

n, f, s, pv, e = notifications.c, follow_ups.c, subjects.c, policy_versions.c, escalations.c

INBOXES = text("""
    SELECT woken.user_id,
           (SELECT count(*) FROM notifications n
            WHERE n.user_id = woken.user_id AND n.read_at IS NULL) AS unread,
           (SELECT max(n.id) FROM notifications n WHERE n.user_id = woken.user_id) AS newest_id
    FROM unnest(CAST(:user_ids AS bigint[])) AS woken (user_id)
""")
VALID_LOG_INS = text("""
    SELECT 'session' AS kind, l.id FROM sessions l JOIN users u ON u.id = l.user_id
    WHERE l.id = ANY(CAST(:sessions AS bigint[])) AND u.active AND l.expires_at > now()
    UNION ALL
    SELECT 'token', l.id FROM api_tokens l JOIN users u ON u.id = l.user_id
    WHERE l.id = ANY(CAST(:tokens AS bigint[])) AND u.active
      AND (l.expires_at IS NULL OR l.expires_at > now())
""")


class Inbox(NamedTuple):
    """What a live inbox shows."""

    unread: int
    newest_id: int | None


class Bundle(NamedTuple):
    """What one notification says of many."""

    number: int
    completed: int | None
    """How many of them are completed by now; None: too many to look at."""
    reasons: tuple[str, ...]
    """How their reader was found: fallbacks and audiences."""


USER_ID = bindparam("user_id", type_=BigInteger())
# As it was recorded: what a calendar says now is not what counted then.
STEP_BY_THEN = (
    select(func.max(e.step))
    .where(n.step == 0, e.follow_up_id == n.follow_up_id, e.run == n.run, e.raised_at <= n.created_at)
    .correlate(notifications)
    .scalar_subquery()
)
NOTIFICATIONS = (
    select(
        *(
            n.id,
            n.user_id,
            n.created_at,
            n.read_at,
            n.step,
            n.repeat,
            n.policy_version_id,
            n.due_at,
            n.audience,
            n.fallback,
        ),
        *(n.actor_id, n.follow_up_id, f.title, f.is_open),
        *(n.for_user_id, n.until, n.summary_of, n.summed_up, n.details),
        *(s.id.label("subject_id"), s.kind.label("subject_kind"), s.name.label("subject_name")),
        *(
            pv.policy,
            pv.version,
            pv.calendar_id.label("policy_calendar_id"),
            STEP_BY_THEN.label("step_by_then"),
        ),
        assignee_then(n.follow_up_id, n.created_at).label("assignee_id"),
    )
    .join(follow_ups, f.id == n.follow_up_id, isouter=True)
    .join(policy_versions, pv.id == n.policy_version_id, isouter=True)
    .join(subjects, s.id == f.subject_id, isouter=True)
    .where(n.user_id == USER_ID, or_(n.summary_of.is_not(None), f.id.is_not(None)))
)
_another = notifications.alias("another")
# A comment shows nobody more than they saw before: who may read because of another notification goes on to.
MENTIONED_IN_SIGHT = (n.step <= MENTIONED) & exists().where(
    _another.c.user_id == n.user_id,
    _another.c.follow_up_id == n.follow_up_id,
    told_by_name(_another.c),
)
LOOKED_AT = 1_000
"""Of so many of a bundle it is looked up why somebody was told, and what is completed."""
BUNDLES = text("""
    SELECT b.bundle, number.of_all, found.number, found.completed, found.reasons
    FROM unnest(CAST(:bundles AS bigint[])) AS b (bundle)
    CROSS JOIN LATERAL (
        SELECT count(*) AS of_all FROM notifications n WHERE n.user_id = :user_id AND n.bundle = b.bundle
    ) number
    CROSS JOIN LATERAL (
        SELECT count(*) AS number, count(*) FILTER (WHERE NOT f.is_open) AS completed,
            array_agg(DISTINCT COALESCE(NULLIF(n.fallback, 'up_the_line'), n.audience)) AS reasons
        FROM (
            SELECT * FROM notifications n WHERE n.user_id = :user_id AND n.bundle = b.bundle LIMIT :looked_at
        ) n LEFT JOIN follow_ups f ON f.id = n.follow_up_id
    ) found
""")
WANTED = {None: true(), True: n.read_at.is_(None), False: n.read_at.is_not(None)}
UNREAD = (
    select(func.count().label("number"))
    .select_from(notifications)
    .where(n.user_id == USER_ID, n.read_at.is_(None))
)


def page(tx: Transaction, user_id: int, scope: Scope, query: NotificationQuery) -> Rows:
    """A person's notifications, newest first; `in_sight` says whether they may see the follow-up now."""
    by = query.summed_up_by
    given = {"user_id": user_id, **scope.values()}
    if by is None:
        return _paged(query.unread, scope.size).page(tx, query, **given)
    wanted = _narrowed(query.unread, scope.size, summed_up(tx, user_id, by))
    return wanted.page(tx, query, **given)


@cache
def _paged(unread: bool | None, size: ScopeSize) -> PagedQuery:
    return _narrowed(unread, size, ~n.summed_up)


def _narrowed(unread: bool | None, size: ScopeSize, wanted: ColumnElement[bool]) -> PagedQuery:
    seen = NOTIFICATIONS.add_columns(_in_sight(size).label("in_sight"))
    return PagedQuery(seen.where(WANTED[unread], wanted), (n.id.desc(),))


def _in_sight(size: ScopeSize) -> ColumnElement[bool]:
    return CONDITIONS[size] | TOLD_BY_NAME | MENTIONED_IN_SIGHT | taken_from(USER_ID, n.follow_up_id)


def bundles(tx: Transaction, user_id: int, numbers: Collection[int]) -> Mapping[int, Bundle]:
    """What summaries of bundles sum up, by the bundles' numbers."""
    given = {"user_id": user_id, "bundles": list(numbers), "looked_at": LOOKED_AT}
    rows = tx.execute(BUNDLES, given) if numbers else ()
    return {
        row.bundle: Bundle(
            row.of_all, row.completed if row.number == row.of_all else None, tuple(row.reasons or ())
        )
        for row in rows
    }


@cache
def _members(size: ScopeSize) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(n.bundle, n.follow_up_id, f.title, f.is_open, _in_sight(size).label("in_sight")),
            *(s.id.label("subject_id"), s.kind.label("subject_kind"), s.name.label("subject_name")),
        )
        .join(follow_ups, f.id == n.follow_up_id)
        .join(subjects, s.id == f.subject_id, isouter=True)
        .where(n.user_id == USER_ID, n.bundle == any_(bindparam("bundles", type_=Ids())))
        .order_by(n.due_at, n.id)
    )


def members(
    tx: Transaction, user_id: int, scope: Scope, numbers: Collection[int]
) -> Mapping[int, Sequence[Record]]:
    """What summaries of bundles sum up, the longest overdue first, by the bundles' numbers.

    Args:
        tx: where to read.
        user_id: whose summaries they are.
        scope: what they may see now.
        numbers: of bundles that hold few.
    """
    found: dict[int, list[Record]] = {number: [] for number in numbers}
    given = {"user_id": user_id, "bundles": list(numbers), **scope.values()}
    for row in tx.execute(_members(scope.size), given) if numbers else ():
        found[row.bundle].append(row)
    return found


def unread(tx: Transaction, user_id: int) -> int:
    """How many notifications a person has not read."""
    return tx.execute(UNREAD, {"user_id": user_id}).scalar_one()


def inboxes(tx: Transaction, user_ids: Collection[int]) -> Mapping[int, Inbox]:
    """What the inboxes of some people show, in one query."""
    rows = tx.execute(INBOXES, {"user_ids": list(user_ids)})
    return {row.user_id: Inbox(row.unread, row.newest_id) for row in rows}


def valid_log_ins(
    tx: Transaction, sessions: Collection[int], tokens: Collection[int]
) -> set[tuple[str, int]]:
    """Which of these sessions and API tokens still let their person in: ("session" or "token", id)."""
    rows = tx.execute(VALID_LOG_INS, {"sessions": list(sessions), "tokens": list(tokens)})
    return {(row.kind, row.id) for row in rows}
