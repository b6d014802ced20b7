"""Whose follow-ups a caller may see, and may give to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from followup_common.db import Transaction
from followup_common.db.tables import follow_ups
from sqlalchemy import ColumnElement, any_, literal, text, true
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from followup_api.permissions import Caller

REPORTS = text("""
    WITH RECURSIVE line AS (
        SELECT id FROM users WHERE manager_id = :manager_id
        UNION -- not UNION ALL: a cycle that slipped in must end here
        SELECT u.id FROM users u JOIN line ON u.manager_id = line.id
    ) SELECT id FROM line
""")


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

    def condition(self) -> ColumnElement[bool]:
        """SQL that holds for the follow-ups in scope."""
        if self.user_ids is None:
            return true()
        return follow_ups.c.assignee_id == any_(literal(sorted(self.user_ids), ARRAY(BIGINT)))


def scope_of(tx: Transaction, caller: Caller) -> Scope:
    """An admin sees everyone's, a manager their own and their reports' at any depth, others their own."""
    if caller.role == "admin":
        return Scope(None)
    if caller.role == "manager":
        return Scope(frozenset({caller.user_id}) | reports(tx, caller.user_id))
    return Scope(frozenset({caller.user_id}))


def narrowed_scope(tx: Transaction, caller: Caller, assignee: str) -> Scope:
    """The caller's scope, narrowed to `all`, `me`, `team` (all reports) or the user with an id."""
    scope = scope_of(tx, caller)
    if assignee == "all":
        return scope
    if assignee == "me":
        return scope.narrowed([caller.user_id])
    if assignee == "team":
        return scope.narrowed(reports(tx, caller.user_id))
    return scope.narrowed([int(assignee)])


def reports(tx: Transaction, user_id: int) -> frozenset[int]:
    """Everyone below a user, at any depth; survives a cycle."""
    return frozenset(tx.execute(REPORTS, {"manager_id": user_id}).scalars()) - {user_id}
