"""Bodies that come slowly or not at all: they hold nothing that others need, and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from followup_api import body_limit
from followup_api.body_limit import Pace

from tests.support.waiting import eventually

from .companies import Company
from .conftest import Person, World
from .importing import USERS
from .live_server import LiveServer, Upload

FILE = f"{USERS}ada.admin@example.com,Ada Admin,admin,,,true\nnew@example.com,New,employee,,,true\n".encode()
IMPORT = "/imports/users"

Start = Callable[..., Upload]


@pytest.fixture
def address(server: LiveServer) -> str:
    return server.start()


@pytest.fixture
def start(server: LiveServer, address: str) -> Iterator[Start]:
    """Begin uploads: `start(person, path, announced)`; all are given up after the test."""
    begun: list[Upload] = []

    def start(person: Person | None, path: str = IMPORT, announced: int = len(FILE), **more: str) -> Upload:
        begun.append(Upload(address, person, path, announced, Content_Type="text/csv", **more))
        return begun[-1]

    yield start
    for upload in begun:
        upload.hang_up()


def uploads(company: Company) -> int:
    """How many are in flight."""
    in_flight: int = company.world.app.state.context.uploads.in_flight
    return in_flight


def under_way(company: Company, number: int = 1) -> None:
    eventually(lambda: uploads(company) == number, what=f"{number} uploads are being received")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE users SET role = 'employee' WHERE id = :id", 403),
        ("UPDATE users SET active = false WHERE id = :id", 401),
        ("DELETE FROM api_tokens WHERE user_id = :id", 401),
    ],
    ids=["demoted", "deactivated", "token revoked"],
)
def test_who_may_not_import_any_more_at_the_last_byte_writes_nothing(
    company: Company, start: Start, change: str, status: int
) -> None:
    upload = start(company.ada)
    upload.send(FILE[:-10])
    under_way(company)
    company.world.execute(change, id=company.ada.id)
    upload.send(FILE[-10:])
    assert upload.answer().startswith(f"HTTP/1.1 {status} ")
    assert company.world.execute("SELECT FROM users WHERE email = 'new@example.com'") == []


def test_an_upload_holds_no_connection_and_no_transaction_while_it_is_received(
    company: Company, start: Start
) -> None:
    upload = start(company.ada)
    upload.send(FILE[:-10])
    under_way(company)
    open_transactions = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
    )
    assert company.world.execute(open_transactions) == []
    pool = company.world.database.engine.pool
    assert pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool
    upload.send(FILE[-10:])
    assert upload.answer().startswith("HTTP/1.1 200 ")


def test_fifty_stalled_uploads_take_nothing_from_others(company: Company, start: Start, address: str) -> None:
    admins = [company.world.person(f"Admin {number}", "admin") for number in range(50)]
    stalled = [start(admin) for admin in admins]
    for upload in stalled:
        upload.send(FILE[:50])
    most = company.world.app.state.context.settings.max_uploads
    refused = eventually(lambda: [each for each in stalled if each.answered], what="some are refused")
    eventually(lambda: len([each for each in stalled if each.answered]) == 50 - most, what="the rest waits")
    assert uploads(company) == most
    assert all(answer.startswith("HTTP/1.1 503 ") for answer in (each.answer() for each in refused))
    for person in (company.amir, company.dana, company.ada):
        created = httpx.post(
            f"{address}/api/v1/follow-ups",
            json={"title": "Call", "due_at": "2199-01-01T00:00:00Z"},
            headers=person.headers,
        )
        assert created.status_code == 201
        assert httpx.get(f"{address}/api/v1/follow-ups", headers=person.headers).status_code == 200
    assert httpx.get(f"{address}/readyz").status_code == 200


def test_one_person_has_few_uploads_at_a_time_and_others_still_have_theirs(
    company: Company, start: Start
) -> None:
    most = company.world.app.state.context.settings.max_uploads_per_person
    for _ in range(most):
        start(company.ada)
    under_way(company, most)
    one_more = start(company.ada).answer()
    assert one_more.startswith("HTTP/1.1 429 ")
    assert "retry-after: 10\r\n" in one_more
    other = company.world.person("Another Admin", "admin")
    upload = start(other)
    upload.send(FILE)
    assert upload.answer().startswith("HTTP/1.1 200 ")


def test_what_uploads_keep_on_disk_is_bounded_together(build: Callable[..., World]) -> None:
    company = Company(build(max_uploads_bytes=2_000))
    server = LiveServer(company.world)
    address = server.start()
    first = Upload(address, company.ada, IMPORT, 1_900, Content_Type="text/csv")
    first.send(b"x" * 1_500)
    eventually(lambda: company.world.app.state.context.uploads.on_disk == 1_500, what="it is received")
    second = Upload(address, company.ada, IMPORT, 1_900, Content_Type="text/csv")
    second.send(b"x" * 1_500)
    answer = second.answer()
    assert answer.startswith("HTTP/1.1 503 ")
    assert "retry-after: 10\r\n" in answer
    first.hang_up()
    eventually(lambda: uploads(company) == 0, what="what was begun is forgotten")
    assert company.world.app.state.context.uploads.on_disk == 0
    second.hang_up()
    server.stop()


@pytest.mark.parametrize("person", [None, "amir"])
def test_nobody_sends_a_file_that_they_may_not_import(
    company: Company, start: Start, person: str | None
) -> None:
    """The answer comes before the first byte of the body, and nothing is kept of it."""
    upload = start(getattr(company, person) if person else None)
    assert upload.answer().startswith(f"HTTP/1.1 {403 if person else 401} ")
    assert uploads(company) == 0


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience in tenths of a second."""
    monkeypatch.setattr(body_limit, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(body_limit, "WINDOW_SECONDS", 0.1)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("path", [IMPORT, "/follow-ups", "/session"])
def test_a_body_that_stalls_is_given_up(company: Company, start: Start, path: str) -> None:
    upload = start(company.ada, path)
    upload.send(FILE[:50])
    answer = upload.answer()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "connection: close\r\n" in answer
    assert "urn:followup:problem:too-slow" in answer
    assert uploads(company) == 0


@pytest.mark.usefixtures("hurried")
def test_a_body_that_trickles_is_given_up(company: Company, start: Start) -> None:
    upload = start(company.ada, announced=1_000_000)

    def answered() -> bool:
        upload.send(b"x")
        return upload.answered

    eventually(answered, interval=0.01, what="patience is at an end")
    assert upload.answer().startswith("HTTP/1.1 408 ")


def test_the_pace_is_that_of_each_window() -> None:
    now = [0.0]
    pace = Pace(100, lambda: now[0])
    for second in range(1, 100):
        now[0] = second
        assert pace.kept(1_024), second
    now[0] = 101
    assert not pace.kept(1_000_000), "the whole time is over"
    slow = Pace(1_000, lambda: now[0])
    assert slow.deadline == 101 + 20
    now[0] = 120
    assert slow.kept(10_240)
    assert slow.deadline == 131, "the first window has had its bytes"
    now[0] = 125
    assert slow.kept(10_239)
    assert slow.deadline == 135, "the second has not"
    now[0] = 136
    assert not slow.kept(1)


def test_large_bodies_of_nobody_do_not_fill_the_memory(
    company: Company, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "LARGE_AT_ONCE", 3)
    waiting = [start(None, "/follow-ups", 200_000) for _ in range(5)]
    for upload in waiting:
        upload.send(b"x" * 100_000)
    refused = eventually(lambda: [each for each in waiting if each.answered][1:], what="two are refused")
    assert all(each.answer().startswith("HTTP/1.1 503 ") for each in refused)
    assert company.create(company.amir)["id"] == 1
    for upload in waiting:
        upload.hang_up()
    large = start(company.amir, "/follow-ups", 100_000)
    large.send(b"x" * 100_000)
    assert large.answer().startswith("HTTP/1.1 422 "), "there is room again"


def test_a_body_has_to_arrive_in_a_whole_time(build: Callable[..., World]) -> None:
    company = Company(build(import_seconds=0.3, body_seconds=0.3))
    server = LiveServer(company.world)
    address = server.start()
    for path in (IMPORT, "/follow-ups"):
        upload = Upload(address, company.ada, path, 1_000, Content_Type="text/csv")
        upload.send(b"x" * 900)
        assert upload.answer().startswith("HTTP/1.1 408 "), path
        upload.hang_up()
    server.stop()
