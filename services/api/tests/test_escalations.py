"""The dashboard of open escalations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from followup_api.escalations.lines import Person as LinePerson
from followup_api.escalations.lines import by_line
from sqlalchemy import event

from .companies import Company
from .conftest import Person, World
from .pipelines import swept

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


@pytest.fixture
def late(company: Company) -> Company:
    """Follow-ups at every level, after a sweep."""
    for person, name in ((company.amir, "Amir"), (company.otto, "Otto"), (company.mia, "Mia")):
        for hours in (1, 47, 48, 95, 96, 400):
            company.follow_up(person, f"{name} {hours}", overdue=hours * HOUR)
    swept(company.world)
    return company


def test_levels_are_told_apart_and_the_most_overdue_comes_first(late: Company) -> None:
    assert late.titles(late.mia, "/escalations", level="manager") == [
        "Amir 95",
        "Mia 95",
        "Amir 48",
        "Mia 48",
    ]
    admin = ["Amir 400", "Mia 400", "Amir 96", "Mia 96"]
    assert late.titles(late.mia, "/escalations", level="admin") == admin
    assert late.titles(late.mia, "/escalations", assignee="team") == [
        "Amir 400",
        "Amir 96",
        "Amir 95",
        "Amir 48",
    ]
    assert late.titles(late.ada, "/escalations", q="otto") == ["Otto 400", "Otto 96", "Otto 95", "Otto 48"]
    assert late.titles(late.ada, "/escalations", assignee=late.otto.id, level="manager") == [
        "Otto 95",
        "Otto 48",
    ]


def test_an_entry_names_the_manager_of_the_assignee(late: Company) -> None:
    [first, *_] = late.get(late.ada, "/escalations", q="amir")["items"]
    assert first["manager"] == {"id": late.mia.id, "name": "Mia Middle"}
    assert (first["level_label"], first["sla_breach"]) == ("admin", True)
    [first, *_] = late.get(late.ada, "/escalations", q="otto")["items"]
    assert first["manager"] is None


def test_a_manager_sees_their_own_line_and_employees_nothing(late: Company) -> None:
    seen = set(late.titles(late.dana, "/escalations"))
    assert len(seen) == 8
    assert not any(title.startswith("Otto") for title in seen)
    assert len(late.titles(late.ada, "/escalations")) == 12
    for path in ("/escalations", "/escalations/summary"):
        assert late.ask(late.amir, "GET", path).status_code == 403


def test_what_is_completed_or_rescheduled_leaves_the_dashboard(late: Company) -> None:
    first, second, *_ = late.get(late.mia, "/escalations")["items"]
    late.ask(late.mia, "POST", f"/follow-ups/{first['id']}/complete")
    late.ask(
        late.mia,
        "PATCH",
        f"/follow-ups/{second['id']}",
        json={"due_at": "2199-01-01T00:00:00Z", "reason": "On holiday"},
    )
    left = late.get(late.mia, "/escalations")["items"]
    assert len(left) == 6
    assert not {first["id"], second["id"]} & {entry["id"] for entry in left}


def test_the_list_comes_in_pages(late: Company) -> None:
    page = late.get(late.ada, "/escalations", limit=5)
    seen = [entry["id"] for entry in page["items"]]
    while page["next_cursor"]:
        page = late.get(late.ada, "/escalations", limit=5, cursor=page["next_cursor"])
        seen += [entry["id"] for entry in page["items"]]
    assert len(seen) == len(set(seen)) == 12


def test_the_summary_counts_by_level_team_and_age(late: Company) -> None:
    summary = late.get(late.ada, "/escalations/summary")
    assert (summary["manager"], summary["admin"], summary["unroutable"]) == (6, 6, 0)
    teams = {(team["manager"] or {}).get("name"): team for team in summary["by_team"]}
    assert set(teams) == {"Mia Middle", "Dana Reyes", None}
    assert all((team["manager_level"], team["admin_level"]) == (2, 2) for team in teams.values())
    ages = {(age["from_hours"], age["to_hours"]): age["count"] for age in summary["age"]}
    assert ages == {(0, 48): 0, (48, 72): 3, (72, 96): 3, (96, 168): 3, (168, 336): 0, (336, None): 3}
    assert len(summary["over_time"]) == 30
    assert (summary["over_time"][-1]["manager"], summary["over_time"][-1]["admin"]) == (6, 6)
    assert {(day["manager"], day["admin"]) for day in summary["over_time"][:-1]} == {(0, 0)}
    mine = late.get(late.mia, "/escalations/summary")
    assert (mine["manager"], mine["admin"]) == (4, 4)
    assert sum(age["count"] for age in mine["age"]) == 8
    assert (mine["over_time"][-1]["manager"], mine["over_time"][-1]["admin"]) == (4, 4)


def test_an_empty_dashboard_has_zeros(company: Company) -> None:
    summary = company.get(company.dana, "/escalations/summary")
    assert (summary["manager"], summary["admin"], summary["unroutable"], summary["by_team"]) == (0, 0, 0, [])
    assert {age["count"] for age in summary["age"]} == {0}
    assert {(day["manager"], day["admin"]) for day in summary["over_time"]} == {(0, 0)}


def test_steps_that_reach_nobody_are_counted_for_admins(company: Company) -> None:
    company.follow_up(company.otto, overdue=60 * HOUR)
    company.world.execute("UPDATE users SET active = false WHERE id = :id", id=company.otto.id)
    company.world.execute("UPDATE users SET role = 'employee' WHERE role = 'admin'")
    swept(company.world)
    company.world.execute("UPDATE users SET role = 'admin' WHERE id = :id", id=company.ada.id)
    assert company.get(company.ada, "/escalations/summary")["unroutable"] == 1
    assert company.get(company.dana, "/escalations/summary")["unroutable"] == 0
    assert company.get(company.ada, "/escalations/counts")["unroutable"] == 1
    assert company.get(company.ada, "/escalations/counts", q="nothing like it")["unroutable"] == 0


def noon(days_ago: int) -> datetime:
    """Noon, UTC, of a day that many days ago."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - days_ago * DAY


def raised(company: Company, follow_up_id: int, step: int, days_ago: int) -> None:
    """A step that was raised then, as the escalator leaves it."""
    ended(company, follow_up_id, days_ago)
    company.reaches(follow_up_id, step)
    company.world.execute(
        "INSERT INTO escalations (follow_up_id, run, step, policy_version_id, severity, raised_at) "
        "SELECT follow_up_id, run, step, policy_version_id, severity, :at FROM escalation_states "
        "WHERE follow_up_id = :id",
        id=follow_up_id,
        at=noon(days_ago),
    )


def ended(company: Company, follow_up_id: int, days_ago: int) -> None:
    """The step that a follow-up is at, or was at until now, ended then."""
    company.world.execute(
        "UPDATE escalations SET ended_at = :at WHERE follow_up_id = :id AND (ended_at IS NULL OR "
        "ended_at > now() - interval '1 minute')",
        id=follow_up_id,
        at=noon(days_ago),
    )


def completed(company: Company, follow_up_id: int, days_ago: int) -> None:
    """It was completed then."""
    company.world.execute(
        "UPDATE follow_ups SET completed_at = :at WHERE id = :id", id=follow_up_id, at=noon(days_ago)
    )
    ended(company, follow_up_id, days_ago)


def history(company: Company, who: Person) -> dict[int, tuple[int, int]]:
    """Days ago: open at manager level, at admin level."""
    days: list[dict[str, Any]] = company.get(who, "/escalations/summary")["over_time"]
    return {29 - n: (day["manager"], day["admin"]) for n, day in enumerate(days)}


def test_the_summary_is_of_one_moment(late: Company) -> None:
    """What a sweep raises while it is asked for is in all of its numbers, or in none."""

    @event.listens_for(late.world.database.engine, "after_cursor_execute")
    def raise_another(*_: object) -> None:
        raised(late, late.follow_up(late.amir, overdue=60 * HOUR), 2, 0)

    assert set(list(history(late, late.ada).values())[:-1]) == {(0, 0)}


def test_over_time_each_step_lasts_until_the_next_or_the_end(company: Company) -> None:
    """At manager level from 10 days ago, at admin level from 8 days ago, completed 5 days ago."""
    follow_up_id = company.follow_up(company.amir, overdue=12 * DAY)
    for step, days_ago in ((1, 12), (2, 10), (3, 8)):
        raised(company, follow_up_id, step, days_ago)
    completed(company, follow_up_id, 5)
    found = history(company, company.mia)
    assert [found[day] for day in (11, 10, 9, 8, 7, 6, 5, 4)] == [
        (0, 0),
        (1, 0),
        (1, 0),
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 0),
        (0, 0),
    ]


def test_over_time_an_escalation_older_than_the_chart_is_there_from_its_first_day(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir, overdue=90 * DAY)
    raised(company, follow_up_id, 2, 80)
    raised(company, follow_up_id, 3, 70)
    assert set(history(company, company.ada).values()) == {(0, 1)}
    earlier = company.follow_up(company.amir, overdue=90 * DAY)
    raised(company, earlier, 2, 80)
    completed(company, earlier, 60)
    assert set(history(company, company.ada).values()) == {(0, 1)}


@pytest.mark.parametrize("who", ["mia", "ada"])
def test_over_time_a_run_ends_when_its_follow_up_is_moved(company: Company, who: str) -> None:
    """Whether it is escalated again by now or not, for those who see some people and those who see all."""
    for again in (True, False):
        follow_up_id = company.follow_up(company.amir, overdue=20 * DAY)
        raised(company, follow_up_id, 2, 15)
        company.world.execute(
            "UPDATE follow_ups SET due_at = due_at + interval '11 days' WHERE id = :id", id=follow_up_id
        )
        ended(company, follow_up_id, 12)
        if again:
            raised(company, follow_up_id, 2, 7)
    found = history(company, getattr(company, who))
    assert [found[day][0] for day in (16, 15, 13, 12, 8, 7, 0)] == [0, 2, 2, 0, 0, 1, 1]


def test_over_time_an_undone_change_has_ended_nothing(company: Company) -> None:
    late = company.follow_up(company.amir, overdue=20 * DAY)
    raised(company, late, 2, 15)
    for method, path, body in (
        ("POST", f"/follow-ups/{late}/complete", None),
        ("PATCH", f"/follow-ups/{late}", {"due_at": "2199-01-01T00:00:00Z", "reason": "On holiday"}),
    ):
        assert company.ask(company.mia, method, path, json=body).is_success
        assert [history(company, company.mia)[day][0] for day in (16, 15, 1, 0)] == [0, 1, 1, 0]
        assert company.ask(company.mia, "POST", f"/follow-ups/{late}/undo").is_success
        assert [history(company, company.mia)[day][0] for day in (16, 15, 1, 0)] == [0, 1, 1, 1]


def test_over_time_steps_that_a_sweep_has_passed_over_do_not_count(company: Company) -> None:
    company.follow_up(company.amir, overdue=20 * DAY)
    swept(company.world)
    statuses = company.world.execute("SELECT status FROM escalations ORDER BY step")
    assert [row.status for row in statuses] == ["skipped", "skipped", "raised"]
    found = history(company, company.mia)
    assert [found[day] for day in (2, 1, 0)] == [(0, 0), (0, 0), (0, 1)]


def lines(company: Company, who: Person, **filters: Any) -> dict[str, tuple[int, int]]:
    """The bars of somebody's dashboard: at manager level, at admin level; each lists as many as it says."""
    counts = company.get(who, "/escalations/counts", **filters)
    for line in counts["by_line"]:
        for level in ("manager", "admin"):
            listed = company.titles(
                who, "/escalations", **{**filters, "assignee": line["assignee"]}, level=level, limit=200
            )
            assert len(listed) == line[level], line
    bars = [*counts["by_line"], counts["others"]]
    assert counts["manager"] == sum(bar["manager"] for bar in bars)
    assert counts["admin"] == sum(bar["admin"] for bar in bars)
    return {bar["person"]["name"]: (bar["manager"], bar["admin"]) for bar in counts["by_line"]}


def test_a_manager_s_are_told_apart_by_direct_report_each_with_their_line(late: Company) -> None:
    """Not by team: a manager's only team is themselves."""
    late.follow_up(late.dana, "Dana 96", overdue=96 * HOUR)
    zoe = late.world.person("Zoe Young", manager=late.dana)
    late.follow_up(zoe, "Zoe 60", overdue=60 * HOUR)
    swept(late.world)
    assert lines(late, late.dana) == {"Mia Middle": (4, 4), "Dana Reyes": (0, 1), "Zoe Young": (1, 0)}
    counts = late.get(late.dana, "/escalations/counts")
    assert [(line["assignee"], line["with_line"]) for line in counts["by_line"]] == [
        (f"line:{late.mia.id}", True),
        (str(late.dana.id), False),
        (str(zoe.id), False),
    ]
    assert counts["below"] == {"id": late.dana.id, "name": "Dana Reyes"}
    assert lines(late, late.mia) == {"Amir Patel": (2, 2), "Mia Middle": (2, 2)}


def test_an_admin_s_are_told_apart_from_the_top_and_a_level_down_at_each_step(late: Company) -> None:
    assert lines(late, late.ada) == {"Dana Reyes": (4, 4), "Otto Other": (2, 2)}
    assert lines(late, late.ada, assignee=f"line:{late.dana.id}") == {"Mia Middle": (4, 4)}
    down = {"Amir Patel": (2, 2), "Mia Middle": (2, 2)}
    assert lines(late, late.ada, assignee=f"line:{late.mia.id}") == down
    assert lines(late, late.ada, assignee=late.mia.id) == {"Mia Middle": (2, 2)}
    assert lines(late, late.ada, assignee="team") == {"Dana Reyes": (4, 4)}
    assert lines(late, late.ada, assignee="me") == {}
    zoe = late.world.person("Zoe Young", manager=late.otto)
    late.follow_up(zoe, "Zoe 60", overdue=60 * HOUR)
    swept(late.world)
    assert lines(late, late.ada) == {"Ada Admin": (4, 4), "Otto Other": (3, 2)}


def test_counts_follow_every_filter_of_the_list(late: Company) -> None:
    assert lines(late, late.ada, q="95") == {"Dana Reyes": (2, 0), "Otto Other": (1, 0)}
    assert lines(late, late.ada, q="mia 4", assignee="all") == {"Dana Reyes": (1, 1)}
    assert lines(late, late.ada, q="Otto 96", assignee=f"line:{late.dana.id}") == {}


def test_a_line_is_seen_as_far_as_its_people_are(late: Company) -> None:
    """Somebody else's line, and a line above one's own, show what the caller sees anyhow."""
    above, beside = f"line:{late.ada.id}", f"line:{late.otto.id}"
    for path in ("/escalations", "/follow-ups"):
        assert len(late.titles(late.mia, path, assignee=above)) == len(late.titles(late.mia, path)) > 0
        assert late.titles(late.mia, path, assignee=beside) == []
    assert lines(late, late.mia, assignee=beside) == {}
    assert sum(map(sum, lines(late, late.mia, assignee=f"line:{late.mia.id}").values())) == 8
    assert late.ask(late.mia, "GET", "/escalations?assignee=line:x").status_code == 422
    assert late.ask(late.amir, "GET", "/escalations/counts").status_code == 403


def test_all_lines_are_told_apart_and_beyond_a_hundred_how_many_more(company: Company) -> None:
    for number in range(7):
        person = company.world.person(f"Report {number}", manager=company.otto)
        company.follow_up(person, overdue=(50 + number) * HOUR)
    swept(company.world)
    assert len(lines(company, company.otto)) == 7
    for number in range(95):
        person = company.world.person(f"More {number:02}", manager=company.otto)
        company.follow_up(person, overdue=100 * HOUR)
    swept(company.world)
    assert len(lines(company, company.otto)) == 100
    counts = company.get(company.otto, "/escalations/counts")
    assert counts["others"] == {"people": 2, "manager": 2, "admin": 0}
    assert (counts["manager"], counts["admin"]) == (7, 95)


def test_people_in_a_cycle_that_slipped_in_are_counted_among_others() -> None:
    people = [LinePerson(n, f"P{n}", n % 2 + 1, True, 1, 0) for n in (1, 2)] + [
        LinePerson(3, "P3", None, False, 0, 2)
    ]
    found = by_line(people, None)
    assert [line.assignee for line in found.lines] == ["3"]
    assert (found.others.people, found.others.manager) == (2, 2)


def test_the_summary_is_narrowed_to_one_person_or_line(late: Company) -> None:
    for assignee, number in (("all", 6), (late.mia.id, 2), (f"line:{late.mia.id}", 4), ("me", 0)):
        summary = late.get(late.ada, "/escalations/summary", assignee=assignee)
        assert (summary["manager"], summary["admin"]) == (number, number)
        assert summary["over_time"][-1]["manager"] == number


def test_the_list_and_the_counts_are_narrowed_by_policy_and_facts(company: Company) -> None:
    conditions = {"all": [{"field": "tags", "is": "has_any", "value": ["vip"]}]}
    steps = [{"after": "PT1H", "audience": ["admins"], "label": "breach", "severity": "breach"}]
    policy = company.policy(conditions=conditions, steps=steps)["id"]
    assert company.ask(company.ada, "POST", f"/policies/{policy}/publish", json={}).status_code == 200
    value = {"value_amount": 1200, "value_currency": "EUR"}
    company.follow_up(company.amir, "A call", overdue=100 * HOUR, kind="call", priority="high")
    company.follow_up(company.amir, "For a VIP", overdue=2 * HOUR, tags=["vip"], **value)
    company.follow_up(company.mia, "Another one", overdue=50 * HOUR, kind="call")
    swept(company.world)
    [standard] = [each["id"] for each in company.get(company.ada, "/policies")["items"] if each["catch_all"]]
    for filters, found, counted in (
        ({"policy_id": policy}, ["For a VIP"], (0, 1)),
        ({"policy_id": standard}, ["A call", "Another one"], (1, 1)),
        ({"policy_id": 999_999}, [], (0, 0)),
        ({"kind": "call"}, ["A call", "Another one"], (1, 1)),
        ({"kind": "call", "assignee": company.amir.id}, ["A call"], (0, 1)),
        ({"kind": "call", "level": "manager"}, ["Another one"], None),
        ({"kind": "call", "q": "another"}, ["Another one"], (1, 0)),
        ({"priority": "high"}, ["A call"], (0, 1)),
        ({"tag": "VIP"}, ["For a VIP"], (0, 1)),
        ({"currency": "EUR", "value_from": "1000"}, ["For a VIP"], (0, 1)),
        ({"tag": "vip", "policy_id": standard}, [], (0, 0)),
    ):
        assert company.titles(company.ada, "/escalations", **filters) == found, filters
        assert company.titles(company.dana, "/escalations", **filters) == found, filters
        if counted is not None:
            for path in ("/escalations/counts", "/escalations/summary"):
                numbers = company.get(company.dana, path, **filters)
                assert (numbers["manager"], numbers["admin"]) == counted, (path, filters)
            assert sum(age["count"] for age in numbers["age"]) == sum(counted), filters
            assert (numbers["over_time"][-1]["manager"], numbers["over_time"][-1]["admin"]) == counted


def test_the_days_of_a_narrowed_summary_have_what_was_completed_since(company: Company) -> None:
    for kind in ("call", "visit"):
        follow_up_id = company.follow_up(company.amir, overdue=12 * DAY, kind=kind)
        raised(company, follow_up_id, 2, 10)
        completed(company, follow_up_id, 5)
    assert company.world.execute("SELECT count(*) AS n FROM follow_ups WHERE is_open")[0].n == 0
    for filters in ({"kind": "call"}, {"kind": "call", "assignee": company.amir.id}):
        days = company.get(company.mia, "/escalations/summary", **filters)["over_time"]
        assert [days[29 - ago]["manager"] for ago in (11, 10, 6, 5, 0)] == [0, 1, 1, 0, 0]


def test_pages_of_a_narrowed_list_follow_each_other(company: Company) -> None:
    for number in range(5):
        company.follow_up(company.amir, f"Call {number}", overdue=(50 + 20 * number) * HOUR, kind="call")
    swept(company.world)
    found: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = company.get(company.ada, "/escalations", kind="call", limit=2, **cursor)
        found += [entry["title"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == ["Call 4", "Call 3", "Call 2", "Call 1", "Call 0"]
