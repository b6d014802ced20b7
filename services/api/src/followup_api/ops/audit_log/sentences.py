"""Entries of the audit log as sentences. Details may be of an older version: none is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from followup_common.wording import listed

from followup_api.audit import Action
from followup_api.choices.lists import KINDS, OUTCOMES, ChoiceList
from followup_api.visible import isolated

Names = Mapping[int, str]
Details = Mapping[str, Any]

WAYS = {
    "oidc": "Single sign-on",
    "cron secret": "The cron service",
    "bootstrap": "The set-up command",
    "followup run": "“followup run”",
    "demo": "The demo company",
    "holidays": "The yearly refresh of holidays",
}
LOGGED_IN_BY = {
    "oidc": "logged in by single sign-on",
    "invitation": "set their first password by an invitation and logged in",
    "reset": "set a new password by a link and logged in",
}
ROLES = {"admin": "an admin", "manager": "a manager", "employee": "an employee"}
_USER = re.compile(r"users/(\d{1,18})")


def summary(action: str, actor_id: int | None, target: str | None, details: Details, names: Names) -> str:
    """What somebody did; for an action of another version, its name.

    Args:
        action: one of `Action`, or another name.
        actor_id: who did it.
        target: what it was done to, such as `users/42`.
        details: as the entry has them.
        names: of everyone in the entry, by id.
    """
    entry = _Entry(actor_id, target, details, names)
    say = SAYS.get(action)
    return say(action, entry) if say else f"{entry.who}: {re.sub('[.-]', ' ', action)}"


def people_in(actor_id: int | None, target: str | None, details: Details) -> Iterator[int]:
    """The ids of all whom an entry names."""
    manager = details.get("manager_id")
    moved = [manager.get("from"), manager.get("to")] if isinstance(manager, dict) else []
    named = map(details.get, ("user_id", "assignee_id", "author_id", "substitute_id", "to"))
    for id_ in (actor_id, _user_of(target), *moved, *named):
        if isinstance(id_, int):
            yield id_


def _user_of(target: str | None) -> int | None:
    found = _USER.fullmatch(target or "")
    return int(found[1]) if found else None


class _Entry:
    """The parts of a sentence that an entry gives."""

    def __init__(self, actor_id: int | None, target: str | None, details: Details, names: Names) -> None:
        self.details, self._names = details, names
        self.user_id = _user_of(target)
        self.target_id = (target or "").rpartition("/")[2]
        self.is_about_actor = actor_id is not None and self.user_id == actor_id
        self.who = self.name(actor_id) if actor_id is not None else self._way()
        self.whom = self.name(self.user_id) if self.user_id is not None else "somebody"

    def name(self, user_id: object) -> str:
        """A person's name, or their number where nobody has it any more."""
        if not isinstance(user_id, int):
            return "nobody"
        return isolated(self._names[user_id]) if user_id in self._names else f"person {user_id}"

    def _way(self) -> str:
        by = str(self.details.get("by", ""))
        return WAYS.get(by) or (by[:1].upper() + by[1:] if by.startswith("database role") else "Somebody")


def _log_in(action: str, entry: _Entry) -> str:
    by = entry.details.get("by")
    match action:
        case Action.LOGGED_IN:
            return f"{entry.who} {LOGGED_IN_BY.get(str(by), 'logged in')}"
        case Action.LOGGED_OUT:
            return f"{entry.who} logged out"
        case Action.SESSION_ENDED:
            number = entry.details.get("sessions", 1)
            whose = "their other" if entry.is_about_actor else f"{entry.whom}'s"
            return f"{entry.who} ended {'one' if number == 1 else number} of {whose} log-ins"
        case _ if by == "password link":
            return "A link to set a password failed: it was used, out of date or unknown"
        case _ if by in ("proof", "password change"):
            purpose = "when asked for it again" if by == "proof" else "to change it"
            return f"{entry.whom} gave a wrong password {purpose}"
        case _:
            way = " by single sign-on" if by == "oidc" else ""
            return (
                f"A log-in as {entry.whom}{way} failed"
                if entry.user_id
                else f"A log-in{way} as nobody known failed"
            )


def _person(action: str, entry: _Entry) -> str:
    match action:
        case Action.USER_CREATED:
            role = ROLES.get(str(entry.details.get("role")), "somebody")
            return f"{entry.who} added {entry.whom} as {role}"
        case Action.INVITED:
            return f"{entry.who} made an invitation for {entry.whom}"
        case Action.RESET_LINK_MADE:
            return f"{entry.who} made a link with which {entry.whom} can set a new password"
        case Action.IDENTITY_BOUND:
            return f"{entry.whom} logged in by single sign-on for the first time"
        case Action.IDENTITY_UNBOUND:
            return f"{entry.who} took their single sign-on from {entry.whom}"
        case _:
            changes = list(_changes(entry)) or [f"changed {entry.whom}"]
            return f"{entry.who} {listed(changes)}"


def _changes(entry: _Entry) -> Iterator[str]:
    """What was changed about a person, as verbs; whom it is about is named once."""
    whom, whose = ("themselves", "their own") if entry.is_about_actor else (entry.whom, f"{entry.whom}'s")
    for field, change in entry.details.items():
        if not isinstance(change, dict):
            continue
        was, now = change.get("from"), change.get("to")
        match field:
            case "role":
                yield f"made {whom} {ROLES.get(str(now), str(now))}"
            case "active":
                yield f"{'activated' if now else 'deactivated'} {whom}"
            case "manager_id" if now is None:
                yield f"let {whom} report to nobody, after {entry.name(was)}"
            case "manager_id":
                yield f"let {whom} report to {entry.name(now)}"
            case "name":
                yield f"renamed {whom} from “{isolated(str(was))}” to “{isolated(str(now))}”"
            case "password":
                yield f"changed {whose} password"
            case _:
                label = {"email": "e-mail address", "time_zone": "time zone"}.get(field, field)
                yield f"changed {whose} {label} from {isolated(str(was))} to {isolated(str(now))}"
        whom, whose = ("themselves", "their own") if entry.is_about_actor else ("them", "their")


def _absence(action: str, entry: _Entry) -> str:
    whose = "their own" if entry.is_about_actor else f"{entry.whom}'s"
    first, last = (entry.details.get(name) for name in ("first_day", "last_day"))
    days = f" from {first}" if first else ""
    days += f" until {last}" if last else ""
    substitute = entry.details.get("substitute_id")
    instead = f", with {entry.name(substitute)} in their place" if isinstance(substitute, int) else ""
    match action:
        case Action.ABSENCE_PLANNED:
            return f"{entry.who} planned {whose} absence{days}{instead}"
        case Action.ABSENCE_CHANGED:
            return f"{entry.who} changed {whose} absence{days}{instead}"
        case Action.ABSENCE_ENDED:
            return f"{entry.who} ended {whose} absence"
        case _:
            return f"{entry.who} took back {whose} absence"


def _hand_over(action: str, entry: _Entry) -> str:
    number, taker = entry.details.get("number"), entry.name(entry.details.get("to"))
    what = _amount(number, "follow-up") or "follow-ups"
    if action == Action.WORK_HANDED_OVER:
        return f"{entry.who} handed {what} of {entry.whom} to {taker}"
    return f"{entry.who} undid a hand-over from {entry.whom} to {taker}: {what} went back"


def _merge(action: str, entry: _Entry) -> str:
    gone, kept = (f"“{isolated(str(entry.details.get(name, '')))}”" for name in ("name", "into"))
    what = _amount(entry.details.get("number"), "follow-up") or "follow-ups"
    if action == Action.SUBJECTS_MERGED:
        return f"{entry.who} merged {gone} into {kept}: {what} went over"
    return f"{entry.who} undid the merge of {gone} into {kept}: {what} went back"


def _token(action: str, entry: _Entry) -> str:
    details, who = entry.details, entry.who
    if isinstance(tokens := details.get("tokens"), int):
        if entry.is_about_actor:
            return f"{who} revoked all of their own API tokens"
        return f"{who} revoked all {tokens} API tokens of {entry.whom}"
    named = f"the API token “{isolated(str(details.get('name', entry.target_id)))}”"
    if action == Action.TOKEN_CREATED:
        scopes = details.get("scopes")
        may = f" ({', '.join(map(str, scopes))})" if isinstance(scopes, list) else ""
        return f"{who} made {named}{may}"
    return f"{who} revoked {named}" + (
        f" of {entry.name(details['user_id'])}" if "user_id" in details else ""
    )


def _comment(_: str, entry: _Entry) -> str:
    author_id = entry.details.get("author_id")
    whose = "a comment of theirs" if author_id is None else f"a comment of {entry.name(author_id)}'s"
    return f"{entry.who} deleted {whose} on follow-up {entry.target_id}"


def _follow_up(action: str, entry: _Entry) -> str:
    verb = "deleted" if action == Action.FOLLOW_UP_DELETED else "restored"
    of = f" of {entry.name(entry.details['assignee_id'])}" if "assignee_id" in entry.details else ""
    lost = [
        _amount(entry.details.get(field), noun)
        for field, noun in (("notifications", "notification"), ("activities", "entry of its history"))
    ]
    kept = f", with {listed(found)}" if (found := [each for each in lost if each]) else ""
    return f"{entry.who} {verb} follow-up {entry.target_id}{of}{kept}"


ACTS = {"complete": "completed", "snooze": "snoozed", "acknowledge": "has"}


def _action_link(action: str, entry: _Entry) -> str:
    if entry.details.get("act") == "unsubscribe" and entry.user_id:
        return _unsubscribing(action, entry)
    if action == Action.ACTION_LINK_USED:
        did = ACTS.get(str(entry.details.get("act")), "changed")
        where = "in Slack" if _in_slack(entry) else "by a link in a mail"
        return f"{entry.who} {did} follow-up {entry.target_id} {where}"
    if not entry.target_id:
        what = "button in Slack" if _in_slack(entry) else "link of a mail"
        return f"A {what} that nobody has sent was tried"
    if entry.details.get("reason") == "not-theirs":
        member = isolated(str(entry.details.get("member_id")))
        return f"A button in Slack did nothing to follow-up {entry.target_id}: it was not for {member}"
    what = "button in Slack for" if _in_slack(entry) else "link in a mail to"
    return f"A {what} {entry.who} did nothing to follow-up {entry.target_id}: it was {_why(entry)}"


def _in_slack(entry: _Entry) -> bool:
    return entry.details.get("by") == "slack"


def _slack(_: str, entry: _Entry) -> str:
    old = entry.details.get("reason") == "timestamp"
    return f"A request in the name of Slack was refused: {'too old' if old else 'Slack has not signed it'}"


def _mail_answer(action: str, entry: _Entry) -> str:
    if action == Action.MAIL_ANSWER_FOLLOWED:
        did = {**ACTS, "note": "noted something about"}.get(str(entry.details.get("act")), "changed")
        return f"{entry.who} {did} follow-up {entry.target_id} by answering a mail"
    if not entry.target_id:
        mails = _amount(entry.details.get("mails"), "mail") or "A mail"
        return f"{mails} came to an address for answers that no mail of ours has"
    reasons = {"automatic": "written by a machine", "empty": "empty", "sender": "from another address"}
    reason = reasons.get(str(entry.details.get("reason"))) or _why(entry)
    return f"An answer to a mail to {entry.who} did nothing to follow-up {entry.target_id}: it was {reason}"


def _unsubscribing(action: str, entry: _Entry) -> str:
    if action == Action.ACTION_LINK_USED:
        mails = entry.details.get("mails")
        which = f" ({', '.join(map(str, mails))})" if isinstance(mails, list) and mails else ""
        return f"{entry.who} switched off mails by a link in one{which}"
    locked = entry.details.get("reason") == "kept"
    because = "nobody may switch them off" if locked else "it is of somebody inactive"
    return f"A link in a mail to {entry.whom} switched no mails off: {because}"


def _why(entry: _Entry) -> str:
    reasons = {"used": "used before", "expired": "too old", "inactive": "of somebody inactive"}
    reason = str(entry.details.get("reason"))
    changed = ("deleted", "completed", "reassigned", "restarted")
    return reasons.get(reason) or (f"{reason} meanwhile" if reason in changed else "refused")


def _deliveries(_: str, entry: _Entry) -> str:
    number = entry.details.get("number")
    many = "1 delivery that was" if number == 1 else f"{number} deliveries that were"
    what = f"{many} given up" if number else f"delivery {entry.target_id}"
    reason = entry.details.get("reason")
    return f"{entry.who} let {what} be tried again" + (f" (“{isolated(str(reason))}”)" if reason else "")


DESTINATIONS = {
    Action.DESTINATION_ADDED: "wants to be told {}",
    Action.DESTINATION_VERIFIED: "verified that they are told {}",
    Action.DESTINATION_CODE_WRONG: "gave a wrong code to be told {}",
    Action.DESTINATION_TESTED: "sent a test to themselves {}",
    Action.DESTINATION_REMOVED: "is told no more {}",
}
CHANNELS = {
    "email": "by mail",
    "slack": "in Slack",
    "slack_webhook": "in Slack",
    "teams": "in Teams",
    "apprise": "by Apprise",
    "push": "in a browser",
}


def _destination(action: str, entry: _Entry) -> str:
    address = entry.details.get("address")
    where = CHANNELS.get(str(entry.details.get("channel")), "elsewhere")
    where += f" at {isolated(str(address))}" if address else ""
    if action == Action.DESTINATION_SWITCHED and "reason" in entry.details:
        reason = isolated(str(entry.details["reason"]))
        return f"What tells somebody {where} was switched off, as it came back: {reason}"
    if action == Action.DESTINATION_SWITCHED:
        verb = "on" if entry.details.get("state") == "on" else "off"
        return f"{entry.who} switched {verb} what tells them {where}"
    return f"{entry.who} {DESTINATIONS[Action(action)].format(where)}"


VIEWS = {
    Action.SAVED_VIEW_SHARED: "shared the view {} with everybody",
    Action.SAVED_VIEW_CHANGED: "changed the shared view {}",
    Action.SAVED_VIEW_UNSHARED: "shares the view {} no more",
    Action.SAVED_VIEW_DELETED: "deleted the shared view {}",
}


FEEDS = {
    Action.CALENDAR_FEED_MADE: "made the calendar feed {}",
    Action.CALENDAR_FEED_ROTATED: "gave the calendar feed {} another address",
    Action.CALENDAR_FEED_REVOKED: "revoked the calendar feed {}",
}


def _calendar_feed(action: str, entry: _Entry) -> str:
    if isinstance(feeds := entry.details.get("feeds"), int):
        if entry.is_about_actor:
            return f"{entry.who} revoked all of their own calendar feeds"
        return f"{entry.who} revoked {_amount(feeds, 'calendar feed')} of {entry.whom}"
    which = f"“{isolated(str(entry.details.get('name', entry.target_id)))}”"
    return f"{entry.who} {FEEDS[Action(action)].format(which)}"


def _saved_view(action: str, entry: _Entry) -> str:
    which = f"“{isolated(str(entry.details.get('name', entry.target_id)))}”"
    return f"{entry.who} {VIEWS[Action(action)].format(which)}"


SEQUENCES = {
    Action.SEQUENCE_CREATED: "added the sequence {}",
    Action.SEQUENCE_CHANGED: "changed the sequence {}",
    Action.SEQUENCE_DELETED: "deleted the sequence {}",
    Action.SEQUENCE_STOPPED: "stopped the sequence {} on a lead or client",
}


def _sequence(action: str, entry: _Entry) -> str:
    which = f"“{isolated(str(entry.details.get('name', entry.target_id)))}”"
    number = len(entry.details.get("follow_ups", ()))
    deleted = f", which deleted {_amount(number, 'open follow-up')}" if number else ""
    return f"{entry.who} {SEQUENCES[Action(action)].format(which)}{deleted}"


WEBHOOKS = {
    Action.WEBHOOK_CREATED: "made {}",
    Action.WEBHOOK_CHANGED: "changed {}",
    Action.WEBHOOK_SECRET_ROTATED: "gave another secret to {}",
    Action.WEBHOOK_TESTED: "tested {}",
    Action.WEBHOOK_REPLAYED: "sent an event again to {}",
    Action.WEBHOOK_DELETED: "deleted {}",
}


def _webhook(action: str, entry: _Entry) -> str:
    host, state = entry.details.get("host"), entry.details.get("state")
    which = f"webhook {entry.target_id}" + (f" ({isolated(str(host))})" if host else "")
    if action == Action.WEBHOOK_SWITCHED_OFF:
        said = f"{which[:1].upper()}{which[1:]} was switched off"
        return f"{said}: {isolated(str(entry.details['reason']))}" if "reason" in entry.details else said
    if state in ("on", "paused") and len(entry.details) == 1:
        return f"{entry.who} {'paused' if state == 'paused' else 'switched on'} {which}"
    return f"{entry.who} {WEBHOOKS[Action(action)].format(which)}"


def _browser(action: str, entry: _Entry) -> str:
    browser = isolated(str(entry.details.get("browser", "a browser")))
    told = "is told" if action == Action.BROWSER_ADDED else "is no more told"
    return f"{entry.who} {told} in {browser}"


def _dead_letters(action: str, entry: _Entry) -> str:
    ids, type_, note = (entry.details.get(name) for name in ("ids", "type", "note"))
    number = len(ids) if isinstance(ids, list) else 1
    letters = "a dead letter" if number == 1 else f"{number} dead letters"
    of = f" ({isolated(str(type_))})" if type_ else ""
    if action == Action.DEAD_LETTERS_REPLAYED:
        return f"{entry.who} sent {letters}{of} again"
    return f"{entry.who} discarded {letters}{of}" + (f": “{isolated(str(note))}”" if note else "")


IMPORTED = {Action.USERS_IMPORTED: "people", Action.ABSENCES_IMPORTED: "absences"}


def _imported(action: str, entry: _Entry) -> str:
    what = IMPORTED.get(Action(action), "follow-ups")
    return f"{entry.who} imported {what}{_numbers(entry.details)}"


def _exported(_: str, entry: _Entry) -> str:
    view, format_ = entry.details.get("view", "all"), str(entry.details.get("format", "csv")).upper()
    return f"{entry.who} exported {view} follow-ups as {format_}"


def _calendar(action: str, entry: _Entry) -> str:
    calendar = f"the calendar “{isolated(str(entry.details.get('name', entry.target_id)))}”"
    match action:
        case Action.CALENDAR_CREATED:
            return f"{entry.who} added {calendar}"
        case Action.CALENDAR_ARCHIVED:
            return f"{entry.who} archived {calendar}"
        case _:
            changes = entry.details.get("changes")
            fields = [name.replace("_", " ") for name in changes] if isinstance(changes, dict) else []
            return f"{entry.who} changed {f'{listed(fields)} of ' if fields else ''}{calendar}"


def _holidays(_: str, entry: _Entry) -> str:
    calendar = f"the calendar “{isolated(str(entry.details.get('name', entry.target_id)))}”"
    changes = [
        f"{verb} {_amount(len(days), 'day')}"
        for field, verb in (("added", "added"), ("gone", "took away"))
        if isinstance(days := entry.details.get(field), list) and days
    ]
    return f"{entry.who} {listed(changes) or 'changed days'} of {calendar}"


def _policy(action: str, entry: _Entry) -> str:
    policy = f"the policy “{isolated(str(entry.details.get('name', entry.target_id)))}”"
    match action:
        case Action.POLICY_CREATED:
            return f"{entry.who} added {policy}"
        case Action.POLICY_DRAFTED:
            return f"{entry.who} wrote a draft of {policy}"
        case Action.POLICY_DRAFT_DISCARDED:
            return f"{entry.who} discarded the draft of {policy}"
        case Action.POLICY_PUBLISHED:
            moved = ", for open follow-ups too" if entry.details.get("move_open") else ""
            number = entry.details.get("version")
            version = f"version {number}" if number else "a version"
            return f"{entry.who} published {version} of {policy}{moved}"
        case Action.POLICY_ARCHIVED:
            return f"{entry.who} archived {policy}"
        case _:
            return f"{entry.who} put the policies into another order"


def _rules(_: str, entry: _Entry) -> str:
    whom = "they are" if entry.is_about_actor else "everybody is"
    return f"{entry.who} changed how {whom} told outside the house"


def _organisation(_: str, entry: _Entry) -> str:
    return f"{entry.who} changed the calendar of the organisation"


def _choice(action: str, entry: _Entry) -> str:
    choices = LISTS[action]
    if action == choices.ordered:
        return f"{entry.who} put the {choices.plural} into another order"
    one = f"the {choices.noun} “{isolated(str(entry.details.get('label', entry.target_id)))}”"
    if action == choices.created:
        return f"{entry.who} added {one}"
    changes = entry.details.get("changes")
    changed = changes if isinstance(changes, dict) else {}
    if archived := changed.get("archived"):
        return f"{entry.who} {'archived' if archived.get('to') else 'brought back'} {one}"
    return f"{entry.who} renamed {one}"


def _sweep(_: str, entry: _Entry) -> str:
    return f"{entry.who} asked for an escalation run"


def _numbers(details: Details) -> str:
    """ ": 3 added, 1 changed"; empty where nothing was."""
    said = {
        "created": "added",
        "updated": "changed",
        "unchanged": "unchanged",
        "subjects_changed": "leads and clients changed",
    }
    counted = [f"{details[name]} {word}" for name, word in said.items() if details.get(name)]
    return f": {', '.join(counted)}" if counted else ""


def _amount(number: object, noun: str) -> str:
    if not isinstance(number, int) or number == 0:
        return ""
    plural = (
        noun.replace("entry", "entries").replace("delivery", "deliveries") if "y " in noun else f"{noun}s"
    )
    return f"1 {noun}" if number == 1 else f"{number} {plural}"


LISTS: Mapping[str, ChoiceList] = {
    action: choices
    for choices in (KINDS, OUTCOMES)
    for action in (choices.created, choices.changed, choices.ordered)
}

SAYS: Mapping[str, Callable[[str, _Entry], str]] = {
    **dict.fromkeys((Action.ACTION_LINK_USED, Action.ACTION_LINK_REFUSED), _action_link),
    Action.SLACK_REFUSED: _slack,
    **dict.fromkeys((Action.MAIL_ANSWER_FOLLOWED, Action.MAIL_ANSWER_REFUSED), _mail_answer),
    **dict.fromkeys(
        (Action.LOGGED_IN, Action.LOG_IN_FAILED, Action.LOGGED_OUT, Action.SESSION_ENDED), _log_in
    ),
    **dict.fromkeys(
        (
            *(Action.USER_CREATED, Action.USER_CHANGED, Action.IDENTITY_BOUND, Action.IDENTITY_UNBOUND),
            *(Action.INVITED, Action.RESET_LINK_MADE),
        ),
        _person,
    ),
    **dict.fromkeys(
        (
            *(Action.ABSENCE_PLANNED, Action.ABSENCE_CHANGED),
            *(Action.ABSENCE_ENDED, Action.ABSENCE_CANCELLED),
        ),
        _absence,
    ),
    **dict.fromkeys((Action.WORK_HANDED_OVER, Action.HAND_OVER_UNDONE), _hand_over),
    **dict.fromkeys((Action.SUBJECTS_MERGED, Action.MERGE_UNDONE), _merge),
    **dict.fromkeys((Action.TOKEN_CREATED, Action.TOKEN_REVOKED), _token),
    **dict.fromkeys((*IMPORTED, Action.FOLLOW_UPS_IMPORTED), _imported),
    Action.FOLLOW_UPS_EXPORTED: _exported,
    **dict.fromkeys((Action.FOLLOW_UP_DELETED, Action.FOLLOW_UP_RESTORED), _follow_up),
    Action.COMMENT_DELETED: _comment,
    **dict.fromkeys((Action.CALENDAR_CREATED, Action.CALENDAR_CHANGED, Action.CALENDAR_ARCHIVED), _calendar),
    **dict.fromkeys(
        (
            *(Action.POLICY_CREATED, Action.POLICY_DRAFTED, Action.POLICY_DRAFT_DISCARDED),
            *(Action.POLICY_PUBLISHED, Action.POLICY_ARCHIVED, Action.POLICIES_ORDERED),
        ),
        _policy,
    ),
    Action.HOLIDAYS_REFRESHED: _holidays,
    Action.ORGANISATION_CHANGED: _organisation,
    Action.NOTIFICATION_RULES_CHANGED: _rules,
    **dict.fromkeys(LISTS, _choice),
    **dict.fromkeys(FEEDS, _calendar_feed),
    **dict.fromkeys(VIEWS, _saved_view),
    **dict.fromkeys(SEQUENCES, _sequence),
    **dict.fromkeys((Action.BROWSER_ADDED, Action.BROWSER_REMOVED), _browser),
    Action.SWEEP_REQUESTED: _sweep,
    Action.DELIVERIES_RETRIED: _deliveries,
    **dict.fromkeys((*DESTINATIONS, Action.DESTINATION_SWITCHED), _destination),
    **dict.fromkeys((*WEBHOOKS, Action.WEBHOOK_SWITCHED_OFF), _webhook),
    **dict.fromkeys((Action.DEAD_LETTERS_REPLAYED, Action.DEAD_LETTERS_DISCARDED), _dead_letters),
}
