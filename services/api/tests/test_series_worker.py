"""A series that goes on and has no open follow-up gets one, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from followup_api.series import worker

from tests.support.waiting import eventually

from .companies import Company
from .live_server import LiveServer
from .test_series import history, of, open_ones, plan

DONE = "UPDATE follow_ups SET completed_at = now() WHERE id = :id"
"""What an API that knows no series does."""


def look(company: Company) -> None:
    worker.let_go_on(company.world.app.state.context)


def test_what_an_older_api_has_completed_goes_on(company: Company) -> None:
    first = plan(company)
    company.world.execute(DONE, id=first["id"])
    assert of(company, first)["open_id"] is None
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(look, company) for _ in range(3)]:
            done.result()
    [second] = open_ones(company)
    assert (second["series_id"], second["due_at"]) == (first["series_id"], "2031-01-13T09:00:00Z")
    assert of(company, first)["made"] == 2
    assert history(company, second["id"]) == [
        "The system created it, due 13 Jan 2031, 09:00, the next one of its series"
    ]


def test_what_it_has_deleted_goes_on(company: Company) -> None:
    first = plan(company)
    company.world.execute("DELETE FROM follow_ups WHERE id = :id", id=first["id"])
    look(company)
    assert of(company, first)["open_due_at"] == "2031-01-13T09:00:00Z"


def test_what_has_ended_does_not_go_on(company: Company) -> None:
    first = plan(company)
    company.ask(company.amir, "POST", f"/series/{first['series_id']}/end")
    company.world.execute(DONE, id=first["id"])
    over = plan(company, {"unit": "week", "count": 2}, title="Over")
    for _ in range(2):
        company.world.execute("UPDATE follow_ups SET completed_at = now() WHERE title = 'Over' AND is_open")
        look(company)
    assert open_ones(company) == open_ones(company, "Over") == []
    assert of(company, over)["ended_at"] is not None


def test_one_that_cannot_go_on_keeps_no_other_from_it(company: Company) -> None:
    broken, whole = plan(company), plan(company)
    company.world.execute(
        """UPDATE series SET rule = '{"unit": "moon"}' WHERE id = :id""", id=broken["series_id"]
    )
    for each in (broken, whole):
        company.world.execute(DONE, id=each["id"])
    look(company)
    assert [each["series_id"] for each in open_ones(company)] == [whole["series_id"]]


def test_the_application_looks_by_itself(
    company: Company, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY_SECONDS", 0.05)
    first = plan(company)
    company.world.execute(DONE, id=first["id"])
    server.start()
    eventually(lambda: len(open_ones(company)) == 1, what="the series goes on")
