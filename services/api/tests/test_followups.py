"""Follow-ups: what one can be, and who sees which in which view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel
from sqlalchemy import text

from .companies import DUE, Company
from .conftest import World
from .pipelines import swept

HOUR = timedelta(hours=1)


@pytest.fixture
def company(world: World) -> Company:
    return Company(world)


def test_a_created_follow_up_is_the_callers_and_can_be_read_back(company: Company) -> None:
    subject = {"kind": "client", "external_id": "C-1", "name": "Acme", "url": "https://acme.example/c"}
    answer = company.ask(
        company.amir, "POST", "/follow-ups", json={"title": " Call ", "due_at": DUE, "subject": subject}
    )
    body = answer.json()
    assert answer.headers["Location"] == f"/api/v1/follow-ups/{body['id']}"
    assert (body["version"], body["etag"]) == (1, answer.headers["ETag"])
    assert body["assignee"]["name"] == "Amir Patel"
    assert body["subject"].items() >= subject.items()
    assert (body["title"], body["status"], body["level"], body["level_label"]) == ("Call", "open", 0, None)
    assert body["next_step_at"] == body["due_at"] == DUE
    read = company.ask(company.amir, "GET", f"/follow-ups/{body['id']}")
    assert read.headers["ETag"] == body["etag"]
    assert body.pop("assignee_absent_until") is None
    assert read.json() == {
        **body,
        "hours_overdue": read.json()["hours_overdue"],
        "policy": {
            "id": 1,
            "name": "standard",
            "version": 1,
            "why": "It is for every follow-up that no other policy takes.",
        },
        # It is long overdue: of the steps that have come, the last one goes out with the next sweep.
        "next_step": {
            **{"at": "2026-03-06T09:00:00Z", "step": 3, "repeat": 0},
            **{"label": "admin", "severity": "breach"},
        },
    }
    assert company.activities(body["id"]) == ["created"]


def test_a_subject_is_found_by_kind_and_external_id_and_stays_as_it_is(company: Company) -> None:
    link = "https://l.example"
    known = {"kind": "lead", "external_id": "L", "name": "Acme", "url": link}
    first = company.create(company.amir, subject=known)
    other = {**known, "name": "Evil", "url": "https://evil.example"}
    for who in (company.otto, company.ada):
        again = company.create(who, subject=other)
        assert again["subject"] == first["subject"]
        edited = company.ask(who, "PATCH", f"/follow-ups/{again['id']}", json={"subject": other})
        assert edited.json()["subject"] == first["subject"]
    assert first["subject"].items() >= known.items()
    client = company.create(company.otto, subject={"kind": "client", "external_id": "L", "name": "New"})
    assert client["subject"]["id"] != first["subject"]["id"]
    by_id = company.create(company.amir, subject={"id": first["subject"]["id"]})
    assert by_id["subject"] == first["subject"]
    assert company.world.execute("SELECT count(*) FROM subject_changes") == [(0,)]
    nameless = [company.create(company.amir, subject={"kind": "lead", "name": "X"}) for _ in range(2)]
    assert nameless[0]["subject"]["id"] != nameless[1]["subject"]["id"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 201}),
        ("title", {"title": "a\x00b"}),
        ("notes", {"notes": "x" * 10_001}),
        ("due_at", {"due_at": "2026-03-02T09:00:00"}),
        ("due_at", {"due_at": "9999-12-31T23:59:59-12:00"}),
        ("due_at", {"due_at": "soon"}),
        ("assignee_id", {"assignee_id": 2**63}),
        ("assignee_id", {"assignee_id": 999_999}),
        ("subject", {"subject": {"kind": "client"}}),
        ("subject", {"subject": {"id": 1, "name": "X"}}),
        ("subject.id", {"subject": {"id": 999_999}}),
        ("subject.kind", {"subject": {"kind": "friend", "name": "X"}}),
        ("subject.url", {"subject": {"kind": "lead", "name": "X", "url": "javascript:alert(1)"}}),
        ("level", {"level": 3}),
    ],
)
def test_a_wrong_field_is_named(company: Company, field: str, wrong: dict[str, Any]) -> None:
    answer = company.ask(company.ada, "POST", "/follow-ups", json={"title": "T", "due_at": DUE, **wrong})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_external_id_belongs_to_one_follow_up(company: Company) -> None:
    company.create(company.amir, external_id="x-1")
    other = company.create(company.amir, external_id="x-2")
    body = {"title": "T", "due_at": DUE, "external_id": "x-1"}
    answers = [
        company.ask(company.otto, "POST", "/follow-ups", json=body),
        company.ask(company.amir, "PATCH", f"/follow-ups/{other['id']}", json={"external_id": "x-1"}),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert [error["field"] for error in answer.json()["errors"]] == ["external_id"]


def test_each_role_sees_its_own_scope_and_nothing_else(company: Company) -> None:
    ada, dana, mia, amir, otto = company.ada, company.dana, company.mia, company.amir, company.otto
    theirs = [(person, company.follow_up(person, person.email)) for person in (ada, dana, mia, amir, otto)]
    sees = [
        (ada, [ada, dana, mia, amir, otto]),
        (dana, [dana, mia, amir]),
        (mia, [mia, amir]),
        (amir, [amir]),
        (otto, [otto]),
    ]
    for viewer, seen in sees:
        assert set(company.titles(viewer, "/follow-ups")) == {person.email for person in seen}
        for person, follow_up_id in theirs:
            expected = 200 if person in seen else 404
            for path in (f"/follow-ups/{follow_up_id}", f"/follow-ups/{follow_up_id}/activities"):
                assert company.ask(viewer, "GET", path).status_code == expected


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": "Mine"}),
        ("DELETE", "", None),
        ("POST", "/complete", None),
        ("POST", "/reopen", None),
    ],
)
def test_nobody_changes_what_they_may_not_see(
    company: Company, method: str, path: str, body: dict[str, Any] | None
) -> None:
    follow_up_id = company.follow_up(company.otto, "Otto's")
    answer = company.ask(company.dana, method, f"/follow-ups/{follow_up_id}{path}", json=body)
    assert answer.status_code == 404
    assert company.titles(company.otto, "/follow-ups", view="overdue") == ["Otto's"]
    assert company.activities(follow_up_id) == []


def test_a_cycle_of_managers_in_old_data_ends_the_walk(company: Company) -> None:
    company.world.execute("ALTER TABLE users DISABLE TRIGGER users_refuse_manager_cycle")
    company.world.execute(
        "UPDATE users SET manager_id = :mia WHERE id = :dana", mia=company.mia.id, dana=company.dana.id
    )
    company.follow_up(company.amir, "Amir's")
    company.follow_up(company.dana, "Dana's")
    assert set(company.titles(company.mia, "/follow-ups")) == {"Amir's", "Dana's"}
    assert company.titles(company.dana, "/follow-ups", assignee="team") == ["Amir's"]


def test_the_assignee_filter_narrows_the_scope_and_never_widens_it(company: Company) -> None:
    for person in (company.dana, company.mia, company.amir, company.otto):
        company.follow_up(person, person.email)
    mia, amir, otto = company.mia.email, company.amir.email, company.otto.email
    assert set(company.titles(company.dana, "/follow-ups", assignee="team")) == {mia, amir}
    assert company.titles(company.dana, "/follow-ups", assignee="me") == [company.dana.email]
    assert company.titles(company.dana, "/follow-ups", assignee=company.amir.id) == [amir]
    assert company.titles(company.dana, "/follow-ups", assignee=company.otto.id) == []
    assert company.titles(company.otto, "/follow-ups", assignee="team") == []
    assert company.titles(company.ada, "/follow-ups", assignee=company.otto.id) == [otto]
    refused = company.ask(company.dana, "GET", "/follow-ups", params={"assignee": "everyone"})
    assert refused.status_code == 422


def test_the_search_takes_wildcards_literally(company: Company) -> None:
    subject = {"kind": "client", "external_id": "C-7", "name": "Globex"}
    company.create(company.amir, title="Give 100% away", external_id="deal_1")
    company.create(company.amir, title="Give 1000 away", subject=subject)
    found = {
        "100%": ["Give 100% away"],
        "GIVE 1000": ["Give 1000 away"],
        "deal_": ["Give 100% away"],
        "globex": ["Give 1000 away"],
        "c-7": ["Give 1000 away"],
        "_": ["Give 100% away"],
        "\\": [],
    }
    for search, titles in found.items():
        assert company.titles(company.amir, "/follow-ups", q=search) == titles, search
    subject_id = company.get(company.amir, "/subjects")["items"][0]["id"]
    assert company.titles(company.amir, "/follow-ups", subject_id=subject_id) == ["Give 1000 away"]


def test_due_exactly_now_is_overdue_and_a_moment_later_is_not(world: World) -> None:
    """Within one transaction now() stays the same, so the bound can be met exactly."""
    from followup_api.followups.counts import counts
    from followup_api.followups.queries import Filters, page
    from followup_api.followups.schemas import View
    from followup_api.followups.scopes import Scope
    from followup_api.pagination import PageQuery

    person = world.person("Bo")
    with world.database.transaction() as tx:
        statement = "INSERT INTO follow_ups (title, due_at, assignee_id) VALUES (:title, now() + :in, :id)"
        for title, due_in in [("now", 0), ("before", -1), ("after", 1)]:
            values = {"title": title, "in": timedelta(microseconds=due_in), "id": person.id}
            tx.execute(text(statement), values)
        filters = Filters(Scope(None), "UTC")
        titles = {
            view: [entry.title for entry in page(tx, view, filters, PageQuery.model_validate({})).rows]
            for view in View
        }
        found = counts(tx, filters)
        moment = tx.execute(text("SELECT now()")).scalar_one()
    later = "today" if (moment + timedelta(microseconds=1)).date() == moment.date() else "upcoming"
    assert titles[View.OVERDUE] == ["before", "now"]
    assert titles[View(later)] == ["after"]
    assert (found.overdue, found.today + found.upcoming) == (2, 1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu"])
def test_today_ends_with_the_callers_local_day(world: World, zone: str) -> None:
    from followup_api.followups.queries import Filters, page
    from followup_api.followups.schemas import View
    from followup_api.followups.scopes import Scope
    from followup_api.pagination import PageQuery

    person = world.person("Bo")
    with world.database.transaction() as tx:
        now: datetime = tx.execute(text("SELECT now()")).scalar_one()
        tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo(zone)).astimezone(
            UTC
        )
        for title, due in [("last of today", midnight - timedelta(microseconds=1)), ("tomorrow", midnight)]:
            tx.execute(
                text("INSERT INTO follow_ups (title, due_at, assignee_id) VALUES (:title, :due, :id)"),
                {"title": title, "due": due, "id": person.id},
            )
        filters = Filters(Scope(frozenset({person.id})), zone)
        query = PageQuery.model_validate({})
        assert [entry.title for entry in page(tx, View.TODAY, filters, query).rows] == ["last of today"]
        assert [entry.title for entry in page(tx, View.UPCOMING, filters, query).rows] == ["tomorrow"]


def test_views_are_sorted_and_counted(company: Company) -> None:
    for title, hours in [
        ("two days late", 48),
        ("an hour late", 1),
        ("in a month", -720),
        ("in a week", -168),
    ]:
        company.follow_up(company.amir, title, overdue=hours * HOUR)
    done = company.follow_up(company.amir, "done")
    company.ask(company.amir, "POST", f"/follow-ups/{done}/complete")
    assert company.titles(company.amir, "/follow-ups", view="overdue") == ["two days late", "an hour late"]
    assert company.titles(company.amir, "/follow-ups", view="upcoming") == ["in a week", "in a month"]
    assert company.titles(company.amir, "/follow-ups", view="completed") == ["done"]
    assert company.titles(company.amir, "/follow-ups")[0] == "done"
    counts = company.get(company.amir, "/follow-ups/counts")
    assert counts.items() >= {"overdue": 2, "today": 0, "upcoming": 2}.items()
    assert company.get(company.dana, "/follow-ups/counts", assignee="me")["overdue"] == 0
    assert company.get(company.dana, "/follow-ups/counts", q="AN HOUR")["overdue"] == 1


def test_hours_overdue_are_cut_never_rounded_up_to_a_bound(company: Company) -> None:
    follow_up_id = company.follow_up(company.amir, overdue=timedelta(hours=47, minutes=59, seconds=50))
    future = company.follow_up(company.amir, overdue=-HOUR)
    assert 47.99 <= company.get(company.amir, f"/follow-ups/{follow_up_id}")["hours_overdue"] < 48
    assert company.get(company.amir, f"/follow-ups/{future}")["hours_overdue"] == 0


def test_the_level_is_named_by_the_policy_version_of_its_run(company: Company) -> None:
    ids = [company.follow_up(company.amir) for _ in range(4)]
    for step, follow_up_id in enumerate(ids):
        company.reaches(follow_up_id, step)
    found = [company.get(company.amir, f"/follow-ups/{follow_up_id}") for follow_up_id in ids]
    assert [(entry["level_label"], entry["severity"], entry["sla_breach"]) for entry in found] == [
        (None, None, False),
        ("employee", "overdue", False),
        ("manager", "escalated", False),
        ("admin", "breach", True),
    ]


@pytest.mark.parametrize("view", ["overdue", "all", "completed"])
def test_pages_neither_lose_nor_double_rows_that_stay(company: Company, view: str) -> None:
    due = datetime(2026, 1, 1, tzinfo=UTC)
    company.world.execute(
        "INSERT INTO follow_ups (title, due_at, assignee_id, completed_at) "
        "SELECT i::text, :due, :id, CASE WHEN :done THEN :due END FROM generate_series(1, 60) i",
        due=due,
        id=company.amir.id,
        done=view == "completed",
    )
    seen: list[int] = []
    cursor = None
    while True:
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = company.get(company.dana, "/follow-ups", view=view, limit=7, **more)
        seen += [entry["id"] for entry in page["items"]]
        # What has been seen goes away, and new rows arrive: the rest must not shift.
        company.world.execute("DELETE FROM follow_ups WHERE id = :id", id=seen[-1])
        company.follow_up(company.amir, "new", overdue=-HOUR)
        if (cursor := page["next_cursor"]) is None:
            break
    titled = company.world.execute("SELECT min(id), max(id) FROM follow_ups WHERE title <> 'new'")
    first = titled[0][0]
    old = [id_ for id_ in seen if id_ < first + 61]
    assert len(old) == len(set(old))
    assert len(old) >= 60


def test_lists_say_what_their_models_would(company: Company) -> None:
    """They are written straight from rows: nothing checks them on the way."""
    from followup_api.escalations.schemas import EscalatedFollowUp
    from followup_api.followups.schemas import FollowUp
    from followup_api.notifications.schemas import Notification

    lead = {"subject": {"kind": "lead", "name": "Ann"}}
    for hours, more in ((1, {}), (60, lead), (100, {"external_id": "x"})):
        due = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        body = {"title": "Call", "due_at": due, "assignee_id": company.amir.id, **more}
        assert company.ask(company.ada, "POST", "/follow-ups", json=body).status_code == 201
    swept(company.world)
    company.tell(company.mia, 1)
    models: list[tuple[str, type[BaseModel]]] = [
        ("/follow-ups", FollowUp),
        ("/escalations", EscalatedFollowUp),
        ("/notifications", Notification),
    ]
    for path, model in models:
        items = company.get(company.mia, path)["items"]
        assert items
        for item in items:
            written = model.model_validate(item).model_dump(mode="json")
            assert list(written.items()) == list(item.items())
