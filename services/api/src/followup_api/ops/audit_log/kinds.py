"""What the actions of the audit log are about."""

from __future__ import annotations

from collections.abc import Sequence

from followup_api.audit import Action
from followup_api.ops.audit_log.schemas import AuditKind

KINDS: dict[AuditKind, tuple[Action, ...]] = {
    AuditKind.LOG_INS: (Action.LOGGED_IN, Action.LOG_IN_FAILED, Action.LOGGED_OUT, Action.SESSION_ENDED),
    AuditKind.PEOPLE: (
        *(Action.USER_CREATED, Action.USER_CHANGED, Action.USERS_IMPORTED),
        *(Action.IDENTITY_BOUND, Action.IDENTITY_UNBOUND),
        *(Action.INVITED, Action.RESET_LINK_MADE),
        *(Action.DESTINATION_ADDED, Action.DESTINATION_VERIFIED, Action.DESTINATION_CODE_WRONG),
        *(Action.DESTINATION_TESTED, Action.DESTINATION_SWITCHED, Action.DESTINATION_REMOVED),
        *(Action.ABSENCE_PLANNED, Action.ABSENCE_CHANGED, Action.ABSENCE_ENDED, Action.ABSENCE_CANCELLED),
        Action.ABSENCES_IMPORTED,
        *(Action.BROWSER_ADDED, Action.BROWSER_REMOVED),
        *(Action.CALENDAR_FEED_MADE, Action.CALENDAR_FEED_ROTATED, Action.CALENDAR_FEED_REVOKED),
    ),
    AuditKind.TOKENS: (Action.TOKEN_CREATED, Action.TOKEN_REVOKED),
    AuditKind.FOLLOW_UPS: (
        *(Action.FOLLOW_UPS_IMPORTED, Action.FOLLOW_UPS_EXPORTED),
        *(Action.FOLLOW_UP_DELETED, Action.FOLLOW_UP_RESTORED, Action.COMMENT_DELETED),
        *(Action.WORK_HANDED_OVER, Action.HAND_OVER_UNDONE),
        *(Action.SUBJECTS_MERGED, Action.MERGE_UNDONE),
        *(Action.SAVED_VIEW_SHARED, Action.SAVED_VIEW_CHANGED),
        *(Action.SAVED_VIEW_UNSHARED, Action.SAVED_VIEW_DELETED),
        *(Action.SEQUENCE_CREATED, Action.SEQUENCE_CHANGED),
        *(Action.SEQUENCE_DELETED, Action.SEQUENCE_STOPPED),
        *(Action.ACTION_LINK_USED, Action.ACTION_LINK_REFUSED, Action.SLACK_REFUSED),
        *(Action.MAIL_ANSWER_FOLLOWED, Action.MAIL_ANSWER_REFUSED),
    ),
    AuditKind.OPERATIONS: (
        *(Action.KIND_CREATED, Action.KIND_CHANGED, Action.KINDS_ORDERED),
        *(Action.OUTCOME_CREATED, Action.OUTCOME_CHANGED, Action.OUTCOMES_ORDERED),
        *(Action.CALENDAR_CREATED, Action.CALENDAR_CHANGED, Action.CALENDAR_ARCHIVED),
        Action.HOLIDAYS_REFRESHED,
        *(Action.POLICY_CREATED, Action.POLICY_DRAFTED, Action.POLICY_DRAFT_DISCARDED),
        *(Action.POLICY_PUBLISHED, Action.POLICY_ARCHIVED, Action.POLICIES_ORDERED),
        Action.ORGANISATION_CHANGED,
        Action.NOTIFICATION_RULES_CHANGED,
        Action.DELIVERIES_RETRIED,
        *(Action.WEBHOOK_CREATED, Action.WEBHOOK_CHANGED, Action.WEBHOOK_SECRET_ROTATED),
        *(
            Action.WEBHOOK_TESTED,
            Action.WEBHOOK_REPLAYED,
            Action.WEBHOOK_SWITCHED_OFF,
            Action.WEBHOOK_DELETED,
        ),
        *(Action.SWEEP_REQUESTED, Action.DEAD_LETTERS_REPLAYED, Action.DEAD_LETTERS_DISCARDED),
    ),
}


def actions_of(kind: AuditKind) -> Sequence[Action]:
    """The actions that a kind holds."""
    if kind is AuditKind.OTHER_THAN_LOG_INS:
        return [action for action in Action if action not in KINDS[AuditKind.LOG_INS]]
    return KINDS[kind]
