"""What happened to a follow-up, as sentences for people; `why` has the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from followup_common.wording import isolated, listed, zone

from followup_api.comments.schemas import Comment
from followup_api.followups.facts import DEFAULT_OUTCOME
from followup_api.followups.schemas import PersonName

HOLDS = {"wait": "its wait", "snooze": "their snooze", "acknowledge": "having it"}
"""What ends, by the kind of hold."""
FIELDS = {
    "external_id": "external id",
    "subject_id": "lead or client",
    "due_at": "due time",
    "assignee_id": "assignee",
    "completed_at": "status",
}


def action(
    kind: str,
    actor: str | None,
    details: Mapping[str, Any],
    person: Callable[[int], PersonName],
    time_zone: str,
) -> str:
    """What somebody did to a follow-up; for a kind of a later version, the kind itself."""
    who = isolated(actor) if actor else "The system"
    changes: Mapping[str, Mapping[str, Any]] = details.get("changes", {})
    reason = f": “{isolated(details['reason'])}”" if details.get("reason") else ""
    match kind:
        case "created" if "due_at" in details:
            after = f", after “{isolated(details['after'])}”" if "after" in details else ""
            after += _of_series(details) + _of_sequence(details)
            did = f"created it, due {at(details['due_at'], time_zone)}{after}"
        case "completed" if details:
            next_one = " and planned the next one" if "next_id" in details else ""
            next_one += ", the last one of its series" if "series_over" in details else ""
            next_one += _sequence_over(details)
            did = f"completed it{next_one}{_came_of_it(details)}"
        case "logged":
            what = f"logged “{isolated(details['kind_label'])}”" if "kind_label" in details else "noted"
            did = f"{what}{_came_of_it(details)}"
        case "imported":
            did = f"changed {edits(changes)} by an import" if changes else "imported it"
        case "edited":
            merged = " by merging two, or undoing that" if "merge" in details else ""
            did = f"changed {edits(changes)}{merged}{reason}"
        case "rescheduled":
            before, after = (at(changes["due_at"][side], time_zone) for side in ("from", "to"))
            did = f"moved it from {before} to {after}{reason}"
        case "reassigned":
            giver, taker = (isolated(person(changes["assignee_id"][side]).name) for side in ("from", "to"))
            did = f"handed it from {giver} to {taker}{reason}"
        case "undone":
            did = f"undid {listed(list(_undone(changes, person, time_zone)))}"
        case "acknowledged" | "snoozed" | "waiting" | "resumed" | "hold_ended" | "repeats" | "series_ended":
            did = f"{_held(kind, details, person, time_zone)}{reason}"
        case "policy_changed":
            before, after = (_version(details[side]) for side in ("from", "to"))
            again = ", and started its clock again" if details.get("restarted") else ""
            did = f"moved it from {before} to {after}{again}"
        case "created" | "completed" | "reopened" | "restored":
            did = f"{kind} it"
        case _:
            did = f"noted: {kind.replace('_', ' ')}"
    return f"{who} {did}"


def commented(kind: str, actor: str, said: Comment | None) -> str:
    """What somebody said, or did to a comment; without it where that is not kept any more."""
    if kind != "commented":
        return f"{isolated(actor)} {kind.removeprefix('comment_')} a comment"
    what = ", and it was deleted" if said and said.deleted_at else f": “{said.text}”" if said else ""
    return f"{isolated(actor)} commented{what}"


def _held(kind: str, details: Mapping[str, Any], person: Callable[[int], PersonName], time_zone: str) -> str:
    """What somebody did to hold it, to end that, or to let it repeat."""
    match kind:
        case "repeats":
            return f"lets it repeat: {details['summary']}"
        case "series_ended":
            return "ended its series: nothing comes after it"
        case "resumed":
            return f"ended {HOLDS[details['hold']]}"
        case "hold_ended":
            told = listed([isolated(person(each["user_id"]).name) for each in details["recipients"]])
            return f"told {told} that {_over(details, person, time_zone)}"
    did = {"acknowledged": "has it", "snoozed": "snoozed it", "waiting": "lets it wait"}[kind]
    return f"{did} until {at(details['until'], time_zone)}"


def _over(details: Mapping[str, Any], person: Callable[[int], PersonName], time_zone: str) -> str:
    """What has ended by its time: "the wait since 2 Mar 2026, 10:00 is over"."""
    whose = isolated(person(details["user_id"]).name)
    match details["hold"]:
        case "wait":
            return f"the wait since {at(details['since'], time_zone)} is over, and the clock goes on"
        case "snooze":
            return "the time until which they had snoozed it has come"
        case _:
            return f"the time has passed for which {whose} had it"


def _came_of_it(details: Mapping[str, Any]) -> str:
    """What somebody said came of it: ": No answer. “Voicemail is full.”"."""
    plain = details.get("outcome") == DEFAULT_OUTCOME
    outcome = None if plain else details.get("outcome_label") or details.get("outcome")
    note = details.get("note")
    said = [*([isolated(outcome)] if outcome else []), *([f"“{isolated(note)}”"] if note else [])]
    return f": {'. '.join(said)}" if said else ""


def _undone(
    changes: Mapping[str, Mapping[str, Any]], person: Callable[[int], PersonName], time_zone: str
) -> Iterator[str]:
    """What was undone, in the words of what had been done."""
    if ended := changes.get("completed_at"):
        yield "its reopening" if ended["to"] else "its completion"
    if changes.keys() == {"hold_changes"}:
        yield "what they had done to hold it, or to end that"
    if edited := sorted(set(changes) - {"completed_at", "due_at", "assignee_id", "hold_changes"}):
        yield f"the change of {fields(edited)}"
    if moved := changes.get("due_at"):
        yield f"its move (due {at(moved['to'], time_zone)} again)"
    if handed := changes.get("assignee_id"):
        yield f"its reassignment ({isolated(person(handed['to']).name)}'s again)"


def _of_series(details: Mapping[str, Any]) -> str:
    """That it is the next one of a series, and how many dates passed before it."""
    if "series_id" not in details:
        return ""
    missed = details.get("missed", 0)
    dates = "1 date" if missed == 1 else f"{missed} dates"
    passed = f"; {dates} before it passed" if missed else ""
    return f", the next one of its series{passed}"


def _of_sequence(details: Mapping[str, Any]) -> str:
    """Which step of a sequence it is."""
    if "sequence" not in details:
        return ""
    return f", step {details['step']} of {details['steps']} of “{isolated(details['sequence'])}”"


def _sequence_over(details: Mapping[str, Any]) -> str:
    """What its completion did to its sequence."""
    removed = len(details.get("removed_of_sequence", ()))
    match details.get("sequence_over"):
        case "finished":
            return ", the last step of its sequence"
        case "outcome" if removed:
            what = "1 open follow-up" if removed == 1 else f"{removed} open follow-ups"
            return f", which stopped its sequence and deleted {what} of it"
        case "outcome":
            return ", which stopped its sequence"
        case _:
            return ""


def _version(details: Mapping[str, Any]) -> str:
    return f"the policy “{isolated(str(details['policy']))}” (version {details['version']})"


def edits(changes: Mapping[str, Mapping[str, Any]]) -> str:
    """What was changed, short things from what to what: "the title and the priority from normal to high"."""
    return listed([_edit(name, change) for name, change in changes.items()])


def _edit(name: str, change: Mapping[str, Any]) -> str:
    before, after = change.get("from"), change.get("to")
    match name:
        case "kind" | "priority":
            return f"the {name} from {isolated(str(before))} to {isolated(str(after))}"
        case "value":
            return f"the value from {_money(before)} to {_money(after)}"
        case "tags":
            added = [f"“{isolated(tag)}”" for tag in after or () if tag not in (before or ())]
            removed = [f"“{isolated(tag)}”" for tag in before or () if tag not in (after or ())]
            said = [f"{did} {listed(tags)}" for did, tags in (("added", added), ("removed", removed)) if tags]
            return f"the tags ({', '.join(said)})"
        case _:
            return fields([name])


def _money(value: Mapping[str, Any] | None) -> str:
    return f"{value['currency']} {Decimal(value['amount']):,.2f}" if value else "none"


def fields(changes: Iterable[str]) -> str:
    """The names of changed fields: "the title and the due time"."""
    return listed([f"the {FIELDS.get(name, name)}" for name in changes])


def at(moment: str, time_zone: str) -> str:
    """A moment on somebody's own clock: "2 Mar 2026, 10:00"."""
    local = datetime.fromisoformat(moment).astimezone(zone(time_zone))
    return f"{local.day} {local:%b %Y, %H:%M}"
