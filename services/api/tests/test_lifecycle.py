"""Single requests, bulk actions, imports and the documents go by one table of what a state allows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from followup_common.policy.lifecycle import TRANSITIONS, Command, State, allows
from sqlalchemy import text

from tests.support.waiting import eventually

from .companies import DUE, Company
from .importing import AMIR, FOLLOW_UPS, imported, send, wrong

LATER = "2031-01-01T09:00:00Z"
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
""")


HELD = {
    Command.SNOOZE: {"preset": "tomorrow"},
    Command.WAIT: {"preset": "tomorrow", "reason": "They decide."},
}


def in_state(company: Company, state: State) -> int:
    """A follow-up of Amir's, known to files as `d-1`, in a state."""
    follow_up = int(company.create(company.amir, external_id="d-1", title="Call Acme")["id"])
    if state is not State.OPEN:
        ends = {State.COMPLETED: ("POST", "/complete"), State.DELETED: ("DELETE", "")}
        method, path = ends[state]
        company.ask(company.ada, method, f"/follow-ups/{follow_up}{path}")
    return follow_up


def asked(company: Company, follow_up: int, command: Command) -> int:
    """Send the request that is a command; its status."""
    changes = {
        Command.EDIT: {"title": "Call Acme again"},
        Command.RESCHEDULE: {"due_at": LATER},
        Command.REASSIGN: {"assignee_id": company.mia.id},
    }
    path = f"/follow-ups/{follow_up}"
    if command in changes:
        return company.ask(company.ada, "PATCH", path, json=changes[command]).status_code
    if command is Command.DELETE:
        return company.ask(company.ada, "DELETE", path).status_code
    if command is Command.RESUME:
        asked(company, follow_up, Command.WAIT)
        return company.ask(company.ada, "DELETE", f"{path}/holds/1").status_code
    if command is Command.ACKNOWLEDGE:  # by its assignee, once a step has told them
        company.world.execute(
            "INSERT INTO activities (kind, follow_up_id, run, step, repeat) "
            "VALUES ('escalated', :id, 1, 1, 0)",
            id=follow_up,
        )
        return company.ask(company.amir, "POST", f"{path}/acknowledge").status_code
    if command in HELD:
        return company.ask(company.ada, "POST", f"{path}/{command}", json=HELD[command]).status_code
    return company.ask(company.ada, "POST", f"{path}/{command}").status_code


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("state", State)
def test_a_request_is_taken_where_the_table_allows_it(
    company: Company, state: State, command: Command
) -> None:
    follow_up = in_state(company, state)
    if command is Command.UNDO and state is State.OPEN:
        asked(company, follow_up, Command.EDIT)  # there is nothing else to take back
    status = asked(company, follow_up, command)
    assert (status < 300) == allows(state, command)
    hidden = state is State.DELETED or command is Command.RESTORE
    assert status in {200, 204} if allows(state, command) else status == (404 if hidden else 409)


@pytest.mark.parametrize("command", [Command.RESCHEDULE, Command.REASSIGN, Command.COMPLETE, Command.UNDO])
@pytest.mark.parametrize("state", [State.OPEN, State.COMPLETED])
def test_a_bulk_action_is_done_where_the_table_allows_it(
    company: Company, state: State, command: Command
) -> None:
    follow_up = in_state(company, state)
    if command is Command.UNDO and state is State.OPEN:
        asked(company, follow_up, Command.EDIT)
    values: dict[Command, dict[str, Any]] = {
        Command.RESCHEDULE: {"due_at": LATER},
        Command.REASSIGN: {"assignee_id": company.mia.id},
    }
    body = {"ids": [follow_up], "action": command, **values.get(command, {})}
    result = company.ask(company.ada, "POST", "/follow-ups/bulk", json=body).json()
    assert result["done"] == ([follow_up] if allows(state, command) else [])
    if not allows(state, command):
        assert result["failed"][0]["message"] == "It is completed: reopen it first."


@pytest.mark.parametrize("command", [Command.EDIT, Command.RESCHEDULE, Command.REASSIGN])
@pytest.mark.parametrize("status", ["", "completed", "open"])
@pytest.mark.parametrize("state", [State.OPEN, State.COMPLETED])
def test_a_line_of_a_file_is_taken_where_the_table_allows_it(
    company: Company, state: State, status: str, command: Command
) -> None:
    follow_up = in_state(company, state)
    before = company.get(company.ada, f"/follow-ups/{follow_up}")
    title = "Call Acme again" if command is Command.EDIT else "Call Acme"
    due = LATER if command is Command.RESCHEDULE else DUE
    whose = company.mia.email if command is Command.REASSIGN else AMIR
    line = f"d-1,{title},{whose},{due},,,,,,{status}\n"
    reopened = State.OPEN if status == "open" else state
    if allows(reopened, command):
        assert imported(company, "follow-ups", FOLLOW_UPS + line) == (0, 1, 0)
        return
    field = {Command.RESCHEDULE: "due_at", Command.REASSIGN: "assignee_email"}[command]
    answer = send(company, "follow-ups", FOLLOW_UPS + line + f"d-2,Two,{AMIR},{DUE},,,,,,\n")
    assert wrong(answer) == [(2, field)]
    assert "reopen it with status open" in answer.json()["errors"][0]["message"]
    partly = send(company, "follow-ups", FOLLOW_UPS + line + f"d-2,Two,{AMIR},{DUE},,,,,,\n", partial=True)
    assert (partly.json()["created"], partly.json()["updated"]) == (1, 0)
    assert [error["field"] for error in partly.json()["errors"]] == [field]
    assert company.get(company.ada, f"/follow-ups/{follow_up}") == before


def test_the_refusal_names_each_field_and_the_way_out(company: Company) -> None:
    follow_up = in_state(company, State.COMPLETED)
    change = {"title": "Call Acme again", "due_at": LATER, "assignee_id": company.mia.id}
    answer = company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json=change)
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["due_at", "assignee_id"]
    assert all(error["message"].endswith("reopen it first.") for error in answer.json()["errors"])
    assert company.get(company.amir, f"/follow-ups/{follow_up}")["title"] == "Call Acme"
    assert company.activities(follow_up) == ["created", "completed"]


@pytest.mark.parametrize("many", [False, True])
def test_what_changes_nothing_is_not_refused(company: Company, many: bool) -> None:
    """A form or a program that sends all fields may correct the title."""
    follow_up = in_state(company, State.COMPLETED)
    if many:
        body = {"ids": [follow_up], "action": "reschedule", "due_at": DUE}
        result = company.ask(company.amir, "POST", "/follow-ups/bulk", json=body).json()
        assert (result["done"], result["changed"], result["failed"]) == ([follow_up], [], [])
    else:
        change = {"title": "Call Acme again", "due_at": DUE, "assignee_id": company.amir.id}
        answer = company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json=change)
        assert answer.status_code == 200


def move(company: Company, follow_up: int) -> Any:
    return company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json={"due_at": LATER})


def move_by_import(company: Company, _: int) -> Any:
    return send(company, "follow-ups", f"{FOLLOW_UPS}d-1,Call Acme,{AMIR},{LATER},,,,,,\n")


@pytest.mark.parametrize(("change", "status"), [(move, 409), (move_by_import, 422)])
def test_what_somebody_completes_at_this_moment_is_not_moved(
    company: Company, change: Callable[[Company, int], Any], status: int
) -> None:
    follow_up = in_state(company, State.OPEN)
    with ThreadPoolExecutor(1) as thread, company.world.engine.begin() as tx:
        tx.execute(text("UPDATE follow_ups SET completed_at = now()"))
        answer = thread.submit(change, company, follow_up)
        with company.world.engine.connect() as watch:
            eventually(lambda: watch.execute(WAITS).scalar_one())
        tx.commit()
        assert answer.result(60).status_code == status
    assert company.get(company.amir, f"/follow-ups/{follow_up}")["due_at"] == DUE


def test_the_guide_shows_the_table() -> None:
    rows = [
        f"| {command} | "
        + " | ".join(_result(state, command) for state in (State.OPEN, State.COMPLETED))
        + " |"
        for command in Command
        if command is not Command.RESTORE
    ]
    assert "\n".join(rows) in GUIDE.read_text(encoding="utf-8")


def _result(state: State, command: Command) -> str:
    if not allows(state, command):
        return "refused: reopen it first"
    after = TRANSITIONS[state][command]
    return "as before the change" if after is None else str(after)
