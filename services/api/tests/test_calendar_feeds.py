"""Calendar feeds: what programs read at a secret address, and who may."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import caldav
import icalendar
import pytest
import radicale
import vobject
from httpx import Response
from radicale import config as radicale_config

from .companies import Company
from .conftest import Person

DAY = timedelta(days=1)
ODD = "Call Zoë; about “Q3, Q4” \\ 50 % — " + "très long " * 12 + "👩‍👩‍👧"


def make(company: Company, who: Person, **more: Any) -> dict[str, Any]:
    answer = company.ask(who, "POST", "/calendar-feeds", json={"name": "Phone", **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def read(company: Company, url: str, tag: str | None = None) -> Response:
    """As a calendar program does: without a log-in."""
    headers = {"If-None-Match": tag} if tag else {}
    answer: Response = company.world.client().get(path_of(url), headers=headers)
    return answer


def parsed(content: bytes) -> list[Any]:
    return [*icalendar.Calendar.from_ical(content).walk("VEVENT")]


def events(company: Company, url: str) -> list[Any]:
    answer = read(company, url)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def titles(company: Company, url: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in events(company, url)]


def test_a_program_reads_what_is_open(company: Company) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + 2 * DAY
    planned = company.create(
        company.amir,
        title=ODD,
        due_at=due.isoformat(),
        subject={"kind": "lead", "name": "Acme, Inc."},
        notes="Secret plans",
    )
    done = company.create(company.amir, title="Done", due_at=due.isoformat())
    assert company.ask(company.amir, "POST", f"/follow-ups/{done['id']}/complete").status_code == 200
    company.follow_up(company.amir, "Too long ago", overdue=31 * DAY)
    company.follow_up(company.amir, "Too far ahead", overdue=-181 * DAY)
    company.follow_up(company.mia, "Somebody else's")
    url = make(company, company.amir, alarm_minutes=15)["url"]
    answer = read(company, url)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    assert b"Secret plans" not in answer.content
    [event] = parsed(answer.content)
    assert str(event["SUMMARY"]) == ODD
    assert event["UID"].startswith(f"follow-up-{planned['id']}@")
    assert event["DTSTART"].dt == due
    assert event["DTEND"].dt == due + timedelta(minutes=15)
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["URL"].endswith(f"/followups/{planned['id']}")
    assert "Acme, Inc." in str(event["DESCRIPTION"])
    [alarm] = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(minutes=-15)


def test_another_library_and_a_calendar_server_read_the_same(company: Company, calendar_server: str) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + DAY
    company.create(company.amir, title=ODD, due_at=due.isoformat())
    company.create(company.amir, title="Call Acme", due_at=(due + DAY).isoformat())
    content = read(company, make(company, company.amir, alarm_minutes=0)["url"]).content
    theirs = vobject.readOne(content.decode()).contents["vevent"]
    assert {(each.summary.value, each.dtstart.value) for each in theirs} == {
        (ODD, due),
        ("Call Acme", due + DAY),
    }
    program: Any = caldav.DAVClient  # it has no types
    with program(url=calendar_server, username="amir", password="") as client:
        calendar = client.principal().make_calendar(name="Follow-ups")
        for event in parsed(content):
            calendar.save_event(event.to_ical().decode())
        found = calendar.search(start=due - timedelta(hours=1), end=due + timedelta(hours=1), event=True)
        [there] = [each.icalendar_component for each in found]
    assert str(there["SUMMARY"]) == ODD
    assert there["DTSTART"].dt == due


@pytest.fixture
def calendar_server(tmp_path: Path) -> Iterator[str]:
    """A CalDAV server that takes everybody's calendars."""
    configuration = radicale_config.load()
    configuration.update(
        {
            "auth": {"type": "none"},
            "storage": {"filesystem_folder": str(tmp_path), "type": "multifilesystem_nolock"},
        },
        "test",
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with make_server("127.0.0.1", port, radicale.app.Application(configuration)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.shutdown()
            thread.join()


def test_it_is_read_again_only_where_something_changed(company: Company) -> None:
    url = make(company, company.amir)["url"]
    empty = read(company, url).headers["ETag"]
    due = datetime.now(UTC) + DAY
    planned = company.create(company.amir, due_at=due.isoformat())
    full = read(company, url, empty)
    assert full.status_code == 200
    same = read(company, url, full.headers["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert (
        read(company, url, f"W/{full.headers['ETag']}").status_code == 304
    )  # as a proxy that compresses says
    before = parsed(full.content)[0]
    patched = company.ask(
        company.amir, "PATCH", f"/follow-ups/{planned['id']}", json={"due_at": (due + DAY).isoformat()}
    )
    assert patched.status_code == 200
    [moved] = events(company, url)
    assert moved["UID"] == before["UID"]
    assert moved["SEQUENCE"] > before["SEQUENCE"]
    assert moved["DTSTART"].dt > before["DTSTART"].dt


def test_a_team_s_names_whose_each_is_and_follows_the_reporting_line(company: Company) -> None:
    url = make(company, company.dana, whose="team")["url"]
    company.follow_up(company.amir, "Below")
    company.follow_up(company.dana, "Own")
    company.follow_up(company.otto, "Elsewhere")
    assert titles(company, url) == ["Below (Amir Patel)"]
    company.world.execute("UPDATE users SET manager_id = NULL WHERE id = :id", id=company.mia.id)
    assert titles(company, url) == []


def test_an_address_leads_nowhere_once_it_is_revoked_or_another_one_is_given(company: Company) -> None:
    feed = make(company, company.amir)
    other = company.ask(company.amir, "POST", f"/calendar-feeds/{feed['id']}/rotate-address").json()
    assert read(company, feed["url"]).status_code == 404
    assert read(company, other["url"]).status_code == 200
    for path in ("/calendar-feeds/{id}", "/calendar-feeds/{id}/rotate-address"):
        method = "POST" if "rotate" in path else "DELETE"
        assert company.ask(company.mia, method, path.format(**feed)).status_code == 404
    assert company.ask(company.amir, "DELETE", f"/calendar-feeds/{feed['id']}").status_code == 204
    assert read(company, other["url"]).status_code == 404
    said = [each["summary"] for each in company.get(company.ada, "/ops/audit-log", kind="people")["items"]]
    assert [each for each in said if "feed" in each] == [
        "Amir Patel revoked the calendar feed “Phone”",
        "Amir Patel gave the calendar feed “Phone” another address",
        "Amir Patel made the calendar feed “Phone”",
    ]


def test_a_deactivation_ends_them_for_good(company: Company) -> None:
    url = make(company, company.otto)["url"]
    for active in (False, True):
        company.world.execute("UPDATE users SET active = :on WHERE id = :id", on=active, id=company.otto.id)
        assert read(company, url).status_code == 404


def test_another_password_by_somebody_else_ends_them(company: Company) -> None:
    url = make(company, company.otto)["url"]
    body = {"password": "a new and long password"}
    assert company.ask(company.ada, "PATCH", f"/users/{company.otto.id}", json=body).status_code == 200
    assert read(company, url).status_code == 404


def test_it_is_kept_when_it_was_read_last_and_nothing_of_the_address(company: Company) -> None:
    feed = make(company, company.amir)
    [listed] = company.get(company.amir, "/calendar-feeds")["items"]
    assert listed["last_read_at"] is None
    assert "url" not in listed
    read(company, feed["url"])
    [listed] = company.get(company.amir, "/calendar-feeds")["items"]
    assert listed["last_read_at"] is not None
    secret = feed["url"].rsplit("/", 1)[1].removesuffix(".ics")
    assert secret not in str(company.world.execute("SELECT * FROM calendar_feeds"))


def test_one_person_has_ten_at_most(company: Company) -> None:
    for _ in range(10):
        make(company, company.amir)
    refused = company.ask(company.amir, "POST", "/calendar-feeds", json={"name": "One more"})
    assert refused.status_code == 409
    assert "revoke one" in refused.json()["detail"]


@pytest.mark.parametrize("whose", ["me", "team"])
def test_the_first_thousand_are_shown(company: Company, whose: str) -> None:
    company.world.execute(
        "INSERT INTO follow_ups (title, due_at, assignee_id) "
        "SELECT 'Call ' || i, now() + i * interval '1 minute', :amir FROM generate_series(1, 1001) i",
        amir=company.amir.id,
    )
    shown = titles(company, make(company, company.amir if whose == "me" else company.mia, whose=whose)["url"])
    assert len(shown) == 1000
    assert not any("1001" in title for title in shown)
