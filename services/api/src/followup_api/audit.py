"""The audit log: who did what, from where and when. What a request did and its entry commit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from followup_common.db import Transaction
from followup_common.db.tables import audit_log
from sqlalchemy import Text, bindparam, func, insert, select, true

from followup_api.auth.browser import address_of
from followup_api.unit_of_work import UnitOfWork, Work

_SIGN = select(
    *(
        func.set_config(f"followup.{name}", bindparam(name, type_=Text()), true())
        for name in ("actor_id", "address", "request_id", "by")
    )
)


class Action(StrEnum):
    """What is worth an entry; the names are stable."""

    LOGGED_IN = "log-in.succeeded"
    LOG_IN_FAILED = "log-in.failed"
    LOGGED_OUT = "log-out"
    SESSION_ENDED = "session.ended"
    INVITED = "invitation.created"
    RESET_LINK_MADE = "password-reset.created"
    IDENTITY_BOUND = "identity.bound"
    IDENTITY_UNBOUND = "identity.unbound"
    TOKEN_CREATED = "token.created"  # noqa: S105 - a name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - a name
    USER_CREATED = "user.created"  # the database writes this one and the next
    USER_CHANGED = "user.changed"
    ABSENCE_PLANNED = "absence.planned"
    ABSENCE_CHANGED = "absence.changed"
    ABSENCE_ENDED = "absence.ended"
    ABSENCE_CANCELLED = "absence.cancelled"
    WORK_HANDED_OVER = "work.handed-over"
    HAND_OVER_UNDONE = "work.hand-over-undone"
    SUBJECTS_MERGED = "subjects.merged"
    MERGE_UNDONE = "subjects.merge-undone"
    USERS_IMPORTED = "users.imported"
    ABSENCES_IMPORTED = "absences.imported"
    FOLLOW_UPS_IMPORTED = "follow-ups.imported"
    FOLLOW_UPS_EXPORTED = "follow-ups.exported"
    FOLLOW_UP_DELETED = "follow-up.deleted"
    FOLLOW_UP_RESTORED = "follow-up.restored"
    COMMENT_DELETED = "comment.deleted"
    CALENDAR_CREATED = "calendar.created"
    CALENDAR_CHANGED = "calendar.changed"
    CALENDAR_ARCHIVED = "calendar.archived"
    HOLIDAYS_REFRESHED = "calendar.holidays-refreshed"  # the database writes this one
    POLICY_CREATED = "policy.created"
    POLICY_DRAFTED = "policy.drafted"
    POLICY_DRAFT_DISCARDED = "policy.draft-discarded"
    POLICY_PUBLISHED = "policy.published"
    POLICY_ARCHIVED = "policy.archived"
    POLICIES_ORDERED = "policies.ordered"
    ORGANISATION_CHANGED = "organisation.changed"
    NOTIFICATION_RULES_CHANGED = "notification-rules.changed"
    KIND_CREATED = "follow-up-kind.created"
    KIND_CHANGED = "follow-up-kind.changed"
    KINDS_ORDERED = "follow-up-kinds.ordered"
    OUTCOME_CREATED = "outcome.created"
    OUTCOME_CHANGED = "outcome.changed"
    OUTCOMES_ORDERED = "outcomes.ordered"
    SAVED_VIEW_SHARED = "saved-view.shared"
    SAVED_VIEW_CHANGED = "saved-view.changed"
    SAVED_VIEW_UNSHARED = "saved-view.unshared"
    SAVED_VIEW_DELETED = "saved-view.deleted"
    SEQUENCE_CREATED = "sequence.created"
    SEQUENCE_CHANGED = "sequence.changed"
    SEQUENCE_DELETED = "sequence.deleted"
    SEQUENCE_STOPPED = "sequence.stopped"
    CALENDAR_FEED_MADE = "calendar-feed.made"
    CALENDAR_FEED_ROTATED = "calendar-feed.address-rotated"
    CALENDAR_FEED_REVOKED = "calendar-feed.revoked"
    ACTION_LINK_USED = "action-link.used"
    ACTION_LINK_REFUSED = "action-link.refused"
    SLACK_REFUSED = "slack-request.refused"
    MAIL_ANSWER_FOLLOWED = "mail-answer.followed"
    MAIL_ANSWER_REFUSED = "mail-answer.refused"
    DESTINATION_ADDED = "destination.added"
    DESTINATION_VERIFIED = "destination.verified"
    DESTINATION_CODE_WRONG = "destination.code-wrong"
    DESTINATION_TESTED = "destination.tested"
    DESTINATION_SWITCHED = "destination.switched"
    DESTINATION_REMOVED = "destination.removed"
    BROWSER_ADDED = "browser.added"
    BROWSER_REMOVED = "browser.removed"
    SWEEP_REQUESTED = "sweep.requested"
    DELIVERIES_RETRIED = "deliveries.retried"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret-rotated"  # noqa: S105 - the name of an action, no secret
    WEBHOOK_TESTED = "webhook.tested"
    WEBHOOK_REPLAYED = "webhook.replayed"
    WEBHOOK_SWITCHED_OFF = "webhook.switched-off"  # the database writes this one
    WEBHOOK_DELETED = "webhook.deleted"
    DEAD_LETTERS_REPLAYED = "dead-letters.replayed"
    DEAD_LETTERS_DISCARDED = "dead-letters.discarded"


def sign(
    tx: Transaction, request: Request | None = None, *, actor_id: int | None = None, by: str | None = None
) -> None:
    """Say who makes the changes of a transaction: what the database logs of people names them.

    Args:
        tx: the transaction, to whose end it holds.
        request: that asks for them; None: no request does.
        actor_id: who makes them; None when it is nobody who is known.
        by: what makes them, where that is not simply somebody's request.
    """
    address = address_of(request) if request else None
    said = {
        "actor_id": actor_id,
        "address": address,
        "request_id": request_id() if request else None,
        "by": by,
    }
    tx.execute(_SIGN, {name: "" if value is None else str(value) for name, value in said.items()})


def request_id() -> str | None:
    """The `request_id` of the log lines of the request that this thread is about."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


@dataclass(frozen=True)
class Trail:
    """The audit log as a request sees it: who asks and from where is known already."""

    work: UnitOfWork
    request: Request | None
    """None: no request asks for what is done."""

    def __call__(
        self, action: Action, target: str | None = None, *, actor_id: int | None = None, **details: Any
    ) -> None:
        """Append an entry about the caller, or about `actor_id` where nobody is logged in yet.

        Args:
            action: what was done.
            target: what it was done to, such as `users/42`.
            actor_id: who did it; None: the caller, if there is one.
            details: further facts; never a secret, nor what somebody typed where a secret belongs.
        """
        self.work.tx.execute(insert(audit_log).values(self._entry(action, target, actor_id, details)))

    def each(self, action: Action, targets: Sequence[str]) -> None:
        """Append an entry about the caller for each of several things that they did at once."""
        entries = [self._entry(action, target, None, {}) for target in targets]
        self.work.tx.execute(insert(audit_log), entries)

    def _entry(
        self, action: Action, target: str | None, actor_id: int | None, details: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "action": action.value,
            "actor_id": actor_id or (getattr(self.request.state, "user_id", None) if self.request else None),
            "target": target,
            "address": address_of(self.request) if self.request else None,
            "request_id": request_id(),
            "details": details,
        }


async def _trail(work: Work, request: Request) -> Trail:
    return Trail(work, request)


Audit = Annotated[Trail, Depends(_trail)]
