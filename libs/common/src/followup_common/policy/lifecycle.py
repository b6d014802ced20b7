"""What may be done to a follow-up, by its state: one table for requests, bulk actions and imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a follow-up is between its plan and its end."""

    OPEN = "open"
    COMPLETED = "completed"
    DELETED = "deleted"


class Command(StrEnum):
    """What somebody does to a follow-up."""

    EDIT = "edit"
    RESCHEDULE = "reschedule"
    REASSIGN = "reassign"
    COMPLETE = "complete"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    WAIT = "wait"
    RESUME = "resume"
    UNDO = "undo"
    DELETE = "delete"
    RESTORE = "restore"


AS_BEFORE = None
"""The state that a follow-up had before the change that is taken back."""

TRANSITIONS: Mapping[State, Mapping[Command, State | None]] = {
    State.OPEN: {
        Command.EDIT: State.OPEN,
        Command.RESCHEDULE: State.OPEN,
        Command.REASSIGN: State.OPEN,
        Command.COMPLETE: State.COMPLETED,
        Command.REOPEN: State.OPEN,
        Command.ACKNOWLEDGE: State.OPEN,
        Command.SNOOZE: State.OPEN,
        Command.WAIT: State.OPEN,
        Command.RESUME: State.OPEN,
        Command.UNDO: AS_BEFORE,
        Command.DELETE: State.DELETED,
    },
    # Its title or notes may be corrected. Its due time and its assignee say who kept the promise and when it
    # was due: they change only once it is open again.
    State.COMPLETED: {
        Command.EDIT: State.COMPLETED,
        Command.COMPLETE: State.COMPLETED,
        Command.REOPEN: State.OPEN,
        Command.UNDO: AS_BEFORE,
        Command.DELETE: State.DELETED,
    },
    State.DELETED: {Command.RESTORE: AS_BEFORE},
}
"""The state after each command that a state allows; a command that is missing is refused in that state."""

_COMMANDS = {"due_at": Command.RESCHEDULE, "assignee_id": Command.REASSIGN}


def command_of(field: str) -> Command:
    """The command that changes a field of a follow-up."""
    return _COMMANDS.get(field, Command.EDIT)


def allows(state: State, command: Command) -> bool:
    """Whether a follow-up in this state takes a command."""
    return command in TRANSITIONS[state]


def refused_fields(state: State, changed: Iterable[str]) -> list[str]:
    """Those of the changed fields that must stay as they are in this state."""
    return [field for field in changed if not allows(state, command_of(field))]
