"""Whose follow-ups a caller may see, and may give to whom.

Sight follows the reporting line, not the role: the rule is `followup_common.policy.routing.sight`, which also
says whom escalations may tell. The SQL here is the same rule looked at from above; a test compares the two.
Who is told because a policy names them or their role, or in place of somebody who is away, may read that
follow-up besides (`NAMED`). The one who stands in may act on it too, as long as the other is away
(`standing_in`). Who was told that work went from them in one go may read that work (`taken_from`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from followup_common.db import Transaction
from followup_common.db.absences import absent_now, hand_over_items
from followup_common.db.tables import follow_ups, notifications
from followup_common.policy import Fallback
from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, exists, or_, text, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from followup_api.ids import Ids, among
from followup_api.permissions import Caller

# In one row: reading a thousand takes longer than all else that a request does.
REPORTS = text("""
    WITH RECURSIVE line AS (
        SELECT id FROM users WHERE manager_id = :manager_id
        UNION -- not UNION ALL: a cycle that slipped in must end here
        SELECT u.id FROM users u JOIN line ON u.manager_id = line.id
    ) SELECT COALESCE(array_agg(id), '{}') FROM line
""")


LINE = "line:"
"""Before the id of a user, in the filter by assignee: they and everyone below them."""


class ScopeSize(Enum):
    """How many people a scope holds: indexes are read differently for each."""

    ONE = "one"
    SEVERAL = "several"
    EVERYONE = "everyone"


SCOPE = bindparam("scope", type_=Ids())
"""The people of a scope of several."""
ASSIGNEE = bindparam("assignee", type_=BigInteger())
"""The person of a scope of one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The assignees whose follow-ups are in sight; `user_ids` is None for everyone's."""

    user_ids: frozenset[int] | None

    def __contains__(self, user_id: int) -> bool:
        return self.user_ids is None or user_id in self.user_ids

    def narrowed(self, user_ids: Iterable[int]) -> Scope:
        """What of these users' follow-ups is in this scope."""
        wanted = frozenset(user_ids)
        return Scope(wanted if self.user_ids is None else self.user_ids & wanted)

    def with_user(self, user_id: int) -> Scope:
        """The same, and a user's follow-ups too."""
        return self if user_id in self else Scope((self.user_ids or frozenset()) | {user_id})

    @property
    def size(self) -> ScopeSize:
        """How many people it holds."""
        if self.user_ids is None:
            return ScopeSize.EVERYONE
        return ScopeSize.ONE if len(self.user_ids) == 1 else ScopeSize.SEVERAL

    def values(self) -> dict[str, Any]:
        """The bind parameter of a condition in `CONDITIONS`."""
        match self.size:
            case ScopeSize.EVERYONE:
                return {}
            case ScopeSize.ONE:
                return {"assignee": next(iter(self.user_ids or ()))}
            case ScopeSize.SEVERAL:
                return {"scope": sorted(self.user_ids or ())}

    def condition(
        self, assignee_id: ColumnElement[Any] = follow_ups.c.assignee_id, *, in_text: bool = False
    ) -> ColumnElement[bool]:
        """SQL that holds for the follow-ups in scope, by the column that says whose they are."""
        if self.user_ids is None:
            return true()
        return among(assignee_id, self.user_ids, in_text=in_text)


CONDITIONS: dict[ScopeSize, ColumnElement[bool]] = {
    ScopeSize.ONE: follow_ups.c.assignee_id == ASSIGNEE,
    ScopeSize.SEVERAL: follow_ups.c.assignee_id == any_(SCOPE),
    ScopeSize.EVERYONE: true(),
}
"""SQL that holds for the follow-ups in a scope, for statements that are put together once."""

_IN_PLACE_OF_SOMEBODY = notifications.c.fallback == Fallback.SUBSTITUTE.value


def told_by_name(n: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """`TOLD_BY_NAME` of an alias of the notifications."""
    return or_(n.audience.regexp_match(r"^(user|role)\("), n.fallback == Fallback.SUBSTITUTE.value)


TOLD_BY_NAME = told_by_name(notifications.c)
"""SQL that holds for what somebody is told because a policy names them or their role, or because they stand
in for somebody."""
TAKEN = "handed_away"
"""The audience of who is told that work went from them in one go: it was handed over, or went back."""
_summaries = notifications.alias("summaries")
"""Not those of a query around it."""


def taken_from(reader: ColumnElement[int] | int, follow_up_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """SQL that holds for a follow-up that went from a reader with others, of which they were told."""
    return exists().where(
        _summaries.c.user_id == reader,
        _summaries.c.audience == TAKEN,
        _summaries.c.summary_of == hand_over_items.c.hand_over_id,
        hand_over_items.c.follow_up_id == follow_up_id,
    )


READER = bindparam("reader", type_=BigInteger())
NAMED = exists().where(
    notifications.c.user_id == READER,
    notifications.c.follow_up_id == follow_ups.c.id,
    TOLD_BY_NAME,
) | taken_from(READER, follow_ups.c.id)
"""SQL that holds for a follow-up that a policy has told a reader of by name or role, or that went from them
in one go: they may read it, though it may be of somebody who is not below them."""


def standing_in(reader: ColumnElement[int] | int) -> ColumnElement[bool]:
    """SQL that holds for a follow-up that a reader was told of in place of somebody who is still away: they
    may act on it, as that one may."""
    return exists().where(
        notifications.c.user_id == reader,
        notifications.c.follow_up_id == follow_ups.c.id,
        _IN_PLACE_OF_SOMEBODY,
        exists().where(absent_now.c.user_id == notifications.c.for_user_id),
    )


def scope_of(tx: Transaction, caller: Caller) -> Scope:
    """An admin sees everyone's, all others their own and those of everyone below them, at any depth."""
    if caller.role == "admin":
        return Scope(None)
    if caller.has_reports:
        return Scope(line_of(tx, caller.user_id))
    return Scope(frozenset({caller.user_id}))


def narrowed_scope(tx: Transaction, caller: Caller, assignee: str) -> Scope:
    """The caller's scope, narrowed as `Assigned` says: `all`, `me`, `team`, a user's id or their line."""
    scope = scope_of(tx, caller)
    if assignee == "all":
        return scope
    if assignee == "me":
        return scope.narrowed([caller.user_id])
    if assignee == "team":
        return scope.narrowed(reports(tx, caller.user_id))
    if assignee.startswith(LINE):
        return scope.narrowed(line_of(tx, int(assignee.removeprefix(LINE))))
    return scope.narrowed([int(assignee)])


def line_of(tx: Transaction, user_id: int) -> frozenset[int]:
    """A user and everyone below them, at any depth."""
    return reports(tx, user_id) | {user_id}


def reports(tx: Transaction, user_id: int) -> frozenset[int]:
    """Everyone below a user, at any depth; survives a cycle."""
    return frozenset(tx.execute(REPORTS, {"manager_id": user_id}).scalar_one()) - {user_id}
