"""The command itself: quick, and plain about what is wrong with how it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from followup_cli.doctor import SETTINGS

from tests.support.mail_server import MailServer
from tests.support.ports import free_port

from .conftest import called, command

HEAVY = {"fastapi", "sqlalchemy", "uvicorn", "httpx", "dramatiq", "psycopg", "pydantic"}


def test_help_loads_nothing_heavy() -> None:
    script = "import sys, followup_cli.main; print(' '.join(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(finished.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [("run",), ("migrate",), ("sweep",), ("import", "users"), ("import", "follow-ups"), ("token", "create")],
)
def test_every_command_explains_itself(arguments: tuple[str, ...]) -> None:
    finished = called(*arguments, "--help")
    assert finished.returncode == 0
    assert "Usage" in finished.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("swep",),
        ("import", "users", "there-is-no-such-file.csv"),
        ("run", "--port", "seventy"),
        ("sweep", "--url", "localhost", "--token", "x"),
        ("user", "create", "ada@example.com"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...]) -> None:
    finished = called(*arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_when_nobody_answers_it_says_what_to_do() -> None:
    url = f"http://localhost:{free_port()}"
    finished = called("sweep", "--url", url, "--token", "fu_x")
    assert finished.returncode == 1
    assert f"Nobody answers at {url}" in finished.stderr
    assert "followup run" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_certificates_that_cannot_be_read_are_named() -> None:
    given = ("--url", "http://localhost:1", "--token", "fu_x")
    finished = called("sweep", *given, SSL_CERT_FILE="/nowhere/certificates.pem")
    assert finished.returncode == 1
    assert "SSL_CERT_FILE" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_without_a_token_it_says_where_one_comes_from(tmp_path: Path) -> None:
    finished = called("sweep", "--data", str(tmp_path))
    assert finished.returncode == 1
    assert "FOLLOWUP_TOKEN" in finished.stderr
    assert str(tmp_path) in finished.stderr


def test_the_folders_token_goes_to_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "admin-token").write_text("fu_secret\n")
    finished = called("sweep", "--data", str(tmp_path), "--url", "http://followup.example")
    assert finished.returncode == 1
    assert "There is no API token to send to http://followup.example" in finished.stderr


def test_migrating_without_a_database_names_the_variable() -> None:
    finished = command("migrate")
    assert finished.returncode == 2
    assert "FOLLOWUP_DATABASE_URL is not set" in finished.stderr


def test_a_wrong_setting_of_a_service_stops_the_start(tmp_path: Path) -> None:
    finished = command("run", "--data", str(tmp_path / "data"), FOLLOWUP_SWEEP_CRON="whenever")
    assert finished.returncode == 2
    assert "FOLLOWUP_SWEEP_CRON is wrong" in finished.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.integration
def test_it_migrates_a_database(empty_database_url: str) -> None:
    for _ in range(2):
        finished = command("migrate", FOLLOWUP_DATABASE_URL=empty_database_url)
        assert finished.returncode == 0, finished.stderr
    assert "current schema" in finished.stderr


def test_the_doctor_with_nothing_to_examine_says_what_it_needs(tmp_path: Path) -> None:
    finished = called("doctor", "--data", str(tmp_path))
    assert finished.returncode == 1
    assert "FOLLOWUP_DATABASE_URL and FOLLOWUP_BROKER_URL are not set" in finished.stderr
    assert str(tmp_path) in finished.stderr


def test_the_doctor_passes_over_a_service_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the image of this command, which holds the API only."""
    monkeypatch.setitem(SETTINGS, "elsewhere", "followup_elsewhere.settings:Settings")
    finished = called("doctor", "--service", "elsewhere")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "settings of elsewhere: passed over" in finished.stdout


def test_the_doctor_sends_a_mail_to_try() -> None:
    with MailServer() as server:
        settings = {
            "FOLLOWUP_DATABASE_URL": f"postgresql+psycopg://127.0.0.1:{free_port()}/followup",
            "FOLLOWUP_SMTP_URL": server.url,
            "FOLLOWUP_MAIL_FROM": "followup@example.com",
        }
        options = ("doctor", "--service", "dispatcher", "--test-mail")
        assert "test mail: to eve@example.com: 250" in called(*options, "eve@example.com", **settings).stdout
        wrong = called(*options, "eve", **settings)
        assert wrong.returncode == 1
        assert "--test-mail is no e-mail address" in wrong.stderr
        assert len(server.taken) == 1
