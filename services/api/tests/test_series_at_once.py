"""Promise of series: one that goes on has exactly one open follow-up, whatever happens at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from followup_api.imports import follow_ups
from psycopg import errors
from sqlalchemy.exc import IntegrityError

from .companies import Company
from .test_series import DUE, change, complete, of, plan

BROKEN = """
    SELECT s.id FROM series s LEFT JOIN follow_ups f ON f.series_id = s.id
    GROUP BY s.id HAVING count(f.id) FILTER (WHERE f.is_open) <> (s.ended_at IS NULL)::integer
        OR count(DISTINCT f.occurs_on) <> count(f.id) OR count(f.id) <> s.made
"""
"""Series of which one was lost, or made twice."""


def at_once(*calls: Callable[[], Any]) -> list[int]:
    """The statuses that calls answer when they are made at once."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result().status_code for each in [pool.submit(call) for call in calls]]


def test_two_who_complete_the_same_make_one_next(company: Company) -> None:
    first = plan(company)
    path = f"/follow-ups/{first['id']}/complete"
    people = (company.amir, company.mia, company.dana, company.ada)
    assert at_once(*(partial(company.ask, who, "POST", path) for who in people)) == [200] * 4
    assert of(company, first)["made"] == 2
    assert company.world.execute(BROKEN) == []


def test_two_who_complete_many_in_other_orders_make_one_next_of_each(company: Company) -> None:
    ids = [plan(company, title=f"Call {number}")["id"] for number in range(20)]
    bodies = [{"action": "complete", "ids": each} for each in (ids, ids[::-1], ids[5:15])]
    alone = [f"/follow-ups/{id_}/complete" for id_ in ids[::4]]
    statuses = at_once(
        *(partial(company.ask, company.mia, "POST", "/follow-ups/bulk", json=body) for body in bodies),
        *(partial(company.ask, company.amir, "POST", path) for path in alone),
    )
    assert set(statuses) == {200}
    assert company.world.execute("SELECT DISTINCT made FROM series") == [(2,)]
    assert company.world.execute(BROKEN) == []


def test_who_completes_while_others_change_end_and_delete_it(company: Company) -> None:
    for number in range(6):
        first = plan(company, title=f"Call {number}")
        path, series = f"/follow-ups/{first['id']}", f"/series/{first['series_id']}"
        statuses = at_once(
            partial(company.ask, company.amir, "POST", f"{path}/complete"),
            partial(company.ask, company.amir, "PATCH", series, json={"title": "Visit"}),
            partial(company.ask, company.mia, "PATCH", series, json={"repeats": {"unit": "day"}}),
            partial(company.ask, company.ada, "DELETE", path),
            partial(company.ask, company.mia, "POST", f"{series}/end"),
        )
        assert set(statuses) <= {200, 204, 404, 409, 412}
        broken = company.world.execute("""
            SELECT s.id FROM series s LEFT JOIN follow_ups f ON f.series_id = s.id AND f.is_open
            GROUP BY s.id HAVING count(f.id) > 1 OR (s.ended_at IS NULL AND count(f.id) = 0)
        """)
        assert broken == []


def test_who_changes_all_while_others_reopen_and_edit_many(company: Company) -> None:
    for number in range(8):
        first = plan(company, title=f"Call {number}")
        ids = [first["id"]]
        for _ in range(4):
            ids.append(complete(company, ids[-1])["next_in_series"]["id"])
        many = {"action": "edit", "ids": ids, "priority": "high"}
        statuses = at_once(
            partial(change, company, first["series_id"], title="Visit", apply="all"),
            *(partial(company.ask, company.amir, "POST", f"/follow-ups/{id_}/reopen") for id_ in ids[:3]),
            partial(company.ask, company.amir, "POST", "/follow-ups/bulk", json=many),
        )
        assert set(statuses) <= {200, 404, 409, 412}  # never 503: two that wait for each other


def test_an_import_completes_one_that_is_made_at_this_very_moment(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    write = follow_ups._write

    def a_moment_later(*args: Any) -> None:
        made.append(plan(company, external_id="S-1"))
        write(*args)

    monkeypatch.setattr(follow_ups, "_write", a_moment_later)
    line = f"S-1,Call Acme,{company.amir.email},{DUE},completed"
    answer = company.ask(
        company.ada,
        "POST",
        "/imports/follow-ups",
        content=f"external_id,title,assignee_email,due_at,status\n{line}\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    series = of(company, made[0])
    assert (series["made"], series["open_due_at"]) == (2, "2031-01-13T09:00:00Z")
    assert company.world.execute(BROKEN) == []


def test_the_database_refuses_a_second_open_one(company: Company) -> None:
    first = plan(company)
    with pytest.raises(IntegrityError) as error:
        company.world.execute(
            "INSERT INTO follow_ups (title, due_at, assignee_id, series_id, occurs_on) "
            "SELECT title, due_at, assignee_id, series_id, occurs_on + 7 FROM follow_ups WHERE id = :id",
            id=first["id"],
        )
    assert isinstance(error.value.orig, errors.UniqueViolation)


def test_a_series_that_is_begun_twice_at_once_begins_once(company: Company) -> None:
    follow_up = company.create(company.amir, due_at=DUE)
    path, body = f"/follow-ups/{follow_up['id']}/series", {"repeats": {"unit": "day"}}
    statuses = at_once(*[partial(company.ask, company.amir, "POST", path, json=body)] * 3)
    assert sorted(statuses) == [201, 409, 409]
    assert company.world.execute("SELECT count(*) FROM series") == [(1,)]
    once = {"headers": {"Idempotency-Key": "once"}, "json": {"title": "Once", "due_at": DUE, **body}}
    statuses = at_once(*[partial(company.ask, company.amir, "POST", "/follow-ups", **once)] * 3)
    assert set(statuses) <= {201, 409}
    assert company.world.execute("SELECT count(*) FROM series WHERE title = 'Once'") == [(1,)]
