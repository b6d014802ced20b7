"""Sweeps that admins ask for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .companies import Company
from .conftest import World


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_an_admin_asks_for_a_sweep_and_its_event_goes_with_it(company: Company) -> None:
    answer = company.ask(company.ada, "POST", "/sweeps")
    sweep = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/sweeps/{sweep['id']}"
    assert (sweep["trigger"], sweep["status"], sweep["finished_at"]) == ("manual", "queued", None)
    assert company.get(company.ada, f"/sweeps/{sweep['id']}") == {**sweep, "waiting": 0}
    company.follow_up(company.amir, overdue=timedelta(minutes=1))
    assert company.get(company.ada, f"/sweeps/{sweep['id']}")["waiting"] == 1
    assert company.events("sweep.requested") == [{"sweep_id": sweep["id"]}]
    assert [envelope.data for envelope in company.world.publisher.published] == [{"sweep_id": sweep["id"]}]


def test_sweeps_come_newest_first(company: Company) -> None:
    ids = [company.ask(company.ada, "POST", "/sweeps").json()["id"] for _ in range(3)]
    page = company.get(company.ada, "/sweeps", limit=2)
    assert [sweep["id"] for sweep in page["items"]] == [ids[2], ids[1]]
    rest = company.get(company.ada, "/sweeps", cursor=page["next_cursor"])
    assert [sweep["id"] for sweep in rest["items"]] == [ids[0]]


def test_only_admins_know_of_sweeps(company: Company) -> None:
    for person in (company.dana, company.amir):
        for method, path in (("POST", "/sweeps"), ("GET", "/sweeps"), ("GET", "/sweeps/1")):
            assert company.ask(person, method, path).status_code == 403
    assert company.ask(company.ada, "GET", "/sweeps/999999").status_code == 404
