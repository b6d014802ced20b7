"""What admins read in the audit log: sentences, for every action."""

from __future__ import annotations

from typing import Any

import pytest
from followup_api.audit import Action
from followup_api.ops.audit_log.kinds import KINDS
from followup_api.ops.audit_log.sentences import summary

NAMES = {1: "Ada Okafor", 2: "Bob Stone", 3: "Mia Klein"}
BOB = "users/2"


def change(was: Any, now: Any) -> dict[str, Any]:
    return {"from": was, "to": now}


SAID: tuple[tuple[Action, int | None, str | None, dict[str, Any], str], ...] = (
    (Action.DELIVERIES_RETRIED, 1, "deliveries/5b6f", {}, "Ada Okafor let delivery 5b6f be tried again"),
    *(
        (
            *(Action.DELIVERIES_RETRIED, 1, None, {"number": number, "state": "failed", "reason": reason}),
            f"Ada Okafor let {said}",
        )
        for number, reason, said in (
            (1, None, "1 delivery that was given up be tried again"),
            (3, "relay", "3 deliveries that were given up be tried again (“relay”)"),
        )
    ),
    *(
        (action, 2, "users/2", {"browser": "Firefox on Linux"}, f"Bob Stone {said} in Firefox on Linux")
        for action, said in (
            (Action.BROWSER_ADDED, "is told"),
            (Action.BROWSER_REMOVED, "is no more told"),
        )
    ),
    (
        *(Action.WEBHOOK_SWITCHED_OFF, None, "webhooks/3"),
        *({"host": "crm.example.com", "reason": "it answered 410 Gone"},),
        "Webhook 3 (crm.example.com) was switched off: it answered 410 Gone",
    ),
    (
        *(Action.DESTINATION_SWITCHED, None, "destinations/4"),
        {"channel": "email", "address": "bob@example.com", "state": "off", "reason": "550 no such user"},
        "What tells somebody by mail at bob@example.com was switched off, as it came back: 550 no such user",
    ),
    *(
        (
            *(action, 2, "destinations/4"),
            *({"channel": "email", "address": "bob@home.example.com", **more}, f"Bob Stone {said}"),
        )
        for action, more, said in (
            (Action.DESTINATION_ADDED, {}, "wants to be told by mail at bob@home.example.com"),
            (Action.DESTINATION_VERIFIED, {}, "verified that they are told by mail at bob@home.example.com"),
            (
                Action.DESTINATION_CODE_WRONG,
                {},
                "gave a wrong code to be told by mail at bob@home.example.com",
            ),
            (Action.DESTINATION_TESTED, {}, "sent a test to themselves by mail at bob@home.example.com"),
            (
                *(Action.DESTINATION_SWITCHED, {"state": "off"}),
                "switched off what tells them by mail at bob@home.example.com",
            ),
            (Action.DESTINATION_REMOVED, {}, "is told no more by mail at bob@home.example.com"),
        )
    ),
    *(
        (action, 1, "webhooks/3", details, f"Ada Okafor {said}")
        for action, details, said in (
            (Action.WEBHOOK_CREATED, {"host": "crm.example.com"}, "made webhook 3 (crm.example.com)"),
            (Action.WEBHOOK_CHANGED, {"event_types": []}, "changed webhook 3"),
            (Action.WEBHOOK_CHANGED, {"state": "paused"}, "paused webhook 3"),
            (Action.WEBHOOK_CHANGED, {"state": "on"}, "switched on webhook 3"),
            (Action.WEBHOOK_SECRET_ROTATED, {}, "gave another secret to webhook 3"),
            (Action.WEBHOOK_TESTED, {}, "tested webhook 3"),
            (Action.WEBHOOK_REPLAYED, {"delivery": "5b6f"}, "sent an event again to webhook 3"),
            (Action.WEBHOOK_DELETED, {"host": "crm.example.com"}, "deleted webhook 3 (crm.example.com)"),
        )
    ),
    *(
        (
            Action.ACTION_LINK_USED,
            2,
            "follow-ups/7",
            {"act": act},
            f"Bob Stone {did} follow-up 7 by a link in a mail",
        )
        for act, did in (("complete", "completed"), ("snooze", "snoozed"), ("acknowledge", "has"))
    ),
    (
        *(Action.ACTION_LINK_USED, 2, "follow-ups/7", {"act": "complete", "by": "slack"}),
        "Bob Stone completed follow-up 7 in Slack",
    ),
    (
        *(Action.ACTION_LINK_REFUSED, 2, "follow-ups/7", {"by": "slack", "reason": "completed"}),
        "A button in Slack for Bob Stone did nothing to follow-up 7: it was completed meanwhile",
    ),
    (
        *(Action.ACTION_LINK_REFUSED, None, "follow-ups/7"),
        {"by": "slack", "reason": "not-theirs", "member_id": "U1"},
        "A button in Slack did nothing to follow-up 7: it was not for U1",
    ),
    (
        *(Action.ACTION_LINK_REFUSED, None, None, {"by": "slack", "reason": "unknown"}),
        "A button in Slack that nobody has sent was tried",
    ),
    *(
        (Action.SLACK_REFUSED, None, None, {"reason": reason}, f"A request in the name of Slack {said}")
        for reason, said in (
            ("signature", "was refused: Slack has not signed it"),
            ("timestamp", "was refused: too old"),
        )
    ),
    *(
        (
            *(Action.ACTION_LINK_REFUSED, 2, "follow-ups/7", {"act": "complete", "reason": reason}),
            f"A link in a mail to Bob Stone did nothing to follow-up 7: it was {said}",
        )
        for reason, said in (
            *(("used", "used before"), ("completed", "completed meanwhile"), ("invalid", "refused")),
        )
    ),
    (
        *(Action.MAIL_ANSWER_FOLLOWED, 2, "follow-ups/7", {"act": "note"}),
        "Bob Stone noted something about follow-up 7 by answering a mail",
    ),
    *(
        (
            *(Action.MAIL_ANSWER_REFUSED, 2, "follow-ups/7", {"reason": reason}),
            f"An answer to a mail to Bob Stone did nothing to follow-up 7: it was {said}",
        )
        for reason, said in (("automatic", "written by a machine"), ("reassigned", "reassigned meanwhile"))
    ),
    *(
        (
            *(Action.MAIL_ANSWER_REFUSED, None, None, {"reason": "unknown", "mails": mails}),
            f"{said} came to an address for answers that no mail of ours has",
        )
        for mails, said in ((1, "1 mail"), (12, "12 mails"))
    ),
    (
        *(Action.ACTION_LINK_USED, 2, BOB, {"act": "unsubscribe", "mails": ["overdue", "day"]}),
        "Bob Stone switched off mails by a link in one (overdue, day)",
    ),
    *(
        (
            *(Action.ACTION_LINK_REFUSED, 2, BOB, {"act": "unsubscribe", "reason": reason}),
            f"A link in a mail to Bob Stone switched no mails off: {said}",
        )
        for reason, said in (
            *(("kept", "nobody may switch them off"), ("inactive", "it is of somebody inactive")),
        )
    ),
    (
        *(Action.ACTION_LINK_REFUSED, None, None, {"act": "unsubscribe", "reason": "unknown"}),
        "A link of a mail that nobody has sent was tried",
    ),
    (
        *(Action.ACTION_LINK_REFUSED, None, None, {"reason": "unknown"}),
        "A link of a mail that nobody has sent was tried",
    ),
    (Action.LOGGED_IN, 2, BOB, {}, "Bob Stone logged in"),
    (Action.LOGGED_IN, 2, BOB, {"by": "oidc"}, "Bob Stone logged in by single sign-on"),
    (Action.LOG_IN_FAILED, None, BOB, {}, "A log-in as Bob Stone failed"),
    (Action.LOG_IN_FAILED, None, None, {}, "A log-in as nobody known failed"),
    (
        Action.LOG_IN_FAILED,
        2,
        BOB,
        {"by": "proof"},
        "Bob Stone gave a wrong password when asked for it again",
    ),
    (Action.LOGGED_OUT, 2, BOB, {}, "Bob Stone logged out"),
    (Action.SESSION_ENDED, 2, BOB, {"sessions": 3}, "Bob Stone ended 3 of their other log-ins"),
    (Action.SESSION_ENDED, 2, BOB, {"session": 9}, "Bob Stone ended one of their other log-ins"),
    (Action.SESSION_ENDED, 1, BOB, {"sessions": 2}, "Ada Okafor ended 2 of Bob Stone's log-ins"),
    (Action.INVITED, 1, BOB, {}, "Ada Okafor made an invitation for Bob Stone"),
    (
        Action.RESET_LINK_MADE,
        1,
        BOB,
        {},
        "Ada Okafor made a link with which Bob Stone can set a new password",
    ),
    (
        Action.LOGGED_IN,
        2,
        BOB,
        {"by": "invitation"},
        "Bob Stone set their first password by an invitation and logged in",
    ),
    (Action.LOGGED_IN, 2, BOB, {"by": "reset"}, "Bob Stone set a new password by a link and logged in"),
    (
        Action.LOG_IN_FAILED,
        None,
        None,
        {"by": "password link"},
        "A link to set a password failed: it was used, out of date or unknown",
    ),
    (Action.TOKEN_REVOKED, 2, BOB, {"tokens": 1}, "Bob Stone revoked all of their own API tokens"),
    (Action.USER_CREATED, 1, BOB, {"role": "employee"}, "Ada Okafor added Bob Stone as an employee"),
    (
        Action.USER_CREATED,
        None,
        BOB,
        {"role": "admin", "by": "bootstrap"},
        "The set-up command added Bob Stone as an admin",
    ),
    (
        Action.USER_CHANGED,
        1,
        BOB,
        {"role": change("employee", "admin")},
        "Ada Okafor made Bob Stone an admin",
    ),
    (
        Action.USER_CHANGED,
        1,
        BOB,
        {"manager_id": change(None, 3), "active": change(True, False), "password": {"changed": True}},
        "Ada Okafor let Bob Stone report to Mia Klein, deactivated them and changed their password",
    ),
    (
        Action.USER_CHANGED,
        1,
        BOB,
        {"manager_id": change(3, None)},
        "Ada Okafor let Bob Stone report to nobody, after Mia Klein",
    ),
    (
        Action.USER_CHANGED,
        2,
        BOB,
        {"time_zone": change("UTC", "Europe/Berlin")},
        "Bob Stone changed their own time zone from UTC to Europe/Berlin",
    ),
    (
        Action.USER_CHANGED,
        None,
        BOB,
        {"name": change("Rob", "Bob Stone"), "by": "database role followup"},
        "Database role followup renamed Bob Stone from “Rob” to “Bob Stone”",
    ),
    (
        Action.ABSENCE_PLANNED,
        2,
        BOB,
        {"first_day": "2026-12-21", "last_day": "2027-01-03", "substitute_id": 3},
        "Bob Stone planned their own absence from 2026-12-21 until 2027-01-03, with Mia Klein in their place",
    ),
    (
        Action.ABSENCE_CHANGED,
        1,
        BOB,
        {"last_day": "2027-01-05", "substitute_id": None},
        "Ada Okafor changed Bob Stone's absence until 2027-01-05",
    ),
    (Action.ABSENCE_ENDED, 2, BOB, {}, "Bob Stone ended their own absence"),
    (Action.ABSENCE_CANCELLED, 1, BOB, {}, "Ada Okafor took back Bob Stone's absence"),
    (
        Action.WORK_HANDED_OVER,
        1,
        BOB,
        {"to": 3, "number": 120, "hand_over": 4},
        "Ada Okafor handed 120 follow-ups of Bob Stone to Mia Klein",
    ),
    (
        Action.HAND_OVER_UNDONE,
        1,
        BOB,
        {"to": 3, "number": 1, "hand_over": 4},
        "Ada Okafor undid a hand-over from Bob Stone to Mia Klein: 1 follow-up went back",
    ),
    (
        *(Action.SUBJECTS_MERGED, 1, "subjects/7"),
        {"merged": 12, "name": "ACME", "into": "Acme Corp", "number": 14, "merge": 3},
        "Ada Okafor merged “ACME” into “Acme Corp”: 14 follow-ups went over",
    ),
    (
        *(Action.MERGE_UNDONE, 1, "subjects/7"),
        {"merged": 12, "name": "ACME", "into": "Acme Corp", "number": 1, "merge": 3},
        "Ada Okafor undid the merge of “ACME” into “Acme Corp”: 1 follow-up went back",
    ),
    (
        Action.USERS_IMPORTED,
        1,
        None,
        {"created": 3, "updated": 1, "unchanged": 0},
        "Ada Okafor imported people: 3 added, 1 changed",
    ),
    (
        Action.ABSENCES_IMPORTED,
        1,
        None,
        {"created": 3, "updated": 1, "unchanged": 0},
        "Ada Okafor imported absences: 3 added, 1 changed",
    ),
    (
        Action.IDENTITY_BOUND,
        2,
        BOB,
        {"subject": "x"},
        "Bob Stone logged in by single sign-on for the first time",
    ),
    (Action.IDENTITY_UNBOUND, 1, BOB, {}, "Ada Okafor took their single sign-on from Bob Stone"),
    (
        Action.TOKEN_CREATED,
        2,
        "tokens/5",
        {"name": "Nightly", "scopes": ["read", "write"]},
        "Bob Stone made the API token “Nightly” (read, write)",
    ),
    (
        Action.TOKEN_REVOKED,
        1,
        "tokens/5",
        {"name": "Nightly", "user_id": 2},
        "Ada Okafor revoked the API token “Nightly” of Bob Stone",
    ),
    (
        Action.CALENDAR_FEED_MADE,
        2,
        "calendar-feeds/3",
        {"name": "Phone"},
        "Bob Stone made the calendar feed “Phone”",
    ),
    (
        Action.CALENDAR_FEED_ROTATED,
        2,
        "calendar-feeds/3",
        {"name": "Phone"},
        "Bob Stone gave the calendar feed “Phone” another address",
    ),
    (Action.CALENDAR_FEED_REVOKED, 2, "calendar-feeds/3", {}, "Bob Stone revoked the calendar feed “3”"),
    (Action.CALENDAR_FEED_REVOKED, 1, BOB, {"feeds": 1}, "Ada Okafor revoked 1 calendar feed of Bob Stone"),
    (
        Action.CALENDAR_FEED_REVOKED,
        2,
        BOB,
        {"feeds": 2},
        "Bob Stone revoked all of their own calendar feeds",
    ),
    (Action.TOKEN_REVOKED, 1, BOB, {"tokens": 4}, "Ada Okafor revoked all 4 API tokens of Bob Stone"),
    (
        Action.FOLLOW_UPS_IMPORTED,
        1,
        None,
        {"created": 2, "subjects_changed": 1},
        "Ada Okafor imported follow-ups: 2 added, 1 leads and clients changed",
    ),
    (
        Action.FOLLOW_UPS_EXPORTED,
        1,
        None,
        {"view": "overdue", "format": "xlsx"},
        "Ada Okafor exported overdue follow-ups as XLSX",
    ),
    (
        Action.FOLLOW_UP_DELETED,
        1,
        "follow-ups/42",
        {"assignee_id": 2, "notifications": 2, "activities": 1},
        "Ada Okafor deleted follow-up 42 of Bob Stone, with 2 notifications and 1 entry of its history",
    ),
    (
        Action.COMMENT_DELETED,
        1,
        "follow-ups/42",
        {"comment_id": 3, "author_id": 2},
        "Ada Okafor deleted a comment of Bob Stone's on follow-up 42",
    ),
    (Action.FOLLOW_UP_RESTORED, 1, "follow-ups/42", {}, "Ada Okafor restored follow-up 42"),
    (
        Action.SAVED_VIEW_SHARED,
        1,
        "saved-views/3",
        {"name": "Calls"},
        "Ada Okafor shared the view “Calls” with everybody",
    ),
    (
        Action.SAVED_VIEW_CHANGED,
        1,
        "saved-views/3",
        {"name": "Calls"},
        "Ada Okafor changed the shared view “Calls”",
    ),
    (
        Action.SAVED_VIEW_UNSHARED,
        1,
        "saved-views/3",
        {"name": "Calls"},
        "Ada Okafor shares the view “Calls” no more",
    ),
    (Action.SAVED_VIEW_DELETED, 1, "saved-views/3", {}, "Ada Okafor deleted the shared view “3”"),
    (
        Action.SEQUENCE_CREATED,
        1,
        "sequences/3",
        {"name": "New lead"},
        "Ada Okafor added the sequence “New lead”",
    ),
    (Action.SEQUENCE_CHANGED, 1, "sequences/3", {}, "Ada Okafor changed the sequence “3”"),
    (Action.SEQUENCE_DELETED, 1, "sequences/3", {}, "Ada Okafor deleted the sequence “3”"),
    (
        Action.SEQUENCE_STOPPED,
        1,
        "enrolments/7",
        {"name": "New lead", "follow_ups": [4, 5]},
        "Ada Okafor stopped the sequence “New lead” on a lead or client, which deleted 2 open follow-ups",
    ),
    (
        Action.KIND_CREATED,
        1,
        "follow-up-kinds/6",
        {"label": "Site visit"},
        "Ada Okafor added the kind of follow-up “Site visit”",
    ),
    (
        Action.KIND_CHANGED,
        1,
        "follow-up-kinds/6",
        {"label": "Visit", "changes": {"label": change("Site visit", "Visit")}},
        "Ada Okafor renamed the kind of follow-up “Visit”",
    ),
    (
        Action.KIND_CHANGED,
        1,
        "follow-up-kinds/6",
        {"label": "Visit", "changes": {"archived": change(False, True)}},
        "Ada Okafor archived the kind of follow-up “Visit”",
    ),
    (
        Action.KINDS_ORDERED,
        1,
        "follow-up-kinds",
        {},
        "Ada Okafor put the kinds of follow-ups into another order",
    ),
    (
        Action.OUTCOME_CREATED,
        1,
        "outcomes/7",
        {"label": "Wrong number"},
        "Ada Okafor added the outcome “Wrong number”",
    ),
    (
        Action.OUTCOME_CHANGED,
        1,
        "outcomes/7",
        {"label": "Nobody", "changes": {"label": change("No answer", "Nobody")}},
        "Ada Okafor renamed the outcome “Nobody”",
    ),
    (Action.OUTCOMES_ORDERED, 1, "outcomes", {}, "Ada Okafor put the outcomes into another order"),
    (
        Action.CALENDAR_CREATED,
        1,
        "calendars/3",
        {"name": "Berlin office"},
        "Ada Okafor added the calendar “Berlin office”",
    ),
    (
        Action.CALENDAR_CHANGED,
        1,
        "calendars/3",
        {"name": "Berlin office", "changes": {"time_zone": change("UTC", "Europe/Berlin"), "days": {}}},
        "Ada Okafor changed time zone and days of the calendar “Berlin office”",
    ),
    (
        Action.HOLIDAYS_REFRESHED,
        None,
        "calendars/3",
        {"name": "Berlin", "added": ["2027-05-08", "2028-05-08"], "gone": ["2027-03-08"], "by": "holidays"},
        "The yearly refresh of holidays added 2 days and took away 1 day of the calendar “Berlin”",
    ),
    (
        Action.CALENDAR_ARCHIVED,
        1,
        "calendars/3",
        {"name": "Berlin office"},
        "Ada Okafor archived the calendar “Berlin office”",
    ),
    (
        Action.POLICY_CREATED,
        1,
        "policies/3",
        {"name": "Key accounts"},
        "Ada Okafor added the policy “Key accounts”",
    ),
    (
        Action.POLICY_DRAFTED,
        1,
        "policies/3",
        {"name": "Key accounts"},
        "Ada Okafor wrote a draft of the policy “Key accounts”",
    ),
    (
        Action.POLICY_DRAFT_DISCARDED,
        1,
        "policies/3",
        {"name": "Key accounts"},
        "Ada Okafor discarded the draft of the policy “Key accounts”",
    ),
    (
        Action.POLICY_PUBLISHED,
        1,
        "policies/3",
        {"name": "Key accounts", "version": 2, "move_open": False},
        "Ada Okafor published version 2 of the policy “Key accounts”",
    ),
    (
        Action.POLICY_PUBLISHED,
        1,
        "policies/3",
        {"name": "Key accounts", "version": 3, "move_open": True},
        "Ada Okafor published version 3 of the policy “Key accounts”, for open follow-ups too",
    ),
    (
        Action.POLICY_ARCHIVED,
        1,
        "policies/3",
        {"name": "Key accounts"},
        "Ada Okafor archived the policy “Key accounts”",
    ),
    (
        Action.POLICIES_ORDERED,
        1,
        "policies",
        {"was": [1, 2], "now": [2, 1]},
        "Ada Okafor put the policies into another order",
    ),
    (
        Action.ORGANISATION_CHANGED,
        1,
        "organisation",
        {"changes": {"calendar_id": change(None, 3)}},
        "Ada Okafor changed the calendar of the organisation",
    ),
    (
        *(Action.NOTIFICATION_RULES_CHANGED, 1, "users/1", {"changes": {"quiet_hours": change(None, {})}}),
        "Ada Okafor changed how they are told outside the house",
    ),
    (
        *(Action.NOTIFICATION_RULES_CHANGED, 1, "organisation", {"changes": {"breaches_pass": change(0, 1)}}),
        "Ada Okafor changed how everybody is told outside the house",
    ),
    (
        Action.SWEEP_REQUESTED,
        None,
        "sweeps/7",
        {"by": "cron secret"},
        "The cron service asked for an escalation run",
    ),
    (
        Action.DEAD_LETTERS_REPLAYED,
        1,
        None,
        {"ids": ["a", "b"], "type": "x.v1"},
        "Ada Okafor sent 2 dead letters (x.v1) again",
    ),
    (
        Action.DEAD_LETTERS_DISCARDED,
        1,
        "dead-letters/a",
        {"note": "A port scan"},
        "Ada Okafor discarded a dead letter: “A port scan”",
    ),
)


@pytest.mark.parametrize(("action", "actor", "target", "details", "said"), SAID)
def test_an_entry_is_a_sentence(
    action: Action, actor: int | None, target: str | None, details: dict[str, Any], said: str
) -> None:
    assert summary(action, actor, target, details, NAMES) == said


def test_every_action_has_a_sentence_and_one_kind() -> None:
    assert {action for action, *_ in SAID} == set(Action)
    kinds = [action for actions in KINDS.values() for action in actions]
    assert sorted(kinds) == sorted(Action)


@pytest.mark.parametrize("action", [*Action, "of.a-later-version"])
def test_an_entry_of_another_version_is_read_without_its_details(action: str) -> None:
    said = summary(action, 99, None, {}, {})
    assert "None" not in said
    assert "{" not in said
