"""Undoing one's own last change: everything as it was, nobody told again; else the answer says why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from followup_api.followups.undo import keep_for_undo
from followup_common.contracts import OutboxTick
from followup_common.db.prune import prune
from httpx import Response
from sqlalchemy import text

from tests.support.company import Company as Database
from tests.support.pipeline import Pipeline
from tests.support.policies import STEP, give, open_for, publish

from .companies import Company
from .conftest import Person
from .pipelines import sweep

HOUR = timedelta(hours=1)
LATER = "2031-01-01T09:00:00Z"


def kept(company: Company, follow_up: int) -> dict[str, Any]:
    """A follow-up and its state without what an undo may change: numbers that are never used again."""
    [row] = company.world.execute(
        "SELECT s.*, f.* FROM follow_ups f JOIN escalation_states s ON s.follow_up_id = f.id "
        "WHERE f.id = :id",
        id=follow_up,
    )
    apart = ("version", "updated_at", "assignment", "last_run")
    return {name: value for name, value in row._mapping.items() if name not in apart}


def told(company: Company) -> list[Any]:
    """Everything that anybody was told."""
    return company.world.execute(
        "SELECT follow_up_id, run, step, repeat, user_id FROM notifications ORDER BY id"
    )


CHANGES: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "complete": ("POST", "/complete", None),
    "reschedule": ("PATCH", "", {"due_at": LATER, "reason": "On holiday"}),
    "reschedule to the past": ("PATCH", "", {"due_at": "2020-01-01T09:00:00Z", "reason": "By mistake"}),
    "reassign": ("PATCH", "", {"assignee_id": "mia"}),
    "rename": ("PATCH", "", {"title": "Renamed"}),
    "everything": (
        "PATCH",
        "",
        {"title": "X", "notes": "n", "due_at": LATER, "reason": "R", "assignee_id": "mia"},
    ),
}


def change(company: Company, who: Person, follow_up: int, name: str) -> Response:
    """Change a follow-up in one of the ways above."""
    method, suffix, body = CHANGES[name]
    if body and "assignee_id" in body:
        body = {**body, "assignee_id": company.mia.id}
    answer = company.ask(who, method, f"/follow-ups/{follow_up}{suffix}", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def undo(company: Company, who: Person, follow_up: int, **more: Any) -> Response:
    return company.ask(who, "POST", f"/follow-ups/{follow_up}/undo", **more)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("overdue", [-30 * HOUR, HOUR, 50 * HOUR, 100 * HOUR])
def test_an_undo_puts_all_back_and_tells_nobody(
    company: Company, pipeline: Pipeline, name: str, overdue: timedelta
) -> None:
    follow_up = company.follow_up(company.amir, overdue=overdue)
    sweep(pipeline)
    before, heard = kept(company, follow_up), told(company)
    change(company, company.dana, follow_up, name)
    answer = undo(company, company.dana, follow_up)
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 3
    assert kept(company, follow_up) == before
    sweep(pipeline)
    assert kept(company, follow_up) == before
    assert [line for line in told(company) if line.step > 0] == [line for line in heard if line.step > 0]
    assert company.activities(follow_up)[-1] == "undone"
    [latest, *_] = company.get(company.amir, f"/follow-ups/{follow_up}/activities")["items"]
    assert latest["actor"]["name"] == "Dana Reyes"
    assert latest["summary"].startswith("Dana Reyes undid ")


def test_whom_it_goes_back_to_is_not_told_of_it_again(company: Company, pipeline: Pipeline) -> None:
    follow_up = company.follow_up(company.amir)
    change(company, company.dana, follow_up, "reassign")
    assert undo(company, company.dana, follow_up).json()["assignee_id"] == company.amir.id
    sweep(pipeline)  # the event of the reassignment comes late
    assert [line for line in told(company) if line.step == 0] == []
    [row] = company.world.execute("SELECT assignment FROM follow_ups")
    assert row.assignment == 3
    change(company, company.dana, follow_up, "reassign")
    sweep(pipeline)
    assert [(line.repeat, line.user_id) for line in told(company) if line.step == 0] == [(4, company.mia.id)]


def test_the_history_says_what_was_undone(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    for name in CHANGES:
        change(company, company.ada, follow_up, name)
        undo(company, company.ada, follow_up)
    entries = company.get(company.amir, f"/follow-ups/{follow_up}/activities")["items"]
    said = [entry["summary"] for entry in reversed(entries) if entry["kind"] == "undone"]
    assert said[0] == "Ada Admin undid its completion"
    assert said[1].startswith("Ada Admin undid its move (due ")
    assert said[3] == "Ada Admin undid its reassignment (Amir Patel's again)"
    assert said[4] == "Ada Admin undid the change of the title"
    assert said[5].startswith("Ada Admin undid the change of the notes and the title, its move (due ")


def test_the_next_run_after_an_undone_one_has_a_number_of_its_own(
    company: Company, pipeline: Pipeline
) -> None:
    """Else what was told in the undone run would count as told in the next one."""
    follow_up = company.follow_up(company.amir, overdue=-HOUR)
    change(company, company.amir, follow_up, "reschedule to the past")
    sweep(pipeline)
    undo(company, company.amir, follow_up)
    change(company, company.amir, follow_up, "reschedule to the past")
    sweep(pipeline)
    heard = [(line.run, line.step, line.user_id) for line in told(company)]
    both = (company.amir.id, company.ada.id)
    assert sorted(heard) == sorted((run, 3, person) for run in (2, 3) for person in both)


def test_a_step_that_the_undone_change_stopped_is_told(company: Company, pipeline: Pipeline) -> None:
    """It was claimed before the completion and came to the notifier after it."""
    follow_up = company.follow_up(company.amir)
    pipeline.request_sweep()
    pipeline.escalator_only()
    change(company, company.amir, follow_up, "complete")
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    assert told(company) == []
    undo(company, company.amir, follow_up)
    for _ in range(2):
        sweep(pipeline)
    assert [(line.step, line.user_id) for line in told(company)] == [(1, company.amir.id)]


def test_of_several_steps_that_the_undone_change_stopped_the_last_is_told(
    company: Company, pipeline: Pipeline
) -> None:
    """The others were overtaken, as after an outage."""
    follow_up = company.follow_up(company.amir, overdue=47 * HOUR)
    for _ in range(2):
        pipeline.request_sweep()
        pipeline.escalator_only()
        with pipeline.company() as database:
            database.let_pass(2 * HOUR)
    change(company, company.dana, follow_up, "complete")
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    undo(company, company.dana, follow_up)
    sweep(pipeline)
    assert {line.step for line in told(company)} == {2}
    raised = company.world.execute("SELECT step, status FROM escalations ORDER BY step")
    assert [tuple(row) for row in raised] == [(1, "skipped"), (2, "raised")]


def test_an_assignment_that_the_undone_change_stopped_is_told(company: Company, pipeline: Pipeline) -> None:
    follow_up = company.follow_up(company.amir, overdue=-HOUR)
    change(company, company.dana, follow_up, "reassign")
    change(company, company.dana, follow_up, "complete")
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    assert told(company) == []
    undo(company, company.dana, follow_up)
    for _ in range(2):
        sweep(pipeline)
    assert [(line.step, line.user_id) for line in told(company)] == [(0, company.mia.id)]


def test_who_was_to_hear_of_a_reassignment_does_though_its_event_met_a_run_that_was_undone(
    company: Company, pipeline: Pipeline
) -> None:
    """The new run has no step yet, so that only the new assignee was told; and nobody is told again."""
    follow_up = company.follow_up(company.amir, overdue=50 * HOUR)
    sweep(pipeline)
    change(company, company.ada, follow_up, "reassign")
    change(company, company.ada, follow_up, "reschedule")
    pipeline.publish(pipeline.everything_sent())
    pipeline.work()
    before = told(company)
    assert [(line.run, line.step, line.user_id) for line in before[-1:]] == [(2, 0, company.mia.id)]
    undo(company, company.ada, follow_up)
    sweep(pipeline)
    after = told(company)[len(before) :]
    assert [(line.run, line.step, line.user_id) for line in after] == [(1, 2, company.dana.id)]
    change(company, company.ada, follow_up, "complete")
    undo(company, company.ada, follow_up)
    sweep(pipeline)
    assert told(company) == [*before, *after]


def test_a_step_that_came_after_a_reassignment_stays_when_that_is_undone(
    company: Company, pipeline: Pipeline
) -> None:
    follow_up = company.follow_up(company.amir, overdue=47 * HOUR)
    sweep(pipeline)
    change(company, company.dana, follow_up, "reassign")
    with pipeline.company() as database:
        database.let_pass(2 * HOUR)
    sweep(pipeline)
    undo(company, company.dana, follow_up)
    sweep(pipeline)
    assert kept(company, follow_up)["step"] == 2
    second = {(line.step, line.user_id) for line in told(company) if line.step == 2}
    assert second >= {(2, company.amir.id), (2, company.mia.id)}, "told to those whom it concerns now, too"
    assert len(told(company)) == len(set(told(company)))


@pytest.mark.parametrize("counts", [{"after": "PT1H"}, {"after": None, "working": "PT1H"}])
def test_a_reopening_can_be_undone(company: Company, counts: dict[str, str | None]) -> None:
    with company.world.engine.begin() as tx:
        publish(Database(tx), STEP | counts)
    follow_up = company.follow_up(company.amir)
    change(company, company.mia, follow_up, "complete")
    before = kept(company, follow_up)
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/reopen")
    assert undo(company, company.amir, follow_up).json()["status"] == "completed"
    assert kept(company, follow_up) == before


def refused(answer: Response) -> str:
    assert answer.status_code == 409, answer.text
    detail: str = answer.json()["detail"]
    return detail


def test_what_is_not_ones_own_last_change_of_a_moment_ago_stays(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    assert "no change of yours" in refused(undo(company, company.amir, follow_up))
    change(company, company.dana, follow_up, "complete")
    assert "somebody else's" in refused(undo(company, company.amir, follow_up))
    company.world.execute("UPDATE follow_ups SET title = 'by an import' WHERE id = :id", id=follow_up)
    assert "changed again" in refused(undo(company, company.dana, follow_up))
    assert company.get(company.amir, f"/follow-ups/{follow_up}")["status"] == "completed"


@pytest.mark.parametrize("away", ["- interval '10 minutes 1 second'", "+ interval '3 days'"])
def test_after_ten_minutes_it_is_too_late(company: Company, away: str) -> None:
    """Also where the clock was ahead for a while."""
    follow_up = company.follow_up(company.amir)
    change(company, company.amir, follow_up, "complete")
    company.world.execute(f"UPDATE undoable_changes SET changed_at = changed_at {away}")
    assert "10 minutes" in refused(undo(company, company.amir, follow_up))


def test_it_can_be_undone_once(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    change(company, company.amir, follow_up, "complete")
    assert undo(company, company.amir, follow_up).status_code == 200
    assert "no change of yours" in refused(undo(company, company.amir, follow_up))


def test_an_external_id_that_another_has_by_now_is_left_alone(company: Company) -> None:
    first = company.create(company.amir, external_id="deal-1")["id"]
    company.ask(company.amir, "PATCH", f"/follow-ups/{first}", json={"external_id": "deal-2"})
    company.create(company.amir, external_id="deal-1")
    assert "external id" in refused(undo(company, company.amir, first))
    assert company.get(company.amir, f"/follow-ups/{first}")["external_id"] == "deal-2"


def test_a_stale_tag_and_what_is_out_of_sight_are_refused(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    change(company, company.amir, follow_up, "complete")
    assert undo(company, company.amir, follow_up, headers={"If-Match": '"1"'}).status_code == 412
    assert undo(company, company.otto, follow_up).status_code == 404


def test_nothing_goes_back_to_somebody_who_is_out_of_sight_by_now(company: Company) -> None:
    away, alone = (company.follow_up(company.amir, overdue=HOUR) for _ in range(2))
    for follow_up in (away, alone):
        change(company, company.mia, follow_up, "reassign")
    company.world.execute("UPDATE users SET manager_id = NULL WHERE id = :id", id=company.amir.id)
    mine = company.follow_up(company.mia, overdue=HOUR)
    change(company, company.mia, mine, "complete")
    refused = company.ask(company.mia, "POST", f"/follow-ups/{alone}/undo")
    assert refused.status_code == 409
    assert "may not see any more" in refused.json()["detail"]
    result = company.ask(
        company.mia, "POST", "/follow-ups/bulk", json={"ids": [away, mine], "action": "undo"}
    ).json()
    assert result["done"] == [mine]
    assert [failure["id"] for failure in result["failed"]] == [away]
    assert kept(company, away)["assignee_id"] == company.mia.id
    assert kept(company, mine)["completed_at"] is None


def test_nothing_is_given_back_to_somebody_who_is_inactive_by_now(company: Company) -> None:
    given, alone, theirs = (company.follow_up(company.amir, overdue=HOUR) for _ in range(3))
    for follow_up in (given, alone):
        change(company, company.dana, follow_up, "reassign")
    change(company, company.dana, theirs, "complete")
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.amir.id)
    before = kept(company, alone)
    assert "Amir Patel, whose it was, is inactive by now" in refused(undo(company, company.dana, alone))
    assert kept(company, alone) == before
    body = {"ids": [given, theirs], "action": "undo"}
    result = company.ask(company.dana, "POST", "/follow-ups/bulk", json=body).json()
    assert result["done"] == [theirs]  # whose it is does not change by that
    [failure] = result["failed"]
    assert failure["id"] == given
    assert "Amir Patel" in failure["message"]
    assert kept(company, given)["assignee_id"] == company.mia.id
    company.world.execute("UPDATE users SET active = true WHERE id = :id", id=company.amir.id)
    assert undo(company, company.dana, given).json()["assignee_id"] == company.amir.id


def hand(company: Company, follow_up: int, to: Person) -> None:
    """Ada gives it to somebody."""
    answer = company.ask(company.ada, "PATCH", f"/follow-ups/{follow_up}", json={"assignee_id": to.id})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("bulk", [False, True])
def test_who_has_it_by_an_undo_and_never_heard_of_it_is_told_once(
    company: Company, pipeline: Pipeline, bulk: bool
) -> None:
    """Nobody was told of the first reassignment before the second one: each event finds it moved on."""
    follow_up = company.follow_up(company.amir, overdue=-HOUR)
    hand(company, follow_up, company.mia)
    for to in (company.otto, company.dana):
        hand(company, follow_up, to)
        if bulk:
            body = {"ids": [follow_up], "action": "undo"}
            assert company.ask(company.ada, "POST", "/follow-ups/bulk", json=body).json()["done"]
        else:
            assert undo(company, company.ada, follow_up).status_code == 200
    for _ in range(2):
        sweep(pipeline)
    assert [(line.step, line.user_id) for line in told(company)] == [(0, company.mia.id)]
    hand(company, follow_up, company.otto)
    undo(company, company.ada, follow_up)
    sweep(pipeline)
    assert [(line.step, line.user_id) for line in told(company)] == [(0, company.mia.id)]


def test_what_one_was_told_long_ago_is_not_told_again_after_pruning(
    company: Company, pipeline: Pipeline
) -> None:
    follow_up = company.follow_up(company.amir, overdue=-HOUR)
    change(company, company.dana, follow_up, "reassign")
    sweep(pipeline)
    heard = told(company)
    assert [(line.step, line.user_id) for line in heard] == [(0, company.mia.id)]
    change(company, company.dana, follow_up, "reschedule")
    for table in ("notifications", "activities"):
        company.world.execute(f"UPDATE {table} SET created_at = created_at - interval '60 days'")
    company.world.execute("DELETE FROM undoable_changes")
    prune(company.world.database_url, timedelta(days=30))
    change(company, company.dana, follow_up, "complete")
    undo(company, company.dana, follow_up)
    assert company.ask(company.ada, "DELETE", f"/follow-ups/{follow_up}").status_code == 204
    assert company.ask(company.ada, "POST", f"/follow-ups/{follow_up}/restore").status_code == 200
    sweep(pipeline)
    assert told(company) == heard


def test_what_can_be_undone_is_not_pruned(company: Company, pipeline: Pipeline) -> None:
    """Else a run that an undo brings back would have forgotten whom it told."""
    follow_up = company.follow_up(company.amir, overdue=50 * HOUR)
    sweep(pipeline)
    heard = told(company)
    change(company, company.dana, follow_up, "reschedule")
    for table in ("notifications", "activities"):
        company.world.execute(f"UPDATE {table} SET created_at = created_at - interval '60 days'")
    company.world.execute("UPDATE escalations SET raised_at = raised_at - interval '60 days'")
    assert not any(prune(company.world.database_url, timedelta(days=30)).values())
    undo(company, company.dana, follow_up)
    sweep(pipeline)
    assert told(company) == heard


def test_many_are_undone_together_and_the_rest_says_why(company: Company, pipeline: Pipeline) -> None:
    ids = [company.follow_up(company.amir, overdue=100 * HOUR) for _ in range(3)]
    sweep(pipeline)
    before, heard = [kept(company, follow_up) for follow_up in ids], told(company)
    for action in ({"action": "complete"}, {"action": "reassign", "assignee_id": company.mia.id}):
        company.ask(company.dana, "POST", "/follow-ups/bulk", json={"ids": ids, **action})
        change(company, company.mia, ids[2], "rename" if action["action"] == "complete" else "complete")
        answer = company.ask(company.dana, "POST", "/follow-ups/bulk", json={"ids": ids, "action": "undo"})
        assert answer.json()["done"] == ids[:2]
        [failure] = answer.json()["failed"]
        assert (failure["id"], "somebody else's" in failure["message"]) == (ids[2], True)
    sweep(pipeline)
    assert [kept(company, follow_up) for follow_up in ids[:2]] == before[:2]
    ours = {tuple(line) for line in told(company) if line.follow_up_id in ids[:2] and line.step > 0}
    assert ours == {tuple(line) for line in heard if line.follow_up_id in ids[:2]}


def test_what_cannot_be_undone_any_more_is_forgotten(company: Company, pipeline: Pipeline) -> None:
    old, new = company.follow_up(company.amir), company.follow_up(company.amir)
    for follow_up in (old, new):
        change(company, company.amir, follow_up, "complete")
    company.world.execute(
        "UPDATE undoable_changes SET changed_at = now() - interval '11 minutes' WHERE follow_up_id = :id",
        id=old,
    )
    pipeline.tick(OutboxTick())
    pipeline.work()
    assert company.world.execute("SELECT follow_up_id FROM undoable_changes") == [(new,)]


def test_the_api_itself_cannot_write_what_an_undo_puts_back(company: Company) -> None:
    with company.world.database.transaction() as tx:
        assert Database(tx).tx.exec_driver_sql(
            "SELECT has_table_privilege('undoable_changes', 'SELECT, INSERT, UPDATE, DELETE'), "
            "has_function_privilege('public', 'follow_ups_undo(bigint[], bigint)', 'EXECUTE')"
        ).one() == (False, False)


def test_one_whose_external_id_was_taken_keeps_none_of_the_others_from_being_undone(
    company: Company,
) -> None:
    calls = [company.follow_up(company.amir, f"Call {number}") for number in range(7)]
    for number, call in enumerate(calls):
        company.world.execute(
            "UPDATE follow_ups SET external_id = :old WHERE id = :id", old=f"O{number}", id=call
        )
    with company.world.database.transaction() as tx:
        keep_for_undo(tx, company.ada.id)
        tx.execute(text("UPDATE follow_ups SET external_id = 'N' || id"))
    company.follow_up(company.amir, "Another", external_id="O4")
    with company.world.database.transaction() as tx:
        rows = tx.execute(
            text("SELECT * FROM follow_ups_undo(:ids, :person)"), {"ids": calls, "person": company.ada.id}
        ).all()
    assert {row.follow_up_id: row.outcome for row in rows} == {
        call: "taken" if number == 4 else "undone" for number, call in enumerate(calls)
    }
    found = company.world.execute("SELECT id, external_id FROM follow_ups WHERE id = ANY(:ids)", ids=calls)
    assert dict(map(tuple, found)) == {
        call: f"N{call}" if number == 4 else f"O{number}" for number, call in enumerate(calls)
    }


@pytest.mark.parametrize("stop", ["complete", "delete"])
def test_anyone_whose_working_hours_began_meanwhile_is_told_once_it_goes_on(
    company: Company, stop: str
) -> None:
    in_an_hour = {"office": (timedelta(hours=1), timedelta(hours=9))}
    with company.world.engine.begin() as tx:
        database = Database(tx)
        give(database, company.amir.id, open_for(database, **in_an_hour))
        publish(database, STEP | {"tell": "working_hours"})
    call = company.follow_up(company.amir, overdue=HOUR)
    pipeline = Pipeline(company.world.engine.url.render_as_string(hide_password=False))
    sweep(pipeline)
    assert told(company) == []
    if stop == "complete":
        assert company.ask(company.ada, "POST", f"/follow-ups/{call}/complete").is_success
    else:
        assert company.ask(company.ada, "DELETE", f"/follow-ups/{call}").is_success
    company.world.execute("UPDATE calendar_spans SET starts_at = now() - interval '1 minute'")
    company.world.execute("UPDATE calendars SET name = name")
    sweep(pipeline)  # their hours have begun, and it is not open
    assert told(company) == []
    back = "undo" if stop == "complete" else "restore"
    assert company.ask(company.ada, "POST", f"/follow-ups/{call}/{back}").is_success
    for _ in range(2):
        sweep(pipeline)
    assert [tuple(row) for row in told(company)] == [(call, 1, 1, 0, company.amir.id)]
    pipeline.close()
