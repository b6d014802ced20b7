"""The table of what a follow-up takes in which state is whole, and what it refuses has a way out."""

from __future__ import annotations

import pytest
from followup_common.policy.lifecycle import (
    AS_BEFORE,
    TRANSITIONS,
    Command,
    State,
    allows,
    command_of,
    refused_fields,
)
from hypothesis import assume, given
from hypothesis import strategies as st

FIELDS = ["external_id", "title", "notes", "due_at", "assignee_id", "subject"]

commands = st.lists(st.sampled_from(Command), max_size=12)
fields = st.sets(st.sampled_from(FIELDS))


def after(state: State, commands: list[Command]) -> State:
    """The state after all of these that are allowed; what is taken back is the last change."""
    history = [state]
    for command in commands:
        if allows(history[-1], command):
            to = TRANSITIONS[history[-1]][command]
            if to is not AS_BEFORE:
                history.append(to)
            elif len(history) > 1:
                history.pop()
    return history[-1]


def test_each_state_has_its_commands_and_each_command_a_state() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {command for allowed in TRANSITIONS.values() for command in allowed} == set(Command)


@given(commands)
def test_what_is_completed_is_open_again_only_by_reopening_or_taking_back(commands: list[Command]) -> None:
    assume(not {Command.REOPEN, Command.UNDO} & set(commands))
    assert after(State.COMPLETED, commands) is not State.OPEN


@given(commands)
def test_reopening_is_a_way_out_of_each_refusal(commands: list[Command]) -> None:
    state = after(State.OPEN, commands)
    assume(state is not State.DELETED)
    assert allows(state, Command.REOPEN)
    assert TRANSITIONS[state][Command.REOPEN] is State.OPEN
    assert set(TRANSITIONS[state]) <= set(TRANSITIONS[State.OPEN])


@pytest.mark.parametrize("command", [Command.COMPLETE, Command.REOPEN])
@pytest.mark.parametrize("state", [State.OPEN, State.COMPLETED])
def test_twice_is_once(state: State, command: Command) -> None:
    assert after(state, [command]) is after(state, [command, command])


@given(fields)
def test_completed_ones_keep_due_time_and_assignee_and_nothing_else(changed: set[str]) -> None:
    assert refused_fields(State.OPEN, sorted(changed)) == []
    assert set(refused_fields(State.COMPLETED, sorted(changed))) == changed & {"due_at", "assignee_id"}


@given(fields)
def test_a_change_is_refused_as_its_commands_are(changed: set[str]) -> None:
    for state in (State.OPEN, State.COMPLETED):
        refused = any(not allows(state, command_of(field)) for field in changed)
        assert bool(refused_fields(state, changed)) is refused
