"""The commands that use the API, against a running demo."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from followup_cli import client

from .conftest import Run, called, command

pytestmark = pytest.mark.integration

USERS = "email,name,role,manager_email,time_zone,active\n"
FOLLOW_UPS = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,"
    "notes,status\n"
)
ZOFIA = "zofia.nowak@larkfield.example"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    file = tmp_path / "users.csv"
    file.write_text(
        f"{USERS}nina@example.com,Nina,employee,,Europe/Berlin,true\nolaf@example.com,Olaf,boss,,Mars,true\n"
    )
    return file


@pytest.fixture
def follow_ups(tmp_path: Path) -> Path:
    file = tmp_path / "follow-ups.csv"
    file.write_text(
        f"{FOLLOW_UPS}imp-1,Call [Acme] about renewal,{ZOFIA},2026-03-02T09:00:00Z,client,A-1,Acme,,,open\n"
    )
    return file


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """Another user of the machine, who listens at a port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        yield listener


def test_demo_people_can_log_in(demo: Run) -> None:
    for name in ("ingrid.solberg", "marcus.webb", "hannah.klein", "zofia.nowak"):
        assert demo.log_in(f"{name}@larkfield.example", "followup-demo") == 201
    assert demo.log_in("sam.whitaker@larkfield.example", "followup-demo") == 401  # has left
    assert "hannah.klein@larkfield.example" in demo.process.output
    assert "followup-demo" in demo.process.output


@pytest.mark.long
def test_a_second_start_on_the_same_folder_says_who_uses_it(demo: Run) -> None:
    second = command("run", "--data", str(demo.data), "--port", "0")
    assert second.returncode == 1
    assert f"in use by process {demo.process.pid}" in second.stderr
    assert demo.url in second.stderr
    assert demo.ready()


def test_the_demo_has_a_past(demo: Run) -> None:
    [completed, *_] = demo.get("/follow-ups", view="completed", limit=1)["items"]
    assert completed["created_at"] < completed["completed_at"]
    history = demo.get(f"/follow-ups/{completed['id']}/activities")["items"]
    assert [entry["kind"] for entry in history] == ["completed", "created"]
    assert history[0]["created_at"] == completed["completed_at"]


def test_each_service_works_under_its_own_role(demo: Run) -> None:
    demo.call("sweep", "--wait")
    with demo.database() as connection:
        rows = connection.execute(
            "SELECT DISTINCT application_name, usename FROM pg_stat_activity "
            "WHERE application_name IN "
            "('followup-api', 'followup-escalator', 'followup-notifier', 'followup-dispatcher')"
        )
        roles: dict[str, str] = dict(rows.fetchall())
    assert roles == {
        f"followup-{name}": f"followup_{name}" for name in ("api", "escalator", "notifier", "dispatcher")
    }


def test_a_sweep_is_seen_through(demo: Run) -> None:
    finished = demo.call("sweep", "--wait")
    assert finished.returncode == 0, finished.stderr
    assert "completed: escalated" in finished.stdout
    assert demo.get("/sweeps", limit=1)["items"][0]["status"] == "completed"


def test_after_a_sweep_every_level_has_been_reached(demo: Run) -> None:
    demo.call("sweep", "--wait")
    overdue = demo.get("/follow-ups", view="overdue", limit=200)["items"]
    labels = {item["level_label"] for item in overdue}
    assert labels >= {"employee", "manager", "admin"}, "of the standard policy"
    assert labels >= {"overdue", "breach"}, "of the others, whatever the hour and day"


def test_a_sweep_need_not_be_waited_for(demo: Run) -> None:
    finished = demo.call("sweep")
    assert finished.returncode == 0
    assert "queued" in finished.stderr


def test_wrong_lines_are_shown_and_nothing_is_written(demo: Run, users: Path) -> None:
    finished = demo.call("import", "users", str(users))
    assert finished.returncode == 1
    for shown in ("Line", "Field", "Message", "3", "role", "'boss' is unknown", "time_zone", "'Mars'"):
        assert shown in finished.stderr
    assert "Traceback" not in finished.stderr
    assert demo.get("/users", q="nina@example.com")["items"] == []


def test_a_dry_run_says_what_would_happen(demo: Run, users: Path) -> None:
    finished = demo.call("import", "users", str(users), "--dry-run")
    assert finished.returncode == 1
    assert "Would create 1" in finished.stdout
    assert demo.get("/users", q="nina@example.com")["items"] == []


def test_good_lines_can_be_imported_without_the_others(demo: Run, users: Path) -> None:
    finished = demo.call("import", "users", str(users), "--partial")
    assert finished.returncode == 1  # a line was left out
    assert "Created 1, updated 0, unchanged 0." in finished.stdout
    assert "'boss' is unknown" in finished.stderr
    assert len(demo.get("/users", q="nina@example.com")["items"]) == 1


def test_a_file_of_local_times_in_other_words_is_imported(demo: Run, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        f"sep=;\nNumber;What;Who;When\nlocal-1;Call;{ZOFIA};2027-07-01 09:00\n", encoding="utf-16"
    )
    ours = "external_id,title,assignee_email,due_at"
    refused = demo.call("import", "follow-ups", str(file), "--columns", ours)
    assert refused.returncode == 1
    assert "choose a time zone" in refused.stderr
    finished = demo.call("import", "follow-ups", str(file), "--columns", ours, "--time-zone", "Europe/Berlin")
    assert "Created 1, updated 0, unchanged 0." in finished.stdout
    again = file.with_name("again.csv")
    again.write_text(f"{ours}\nlocal-1,Call,{ZOFIA},2027-07-01T07:00:00Z\n")
    assert "unchanged 1." in demo.call("import", "follow-ups", str(again)).stdout


def test_follow_ups_are_imported_once(demo: Run, follow_ups: Path) -> None:
    first = demo.call("import", "follow-ups", str(follow_ups))
    assert (first.returncode, first.stdout) == (0, "Created 1, updated 0, unchanged 0.\n"), first.stderr
    again = demo.call("import", "follow-ups", str(follow_ups))
    assert (again.returncode, again.stdout) == (0, "Created 0, updated 0, unchanged 1.\n")


def test_wrong_follow_ups_are_shown(demo: Run, follow_ups: Path) -> None:
    with follow_ups.open("a") as file:
        file.write("imp-2,Call,nobody@example.com,2026-03-02 09:00,,,,,,open\n")
    finished = demo.call("import", "follow-ups", str(follow_ups))
    assert finished.returncode == 1
    assert "due_at" in finished.stderr
    assert "no time zone" in finished.stderr


def test_a_new_token_is_all_of_standard_output(demo: Run) -> None:
    create = ("token", "create", "nightly import", "--data", str(demo.data))
    finished = command(*create, "--days", "365", "--scope", "read", "--scope", "ops")
    assert finished.returncode == 0, finished.stderr
    assert "For read, ops. Expires at " in finished.stderr
    token = finished.stdout.strip()
    used = demo.call("sweep", FOLLOWUP_TOKEN=token)
    assert used.returncode == 0, used.stderr
    names = [kept["name"] for kept in demo.get("/tokens")["items"]]
    assert "nightly import" in names
    usual = command(*create).stdout.strip()
    refused = demo.call("sweep", FOLLOWUP_TOKEN=usual)
    assert (refused.returncode, "this one has read, write" in refused.stderr) == (1, True)


def test_a_wrong_token_is_refused(demo: Run) -> None:
    finished = demo.call("sweep", "--token", "fu_wrong")
    assert finished.returncode == 1
    assert "The API token is not valid" in finished.stderr
    assert "--token" in finished.stderr


def test_a_person_is_added_under_a_manager_and_can_log_in(demo: Run) -> None:
    finished = demo.call(
        *("user", "create", "pia@example.com", "--name", "Pia", "--role", "manager"),
        *("--manager", "Priya.Raman@larkfield.example", "--time-zone", "Europe/Vienna"),
        FOLLOWUP_USER_PASSWORD="correct horse battery",
    )
    assert finished.returncode == 0, finished.stderr
    [pia] = demo.get("/users", q="pia@example.com")["items"]
    [priya] = demo.get("/users", q="priya.raman")["items"]
    assert (pia["role"], pia["manager_id"]) == ("manager", priya["id"])
    assert demo.log_in("pia@example.com", "correct horse battery") == 201


def test_what_the_api_refuses_is_said_as_it_says_it(demo: Run) -> None:
    finished = demo.call("user", "create", ZOFIA, "--name", "Zofia again")
    assert finished.returncode == 1
    assert f"email {ZOFIA} belongs to somebody else" in finished.stderr
    unknown = demo.call("user", "create", "x@example.com", "--name", "X", "--manager", "nobody@example.com")
    assert unknown.returncode == 1
    assert "Nobody has the e-mail address nobody@example.com" in unknown.stderr


@pytest.mark.parametrize("url", ["http://[x", "http://[v1.]", "http://a:99999", "http://a:0", "ftp://a", "a"])
def test_an_address_that_is_none_is_said_to_be_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="is not an address such as"):
        client.connect(url, "fu_x", tmp_path)


def test_the_folders_token_goes_to_nobody_but_who_serves_the_folder(
    demo: Run, stranger: socket.socket
) -> None:
    url = f"http://localhost:{stranger.getsockname()[1]}"
    for there in ({"FOLLOWUP_URL": url}, {}):
        finished = demo.call("sweep", *([] if there else ["--url", url]), **there)
        assert finished.returncode == 1
        assert f"no API token to send to {url}" in finished.stderr
    with pytest.raises(BlockingIOError):  # nobody came
        stranger.accept()


@pytest.mark.long
def test_the_token_of_a_folder_that_nobody_serves_stays_there(
    used: Run, stranger: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even to the port at which it was served last, or is served by default."""
    monkeypatch.setattr(client, "DEFAULT_URL", f"http://localhost:{stranger.getsockname()[1]}")
    finished = used.call("sweep")
    assert finished.returncode == 1
    assert "start that" in finished.stderr
    with pytest.raises(BlockingIOError):
        stranger.accept()


def test_the_commands_need_no_port(demo: Run) -> None:
    """They come through the folder's socket, past whatever proxy the environment names."""
    port = demo.url.rpartition(":")[2]
    for url in (f"http://localhost:{port}", f"http://127.0.0.1:{port}"):
        finished = called("sweep", "--url", url, "--data", str(demo.data), HTTP_PROXY="http://127.0.0.1:1")
        assert finished.returncode == 0, finished.stderr
