"""How often a follow-up was moved, and why an escalated one was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

from .companies import DUE, Company
from .importing import FOLLOW_UPS, send

HOUR = timedelta(hours=1)
LATER, LATEST = "2031-01-01T09:00:00Z", "2032-01-01T09:00:00Z"
REASON = "The client is on holiday until then"
WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
""")


def swept(company: Company, pipeline: Pipeline, hours: float) -> int:
    """A follow-up that has been overdue for so long, and was told of."""
    follow_up = company.follow_up(company.amir, overdue=hours * HOUR)
    pipeline.request_sweep()
    pipeline.work()
    return follow_up


def move(company: Company, follow_up: int, **body: Any) -> Any:
    return company.ask(company.amir, "PATCH", f"/follow-ups/{follow_up}", json={"due_at": LATER, **body})


def bulk(company: Company, *ids: int, **body: Any) -> Any:
    change = {"ids": ids, "action": "reschedule", "due_at": LATER, **body}
    return company.ask(company.amir, "POST", "/follow-ups/bulk", json=change)


def moves(company: Company, follow_up: int) -> tuple[int, str]:
    shown = company.get(company.amir, f"/follow-ups/{follow_up}")
    return shown["moved"], shown["first_due_at"]


def test_each_new_due_time_counts_and_the_first_one_is_kept(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    assert moves(company, follow_up) == (0, DUE)
    move(company, follow_up)
    move(company, follow_up)  # the same once more
    move(company, follow_up, due_at=LATEST)
    bulk(company, follow_up)
    move(company, follow_up, title="No move", due_at=LATER)
    assert moves(company, follow_up) == (3, DUE)
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/complete")
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/reopen")
    assert moves(company, follow_up) == (3, DUE)
    [listed] = company.get(company.amir, "/follow-ups")["items"]
    assert (listed["moved"], listed["first_due_at"]) == (3, DUE)


def test_an_undone_move_does_not_count(company: Company) -> None:
    follow_up = company.create(company.amir)["id"]
    move(company, follow_up)
    company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/undo")
    assert moves(company, follow_up) == (0, DUE)


@pytest.mark.parametrize(("hours", "escalated"), [(-30, False), (1, False), (50, True), (100, True)])
def test_moving_what_others_were_told_of_needs_a_reason(
    company: Company, pipeline: Pipeline, hours: float, escalated: bool
) -> None:
    follow_up = swept(company, pipeline, hours)
    shown = company.get(company.amir, f"/follow-ups/{follow_up}")
    assert shown["escalated"] is escalated
    assert move(company, follow_up, due_at=shown["due_at"], title="Not moved").status_code == 200
    for answer in (move(company, follow_up), bulk(company, follow_up)):
        if escalated:
            assert answer.status_code == 422
            [problem] = answer.json()["errors"]
            assert problem["field"] == "reason"
            assert "500 characters" in problem["message"]
            assert moves(company, follow_up)[0] == 0
        else:
            assert answer.status_code == 200


@pytest.mark.parametrize("many", [False, True])
def test_the_reason_is_kept_in_the_history(company: Company, pipeline: Pipeline, many: bool) -> None:
    follow_up = swept(company, pipeline, 100)
    change = bulk if many else move
    assert change(company, follow_up, reason=f"  {REASON} ").status_code == 200
    assert company.get(company.amir, f"/follow-ups/{follow_up}")["level"] == 0
    [latest, *_] = company.get(company.mia, f"/follow-ups/{follow_up}/activities")["items"]
    assert (latest["kind"], latest["details"]["reason"]) == ("rescheduled", REASON)
    assert latest["summary"].endswith(f": “{REASON}”")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("hours", "escalated"), [(1, False), (100, True)])
def test_completing_and_reopening_does_not_spare_the_reason(
    company: Company, pipeline: Pipeline, hours: float, escalated: bool, times: int
) -> None:
    follow_up = swept(company, pipeline, hours)
    for step in ["complete", "reopen"] * times:
        company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/{step}")
    answer = move(company, follow_up)
    assert answer.status_code == (422 if escalated else 200)
    if escalated:
        assert answer.json()["errors"][0]["field"] == "reason"
        assert move(company, follow_up, reason=REASON).status_code == 200
    assert move(company, follow_up, due_at=LATEST).status_code == 200  # nobody was told of this due time


def test_a_bulk_move_of_what_was_reopened_asks_as_well(company: Company, pipeline: Pipeline) -> None:
    follow_up = swept(company, pipeline, 100)
    for step in ("complete", "reopen"):
        company.ask(company.amir, "POST", f"/follow-ups/{follow_up}/{step}")
    assert bulk(company, follow_up).status_code == 422
    assert bulk(company, follow_up, reason=REASON).json()["done"] == [follow_up]


def test_what_is_escalated_while_somebody_moves_it_needs_a_reason(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    with company.world.engine.connect() as escalator, ThreadPoolExecutor(1) as pool:
        escalator.execute(text("UPDATE escalation_states SET step = 2, severity = 'escalated'"))
        escalator.execute(
            text(
                "INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity) "
                "SELECT follow_up_id, run, step, policy_version_id, severity FROM escalation_states"
            )
        )
        answer = pool.submit(move, company, follow_up)
        with company.world.engine.connect() as observer:
            observer.execution_options(isolation_level="AUTOCOMMIT")  # each look sees who is there now
            eventually(lambda: observer.scalar(WAITS), what="the move waits for the escalation")
        escalator.commit()
        assert answer.result(60).status_code == 422
    assert moves(company, follow_up)[0] == 0


def test_an_import_gives_its_own_reason(company: Company, pipeline: Pipeline) -> None:
    follow_up = swept(company, pipeline, 100)
    company.world.execute("UPDATE follow_ups SET external_id = 'deal-1'")
    line = f"deal-1,Call back,amir.patel@example.com,{LATER},,,,,,\n"
    assert send(company, "follow-ups", FOLLOW_UPS + line).json()["updated"] == 1
    [latest, *_] = company.get(company.amir, f"/follow-ups/{follow_up}/activities")["items"]
    assert latest["details"]["reason"] == "import"
    assert moves(company, follow_up)[0] == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, 5, "\x00"])
def test_a_wrong_reason_is_refused(company: Company, reason: Any) -> None:
    follow_up = company.follow_up(company.amir)
    for answer in (move(company, follow_up, reason=reason), bulk(company, follow_up, reason=reason)):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "reason"


def test_a_reason_without_a_move_is_refused(company: Company) -> None:
    follow_up = company.follow_up(company.amir)
    path = f"/follow-ups/{follow_up}"
    assert company.ask(company.amir, "PATCH", path, json={"title": "T", "reason": "x"}).status_code == 422
    body = {"ids": [follow_up], "action": "complete", "reason": "x"}
    assert company.ask(company.amir, "POST", "/follow-ups/bulk", json=body).status_code == 422
